"""Stops messages that have not left yet, because what they say is no longer so, and tells who has read them already.

In the transaction of the change that makes them wrong; sends nothing. Start at recall().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Outbox, OutboxState
from scheduler.forgetting import forget
from scheduler.reminder import PushKind

_STILL_HERE = (OutboxState.WAITING, OutboxState.HELD)
_MAY_HAVE_LEFT = (OutboxState.SENT, OutboxState.SENDING, OutboxState.UNSURE)


@dataclass(frozen=True, slots=True)
class Recalled:
    """`stopped`: people who never hear of it; `told`: people who have it, or may have it, and need another word."""

    stopped: frozenset[int]
    told: frozenset[int]


def recall(session: Session, branch_id: int, kinds: Sequence[PushKind], subjects: Sequence[str], why: str,
           now: datetime) -> Recalled:
    """Drop what waits of these kinds about these subjects, because of `why`. Locks them, so none leaves meanwhile."""
    rows = session.scalars(
        select(Outbox).where(Outbox.branch_id == branch_id, Outbox.kind.in_([kind.name for kind in kinds]),
                             Outbox.subject.in_(subjects))
        .order_by(Outbox.id).with_for_update().execution_options(populate_existing=True)).all()
    forgetting = {kind.name for kind in kinds if kind.forget_text}
    # A row that waits for a further try was claimed before; an earlier try may have arrived.
    told = {row.person_id for row in rows
            if row.state in _MAY_HAVE_LEFT or row.state in _STILL_HERE and row.claimed_at is not None}
    waiting = [row for row in rows if row.state in _STILL_HERE]
    for row in waiting:
        row.state, row.why, row.settled_at = OutboxState.DROPPED, why, now
        if row.kind in forgetting:
            forget(row)
    session.flush()
    return Recalled(frozenset(row.person_id for row in waiting) - told, frozenset(told))
