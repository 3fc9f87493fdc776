"""Trouble on order: the next calls of an API path fail, stall, or lose their answer.

Kept in the store, so that a test process can order what a server process serves. Start at Fault.
"""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call. With `drop` the call is carried out before its answer gets lost."""

    errcode: int | None = None
    http_status: int | None = None
    html: bool = False
    drop: bool = False
    slow: float = 0  # real seconds


def order(db: sqlite3.Connection, path: str, fault: Fault, times: int) -> None:
    db.execute(
        "INSERT INTO fault (path, remaining, errcode, http_status, html, dropped, slow) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (path, times, fault.errcode, fault.http_status, fault.html, fault.drop, fault.slow),
    )


def take(db: sqlite3.Connection, path: str) -> Fault | None:
    """The fault that is next for this path, used up by one."""
    row = db.execute("SELECT * FROM fault WHERE path = ? AND remaining > 0 ORDER BY id LIMIT 1", (path,)).fetchone()
    if row is None:
        return None
    db.execute("UPDATE fault SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
    return Fault(row["errcode"], row["http_status"], bool(row["html"]), bool(row["dropped"]), row["slow"])
