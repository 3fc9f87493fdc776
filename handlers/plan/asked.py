"""What a question about the calendar asks for: which months or days of which year, and which kinds of activity.

Pure. Start at read_asked().
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.nlu.slots import Slots
from bot.nlu.timespan import TimeKind, TimeSpan
from data.activities import Item, YearView, day_of
from data.plan_rules import kinds_in

MOST_MONTHS = 24
PARTY_DAYS = ("主题党日", "党日专题活动")  # what 党日 alone may mean
_PREPARES = ("方案",)  # 制定主题党日活动方案 is no 主题党日
_DUES = "缴党费"


@dataclass(frozen=True, slots=True)
class Asked:
    """`months` are (year, month), whole ones; `days` first and last day where single days were named."""

    months: tuple[tuple[int, int], ...]
    days: tuple[date, date] | None
    kinds: tuple[str, ...]


def read_asked(slots: Slots, text: str) -> Asked:
    """What the sentence names; nothing named leaves all of it empty."""
    spans = [span for span in slots.times if span.kind is not TimeKind.RECURRENCE and span.start and span.end]
    months: list[tuple[int, int]] = []
    days: tuple[date, date] | None = None
    for span in spans:
        first, last = _day(span.start), _day(span.end)
        if _is_whole_months(span, first, last):
            months.extend(_months(first, last))
        elif days is None:
            days = first, last
    return Asked(tuple(dict.fromkeys(months))[:MOST_MONTHS], days if not months else None, _kinds(slots, text))


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _is_whole_months(span: TimeSpan, first: date, last: date) -> bool:
    return first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1] and span.kind is TimeKind.RANGE


def _months(first: date, last: date) -> Iterator[tuple[int, int]]:
    for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield count // 12, count % 12 + 1


def _kinds(slots: Slots, text: str) -> tuple[str, ...]:
    """党日 without 主题 or 专题 is either of them; whoever speaks of 党费 means that they are handed in."""
    if not slots.kinds and "党费" in text:
        return (_DUES,)
    if "主题党日" in slots.kinds and "主题" not in text and "专题" not in text:
        return tuple(dict.fromkeys((*PARTY_DAYS, *slots.kinds)))
    return slots.kinds


def is_of(item: Item, kinds: tuple[str, ...]) -> bool:
    """Whether a line is of one of the kinds, also where it names several (民主生活会及…上党课); () admits all."""
    if not kinds:
        return True
    named = {item.kind, *kinds_in(item.title)}
    if not any(kind in named or kind in item.title for kind in kinds):
        return False
    return not any(word in item.title for word in _PREPARES)


def items_on(view: YearView, first: date, last: date) -> list[Item]:
    """What is dated on the days, the earliest first."""
    found = [item for item in view.items if (day := day_of(item, view.zone)) and first <= day <= last]
    return sorted(found, key=lambda item: item.starts_at.timestamp() if item.starts_at else 0)


def label_of(kinds: tuple[str, ...]) -> str:
    """The kinds as one says them."""
    return "党日" if kinds[:2] == PARTY_DAYS else "或".join(kinds) or "活动"
