"""The days that an expression names: one reader per family of time_words.DAYS. Pure calendar arithmetic.

Every reader takes the match and `now` and returns Days, or raises NoSuchDay for what no calendar has.
Terms as in schools: autumn term September to January, spring term February to June.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.nlu.time_words import HOLIDAYS
from data.chinese import parse_number

WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5,
            "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6}
_RELATIVE = {"大前天": -3, "前天": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后天": 3}
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "本年度": 0, "明年": 1, "来年": 1, "后年": 2}


class NoSuchDay(ValueError):
    """The expression is well formed, but names a day that does not exist."""


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day (equal for one day); `step` says what to add if an hour of it has already passed."""

    first: date | None
    last: date | None
    month: int | None = None
    year_said: bool = False
    rrule: str | None = None
    moment: datetime | None = None
    step: str = ""
    bare_weekday: bool = False


def step(days: Days) -> date:
    """The next day that the expression may mean: a week or a month later."""
    assert days.first is not None
    if days.step == "week":
        return days.first + timedelta(days=7)
    first = days.first
    for _ in range(12):
        year, month = _shifted(first.year, first.month, 1)
        first = date(year, month, 1)
        if days.first.day <= calendar.monthrange(year, month)[1]:
            return date(year, month, days.first.day)
    raise NoSuchDay(days.first.day)


def end_of_range(start: date | None, until: Days) -> date | None:
    """The last day of `until` at or after `start`: 周四到周一, 28号到2号, 十二月到二月."""
    if start is None or until.last is None:
        return None
    begin = date(start.year, start.month, start.day)
    if until.bare_weekday:
        return begin + timedelta(days=(until.last.weekday() - begin.weekday()) % 7)
    if until.step == "month":
        same = _day(begin.year, begin.month, until.last.day)
        return same if same >= begin else step(Days(same, same, step="month"))
    if until.last < begin and not until.year_said:
        return until.last.replace(year=until.last.year + 1)
    return until.last


def number_of(text: str | None) -> int:
    number = parse_number(text or "")
    if number is None:
        raise NoSuchDay(text)
    return number


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay(f"{year}-{month}-{day}") from None


def _year(said: str | None, now: datetime) -> int:
    if not said:
        return now.year
    word = said.rstrip("的")
    return now.year + _YEARS[word] if word in _YEARS else number_of(word.rstrip("年"))


def _shift(word: str) -> int:
    return {"上": -1, "下": 1}.get(word[0], 0) * max(1, sum(char in "上下" for char in word))


def _shifted(year: int, month: int, by: int) -> tuple[int, int]:
    years, month = divmod(month - 1 + by, 12)
    return year + years, month + 1


def _month(year: int, month: int, said: bool = False) -> Days:
    if not 1 <= month <= 12:
        raise NoSuchDay(month)
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), month, said)


def _months(year: int, first: int, last: int, said: bool = False) -> Days:
    return Days(_month(year, first).first, _month(year, last).last, year_said=said)


def nth_weekday(year: int, month: int, nth: str, weekday: int) -> date:
    """第二个周五 or 最后一个周五 of a month."""
    first, length = calendar.monthrange(year, month)
    everyone = range(1 + (weekday - first) % 7, length + 1, 7)
    index = -1 if nth == "最后一" else number_of(nth) - 1
    if index >= len(everyone):
        raise NoSuchDay(nth)
    return date(year, month, everyone[index])


def _part_of_month(year: int, month: int, part: str) -> Days:
    length = calendar.monthrange(year, month)[1]
    word = part.removeprefix("月")
    first, last = {"初": (1, 5), "上旬": (1, 10), "中": (11, 20), "中旬": (11, 20), "下旬": (21, length),
        "底": (length - 4, length),
                   "末": (length - 4, length), "最后一天": (length, length)}[word]
    return Days(date(year, month, first), date(year, month, last))


def read_iso(match: re.Match[str], _now: datetime) -> Days:
    year, month = int(match["iso_year"]), int(match["iso_month"])
    if not match["iso_day"]:
        return _month(year, month, True)
    day = _day(year, month, int(match["iso_day"]))
    return Days(day, day, year_said=True)


def read_in_month(match: re.Match[str], now: datetime) -> Days:
    said = bool(match["year"])
    year = _year(match["year"], now)
    if match["month_shift"]:
        year, month = _shifted(year, now.month, _shift(match["month_shift"]))
    else:
        month = number_of(match["month"])
    whole = _month(year, month, said)
    if match["day"]:
        last = _day(year, month, number_of(match["day"]))
        first = _day(year, month, number_of(match["day_from"])) if match["day_from"] else last
        if first > last:
            raise NoSuchDay(match[0])
        return Days(first, last, year_said=said)
    if match["nth"]:
        day = nth_weekday(year, month, match["nth"], WEEKDAYS[match["nth_day"]])
        return Days(day, day, year_said=said)
    if match["nth_week"]:
        return _week_of_month(match, year, month)
    return _part_of_month(year, month, match["part_of_month"]) if match["part_of_month"] else whole


def _week_of_month(match: re.Match[str], year: int, month: int) -> Days:
    """The first week is the one with the month's first Monday to Friday day in it."""
    first = date(year, month, 1)
    back = first.weekday() if first.weekday() < 5 else first.weekday() - 7
    monday = first + timedelta(weeks=number_of(match["nth_week"]) - 1, days=-back)
    if match["nth_week_day"]:
        day = monday + timedelta(days=WEEKDAYS[match["nth_week_day"]])
        return Days(day, day)
    return Days(monday, monday + timedelta(days=6))


