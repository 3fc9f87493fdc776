"""Time as one function (invariant 5): what fell due since the last finished tick is queued once and delivered.

Any number of processes may tick at once, after any pause; the outbox's keys keep each message single. Start at tick().
"""

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import Insert, case, delete, null, select, update
from sqlalchemy.orm import Session

from bot.clock import wall
from bot.settings import Settings
from bot.shared import put_value
from data.db import insert_for
from data.models import (
    ConsoleSession,
    Follower,
    InboundMessage,
    OneTimeLink,
    OpenQuestion,
    Outbox,
    OutboxState,
    SharedValue,
    UndoStep,
    UsedSignature,
)
from scheduler import outbox
from scheduler.delivery import AWAY, SETTLED, Courier, Works
from scheduler.forgetting import forget_the_rest
from scheduler.held import drop_stale_held
from scheduler.outbox import enqueue
from scheduler.quiet import after_quiet
from scheduler.reminder import Occurrence, Reminder

LAST_TICK = "last_tick"  # value: program time up to which all is queued; until: machine time of the last tick
LAST_CLEANING = "last_cleaning"
NEVER = datetime.min.replace(tzinfo=UTC)
TOGETHER = 10  # occurrences a transaction: few enough for others to write in between
FIRST_LOOK_BACK = timedelta(days=3)
BEHIND = timedelta(minutes=1)  # two heartbeats
OVERLAP = timedelta(seconds=5)  # what was being written while the last tick read is seen by the next one
CLEANING_EVERY = timedelta(hours=1)
SIGNATURES_KEPT, INBOUND_KEPT, REPLIES_KEPT = timedelta(minutes=30), timedelta(days=3), timedelta(hours=1)
CONTEXTS_KEPT = timedelta(hours=1)
STEPS_KEPT, LINKS_KEPT, SESSIONS_KEPT = timedelta(days=1), timedelta(days=1), timedelta(days=8)
LOOK_AHEAD = timedelta(days=62)  # for the next thing that is due: the plan's months are never farther apart

_VALUES = SharedValue.__table__.c
_MOMENTS = select(_VALUES.name, _VALUES.value).where(_VALUES.name.in_([LAST_TICK, LAST_CLEANING]))

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the reminders say is due; `whole` is False when one of them failed."""

    occurrences: Sequence[tuple[Reminder, Occurrence]]
    whole: bool


def tick(works: Works, now: datetime, courier: Courier | None = None) -> dict[str, int]:
    """Queue what is due by `now`, program time, and deliver it; returns the counts of what was done."""
    queued = queue_due(works, now)
    with nullcontext(courier) if courier else Courier(works) as postman:
        counts = postman.deliver(lambda: now)
    return {"queued": queued} | {name: counts[name] for name in SETTLED}


def queue_due(works: Works, now: datetime) -> int:
    """Put what fell due since the last finished tick into the outbox; returns how many messages are new.

    The tick counts as finished only after everything is queued: if the process dies before, the next tick does it
    all again and the keys let through what is missing.
    """
    with works.reading() as session:
        last = _read_moments(session)
        # A last tick that lies ahead comes from a clock that was set back meanwhile: time is lived through again.
        since = min(last[LAST_TICK] - OVERLAP, now - BEHIND) if LAST_TICK in last else now - FIRST_LOOK_BACK
        found = _find_due(session, works, since, now)
    # After a pause the tick may come at night: what it finds waits for the morning, or is stale by then.
    due = after_quiet(now, works.settings)
    queued, whole = 0, found.whole
    for start in range(0, len(found.occurrences), TOGETHER):
        with works.sessions.begin() as session:
            for reminder, occurrence in found.occurrences[start:start + TOGETHER]:
                new = _queue(session, reminder, occurrence, now, due if due > now else occurrence.at)
                queued += new or 0
                whole = whole and new is not None
    with works.sessions.begin() as session:
        if not last.get(LAST_CLEANING, NEVER) <= now < last.get(LAST_CLEANING, NEVER) + CLEANING_EVERY:
            _clean(session, works, now)
        _finish(session, now if whole else None)
    if queued:
        log.info("queued", extra={"queued": queued})
    return queued


def rewind(session: Session, to: datetime) -> None:
    """The program's clock is set: time already ticked through after `to` is going to come again."""
    if _read_moments(session).get(LAST_TICK, to) > to:
        put_value(session, LAST_TICK, _written(to), wall())
    # What was meant to go at once must not wait until the clock has caught up with where it was.
    session.execute(update(Outbox).where(Outbox.state == OutboxState.WAITING, Outbox.due <= Outbox.created_at,
                                         Outbox.due > to)
                    .values(due=to).execution_options(synchronize_session=False))


