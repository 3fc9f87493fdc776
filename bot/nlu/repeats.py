"""Repetitions in a sentence as RFC 5545 rules: 每月第一个周五, 每周三, 每个月20号. Pure; a reader as in days.py."""

import calendar
import re
from datetime import date, datetime, timedelta

from bot.nlu.days import WEEKDAYS, Days, NoSuchDay, number_of

RRULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def read_every(match: re.Match[str], now: datetime) -> Days:
    if match["odd"] or match["fortnight"] or match["gap_day"] or match[0].startswith("隔周"):
        day = match["odd_day"] or match["gap_day"]
        return _repeat("FREQ=WEEKLY;INTERVAL=2" + (f";BYDAY={RRULE_DAYS[WEEKDAYS[day]]}" if day else ""), now)
    if match["every_day"]:
        day_of_month = number_of(match["every_day"])
        if not 1 <= day_of_month <= 31:
            raise NoSuchDay(match[0])
        return _repeat(f"FREQ=MONTHLY;BYMONTHDAY={day_of_month}", now)
    if match["every_nth"]:
        nth = -1 if match["every_nth"] == "最后一" else number_of(match["every_nth"])
        return _repeat(f"FREQ=MONTHLY;BYDAY={nth}{RRULE_DAYS[WEEKDAYS[match['every_nth_day']]]}", now)
    if match["every_part"]:
        first = match["every_part"].endswith(("初", "上旬"))
        return _repeat(f"FREQ=MONTHLY;BYMONTHDAY={1 if first else 15 if '中' in match['every_part'] else -1}", now)
    if match["week_days"]:
        chosen = sorted({WEEKDAYS[char] for char in re.sub("周|星期|礼拜|[、和]", "", match["week_days"])})
        return _repeat("FREQ=WEEKLY;BYDAY=" + ",".join(RRULE_DAYS[day] for day in chosen), now)
    unit = match["unit"] or "月"
    return _repeat({"天": "FREQ=DAILY", "日": "FREQ=DAILY", "月": "FREQ=MONTHLY", "年": "FREQ=YEARLY",
        "季度": "FREQ=MONTHLY;INTERVAL=3",
                    "学期": "FREQ=MONTHLY;INTERVAL=6"}.get(unit, "FREQ=WEEKLY"), now)


def _repeat(rule: str, now: datetime) -> Days:
    """A repetition begins on its first day from today on, where the rule names one."""
    return Days(first := _first_of(rule, now.date()), first, rrule=rule)


def _first_of(rule: str, today: date) -> date | None:
    if "BYDAY" not in rule and "BYMONTHDAY" not in rule:
        return None
    by_day, by_month_day = re.search(r"BYDAY=(\S+)", rule), re.search(r"BYMONTHDAY=(-?\d+)", rule)
    for ahead in range(62):
        day = today + timedelta(days=ahead)
        length = calendar.monthrange(day.year, day.month)[1]
        if by_month_day and int(by_month_day[1]) in (day.day, day.day - length - 1):
            return day
        name = RRULE_DAYS[day.weekday()]
        ranks = {name, f"{(day.day - 1) // 7 + 1}{name}"} | ({f"-1{name}"} if day.day + 7 > length else set())
        if by_day and ranks & set(by_day[1].split(",")):
            return day
    return None
