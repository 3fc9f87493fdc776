"""Access tokens: who may have one, how long it lives, what kills it.

Tokens of /token and of /stable_token do not touch each other. Start at issue_stable() and check().
"""

import sqlite3

from bot.simulator.store import get_setting, put_setting
from bot.simulator.wire import random_text

LIFE = 7200
OVERLAP = 300  # a stable token is renewed this long before it ends, and both work until then
FORCED_PER_DAY, FORCED_APART = 20, 30
LENGTH = 157


def issue_plain(db: sqlite3.Connection, now: float, grace: float) -> tuple[str, int]:
    """A new token each time; the one before works for `grace` more seconds (really up to 300)."""
    _kill(db, "plain", now + grace)
    return _issue(db, "plain", now)


def issue_stable(db: sqlite3.Connection, now: float, day: str, *, force: bool) -> tuple[str, int]:
    """The same token for all who ask, unless it is about to end or a refresh is forced (20 a day, 30 seconds apart)."""
    if force and _may_force(db, now, day):
        _kill(db, "stable", now)
        return _issue(db, "stable", now)
    row = db.execute(
        "SELECT value, expires FROM token WHERE family = 'stable' AND dead_from IS NULL AND issued <= ? "
        "ORDER BY expires DESC LIMIT 1",
        (now,),
    ).fetchone()
    if row is None or row["expires"] - now <= OVERLAP:
        return _issue(db, "stable", now)
    return row["value"], int(row["expires"] - now)


def check(db: sqlite3.Connection, value: str | None, now: float) -> int:
    """0 for a token that works, else the errcode."""
    if not value:
        return 41001
    row = db.execute("SELECT expires, dead_from FROM token WHERE value = ?", (value,)).fetchone()
    if row is None:
        return 40001 if len(value) == LENGTH else 40014
    if row["dead_from"] is not None and row["dead_from"] <= now:
        return 40001
    return 42001 if row["expires"] <= now else 0


def expire_all(db: sqlite3.Connection, now: float) -> None:
    db.execute("UPDATE token SET expires = ?", (now,))


def _issue(db: sqlite3.Connection, family: str, now: float) -> tuple[str, int]:
    value = random_text(LENGTH)
    db.execute("INSERT INTO token VALUES (?, ?, ?, ?, NULL)", (value, family, now, now + LIFE))
    return value, LIFE


def _kill(db: sqlite3.Connection, family: str, dead_from: float) -> None:
    db.execute("UPDATE token SET dead_from = ? WHERE family = ? AND dead_from IS NULL", (dead_from, family))


def _may_force(db: sqlite3.Connection, now: float, day: str) -> bool:
    last_day, times, last = (get_setting(db, "forced") or f"{day} 0 0").split()
    times_today = int(times) if last_day == day else 0
    if times_today >= FORCED_PER_DAY or abs(now - float(last)) < FORCED_APART:
        return False
    put_setting(db, "forced", f"{day} {times_today + 1} {now}")
    return True
