"""Delivery: claims what is due, rechecks it, sends it on threads with no transaction open, settles it in batches.

Safe in any number of processes at once; whatever kills one leaves rows whose lease runs out. Start at
Courier.deliver().
"""

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Event, Lock
from types import TracebackType
from typing import Protocol, Self, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot.clock import wall as machine_time
from bot.settings import Settings
from bot.wechat.gateway import Effect, Gateway, Refused, Result, Retry
from data.models import OutboxState
from scheduler import outbox
from scheduler.channels import Channel
from scheduler.forgetting import forget_settled
from scheduler.outcome import conclude, note_effects
from scheduler.pauses import Pauses, find_pauses
from scheduler.recheck import Recheck, Sending, kind_of
from scheduler.reminder import PushKind, Reminder
from scheduler.reports import apply_late_reports
from scheduler.templates import fill, fit_text

PATIENCE = 8.5  # seconds that a lone `tick` waits for a message that was put off
LOOK_EVERY = timedelta(seconds=5)  # for lost leases and pauses, during a long delivery
PROLONG_EVERY = timedelta(seconds=10)
GATHER_SECONDS = 0.004  # answers that come this close together are settled together
LONGEST_GATHER = 0.5  # seconds; new rows are looked for at least so often while others are being sent
DATABASE_PATIENCE = timedelta(minutes=2)  # so long are answers kept for a database that is away
PAUSING = frozenset({Effect.STOP, Effect.CHANNEL_CLOSED})
SETTLED = {"sent": OutboxState.SENT, "held": OutboxState.HELD, "failed": OutboxState.FAILED,
           "dropped": OutboxState.DROPPED, "unsure": OutboxState.UNSURE}

LONG_AGO = datetime.min.replace(tzinfo=UTC)
AWAY = (OperationalError, InterfaceError, PoolTimeout)

T = TypeVar("T")
Answer = tuple[Sending, Result | None]  # None: it was not begun

log = logging.getLogger(__name__)


class Works(Protocol):
    """What the heartbeat needs of the assembled program."""

    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    settings: Settings
    gateway: Gateway
    reminders: Sequence[Reminder]
    kinds: Mapping[str, PushKind]


