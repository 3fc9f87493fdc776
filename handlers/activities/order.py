"""What 书记 wants with the calendar, read from words: `三月主题党日 3月10日 14:00 多功能厅 党员`.

Pure: which activity is meant and whether the day is a good one is decided elsewhere. Start at parse_order().
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.nlu.dates import TimeKind, Times, TimeSpan, find_times
from bot.nlu.normalize import clean, fold
from bot.nlu.slots import Lexicon, parse_groups
from bot.nlu.time_words import DAYS, HOLIDAYS
from data.chinese import parse_month, parse_number
from data.plan_rules import kinds_in
from handlers.activities.pieces import take_place, take_shift, write_holiday

LONG_PAST = timedelta(days=60)  # a day without a year that is further back means next year's
COMPUTED_GROUPS = {"未签到", "未缴费"}  # they change by themselves, so an activity cannot be for them


class Verb(StrEnum):
    """The four orders, as they are said."""

    SET = "设置"
    MOVE = "改期"
    CANCEL = "取消活动"
    ADD = "添加活动"


@dataclass(frozen=True, slots=True)
class Order:
    """One order as far as it is understood; what was not said is empty.

    `words` name the activity, `months` and `old_day` narrow it down. `impossible` is a date that no calendar has.
    `no_year`: the day was written as a date without one. `shift`: minutes later (or earlier) than it was.
    `target` is set once it is known which activity is meant, `sure` once doubts have been settled, `day_sure` once
    those about the day have.
    """

    verb: Verb
    words: str
    months: tuple[int, ...] = ()
    year: int | None = None
    old_day: date | None = None
    day: date | None = None
    last_day: date | None = None
    begins: time | None = None
    ends: time | None = None
    place: str = ""
    audience: tuple[str, ...] = ()
    impossible: str = ""
    no_year: bool = False
    shift: int = 0
    target: str = ""
    sure: bool = False
    day_sure: bool = False

    @property
    def changes_nothing(self) -> bool:
        """Whether it names an activity only."""
        return not (self.place or self.audience or self.day or self.begins or self.shift or self.impossible)

    def to_json(self) -> dict[str, Any]:
        """For keeping it in an open question."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value.isoformat() if isinstance(value, date | time) else list(value)
                if isinstance(value, tuple) else value for name, value in values.items()}


def order_from_json(values: Mapping[str, Any]) -> Order:
    """The order that to_json() kept."""
    dates = {name: values[name] and date.fromisoformat(values[name]) for name in ("old_day", "day", "last_day")}
    times = {name: values[name] and time.fromisoformat(values[name]) for name in ("begins", "ends")}
    lists = {name: tuple(values[name]) for name in ("months", "audience")}
    return Order(**{**values, **dates, **times, **lists, "verb": Verb(values["verb"])})


_MINUTE = timedelta(minutes=1)
_YEAR = r"(?P<year>20\d\d|[今明来]|本)年度?的?"
_N = "(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_MONTHS = re.compile(
    rf"(?:{_YEAR})?\s*"
    rf"(?:(?P<pair>一二|二三|三四|四五|五六|六七|七八|八九)月份?"
    rf"|(?P<first>{_N})(?:月份?)?(?:\s*[、,和及~至到-]\s*(?P<second>{_N}))?月份?"
    rf"|(?P<shift>本|这个?|下个?|上个?)月份?)(?:的|\s)*")
_BARE_YEAR = re.compile(rf"{_YEAR}\s*(?=\D)")
_DATED = re.compile(rf"月|\d\s*[./-]\s*\d|{'|'.join(HOLIDAYS)}")
_OLD_DAY = re.compile(r"(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})[日号](?!生活|常规)(?:[那这][次天场])?的?\s*")
_OPENING = re.compile(r"(?:请|帮我|帮忙|麻烦|我要|我想|把|将|给|设置|安排|确定|定一?下?|改期|取消|添加|新增|增加|加"
                      r"|推迟|提前|调整|一下|一个|一次|[:,\s])*(?:活动(?=[\s:,]))?[:,\s]*")
_CLOSING = re.compile(r"[,\s]*(?:的?(?:时间|日期))?(?:定|放|安排|设|改期?|推迟|延期|延|提前|调整?|换|挪)?"
                      r"(?:到|在|为|成|于|至|是)?[:,。\s]*$"
                      r"|(?:[,\s]*(?:先|要|就))?(?:取消|不开|不办|不搞|停办)了?(?:吧|了)?[。\s]*$")
