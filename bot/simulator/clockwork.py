"""How the sandbox moves the program's clock: never past a reminder without stopping at it.

A jump of a month would otherwise make every reminder in between too late to be sent. Start at advance().
"""

from datetime import datetime, timedelta
from typing import Protocol

STEPS_AT_ONCE = 8  # stops of one request; the page asks on until the target is reached


class ClockControl(Protocol):
    """The program's clock as the page may move it; all times are aware."""

    def now(self) -> datetime: ...

    def set(self, moment: datetime) -> None: ...

    def next_reminder(self) -> datetime | None:
        """When something will be pushed by itself next, after what has been ticked; None when nothing is known."""
        ...

    def tick(self) -> dict[str, int]:
        """One turn of the scheduler at the clock's time; counts."""
        ...


def advance(clock: ClockControl, target: datetime, steps: int = STEPS_AT_ONCE) -> bool:
    """Move to `target`, ticking at each reminder on the way; False when `steps` were used up before it.

    A target in the past is taken at once: nothing is due there that was not due before.
    """
    last = None
    for _ in range(steps):
        stop = clock.next_reminder() if target > clock.now() else None
        # A reminder that stays next after its tick (its people are gone) must not hold the clock.
        if stop is None or stop >= target or stop == last:
            clock.set(target)
            clock.tick()
            return True
        if stop > clock.now():
            clock.set(stop)
        clock.tick()
        last = stop
    return False


def find_target(clock: ClockControl, to: str, minutes: int) -> datetime | None:
    """The moment asked for: "next" for the next reminder (None when there is none), an ISO time, or so many minutes on.

    Raises ValueError for a time that cannot be read. A time without offset is in the clock's zone.
    """
    now = clock.now()
    if to == "next":
        found = clock.next_reminder()
        return None if found is None else max(found, now)
    if not to:
        return now + timedelta(minutes=minutes)
    moment = datetime.fromisoformat(to)
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
