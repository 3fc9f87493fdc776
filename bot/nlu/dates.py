"""Time in a sentence: days, hours, periods and repetitions, as people in China read them.

Pure; `now` is a value. Start at find_times(). Patterns: time_words.py; values: days.py, clock_words.py, repeats.py.
A month without a year is in the current year, `二十号` or `周五` is the coming one; what no calendar has is impossible.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.nlu import days
from bot.nlu.clock_words import Hours, read_hours
from bot.nlu.days import Days
from bot.nlu.normalize import fold
from bot.nlu.repeats import read_every
from bot.nlu.time_words import CLOCK, DAYS, HINT
from bot.nlu.timespan import TimeKind, Times, TimeSpan, to_json

__all__ = ["TimeKind", "TimeSpan", "Times", "coming", "find_coming", "find_times", "read_times", "to_json"]

_BETWEEN = re.compile(r"[\s,的日()]*(?:那天|当天)?[\s,的(]*在?")
MASK = "\ufffc"  # stands for characters that have been read as a day already
_TO = re.compile(r"\s*(?:到|至|~|-{1,2})\s*")
_OF_EVERY_YEAR = frozenset({"in_month", "months", "holiday", "short"})  # families that name no year by themselves
_MOST_YEARS = 8  # from one 29 February to the next, across 2100 too


_READERS: dict[str, Callable[[re.Match[str], datetime], Days]] = {
    "iso": days.read_iso, "every": read_every, "offset": days.read_offset, "months": days.read_months,
    "in_month": days.read_in_month, "holiday": days.read_holiday, "relative": days.read_relative,
    "short": days.read_short, "weekday": days.read_weekday,
    "period": days.read_period, "lone": days.read_lone, "part_now": days.read_part_now,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text that says a day, an hour, or (joined) both; `days` is None where no calendar has it."""

    begin: int
    finish: int
    days: Days | None = None
    hours: Hours | None = None
    until: "Piece | None" = None
    impossible: bool = False


def find_times(text: str, now: datetime) -> Times:
    """All expressions of time in any text, with their places in it. `now` is aware; values are in its zone."""
    return read_times(fold(text), now, text)


def coming(span: TimeSpan, now: datetime) -> TimeSpan:
    """The span in its coming year: 3月8日 said in November is next year's; as it is when the year or 今天 was said.

    A day counts as past from the next day on, so that 今天8点 said at nine stays past.
    """
    last = span.end or span.start
    if last is None or not _recurs(span) or date(last.year, last.month, last.day) >= now.date():
        return span
    later = _read_later(span.text, len(span.text), now)
    return replace(later, begin=span.begin, finish=span.finish) if later else span


def find_coming(text: str, now: datetime) -> Times:
    """find_times() for what lies ahead: every span as coming() has it.

    What this year's calendar has not, but a later one has, is found too: 2月29日, or 1月2日（周二） of next year.
    """
    times, at = find_times(text, now), 0
    found, impossible = [coming(span, now) for span in times.found], []
    for said in times.impossible:
        at = text.index(said, at)
        later = _read_later(text[at:], len(said), now)
        if later:
            later = replace(later, begin=at, finish=at + later.finish)
            found = [span for span in found if not later.begin <= span.begin < later.finish] + [later]
        else:
            impossible.append(said)
        at += len(said)
    return Times(tuple(sorted(found, key=lambda span: span.begin)), tuple(impossible))


def _recurs(span: TimeSpan) -> bool:
    said = DAYS.match(fold(span.text))
    return said is not None and said.lastgroup in _OF_EVERY_YEAR and not span.year_said \
        and not said["month_shift"] and span.kind is not TimeKind.RECURRENCE


def _read_later(text: str, length: int, now: datetime) -> TimeSpan | None:
    """The expression at the head, of at least `length` characters, in the first later year that has it."""
    for year in range(now.year + 1, now.year + 1 + _MOST_YEARS):
        found = find_times(text, datetime(year, 1, 1, tzinfo=now.tzinfo)).found
        if found and found[0].begin == 0 and found[0].finish >= length:
            return found[0] if _recurs(found[0]) and _is_next(found[0].end, now) else None
    return None


def _is_next(day: date | datetime | None, now: datetime) -> bool:
    """Whether no earlier year has that day ahead: a wrong weekday must not leap to the year in which it is right."""
    if day is None:
        return False
    years = (year for year in range(now.year, day.year) if day.month != 2 or day.day != 29 or calendar.isleap(year))
    return all(date(year, day.month, day.day) < now.date() for year in years)


