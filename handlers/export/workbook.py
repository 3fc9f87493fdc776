"""A table as an .xlsx file as a Chinese office expects it: heading, header that repeats, widths, A4, page numbers.

What people typed is always text, so that no spreadsheet runs it. Pure: a table in, bytes out. Start at write().
"""

import io
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING

from data.chinese import half_width
from handlers.export.table import Column, Table, Value

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

A4 = 9  # the number that spreadsheets have for the paper
MOST_CHARACTERS = 32767  # of a cell, counted as UTF-16 does
HEADER = 3
NARROWEST, PADDING = 6, 2
LINE = 15  # points
PAGE = {False: 140, True: 220}  # half characters that are still readable on A4, upright and landscape
TITLE, NOTE, HEAD, CENTRED, RUNNING, MONEY, DAY, TOTAL, SUM = (
    "表题", "表注", "表头", "居中", "文字", "金额", "日期", "合计", "合计金额")

# What XML cannot hold, lone halves of surrogate pairs included.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # spreadsheets read _x003D_ as a sign of equality
_LEAD = re.compile("[\\s\x00-\x1f\u200b-\u200f\u2060\ufeff]+")
_FORMULA = ("=", "+", "-", "@", "\u2212")


def write(table: Table, name: str, maker: str, now: datetime) -> bytes:
    """The file, its sheet called `name`: heading, day and maker, header, rows, totals, foot."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.properties.creator, book.properties.title = maker, safe_text(table.heading)
    sheet = book.active
    sheet.title = name
    _add_styles(book)
    last = len(table.columns)
    _write_line(sheet, 1, last, table.heading, TITLE)
    _write_line(sheet, 2, last, f"制表日期：{now.year}年{now.month}月{now.day}日　制表人：{maker}", NOTE)
    _write_body(sheet, table)
    if table.foot:
        _write_line(sheet, sheet.max_row + 1, last, table.foot, NOTE)
    widths = [_width(column, index, table) for index, column in enumerate(table.columns)]
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    _set_heights(sheet, table, widths)
    _set_up_pages(sheet, table, sum(widths))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def safe_text(text: str) -> str:
    """What a cell can hold: no illegal characters, at most 32767 units, nothing that is read as an escape."""
    text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text.encode("utf-16-le")) > 2 * MOST_CHARACTERS:
        text = text.encode("utf-16-le")[:2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"
    return _ESCAPE.sub("_x005F_", text)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might run it once somebody edits the cell; blanks and wide signs do not hide it."""
    return text[:1] in ("\t", "\r", "\n") or half_width(_LEAD.sub("", text[:50], count=1))[:1] in _FORMULA


def _add_styles(book: "Workbook") -> None:
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, Side

    thin = Side(style="thin")
    box, bold = Border(left=thin, right=thin, top=thin, bottom=thin), Font(name="宋体", size=11, bold=True)
    plain = Font(name="宋体", size=11)
    centre = Alignment(horizontal="center", vertical="center", wrap_text=True)
    left = Alignment(horizontal="left", vertical="center", wrap_text=True)
    right = Alignment(horizontal="right", vertical="center")
    for style in (
            NamedStyle(TITLE, font=Font(name="黑体", size=16, bold=True), alignment=centre),
            NamedStyle(NOTE, font=Font(name="宋体", size=10), alignment=left),
            NamedStyle(HEAD, font=bold, border=box, alignment=centre),
            NamedStyle(CENTRED, font=plain, border=box, alignment=centre),
            NamedStyle(RUNNING, font=plain, border=box, alignment=left),
            NamedStyle(MONEY, font=plain, border=box, alignment=right, number_format="#,##0.00"),
            NamedStyle(DAY, font=plain, border=box, alignment=centre, number_format="yyyy-mm-dd"),
            NamedStyle(TOTAL, font=bold, border=box, alignment=centre),
            NamedStyle(SUM, font=bold, border=box, alignment=right, number_format="#,##0.00")):
        book.add_named_style(style)


def _write_line(sheet: "Worksheet", row: int, last: int, text: str, style: str) -> None:
    """A line over the whole width."""
    _put(sheet.cell(row, 1), text, style)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)


def _write_body(sheet: "Worksheet", table: Table) -> None:
    """Sums are numbers and not formulas: a preview on a phone computes none."""
    for index, column in enumerate(table.columns, 1):
        _put(sheet.cell(HEADER, index), column.title, HEAD)
    for number, row in enumerate(table.rows, HEADER + 1):
        for index, (value, column) in enumerate(zip(row, table.columns, strict=True), 1):
            _put(sheet.cell(number, index), value, _style_of(value, column))
    for number, row in enumerate(table.totals, HEADER + 1 + len(table.rows)):
        for index, value in enumerate(row, 1):
            _put(sheet.cell(number, index), value, SUM if isinstance(value, Decimal) else TOTAL)


def _style_of(value: Value, column: Column) -> str:
    match value:
        case Decimal():
            return MONEY
        case str() | int() | None:
            return RUNNING if column.left else CENTRED
    return DAY


def _put(cell: "Cell", value: Value, style: str) -> None:
    cell.style = style
    if not isinstance(value, str):
        cell.value = value
        return
    if value:
        cell.value = safe_text(value)
        cell.data_type = "s"  # whatever it begins with; openpyxl takes =… for a formula and #N/A for an error
        if looks_like_formula(value):
            cell.quotePrefix = True  # still text when somebody edits the cell


def _width(column: Column, index: int, table: Table) -> int:
    """As wide as the longest line in it, within limits."""
    values = chain((column.title,), (row[index] for row in chain(table.rows, table.totals)))
    longest = max(_columns_of(line) for value in values for line in _shown(value).split("\n"))
    return max(NARROWEST, min(longest, column.widest) + PADDING)


def _shown(value: Value) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:,.2f}"
    return str(value)


def _columns_of(text: str) -> int:
    """Chinese characters are two columns wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _set_heights(sheet: "Worksheet", table: Table, widths: Sequence[int]) -> None:
    """Merged lines and the header get no height by themselves; rows of wrapped text do."""
    total = sum(widths)
    sheet.row_dimensions[1].height = 28 * ceil(_columns_of(table.heading) * 1.5 / total)
    sheet.row_dimensions[HEADER].height = LINE * max(
        sum(max(1, ceil(_columns_of(line) / (width - PADDING))) for line in column.title.split("\n"))
        for column, width in zip(table.columns, widths, strict=True)) + 6
    if table.foot:
        sheet.row_dimensions[sheet.max_row].height = LINE * ceil(_columns_of(table.foot) / total)


def _set_up_pages(sheet: "Worksheet", table: Table, total: int) -> None:
    """A4, as many pages wide as stay readable, heading and names on each, page numbers at the foot."""
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = f"{get_column_letter(table.fixed + 1)}{HEADER + 1}"
    sheet.print_title_rows = f"1:{HEADER}"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape" if table.landscape else "portrait"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    pages = ceil(total / PAGE[table.landscape])
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    if pages > 1:
        sheet.print_title_cols = f"A:{get_column_letter(table.fixed)}"
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
