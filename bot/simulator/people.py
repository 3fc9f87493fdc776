"""Who follows the account, and when a customer-service message may reach them.

Windows as the platform keeps them: 5 messages in the 48 hours after a person's message, 3 in the minute after a
menu click, a scan or following. Start at take_slot().
"""

import sqlite3

LONG, LONG_TIMES = 48 * 3600, 5
SHORT, SHORT_TIMES = 60, 3


def meet(db: sqlite3.Connection, openid: str, now: float) -> None:
    """Someone never heard of has followed before; to write to the account one must follow it."""
    db.execute(
        "INSERT INTO person (openid, following, since) VALUES (?, 1, ?) ON CONFLICT DO NOTHING", (openid, int(now))
    )


def find(db: sqlite3.Connection, openid: object) -> sqlite3.Row | None:
    if not isinstance(openid, str):
        return None
    return db.execute("SELECT * FROM person WHERE openid = ?", (openid,)).fetchone()


def is_following(db: sqlite3.Connection, openid: object) -> bool:
    person = find(db, openid)
    return person is not None and bool(person["following"])


def followers(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT openid FROM person WHERE following = 1 ORDER BY since, openid")
    return [row["openid"] for row in rows]


def follow(db: sqlite3.Connection, openid: str, now: float, scene: str) -> None:
    meet(db, openid, now)
    db.execute("UPDATE person SET following = 1, since = ?, qr_scene = ? WHERE openid = ?", (int(now), scene, openid))


def unfollow(db: sqlite3.Connection, openid: str, now: float) -> None:
    """Nothing reaches the person any more: both windows close."""
    meet(db, openid, now)
    db.execute("UPDATE person SET following = 0, long_until = 0, short_until = 0 WHERE openid = ?", (openid,))


def wrote(db: sqlite3.Connection, openid: str, now: float) -> None:
    """A message opens the long window anew; what was left of the last one is not added."""
    db.execute(
        "UPDATE person SET contact = ?, long_until = ?, long_left = ? WHERE openid = ?",
        (now, now + LONG, LONG_TIMES, openid),
    )


def acted(db: sqlite3.Connection, openid: str, now: float) -> None:
    """A menu click, a scan or following opens the short window."""
    db.execute(
        "UPDATE person SET contact = ?, short_until = ?, short_left = ? WHERE openid = ?",
        (now, now + SHORT, SHORT_TIMES, openid),
    )


def take_slot(db: sqlite3.Connection, openid: object, now: float) -> int:
    """Use up one customer-service message; 0, or the errcode that refuses it."""
    person = find(db, openid)
    if person is None:
        return 40003
    if not person["following"]:
        return 45015
    short, long = now < person["short_until"], now < person["long_until"]
    if not (short or long):
        return 45015
    if short and person["short_left"]:
        db.execute("UPDATE person SET short_left = short_left - 1, typing_until = 0 WHERE openid = ?", (openid,))
        return 0
    if long and person["long_left"]:
        db.execute("UPDATE person SET long_left = long_left - 1, typing_until = 0 WHERE openid = ?", (openid,))
        return 0
    return 45047
