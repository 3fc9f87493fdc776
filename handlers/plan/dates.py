"""Answers about a stretch of time: what a month, a quarter or a day holds.

Reads only; each answer gives the fact first, then the place in the plan, the next step last. Start at say_months().
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from data.activities import Item, YearView, year_view
from data.chinese import format_day, format_months, to_chinese
from data.plans import years_planned
from handlers.plan.asked import is_of, items_on, label_of

FEW = 3  # places that are cited one by one
OPEN = "时间未定的由书记确定，定了会通知您。"


@dataclass(slots=True)
class Calendar:
    """The calendars of one branch, each year read once in an answer."""

    session: Session
    branch_id: int
    now: datetime
    _kept: dict[int, YearView] = field(default_factory=dict)

    def year(self, year: int) -> YearView:
        if year not in self._kept:
            self._kept[year] = year_view(self.session, self.branch_id, year, self.now.tzinfo)
        return self._kept[year]


def say_no_plan(calendar: Calendar, year: int) -> str:
    """There is no plan that could serve the year."""
    years = "、".join(f"{one}年" for one in years_planned(calendar.session, calendar.branch_id))
    return f"没有{year}年的工作计划。" + (f"现有的是{years}的计划。" if years else "请书记导入工作计划后再问。")


def say_months(calendar: Calendar, months: Sequence[tuple[int, int]], kinds: tuple[str, ...] = ()) -> str:
    """What the months hold, each block of the plan once; with `kinds` only those."""
    parts: list[str] = []
    notes: dict[str, None] = {}
    for year in dict.fromkeys(year for year, _ in months):
        view, wanted = calendar.year(year), [month for in_year, month in months if in_year == year]
        if view.plan is None and not view.items:
            parts.append(say_no_plan(calendar, year))
            continue
        parts.append(_say_months_of(calendar, view, wanted, kinds))
        notes[view.note] = None
    return "\n".join(parts) + "".join(notes)


def _say_months_of(calendar: Calendar, view: YearView, months: list[int], kinds: tuple[str, ...]) -> str:
    everything = view.in_months(months)
    items = [item for item in everything if is_of(item, kinds)]
    name = _name_months(calendar, view, months)
    if not items:
        nothing = f"{name}的计划里没有{label_of(kinds)}。" if kinds else f"{name}没有安排。回复“全年安排”看看别的月份。"
        return f"{nothing}{_list_titles(name, everything)}"
    lines = list(_lines(view, months, items))
    tail = f"\n{OPEN}" if any(item.is_undated for item in items) else ""
    return f"{name}有{len(items)}项安排：\n" + "\n".join(lines) + tail + cite(items)


def _list_titles(name: str, items: Sequence[Item]) -> str:
    return f"{name}有：{'、'.join(item.title for item in items)}。" if items else ""


def _lines(view: YearView, months: list[int], items: list[Item]) -> Iterator[str]:
    """One numbered line an item; the headings of the plan where several months were asked for."""
    heading = ""
    for number, item in enumerate(_by_month(view, months, items), 1):
        block = format_months(item.months) if item.months else ""
        if len(months) > 1 and block != heading:
            heading = block
            yield f"【{heading}】"
        yield f"{number}. {item.title}：{view.when(item)}"


def _by_month(view: YearView, months: list[int], items: list[Item]) -> list[Item]:
    """By the first asked month it belongs to; within it in the calendar's order."""
    def place(item: Item) -> int:
        own = [months.index(month) for month in item.months if month in months]
        return min(own) if own else months.index(item.starts_at.astimezone(view.zone).month)
    return sorted(items, key=place)


def _name_months(calendar: Calendar, view: YearView, months: list[int]) -> str:
    year = "" if view.year == calendar.now.year else f"{view.year}年"
    if len(months) == 1:
        return f"{year}{to_chinese(months[0])}月"
    return f"{year}全年" if len(months) == 12 else f"{year}{to_chinese(months[0])}月到{to_chinese(months[-1])}月"


def cite(items: Sequence[Item]) -> str:
    """The place in the plan: the lines' own for a few, a month's heading, or the calendar as a whole."""
    places = [item.entry.place for item in items if item.entry]
    if not places:
        return ""
    whole, headings = places[0].partition(" ")[0], {place.rpartition(" ")[0] for place in places}
    if len(places) <= FEW and (len(places) == 1 or len(headings) > 1):
        return f"\n〔{'；'.join([places[0], *(place.removeprefix(f'{whole} ') for place in places[1:])])}〕"
    return f"\n〔{headings.pop() if len(headings) == 1 else whole}〕"


def say_days(calendar: Calendar, first: date, last: date, kinds: tuple[str, ...] = ()) -> str:
    """What is dated on these days, and what else the month holds without a date."""
    view = calendar.year(first.year)
    name = format_day(first) if first == last else f"{format_day(first)}到{format_day(last)}"
    items = [item for item in items_on(view, first, last) if is_of(item, kinds)]
    rest = _say_undated(view, first if first >= calendar.now.date() else last, kinds)
    if not items:
        return f"{name}没有已定好时间的{label_of(kinds)}。{rest}{view.note}"
    lines = "\n".join(f"{number}. {item.title}：{view.when(item)}" for number, item in enumerate(items, 1))
    return f"{name}有{len(items)}项：\n{lines}{rest}{cite(items)}{view.note}"


def _say_undated(view: YearView, day: date, kinds: tuple[str, ...]) -> str:
    """What may still fall on the days, because its month is theirs and it has no date."""
    undated = [item for item in view.in_month(day.month) if item.is_undated and is_of(item, kinds)]
    titles = "、".join(item.title for item in undated)
    return f"\n{to_chinese(day.month)}月还有时间未定的：{titles}。" if undated else ""