def next_due(session: Session, reminders: Sequence[Reminder], settings: Settings, now: datetime) -> datetime | None:
    """When the next message falls due after `now`; None if nothing is in sight."""
    until = now + LOOK_AHEAD
    times = [occurrence.at for reminder in reminders
             for occurrence in reminder.occurrences(session, settings, now, until) if occurrence.at > now]
    waiting = outbox.find_next_due(session, now, until)
    return min([*times, *([waiting] if waiting else [])], default=None)


def _find_due(session: Session, works: Works, since: datetime, now: datetime) -> _Found:
    found: list[tuple[Reminder, Occurrence]] = []
    whole = True
    for reminder in works.reminders:
        try:
            found += [(reminder, occurrence)
                      for occurrence in reminder.occurrences(session, works.settings, since, now)
                      if occurrence.at <= now <= occurrence.expires]
        except AWAY:
            raise
        except Exception:  # one faulty rule must not silence the others; the tick stays unfinished for it
            log.exception("reminder_failed", extra={"kind": reminder.kind.name})
            session.rollback()
            whole = False
    return _Found(found, whole)


def _queue(session: Session, reminder: Reminder, occurrence: Occurrence, now: datetime, due: datetime) -> int | None:
    """Queue one occurrence; returns how many messages are new, None when its rule failed."""
    try:
        with session.begin_nested():
            return enqueue(session, occurrence.branch_id, occurrence.people(session), kind=reminder.kind.name,
                           key=f"{reminder.kind.name}/{occurrence.key}", text=occurrence.text, now=now, due=due,
                           expires=occurrence.expires, subject=occurrence.subject, fields=occurrence.fields)
    except AWAY:
        raise
    except Exception:  # as in _find_due()
        log.exception("reminder_failed", extra={"kind": reminder.kind.name})
        return None


def _clean(session: Session, works: Works, now: datetime) -> None:
    """Throw away what has served its purpose, and drop what was held too long."""
    for table, moment, kept in ((UsedSignature, UsedSignature.at, SIGNATURES_KEPT),
                                (InboundMessage, InboundMessage.at, INBOUND_KEPT),
                                (UndoStep, UndoStep.at, STEPS_KEPT),
                                (OneTimeLink, OneTimeLink.expires_at, LINKS_KEPT),
                                (ConsoleSession, ConsoleSession.seen_at, SESSIONS_KEPT),
                                (OpenQuestion, OpenQuestion.expires_at, timedelta(0))):
        session.execute(delete(table).where(moment < now - kept).execution_options(synchronize_session=False))
    # A repeat comes within seconds; later the key alone still keeps it harmless, and what people read is not kept.
    session.execute(update(InboundMessage).where(InboundMessage.at < now - REPLIES_KEPT, InboundMessage.reply != "")
                    .values(reply="").execution_options(synchronize_session=False))
    # So are a person's last words, which only the next sentence, or 转给书记 within minutes, may refer to.
    session.execute(update(Follower).where(Follower.context["at"].as_float() < (now - CONTEXTS_KEPT).timestamp())
                    .values(context=null()).execution_options(synchronize_session=False))
    dropped = drop_stale_held(session, now)
    forget_the_rest(session, works.kinds, works.settings, now)
    put_value(session, LAST_CLEANING, _written(now))
    log.info("cleaned", extra={"dropped": dropped})


def _finish(session: Session, now: datetime | None) -> None:
    """Store that everything up to `now` is queued; a slower process does not take it back."""
    until = _written(now) if now else ""
    session.execute(_unless_older(insert_for(session, SharedValue)),
                    {"name": LAST_TICK, "value": until, "until": wall()})


@cache
def _unless_older(new: Insert) -> Insert:
    later = case((SharedValue.value < new.excluded.value, new.excluded.value), else_=SharedValue.value)
    return new.on_conflict_do_update(index_elements=[SharedValue.name],
                                     set_={"value": later, "until": new.excluded.until})


def _read_moments(session: Session) -> dict[str, datetime]:
    """When the last tick and the last cleaning were, as far as there were any."""
    return {name: datetime.fromisoformat(value) for name, value in session.execute(_MOMENTS) if value}


def _written(moment: datetime) -> str:
    """UTC with a fixed number of places, so that the order of the texts is that of the times."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")

