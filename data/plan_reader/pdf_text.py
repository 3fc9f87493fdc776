"""A .pdf with a text layer as lines of text: paragraphs joined, columns in reading order, tables as rows.

Knows plans only as far as a new paragraph begins with a number or a month. Start at text_of_pdf().
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

from data.plan_reader.lines import parse_mark
from data.plan_reader.model import NotAPlan
from data.plan_reader.months import parse_cell, parse_heading
from data.plan_reader.pdf_page import Page, Segment, Table, read_page

MOST_PAGES = 120
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it tells the screen about every flaw of a file
_PAGE = re.compile(r"[-—–·\s]*(?:第\s*)?\d{1,3}\s*(?:页|/\s*\d{1,3})?[-—–·\s]*(?:共\s*\d{1,3}\s*页)?")


def text_of_pdf(file: IO[bytes]) -> str:
    """One line a paragraph; a row's cells between tabs, lines in a cell by \\v; headers and footers in [页眉页脚: …]."""
    pages = []
    for layout in _layouts(file):
        pages.append(read_page(layout))
        if len(pages) > MOST_PAGES:
            raise NotAPlan(f"这个 .pdf 超过{MOST_PAGES}页，不像一份工作计划；请只交计划本身。")
    furniture = _furniture(pages)
    marks = [f"[页眉页脚: {one.text}]" for page in pages for one in page.segments if id(one) in furniture]
    lines: list[str] = []
    column: list[Segment] = []
    for page in pages:
        page.segments = [one for one in page.segments if id(one) not in furniture]
        for part in _in_reading_order(page):
            if isinstance(part, Table):
                lines += _paragraphs(column)
                column = []
                lines += ["\t".join(row) for row in part.rows]
            elif column:
                column, ended = _carry(column, part)
                lines += ended
            else:
                column = part
    return "\n".join([*lines, *_paragraphs(column), *marks])


def _layouts(file: IO[bytes]) -> Iterator[LTPage]:
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)  # single characters; their order is found out here
    interpreter = PDFPageInterpreter(resources, device)
    for page in PDFPage.get_pages(file):
        interpreter.process_page(page)
        yield device.get_result()


def _carry(column: list[Segment], part: list[Segment]) -> tuple[list[Segment], list[str]]:
    """A paragraph may go on in the next column or on the next page: its last line is moved there to be joined."""
    lines = _paragraphs(column)
    last, first = column[-1], part[0]
    if last.x1 > _edges(column)[1] - 2.2 * last.size and _goes_on(last, first, part):
        joined = Segment(first.x0, first.x1, first.y, first.size, lines.pop() + first.text)
        return [joined, *part[1:]], lines
    return part, lines


def _furniture(pages: list[Page]) -> set[int]:
    """What stands at the same height at the top or bottom of several pages, but for its numbers."""
    def key(one: Segment) -> tuple[str, int]:
        return re.sub(r"[\d一二三四五六七八九十]+", "0", re.sub(r"\s", "", one.text)), round(one.y / 6)

    edges = [[one for one in page.segments if one.y in _edge_heights(page)] for page in pages]
    seen = Counter(key(one) for edge in edges for one in edge)
    return {id(one) for edge in edges for one in edge
            if _PAGE.fullmatch(one.text) or seen[key(one)] > 1 and 2 * seen[key(one)] >= len(pages)}


def _edge_heights(page: Page) -> set[float]:
    heights = sorted({one.y for one in page.segments})
    return {*heights[:2], *heights[-2:]}


def _in_reading_order(page: Page) -> list[list[Segment] | Table]:
    """Blocks of one column each, and tables, from the top."""
    parts: list[list[Segment] | Table] = []
    rest = page.segments
    for table in sorted(page.tables, key=lambda one: -one.top):
        above = [one for one in rest if one.y > table.top]
        rest = [one for one in rest if one.y <= table.top]
        parts += [*_columns(above, page.width), table]
    return [part for part in [*parts, *_columns(rest, page.width)] if not isinstance(part, list) or part]


