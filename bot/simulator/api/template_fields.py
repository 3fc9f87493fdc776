"""The rules for each field of a template message, after the platform's table of parameter types.

A violation is errcode 47003 with the field's name in errmsg. Start at shown_value().
"""

import re
import unicodedata

from bot.simulator.api.desk import ApiError

CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
DATE = r"\d{4}年(0?[1-9]|1[0-2])月(0?[1-9]|[12]\d|3[01])日"
RULES = {
    "thing": r".{1,20}",
    "const": r".{1,20}",
    "character_string": r"[!-~ ]{1,32}",
    "number": r"[\d.+-]{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"\W{1,5}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}",
    "phone_number": r"[\d+() -]{1,17}",
    "car_number": r".{1,8}",
    "amount": r"\D?\d{1,10}(\.\d+)?元?",
    "time": rf"({DATE} )?{CLOCK}(~({DATE} )?{CLOCK})?",
    "date": rf"{DATE}( {CLOCK})?(~{DATE}( {CLOCK})?)?",
}
STRIPPED = frozenset({"So", "No", "Sk", "Cf", "Mn"})  # emoji, their joiners and circled numbers vanish


def shown_value(name: str, given: object) -> str:
    """What the person reads in field `name`, such as thing1. Raises ApiError 47003."""
    value = given.get("value") if isinstance(given, dict) else None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _refused(name, "is empty")
    shown = "".join(sign for sign in str(value) if unicodedata.category(sign) not in STRIPPED)
    if not shown.strip():
        raise _refused(name, "is empty")
    if any(unicodedata.category(sign) == "Cc" for sign in shown):
        raise _refused(name, "invalid")
    rule = RULES.get(name.rstrip("0123456789"), r".+")
    if not re.fullmatch(rule, shown):
        raise _refused(name, "invalid")
    return shown


def _refused(name: str, why: str) -> ApiError:
    return ApiError(47003, f"argument invalid! data.{name}.value {why}")
