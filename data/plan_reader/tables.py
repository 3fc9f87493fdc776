"""A table as a part of the calendar: months down a column, weeks down a column, or months across the head.

Pure. Start at read_table().
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from data.plan_reader.clean import SAME_AS_ABOVE
from data.plan_reader.months import parse_cell
from data.plan_rules import kinds_in

_WHEN = re.compile(r"^((?:实施|活动|年度|完成)?月份|月度?|年月)$|^(时间|日期|起止|完成时[间限]|活动时间|时间安排|具体时间)|^(周次?|星期)|^(季度)")
_CONTENT = re.compile(r"内容|活动|工作|主题|事项|项目|安排|任务|课题|重点|行事")
_NO_CONTENT = re.compile(
    r"负责|责任|地点|备注|时间|日期|对象|参加|参与|形式|单位|人员|学时|要求|主持|序号|编号|部门|处室|牵头|目标|方式|主讲|"
    r"领导|联系|完成|落实|措施|经费|预算|周次|类别|说明|场地|准备|组织者|执行|协助|配合")
_NOTHING = re.compile(r"[\s/／\\—–\-－无×*〇○·.…]*")
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableItem:
    """A piece of a cell: the day its row names, and the head of its column, which may be a kind."""

    text: str
    day: str
    label: str


@dataclass(slots=True)
class TableBlock:
    months: tuple[int, ...]
    heading: str
    start: int
    items: list[TableItem] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """What was read: blocks (start counts rows), the rows they take, and the cells that are no entries."""

    blocks: list[TableBlock] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    headed: bool = False
    columns: "Columns | None" = None


@dataclass(slots=True)
class Columns:
    """`when`: the month's column first, then those that name a day."""

    when: tuple[int, ...]
    content: tuple[int, ...]
    names: list[str]


def read_table(rows: list[Cells], before: Columns | None = None) -> Table:
    """Rows that follow each other: several tables, each with its own head, or with that of the table `before`."""
    reader = _Reader(rows, before)
    for at in range(len(rows)):
        reader.read(at)
    reader.table.columns = reader.columns
    return reader.table


class _Reader:
    def __init__(self, rows: list[Cells], before: Columns | None) -> None:
        self.rows = rows
        self.table = Table()
        same = before is not None and len(rows[0]) == len(before.names)
        self.columns = before if same else None
        self.across: dict[int, tuple[int, ...]] = {}
        self.fresh = False  # no row since the head
        self.plain = _month_column(rows)

    def read(self, at: int) -> None:
        row = self.rows[at]
        if across := _months_across(row):
            self.across, self.columns = across, None
            self._take(at, [cell for place, cell in enumerate(row) if place not in across])
            self.table.headed = True
            for place, months in across.items():
                self.table.blocks.append(TableBlock(months, _heading(row[place], months), at))
        elif columns := _parse_head(self.rows, at):
            self.columns, self.across, self.fresh = columns, {}, True
            self.table.headed = True
            self._take(at, list(row))
        elif self.across:
            self._read_across(at, row)
        elif self.columns and self.fresh and self._is_second_head(row):
            names = [new if new not in ("", SAME_AS_ABOVE) else old
                     for new, old in zip(row, self.columns.names, strict=False)]
            self.columns = _columns(names, self.rows[at + 1:]) or self.columns
            self._take(at, list(row))
        elif self.columns:
            self.fresh = False
            self._read_row(at, row, self.columns)
        elif self.plain is not None:
            names = ["" for _ in row]
            rest = [place for place, cell in enumerate(row) if place > self.plain and not parse_cell(cell)[0]
                    and not _NOTHING.fullmatch(cell) and not cell.isdigit()]
            self._read_row(at, row, Columns((self.plain,), tuple(rest[:1]), names))

    def _take(self, at: int, left_out: list[str]) -> None:
        self.table.taken.append(at)
        self.table.left_out += [one for cell in left_out for one in cell.split("\v") if one.strip(" " + SAME_AS_ABOVE)]

    def _is_second_head(self, row: Cells) -> bool:
        first = row[self.columns.when[0]] if self.columns.when[0] < len(row) else ""
        return first in ("", SAME_AS_ABOVE) and all(len(cell) <= 10 for cell in row) and any(
            cell == SAME_AS_ABOVE for cell in row)

    def _read_across(self, at: int, row: Cells) -> None:
        self._take(at, [cell for place, cell in enumerate(row) if place not in self.across])
        label = row[0] if 0 not in self.across else ""
        for block in self.table.blocks:
            for place, months in self.across.items():
                if block.months == months and place < len(row) and block in self.table.blocks[-len(self.across):]:
                    self._add(block, row[place], "", label)

    def _read_row(self, at: int, row: Cells, columns: Columns) -> None:
        cells = {place: row[place] if place < len(row) else "" for place in (*columns.when, *columns.content)}
        if sum(bool(cell) for cell in row) == 1 and not cells[columns.when[0]]:
            only = next(place for place, cell in enumerate(row) if cell)
            if only not in columns.content:
                self._take(at, list(row))  # a band between the rows
                return
        months, has_day = self._months(cells, columns)
        blocks = self.table.blocks
        if not months and (not blocks or cells[columns.when[0]] not in ("", SAME_AS_ABOVE)):
            return
        others = [cell for place, cell in enumerate(row) if place not in columns.content]
        texts = [cells[place] for place in columns.content]
        if blocks and months and all(text == SAME_AS_ABOVE for text in texts) and texts:
            blocks[-1].months = tuple(dict.fromkeys((*blocks[-1].months, *months)))
            self._take(at, others)
            return
        if months and not (blocks and self.table.taken and blocks[-1].months == months):
            blocks.append(TableBlock(months, _heading(cells[columns.when[0]], months), at))
        day = " ".join(cells[place] for place in columns.when[1:]) or (cells[columns.when[0]] if has_day else "")
        kind = next((cell for cell in others if len(cell) <= 8 and kinds_in(cell) != ("其他",)), "")
        for place in columns.content:
            self._add(blocks[-1], cells[place], day, kind or columns.names[place])
        self._take(at, others)

    def _months(self, cells: dict[int, str], columns: Columns) -> tuple[tuple[int, ...], bool]:
        for place in columns.when:
            months, has_day = parse_cell(cells[place])
            if months and (columns.names[place] or not cells[place].isdigit()):
                return months, has_day
            if cells[place] == SAME_AS_ABOVE or place == columns.when[0] and self.table.blocks and not cells[place]:
                return (), False
        return (), False

    def _add(self, block: TableBlock, cell: str, day: str, label: str) -> None:
        for piece in cell.split("\v"):
            if _NOTHING.fullmatch(piece) or piece == SAME_AS_ABOVE:
                continue
            block.items.append(TableItem(piece.strip(), day, label))


