"""Working days: holidays, worked weekends, and years that nobody has announced yet."""

from datetime import date

import pytest

from data.workdays import (
    first_working_day,
    holiday_name,
    is_announced,
    is_workday,
    last_working_day,
    working_day_from,
    working_day_until,
)


@pytest.mark.parametrize(("day", "works", "why"), [
    (date(2017, 3, 10), True, "an ordinary Friday"),
    (date(2017, 3, 11), False, "an ordinary Saturday"),
    (date(2017, 5, 1), False, "劳动节 on a Monday"),
    (date(2017, 4, 1), True, "a Saturday worked for 清明"),
    (date(2017, 10, 8), False, "the last day of 国庆 and 中秋 together"),
    (date(2031, 5, 1), True, "not announced: a Thursday like any other"),
    (date(2031, 5, 3), False, "not announced, but a Saturday"),
])
def test_who_works_when(day: date, works: bool, why: str) -> None:
    assert is_workday(day) is works, why


@pytest.mark.parametrize(("day", "name"), [
    (date(2017, 5, 1), "劳动节"), (date(2017, 1, 27), "春节"), (date(2017, 4, 1), None), (date(2017, 3, 11), None),
    (date(2031, 10, 1), None),
])
def test_a_day_off_is_called_by_its_holiday(day: date, name: str | None) -> None:
    assert holiday_name(day) == name


@pytest.mark.parametrize(("year", "month", "first"), [
    (2017, 1, date(2017, 1, 3)), (2017, 2, date(2017, 2, 3)), (2017, 3, date(2017, 3, 1)), (2017, 5, date(2017, 5, 2)),
    (2017, 10, date(2017, 10, 9)), (2031, 5, date(2031, 5, 1)),
])
def test_the_first_working_day_waits_for_the_end_of_the_holiday(year: int, month: int, first: date) -> None:
    assert first_working_day(year, month) == first


def test_the_last_working_day_and_the_neighbours_of_a_free_day() -> None:
    assert last_working_day(2017, 4) == date(2017, 4, 28)
    assert working_day_until(date(2017, 5, 20)) == date(2017, 5, 19)
    assert working_day_from(date(2017, 5, 20)) == date(2017, 5, 22)


def test_years_beyond_the_announcements_are_known_as_such() -> None:
    assert is_announced(2017)
    assert not is_announced(2031)
