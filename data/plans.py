"""Queries about stored plans that several capabilities share: which one is in force, and its calendar.

A plan never changes once it is stored (a new version is a new row), so each process keeps the calendars that it has
read. Reads only; importing belongs to the plan capability. Start at plan_in_force().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, bindparam, select
from sqlalchemy.orm import Session

from data.models import Plan, PlanEntry

KEPT = 256  # calendars that a process keeps for each database; one is about 20 kB


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One line of a stored plan's calendar; the fields are those of PlanEntry."""

    id: int
    branch_id: int
    months: tuple[int, ...]
    place: str
    text: str
    kind: str
    audience: tuple[str, ...]
    day: date | None


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """What names a stored plan; `digest` is that of its whole document."""

    id: int
    year: int
    digest: str


_plans, _entries = Plan.__table__.c, PlanEntry.__table__.c
# Made once: to build a statement costs more than to run it. Plain columns, because objects would cost as much again.
_IN_FORCE = select(_plans.id, _plans.year, _plans.digest).where(
    _plans.branch_id == bindparam("branch_id"), _plans.active, _plans.year <= bindparam("year"),
).order_by(_plans.year.desc(), _plans.id.desc()).limit(1)
_ENTRIES = select(
    _entries.id, _entries.branch_id, _entries.months, _entries.place, _entries.text, _entries.kind, _entries.audience,
    _entries.day).where(_entries.plan_id == bindparam("plan_id")).order_by(_entries.seq)
_YEARS = select(_plans.year).where(
    _plans.branch_id == bindparam("branch_id"), _plans.active).distinct().order_by(_plans.year)

_kept: WeakKeyDictionary[Pool, dict[StoredPlan, tuple[StoredEntry, ...]]] = WeakKeyDictionary()
_lock = Lock()


def plan_in_force(session: Session, branch_id: int, year: int) -> StoredPlan | None:
    """The plan that serves `year`; of an earlier year where that is carried over (沿用).

    The newest import of the year itself; without one, the newest of the latest year before it. None when the branch
    has no plan up to that year.
    """
    row = session.execute(_IN_FORCE, {"branch_id": branch_id, "year": year}).first()
    return None if row is None else StoredPlan(*row)


def carried_note(plan: StoredPlan | None, year: int) -> str:
    """`（沿用2017年计划）` where an earlier year's plan serves the year, else nothing."""
    return f"（沿用{plan.year}年计划）" if plan is not None and plan.year < year else ""


def entries_of(session: Session, plan: StoredPlan) -> tuple[StoredEntry, ...]:
    """The calendar of a plan in its printed order; from this process's memory when it was read before."""
    pool = session.get_bind().engine.pool  # the ids of two databases have nothing to do with each other
    kept = _kept.get(pool)
    if kept is not None and plan in kept:
        return kept[plan]
    rows = session.execute(_ENTRIES, {"plan_id": plan.id})
    entries = tuple(StoredEntry(row.id, row.branch_id, tuple(row.months), row.place, row.text, row.kind,
                                tuple(row.audience), row.day) for row in rows)
    with _lock:
        kept = _kept.setdefault(pool, {})
        if len(kept) >= KEPT:
            kept.clear()
        kept[plan] = entries
    return entries


def years_planned(session: Session, branch_id: int) -> Sequence[int]:
    """The years for which the branch has a plan, in order."""
    return session.scalars(_YEARS, {"branch_id": branch_id}).all()
