"""Rows of a table as parts of a calendar: which column holds the month, which the content.

Pure. Start at parse_header() and parse_row().
"""

import re
from dataclasses import dataclass

from data.plan_reader.months import parse_cell

_MONTH = re.compile(r"月份|时间|日期|月|月度|周次")
_CONTENT = re.compile(r"内容|活动|工作|主题|事项|项目|安排|任务|课题")
_NO_CONTENT = re.compile(r"负责|责任|地点|备注|时间|日期|对象|参加|参与|形式|单位|人员|学时|要求|主持|序号")


@dataclass(frozen=True, slots=True)
class Columns:
    month: int
    content: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """`months` is empty where the month cell is: the row goes on with the month above. `day` is a cell naming a day."""

    months: tuple[int, ...]
    heading: str
    day: str
    texts: tuple[str, ...]


def parse_header(cells: tuple[str, ...]) -> Columns | None:
    """The columns a table's first row names; None if it is no such row."""
    names = [re.sub(r"\s", "", cell) for cell in cells]
    months = [i for i, name in enumerate(names) if len(name) <= 6 and _MONTH.match(name)]
    content = [i for i, name in enumerate(names) if i not in months and len(name) <= 10
               and _CONTENT.search(name) and not _NO_CONTENT.search(name)]
    if not months or not content:
        return None
    exact = [i for i in content if "内容" in names[i]]
    return Columns(months[0], tuple(exact or content))


def parse_row(cells: tuple[str, ...], columns: Columns | None) -> Row | None:
    """A row of the calendar; None if it is none. Without a header the month stands in the first or second cell."""
    places = (columns.month,) if columns else range(min(2, len(cells)))
    for place in places:
        cell = cells[place].strip() if place < len(cells) else ""
        months, has_day = parse_cell(cell)
        if months and (columns or not cell.isdigit()):
            heading = f"{months[0]}月" if has_day or "." in cell or cell.isdigit() else re.sub(r"\s", "", cell)
            return Row(months, heading, cell if has_day else "", _texts(cells, place, columns))
        if columns and not cell:
            return Row((), "", "", _texts(cells, place, columns))
    return None if columns or cells[0] else Row((), "", "", _texts(cells, 0, columns))


def _texts(cells: tuple[str, ...], month: int, columns: Columns | None) -> tuple[str, ...]:
    if columns:
        found = [cells[i] for i in columns.content if i < len(cells)]
    else:
        found = [cell for cell in cells[month + 1:] if cell and not parse_cell(cell)[0]][:1]
    return tuple(piece.strip() for cell in found for piece in cell.split("\v") if piece.strip())