class Courier:
    """Delivers for one process. One delivery at a time; close() it, or use it as a context manager."""

    def __init__(self, works: Works, *, wall: Callable[[], datetime] = machine_time,
                 wait: Callable[[float], object] = time.sleep) -> None:
        self._sessions, self._reading = works.sessions, works.reading
        self._settings, self._gateway, self._kinds = works.settings, works.gateway, works.kinds
        self._wall, self._wait = wall, wait
        self._threads = works.settings.delivery_threads
        # Where a repeat is harmless a few rows are claimed ahead, so that no thread idles while the database works.
        # Elsewhere only what goes out at once is claimed: a crash would leave the others unsure for nothing.
        self._ahead = 0
        self._likely = Channel.TEMPLATE if works.settings.template_id else Channel.CUSTOMER
        self._pool: ThreadPoolExecutor | None = None
        self._recheck = Recheck(works.settings, works.kinds)
        self._pauses = Pauses()
        self._flying: dict[int, tuple[Sending, Future[None]]] = {}
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._unsettled: list[Answer] = []
        self._stop, self._busy = Event(), Lock()
        self._looked_at = self._prolonged_at = LONG_AGO

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Claim nothing more, give back what was not begun, wait for what was."""
        self._stop.set()
        with self._busy:
            if self._pool:
                self._pool.shutdown()

    def has_work(self, now: datetime) -> bool:
        """Whether deliver() would find something to do; a cheap look."""
        return self._seconds_to_work(now) <= 0

    def deliver(self, now: Callable[[], datetime], patience: float = PATIENCE) -> Counter[str]:
        """Send all that is due by `now()`, program time, and return how many were sent, held, failed, dropped, unsure.

        What had to be put off for up to `patience` seconds is waited for. Raises the database's errors when it does
        not come back.
        """
        counts: Counter[str] = Counter()
        with self._busy:
            self._recheck.forget()
            while self._wait_for_work(now(), patience):
                self._looked_at = LONG_AGO
                found = more = self._round(now(), counts)
                while more:
                    more = self._round(now(), counts)
                if not found:
                    self._wait(GATHER_SECONDS)  # another process is just taking it
        if counts["sent"]:
            with self._sessions.begin() as session:
                late = apply_late_reports(session, now())
            counts += Counter(sent=-late, failed=late)
        if counts:
            log.info("delivered", extra={name: counts[name] for name in SETTLED})
        return counts

    def _round(self, now: datetime, counts: Counter[str]) -> bool:
        """Settle what came back and send more; False when there was nothing to do and nothing is under way."""
        if self._stop.is_set() or self._pauses.stopped:
            self._call_back()
        self._unsettled += self._gather()
        sendings, claimed, settled = self._in_database(lambda: self._turn_over(now))
        for sending, _ in self._unsettled:
            del self._flying[sending.row.id]
        self._unsettled.clear()
        for name, state in SETTLED.items():
            counts[name] += settled[state]
        for sending in sendings:
            self._flying[sending.row.id] = (sending, self._threadpool().submit(self._send, sending))
        return bool(self._flying or claimed)

    def _turn_over(self, now: datetime) -> tuple[list[Sending], int, Counter[OutboxState]]:
        """One transaction: settle, claim, recheck. Returns what to send, how many were claimed, what was settled."""
        wall = self._wall()
        with self._sessions.begin() as session:
            lost = self._look(session, now, wall)
            concluded = [conclude(sending, result, kind_of(sending.row, self._kinds), wall)
                         for sending, result in self._unsettled]
            outbox.settle(session, concluded, now)
            forget_settled(session, concluded, self._kinds, self._settings, now)
            note_effects(session, self._unsettled, wall)
            if any(isinstance(result, Refused) and result.effect in PAUSING for _, result in self._unsettled):
                self._pauses = find_pauses(session, wall)
            free = self._threads + self._ahead - len(self._flying) + len(self._unsettled)
            idle = self._pauses.stopped or self._stop.is_set() or free <= 0
            rows = [] if idle else outbox.claim(session, free, now, wall, self._likely)
            sendings, decided = self._recheck.sort_out(session, rows, self._under_way(), self._pauses, now, wall)
            outbox.settle(session, decided, now)
            forget_settled(session, decided, self._kinds, self._settings, now)
            if sendings:
                harmless = all(self._is_repeatable(sending) for sending in sendings)
                self._ahead = self._threads * 3 // 8 if harmless else 0
            changed = [sending for sending in sendings if sending.channel != sending.row.channel]
            for channel in {sending.channel for sending in changed}:
                outbox.mark_channel(session, [s.row.id for s in changed if s.channel is channel], channel)
        return sendings, len(rows), Counter(one.state for one in (*concluded, *decided)) + lost

    def _look(self, session: Session, now: datetime, wall: datetime) -> Counter[OutboxState]:
        """Now and then: free what dead processes left, keep what is ours, learn what is paused."""
        lost = 0
        # First ours, then the dead: after a long standstill our own leases may have run out.
        if self._flying and wall >= self._prolonged_at + PROLONG_EVERY:
            outbox.prolong(session, list(self._flying), wall)
            self._prolonged_at = wall
        if not self._looked_at <= wall < self._looked_at + LOOK_EVERY:
            lost = outbox.recover(session, self._kinds, now, wall)
            self._pauses = find_pauses(session, wall)
            self._looked_at = wall
        return Counter({OutboxState.UNSURE: lost})

    def _is_repeatable(self, sending: Sending) -> bool:
        return sending.channel is Channel.TEMPLATE or kind_of(sending.row, self._kinds).repeat_unsure

    def _under_way(self) -> Counter[str]:
        settled = {sending.row.id for sending, _ in self._unsettled}
        return Counter(sending.openid for sending, _ in self._flying.values()
                       if sending.channel is Channel.CUSTOMER and sending.row.id not in settled)

    def _gather(self) -> list[Answer]:
        """Wait for an answer, and a moment for those that come right behind it."""
        answers: list[Answer] = []
        try:
            while self._flying and len(answers) < max(1, self._threads // 4):
                answers.append(self._answers.get(timeout=GATHER_SECONDS if answers else LONGEST_GATHER))
        except Empty:
            pass
        return answers

    def _in_database(self, act: Callable[[], T]) -> T:
        """Do it, again and again while the database is away and answers of the platform must not be lost."""
        end = self._wall() + DATABASE_PATIENCE
        while True:
            try:
                return act()
            except AWAY:
                if not (self._flying or self._unsettled) or self._wall() > end:
                    raise
                log.warning("database_away", extra={"waiting": len(self._unsettled)})
                self._wait(LONGEST_GATHER)

    def _call_back(self) -> None:
        """Take back what no thread has begun."""
        for sending, future in list(self._flying.values()):
            if future.cancel():
                self._answers.put((sending, None))

    def _wait_for_work(self, now: datetime, patience: float) -> bool:
        """Wait for what is to be tried again soon; False when nothing is."""
        seconds = self._seconds_to_work(now)
        if self._stop.is_set() or seconds > patience:
            return False
        if seconds > 0:
            self._wait(seconds)
        return True

    def _seconds_to_work(self, now: datetime) -> float:
        """0 for at once, infinite for none in sight."""
        wall = self._wall()
        with self._reading() as session:
            at = outbox.find_next_work(session, now, wall)
            if at is not None:
                self._pauses = find_pauses(session, wall)
        return math.inf if at is None or self._pauses.stopped else max((at - wall).total_seconds(), 0)

    def _threadpool(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="delivery")
        return self._pool

    def _send(self, sending: Sending) -> None:
        """On a thread, with no transaction open."""
        try:
            result = self._hand_over(sending)
        except Exception:  # a bug: the message may be out, and the others must go on
            log.exception("sending_failed", extra={"channel": sending.channel.value, "row": sending.row.id})
            result = Retry(60, "程序出错，已记录", ambiguous=True)
        self._answers.put((sending, result))

    def _hand_over(self, sending: Sending) -> Result:
        row = sending.row
        if sending.channel is Channel.CUSTOMER:
            return self._gateway.send_text(sending.openid, fit_text(row.text))
        values = fill(self._settings.template_fields, row.fields, row.text, row.due.astimezone(self._settings.timezone))
        return self._gateway.send_template(sending.openid, self._settings.template_id or "", values, row.client_msg_id)
