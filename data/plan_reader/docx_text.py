"""A .docx as lines of text in document order, with the automatic numbers that Word shows, rows as cells between tabs.

Knows nothing of plans. Raises whatever python-docx raises on a damaged file. Start at text_of_docx().
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import IO

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from data.chinese import to_chinese

_CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital",
            "taiwaneseCountingThousand", "chineseLegalSimplified"}


def text_of_docx(file: IO[bytes]) -> str:
    """One line a paragraph, `# ` before headings as in Markdown; a row's cells between tabs, lines in a cell by \\v."""
    document = docx.Document(file)
    numbers = _Numbers(document)
    lines: list[str] = []
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph):
            lines.extend(_paragraph(item, numbers).split("\n"))
        else:
            lines.extend(_rows(item, numbers))
    return "\n".join(lines)


def _paragraph(paragraph: Paragraph, numbers: "_Numbers") -> str:
    text = " ".join(paragraph.text.replace("\t", " ").split(" ")).strip()
    if not text:
        return ""
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    level = "1" if name == "Title" else name.removeprefix("Heading ") if name.startswith("Heading ") else ""
    # Word's first heading level stands under the title, which Markdown counts as level one.
    depth = f"{'#' * min(6, int(level) + (name != 'Title'))} " if level.isdigit() else ""
    return f"{depth}{numbers.next(paragraph)}{text}"


def _rows(table: Table, numbers: "_Numbers") -> Iterator[str]:
    for row in table.rows:
        cells, seen = [], set()
        for cell in row.cells:
            if id(cell._tc) in seen:  # a cell merged over several columns comes once for each
                continue
            seen.add(id(cell._tc))
            lines = (_paragraph(one, numbers).lstrip("# ") for one in cell.paragraphs)
            cells.append("\v".join(line.replace("\n", "\v") for line in lines if line))
        yield "\t".join(cells) if len(cells) > 1 else "\n".join(cells).replace("\v", "\n")


class _Numbers:
    """The number Word would print before a paragraph; counts as it is asked, in document order."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, dict[str, tuple[str, str, int]]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        parts = [rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")]
        if parts:
            self._learn(parts[0].element)

    def _learn(self, numbering) -> None:  # an lxml element, which has no public type
        for abstract in numbering.iterfind(qn("w:abstractNum")):
            levels = {level.get(qn("w:ilvl")): (_value(level, "w:numFmt", "decimal"), _value(level, "w:lvlText", ""),
                                                int(_value(level, "w:start", "1")))
                      for level in abstract.iterfind(qn("w:lvl"))}
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for num in numbering.iterfind(qn("w:num")):
            self._abstract[num.get(qn("w:numId"))] = _value(num, "w:abstractNumId", "")

    def next(self, paragraph: Paragraph) -> str:
        number, level = _num_of(paragraph)
        levels = self._levels.get(self._abstract.get(number, ""), {})
        if str(level) not in levels:
            return ""
        counts = self._counts[number]
        counts[level] = counts.get(level, levels[str(level)][2] - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        text = levels[str(level)][1]
        for at in range(level + 1):
            shape, _, start = levels.get(str(at), ("decimal", "", 1))
            text = text.replace(f"%{at + 1}", _shaped(shape, counts.get(at, start)))
        return "• " if levels[str(level)][0] == "bullet" else f"{text} " if text else ""


def _num_of(paragraph: Paragraph) -> tuple[str, int]:
    holders = [paragraph._p.pPr]
    style = paragraph.style
    while style is not None and len(holders) < 12:
        holders.append(style.element.find(qn("w:pPr")))
        style = style.base_style
    for holder in holders:
        found = holder.find(qn("w:numPr")) if holder is not None else None
        if found is not None:
            return _value(found, "w:numId", ""), int(_value(found, "w:ilvl", "0"))
    return "", 0


def _value(element, tag: str, default: str) -> str:
    found = element.find(qn(tag))
    return default if found is None else found.get(qn("w:val")) or default


def _shaped(shape: str, number: int) -> str:
    if shape in _CHINESE and 0 <= number <= 99:
        return to_chinese(number)
    if shape.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    return str(number)
