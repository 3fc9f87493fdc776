"""Use cases of checking in: check in, leave and its withdrawal, 补签, and who was there.

One record per person and activity, decided by the database's unique keys. A leave is a state of its own,
never an absence; its reason never gets here. Start at check_in().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from data import audit
from data.activities import is_open
from data.db import add_once
from data.models import Activity, ActivityState, CheckIn, Leave, Person


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A check-in after one was asked for. `rank`: its place in the order of arrival."""

    record: CheckIn
    rank: int
    is_new: bool
    was_on_leave: bool


def check_in(session: Session, person: Person, activity: Activity, now: datetime) -> CheckedIn | None:
    """Check in, once; a second one keeps the first. None when the activity is not, or no longer, open."""
    # The lock makes arrivals queue, so that nobody's place changes afterwards, and shows a change of the activity.
    session.refresh(activity, with_for_update=True)
    return _enter(session, person, activity, person, now, now) if is_open(activity, now) else None


def make_up(session: Session, person: Person, activity: Activity, by: Person, now: datetime) -> CheckedIn:
    """补签: an officer enters somebody who was there; it counts as there from the start."""
    session.refresh(activity, with_for_update=True)
    assert activity.starts_at is not None
    done = _enter(session, person, activity, by, min(activity.starts_at, now), now)
    if done.is_new:
        audit.record(session, activity.branch_id, now, by, "checkin.make_up", f"activity/{activity.id}",
                     person=person.id)
    return done


def _enter(session: Session, person: Person, activity: Activity, by: Person, happened: datetime,
           now: datetime) -> CheckedIn:
    is_new = add_once(session, CheckIn, branch_id=activity.branch_id, activity_id=activity.id, person_id=person.id,
                      happened_at=happened, entered_at=now, entered_by=by.id)
    was_on_leave = withdraw_leave(session, person, activity, by, now)
    record = session.scalars(
        select(CheckIn).where(CheckIn.activity_id == activity.id, CheckIn.person_id == person.id)).one()
    rank = session.scalar(select(func.count()).select_from(CheckIn)
                          .where(CheckIn.activity_id == activity.id, CheckIn.id <= record.id))
    return CheckedIn(record, rank or 1, is_new, was_on_leave)


class LeaveOutcome(Enum):
    """What became of a request for leave."""

    NEW = "new"
    BEFORE = "asked before"
    PRESENT = "has checked in"


def take_leave(session: Session, person: Person, activity: Activity, now: datetime) -> LeaveOutcome:
    """Ask for leave; no approval is needed. A second time changes nothing; after 销假 it counts again."""
    if find_check_in(session, person.id, activity.id):
        return LeaveOutcome.PRESENT
    is_new = add_once(session, Leave, branch_id=activity.branch_id, activity_id=activity.id, person_id=person.id,
                      entered_at=now)
    again = not is_new and session.execute(
        update(Leave).where(Leave.activity_id == activity.id, Leave.person_id == person.id,
                            Leave.withdrawn_at.is_not(None)).values(withdrawn_at=None, entered_at=now)).rowcount == 1
    if not is_new and not again:
        return LeaveOutcome.BEFORE
    audit.record(session, activity.branch_id, now, person, "leave.request", f"activity/{activity.id}")
    return LeaveOutcome.NEW


def withdraw_leave(session: Session, person: Person, activity: Activity, by: Person, now: datetime) -> bool:
    """销假; False when there is no leave to withdraw."""
    withdrawn = session.execute(
        update(Leave).where(Leave.activity_id == activity.id, Leave.person_id == person.id,
                            Leave.withdrawn_at.is_(None)).values(withdrawn_at=now)).rowcount == 1
    if withdrawn:
        audit.record(session, activity.branch_id, now, by, "leave.withdraw", f"activity/{activity.id}",
                     person=person.id)
    return withdrawn


def restore_leave(session: Session, person_id: int, activity: Activity, by: Person, now: datetime) -> bool:
    """The leave that was withdrawn stands again; False when there is none."""
    restored = session.execute(
        update(Leave).where(Leave.activity_id == activity.id, Leave.person_id == person_id,
                            Leave.withdrawn_at.is_not(None)).values(withdrawn_at=None)).rowcount == 1
    if restored:
        audit.record(session, activity.branch_id, now, by, "leave.restore", f"activity/{activity.id}",
                     person=person_id)
    return restored


def take_back(session: Session, record_id: int, by: Person, now: datetime) -> CheckIn | None:
    """Remove a check-in that `by` entered by mistake; what it said stays in the audit. None when it is gone."""
    record = session.scalars(
        select(CheckIn).where(CheckIn.id == record_id, CheckIn.entered_by == by.id).with_for_update()).one_or_none()
    if record is None:
        return None
    session.delete(record)
    session.flush()
    audit.record(session, record.branch_id, now, by, "checkin.take_back", f"activity/{record.activity_id}",
                 person=record.person_id, happened=record.happened_at.isoformat(),
                 entered=record.entered_at.isoformat())
    return record


# Made once: to build a statement costs more than to run it.
_CHECK_IN = select(CheckIn).where(
    CheckIn.activity_id == bindparam("activity_id"), CheckIn.person_id == bindparam("person_id"))
def find_check_in(session: Session, person_id: int, activity_id: int) -> CheckIn | None:
    """The person's record of the activity."""
    return session.scalars(_CHECK_IN, {"activity_id": activity_id, "person_id": person_id}).one_or_none()


def leaves_ahead(session: Session, person: Person, after: datetime) -> Sequence[Activity]:
    """Activities that take place, begin after `after`, and from which the person has leave; the earliest first."""
    return session.scalars(
        select(Activity).join(Leave, Leave.activity_id == Activity.id)
        .where(Leave.person_id == person.id, Leave.withdrawn_at.is_(None), Activity.starts_at > after,
               Activity.state == ActivityState.PLANNED).order_by(Activity.starts_at, Activity.id)).all()
