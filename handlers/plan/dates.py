"""Answers about a stretch of time: what a month, a quarter or a day holds.

Reads only; each answer gives the fact first, then the place in the plan, the next step last. Start at say_months().
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from data.activities import Item, YearView, year_view
from data.chinese import format_date, format_months, to_chinese
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
    parts: list[tuple[str, str]] = []
    years = dict.fromkeys(year for year, _ in months)
    for year in years:
        view, wanted = calendar.year(year), [month for in_year, month in months if in_year == year]
        if view.plan is None and not view.items:
            parts.append((say_no_plan(calendar, year), ""))
            continue
        name = _name_months(calendar, year, wanted, alone=len(years) == 1)
        parts.append((_say_months_of(calendar, view, wanted, kinds, name), view.note))
    return join_noted(parts)


def join_noted(parts: Sequence[tuple[str, str]]) -> str:
    """Answers and their notes (沿用…); a note that several in a row share stands once, after the last of them."""
    following = [note for _, note in parts[1:]] + [""]
    return "\n".join(text + (note if note != after else "")
                     for (text, note), after in zip(parts, following, strict=True))


def _say_months_of(calendar: Calendar, view: YearView, months: list[int], kinds: tuple[str, ...], name: str) -> str:
    everything = view.in_months(months)
    items = [item for item in everything if is_of(item, kinds)]
    if not items:
        nothing = f"{name}的计划里没有{label_of(kinds)}。" if kinds else f"{name}没有安排。回复“全年安排”看看别的月份。"
        return f"{nothing}{_list_titles(name, everything)}"
    lines = list(_lines(calendar, view, months, items))
    return f"{name}有{len(items)}项安排：\n" + "\n".join(lines) + say_open(calendar, view, items) + cite(items)


def say_open(calendar: Calendar, view: YearView, items: Sequence[Item]) -> str:
    """That a date may still come, where it may; "" where everything is dated or past."""
    return f"\n{OPEN}" if any(item.is_undated and not view.is_missed(item, calendar.now) for item in items) else ""


def _list_titles(name: str, items: Sequence[Item]) -> str:
    return f"{name}有：{'、'.join(item.title for item in items)}。" if items else ""


def _lines(calendar: Calendar, view: YearView, months: list[int], items: list[Item]) -> Iterator[str]:
    """One numbered line an item; the headings of the plan where several months were asked for."""
    heading = ""
    for number, item in enumerate(_by_month(view, months, items), 1):
        block = format_months(item.months) if item.months else ""
        if len(months) > 1 and block != heading:
            heading = block
            yield f"【{heading}】"
        yield f"{number}. {item.title}：{view.when(item, calendar.now, view.year)}"


def _by_month(view: YearView, months: list[int], items: list[Item]) -> list[Item]:
    """By the first asked month it belongs to; within it in the calendar's order."""
    def place(item: Item) -> int:
        own = [months.index(month) for month in item.months if month in months]
        return min(own) if own else months.index(item.starts_at.astimezone(view.zone).month)
    return sorted(items, key=place)


def _name_months(calendar: Calendar, in_year: int, months: list[int], alone: bool) -> str:
    this = "" if alone else "今年"
    year = this if in_year == calendar.now.year else f"{in_year}年"
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


def say_days(calendar: Calendar, stretches: Sequence[tuple[date, date]], kinds: tuple[str, ...] = ()) -> str:
    """What is dated on each stretch of days, and what else its month holds without a date."""
    return join_noted([(_say_stretch(calendar, first, last, kinds), calendar.year(first.year).note)
                       for first, last in stretches])


def _say_stretch(calendar: Calendar, first: date, last: date, kinds: tuple[str, ...]) -> str:
    view, now = calendar.year(first.year), calendar.now
    name = format_date(first, now) if first == last else f"{format_date(first, now)}到{format_date(last, now)}"
    items = [item for item in items_on(view, first, last) if is_of(item, kinds)]
    rest = _say_undated(calendar, view, first if first >= now.date() else last, kinds)
    if not items:
        return f"{name}没有已定好时间的{label_of(kinds)}。{rest}"
    lines = "\n".join(f"{number}. {item.title}：{view.when(item, now)}" for number, item in enumerate(items, 1))
    return f"{name}有{len(items)}项：\n{lines}{rest}{cite(items)}"


def _say_undated(calendar: Calendar, view: YearView, day: date, kinds: tuple[str, ...]) -> str:
    """What may still fall on the days, because its month is theirs and it has no date."""
    undated = [item for item in view.in_month(day.month)
               if item.is_undated and is_of(item, kinds) and not view.is_missed(item, calendar.now)]
    titles = "、".join(item.title for item in undated)
    return f"\n{to_chinese(day.month)}月还有时间未定的：{titles}。" if undated else ""
