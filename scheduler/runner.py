"""The heartbeat inside a web process: ticks every half minute, and delivers at once when woken.

Any number of processes may run one. Start at Runner.start(), after the fork.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.clock import Clock
from bot.clock import wall as machine_time
from scheduler.delivery import Courier, Works
from scheduler.tick import queue_due

BEAT_SECONDS = 30
LOOK_SECONDS = 3  # how soon messages that were put off, or left by a dead process, are seen

log = logging.getLogger(__name__)


class TickingWorks(Works, Protocol):
    """What the heartbeat needs, with the clock it follows."""

    clock: Clock


class Runner:
    """One process's heartbeat."""

    def __init__(self, works: TickingWorks) -> None:
        self._works = works
        self._woken, self._stopping = Event(), Event()
        self._courier: Courier | None = None
        self._scheduler: BackgroundScheduler | None = None
        self._postman: Thread | None = None

    def start(self) -> None:
        """Begin to tick and deliver; in the process that does it, for threads do not survive a fork."""
        self._stopping.clear()
        self._courier = Courier(self._works, wait=self._stopping.wait)
        self._postman = Thread(target=self._deliver_until_stopped, name="postman", daemon=True)
        self._postman.start()
        self._scheduler = BackgroundScheduler(timezone=self._works.settings.timezone)
        # The first beat comes at once: after a pause there may be much to catch up with.
        self._scheduler.add_job(self._beat, "interval", seconds=BEAT_SECONDS, coalesce=True, max_instances=1,
                                misfire_grace_time=None, next_run_time=machine_time() + timedelta(seconds=1))
        self._scheduler.start()

    def wake(self) -> None:
        """There is something to deliver now. Costs nothing, may be called often and from any thread."""
        self._woken.set()

    def stop(self) -> None:
        """Finish what is being sent, begin nothing more, and return."""
        self._stopping.set()
        self._woken.set()
        if self._scheduler:
            self._scheduler.shutdown(wait=False)
        if self._courier:
            self._courier.close()
        if self._postman:
            self._postman.join()

    def _now(self) -> datetime:
        return self._works.clock.now()

    def _beat(self) -> None:
        self._calmly(lambda: queue_due(self._works, self._now()))
        self.wake()

    def _deliver_until_stopped(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(LOOK_SECONDS)
            self._woken.clear()
            self._calmly(self._deliver)

    def _deliver(self) -> None:
        if self._courier and not self._stopping.is_set() and self._courier.has_work(self._now()):
            # Without patience: the next look is near, and what is new must not wait behind what was put off.
            self._courier.deliver(self._now, patience=0)

    def _calmly(self, act: Callable[[], object]) -> None:
        """Whatever happens, the heart goes on beating."""
        try:
            act()
        except (OperationalError, InterfaceError, PoolTimeout) as away:
            log.warning("database_away", extra={"error": type(away).__name__})
        except Exception:
            log.exception("heartbeat_failed")
