"""The custom menu and its limits.

Start at create_menu().
"""

import json

from bot.simulator.api.desk import ApiError, Desk, Json
from bot.simulator.store import get_setting, put_setting

OK: Json = {"errcode": 0, "errmsg": "ok"}
TOP_MOST, SUB_MOST = 3, 5
TOP_NAME_BYTES, SUB_NAME_BYTES = 16, 60
KEY_BYTES, URL_BYTES = 128, 1024
# errcodes for: too many buttons, type, name, key, url
TOP_CODES = (40016, 40017, 40018, 40019, 40020)
SUB_CODES = (40023, 40024, 40025, 40026, 40027)
KEY_TYPES = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)


def create_menu(desk: Desk) -> Json:
    buttons = desk.payload.get("button")
    _check_buttons(buttons, TOP_MOST, TOP_NAME_BYTES, TOP_CODES)
    put_setting(desk.db, "menu", json.dumps(buttons, ensure_ascii=False))
    return OK


def get_menu(desk: Desk) -> Json:
    buttons = json.loads(get_setting(desk.db, "menu", "[]"))
    if not buttons:
        raise ApiError(46003, "menu no exist")
    return {"menu": {"button": buttons}}


def delete_menu(desk: Desk) -> Json:
    put_setting(desk.db, "menu", "[]")
    return OK


def _check_buttons(buttons: object, most: int, name_bytes: int, codes: tuple[int, ...]) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= most:
        raise ApiError(codes[0], "invalid button size")
    for button in buttons:
        if not isinstance(button, dict):
            raise ApiError(47001, "data format error")
        if not 1 <= _size(button.get("name")) <= name_bytes:
            raise ApiError(codes[2], "invalid button name size")
        if button.get("sub_button") and codes is TOP_CODES:
            _check_buttons(button["sub_button"], SUB_MOST, SUB_NAME_BYTES, SUB_CODES)
        else:
            _check_action(button, codes)


def _check_action(button: Json, codes: tuple[int, ...]) -> None:
    kind = button.get("type")
    if kind in KEY_TYPES:
        if not 1 <= _size(button.get("key")) <= KEY_BYTES:
            raise ApiError(codes[3], "invalid button key size")
    elif kind in ("view", "miniprogram"):
        _check_url(str(button.get("url", "")), codes)
    else:
        raise ApiError(codes[1], "invalid button type")


def _check_url(url: str, codes: tuple[int, ...]) -> None:
    if not 1 <= _size(url) <= URL_BYTES:
        raise ApiError(codes[4], "invalid button url size")
    if not url.startswith(("http://", "https://")):
        raise ApiError(40055 if codes is TOP_CODES else 40054, "invalid button url domain")


def _size(value: object) -> int:
    return len(value.encode()) if isinstance(value, str) else 0
