"""From a plan's text to its lines: residue left out, hard-wrapped lines joined, months lost in one line set apart.

Pure. Start at clean_lines().
"""

import re
import unicodedata

from data.chinese import half_width, parse_month
from data.plan_reader.furniture import (
    INVISIBLE,
    RESIDUE,
    is_link,
    is_page_mark,
    is_web,
    opens_links,
    split_front_matter,
)
from data.plan_reader.lines import Line, parse_mark

SAME_AS_ABOVE = "〃"
_M = "(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])"
_RUN_ON_MONTH = re.compile(r"(?:[（(][一二三四五六七八九十]{1,3}[）)]\s?)?"
                           rf"(?<![\d一二三四五六七八九十第\-~～至到、/年.])({_M})月份?"
                           r"(?=\s?(?:[：:]|1[、.．)）]|①|[（(][1一][）)]))")
_TOP_MARK = re.compile(r"(?<=[。；！？：\s])([一二三四五六七八九十]{1,2})、(?=[^\s一二三四五六七八九十])")
# **制度要求**　支委会每月一次: a heading and its text, unless it is a month or an item.
_BOLD_HEAD = re.compile(r"\*\*(?![^*]*月|\d)([^*。，；：]{2,12})[：:]?\*\*(?:[：:\s]+(\S.*)|(\Z))")
_ENTITY = {"&nbsp;": " ", "&ldquo;": "“", "&rdquo;": "”", "&mdash;": "—", "&hellip;": "…", "&middot;": "·",
           "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"'}


def clean_lines(text: str) -> tuple[list[Line], list[str]]:
    """The lines that carry something, and what was left out: residue, page numbers, rulers, menus of web pages."""
    text = re.sub(r"\r\n?|[\f\u2028\u2029\u0085]", "\n", text)
    for one, sign in _ENTITY.items():
        text = text.replace(one, sign)
    left_out = RESIDUE.findall(text)
    text, settings = split_front_matter(INVISIBLE.sub("", RESIDUE.sub("", text)).replace("\xa0", " "))
    left_out += [line.strip() for line in settings.split("\n") if line.strip()]
    lines: list[Line] = []
    for raw in _unwrapped(_own_lines(text, left_out)):
        if bold := _BOLD_HEAD.match(raw.strip()):
            lines += [Line(bold[1].strip(), depth=3), *_apart(_paragraph(raw, (bold[2] or "").strip()))]
            continue
        line = parse_line(raw, lines[-1] if lines else None)
        lines += [line] if line.cells or line.depth else _apart(line)
    return [line for line in lines if line.text], left_out


def _own_lines(text: str, left_out: list[str]) -> list[str]:
    """The lines of the plan itself; what the page around it has to say goes to left_out."""
    kept: list[str] = []
    links = False
    for raw in text.split("\n"):
        stripped = raw.strip()
        if not stripped or re.fullmatch(r"[|\-:\s\t]{3,300}", stripped) and "|" in stripped:
            continue
        links = links and is_link(stripped)
        if is_page_mark(stripped) or is_web(stripped) or links:
            left_out.append(stripped)
            links = links or opens_links(stripped)
        else:
            kept.append(raw)
    return kept


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _unwrapped(raws: list[str]) -> list[str]:
    """Paragraphs again, where a program broke all lines at one width."""
    widths = [_width(raw.rstrip()) if "\t" not in raw else 0 for raw in raws]
    most = _wrapped_at(raws, widths)
    if not most:
        return raws
    lines: list[str] = []
    full = False
    for raw, width in zip(raws, widths, strict=True):
        if full and raw[:1].strip() and parse_mark(raw) is None:
            lines[-1] += raw.strip()
        else:
            lines.append(raw.rstrip())
        full = most - 4 <= width <= most
    return lines


def _wrapped_at(raws: list[str], widths: list[int]) -> int:
    """The width at which lines are broken; 0 where they are not, so where few lines are equally long."""
    most = max(widths, default=0)
    full = [raw.rstrip() for raw, width in zip(raws, widths, strict=True) if most - 4 <= width]
    open_ends = [raw for raw in full if raw[-1:] not in "。；：！？”）;:"]
    if not 40 <= most <= 110 or len(full) < 4 or 6 * len(full) < len(raws) or 2 * len(open_ends) < len(full):
        return 0
    return most


def parse_line(raw: str, above: Line | None) -> Line:
    """One line: a table row where it has bars or tabs, else a paragraph with its depth as a heading."""
    stripped = raw.strip()
    if len(stripped) > 2 and stripped.startswith("|") and stripped.endswith("|"):
        return _row(stripped[1:-1].split("|"))
    cells = raw.split("\t")
    if len(cells) > 1 and (len(above.cells) == len(cells) if above else False):
        return _row(cells)
    if "\t" in stripped:
        numbered = len(stripped.split("\t")) == 2 and _is_bare_mark(stripped.split("\t")[0])
        if not numbered:  # Word copies 一、 and its text with a tab between them
            return _row(cells)
    elif raw.startswith("\t") and "\v" in raw:
        return _row(cells)
    return _paragraph(raw, stripped.replace("\v", " ").replace("\t", " "))


def _is_bare_mark(text: str) -> bool:
    mark = parse_mark(text)
    return mark is not None and not mark.rest and mark.number != ""


def _paragraph(raw: str, stripped: str) -> Line:
    heading = re.match(r"(#{1,6})\s+", stripped)
    depth = len(heading[1]) if heading else 0
    body = stripped[heading.end():].rstrip("# ") if heading else re.sub(r"^>\s?", "", stripped)
    body = re.sub(r"^([-*+]|\d{1,2}\.)\s+\[[ xX]\]\s+", r"\1 ", body)
    body = re.sub(r"(?<![*\d])\*([^*\s][^*]*)\*(?!\*)", r"\1", re.sub(r"\*\*|__", "", body))
    indent = sum(2 if blank == "\u3000" else 1 for blank in raw[:len(raw) - len(raw.lstrip())])
    return Line(body.strip(), depth=depth, indent=indent)


def _row(cells: list[str]) -> Line:
    tidy = tuple(re.sub(r"\*\*|<br\s?/?>", lambda m: "" if m[0] == "**" else "\v", cell).strip() for cell in cells)
    filled = [cell for cell in tidy if cell and cell != SAME_AS_ABOVE]
    text = " ".join(filled).replace("\v", " ")
    return Line(text, tidy if len(tidy) > 1 and filled else ())


def _apart(line: Line) -> list[Line]:
    """A line as several where months or top numbers follow each other in it: their line breaks have been lost."""
    if len(line.text) < 12:
        return [line]
    pieces = [line.text]
    if len(line.text) > 150 and (tops := _tops_in(line.text)):
        pieces = _ends_apart(_cut(line.text, tops))
    pieces = [part for piece in pieces for part in _cut(piece, _months_in(piece))]
    return [Line(piece, depth=line.depth, indent=line.indent) for piece in pieces if piece]


def _cut(text: str, cuts: list[int]) -> list[str]:
    begins = [0, *(cut for cut in cuts if cut)]
    return [text[begin:end].strip() for begin, end in zip(begins, [*begins[1:], None], strict=True)]


def _ends_apart(pieces: list[str]) -> list[str]:
    """The title before the first words, and the date behind the last ones, where all stands in one line."""
    if title := re.match(r"(\S{4,40}?(?:计划|要点|方案|安排))\s+(?=\S)", pieces[0]):
        pieces = [title[1], pieces[0][title.end():], *pieces[1:]]
    if dated := re.search(r"(?<=[\s。])\S{0,20}\s*(?:20\d\d|二[〇○零]..)年\S{1,3}月(?:\S{1,3}日)?$", pieces[-1]):
        pieces = [*pieces[:-1], pieces[-1][:dated.start()].strip(), dated[0].strip()]
    return pieces


def _months_in(text: str) -> list[int]:
    """Where months follow each other in one line, each later than the one before; [] for fewer than two."""
    found = [(one.start(), parse_month(half_width(one[1]))) for one in _RUN_ON_MONTH.finditer(text)]
    rising = [one for at, one in enumerate(found) if at == 0 or (one[1] - found[at - 1][1]) % 12 in (1, 2, 3)]
    if len(rising) < 2 or len(rising) < len(found) or len(rising) == 2 and rising[0][0] > 6:
        return []
    return [begin for begin, _ in rising]


def _tops_in(text: str) -> list[int]:
    """Where 一、 二、 三、 follow each other in one long line."""
    cuts, value = [], 0
    for one in _TOP_MARK.finditer(" " + text):
        mark = parse_mark(one[0] + "x")
        if mark and mark.value == value + 1 or mark and not cuts and mark.value == 2 and text.startswith("一、"):
            value = mark.value
            cuts.append(one.start() - 1)
    return cuts if len(cuts) > 1 else []

