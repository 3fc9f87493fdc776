"""Mass messages: accepted now, delivered when the jobs run, reported by an event.

A service account reaches each follower at most four times a calendar month. Start at run_jobs().
"""

import json
import sqlite3
from datetime import datetime

from bot.simulator import ledger, people
from bot.simulator.ledger import SHANGHAI, Kind
from bot.simulator.pushes import Value
from bot.simulator.store import get_setting, put_setting

PER_FOLLOWER = 4
SENDING, SENT, FAILED = "SENDING", "SEND_SUCCESS", "SEND_FAIL"
DELIVERED = "send success"
SYSTEM_SENDER = "oSandboxPlatformSystem000000"  # events that concern no single person come from an id of the platform


def run_jobs(db: sqlite3.Connection, now: float, *, service: bool) -> None:
    """Deliver every accepted mass message and queue its MASSSENDJOBFINISH."""
    for job in db.execute("SELECT * FROM mass WHERE status = ? ORDER BY id", (SENDING,)).fetchall():
        verdict = get_setting(db, "mass_verdict", DELIVERED)
        put_setting(db, "mass_verdict", DELIVERED)
        aimed = people.followers(db) if job["audience"] is None else json.loads(job["audience"])
        reached = [openid for openid in aimed if _may_receive(db, openid, now, service=service)]
        if verdict == DELIVERED:
            _deliver(db, job["text"], reached, now)
        _report(db, job["id"], verdict, len(aimed), len(reached))


def queue_event(db: sqlite3.Connection, openid: str, name: str, fields: dict[str, Value]) -> None:
    """An event that the platform pushes later, on its own."""
    row = (openid, name, json.dumps(fields, ensure_ascii=False))
    db.execute("INSERT INTO event (openid, name, fields) VALUES (?, ?, ?)", row)


def _may_receive(db: sqlite3.Connection, openid: str, now: float, *, service: bool) -> bool:
    if not people.is_following(db, openid):
        return False
    row = db.execute("SELECT times FROM mass_share WHERE openid = ? AND month = ?", (openid, _month(now))).fetchone()
    return not service or row is None or row["times"] < PER_FOLLOWER


def _deliver(db: sqlite3.Connection, text: str, openids: list[str], now: float) -> None:
    count = "INSERT INTO mass_share VALUES (?, ?, 1) ON CONFLICT (openid, month) DO UPDATE SET times = times + 1"
    for openid in openids:
        db.execute(count, (openid, _month(now)))
        ledger.record(db, openid, now, Kind.MASS, text)


def _report(db: sqlite3.Connection, job_id: int, verdict: str, total: int, reached: int) -> None:
    sent = reached if verdict == DELIVERED else 0
    db.execute("UPDATE mass SET status = ? WHERE id = ?", (SENT if verdict == DELIVERED else FAILED, job_id))
    queue_event(
        db,
        SYSTEM_SENDER,
        "MASSSENDJOBFINISH",
        {
            "MsgID": job_id,
            "Status": verdict,
            "TotalCount": total,
            "FilterCount": reached,
            "SentCount": sent,
            "ErrorCount": reached - sent,
        },
    )


def _month(now: float) -> str:
    return datetime.fromtimestamp(now, SHANGHAI).strftime("%Y-%m")
