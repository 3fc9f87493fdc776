"""Followers and QR codes.

Nicknames and pictures are not given since 2021. Start at get_user().
"""

from bot.simulator import people
from bot.simulator.api.desk import ApiError, Desk, Json
from bot.simulator.wire import random_text

PAGE = 10_000
LONGEST_SECONDS, USUAL_SECONDS = 2_592_000, 60
SCENE_TEXT = 64
MOST_PERMANENT = 100_000


def get_user(desk: Desk) -> Json:
    person = people.find(desk.db, desk.query.get("openid"))
    if person is None:
        raise ApiError(40003, "invalid openid")
    if not person["following"]:
        return {"subscribe": 0, "openid": person["openid"]}
    return {
        "subscribe": 1,
        "openid": person["openid"],
        "subscribe_time": person["since"],
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if person["qr_scene"] else "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": person["qr_scene"],
    }


def list_users(desk: Desk) -> Json:
    """A page of followers; a page without any has no `data`, as on the real platform."""
    everyone = people.followers(desk.db)
    last = desk.query.get("next_openid", "")
    if last and last not in everyone:
        raise ApiError(40003, "invalid openid")
    start = everyone.index(last) + 1 if last else 0
    page = everyone[start : start + PAGE]
    found: Json = {"total": len(everyone), "count": len(page), "next_openid": page[-1] if page else ""}
    return found | {"data": {"openid": page}} if page else found


def create_qrcode(desk: Desk) -> Json:
    info = desk.payload.get("action_info")
    given = info.get("scene") if isinstance(info, dict) else None
    scene = _scene(desk.get_text("action_name"), given if isinstance(given, dict) else {})
    ticket = random_text(96)
    desk.db.execute("INSERT INTO scene VALUES (?, ?)", (ticket, scene))
    made: Json = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket[:24]}"}
    if desk.get_text("action_name").startswith("QR_LIMIT"):
        return made
    asked = desk.payload.get("expire_seconds")
    return made | {"expire_seconds": min(asked, LONGEST_SECONDS) if isinstance(asked, int) else USUAL_SECONDS}


def _scene(action: str, scene: Json) -> str:
    number, text = scene.get("scene_id"), scene.get("scene_str")
    if action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE") and isinstance(text, str) and 1 <= len(text) <= SCENE_TEXT:
        return text
    most = {"QR_SCENE": 2**32 - 1, "QR_LIMIT_SCENE": MOST_PERMANENT}.get(action, 0)
    if isinstance(number, int) and 1 <= number <= most:
        return str(number)
    raise ApiError(40053, "invalid action info")
