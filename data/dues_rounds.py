"""Rounds of dues: the months in which the plan has 缴党费, as periods that payments are booked on.

A month outside the plan's rounds is a period of its own, because dues are owed monthly (domain part 3).
Reads only. Start at round_for().
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.chinese import format_months, to_chinese
from data.plan_rules import kinds_in
from data.plans import StoredEntry, entries_of, plan_in_force

KIND = "缴党费"


@dataclass(frozen=True, slots=True)
class Round:
    """One block of months in which dues are handed in. `plan_year`: the plan it comes from; None: outside the plan."""

    year: int
    months: tuple[int, ...]
    plan_year: int | None = None

    @property
    def period(self) -> str:
        """The key that payments carry: year and first month, 2017-01."""
        return f"{self.year}-{self.months[0]:02d}"

    @property
    def name(self) -> str:
        return f"{format_months(self.months)}党费"

    @property
    def starts(self) -> date:
        return date(self.year, self.months[0], 1)

    @property
    def ends(self) -> date:
        """The last day of its last month."""
        return date(self.year, self.months[-1], monthrange(self.year, self.months[-1])[1])

    @property
    def origin(self) -> str:
        """`（沿用2017年计划）` where the plan of an earlier year serves this one, else nothing."""
        return f"（沿用{self.plan_year}年计划）" if self.plan_year and self.plan_year < self.year else ""


def rounds_of(session: Session, branch_id: int, year: int) -> tuple[Round, ...]:
    """The rounds of a year by the plan in force, in order of time; none where no plan speaks of dues."""
    plan = plan_in_force(session, branch_id, year)
    if plan is None:
        return ()
    blocks = {months for entry in entries_of(session, plan) if _is_dues(entry) for months in _blocks(entry.months)}
    return tuple(Round(year, months, plan.year) for months in sorted(blocks))


def _is_dues(entry: StoredEntry) -> bool:
    """A line may have another main matter and collect dues as well (主题党日，收缴党费)."""
    return entry.kind == KIND or KIND in kinds_in(entry.text)


def _blocks(months: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """An entry for the whole year means every month, not one payment a year."""
    if len(months) == 12:
        yield from ((month,) for month in months)
    else:
        yield tuple(sorted(months))


def round_for(session: Session, branch_id: int, year: int, month: int) -> Round:
    """What a payment of that month is booked on: the plan's round that has the month, else the month itself."""
    rounds = rounds_of(session, branch_id, year)
    return next((one for one in rounds if month in one.months), Round(year, (month,)))


def round_in_view(session: Session, branch_id: int, day: date) -> Round:
    """What officers look at on that day: the round that runs, else the latest that is over, else the month itself."""
    rounds = (*rounds_of(session, branch_id, day.year - 1), *rounds_of(session, branch_id, day.year))
    begun = [one for one in rounds if one.starts <= day]
    return begun[-1] if begun else Round(day.year, (day.month,))


def get_round(session: Session, branch_id: int, period: str) -> Round:
    """The round that a payment was booked on; its month alone where the plan has changed since."""
    year, month = map(int, period.split("-"))
    found = round_for(session, branch_id, year, month)
    return found if found.period == period else Round(year, (month,))


def months_text(session: Session, branch_id: int, year: int) -> str:
    """The plan's months for dues: `一、二月，六月`; empty where it names none."""
    rounds = rounds_of(session, branch_id, year)
    if len(rounds) == 12:
        return "每月"
    return "和".join(f"{'、'.join(to_chinese(month) for month in one.months)}月" for one in rounds)
