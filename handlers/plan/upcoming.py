"""Answers about one kind of activity: the next one, all its dates, when the dues are handed in.

Reads only; what is 时间未定 is said to be, with the months in which it is planned. Start at say_next().
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.activities import Item, YearView, day_of, end_of
from data.chinese import format_months, half_width
from handlers.plan.asked import is_of, label_of
from handlers.plan.dates import FEW, Calendar, cite, join_noted, say_no_plan, say_open
from handlers.plan.rules import say_rule
from handlers.plan.search import telling_words

LOOK_AHEAD = 13  # months in which the next activity is looked for: to the same month of the next year
DUES = ("缴党费",)
_YEAR = range(1, 13)


@dataclass(frozen=True, slots=True)
class Coming:
    """A line that is still to come: dated in that month, or planned for it without a date."""

    month: tuple[int, int]
    view: YearView
    item: Item
    now_year: int


def say_next(calendar: Calendar, kinds: tuple[str, ...]) -> str:
    """The next activity (of the kinds), dated or not."""
    coming = list(_coming(calendar, kinds))
    if not coming:
        return say_none(calendar, calendar.now.year, kinds)
    name, first = label_of(kinds), coming[0]
    undated = [one.item for one in coming if one.item.is_undated and one.month == first.month]
    dated = min((one for one in coming if one.item.starts_at), key=lambda one: one.item.starts_at, default=None)
    if dated is None:
        return _say_open(name, first, undated) + first.view.note
    when = f"{dated.item.title}，{dated.view.when(dated.item, calendar.now)}。"
    if dated.month == first.month:
        others = f"\n同月还有{_titles(undated)}时间未定。" if undated else ""
        return f"下次{name}：{when}{others}{cite([dated.item])}{dated.view.note}"
    return f"{_say_open(name, first, undated)}\n已定好时间的最近一次：{when}{dated.view.note}"


def _say_open(name: str, first: Coming, undated: Sequence[Item]) -> str:
    year = "" if first.month[0] == first.now_year else f"{first.month[0]}年"
    return (f"下次{name}：{year}{format_months(first.item.months)}的{_titles(undated)}，时间未定，由书记确定，"
            f"定了会通知您。{cite(undated)}")


def _titles(items: Sequence[Item]) -> str:
    return "、".join(f"“{item.title}”" for item in items)


def _coming(calendar: Calendar, kinds: tuple[str, ...]) -> Iterator[Coming]:
    now, seen = calendar.now, set()
    for count in range(now.year * 12 + now.month - 1, now.year * 12 + now.month + LOOK_AHEAD - 1):
        year, month = count // 12, count % 12 + 1
        view = calendar.year(year)
        for item in view.in_month(month):
            key = (item.entry and item.entry.id, item.activity and item.activity.id)
            if key not in seen and is_of(item, kinds) and _is_ahead(view, item, (year, month), now):
                seen.add(key)
                yield Coming((year, month), view, item, now.year)


def _is_ahead(view: YearView, item: Item, month: tuple[int, int], now: datetime) -> bool:
    if item.is_cancelled:
        return False
    day = day_of(item, view.zone)
    return day is None or ((day.year, day.month) == month and item.activity is not None
                           and end_of(item.activity) > now)


def say_kind(calendar: Calendar, months: Sequence[tuple[int, int]], kinds: tuple[str, ...]) -> str:
    """All dates of a kind in the months (year, month) asked for; () means this year, and what comes after it."""
    parts: list[tuple[str, str]] = []
    for year in dict.fromkeys(year for year, _ in months) or (calendar.now.year,):
        view, wanted = calendar.year(year), [month for of_year, month in months if of_year == year]
        if view.plan is None and not view.items:
            parts.append((say_no_plan(calendar, year), ""))
            continue
        items = [item for item in (view.in_months(wanted) if wanted else view.items) if is_of(item, kinds)]
        parts.append((_say_items(calendar, view, items, label_of(kinds)) if items
                      else _say_nothing(calendar, view, kinds, wanted if len(wanted) < len(_YEAR) else ()), view.note))
        if items and not months and not any(_may_come(calendar, view, item) for item in items):
            return f"{join_noted(parts)}\n{say_next(calendar, kinds)}"
    return join_noted(parts)


def _may_come(calendar: Calendar, view: YearView, item: Item) -> bool:
    if item.starts_at and item.activity:
        return end_of(item.activity) > calendar.now
    return item.is_undated and not view.is_missed(item, calendar.now)


def _say_items(calendar: Calendar, view: YearView, items: Sequence[Item], name: str) -> str:
    now, of_this = calendar.now, view.year == calendar.now.year
    tail = say_open(calendar, view, items)
    if len(items) == 1:
        item = items[0]
        month = f"{'' if of_this else f'{view.year}年'}{format_months(item.months)}"
        return f"{month}的“{item.title}”：{view.when(item, now, view.year)}。{tail}{cite(items)}"
    shown = items if len(items) <= FEW else [item for item in items if not item.is_undated]
    lines = [f"{number}. {_months_of(item)}{item.title}：{view.when(item, now, view.year)}"
             for number, item in enumerate(shown, 1)]
    if len(shown) < len(items):
        undated = [item for item in items if item.is_undated]
        for title, missed in (("没有定过时间的", True), ("时间未定的", False)):
            of_them = [item for item in undated if view.is_missed(item, now) is missed]
            lines += [f"{title}：{_count_months(of_them)}。"] if of_them else []
    year = "今年" if of_this else f"{view.year}年"
    return "\n".join([f"{name}{year}有{len(items)}项：", *lines]) + f"{tail}{cite(items)}"


def _months_of(item: Item) -> str:
    return f"{format_months(item.months)}　" if item.entry else ""


def _count_months(items: Sequence[Item]) -> str:
    """`四月、五月（2项）`."""
    counts = Counter(format_months(item.months) for item in items)
    return "、".join(f"{months}（{count}项）" if count > 1 else months for months, count in counts.items())


def say_none(calendar: Calendar, year: int, kinds: tuple[str, ...]) -> str:
    """The calendar has nothing of the kind; where a present-day rule speaks of it, that is said as such."""
    view = calendar.year(year)
    if view.plan is None and not view.items:
        return say_no_plan(calendar, year)
    return _say_nothing(calendar, view, kinds, ()) + view.note


def _say_nothing(calendar: Calendar, view: YearView, kinds: tuple[str, ...], months: Sequence[int]) -> str:
    elsewhere = [item for item in view.items if is_of(item, kinds)] if months else []
    when = f"{format_months(sorted({m for item in elsewhere for m in item.months}))}才有。" if elsewhere else ""
    year = f"{view.year}年" if not months or view.year != calendar.now.year else ""
    rule = "" if elsewhere else say_rule("".join(kinds), calendar.now)
    return (f"{year}{format_months(months) if months else ''}的计划里没有{label_of(kinds)}。"
            f"{when}{rule or '回复“全年安排”看看有哪些活动。'}")


def find_by_words(calendar: Calendar, text: str) -> list[tuple[YearView, Item]]:
    """Lines of this year that share a word with the question, those to come before the others."""
    view = calendar.year(calendar.now.year)
    words = {word for word in telling_words(half_width(text)) if len(word) > 1}
    found = [(sum(len(word) for word in words if word in item.title), item) for item in view.items]
    best = max((score for score, _ in found), default=0)
    return [(view, item) for score, item in found if score == best] if best >= 2 else []


def say_not_found(calendar: Calendar, text: str) -> str:
    """The question names something that the calendar has not; "" where it names nothing."""
    words = "".join(word for word in telling_words(half_width(text)) if len(word) > 1)
    return f"{calendar.now.year}年的日程里没有找到“{words}”。\n" if words else ""


def say_items_found(calendar: Calendar, found: Sequence[tuple[YearView, Item]]) -> str:
    """When the lines are that a question named by its words."""
    view = found[0][0]
    items = [item for _, item in found]
    return _say_items(calendar, view, items, f"“{items[0].title}”") + view.note


def say_dues(calendar: Calendar) -> str:
    """In which months the dues are handed in, and the next time."""
    now = calendar.now
    view = calendar.year(now.year)
    items = [item for item in view.items if is_of(item, DUES) and not item.is_cancelled]
    if not items:
        return say_none(calendar, now.year, DUES)
    months = "、".join(format_months(item.months) for item in items)
    ahead = next((one for one in _coming(calendar, DUES)), None)
    text = f"计划安排在{months}交党费。"
    if ahead is None:
        return f"{text}{cite(items)}{view.note}"
    current = now.month in ahead.item.months and ahead.month[0] == now.year
    when = ahead.view.when(ahead.item, now, ahead.month[0])
    next_time = f"{'本轮' if current else '下一轮'}：{format_months(ahead.item.months)}，{when}。"
    year = "" if ahead.month[0] == now.year else f"{ahead.month[0]}年"
    return (f"{text}\n{year}{next_time}\n交给组织委员后，请回复“缴党费 金额”登记。"
            f"{cite(items)}{view.note or ahead.view.note}")
