"""One month of the calendar as it fills: its items, their numbering, and the lines between them that are none.

Pure. Start at RawBlock.
"""

import re
from dataclasses import dataclass, field

from data.plan_reader.items import joined, split_items
from data.plan_reader.lines import BULLET, Mark, parse_mark

_DETAIL = re.compile(
    r"[（(]?(?:活动|完成|具体|主要)?(?P<what>责任人|负责人|责任部门|责任单位|责任处室|牵头人?|牵头部门|牵头单位|主持人?|主讲人?|地点|时间|时限|"
    r"参加人员|参加对象|参与人员|人员|对象|协办|主办|承办|联系人|备注|责任领导|分管领导|执行人|组织者)\s?[：:]")
_BRACKETED = re.compile(r"[【〔\[]([^】〕\]]{1,14})[】〕\]]\s*")
_LABEL = re.compile(r"[^，。；：:、“”《》\d]{1,10}[：:]$")
_LABEL_BEFORE_ITEMS = re.compile(r"[^，。；：:“”《》\d]{1,10}[：:]\s*(?=1\s?[、.．]|①|[（(]1[)）])")
_ALSO = re.compile(r"(?:另外?|此外)[：:]\s*|(?:活动|主要|工作|具体|学习)?内容\s?[：:]\s*|(?:活动|本月|学习)?主题\s?(?:[：:]|——?)\s*(?=\S)")
LONGEST_LABEL = 10


def is_label(text: str) -> bool:
    """Whether a line only groups those below it: `【行政】`, `保教工作：`."""
    return bool(_BRACKETED.match(text) or _LABEL.fullmatch(text))


def is_detail(text: str) -> bool:
    """Whether a line only says who, where or when: `责任人：书记`."""
    return bool(_DETAIL.match(text))


@dataclass(slots=True)
class Item:
    """One entry as read: its number as printed, its text, the table cell that dates it, the head of its column."""

    number: str
    text: str
    day: str = ""
    label: str = ""


@dataclass(slots=True)
class RawBlock:
    """A month heading and its items; `start` is the index of its line.

    `rule` is 每月 and the like, where such a heading stands instead of months. `base` is the rank of the numbers around
    the calendar: items stand deeper. `before` is the last number of the month before, for items numbered through.
    """

    months: tuple[int, ...]
    heading: str
    start: int
    rule: str = ""
    base: int = -1
    before: int | None = None
    items: list[Item] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    rank: int | None = None  # of the outermost items
    values: dict[int, int] = field(default_factory=dict)  # the last number of each shape, by rank
    indent: int = 0
    open_end: str = ""  # the last sign of the line above, which tidying may have taken off

    @property
    def value(self) -> int | None:
        return self.values.get(self.rank) if self.rank is not None else None

    def fits(self, mark: Mark) -> bool:
        """Whether an item's number follows from those before; if not, it numbers a section after the calendar."""
        if mark.rank == BULLET:
            return True
        if mark.rank <= self.base:
            return False
        value = mark.value or 0
        if self.rank in (None, BULLET):
            return value == 1 or value == (self.before or 0) + 1 or mark.rank > 2
        if mark.rank in self.values:
            last = self.values[mark.rank]
            return last <= value <= last + 2 or value == 1 and mark.rank != self.rank
        return mark.rank > self.rank or value == 1 and mark.rank > 2

    def add_line(self, text: str, mark: Mark | None, indent: int = 0, groups: bool = False) -> None:
        """A line under the heading; `groups`: deeper numbers follow, so that a short line is only their title."""
        detail = _DETAIL.match(mark.rest if mark else text)
        if detail and self.items:
            self.left_out.append(text)
            if "时" in detail["what"] and not self.items[-1].day:
                self.items[-1].day = text
        elif mark is not None and self.rank == BULLET and indent > self.indent + 1 and self.items:
            self._add_below(text)
        elif (found := _BRACKETED.match(text)) and mark is None:
            self._begin_group(found[0].strip())
            if text[found.end():]:
                self.add_line(text[found.end():], parse_mark(text[found.end():]), indent)
        elif mark is None and _LABEL.fullmatch(text):
            self._begin_group(text)
        elif groups and mark is not None and len(mark.rest) <= LONGEST_LABEL:
            self.left_out.append(text)
            self._count(mark, indent)
        else:
            self._add_item(text, mark, indent)

    def _begin_group(self, label: str) -> None:
        """A title within the month: numbers may begin again below it, or run on."""
        self.left_out.append(label)
        if self.value is not None:
            self.before = self.value
        self.rank = None
        self.values.clear()

    def _count(self, mark: Mark, indent: int) -> bool:
        """Notes the number; whether it stands below an item of another shape."""
        deeper = self.rank is not None and self.rank not in (BULLET, mark.rank)
        if not deeper:
            self.rank, self.indent = mark.rank, indent
            self.values.clear()
        elif mark.value == 1:  # what was numbered below the item before begins again
            self.values = {rank: value for rank, value in self.values.items() if rank in (self.rank, mark.rank)}
        self.values[mark.rank] = mark.value or 0
        return deeper

    def _add_below(self, text: str) -> None:
        """A bullet below a bullet: what is done, if the upper one only groups; else a remark to it."""
        last = self.items[-1]
        if last.text.endswith(("：", ":")):
            self.left_out.append(self.items.pop().text)
            self.indent += 2
            self.add_text(text)
        else:
            self.left_out.append(text)

    def _add_item(self, text: str, mark: Mark | None, indent: int) -> None:
        if mark is None:
            if self.rank in (None, BULLET) or not self.items:
                self.add_text(text)
            else:
                comma = self.open_end if self.open_end in "，、：" else ""
                self.items[-1].text = joined(self.items[-1].text + comma, text)
            self.open_end = text[-1:]
            return
        self.open_end = text[-1:]
        if self._count(mark, indent) and self.items and self.items[-1].text.endswith(("：", ":")):
            last = self.items.pop()  # 学习教育： above (1) (2) only groups them; they are what is done
            self.left_out.append(f"{last.number}{last.text}")
        self.add_text(text)

    def add_text(self, text: str, day: str = "", label: str = "") -> None:
        """The items of a line or cell."""
        for pattern in (_BRACKETED, _LABEL_BEFORE_ITEMS, _ALSO):
            if (found := pattern.match(text)) and text[found.end():]:
                self.left_out.append(found[0].strip())
                text = text[found.end():]
        for number, piece in split_items(text):
            if len(piece) > 1:
                self.items.append(Item(number, piece, day, label))
            elif piece:
                self.left_out.append(piece)
