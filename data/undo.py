"""What somebody changed last, so that 撤销 can take it back within ten minutes, or say why it cannot.

Written in the transaction of the change; no words of people, only ids. Start at note_step().
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.models import Person, UndoStep

UNDO_WITHIN = timedelta(minutes=10)
WHY = "why"


def note_step(session: Session, person: Person, name: str, now: datetime,
              **data: str | int | Sequence[int] | Sequence[str] | None) -> None:
    """Note a change that the Talk.undo of that name can take back; one step for all that one message changed."""
    session.add(UndoStep(branch_id=person.branch_id, person_id=person.id, at=now, name=name, data=data))


def note_final(session: Session, person: Person, why: str, now: datetime) -> None:
    """Note a change that cannot be taken back; `why` is the sentence that 撤销 answers."""
    session.add(UndoStep(branch_id=person.branch_id, person_id=person.id, at=now, name="", data={WHY: why}))


def find_last(session: Session, person: Person, now: datetime) -> UndoStep | None:
    """The person's last change of the last ten minutes, taken back already or not.

    The order is that of writing: machines differ by seconds, and a demonstration sets the clock back.
    """
    return session.scalars(
        select(UndoStep).where(UndoStep.person_id == person.id, UndoStep.at > now - UNDO_WITHIN,
                               UndoStep.at < now + UNDO_WITHIN)
        .order_by(UndoStep.id.desc()).limit(1)).one_or_none()


def mark_undone(session: Session, step: UndoStep, now: datetime) -> bool:
    """Take the step off the list; False when that was done before."""
    return session.execute(
        update(UndoStep).where(UndoStep.id == step.id, UndoStep.undone_at.is_(None)).values(undone_at=now)
        .execution_options(synchronize_session=False)).rowcount == 1
