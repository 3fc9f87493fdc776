"""Who was at which activity: queries that several capabilities share.

A leave is a state of its own, never an absence; 应到 is the audience, those on leave included. Reads only.
Start at attendance() for an activity, at own_attendance() for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.activities import audience_ids, concerns, on_leave_ids
from data.models import Activity, ActivityState, CheckIn, Leave, Person

# Made once: to build a statement costs more than to run it.
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


def own_check_ins(session: Session, person_id: int, activity_ids: Sequence[int]) -> dict[int, CheckIn]:
    """The person's records of these activities, by activity."""
    return {record.activity_id: record for record in session.scalars(
        _OWN_CHECK_INS, {"person_id": person_id, "activity_ids": activity_ids})}


def own_leaves(session: Session, person_id: int, activity_ids: Sequence[int]) -> set[int]:
    """Those of the activities from which the person has leave."""
    return set(session.scalars(_OWN_LEAVES, {"person_id": person_id, "activity_ids": activity_ids}))


@dataclass(frozen=True, slots=True)
class OwnState:
    """Where a person was at one activity: `record` of the check-in, else on leave, else missing."""

    activity: Activity
    record: CheckIn | None
    on_leave: bool

    @property
    def is_missing(self) -> bool:
        return self.record is None and not self.on_leave


def own_attendance(session: Session, person: Person, since: datetime, until: datetime) -> list[OwnState]:
    """A person at each activity that has begun in that time, the earliest first: those that concern them, and those
    to which they came. Activities at which nobody checked in say nothing, unless the person had leave.
    """
    past = begun(session, person.branch_id, since, until)
    if not past:
        return []
    ids = [activity.id for activity in past]
    own, leaves = own_check_ins(session, person.id, ids), own_leaves(session, person.id, ids)
    used = used_check_in(session, ids)
    states = [OwnState(activity, own.get(activity.id), activity.id not in own and activity.id in leaves)
              for activity in reversed(past)]
    return [state for state in states if state.record is not None or concerns(person, state.activity)
            and (state.on_leave or state.activity.id in used)]


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