def _columns(segments: list[Segment], width: float) -> list[list[Segment] | Table]:
    rows = _rows(segments)
    if table := _unruled(rows):
        return [table]
    best: tuple[int, float, int, int] | None = None
    for tenth in range(30, 71, 2):
        gutter = width * tenth / 100
        for begin, end in _runs(rows, gutter):
            inside = [one for row in rows[begin:end] for one in row]
            left = sum(one.x1 <= gutter for one in inside)
            right = len(inside) - left
            if min(left, right) >= 3 and (best is None or end - begin > best[0]):
                best = (end - begin, gutter, begin, end)
    if best is None:
        return [[one for row in rows for one in _whole(row)]]
    _, gutter, begin, end = best
    above, below = ([one for row in part for one in _whole(row)] for part in (rows[:begin], rows[end:]))
    inside = [one for row in rows[begin:end] for one in row]
    return [above, [one for one in inside if one.x1 <= gutter], [one for one in inside if one.x1 > gutter], below]


def _rows(segments: list[Segment]) -> list[list[Segment]]:
    rows: list[list[Segment]] = []
    for one in sorted(segments, key=lambda one: (-one.y, one.x0)):
        if rows and rows[-1][0].y - one.y < 0.5 * one.size:
            rows[-1].append(one)
        else:
            rows.append([one])
    return [sorted(row, key=lambda one: one.x0) for row in rows]


def _runs(rows: list[list[Segment]], gutter: float) -> list[tuple[int, int]]:
    """Stretches of rows in which nothing crosses the gutter."""
    found, begin = [], 0
    for at, row in enumerate([*rows, None]):
        if row is None or any(one.x0 < gutter < one.x1 for one in row):
            if at > begin:
                found.append((begin, at))
            begin = at + 1
    return found


def _unruled(rows: list[list[Segment]]) -> Table | None:
    """A table without rules: several rows that begin with a month and have more cells behind it."""
    months = [at for at, row in enumerate(rows) if len(row) > 1 and parse_cell(row[0].text)[0]]
    if len(months) < 3 or 2 * len(months) < len(rows):
        return None
    return Table(0, [[one.text for one in row] for row in rows])


def _whole(row: list[Segment]) -> list[Segment]:
    """The parts of a line outside of columns and tables are one line again."""
    first, last = row[0], row[-1]
    return [Segment(first.x0, last.x1, first.y, first.size, " ".join(one.text for one in row))]


def _paragraphs(column: list[Segment]) -> list[str]:
    """The lines of a column, each joined to the one before it that it goes on with."""
    lines: list[str] = []
    right = _edges(column)[1] if column else 0
    for at, one in enumerate(column):
        last = column[at - 1]
        if at and last.x1 > right - 2.2 * last.size and _goes_on(last, one, column):
            lines[-1] += one.text
        else:
            lines.append(one.text)
    return lines


def _edges(column: list[Segment]) -> tuple[float, float]:
    """Where the lines of a column begin and end; a single line that sticks out is none of its edges."""
    begins, ends = sorted(one.x0 for one in column), sorted(one.x1 for one in column)
    left = begins[1] if len(begins) > 3 and begins[1] - begins[0] > 5 and begins[2] - begins[1] < 5 else begins[0]
    return left, ends[-1]


def _goes_on(last: Segment, one: Segment, column: list[Segment]) -> bool:
    """Whether a line belongs to the paragraph of the full line before it: as large, not indented, not numbered."""
    indented = one.x0 - _edges(column)[0] > 1.2 * one.size and one.x0 - last.x0 > -0.5 * one.size
    alike = 0.88 < one.size / last.size < 1.14
    long = last.x1 - last.x0 > 14 * last.size
    return alike and long and not indented and not _begins_anew(one.text)


def _begins_anew(text: str) -> bool:
    heading = parse_heading(text)
    return parse_mark(text) is not None or heading is not None and heading.firm
