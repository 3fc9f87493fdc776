"""Tokens, callback addresses and quotas.

Start at get_token() and get_stable_token().
"""

from collections.abc import Mapping

from bot.simulator import tokens
from bot.simulator.api.desk import ApiError, Desk, Json
from bot.simulator.store import get_setting, put_setting

CLEARS_PER_MONTH = 10


def get_token(desk: Desk) -> Json:
    _check_caller(desk, desk.query)
    value, seconds = tokens.issue_plain(desk.db, desk.now, desk.platform.token_grace)
    return {"access_token": value, "expires_in": seconds}


def get_stable_token(desk: Desk) -> Json:
    _check_caller(desk, {name: desk.get_text(name) for name in ("grant_type", "appid", "secret")})
    force = desk.payload.get("force_refresh") is True
    value, seconds = tokens.issue_stable(desk.db, desk.now, desk.day, force=force)
    return {"access_token": value, "expires_in": seconds}


def get_callback_ip(_: Desk) -> Json:
    return {"ip_list": ["127.0.0.1"]}


def clear_quota(desk: Desk) -> Json:
    if desk.get_text("appid") != desk.platform.wire.app_id:
        raise ApiError(40013, "invalid appid")
    key = f"cleared {desk.day[:7]}"
    times = int(get_setting(desk.db, key, "0"))
    if times >= CLEARS_PER_MONTH:
        raise ApiError(48006, "forbid to clear quota because of reaching the limit")
    put_setting(desk.db, key, str(times + 1))
    desk.db.execute("UPDATE call SET used = 0")
    return {"errcode": 0, "errmsg": "ok"}


def _check_caller(desk: Desk, said: Mapping[str, str]) -> None:
    platform = desk.platform
    if said.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    if not said.get("appid"):
        raise ApiError(41002, "appid missing")
    if said["appid"] != platform.wire.app_id:
        raise ApiError(40013, "invalid appid")
    if not said.get("secret"):
        raise ApiError(41004, "appsecret missing")
    if said["secret"] != platform.app_secret:
        raise ApiError(40125, "invalid appsecret")
    if platform.allowed_ips is not None and desk.address not in platform.allowed_ips:
        raise ApiError(40164, f"invalid ip {desk.address}, not in whitelist")
