"""The HTTP face of the API: which path does what, and what is checked before each.

Each call is one transaction, so counts, windows and the ledger agree. Start at answer().
"""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from secrets import token_hex

from flask import Blueprint, Response, request

from bot.simulator import faults, tokens
from bot.simulator.account import Capability
from bot.simulator.api import base, broadcast, menu, messages, users
from bot.simulator.api.desk import ApiError, Desk, Endpoint, Json
from bot.simulator.faults import Fault
from bot.simulator.platform import Platform
from bot.simulator.store import get_setting

ENDPOINTS = {
    "token": Endpoint("GET", base.get_token, asks_token=False, per_day=2000),
    "stable_token": Endpoint("POST", base.get_stable_token, asks_token=False, per_day=500_000),
    "getcallbackip": Endpoint("GET", base.get_callback_ip),
    "clear_quota": Endpoint("POST", base.clear_quota),
    "message/custom/send": Endpoint("POST", messages.send_custom, Capability.CUSTOM, per_day=500_000),
    "message/custom/typing": Endpoint("POST", messages.send_typing, Capability.CUSTOM, per_day=500_000, refusal=40200),
    "message/template/send": Endpoint("POST", messages.send_template, Capability.TEMPLATE, per_day=100_000),
    "message/mass/sendall": Endpoint("POST", broadcast.send_to_all, Capability.MASS_ALL),
    "message/mass/send": Endpoint("POST", broadcast.send_to_list, Capability.MASS_LIST),
    "message/mass/preview": Endpoint("POST", broadcast.preview, Capability.MASS_ALL, per_day=100),
    "message/mass/get": Endpoint("POST", broadcast.get_status, Capability.MASS_ALL),
    "menu/create": Endpoint("POST", menu.create_menu, Capability.MENU, per_day=1000),
    "menu/get": Endpoint("GET", menu.get_menu, Capability.MENU),
    "menu/delete": Endpoint("GET", menu.delete_menu, Capability.MENU, per_day=1000),
    "qrcode/create": Endpoint("POST", users.create_qrcode, Capability.QRCODE, per_day=100_000),
    "user/info": Endpoint("GET", users.get_user, Capability.USERS),
    "user/get": Endpoint("GET", users.list_users, Capability.USERS, per_day=500),
}
TOKEN_TROUBLE = {
    40001: "invalid credential, access_token is invalid or not latest",
    40014: "invalid access_token",
    41001: "access_token missing",
    42001: "access_token expired",
}
# The platform refuses JSON whose Chinese is written as \uXXXX; an escaped backslash before the u is something else.
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
MAINTENANCE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class AnswerLost(ConnectionError):
    """Raised while an answer is being sent, so that the server breaks the connection off."""


def api_blueprint(platform: Platform, url_prefix: str = "", *, flush: bool = False) -> Blueprint:
    """`<url_prefix>/cgi-bin/*`. With `flush` the events that a call causes are pushed as soon as it is answered."""
    blueprint = Blueprint("simulator_api", __name__, url_prefix=url_prefix or None)

    @blueprint.route("/cgi-bin/<path:path>", methods=["GET", "POST"])
    def call(path: str) -> Response:
        response = answer(platform, path)
        if flush and path.startswith(("message/template/", "message/mass/send")):
            response.call_on_close(platform.flush_events)
        return response

    return blueprint


def answer(platform: Platform, path: str) -> Response:
    """The answer to the current request, with the trouble that was ordered for it."""
    with platform.store.write() as db:
        desk = Desk(platform, db, platform.now().timestamp(), request.args, {}, request.remote_addr or "")
        fault = faults.take(db, path) or Fault()
        used = _count(desk, path)
        says = {} if _prevents(fault) else _carry_out(desk, path, used)
    if fault.slow:
        time.sleep(fault.slow)
    if fault.drop and fault.http_status is None:
        return Response(_broken_off(), content_type="application/json", headers={"Content-Length": "99"})
    if fault.html or fault.http_status is not None:
        return Response(MAINTENANCE, status=fault.http_status or 200, content_type="text/html")
    if fault.errcode is not None:
        says = _refusal(ApiError(fault.errcode, "ordered by the test"))
    return Response(json.dumps(says, ensure_ascii=False), content_type="application/json; encoding=utf-8")


def _prevents(fault: Fault) -> bool:
    troubled = fault.errcode is not None or fault.http_status is not None or fault.html
    return troubled and not fault.drop


def _carry_out(desk: Desk, path: str, used: int) -> Json:
    endpoint = ENDPOINTS.get(path)
    try:
        if endpoint is None:
            raise ApiError(40066, "invalid url")
        _check(desk, endpoint, path, used)
        return endpoint.act(replace(desk, payload=_payload(endpoint)))
    except ApiError as refusal:
        return _refusal(refusal)


def _check(desk: Desk, endpoint: Endpoint, path: str, used: int) -> None:
    if request.method != endpoint.verb:
        wanted = 43001 if endpoint.verb == "GET" else 43002
        raise ApiError(wanted, f"require {endpoint.verb} method")
    if endpoint.asks_token:
        trouble = tokens.check(desk.db, desk.query.get("access_token"), desk.now)
        if trouble:
            raise ApiError(trouble, TOKEN_TROUBLE[trouble])
    if endpoint.needs and endpoint.needs not in desk.platform.profile.capabilities:
        raise ApiError(endpoint.refusal, "api unauthorized")
    if used > int(get_setting(desk.db, f"limit {path}", str(endpoint.per_day or 10**9))):
        raise ApiError(45009, "reach max api daily quota limit")


def _payload(endpoint: Endpoint) -> Json:
    if endpoint.verb == "GET":
        return {}
    body = request.get_data()
    if not body:
        raise ApiError(44002, "empty post data")
    if ESCAPED.search(body):
        raise ApiError(40033, "invalid charset, do not escape characters as uxxxx")
    try:
        payload = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as broken:
        raise ApiError(47001, "data format error") from broken
    if not isinstance(payload, dict):
        raise ApiError(47001, "data format error")
    return payload


def _count(desk: Desk, path: str) -> int:
    counting = (
        "INSERT INTO call VALUES (?, ?, 1, 1) ON CONFLICT (path, day) "
        "DO UPDATE SET total = total + 1, used = used + 1 RETURNING used"
    )
    return desk.db.execute(counting, (path[:100], desk.day)).fetchall()[0]["used"]


def _refusal(refusal: ApiError) -> Json:
    return {"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {_rid()}"} | refusal.extra


def _rid() -> str:
    return "-".join(token_hex(4) for _ in range(3))


def _broken_off() -> Iterator[bytes]:
    yield b"{"
    raise AnswerLost
