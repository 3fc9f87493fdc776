"""The record of every line that passed in each person's chat: what they said and everything they saw.

Only ever grows; ids give the order, because the program's clock may be moved. Start at Kind and record().
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")  # the platform counts its days and months there
FAULT_NOTICE = "该公众号提供的服务出现故障，请稍后再试"


class Kind(StrEnum):
    SAID = "said"  # by the person
    NOTE = "note"  # grey line of the chat program itself, such as 已关注
    REPLY = "reply"
    CUSTOMER = "customer"
    TEMPLATE = "template"
    MASS = "mass"
    PREVIEW = "preview"
    FAULT = "fault"


NOT_SEEN = (Kind.SAID, Kind.NOTE)


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of one chat. `fields` holds the (label, value) pairs of a template message."""

    id: int
    openid: str
    at: datetime
    kind: Kind
    text: str
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    url: str = ""


def record(
    db: sqlite3.Connection,
    openid: str,
    at: float,
    kind: Kind,
    text: str,
    *,
    title: str = "",
    fields: Sequence[tuple[str, str]] = (),
    url: str = "",
) -> int:
    row = (openid, at, kind, text, title, json.dumps(list(fields), ensure_ascii=False), url)
    insert = "INSERT INTO line (openid, at, kind, text, title, fields, url) VALUES (?, ?, ?, ?, ?, ?, ?)"
    return db.execute(insert, row).lastrowid or 0


def find_lines(
    db: sqlite3.Connection, *, openid: str | None = None, after: int = 0, limit: int = 1_000_000
) -> list[Seen]:
    """The newest `limit` lines after an id, oldest first."""
    if openid is None:
        rows = db.execute("SELECT * FROM line WHERE id > ? ORDER BY id DESC LIMIT ?", (after, limit))
    else:
        one = "SELECT * FROM line WHERE openid = ? AND id > ? ORDER BY id DESC LIMIT ?"
        rows = db.execute(one, (openid, after, limit))
    return [_seen(row) for row in reversed(rows.fetchall())]


def _seen(row: sqlite3.Row) -> Seen:
    return Seen(
        id=row["id"],
        openid=row["openid"],
        at=datetime.fromtimestamp(row["at"], SHANGHAI),
        kind=Kind(row["kind"]),
        text=row["text"],
        title=row["title"],
        fields=tuple((label, value) for label, value in json.loads(row["fields"])),
        url=row["url"],
    )
