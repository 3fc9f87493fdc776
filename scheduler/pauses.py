"""Why nothing, or nothing of one kind, can be pushed at present: shared by all processes, shown to 书记.

In the caller's transaction. Start at find_pauses().
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.shared import put_value
from bot.wechat.gateway import Effect, Refused
from data.models import SharedValue
from scheduler.channels import Channel

_PREFIX = "push/"
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Pauses:
    """`stopped`: why nothing may be sent, "" when all is well; `closed`: why a channel may not be used."""

    stopped: str = ""
    closed: Mapping[Channel, str] = field(default_factory=dict)


def find_pauses(session: Session, wall: datetime) -> Pauses:
    """What holds at this moment of machine time."""
    rows = session.execute(select(SharedValue.name, SharedValue.value).where(
        SharedValue.name.startswith(_PREFIX), SharedValue.until > wall))
    found = {name.removeprefix(_PREFIX): why for name, why in rows}
    return Pauses(found.pop(_ALL, ""), {Channel(name): why for name, why in found.items()})


def note_refusal(session: Session, refused: Refused, channel: Channel, wall: datetime) -> None:
    """Remember a refusal that concerns more than one message."""
    what = {Effect.STOP: _ALL, Effect.CHANNEL_CLOSED: channel.value}.get(refused.effect)
    if what:
        put_value(session, _PREFIX + what, refused.why, wall + timedelta(seconds=refused.seconds))
