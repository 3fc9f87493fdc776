"""The program's clock: the only reader of the system time.

now() is program time, which demonstrations and tests may move; wall() is the machine's time,
for leases and time-outs that must not jump with it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from data.models import SharedValue

SHIFT = "clock"  # the row of shared_values: "seconds CLOCK_START"
REREAD_SECONDS = 0.5  # `clock set` must reach every process within a second


def wall() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)


class Clock:
    """Program time in `zone`: the machine's time plus a shift that all processes share.

    `read_shift` returns the shift kept in the database, or None while there is none; without it the clock is
    the machine's and cannot be moved.
    """

    def __init__(self, zone: ZoneInfo, read_shift: Callable[[], timedelta | None] | None = None) -> None:
        self.zone = zone
        self._read_shift = read_shift
        self._shift = timedelta(0)
        self._read_at = float("-inf")

    @property
    def movable(self) -> bool:
        """Whether `clock set` is allowed."""
        return self._read_shift is not None

    def now(self) -> datetime:
        """Program time, aware, in the branch's zone."""
        if self._read_shift and monotonic() - self._read_at > REREAD_SECONDS:
            self.reread()
        return (wall() + self._shift).astimezone(self.zone)

    def reread(self) -> None:
        """Take over the shift that is in the database now; nothing for a clock that cannot be moved."""
        if not self._read_shift:
            return
        self._shift = self._read_shift() or timedelta(0)
        self._read_at = monotonic()

    def wall(self) -> datetime:
        """The machine's time, UTC, never moved."""
        return wall()


class FixedClock(Clock):
    """A clock that a test or a command (`--now`) sets by hand; wall time moves with it unless set apart."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment.tzinfo)
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def wall(self) -> datetime:
        return self.moment.astimezone(UTC)


def shift_reader(reading: sessionmaker[Session], start: datetime | None) -> Callable[[], timedelta | None]:
    """A function that reads the shared shift; while there is none for this CLOCK_START, the clock starts there now."""
    own = last = start - wall() if start else None

    def read() -> timedelta | None:
        nonlocal last
        try:
            with reading() as session:
                found = find_shift(session, start)
        except (DBAPIError, PoolTimeout):  # no schema yet, or the database is away: the clock goes on as it is
            return last
        last = own if found is None else found
        return last
    return read


def find_shift(session: Session, start: datetime | None) -> timedelta | None:
    """The shift that is kept for this CLOCK_START; None while there is none."""
    text = session.scalar(select(SharedValue.value).where(SharedValue.name == SHIFT))
    seconds, _, started = (text or "").partition(" ")
    return timedelta(seconds=float(seconds)) if seconds and started == _name(start) else None


def write_shift(session: Session, to: datetime, start: datetime | None) -> None:
    """Move the program's clock so that it shows `to` now, for every process within a second."""
    session.execute(delete(SharedValue).where(SharedValue.name == SHIFT))
    session.add(SharedValue(name=SHIFT, value=f"{(to - wall()).total_seconds()} {_name(start)}"))


def _name(start: datetime | None) -> str:
    return start.isoformat() if start else ""
