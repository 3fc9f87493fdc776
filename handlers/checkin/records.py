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
from data.activities import audience_ids, is_open, on_leave_ids
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


# Made once: to build a statement costs more than to run it.
_CHECK_IN = select(CheckIn).where(
    CheckIn.activity_id == bindparam("activity_id"), CheckIn.person_id == bindparam("person_id"))
_OWN_CHECK_INS = select(CheckIn).where(
    CheckIn.person_id == bindparam("person_id"), CheckIn.activity_id.in_(bindparam("activity_ids", expanding=True)))
_OWN_LEAVES = select(Leave.__table__.c.activity_id).where(
    Leave.__table__.c.person_id == bindparam("person_id"), Leave.__table__.c.withdrawn_at.is_(None),
    Leave.__table__.c.activity_id.in_(bindparam("activity_ids", expanding=True)))
_BEGUN = select(Activity).where(
    Activity.branch_id == bindparam("branch_id"), Activity.state == ActivityState.PLANNED,
    Activity.starts_at > bindparam("since"), Activity.starts_at <= bindparam("until"),
).order_by(Activity.starts_at.desc(), Activity.id.desc())
_USED = select(CheckIn.__table__.c.activity_id).where(
    CheckIn.__table__.c.activity_id.in_(bindparam("activity_ids", expanding=True))).distinct()


def find_check_in(session: Session, person_id: int, activity_id: int) -> CheckIn | None:
    """The person's record of the activity."""
    return session.scalars(_CHECK_IN, {"activity_id": activity_id, "person_id": person_id}).one_or_none()


def own_check_ins(session: Session, person_id: int, activity_ids: Sequence[int]) -> dict[int, CheckIn]:
    """The person's records of these activities, by activity."""
    return {record.activity_id: record for record in session.scalars(
        _OWN_CHECK_INS, {"person_id": person_id, "activity_ids": activity_ids})}


def own_leaves(session: Session, person_id: int, activity_ids: Sequence[int]) -> set[int]:
    """Those of the activities from which the person has leave."""
    return set(session.scalars(_OWN_LEAVES, {"person_id": person_id, "activity_ids": activity_ids}))


def leaves_ahead(session: Session, person: Person, after: datetime) -> Sequence[Activity]:
    """Activities that take place, begin after `after`, and from which the person has leave; the earliest first."""
    return session.scalars(
        select(Activity).join(Leave, Leave.activity_id == Activity.id)
        .where(Leave.person_id == person.id, Leave.withdrawn_at.is_(None), Activity.starts_at > after,
               Activity.state == ActivityState.PLANNED).order_by(Activity.starts_at, Activity.id)).all()


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who of an activity's audience is present, on leave, missing; `guests` came without belonging to it."""

    present: tuple[tuple[Person, CheckIn], ...]
    guests: tuple[tuple[Person, CheckIn], ...]
    leave: tuple[Person, ...]
    missing: tuple[Person, ...]

    @property
    def expected(self) -> int:
        """应到: the audience, those on leave included."""
        return len(self.present) + len(self.leave) + len(self.missing)


def attendance(session: Session, activity: Activity) -> Attendance:
    """Who was there, in order of arrival, and who was not, in roster order."""
    concerned, away = set(audience_ids(session, activity)), on_leave_ids(session, activity.id)
    came = [(person, record) for record, person in session.execute(
        select(CheckIn, Person).join(Person, Person.id == CheckIn.person_id)
        .where(CheckIn.activity_id == activity.id).order_by(CheckIn.id))]
    absent = concerned - {person.id for person, _ in came}
    people = session.scalars(select(Person).where(Person.id.in_(absent)).order_by(Person.id)).all()
    return Attendance(
        tuple(pair for pair in came if pair[0].id in concerned),
        tuple(pair for pair in came if pair[0].id not in concerned),
        tuple(person for person in people if person.id in away),
        tuple(person for person in people if person.id not in away))


def missing_ids(session: Session, activity: Activity) -> list[int]:
    """Whom the activity concerns, and who has neither checked in nor asked for leave; in roster order."""
    away = on_leave_ids(session, activity.id)
    came = set(session.scalars(select(CheckIn.person_id).where(CheckIn.activity_id == activity.id)))
    return [person_id for person_id in audience_ids(session, activity) if person_id not in away | came]


def begun(session: Session, branch_id: int, since: datetime, until: datetime) -> Sequence[Activity]:
    """Activities that take place and whose start lies after `since` and up to `until`, the latest first."""
    return session.scalars(_BEGUN, {"branch_id": branch_id, "since": since, "until": until}).all()


def used_check_in(session: Session, activity_ids: Sequence[int]) -> set[int]:
    """Those of the activities at which anybody checked in: the others say nothing about who was there."""
    return set(session.scalars(_USED, {"activity_ids": activity_ids}))
