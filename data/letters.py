"""Letters (来信): who reads which box, and what the file of a person, the console and the statistics ask of them.

Start at readers() and readable().
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from data.models import Duty, Letter, LetterBox, Person
from data.people import officers

LEADERS = (Duty.SECRETARY, Duty.DEPUTY, Duty.HEAD)


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """How many letters there are; numbers only."""

    received: int
    answered: int


def is_leader(person: Person) -> bool:
    """书记, 副书记 or 园长."""
    return bool(set(person.duties.split("、")) & set(LEADERS))


def readers(session: Session, branch_id: int, box: LetterBox) -> list[Person]:
    """Who opens a box, 书记 first. A 纪检委员 who is one of the leaders opens the leadership's only."""
    if box is LetterBox.LEADERSHIP:
        return sorted(officers(session, branch_id, *LEADERS), key=lambda person: (_rank(person), person.id))
    return [person for person in officers(session, branch_id, Duty.DISCIPLINE) if not is_leader(person)]


def _rank(person: Person) -> int:
    return next(rank for rank, duty in enumerate(LEADERS) if duty in person.duties.split("、"))


def box_of(person: Person) -> LetterBox | None:
    """The box that somebody opens."""
    if is_leader(person):
        return LetterBox.LEADERSHIP
    return LetterBox.DISCIPLINE if Duty.DISCIPLINE in person.duties.split("、") else None


def in_box(box: LetterBox | None) -> ColumnElement[bool]:
    """The condition that a letter lies in this box; one that was passed on (转交) lies in both."""
    if box is None:
        return false()
    return Letter.box == box if box is LetterBox.DISCIPLINE else or_(Letter.box == box, Letter.shared)


def readable(person: Person) -> ColumnElement[bool]:
    """The condition that this person may read a letter."""
    return and_(Letter.branch_id == person.branch_id, in_box(box_of(person)))


def answerable(person: Person) -> ColumnElement[bool]:
    """The condition that a letter is this person's to answer: one that was passed on stays with 纪检委员."""
    box = box_of(person)
    return and_(Letter.branch_id == person.branch_id, Letter.box == box) if box else false()


def awaiting_answer(session: Session, person: Person) -> Sequence[Letter]:
    """The letters that wait for an answer by this person or another reader of the same box, the oldest day first."""
    return session.scalars(select(Letter).where(answerable(person), Letter.answered_at.is_(None))
                           .order_by(Letter.received_on, Letter.number)).all()


def own_letters(session: Session, person: Person) -> Sequence[Letter]:
    """The letters that somebody wrote with their name, the newest first; of anonymous ones nobody can say that."""
    return session.scalars(select(Letter).where(Letter.sender_id == person.id)
                           .order_by(Letter.received_at.desc(), Letter.number)).all()


def count_own(session: Session, person: Person) -> int:
    """How many letters somebody wrote with their name."""
    return session.scalar(select(func.count()).select_from(Letter).where(Letter.sender_id == person.id)) or 0


def count_letters(session: Session) -> LetterCounts:
    """All letters of the installation, and those answered."""
    received, answered = session.execute(select(func.count(), func.count(Letter.answered_at)).select_from(Letter)).one()
    return LetterCounts(received, answered)
