"""Which days an export is about: months, quarters, years, single days, as said and as written in a heading.

Pure. Start at find_periods() for words, at Period for the rest.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.nlu.slots import Slots
from bot.nlu.timespan import TimeSpan
from data.chinese import parse_number

Days = tuple[date, date]

# 上个月 and 昨天 say themselves which year they are in; 三月, 上半年 and 3月10日 do not.
_RELATIVE = re.compile(r"[本这昨今去明]|前天|后天|[上下]个?(?:月|周|星期|礼拜|学期|季|次)")
_RECENT = re.compile(r"(?:最近|近|过去)(\d{1,2}|[一两二三四五六七八九十]{1,2})个月")
_YEAR_MONTH = re.compile(r"(?<![\d.])(20\d\d)\s*[-./]\s*(1[0-2]|0?[1-9])(?![\d./-])月?")
_GAP = re.compile(r"(?<=\d年)\s+(?=[\d一二三四五六七八九十])")
_YEAR = re.compile(r"(?<![\d.])(20\d\d)(?![\d年./-])")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def overlaps(self, first: date, last: date) -> bool:
        return first <= self.last and self.first <= last

    @property
    def years(self) -> range:
        return range(self.first.year, self.last.year + 1)

    def moments(self, now: datetime) -> tuple[datetime, datetime]:
        """Its beginning, and the beginning of the day after it, in the zone of `now`."""
        return tuple(datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
                     for day in (self.first, self.last + timedelta(days=1)))

    @property
    def label(self) -> str:
        """`2017年`, `2017年3月`, `2017年1月至3月`, `2016年12月至2017年2月`, `2017年3月10日`."""
        first, last = _parts(self.first), _parts(self.last)
        if self.first.day == 1 and self.last.day == monthrange(self.last.year, self.last.month)[1]:
            first, last = first[:2], last[:2]
            if (self.first.month, self.last.month) == (1, 12):
                first, last = first[:1], last[:1]
        if first == last:
            return "".join(first)
        return f"{''.join(first)}至{''.join(last[1:] if first[0] == last[0] and len(last) > 1 else last)}"

    @property
    def code(self) -> str:
        """For the audit: `2017-03-01/2017-03-31`."""
        return f"{self.first}/{self.last}"


def _parts(day: date) -> tuple[str, str, str]:
    return f"{day.year}年", f"{day.month}月", f"{day.day}日"


def this_year(now: datetime) -> Period:
    """What is exported when no time is named."""
    return Period(date(now.year, 1, 1), date(now.year, 12, 31))


def spell_years(words: str) -> str:
    """2017-03 and 2017 as 2017年3月 and 2017年, as the reader of times knows them."""
    return _GAP.sub("", _YEAR.sub(r"\1年", _YEAR_MONTH.sub(r"\1年\2月", words)))


def find_periods(words: str, slots: Slots, now: datetime) -> Sequence[Period]:
    """What the words mean, the likeliest first; none when they name no time.

    An export looks back: 三月 without a year is this year's, and where that is still to come perhaps the last one.
    """
    recent = _RECENT.search(words)
    if recent:
        return [_recent(parse_number(recent[1]) or 1, now)]
    spans = [span for span in slots.times if span.start]
    if not spans:
        return ()
    whole = [span.start.year for span in spans if span.year_said and _is_year(span)]
    years = whole if len(whole) == 1 else (now.year, now.year - 1)  # 三月 2016 is one month
    readings = [_widest(_days(span, year) for span in spans) for year in years]
    return readings[:1] if readings[0].first <= now.date() else list(dict.fromkeys(readings))


def _recent(months: int, now: datetime) -> Period:
    first = now.year * 12 + now.month - months
    year, month = divmod(first, 12)
    return Period(date(year, month + 1, 1), date(now.year, now.month, monthrange(now.year, now.month)[1]))


def _is_year(span: TimeSpan) -> bool:
    first, last = _day(span.start), _day(span.end or span.start)
    return (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31))


def _days(span: TimeSpan, year: int) -> Days:
    """The days of a span; one that leaves the year open is of this `year`."""
    first, last = _day(span.start), _day(span.end or span.start)
    if span.year_said or _RELATIVE.search(span.text):
        return first, last
    shift = year - first.year
    return _moved(first, shift), _moved(last, shift)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _moved(day: date, years: int) -> date:
    """The same day so many years on; the last of the month where that year has no such day."""
    year = day.year + years
    month_end = monthrange(day.year, day.month)[1]
    length = monthrange(year, day.month)[1]
    return date(year, day.month, length if day.day == month_end else min(day.day, length))


def _widest(days: Iterable[Days]) -> Period:
    """One period around all of them: 一月和六月 is January to June, and the heading says so."""
    all_days = list(days)
    inner = [one for one in all_days if not any(_within(other, one) for other in all_days)]
    return Period(min(first for first, _ in inner), max(last for _, last in inner))


def _within(inner: Days, outer: Days) -> bool:
    """今年 and 三月 together are March: the wider one only says where the narrower lies."""
    return inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]
