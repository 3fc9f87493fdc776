"""Which year a question means that names none, and what is said of a day that no calendar has.

A month or a day without a year is this year's; once it is past, next year's is shown too where that is near or has
something dated. Reads only. Start at months_meant() and days_meant().
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from bot.nlu.time_words import HOLIDAYS
from bot.nlu.timespan import TimeSpan
from data.chinese import NUMERAL, WEEKDAYS, parse_number, to_chinese
from handlers.plan.asked import Asked, items_on
from handlers.plan.dates import Calendar

NEAR = 6  # months ahead in which a past month's name also means next year's
MOST = 3  # 一月到三月 are months that were named; 今年 or 下半年 are not
_NAMED = re.compile(rf"(?:\d|[{NUMERAL}])\s*(?:月|[./-]\s*\d)|{'|'.join(HOLIDAYS)}")
_DATE = re.compile(rf"(?:(?P<year>\d{{4}})\D)?.*?(?P<month>\d{{1,2}}|[{NUMERAL}]+)\s*(?:月份?|[./-])\s*"
                   rf"(?P<day>\d{{1,2}}|[{NUMERAL}]+)?(?:[日号](?P<rest>.*)|$)")


def months_meant(calendar: Calendar, asked: Asked, times: Iterable[TimeSpan]) -> tuple[tuple[int, int], ...]:
    """The months asked about as (year, month), each with next year's where that may be meant as well."""
    if len(asked.months) > MOST or not _may_be_next_years(times):
        return asked.months
    return tuple(dict.fromkeys([*asked.months, *_next_months(calendar, asked.months)]))


def _next_months(calendar: Calendar, months: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    now = calendar.now
    for year, month in months:
        if year == now.year and month <= now.month:
            view = calendar.year(year + 1)
            dated = (item.starts_at for item in view.in_month(month) if item.starts_at)
            ahead = month < now.month and _is_near(month, now)
            if ahead or any(_month_of(start, now) == (year + 1, month) for start in dated):
                yield year + 1, month


def days_meant(calendar: Calendar, asked: Asked, times: Iterable[TimeSpan]) -> tuple[tuple[date, date], ...]:
    """The stretches of days asked about, () where none are."""
    if asked.days is None:
        return ()
    first, last = asked.days
    if last >= calendar.now.date() or first.year != calendar.now.year or not _may_be_next_years(times):
        return (asked.days,)
    try:
        again = first.replace(year=first.year + 1), last.replace(year=last.year + 1)
    except ValueError:  # the 29th of February
        return (asked.days,)
    meant = _is_near(first.month, calendar.now) or items_on(calendar.year(again[0].year), *again)
    return (asked.days, again) if meant else (asked.days,)


def _may_be_next_years(times: Iterable[TimeSpan]) -> bool:
    """三月 or 3月10日 may be next year's; 去年三月, 上个月 or 昨天 are not."""
    return any(_NAMED.search(span.text) and not span.year_said for span in times)


def _is_near(month: int, now: datetime) -> bool:
    return month + 12 - now.month <= NEAR


def _month_of(moment: datetime, now: datetime) -> tuple[int, int]:
    local = moment.astimezone(now.tzinfo)
    return local.year, local.month


def say_impossible(said: str, now: datetime) -> str:
    """`没有2月30日这一天，您是想问二月吗？` for words that name no day of any calendar."""
    found = _DATE.search(said)
    month = parse_number(found["month"]) if found else None
    if not found or month is None:
        return f"没有“{said}”这个日期或时间，请换个说法再问，例如：“三月有什么活动”。"
    if not 1 <= month <= 12:
        return f"没有{_in_words(month)}月，一年只有十二个月。您想问哪个月？例如：“三月有什么活动”。"
    number = parse_number(found["day"] or "")
    if number is None:
        return f"没有“{said}”这个日期或时间，您是想问{to_chinese(month)}月吗？可以问“{to_chinese(month)}月有什么活动”。"
    day = _find_day(int(found["year"] or now.year), month, number)
    year = f"{found['year']}年" if found["year"] else ""
    name = f"{year}{month}月{number}日"
    if day is None:
        return f"没有{name}这一天，您是想问{to_chinese(month)}月吗？可以问“{to_chinese(month)}月有什么活动”。"
    if re.search("周|星期|礼拜", found["rest"] or ""):
        return f"{name}是周{WEEKDAYS[day.weekday()]}，与您说的不一样。您想问哪一天？"
    return f"没有“{said}”这个日期或时间，您是想问{name}吗？"


def _in_words(number: int) -> str:
    return to_chinese(number) if number <= 99 else str(number)


def _find_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
