"""Messages that could not be pushed and wait for their person's next word, and the full text of shortened ones.

In the caller's transaction. Start at take_held().
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from data.models import Outbox, OutboxState
from scheduler.channels import Channel
from scheduler.forgetting import forget
from scheduler.outbox import STALE
from scheduler.recheck import TOO_LATE, find_why_not
from scheduler.reminder import PushKind
from scheduler.templates import TEXT_BYTES

log = logging.getLogger(__name__)

_LOOKED_BACK = 20  # pushes to one person among which the last shortened one is looked for


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that now goes out at the head of a reply."""

    kind: str
    text: str
    due: datetime


def take_held(session: Session, kinds: Mapping[str, PushKind], person_id: int, now: datetime, room: int = TEXT_BYTES,
              ) -> list[HeldMessage]:
    """The held messages for this person that fit into `room` bytes, oldest first; they count as sent from now on.

    What is stale or no longer concerns the person is dropped; what does not fit stays held. A first message that is
    too long for any reply is taken all the same, so that it does not block the others.
    """
    rows = session.scalars(select(Outbox).where(Outbox.person_id == person_id, Outbox.state == OutboxState.HELD)
                           .order_by(Outbox.due, Outbox.id).with_for_update()).all()
    taken: list[HeldMessage] = []
    for row in rows:
        try:
            with session.begin_nested():
                why_not = find_why_not(session, row, kinds, now)
        except Exception:  # a capability's fault must not cost the person the answer
            log.exception("recheck_failed", extra={"kind": row.kind})
            continue
        if why_not is not None:
            row.state, row.why, row.settled_at = OutboxState.DROPPED, why_not, now
            continue
        size = len(row.text.encode()) + 2  # and an empty line after it
        if size > room and (taken or size <= TEXT_BYTES):
            break
        room -= size
        row.state, row.why, row.channel, row.settled_at = OutboxState.SENT, "", Channel.REPLY, now
        taken.append(HeldMessage(row.kind, row.text, row.due))
        if kinds.get(row.kind, PushKind(row.kind)).forget_text:
            forget(row)
    return taken


def drop_stale_held(session: Session, now: datetime) -> int:
    """Drop what was held beyond its time; returns how many."""
    stale = or_(Outbox.expires < now, Outbox.expires.is_(None) & (Outbox.due < now - STALE))
    return session.execute(
        update(Outbox).where(Outbox.state == OutboxState.HELD, stale)
        .values(state=OutboxState.DROPPED, why=TOO_LATE, settled_at=now)
        .execution_options(synchronize_session=False)).rowcount


def find_last_shortened(session: Session, person_id: int) -> str | None:
    """The full text of the last message that this person got shortened: by template, or too long for one message."""
    rows: Sequence[tuple[str, str]] = session.execute(
        select(Outbox.channel, Outbox.text)
        .where(Outbox.person_id == person_id, Outbox.state == OutboxState.SENT)
        .order_by(Outbox.settled_at.desc(), Outbox.id.desc()).limit(_LOOKED_BACK)).all()
    return next((text for channel, text in rows if channel == Channel.TEMPLATE
                 or (channel == Channel.CUSTOMER and len(text.encode()) > TEXT_BYTES)), None)
