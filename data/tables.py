"""A table file (.csv or .xlsx) as lines of text cells under the columns of its header.

Pure: bytes in, lines out; knows no roster and no database. Start at read_table().
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from data.chinese import half_width

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 20_000
MAX_COLUMNS = 60
MAX_UNPACKED = 20 * MAX_BYTES  # an .xlsx is a zip file, and a small one can unpack to anything
HEADER_WITHIN = 5  # people put a title above the header
DELIMITERS = ",\t;，"


class NotATable(Exception):
    """The file is no readable table; the message is one Chinese sentence: what is wrong, what to hand in instead."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is looked for, under its name or another that people use for it."""

    name: str
    required: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line of the file cannot be taken."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"第{self.line}行：{self.reason}"


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line that is not empty: its number in the file and its cells by column, "" where there is nothing."""

    number: int
    cells: Mapping[str, str]


def read_table(content: bytes, columns: Sequence[Column]) -> list[TableLine]:
    """The lines below the header. Unknown columns are left out. Raises NotATable."""
    if not content.strip():
        raise NotATable("文件是空的，请确认选对了文件。")
    if len(content) > MAX_BYTES:
        raise NotATable("文件超过5MB，不像是一张名单，请确认选对了文件。")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotATable("这是旧版的 .xls 文件，请在表格软件里另存为 .xlsx 或 .csv 再导入。")
    rows = _xlsx_rows(content) if content.startswith(b"PK\x03\x04") else _csv_rows(content)
    return _below_header(rows, columns)


def _below_header(rows: Iterable[tuple[int, list[str]]], columns: Sequence[Column]) -> list[TableLine]:
    names = {name: column.name for column in columns for name in (column.name, *column.also)}
    header: list[str | None] | None = None
    nearest: set[str] = set()
    lines: list[TableLine] = []
    for number, cells in rows:
        if header is None:
            found = [names.get(_squeeze(cell)) for cell in cells]
            nearest = max(nearest, set(found) - {None}, key=len)
            if {column.name for column in columns if column.required} <= set(found):
                header = _checked(found)
            elif number >= HEADER_WITHIN:
                break
        elif any(cells):
            if len(lines) == MAX_LINES:
                raise NotATable(f"表格超过{MAX_LINES}行，请确认选对了文件。")
            pairs = zip(header, cells, strict=False)
            lines.append(TableLine(number, dict.fromkeys(names.values(), "") | {n: c for n, c in pairs if n}))
    if header is None:
        raise NotATable(_no_header(columns, nearest))
    if not lines:
        raise NotATable("表头下面没有内容，请确认选对了文件。")
    return lines


def _checked(header: list[str | None]) -> list[str | None]:
    for name in header:
        if name and header.count(name) > 1:
            raise NotATable(f"表头里“{name}”出现了不止一次，请只留一列。")
    return header


def _no_header(columns: Sequence[Column], found: set[str]) -> str:
    missing = "、".join(column.name for column in columns if column.required and column.name not in found)
    known = "、".join(column.name for column in columns)
    return f"没有找到完整的表头，缺少：{missing}。表头可以有这些列：{known}。"


def _squeeze(text: str) -> str:
    return re.sub(r"[\s*＊:：]", "", half_width(text))


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decode(content)
    head = "\n".join(text.split("\n", HEADER_WITHIN)[:HEADER_WITHIN])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=head.count))
    last = 0
    try:
        for row in reader:
            # A quoted cell may run over several lines; the first is where people look.
            yield last + 1, [_tidy(cell) for cell in row]
            last = reader.line_num
    except csv.Error:
        raise NotATable(f"第{last + 1}行之后读不下去，请把表格另存为 .xlsx 或 CSV 再导入。") from None


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in content:
        encodings = []
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotATable("这不是表格文件，请用 .xlsx，或者 UTF-8、GBK 编码的 .csv。")


def _xlsx_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    unreadable = NotATable("这个 .xlsx 文件打不开，请在表格软件里重新保存后再导入。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise unreadable
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        values = sheet.iter_rows(values_only=True, max_row=MAX_LINES + HEADER_WITHIN + 1, max_col=MAX_COLUMNS) \
            if sheet else ()
        rows = [[cell_text(value) for value in row] for row in values]
    except NotATable:
        raise
    except Exception:  # openpyxl raises whatever its parsers do (KeyError, XML and zip errors) on a broken file
        raise unreadable from None
    yield from enumerate(rows, 1)


def cell_text(value: object) -> str:
    """A cell of a sheet as a person reads it: 1001.0 is 1001, a date is 2017-03-10, a time 14:00."""
    match value:
        case None | bool():
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
    return _tidy(str(value))


def _tidy(text: str) -> str:
    """One line without invisible characters and outer blanks."""
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff\x00-\x1f\x7f]+", " ", text).strip()
