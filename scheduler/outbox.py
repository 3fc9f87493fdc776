"""The outbox: one row per person and message, with a unique key, so that nothing is queued twice.

Written in the transaction of the change that causes it; never sends, never commits. Start at enqueue(); claim() and
settle() are delivery's side, scheduler/held.py what waits for a person's next word.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    JSON,
    ColumnElement,
    Insert,
    Integer,
    Select,
    String,
    Update,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.db import UtcDateTime
from data.models import Outbox, OutboxState, Person
from scheduler.channels import Channel
from scheduler.reminder import PushKind

WRITTEN = "outbox_written"  # session.info: somebody should deliver after the commit

LEASE = timedelta(seconds=30)  # machine time; a living process prolongs it, a dead one's rows are free again after it
REPEATABLE = timedelta(minutes=9)  # the platform suppresses a repeated client_msg_id for 10 minutes
STALE = timedelta(days=3)  # a push without an end of its own that could not be delivered for so long is too late
REPEATS = 3  # claims after which a message that may have arrived is not repeated once more
WHY_LENGTH = 120
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
    ids = list(dict.fromkeys(people))
    session.flush()
    new = session.execute(_enqueue_statement(session.get_bind().dialect.name), {
        "branch_id": branch_id, "kind": kind, "subject": subject, "text": text, "fields": dict(fields or {}),
        "due": due or now, "expires": expires, "created_at": now, "prefix": f"{key}/", "ids": ids,
    }).rowcount if ids else 0
    if new:
        session.info[WRITTEN] = True
    return new


def queued_among(session: Session, key: str, people: Iterable[int]) -> set[int]:
    """Those of the people for whom there is a message under `key` already: enqueue() would add nothing for them."""
    keys = {f"{key}/{person_id}": person_id for person_id in people}
    return {keys[found] for found in session.scalars(select(Outbox.key).where(Outbox.key.in_(keys)))}


@cache
def _enqueue_statement(dialect: str) -> Insert:
    """The database makes a row of each person, so that a long text travels once and not once for each of them."""
    each = func.json_array_elements_text if dialect == "postgresql" else func.json_each
    given = each(bindparam("ids", type_=JSON)).table_valued("value", name="given")
    same = ("branch_id", "kind", "subject", "text", "fields", "due", "expires", "created_at")
    key = bindparam("prefix", type_=String).concat(cast(Person.id, String))
    rows = (select(Person.id, key, literal(OutboxState.WAITING, _OUTBOX.c.state.type),
                   *(bindparam(name, type_=_OUTBOX.c[name].type) for name in same))
            .join_from(given, Person.__table__, Person.id == cast(given.c.value, Integer))
            .where(true()).order_by(Person.id))  # SQLite cannot tell ON CONFLICT from a join's ON without a WHERE
    made = postgresql.insert(_OUTBOX) if dialect == "postgresql" else sqlite.insert(_OUTBOX)
    return (made.from_select(["person_id", "key", "state", *same], rows).on_conflict_do_nothing()
            .execution_options(preserve_rowcount=True))


def claim(session: Session, limit: int, now: datetime, wall: datetime, likely: Channel = Channel.CUSTOMER,
          ) -> list[Claimed]:
    """Take up to `limit` due rows, the earliest first, for this process alone; one statement.

    They are marked for the `likely` channel, except those that an earlier claim may have sent by another.
    """
    taken = session.execute(_CLAIM, {"most": limit, "now": now, "wall": wall, "lease": wall + LEASE, "likely": likely})
    rows = [Claimed(*row, again=row.claimed_at != wall) for row in taken]
    return sorted(rows, key=lambda row: (row.due, row.id))


def _claim_statement() -> Update:
    """Built once: putting it together costs more than running it."""
    wall = bindparam("wall", type_=UtcDateTime)
    picked = (select(_OUTBOX.c.id)
              .where(_IS_WAITING, _OUTBOX.c.due <= bindparam("now"), _may_try(wall))
              .order_by(_OUTBOX.c.due, _OUTBOX.c.id).limit(bindparam("most", type_=Integer))
              .with_for_update(skip_locked=True).cte("picked"))
    return (update(_OUTBOX).where(_OUTBOX.c.id.in_(select(picked.c.id)))
            .values(state=OutboxState.SENDING, attempts=_OUTBOX.c.attempts + 1,
                    lease_until=bindparam("lease", type_=UtcDateTime),
                    claimed_at=func.coalesce(_OUTBOX.c.claimed_at, wall),
                    channel=case((_OUTBOX.c.claimed_at.is_(None), bindparam("likely", type_=String)),
                                 else_=_OUTBOX.c.channel))
            .returning(*(_OUTBOX.c[name] for name in _CLAIMED)))


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
        statement = _settle_statement(session.get_bind().dialect.name, state is OutboxState.SENT, forget)
        session.execute(statement, {
            "new_state": state, "new_why": why, "retry_at": retry_at, "claim": attempts,
            "new_attempts": attempts if counted else attempts - 1, "settled": now if state in FINAL else None,
            "platform_ids": {str(row): platform_id for row, platform_id in platform_ids.items()}})


@cache
def _settle_statement(dialect: str, arrived: bool, forget: bool) -> Update:
    """Which rows comes as one JSON value, so that the statement is the same whatever their number."""
    each = func.json_each_text if dialect == "postgresql" else func.json_each
    given = each(bindparam("platform_ids", type_=JSON)).table_valued("key", "value", name="given")
    # Of a late answer only the good news counts: what arrived has arrived, whatever was made of the row since.
    ours = _OUTBOX.c.state.in_([OutboxState.SENDING, OutboxState.WAITING, OutboxState.UNSURE]) if arrived \
        else _IS_SENDING
    settled = (
        update(_OUTBOX)
        .where(_OUTBOX.c.id == cast(given.c.key, Integer), _OUTBOX.c.attempts == bindparam("claim"), ours)
        .values(state=bindparam("new_state"), why=bindparam("new_why"), lease_until=bindparam("retry_at"),
                attempts=bindparam("new_attempts"), settled_at=bindparam("settled"), platform_id=given.c.value))
    return settled.values(claimed_at=None, channel="") if forget else settled


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
    at_once, put_off, claimed = session.execute(_NEXT_WORK, {"now": now, "wall": wall}).one()
    return wall if at_once else min((moment for moment in (put_off, claimed) if moment), default=None)


def find_next_due(session: Session, now: datetime, until: datetime) -> datetime | None:
    """Program time of the next message that waits for its time."""
    return session.scalar(select(func.min(Outbox.due)).where(_IS_WAITING, Outbox.due > now, Outbox.due <= until))


def _may_try(wall: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(_OUTBOX.c.lease_until.is_(None), _OUTBOX.c.lease_until <= wall)


def _next_work_statement() -> Select[bool, datetime | None, datetime | None]:
    due = and_(_IS_WAITING, _OUTBOX.c.due <= bindparam("now"))
    first_try = func.min(_OUTBOX.c.lease_until)
    return select(exists().where(due, _may_try(bindparam("wall", type_=UtcDateTime))),
                  select(first_try).where(due).scalar_subquery(),
                  select(first_try).where(_IS_SENDING).scalar_subquery())


_CLAIMED = tuple(name for name in Claimed.__dataclass_fields__ if name != "again")
_CLAIM, _NEXT_WORK = _claim_statement(), _next_work_statement()
