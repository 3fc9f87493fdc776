"""Questions passed on to 书记 and their answers, as the chat and the console both read them.

Who asked is given only where they gave their name. Start at open_questions().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from data.models import PassedQuestion, Person

MOST_KNOWN = 1000  # answers that are looked through, the latest first


@dataclass(frozen=True, slots=True)
class OpenOne:
    """A question that waits for an answer; `asker` is "" where no name was given."""

    id: int
    number: int
    text: str
    asker: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer with its author, and who asked (None where they gave no name)."""

    question: str
    answer: str
    author: str
    duties: str
    answered_at: datetime
    asker_id: int | None


def open_questions(session: Session, branch_id: int) -> list[OpenOne]:
    """What waits for an answer, the oldest first."""
    asker = aliased(Person)
    rows = session.execute(
        select(PassedQuestion, asker.name).outerjoin(asker, asker.id == PassedQuestion.asker_id)
        .where(PassedQuestion.branch_id == branch_id, PassedQuestion.answered_at.is_(None))
        .order_by(PassedQuestion.number))
    return [OpenOne(question.id, question.number, question.text, (name or "") if question.named else "",
                    question.asked_at) for question, name in rows]


def find_question(session: Session, branch_id: int, number: int) -> PassedQuestion | None:
    """The question of that number, as it is in the database now."""
    return session.scalars(
        select(PassedQuestion).where(PassedQuestion.branch_id == branch_id, PassedQuestion.number == number)
        .execution_options(populate_existing=True)).one_or_none()


def known_answers(session: Session, branch_id: int) -> Sequence[KnownAnswer]:
    """What has been answered in the branch, the latest first."""
    rows = session.execute(
        select(PassedQuestion.text, PassedQuestion.answer, Person.name, Person.duties, PassedQuestion.answered_at,
               PassedQuestion.asker_id)
        .join(Person, Person.id == PassedQuestion.answered_by)
        .where(PassedQuestion.branch_id == branch_id, PassedQuestion.answered_at.is_not(None))
        .order_by(PassedQuestion.answered_at.desc(), PassedQuestion.id.desc()).limit(MOST_KNOWN))
    return [KnownAnswer(*row) for row in rows]