def read_times(text: str, now: datetime, shown: str = "") -> Times:
    """The same for a text that is already normalised."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    if not HINT.search(text):
        return Times((), ())
    found, impossible = [], []
    for piece in _join_ranges(_join_hours(_find_pieces(text, now), text), text):
        span = None if _is_impossible(piece) else _to_span(piece, shown or text, now)
        if span:
            found.append(span)
        else:
            impossible.append((shown or text)[piece.begin:piece.finish])
    return Times(tuple(found), tuple(impossible))


def _find_pieces(text: str, now: datetime) -> list[Piece]:
    pieces: list[Piece] = []
    masked = text
    for match in DAYS.finditer(text):
        if match.lastgroup == "short" and re.search(r"[费缴交元第]\s?$", text[:match.start()]):
            continue  # 缴党费 4.20 is a sum
        pieces.append(_read_day(match, now))
        masked = masked[:match.start()] + MASK * len(match[0]) + masked[match.end():]
    for match in CLOCK.finditer(masked):
        hours = read_hours(match, masked)
        if hours:
            first = match.start() + len(match[0]) - len(match[0].lstrip(" 的"))
            pieces.append(Piece(first, match.end(), hours=hours, impossible=not hours.possible))
    return sorted(pieces, key=lambda piece: piece.begin)


def _read_day(match: re.Match[str], now: datetime) -> Piece:
    try:
        read = _READERS[match.lastgroup or ""](match, now)
    except (days.NoSuchDay, OverflowError, ValueError):
        return Piece(*match.span(), impossible=True)
    return Piece(*match.span(), days=read)


def _join_hours(pieces: list[Piece], text: str) -> list[Piece]:
    """3月10日(周五) 14:00: the weekday only confirms the day, the hour belongs to it."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.days and not last.hours and _BETWEEN.fullmatch(text, last.finish, piece.begin):
            merged = _merge(last, piece)
            if merged:
                if text[merged.finish:merged.finish + 1] == ")" and "(" in text[last.finish:piece.begin]:
                    merged = replace(merged, finish=merged.finish + 1)
                joined[-1] = merged
                continue
        joined.append(piece)
    return [piece for piece in joined if piece.days or piece.impossible or not (piece.hours and piece.hours.doubtful)]


def _merge(day: Piece, piece: Piece) -> Piece | None:
    if day.days is None or day.days.moment:
        return None
    if piece.hours and (day.days.first == day.days.last or day.days.rrule):
        return replace(day, finish=piece.finish, hours=piece.hours, impossible=day.impossible or piece.impossible)
    if piece.days and piece.days.bare_weekday and day.days.first == day.days.last and not day.days.bare_weekday:
        agrees = piece.days.first is not None and day.days.first is not None \
            and piece.days.first.weekday() == day.days.first.weekday()
        return replace(day, finish=piece.finish, impossible=not agrees)
    return None


def _join_ranges(pieces: list[Piece], text: str) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and not last.until and _TO.fullmatch(text, last.finish, piece.begin) \
                and not any(p.days and (p.days.rrule or p.days.moment) for p in (last, piece)):
            joined[-1] = replace(last, finish=piece.finish, until=piece)
        else:
            joined.append(piece)
    return joined


def _is_impossible(piece: Piece) -> bool:
    return piece.impossible or bool(piece.until and piece.until.impossible)


def _to_span(piece: Piece, text: str, now: datetime) -> TimeSpan | None:
    said = piece.days
    make = {"text": text[piece.begin:piece.finish], "begin": piece.begin, "finish": piece.finish,
            "year_said": bool(said and said.year_said)}
    if said and said.moment:
        return TimeSpan(**make, kind=TimeKind.POINT, start=said.moment, end=said.moment)
    start, end = _bounds(piece, now)
    if piece.until:
        end = _second_bound(piece, piece.until, start, now)
        if end is None:
            return None
    if said and said.rrule:
        return TimeSpan(**make, kind=TimeKind.RECURRENCE, start=start, end=None, rrule=said.rrule)
    month = said.month if said and not piece.until else None
    return TimeSpan(**make, kind=TimeKind.POINT if start == end else TimeKind.RANGE, start=start, end=end, month=month)


def _bounds(piece: Piece, now: datetime) -> tuple[date | datetime | None, date | datetime | None]:
    said = piece.days or Days(now.date(), now.date())
    if piece.hours is None or said.first is None:
        return said.first, said.last
    if piece.hours.minutes is None:  # 明天上午: a part of the day is no hour
        return said.first, said.last
    start, end = _at(said.first, piece.hours.minutes, now), None
    if said.step and start <= now and start.date() == now.date():
        start = _at(days.step(said), piece.hours.minutes, now)
    today = said.first == now.date()
    if piece.hours.either and not piece.until and today and start < now < start + timedelta(hours=12):
        start += timedelta(hours=12)  # eight o'clock said at ten is the evening's
    if piece.hours.until is not None:
        end = _at(start.date(), piece.hours.until, now)
    return start, end or start


def _second_bound(piece: Piece, until: Piece, start: date | datetime | None, now: datetime) -> date | datetime | None:
    """The end of a range; it takes the day and the half of the day from the beginning where it says none."""
    if isinstance(start, datetime) and until.hours and until.hours.minutes is not None:
        day = start.date() if until.days is None else until.days.last
        minutes = until.hours.minutes
        if until.hours.spoken and piece.hours and minutes < 12 * 60 and until.hours.part == "":
            first = start.hour * 60 + start.minute
            minutes += 12 * 60 if minutes <= first < minutes + 12 * 60 and until.days is None else 0
        end: date | datetime | None = _at(day, minutes, now) if day else None
    else:
        end = days.end_of_range(start, until.days) if until.days else None
    return end if end is not None and start is not None and _not_before(end, start) else None


def _not_before(end: date | datetime, start: date | datetime) -> bool:
    if isinstance(end, datetime) and isinstance(start, datetime):
        return end >= start
    return date(end.year, end.month, end.day) >= date(start.year, start.month, start.day)


def _at(day: date, minutes: int, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo) + timedelta(minutes=minutes)
