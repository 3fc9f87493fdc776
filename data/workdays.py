"""Working days in China: weekends, public holidays, and the weekends that are worked instead (调休).

A thin layer over chinesecalendar, which knows the years that the State Council has announced; beyond them
weekends only, and is_announced() says so. Pure. Start at is_workday().
"""

from calendar import monthrange
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import Holiday


def is_announced(year: int) -> bool:
    """Whether the holidays of the year are known; without them only weekends count as free."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def is_workday(day: date) -> bool:
    """Whether people work on that day; a weekend that is worked for a holiday counts."""
    if not is_announced(day.year):
        return day.weekday() < 5
    return chinese_calendar.is_workday(day)


def holiday_name(day: date) -> str | None:
    """`劳动节` on a day off for a public holiday; None on working days, ordinary weekends and unknown years."""
    if not is_announced(day.year):
        return None
    free, name = chinese_calendar.get_holiday_detail(day)
    return Holiday(name).chinese if free and name else None


def find_holiday(name: str, year: int) -> date | None:
    """The first day off for a holiday (`清明`, `端午`) in the year; None where it has none or is not announced."""
    if not is_announced(year):
        return None
    days = chinese_calendar.get_holidays(date(year, 1, 1), date(year, 12, 31), include_weekends=False)
    return min((day for day in days if name in (holiday_name(day) or "")), default=None)


def first_working_day(year: int, month: int) -> date:
    """The first day of the month on which people work."""
    return working_day_from(date(year, month, 1))


def last_working_day(year: int, month: int) -> date:
    """The last day of the month on which people work."""
    return working_day_until(date(year, month, monthrange(year, month)[1]))


def working_day_from(day: date) -> date:
    """That day if it is worked, else the next that is."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def working_day_until(day: date) -> date:
    """That day if it is worked, else the last one before that is."""
    while not is_workday(day):
        day -= timedelta(days=1)
    return day
