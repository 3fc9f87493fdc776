"""The hour in a sentence: 下午两点半, 14:30, 3-5点, 九点一刻. Pure; the pattern is CLOCK in time_words.py."""

import re
from dataclasses import dataclass

from data.chinese import parse_number

_EVENING = ("下午", "午后", "傍晚", "晚上", "晚间", "晚", "夜里", "夜间")
_NIGHT = ("半夜", "凌晨")
_VAGUE_BEFORE = "说有这那提讲下几"


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes since midnight, None where only a part of the day was said; 24:00 is 1440."""

    minutes: int | None
    until: int | None = None
    part: str = ""
    spoken: bool = True
    either: bool = False  # could be of the morning or of the evening
    doubtful: bool = False  # 一点 is an hour only beside a day
    possible: bool = True


def read_hours(match: re.Match[str], text: str) -> Hours | None:
    """The hours of one CLOCK match; None where it says none (晚一点)."""
    if match["alone"]:
        return Hours(None, part=match["alone"])
    part = match["part"] or ""
    if match["digital"]:
        hour, minute = int(match["digital"]), int(match["digital_minute"])
        if len(match["digital"]) == 1 and 1 <= hour <= 5 and not part:
            hour += 12  # nobody calls a meeting at 2:30 in the night
        return _checked(_by_part(hour, part), minute, part, spoken=False)
    hour, minute = parse_number(match["hour"]), _minute(match)
    if hour is None or minute is None:
        return Hours(None, possible=False)
    exact = bool(match["half"] or match["quarter"] or match["minute"] or match[0].endswith(("整", "钟")))
    if hour == 1 and not exact and part in ("早", "晚", ""):
        if part:
            return None
        return Hours((13 if not part else hour) * 60, doubtful=True)
    before = text[match.start() - 1:match.start()] if match.start() else ""
    doubtful = not exact and not part and before != "" and before in _VAGUE_BEFORE
    return _spoken(match, hour, minute, part, doubtful)


def _spoken(match: re.Match[str], hour: int, minute: int, part: str, doubtful: bool) -> Hours:
    guess = not part and 1 <= hour <= 5
    end = _checked(_by_part(hour, part) + (12 if guess else 0), minute, part, either=not part and 6 <= hour <= 8,
                   doubtful=doubtful)
    if not match["first_hour"] or end.minutes is None:
        return end
    first = parse_number(match["first_hour"])
    if first is None:
        return Hours(None, possible=False)
    begin = _by_part(first, part) + (12 if not part and 1 <= first <= 5 else 0)
    if begin * 60 >= end.minutes:
        return Hours(None, possible=False)
    return Hours(begin * 60, end.minutes, part, possible=end.possible)


def _minute(match: re.Match[str]) -> int | None:
    if match["half"]:
        return 30
    if match["quarter"]:
        return 15 * (parse_number(match["quarter"]) or 0)
    return parse_number(match["minute"]) if match["minute"] else 0


def _by_part(hour: int, part: str) -> int:
    if part in _EVENING and hour < 12:
        return hour + (12 if hour > 4 or part in ("下午", "午后", "傍晚") else 24)
    if part in ("晚上", "晚间", "晚", "夜里", "夜间") and hour == 12:
        return 24
    if part in _NIGHT and hour == 12:
        return 0
    return hour + 12 if part in ("中午", "正午") and 1 <= hour <= 3 else hour


def _checked(hour: int, minute: int, part: str, spoken: bool = True, either: bool = False,
             doubtful: bool = False) -> Hours:
    late = part in ("晚上", "晚间", "晚", "夜里", "夜间")
    possible = minute < 60 and (hour < 24 or hour == 24 and minute == 0 or late and hour <= 28)
    return Hours(hour * 60 + minute, part=part, spoken=spoken, either=either, doubtful=doubtful, possible=possible)
