"""The outbox: one row per person and message, with a unique key, so that nothing is queued twice.

Written in the transaction of the change that causes it; never sends, never commits. Start at enqueue(); claim() and
settle() are delivery's side, scheduler/held.py what waits for a person's next word.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    JSON,
    Integer,
    String,
    TableValuedAlias,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from data.db import insert_ignoring
from data.models import Outbox, OutboxState, Person
from scheduler.channels import Channel
from scheduler.reminder import PushKind

WRITTEN = "outbox_written"  # session.info: somebody should deliver after the commit

LEASE = timedelta(seconds=30)  # machine time; a living process prolongs it, a dead one's rows are free again after it
REPEATABLE = timedelta(minutes=9)  # the platform suppresses a repeated client_msg_id for 10 minutes
STALE = timedelta(days=3)  # a push without an end of its own that could not be delivered for so long is too late
REPEATS = 3  # claims after which a message that may have arrived is not repeated once more
WHY_LENGTH = 120
_CHUNK = 5000  # people a statement; SQLite takes 32,766 parameters
LOST = "平台的应答丢失，不能确认是否送达"

_OUTBOX = Outbox.__table__
# Spelt out, because a bound parameter would keep both databases from using the partial indexes.
_IS_WAITING = literal_column("outbox.state = 'waiting'")
_IS_SENDING = literal_column("outbox.state = 'sending'")
FINAL = frozenset(OutboxState) - {OutboxState.WAITING, OutboxState.SENDING, OutboxState.HELD}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this process alone may send until its lease runs out.

    `attempts` counts the claims and tells this one from later ones. `again`: an earlier one may have arrived, by
    `channel`, first claimed at `claimed_at` (machine time).
    """

    id: int
    branch_id: int
    person_id: int
    kind: str
    subject: str
    text: str
    fields: Mapping[str, str]
    due: datetime
    expires: datetime | None
    channel: str
    attempts: int
    claimed_at: datetime
    created_at: datetime
    again: bool = False

    @property
    def client_msg_id(self) -> str:
        """By which the platform knows a repeat; the time keeps apart rows of databases that were made anew."""
        return f"{self.id}-{int(self.created_at.timestamp())}"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claimed row. A WAITING one is not tried before `retry_at` (machine time).

    `unsent`: surely nothing went out this time; `counted`: False gives the attempt back.
    """

    row: Claimed
    state: OutboxState
    why: str = ""
    retry_at: datetime | None = None
    platform_id: str = ""
    unsent: bool = False
    counted: bool = True


def enqueue(session: Session, branch_id: int, people: Iterable[int], *, kind: str, key: str, text: str, now: datetime,
            due: datetime | None = None, expires: datetime | None = None, subject: str = "",
            fields: Mapping[str, str] | None = None) -> int:
    """Queue `text` once for each person under `key`/person; returns how many rows are new.

    `due` (default: now) and `expires` are program time. `fields` (title, time, place, note) fill a template message.
    """
    # The database makes a row of each person, so that a long text travels once and not once for each of them.
    message = {"branch_id": branch_id, "kind": kind, "subject": subject, "text": text, "fields": dict(fields or {}),
               "due": due or now, "expires": expires, "state": OutboxState.WAITING, "created_at": now}
    same = [literal(value, _OUTBOX.c[name].type).label(name) for name, value in message.items()]
    row_key = literal(f"{key}/").concat(cast(Person.id, String))
    session.flush()
    new, ids = 0, list(dict.fromkeys(people))
    for start in range(0, len(ids), _CHUNK):
        each = select(Person.id, row_key, *same).where(Person.id.in_(ids[start:start + _CHUNK]))
        add = insert_ignoring(session, Outbox).from_select(["person_id", "key", *message], each)
        new += session.execute(add).rowcount
    if new:
        session.info[WRITTEN] = True
    return new


def claim(session: Session, limit: int, now: datetime, wall: datetime, likely: Channel = Channel.CUSTOMER,
          ) -> list[Claimed]:
    """Take up to `limit` due rows, the earliest first, for this process alone; one statement.

    They are marked for the `likely` channel, except those that an earlier claim may have sent by another.
    """
    picked = (select(Outbox.id).where(_IS_WAITING, Outbox.due <= now, _may_try(wall)).order_by(Outbox.due, Outbox.id)
              .limit(limit).with_for_update(skip_locked=True).cte("picked"))
    taken = session.execute(
        update(_OUTBOX).where(_OUTBOX.c.id.in_(select(picked.c.id)))
        .values(state=OutboxState.SENDING, attempts=_OUTBOX.c.attempts + 1, lease_until=wall + LEASE,
                claimed_at=func.coalesce(_OUTBOX.c.claimed_at, wall),
                channel=case((_OUTBOX.c.claimed_at.is_(None), likely.value), else_=_OUTBOX.c.channel))
        .returning(*(_OUTBOX.c[name] for name in _CLAIMED)))
    rows = [Claimed(**row._mapping, again=row.claimed_at != wall) for row in taken]
    return sorted(rows, key=lambda row: (row.due, row.id))


_CLAIMED = tuple(name for name in Claimed.__dataclass_fields__ if name != "again")


def mark_channel(session: Session, ids: Sequence[int], channel: Channel) -> None:
    """Note the way that claimed rows are about to take, so that a crash leaves known what may be repeated."""
    if ids:
        session.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_(ids)).values(channel=channel))


def prolong(session: Session, ids: Sequence[int], wall: datetime) -> None:
    """Keep claimed rows whose sending takes long."""
    session.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_(ids), _IS_SENDING).values(lease_until=wall + LEASE))


def settle(session: Session, settled: Iterable[Settled], now: datetime) -> None:
    """Write what became of claimed rows, one statement for all that became the same.

    A row that was meanwhile claimed by another process is left to it.
    """
    groups: dict[tuple[object, ...], dict[int, str]] = defaultdict(dict)
    for one in settled:
        forget = one.unsent and not one.row.again
        group = (one.state, one.why[:WHY_LENGTH], one.retry_at, one.row.attempts, one.counted, forget)
        groups[group][one.row.id] = one.platform_id
    for (state, why, retry_at, attempts, counted, forget), platform_ids in groups.items():
        values = {"state": state, "why": why, "lease_until": retry_at,
                  "attempts": attempts if counted else attempts - 1, "settled_at": now if state in FINAL else None}
        if forget:
            values |= {"claimed_at": None, "channel": ""}
        given = _pairs(session, platform_ids)
        session.execute(
            update(_OUTBOX).values(**values, platform_id=given.c.value)
            .where(_OUTBOX.c.id == cast(given.c.key, Integer), _OUTBOX.c.attempts == attempts, _still_ours(state)))


def _pairs(session: Session, values: Mapping[int, str]) -> TableValuedAlias:
    """A table of key and value inside a statement that stays the same whatever their number."""
    each = func.json_each_text if session.get_bind().dialect.name == "postgresql" else func.json_each
    return each(literal(values, JSON)).table_valued("key", "value", name="given")


def _still_ours(state: OutboxState) -> object:
    """Of a late answer only the good news counts: what arrived has arrived, whatever was made of the row since."""
    if state is not OutboxState.SENT:
        return _IS_SENDING
    return _OUTBOX.c.state.in_([OutboxState.SENDING, OutboxState.WAITING, OutboxState.UNSURE])


def recover(session: Session, kinds: Mapping[str, PushKind], now: datetime, wall: datetime) -> int:
    """Free the rows of processes that died: to be repeated where that is harmless or wished, else unsure.

    Returns how many became unsure.
    """
    ran_out = and_(_IS_SENDING, Outbox.lease_until <= wall)
    rows = session.execute(select(Outbox.id, Outbox.kind, Outbox.channel, Outbox.claimed_at, Outbox.attempts)
                           .where(ran_out)).all()
    unsure = [row.id for row in rows if not may_repeat(row.channel, row.claimed_at, row.attempts,
                                                       kinds.get(row.kind, PushKind(row.kind, False)), wall)]
    again = [row.id for row in rows if row.id not in set(unsure)]
    for ids, values in ((again, {"state": OutboxState.WAITING, "lease_until": None}),
                        (unsure, {"state": OutboxState.UNSURE, "why": LOST, "settled_at": now})):
        if ids:
            session.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_(ids), ran_out).values(values))
    return len(unsure)


def may_repeat(channel: str, claimed_at: datetime, attempts: int, kind: PushKind, wall: datetime) -> bool:
    """Whether a message that may have arrived is sent again: where the platform suppresses the repeat, or the kind
    prefers twice to never, and then not endlessly."""
    if channel == Channel.TEMPLATE and wall - claimed_at < REPEATABLE:
        return True
    return kind.repeat_unsure and attempts < REPEATS


def is_stale(due: datetime, expires: datetime | None, now: datetime) -> bool:
    """Whether a push is too late to be of use."""
    return now > (expires or due + STALE)


def find_next_work(session: Session, now: datetime, wall: datetime) -> datetime | None:
    """Machine time from which something is there to send or to recover: `wall` for at once; None if nothing is."""
    due = and_(_IS_WAITING, Outbox.due <= now)
    if session.scalar(select(exists().where(due, _may_try(wall)))):
        return wall
    put_off = select(func.min(Outbox.lease_until)).where(due).scalar_subquery()
    claimed = select(func.min(Outbox.lease_until)).where(_IS_SENDING).scalar_subquery()
    return min((moment for moment in session.execute(select(put_off, claimed)).one() if moment), default=None)


def find_next_due(session: Session, now: datetime, until: datetime) -> datetime | None:
    """Program time of the next message that waits for its time."""
    return session.scalar(select(func.min(Outbox.due)).where(_IS_WAITING, Outbox.due > now, Outbox.due <= until))


def _may_try(wall: datetime) -> object:
    return or_(Outbox.lease_until.is_(None), Outbox.lease_until <= wall)
