"""Mass messages: to all, to a list, a preview to one, and how a job stands.

They are delivered when the platform runs its jobs, see bot.simulator.mass. Start at send_to_all().
"""

import json

from bot.simulator import ledger, people
from bot.simulator.api.desk import ApiError, Desk, Json
from bot.simulator.ledger import Kind
from bot.simulator.mass import SENDING
from bot.simulator.store import next_number

FIRST_MASS_ID = 1_000_000_001
LIST_SIZE = (2, 10_000)
SERVICE_PER_DAY, SUBSCRIPTION_PER_DAY = 100, 1
CLIENT_ID_BYTES, CLIENT_ID_MEMORY, CLIENT_ID_PAUSE = 64, 24 * 3600, 60
DAY = 24 * 3600


def send_to_all(desk: Desk) -> Json:
    """To every follower. A tag would have to exist, and this account has none; group_id was withdrawn long ago."""
    target = desk.payload.get("filter")
    if not isinstance(target, dict) or target.get("is_to_all") is not True:
        raise ApiError(45159, "invalid tag id")
    return _accept(desk, None)


def send_to_list(desk: Desk) -> Json:
    openids = desk.payload.get("touser")
    if not isinstance(openids, list) or not all(isinstance(one, str) for one in openids):
        raise ApiError(40031, "invalid openid list")
    if len(openids) < LIST_SIZE[0]:
        raise ApiError(40130, "invalid openid list size, at least two openid")
    if len(openids) > LIST_SIZE[1]:
        raise ApiError(40032, "invalid openid list size")
    return _accept(desk, openids)


def preview(desk: Desk) -> Json:
    """To one follower at once; the daily quota is that of the path."""
    openid = desk.get_text("touser")
    if not people.is_following(desk.db, openid):
        raise ApiError(40003, "invalid openid")
    ledger.record(desk.db, openid, desk.now, Kind.PREVIEW, _content(desk))
    return {"errcode": 0, "errmsg": "preview success", "msg_id": next_number(desk.db, "mass_id", FIRST_MASS_ID)}


def get_status(desk: Desk) -> Json:
    asked = str(desk.payload.get("msg_id", ""))
    row = desk.db.execute("SELECT id, status FROM mass WHERE id = ?", (asked,)).fetchone()
    if row is None:
        raise ApiError(40059, "invalid msg id")
    return {"msg_id": row["id"], "msg_status": row["status"]}


def _accept(desk: Desk, audience: list[str] | None) -> Json:
    text, client_id = _content(desk), desk.get_text("clientmsgid")
    _refuse_repeat(desk, client_id)
    allowed = SERVICE_PER_DAY if desk.platform.profile.service else SUBSCRIPTION_PER_DAY
    midnight = desk.now - (desk.now + 8 * 3600) % DAY
    today = desk.db.execute(
        "SELECT count(*) FROM mass WHERE at >= ? AND at < ?", (midnight, midnight + DAY)
    ).fetchone()[0]
    if today >= allowed:
        raise ApiError(45028, "has no masssend quota")
    job = next_number(desk.db, "mass_id", FIRST_MASS_ID)
    aimed = None if audience is None else json.dumps(audience)
    desk.db.execute("INSERT INTO mass VALUES (?, ?, ?, ?, ?, ?)", (job, desk.now, aimed, text, client_id, SENDING))
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job, "msg_data_id": job}


def _content(desk: Desk) -> str:
    if desk.get_text("msgtype") != "text":
        raise ApiError(40008, "invalid message type")
    text = desk.get_text("text", "content")
    if not text:
        raise ApiError(44004, "empty content")
    return text


def _refuse_repeat(desk: Desk, client_id: str) -> None:
    if len(client_id.encode()) > CLIENT_ID_BYTES:
        raise ApiError(45067, "clientmsgid size out of limit")
    if not client_id:
        return
    newest = "SELECT id, at FROM mass WHERE client_id = ? AND at > ? ORDER BY id DESC LIMIT 1"
    row = desk.db.execute(newest, (client_id, desk.now - CLIENT_ID_MEMORY)).fetchone()
    if row is None:
        return
    if desk.now - row["at"] < CLIENT_ID_PAUSE:
        raise ApiError(45066, "same clientmsgid retry too fast")
    raise ApiError(45065, "clientmsgid exist", msg_id=row["id"], msg_data_id=row["id"])
