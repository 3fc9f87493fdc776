"""Takes out of the outbox what must not be kept once it was passed on, such as a reason for leave (domain part 7).

Of a message whose kind says `forget_text` the first line stays, so that lists still show what it was about.
In the caller's transaction. Start at forget_settled().
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.models import Outbox, OutboxState
from scheduler.channels import Channel
from scheduler.outbox import FINAL, Settled, is_stale
from scheduler.reminder import PushKind
from scheduler.templates import clean

NOTE_LENGTH = 20  # characters that a template shows of a note (protocol part 2)


def forget_settled(session: Session, settled: Iterable[Settled], kinds: Mapping[str, PushKind], settings: Settings,
                   now: datetime) -> None:
    """Shorten what has just reached its end."""
    ids = [one.row.id for one in settled if one.state in FINAL and one.row.kind in _forgetting(kinds)]
    if ids:
        rows = select(Outbox).where(Outbox.id.in_(ids)).execution_options(populate_existing=True)
        _forget(session.scalars(rows), settings, now)


def forget_the_rest(session: Session, kinds: Mapping[str, PushKind], settings: Settings, now: datetime) -> None:
    """Shorten what ended otherwise: given with a reply, dropped while held, lost, or by template and 详情 not asked."""
    rows = select(Outbox).where(Outbox.kind.in_(_forgetting(kinds)), Outbox.state.in_(FINAL),
                                Outbox.text.like("%\n%")).execution_options(populate_existing=True)
    _forget(session.scalars(rows), settings, now)


def forget(row: Outbox) -> None:
    """Shorten one message to its first line."""
    row.text, row.fields = row.text.split("\n", 1)[0], {}


def _forgetting(kinds: Mapping[str, PushKind]) -> list[str]:
    return [name for name, kind in kinds.items() if kind.forget_text]


def _forget(rows: Iterable[Outbox], settings: Settings, now: datetime) -> None:
    for row in rows:
        if row.state in FINAL and (is_stale(row.due, row.expires, now) or not _needs_details(row, settings)):
            forget(row)


def _needs_details(row: Outbox, settings: Settings) -> bool:
    """Whether the person can see the whole only with 详情, because the template cut it or has no place for it."""
    if row.state is not OutboxState.SENT or row.channel != Channel.TEMPLATE:
        return False
    has_place = "note" in {part for _, part in settings.template_fields}
    return "\n" in row.text and not (has_place and len(clean(row.fields.get("note", ""))) <= NOTE_LENGTH)