def read_months(match: re.Match[str], now: datetime) -> Days:
    said, year = bool(match["months_year"]), _year(match["months_year"], now)
    if match["two_months"]:
        first, last = (number_of(char) for char in match["two_months"])
        if last != first + 1:
            raise NoSuchDay(match[0])
    else:
        first, last = number_of(match["month_from"]), number_of(match["month_to"])
    _month(year, first), _month(year, last)
    if last < first:
        return Days(_month(year, first).first, _month(year + 1, last).last, year_said=said)
    return _months(year, first, last, said)


def read_short(match: re.Match[str], now: datetime) -> Days:
    day = _day(now.year, int(match["short_month"]), int(match["short_day"] or match["dash_day"]))
    return Days(day, day)


def read_lone(match: re.Match[str], now: datetime) -> Days:
    """二十号: of this month, or of the next that has it when it is past."""
    number = number_of(match["lone_day"])
    first_number = number_of(match["lone_from"]) if match["lone_from"] else number
    if not 1 <= first_number <= number <= 31:
        raise NoSuchDay(match[0])
    year, month = now.year, now.month
    while number > calendar.monthrange(year, month)[1] or date(year, month, number) < now.date():
        year, month = _shifted(year, month, 1)
    return Days(date(year, month, first_number), date(year, month, number), step="month")


def read_weekday(match: re.Match[str], now: datetime) -> Days:
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    if match["whole_week"]:
        monday += timedelta(weeks=_shift(match["whole_week"]))
        return Days(monday, monday + timedelta(days=6))
    weekday, weekend = WEEKDAYS[match["week_day"]], match["week_day"] == "末"
    if match["week_shift"]:
        day = monday + timedelta(weeks=_shift(match["week_shift"]), days=weekday)
    elif weekend and today.weekday() == 6:
        day = today - timedelta(days=1)
    else:
        day = today + timedelta(days=(weekday - today.weekday()) % 7)
    bare = not match["week_shift"]
    return Days(day, day + timedelta(days=1) if weekend else day, step="week" if bare and not weekend else "",
                bare_weekday=bare and not weekend)


def read_relative(match: re.Match[str], now: datetime) -> Days:
    if match[0] == "今明两天":
        return Days(now.date(), now.date() + timedelta(days=1))
    by = _RELATIVE.get(match[0])
    day = now.date() + timedelta(days=_RELATIVE[match[0][0]] if by is None else by)
    return Days(day, day)


def read_holiday(match: re.Match[str], now: datetime) -> Days:
    month, day = HOLIDAYS[match["feast"]] if match["feast"] else (10, 1)
    found = date(_year(match["holiday_year"], now), month, day)
    return Days(found, found, year_said=bool(match["holiday_year"]))


def read_part_now(match: re.Match[str], now: datetime) -> Days:
    """月底: of this month, or of the next when it is past."""
    this = _part_of_month(now.year, now.month, match[0])
    if this.last is not None and this.last < now.date():
        return _part_of_month(*_shifted(now.year, now.month, 1), match[0])
    return this


def read_offset(match: re.Match[str], now: datetime) -> Days:
    count = {"半": 0.5, "一个半": 1.5}.get(match["count"]) or number_of(match["count"])
    count += 0.5 if match["and_half"] or match["half_more"] else 0
    if match["side"] and match["side"].endswith("前"):
        count = -count
    unit = match["offset_unit"].removeprefix("个")
    minutes = {"小时": 60, "钟头": 60, "分钟": 1, "刻钟": 15}.get(unit)
    if minutes:
        return Days(None, None, moment=now + timedelta(minutes=count * minutes))
    whole = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}.get(unit)
    if whole or unit == "月" and count != int(count):
        day = now.date() + timedelta(days=round(count * (whole or 30)))
    else:
        year, month = _shifted(now.year, now.month, int(count * (12 if unit == "年" else 1)))
        day = date(year, month, min(now.day, calendar.monthrange(year, month)[1]))
    return Days(day, day)


def read_period(match: re.Match[str], now: datetime) -> Days:
    said, year = bool(match["period_year"] or match["year_alone"]), _year(match["period_year"] or match["year_alone"],
        now)
    quarter = match["quarter"] or match["q"]
    if quarter or match["quarter_shift"]:
        number = number_of(quarter) if quarter else (now.month - 1) // 3 + 1 + _shift(match["quarter_shift"])
        year, first = _shifted(year, number * 3 - 2, 0)
        return _months(year, first, first + 2, said)
    if match["half"]:
        return _months(year, *((1, 6) if match["half"] == "上" else (7, 12)), said)
    if match["half_month"]:
        whole = _month(year, now.month)
        middle = date(year, now.month, 15)
        return Days(whole.first, middle) if match["half_month"] == "上" else Days(middle + timedelta(days=1),
            whole.last)
    if match["summer"]:
        return _months(year, 7, 8, said)
    if match["term"] or match["term_shift"]:
        return _term(match, now)
    if match["year_part"]:
        return _months(year, *{"初": (1, 1), "中": (6, 7), "底": (12, 12), "末": (12, 12)}[match["year_part"][1]], said)
    return _months(year, 1, 12, said)


def _term(match: re.Match[str], now: datetime) -> Days:
    """Terms counted as year × 2 + (0 spring, 1 autumn); January still belongs to the autumn before."""
    if match["term"]:
        autumn = match["term"] in "一1"
        school_year = now.year if now.month >= 7 else now.year - 1
        index = school_year * 2 + 1 if autumn else (school_year + 1) * 2
    else:
        index = now.year * 2 + (1 if now.month >= 9 else 0) - (1 if now.month == 1 else 0)
        index += 1 if match["term_shift"] == "新" else _shift(match["term_shift"])
    year, autumn_term = divmod(index, 2)
    if autumn_term:
        return Days(date(year, 9, 1), date(year + 1, 1, 31))
    return Days(date(year, 2, 1), date(year, 6, 30))
