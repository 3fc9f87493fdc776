"""A .docx as lines of text, as Word shows it: automatic numbers, text boxes, tables; no deleted and no hidden text.

Knows nothing of plans. Raises whatever python-docx raises on a damaged file. Start at text_of_docx().
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import docx
from docx.document import Document
from docx.oxml.ns import qn

from data.plan_reader.docx_numbers import Numbers, value

SAME_AS_ABOVE = "〃"  # what a cell holds that is merged with the one above it
_CHOICES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_ROOM = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:smartTag", "w:customXml", "w:hyperlink",
                           "w:fldSimple", "w:dir", "w:bdo")))
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "-"}
_P, _R, _TBL, _TR, _TC, _T, _BOX = map(qn, ("w:p", "w:r", "w:tbl", "w:tr", "w:tc", "w:t", "w:txbxContent"))


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    list_id: str
    level: int
    hidden: bool


def text_of_docx(file: IO[bytes]) -> str:
    """One line a paragraph, `# ` before headings as in Markdown; a row's cells between tabs, lines in a cell by \\v."""
    document = docx.Document(file)
    return "\n".join(_Walk(document).lines_of(document.element.body))


class _Walk:
    def __init__(self, document: Document) -> None:
        self._numbers = Numbers(document)
        self._styles: dict[str, _Style] = {}
        self._elements = {one.get(qn("w:styleId")): one for one in document.styles.element.iterfind(qn("w:style"))}
        self._usual = next((key for key, one in self._elements.items() if one.get(qn("w:default")) in ("1", "true")
                            and one.get(qn("w:type")) == "paragraph"), "")

    def lines_of(self, parent) -> Iterator[str]:
        """The lines of a body, cell or text box in order."""
        for child in parent:
            if child.tag == _P:
                yield from self._paragraph(child)
            elif child.tag == _TBL:
                yield from self._table(child)
            elif child.tag in _ROOM:
                yield from self.lines_of(child)

    def _paragraph(self, paragraph) -> Iterator[str]:
        properties = paragraph.find(qn("w:pPr"))
        own = value(properties, "w:pStyle", self._usual) if properties is not None else self._usual
        style = self._style(own)
        if style.name.lower().startswith("toc "):
            return
        pieces: list[str] = []
        boxes: list = []
        _collect(paragraph, pieces, boxes)
        text = "".join(pieces).replace("\t", " ").strip()
        number = self._number(properties, style)
        if text or "月" in number or "季度" in number:
            yield from f"{_depth(style.name)}{number}{text}".rstrip().split("\n")
        for box in boxes:
            yield from self.lines_of(box)

    def _number(self, properties, style: _Style) -> str:
        found = properties.find(qn("w:numPr")) if properties is not None else None
        if found is None:
            return self._numbers.next(style.list_id, style.level) if style.list_id else ""
        list_id = value(found, "w:numId", style.list_id)
        return self._numbers.next(list_id, int(value(found, "w:ilvl", str(style.level))))

    def _style(self, key: str) -> _Style:
        """A paragraph style with what it takes over from those it is based on."""
        if key not in self._styles:
            name, list_id, level, hidden = "", "", -1, False
            at, seen = key, set()
            while at in self._elements and at not in seen:
                seen.add(at)
                element = self._elements[at]
                name = name or value(element, "w:name", "")
                found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
                if found is not None and not list_id:
                    list_id, level = value(found, "w:numId", ""), int(value(found, "w:ilvl", "0"))
                hidden = hidden or element.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None
                at = value(element, "w:basedOn", "")
            self._styles[key] = _Style(name, list_id, max(level, 0), hidden)
        return self._styles[key]

    def _table(self, table) -> Iterator[str]:
        """Rows over one grid: a cell that spans columns leaves those behind it empty, a band over all is a line."""
        rows = [list(self._cells(row)) for row in _inside(table, _TR)]
        width = max((sum(span for _, span, _ in row) for row in rows), default=0)
        for row in rows:
            shown = [cell for cell in row if cell[0] or cell[2]]
            if width == 1 or len(row) == 1 or len(shown) == 1 and shown[0][1] >= width:
                yield from (line for lines, _, _ in row for line in lines)
                continue
            cells: list[str] = []
            for lines, span, merged in row:
                text = "\v".join(line.lstrip("# ").replace("\t", " ") for line in lines)
                cells += [SAME_AS_ABOVE if merged else text, *[""] * (span - 1)]
            yield "\t".join(cells) if any(cells) else ""

    def _cells(self, row) -> Iterator[tuple[list[str], int, bool]]:
        """(lines, how many columns, merged with the cell above) of each cell."""
        properties = row.find(qn("w:trPr"))
        for tag in ("w:gridBefore",):
            skipped = int(value(properties, tag, "0")) if properties is not None else 0
            yield from [([], 1, False)] * min(skipped, 60)
        for cell in _inside(row, _TC):
            about = cell.find(qn("w:tcPr"))
            span = int(value(about, "w:gridSpan", "1")) if about is not None else 1
            merge = about.find(qn("w:vMerge")) if about is not None else None
            merged = merge is not None and merge.get(qn("w:val")) != "restart"
            lines = [line for line in self.lines_of(cell) if line.strip()]
            yield ([] if merged else lines), max(1, min(span, 60)), merged


def _inside(parent, tag: str) -> Iterator:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _ROOM:
            yield from _inside(child, tag)


def _collect(parent, pieces: list[str], boxes: list) -> None:
    """What a paragraph shows, and the text boxes that hang on it; of two drawings of one box only the first."""
    for child in parent:
        if child.tag == _R:
            if not _is_hidden(child):
                _collect(child, pieces, boxes)
        elif child.tag == _T:
            pieces.append(child.text or "")
        elif child.tag in _BREAKS:
            pieces.append(_BREAKS[child.tag] if child.get(qn("w:type")) in (None, "textWrapping") else "\n")
        elif child.tag in _ROOM:
            _collect(child, pieces, boxes)
        elif child.tag == _CHOICES:
            drawn = next((one for one in child if next(one.iter(_BOX), None) is not None), None)
            if drawn is not None:
                boxes.extend(_boxes(drawn))
        elif child.tag in (qn("w:pict"), qn("w:drawing"), qn("w:object")):
            boxes.extend(_boxes(child))


def _boxes(drawing) -> Iterator:
    """The text boxes of a drawing that are not inside another one of it."""
    for child in drawing:
        if child.tag == _BOX:
            yield child
        elif child.tag == _CHOICES:
            yield from _boxes(next(iter(child), ()))
        else:
            yield from _boxes(child)


def _is_hidden(run) -> bool:
    properties = run.find(qn("w:rPr"))
    vanish = properties.find(qn("w:vanish")) if properties is not None else None
    return vanish is not None and vanish.get(qn("w:val")) not in ("0", "false", "off")


def _depth(name: str) -> str:
    if name.lower() == "title":
        return "# "
    level = name.lower().removeprefix("heading ")
    # Word's first heading level stands under the title, which Markdown counts as level one.
    return f"{'#' * min(6, int(level) + 1)} " if level != name.lower() and level.isdigit() else ""
