"""The sections of a plan: a tree by the marks its lines begin with, each node with the place it is cited by.

Pure; the calendar's lines have been taken out before. Start at build_outline().
"""

import re
from dataclasses import dataclass, field

from data.plan_reader.lines import BULLET, Line, Mark, parse_mark, split_first_sentence
from data.plan_reader.model import Section
from data.plan_reader.patterns import is_appendix, is_closing, is_unnumbered_heading, is_usual_heading

_LEAF = 99  # the rank of a node that takes no headings: preface and closing words
LONGEST_TITLE = 50  # a first sentence longer than this is text, not a title


@dataclass(slots=True)
class _Node:
    rank: int
    number: str = ""
    title: str = ""
    name: str = ""  # how a section without number and title is cited
    paragraphs: list[str] = field(default_factory=list)
    children: list["_Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections, and for each calendar block (by the index of its first line) the place it stands in."""

    sections: tuple[Section, ...]
    place_of: dict[int, str]


def build_outline(lines: list[Line], taken: frozenset[int], starts: frozenset[int]) -> Outline:
    """Sections from all lines that the calendar has not taken; `starts` are the blocks' first lines."""
    root = _Node(-1)
    path = [root]
    at: dict[int, _Node] = {}
    closing = _find_closing(lines, taken)
    for index, line in enumerate(lines):
        if index in starts:
            at[index] = path[-1]
        if index in taken:
            continue
        node = _Node(0, name="结语") if index == closing else _find_heading(line)
        if node is None and len(path) == 1:
            node = _Node(0, name="前言")
        if node is None:
            path[-1].paragraphs.append(line.text)
            continue
        if node.name:
            node.paragraphs.append(line.text)
        _hang(path, node)
    places: dict[int, str] = {}
    sections = tuple(_freeze(node, "", places) for node in root.children)
    return Outline(sections, {index: places.get(id(node), "") for index, node in at.items()})


def _hang(path: list[_Node], node: _Node) -> None:
    while path[-1].rank >= node.rank:
        path.pop()
    path[-1].children.append(node)
    path.append(node)
    if node.name:
        node.rank = _LEAF


def _find_closing(lines: list[Line], taken: frozenset[int]) -> int | None:
    """The paragraph that closes the plan: it opens with 总之 or the like and only appendices follow it."""
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if index in taken or is_appendix(line.text):
            continue
        if is_closing(line.text):
            return index
        if _find_heading(line) is not None and not is_unnumbered_heading(line.text):
            return None
    return None


def _find_heading(line: Line) -> _Node | None:
    if line.cells:
        return None
    mark = parse_mark(line.text)
    if mark is not None and mark.rank != BULLET:
        return _numbered(mark)
    if is_appendix(line.text):
        return _Node(0, title=line.text)
    if line.depth or is_unnumbered_heading(line.text):
        return _Node(max(1, line.depth - 1), title=line.text.rstrip("：:"))
    return None


def _numbered(mark: Mark) -> _Node:
    title, text = _run_in(mark.rest) or split_first_sentence(mark.rest)
    if len(title) > LONGEST_TITLE:
        title, text = "", mark.rest
    return _Node(mark.rank, mark.number, title.rstrip("。：: "), paragraphs=[text] if text else [])


def _run_in(rest: str) -> tuple[str, str] | None:
    """A title with its text behind a wide blank: `主要思路　把支部建在学科组。`"""
    found = re.match(r"([^\s。，；：]{2,12})(?:\u3000+|\s{2,})(?=\S)", rest) or re.match(r"([^\s。，；：]{2,10})\s(?=\S)", rest)
    if not found or found[0][-1] == " " and len(found[0]) == len(found[1]) + 1 and not is_usual_heading(found[1]):
        return None
    return found[1], rest[found.end():].strip()


def _freeze(node: _Node, above: str, places: dict[int, str]) -> Section:
    place = _cite(node) if not above else f"{above}{_step(above, node)}"
    places[id(node)] = place
    children = tuple(_freeze(child, place, places) for child in node.children)
    return Section(node.number, node.title, "\n".join(node.paragraphs), children, place)


def _cite(node: _Node) -> str:
    if not node.number:
        return node.title or node.name
    if not node.title:
        return node.number
    between = "" if node.number[-1] in "）)" else " " if node.number.startswith("第") else "、"
    return f"{node.number}{between}{node.title}"


def _step(above: str, node: _Node) -> str:
    """What a child adds to the place of its parent: ` 2`, then `（1）` straight behind it."""
    own = node.number or node.title or node.name
    if not own:
        return ""
    glued = re.match(r"[（(①-⑳]", own) and re.search(r"[0-9０-９）)]$", above)
    return own if glued else f" {own}"
