"""自学 kept: one row for each thing that somebody says they have read, and what takes it back.

The text stays as it was said; the same words for the same day are one record unless the person wants another.
Never commits. Start at record().
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.nlu.normalize import normalize
from data.db import add_once
from data.models import Person, StudyRecord
from data.undo import note_step
from handlers.study.said import find_book

UNDO = "study.record"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The record; `is_new` is False where the same words stood for that day already, and nothing was added."""

    record: StudyRecord
    is_new: bool


def record(session: Session, person: Person, text: str, day: date, now: datetime, again: bool = False) -> Recorded:
    """Enter what was read on a day. `again`: even if the same words stand for that day."""
    digest = digest_of(text)
    same = session.scalars(select(StudyRecord).where(
        StudyRecord.person_id == person.id, StudyRecord.studied_on == day, StudyRecord.digest == digest)
        .order_by(StudyRecord.copy)).all()
    standing = [one for one in same if one.withdrawn_at is None]
    if standing and not again:
        return Recorded(standing[-1], False)
    copy = same[-1].copy + 1 if same else 0
    is_new = add_once(session, StudyRecord, branch_id=person.branch_id, person_id=person.id, studied_on=day,
                      book=find_book(text), text=text, digest=digest, copy=copy, entered_at=now, entered_by=person.id)
    made = session.scalars(select(StudyRecord).where(
        StudyRecord.person_id == person.id, StudyRecord.studied_on == day, StudyRecord.digest == digest,
        StudyRecord.copy == copy)).one()
    if is_new:
        note_step(session, person, UNDO, now, id=made.id)
    return Recorded(made, is_new)


def digest_of(text: str) -> str:
    """Of the words alone: blanks, signs and emoji apart."""
    return sha256("".join(filter(str.isalnum, normalize(text).lower())).encode()).hexdigest()


def count_ever(session: Session, person: Person) -> int:
    """How many the person has entered, with those taken back."""
    return session.scalar(select(func.count()).where(StudyRecord.person_id == person.id))


def withdraw(session: Session, person: Person, record_id: int, now: datetime) -> StudyRecord | None:
    """Take one's own record back; None where it is not there any more."""
    own = session.get(StudyRecord, record_id, populate_existing=True)
    if own is None or own.person_id != person.id:
        return None
    taken = session.execute(
        update(StudyRecord).where(StudyRecord.id == own.id, StudyRecord.withdrawn_at.is_(None))
        .values(withdrawn_at=now).execution_options(synchronize_session=False)).rowcount
    return own if taken == 1 else None
