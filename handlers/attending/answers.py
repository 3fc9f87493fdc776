"""Use cases of 报名: an answer kept, changed and taken back, and the numbers of an activity.

One answer for each person and activity, by the database's unique key; a leave counts as not coming whatever was
answered. Works inside the caller's transaction; knows no wording. Start at answer().
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from data.activities import audience_ids, on_leave_ids
from data.db import add_once
from data.models import Activity, ActivityState, Outbox, Person, Rsvp

ASK_KIND = "attend_ask"


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an answer. `before`: what was answered until now, None where nothing was."""

    is_new: bool
    before: Rsvp | None


def answer(session: Session, person: Person, activity: Activity, coming: bool, now: datetime) -> Answered | None:
    """Keep 参加 or 不参加; the same again changes nothing. None when the activity has begun or does not take place."""
    session.refresh(activity, with_for_update={"read": True})  # nobody moves it meanwhile
    if not is_ahead(activity, now):
        return None
    if add_once(session, Rsvp, branch_id=activity.branch_id, activity_id=activity.id, person_id=person.id,
                coming=coming, version=activity.version, entered_at=now):
        return Answered(True, None)
    before = session.scalars(_OWN, {"person_id": person.id, "activity_id": activity.id}).one()
    if (before.coming, before.version) == (coming, activity.version):
        return Answered(False, before)
    session.expunge(before)
    _put(session, person.id, activity.id, coming, activity.version, now)
    return Answered(True, before)


def restore(session: Session, person: Person, activity: Activity, coming: bool | None, version: int,
            now: datetime) -> bool:
    """The earlier answer again, or none; False when the activity has begun or does not take place."""
    if not is_ahead(activity, now):
        return False
    if coming is not None:
        _put(session, person.id, activity.id, coming, version, now)
    else:
        session.execute(delete(Rsvp).where(Rsvp.activity_id == activity.id, Rsvp.person_id == person.id))
    return True


def _put(session: Session, person_id: int, activity_id: int, coming: bool, version: int, now: datetime) -> None:
    session.execute(update(Rsvp).where(Rsvp.activity_id == activity_id, Rsvp.person_id == person_id)
                    .values(coming=coming, version=version, entered_at=now))


_OWN = select(Rsvp).where(
    Rsvp.person_id == bindparam("person_id"), Rsvp.activity_id == bindparam("activity_id"),
).with_for_update().execution_options(populate_existing=True)


def is_ahead(activity: Activity, now: datetime) -> bool:
    """Whether the activity takes place and has not begun: only then can one answer."""
    return activity.state is ActivityState.PLANNED and activity.starts_at is not None and activity.starts_at > now


def subject_of(activity: Activity) -> str:
    """What a question about the activity belongs to; a new date is a new question."""
    return f"activity/{activity.id}/{activity.version}"


def asked_ids(session: Session, activity: Activity) -> set[int]:
    """Who has been asked about the activity as it is now."""
    return set(session.scalars(select(Outbox.person_id).where(
        Outbox.branch_id == activity.branch_id, Outbox.kind == ASK_KIND, Outbox.subject == subject_of(activity))))


def unanswered_ids(session: Session, activity: Activity) -> list[int]:
    """Whom the activity concerns, who is not on leave and has not answered for it as it is now; in roster order."""
    away = on_leave_ids(session, activity.id) | set(session.scalars(select(Rsvp.person_id).where(
        Rsvp.activity_id == activity.id, Rsvp.version == activity.version)))
    return [person_id for person_id in audience_ids(session, activity) if person_id not in away]


def open_asked(session: Session, person: Person, activities: Sequence[Activity]) -> list[Activity]:
    """Those of the activities about which the person was asked and has not answered."""
    if not activities:
        return []
    asked = set(session.scalars(select(Outbox.subject).where(
        Outbox.person_id == person.id, Outbox.kind == ASK_KIND,
        Outbox.subject.in_([subject_of(activity) for activity in activities]))))
    done = set(session.execute(select(Rsvp.activity_id, Rsvp.version).where(Rsvp.person_id == person.id)))
    return [activity for activity in activities
            if subject_of(activity) in asked and (activity.id, activity.version) not in done]


def spoken_of(session: Session, activities: Sequence[Activity]) -> set[int]:
    """Those of the activities that somebody was asked about or has answered for."""
    if not activities:
        return set()
    subjects = {subject_of(activity): activity.id for activity in activities}
    asked = session.scalars(select(Outbox.subject).where(
        Outbox.branch_id == activities[0].branch_id, Outbox.kind == ASK_KIND, Outbox.subject.in_(subjects)).distinct())
    answered = session.scalars(select(Rsvp.activity_id).where(
        Rsvp.activity_id.in_(list(subjects.values()))).distinct())
    return {subjects[subject] for subject in asked} | set(answered)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The people of an activity, each in one place and in roster order. `older`: answers from before a change."""

    coming: tuple[Person, ...]
    declined: tuple[Person, ...]
    leave: tuple[Person, ...]
    open: tuple[Person, ...]
    older: int


def count(session: Session, activity: Activity) -> Numbers:
    """Who comes, who does not, who is on leave, and who has not said."""
    ids, away = audience_ids(session, activity), on_leave_ids(session, activity.id)
    answers = {one.person_id: one for one in session.scalars(select(Rsvp).where(Rsvp.activity_id == activity.id))}
    people = session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()
    here = [person for person in people if person.id not in away]

    def said(coming: bool | None) -> tuple[Person, ...]:
        return tuple(one for one in here if (answers[one.id].coming if one.id in answers else None) is coming)
    older = _count_older(answers.values(), {person.id for person in here}, activity.version)
    return Numbers(said(True), said(False), tuple(person for person in people if person.id in away), said(None), older)


def _count_older(answers: Collection[Rsvp], people: Collection[int], version: int) -> int:
    return sum(one.person_id in people and one.version < version for one in answers)
