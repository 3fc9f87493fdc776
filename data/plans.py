"""Queries about stored plans that several capabilities share: which one is in force, and its calendar.

Reads only; importing belongs to the plan capability. Start at plan_in_force().
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Plan, PlanEntry


def plan_in_force(session: Session, branch_id: int, year: int) -> tuple[Plan, bool] | None:
    """The plan that serves `year`, and whether it is carried over from an earlier year (沿用).

    The newest import of the year itself; without one, the newest of the latest year before it. None when the branch
    has no plan up to that year.
    """
    plan = session.scalars(
        select(Plan).where(Plan.branch_id == branch_id, Plan.active, Plan.year <= year)
        .order_by(Plan.year.desc(), Plan.id.desc()).limit(1)).first()
    return None if plan is None else (plan, plan.year < year)


def entries_of(session: Session, plan: Plan, kind: str | None = None) -> Sequence[PlanEntry]:
    """The calendar of a plan in its printed order; with `kind` only the entries of that kind."""
    query = select(PlanEntry).where(PlanEntry.plan_id == plan.id).order_by(PlanEntry.seq)
    return session.scalars(query if kind is None else query.where(PlanEntry.kind == kind)).all()


def years_planned(session: Session, branch_id: int) -> Sequence[int]:
    """The years for which the branch has a plan, in order."""
    return session.scalars(
        select(Plan.year).where(Plan.branch_id == branch_id, Plan.active).distinct().order_by(Plan.year)).all()
