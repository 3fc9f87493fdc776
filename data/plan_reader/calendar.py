"""Which lines of a plan are its calendar: months with their items, in lists, in one line, or as table rows.

Pure. Whatever it does not take stays with the sections. Start at find_calendar().
"""

from dataclasses import dataclass, field

from data.plan_reader.items import joined, split_items
from data.plan_reader.lines import BULLET, Line, Mark, parse_mark
from data.plan_reader.months import Heading, are_ordinals, parse_heading
from data.plan_reader.patterns import (
    EVERY,
    INLINE_MONTH,
    is_afterword,
    is_appendix,
    is_calendar_title,
    is_unnumbered_heading,
    is_usual_heading,
)
from data.plan_reader.tables import Columns, Row, parse_header, parse_row


@dataclass(slots=True)
class Item:
    """One entry as read: its number as printed, its text, and the table cell that dates it."""

    number: str
    text: str
    day: str = ""


@dataclass(slots=True)
class RawBlock:
    """A month heading and its items; `start` is the index of its line.

    `rule` is 每月 and the like, where such a heading stands instead of months.
    """

    months: tuple[int, ...]
    heading: str
    start: int
    rule: str = ""
    from_table: bool = False
    items: list[Item] = field(default_factory=list)
    rank: int | None = None
    value: int | None = None


def find_calendar(lines: list[Line]) -> tuple[list[RawBlock], frozenset[int]]:
    """The calendar's blocks in order, and the indices of the lines they take."""
    walk = _Walk(lines)
    for index, line in enumerate(lines):
        if line.cells:
            walk.read_row(index, line.cells)
        else:
            walk.read_line(index, line)
    return walk.blocks, frozenset(walk.taken)


class _Walk:
    """One pass over the lines; knows the open block, and whether the lines stand under a calendar's title."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.ordinals = are_ordinals([line.text for line in lines if len(line.text) < 60])
        self.headings = [None if line.cells else parse_heading(line.text, self.ordinals) for line in lines]
        firm = {month for heading in self.headings if heading and heading.firm for month in heading.months}
        rows = {month for line in lines if line.cells and (row := parse_row(line.cells, None)) for month in row.months}
        # One month heading alone is more likely a stray line than a calendar; two make a calendar without a title.
        self.listed, self.tabled = len(firm) > 1, len(rows) > 1
        self.columns: Columns | None = None
        self.titled = False
        self.blocks: list[RawBlock] = []
        self.taken: list[int] = []
        self.block: RawBlock | None = None
        self.last_value: int | None = None

    def read_line(self, index: int, line: Line) -> None:
        heading = self.headings[index]
        mark = parse_mark(line.text)
        if heading and (self.titled or heading.firm and self.listed):
            self._open(index, heading.months, heading.printed)
            self._add_rest(index, heading)
        elif (every := EVERY.match(line.text)) and (self.titled or self.block):
            self._open(index, (), every[1], rule=every[1])
            self._add_text(line.text[every.end():])
        elif self.block is not None and self._continues(index, line, mark):
            self.taken.append(index)
            self._add(line.text, mark)
        elif is_calendar_title(line.text):
            self.block, self.titled, self.columns = None, True, None
        elif self.block is not None or line.depth or (mark is not None and mark.rank <= 1):
            self.block, self.titled = None, False

    def read_row(self, index: int, cells: tuple[str, ...]) -> None:
        if columns := parse_header(cells):
            self.columns, self.block = columns, None
            self.taken.append(index)
            return
        row = parse_row(cells, self.columns)
        inside = self.block is not None and self.block.from_table
        if row is None or not (inside or row.months and (self.columns or self.titled or self.tabled)):
            self.block = None
            return
        self._add_row(index, row, inside)

    def _add_row(self, index: int, row: Row, inside: bool) -> None:
        if row.months and not (inside and self.block.months == row.months):
            self._open(index, row.months, row.heading, from_table=True)
        else:
            self.taken.append(index)
        for text in row.texts:
            self._add_text(text, row.day)

    def _open(self, index: int, months: tuple[int, ...], printed: str, rule: str = "",
              from_table: bool = False) -> None:
        if self.block is not None:
            self.last_value = self.block.value
        self.block = RawBlock(months, printed, index, rule, from_table)
        self.blocks.append(self.block)
        self.taken.append(index)

    def _add_rest(self, index: int, heading: Heading) -> None:
        following = self.lines[index + 1:index + 2]
        if heading.theme and following and not self.headings[index + 1] and parse_mark(following[0].text):
            # A motto above the items is none of them.
            self.block.heading = f"{heading.printed}：{heading.rest}".rstrip("：")
            return
        first, *more = INLINE_MONTH.split(heading.rest)
        self._add_text(first)
        for piece in more:
            if inline := parse_heading(piece):
                self._open(index, inline.months, inline.printed)
                self._add_text(inline.rest)

    def _continues(self, index: int, line: Line, mark: Mark | None) -> bool:
        text, block = line.text, self.block
        if block.from_table or line.depth or is_appendix(text) or is_afterword(text):
            return False
        if mark is not None:
            return mark.rank == BULLET or mark.rank > 0 and self._fits(mark)
        if is_usual_heading(text) or is_unnumbered_heading(text) and self._opens_calendar(index + 1):
            return False
        if block.rank in (None, BULLET):
            return len(text) <= 200
        return self._is_inside(index)

    def _opens_calendar(self, index: int) -> bool:
        """Whether a table or months begin anew here: then the line above is a title, else an entry (制定活动安排表)."""
        if index >= len(self.lines):
            return False
        heading, months = self.headings[index], self.block.months
        return bool(self.lines[index].cells or heading and months and heading.months[0] <= months[0])

    def _fits(self, mark: Mark) -> bool:
        """Whether an item's number follows from those before; if not, it numbers a section after the calendar."""
        block = self.block
        if block.rank is None or block.value is None:
            return mark.value == 1 or mark.value == (self.last_value or 0) + 1
        if mark.rank > block.rank:
            return True
        return mark.rank == block.rank and block.value <= (mark.value or 0) <= block.value + 2

    def _is_inside(self, index: int) -> bool:
        """A line without number after numbered items belongs to them only if more items or another month follow."""
        for later in range(index + 1, min(index + 5, len(self.lines))):
            if self.headings[later]:
                return True
            if mark := parse_mark(self.lines[later].text):
                return self._fits(mark) and mark.value != 1
        return False

    def _add(self, text: str, mark: Mark | None) -> None:
        block = self.block
        if mark is None:
            if block.rank in (None, BULLET) or not block.items:
                self._add_text(text)
            else:
                block.items[-1].text = joined(block.items[-1].text, text)
            return
        deeper = block.rank is not None and mark.rank > block.rank
        if deeper and block.items and block.items[-1].text.endswith(("：", ":")):
            block.items.pop()  # 学习教育： above (1) (2) only groups them; they are what is done
        if not deeper:
            block.rank, block.value = mark.rank, mark.value
        self._add_text(text)

    def _add_text(self, text: str, day: str = "") -> None:
        self.block.items.extend(Item(number, piece, day) for number, piece in split_items(text) if len(piece) > 1)