def _heading(cell: str, months: tuple[int, ...]) -> str:
    plain = re.sub(r"\s", "", cell)
    numbers = re.search(r"\d[.\-/]\d|[日号]|周", plain) or plain.isdigit() or not plain or plain == SAME_AS_ABOVE
    return "、".join(f"{month}月" for month in months) if numbers else plain


def _month_column(rows: list[Cells]) -> int | None:
    """Of a table without a head: which of the first columns holds months in at least two rows."""
    for place in range(3):
        named = [cell for row in rows if place < len(row) and (cell := row[place]) and not cell.isdigit()
                 and parse_cell(cell)[0]]
        filled = [row for row in rows if place < len(row) and row[place] not in ("", SAME_AS_ABOVE)]
        if len(named) > 1 and 2 * len(named) >= len(filled):
            return place
    return None


def _months_across(row: Cells) -> dict[int, tuple[int, ...]]:
    """Columns by the months they are headed with, where a row is a head of months and nothing else."""
    found = {place: months for place, cell in enumerate(row) if (months := parse_cell(cell)[0])
             and "." not in cell}
    numbers = all(row[place].isdigit() for place in found)
    filled = sum(bool(cell) for cell in row)
    if len(found) < (3 if numbers else 2) or filled - len(found) > 1:
        return {}
    order = [months[0] for months in found.values()]
    return found if all((b - a) % 12 in (1, 2, 3) for a, b in pairwise(order)) else {}


def _parse_head(rows: list[Cells], at: int) -> Columns | None:
    """The columns a row names; None if it is no head."""
    names = [re.sub(r"\s", "", cell) for cell in rows[at]]
    filled = [name for name in names if name]
    if len(filled) < 2 or any(len(name) > 14 for name in filled) or not any(_WHEN.search(name) for name in filled):
        return None
    if any(parse_cell(name)[0] for name in filled):
        return None
    return _columns(names, rows[at + 1:])


def _columns(names: list[str], below: list[Cells]) -> Columns | None:
    ranked = []
    for place, name in enumerate(names):
        if (found := _WHEN.search(name)) and len(name) <= 8:
            cells = [row[place] for row in below if place < len(row) and row[place] not in ("", SAME_AS_ABOVE)]
            good = sum(bool(parse_cell(cell)[0]) for cell in cells[:24])
            if good and 2 * good >= len(cells[:24]):
                ranked.append((found.lastindex, place))
    if not ranked:
        return None
    when = ranked and [place for _, place in sorted(ranked)]
    others = [place for place, name in enumerate(names) if place not in when and name and not _WHEN.search(name)]
    kinds = [place for place in others if kinds_in(names[place]) != ("其他",)]
    named = [place for place in others if _CONTENT.search(names[place]) and not _NO_CONTENT.search(names[place])]
    exact = [place for place in named if "内容" in names[place]]
    free = [place for place in others if not _NO_CONTENT.search(names[place])]
    content = exact or (sorted({*free, *kinds}) if kinds else named) or free
    days = [place for _, place in sorted(ranked)[1:]] + [
        place for place, name in enumerate(names) if _WHEN.search(name) and place not in when and "周" not in name]
    return Columns((when[0], *dict.fromkeys(place for place in days if "季" not in names[place])),
                    tuple(content), names) if content else None