_PLACE = re.compile(r"^(?:地点|地址|会场|在|到)(?:是|为|改为|改到|改成|改在|[:：])*")
_AUDIENCE = re.compile(r"^(?:对象|参加人员|参加|人员|通知)[:：]?")


def parse_order(verb: Verb, text: str, now: datetime, lexicon: Lexicon) -> Order:
    """Read an order. Never raises; `words` is empty where nothing names an activity."""
    text = write_holiday(clean(text), now)
    text, times, shift = _without_shift(text, now)
    text, place = take_place(text, alone=not any(_choose_spans(times.found)))
    times = find_times(text, now)
    order = Order(verb, "", impossible=times.impossible[-1] if times.impossible else "", shift=shift, place=place)
    day, clock = _choose_spans(times.found)
    cuts = [(span.begin, span.finish) for span in (day, clock) if span]
    if order.impossible and not day:
        at = text.rfind(order.impossible)
        cuts.append((at, at + len(order.impossible)))
    cuts.sort()
    order = _with_times(order, day, clock, now)
    head, tail = (text[:cuts[0][0]], _after(text, cuts)) if cuts else (text, "")
    head = _trim(head)
    if not head or not cuts:
        head, tail = _first_token(f"{head} {tail}".strip())
        head = _trim(head)
    return _with_tail(_with_head(order, head, now), tail, lexicon)


def _without_shift(text: str, now: datetime) -> tuple[str, Times, int]:
    """The text without 推迟一周, and that in minutes; a day that is said goes before it."""
    rest, by = take_shift(text)
    if by:
        times = find_times(rest, now)
        if not any(_choose_spans(times.found)):
            return rest, times, by // _MINUTE
    return text, find_times(text, now), 0


def read_piece(order: Order, text: str, now: datetime, lexicon: Lexicon) -> Order:
    """The order completed by an answer to the question for what it lacks; unchanged where there is nothing in it."""
    said = parse_order(order.verb, f"甲 {text}", now, lexicon)  # the name is known already
    if said.impossible and not said.day:
        return replace(order, impossible=said.impossible)
    if not (said.day or said.begins or said.shift or take_place(text, alone=True)[1]):
        return order  # 不知道 is no place
    day, no_year = (said.day, said.no_year) if said.day else (order.day, order.no_year)
    return replace(order, impossible="", day=day, no_year=no_year, shift=said.shift,
                   last_day=said.last_day if said.day else order.last_day,
                   begins=said.begins or order.begins, ends=said.ends if said.begins else order.ends,
                   place=said.place or order.place)


def _choose_spans(found: tuple[TimeSpan, ...]) -> tuple[TimeSpan | None, TimeSpan | None]:
    """The span that says the day, and the one that says only an hour; 三月 is part of the activity's name."""
    usable = [span for span in found if span.month is None and span.start and span.kind is not TimeKind.RECURRENCE]
    days = [span for span in usable if DAYS.search(fold(span.text))]
    clocks = [span for span in usable if span not in days and isinstance(span.start, datetime)]
    # 五一广场 or 六一慰问 name a day too; what has an hour, or is written as a date, goes before them.
    day = max(days, key=lambda span: (isinstance(span.start, datetime), bool(re.search("[日号./-]", span.text)),
                                      span.begin), default=None)
    needs_hour = day is None or not isinstance(day.start, datetime)
    return day, clocks[-1] if clocks and needs_hour else None


def _with_times(order: Order, day: TimeSpan | None, clock: TimeSpan | None, now: datetime) -> Order:
    if day:
        first, last = _date(day.start), _date(day.end)
        no_year = not day.year_said and bool(_DATED.search(fold(day.text)))
        if no_year and now.date() - first > LONG_PAST:
            first, last = (_years_later(one, 1) for one in (first, last))
        order = replace(order, day=first, last_day=last if last != first else None, no_year=no_year)
    hours = clock or (day if day and isinstance(day.start, datetime) else None)
    if hours:
        says_end = isinstance(hours.end, datetime) and hours.start != hours.end  # not 3月8日14:00到3月10日
        order = replace(order, begins=hours.start.timetz().replace(tzinfo=None),
                        ends=hours.end.timetz().replace(tzinfo=None) if says_end else None)
    return order


