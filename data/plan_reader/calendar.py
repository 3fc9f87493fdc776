"""Which lines of a plan are its calendar: months with their items, in lists, in one line, or as tables.

Pure. Whatever it does not take stays with the sections. Start at find_calendar().
"""

from dataclasses import dataclass

from data.plan_reader.blocks import RawBlock, is_detail, is_label
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
from data.plan_reader.tables import Columns, read_table

LONGEST_MOTTO = 24


@dataclass(frozen=True, slots=True)
class Calendar:
    """The blocks in order, the indices of the lines they take, and what of these lines is in no entry."""

    blocks: list[RawBlock]
    taken: frozenset[int]
    left_out: list[str]


def find_calendar(lines: list[Line]) -> Calendar:
    walk = _Walk(lines)
    index = 0
    while index < len(lines):
        if lines[index].cells:
            end = index
            while end < len(lines) and lines[end].cells:
                end += 1
            walk.read_rows(index, end)
            index = end
        else:
            walk.read_line(index, lines[index])
            index += 1
    walk.drop_frames()
    left_out = [*walk.left_out, *(one for block in walk.blocks for one in block.left_out)]
    return Calendar(walk.blocks, frozenset(walk.taken), left_out)


class _Walk:
    """One pass over the lines; knows the open block, and whether the lines stand under a calendar's title."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.marks = [None if line.cells else parse_mark(line.text) for line in lines]
        self.ordinals = are_ordinals([line.text for line in lines if not line.cells and len(line.text) < 200])
        self.headings = [None if line.cells else parse_heading(line.text, self.ordinals) for line in lines]
        firm = {month for heading in self.headings if heading and heading.firm for month in heading.months}
        # One month heading alone is more likely a stray line than a calendar; two make a calendar without a title.
        self.listed = len(firm) > 1
        self.titled = False
        self.base = -1
        self.blocks: list[RawBlock] = []
        self.taken: list[int] = []
        self.left_out: list[str] = []
        self.block: RawBlock | None = None
        self.by_day = False  # the open block is one day of a list of days
        self.columns: Columns | None = None  # of the table above

    def read_line(self, index: int, line: Line) -> None:
        heading, mark = self.headings[index], self.marks[index]
        if heading and heading.day and self.block is not None and not self.by_day:
            heading = None  # a day inside a month is an item
        if heading and (self.titled or heading.firm and self.listed) and not self._is_item(heading, mark):
            self._open(index, heading.months, heading.printed)
            self.by_day = bool(heading.day)
            self._add_rest(index, heading)
        elif (every := EVERY.match(line.text)) and (self.titled or self.block):
            self._open(index, (), every[1], rule=every[1])
            self.block.add_text(line.text[every.end():])
        elif self.block is not None and self._continues(index, line, mark):
            self.taken.append(index)
            self.block.add_line(line.text, mark, line.indent, self._groups(index, mark))
        elif is_calendar_title(line.text):
            self.block, self.titled = None, True
            self.base = mark.rank if mark and mark.rank != BULLET else -1
        elif self.block is not None or line.depth or (mark is not None and mark.rank <= 1):
            self.block, self.titled = None, False
            self.base = mark.rank if mark is not None and mark.rank <= 1 else self.base

    def drop_frames(self) -> None:
        """上半年 or 第一季度 with nothing below it but its months is the title of a section."""
        for block, following in zip(self.blocks[:-1], self.blocks[1:], strict=True):
            inside = set(following.months) < set(block.months)
            if inside and not block.items and not self.lines[block.start].cells and not block.left_out:
                self.blocks.remove(block)
                self.taken.remove(block.start)

    def _is_item(self, heading: Heading, mark: Mark | None) -> bool:
        """Under 第一季度, `1、三月召开党员大会` is an item, no month of its own."""
        block = self.block
        return (block is not None and mark is not None and mark.rank > 2 and not heading.firm and block.fits(mark)
                and block.rank in (mark.rank, None))

    def _groups(self, index: int, mark: Mark | None) -> bool:
        below = self.marks[index + 1] if index + 1 < len(self.lines) and not self.headings[index + 1] else None
        return (mark is not None and below is not None and below.rank not in (BULLET, mark.rank)
                and below.value == 1 and mark.rank != BULLET)

    def read_rows(self, begin: int, end: int) -> None:
        table = read_table([line.cells for line in self.lines[begin:end]], self.columns)
        months = {month for block in table.blocks for month in block.months}
        self.block = None
        if not months or not (table.headed or self.titled or len(months) > 1):
            return
        self.columns = table.columns
        for found in table.blocks:
            block = RawBlock(found.months, found.heading, begin + found.start)
            for item in found.items:
                block.add_text(item.text, item.day, item.label)
            self.blocks.append(block)
        self.taken += [begin + at for at in table.taken]
        self.left_out += table.left_out

    def _open(self, index: int, months: tuple[int, ...], printed: str, rule: str = "") -> None:
        before = self.block.value if self.block is not None else None
        mark = self.marks[index]
        numbered = mark is not None and mark.rank != BULLET and not self.ordinals
        base = max(self.base, mark.rank) if numbered and mark.rank < 3 else self.base
        self.block = RawBlock(months, printed, index, rule, base, before)
        self.blocks.append(self.block)
        self.taken.append(index)

    def _add_rest(self, index: int, heading: Heading) -> None:
        rest = heading.rest
        if self._is_motto(index, heading):  # a motto above the items is none of them
            self.block.heading = f"{heading.printed}：{rest}".rstrip("：")
            return
        first, *more = INLINE_MONTH.split(rest)
        self.block.add_text(first, heading.day, label="主题" if heading.theme else "")
        for piece in more:
            if inline := parse_heading(piece):
                self._open(index, inline.months, inline.printed)
                self.block.add_text(inline.rest)

    def _is_motto(self, index: int, heading: Heading) -> bool:
        rest = heading.rest
        if index + 1 >= len(self.lines) or self.headings[index + 1] or not heading.firm:
            return False
        below = self.marks[index + 1]
        listed = below is not None and (below.rank == BULLET or below.value == 1 and below.rank > self.block.base)
        return (listed and len(rest) <= LONGEST_MOTTO and parse_mark(rest) is None
                and not any(sign in rest.rstrip("。；") for sign in "。；"))

    def _continues(self, index: int, line: Line, mark: Mark | None) -> bool:
        text, block = line.text, self.block
        if line.depth or is_appendix(text) or is_afterword(text):
            return False
        if mark is not None:
            return mark.rank == BULLET or mark.rank > 0 and block.fits(mark)
        if is_usual_heading(text) or is_unnumbered_heading(text) and self._opens_calendar(index + 1):
            return False
        if is_label(text) or is_detail(text):
            return True
        if block.rank is None:
            return len(text) <= 200 and not self._is_closing_word(index)
        return self._is_inside(index)

    def _is_closing_word(self, index: int) -> bool:
        """A full sentence below short items without stops, and no month after it, speaks about the calendar."""
        text = self.lines[index].text
        above = [self.lines[at].text for at in range(self.block.start + 1, index)]
        return (len(text) > 12 and text.endswith("。") and len(above) > 0 and not any("。" in one for one in above)
                and not any(self.headings[index + 1:]))

    def _opens_calendar(self, index: int) -> bool:
        """Whether a table or months begin anew here: then the line above is a title, else an entry (制定活动安排表)."""
        if index >= len(self.lines):
            return False
        heading, months = self.headings[index], self.block.months
        return bool(self.lines[index].cells or heading and months and heading.months[0] <= months[0])

    def _is_inside(self, index: int) -> bool:
        """A line without number after numbered items belongs to them only if more items or another month follow."""
        for later in range(index + 1, min(index + 5, len(self.lines))):
            if self.headings[later]:
                return True
            if mark := self.marks[later]:
                return self.block.fits(mark) and mark.value != 1
        return False