def _date(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _years_later(day: date, years: int) -> date:
    """The same day in another year; itself where that year has no 29th of February."""
    return _safe_date(day.year + years, day.month, day.day) or day


def in_next_year(order: Order) -> Order:
    """The order with its day a year later, which is then settled."""
    return _moved(order, 1)


def _moved(order: Order, years: int) -> Order:
    assert order.day is not None
    last = order.last_day and _years_later(order.last_day, years)
    return replace(order, day=_years_later(order.day, years), last_day=last, no_year=False)


def _in_said_year(order: Order, year: int) -> Order:
    """明年五月…5月11日: the day without a year in the year that was said; 明年一月…12月29日 is the day next to it."""
    if not order.no_year or order.day is None:
        return order
    months = order.months or (order.day.month,)
    near = min((year - 1, year, year + 1), key=lambda one: min(
        abs((one - year) * 12 + order.day.month - month) for month in months))
    return _moved(order, near - order.day.year)


def _after(text: str, cuts: list[tuple[int, int]]) -> str:
    ends = [*cuts[1:], (len(text), len(text))]
    return " ".join(text[finish:begin] for (_, finish), (begin, _) in zip(cuts, ends, strict=True))


def _first_token(text: str) -> tuple[str, str]:
    first, _, rest = text.partition(" ")
    # 三月 主题党日: the month alone names nothing yet.
    if rest and (parse_month(first) and "月" in first or first in ("本月", "下月", "下个月", "这个月")):
        second, _, rest = rest.strip().partition(" ")
        first = f"{first}{second}"
    # 主题 党日: two words for one activity.
    second, _, further = rest.strip().partition(" ")
    if second and any(kind != first and kind.startswith(first) for kind in kinds_in(first + second)):
        first, rest = first + second, further
    return first, rest


def _trim(words: str) -> str:
    plain = fold(words)
    begin = _OPENING.match(plain).end()  # type: ignore[union-attr] - it may match nothing, but it matches
    end = _CLOSING.search(plain, begin)
    return words[begin:end.start() if end else len(words)].strip(" ,，。：:“”\"")


def _with_head(order: Order, head: str, now: datetime) -> Order:
    """The name of the activity, without the month and the day that narrow it down."""
    found = _MONTHS.match(fold(head))
    if found and order.verb is not Verb.ADD:
        months, year = _months_of(found, now)
        order, head = replace(order, months=months, year=year), head[found.end():]
        order = _in_said_year(order, year) if found["year"] and year else order
        old = _OLD_DAY.match(fold(head))
        if old and len(months) == 1:
            day = _safe_date(year or now.year, months[0], parse_number(old["day"]))
            order, head = replace(order, old_day=day), head[old.end():] if day else head
    else:
        order, head = _with_bare_year(order, head, now)
    if order.verb is Verb.CANCEL and order.day:
        order = replace(order, old_day=order.day, months=(order.day.month,), year=order.day.year, day=None)
    return replace(order, words=head.strip(" 的，,“”\""))


def _with_bare_year(order: Order, head: str, now: datetime) -> tuple[Order, str]:
    """明年主题党日; in the name of an added activity a year in digits may be a part of it (2018年度总结会)."""
    found = _BARE_YEAR.match(fold(head))
    if not found or (order.verb is Verb.ADD and found["year"].isdigit()):
        return order, head
    year = _year_of(found["year"], now)
    return _in_said_year(replace(order, year=year), year), head[found.end():]


def _year_of(said: str, now: datetime) -> int:
    return int(said) if said.isdigit() else now.year + (said in "明来")


def _months_of(found: re.Match[str], now: datetime) -> tuple[tuple[int, ...], int | None]:
    year = _year_of(found["year"], now) if found["year"] else None
    if found["pair"]:
        return tuple(parse_month(char) or 0 for char in found["pair"]), year
    if found["shift"]:
        month = now.month - 1 + {"下": 1, "上": -1}.get(found["shift"][0], 0)
        return (month % 12 + 1,), now.year + month // 12
    months = [parse_month(found[name]) for name in ("first", "second") if found[name]]
    return tuple(month for month in months if month), year


def _safe_date(year: int, month: int, day: int | None) -> date | None:
    try:
        return date(year, month, day or 0)
    except ValueError:
        return None


def _with_tail(order: Order, tail: str, lexicon: Lexicon) -> Order:
    """Place and audience: what follows the time, in any order."""
    places: list[str] = []
    audience: list[str] = []
    for token in re.split(r"[\s,，。;；]+", tail):
        named = parse_groups(_AUDIENCE.sub("", token), lexicon)
        groups = (*named.groups, *named.people)
        if groups and not named.rest and not COMPUTED_GROUPS & set(groups):
            audience.extend(groups)
        else:
            places.append(_PLACE.sub("", token))
    place = " ".join(part for part in (order.place, *places) if part)
    return replace(order, place=place[:100], audience=tuple(dict.fromkeys(audience)))
