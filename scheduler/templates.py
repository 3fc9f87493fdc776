"""Makes a message fit its way: the fields of a template by their types' rules (protocol part 2), a text by its bytes.

Pure. Start at fill().
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime

FULL_TEXT = "…回复“详情”看全文"
SEE_TEXT = "见详情"
TEXT_BYTES = 2000  # the platform takes 2048 and is silent beyond
_STRIPPED = frozenset({"So", "No", "Sk", "Cf", "Mn", "Cc", "Co", "Cs", "Cn"})  # the platform removes or refuses these
_LENGTHS = {"thing": 20, "const": 20, "character_string": 32, "number": 32, "letter": 32, "symbol": 5, "phrase": 5,
            "name": 10, "phone_number": 17, "car_number": 8, "amount": 13}
_NOT_ALLOWED = {"character_string": r"[^!-~ ]", "letter": r"[^A-Za-z]", "symbol": r"[\w\s]",
                "phrase": r"[^一-鿿]", "name": r"[^一-鿿·]", "phone_number": r"[^\d+() -]"}
_FOUND = {"number": r"\d+(?:\.\d+)?", "amount": r"\d{1,10}(?:\.\d{1,2})?"}
_DASHES = {"character_string": "-", "letter": "x", "symbol": "-", "phone_number": "-"}
_DAY = re.compile(r"(?:(\d{4})\s*[年/-]\s*)?(\d{1,2})\s*[月/-]\s*(\d{1,2})")
_DEADLINE = re.compile(r"前|止|截")
_HOUR = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)")


def fill(fields: Sequence[tuple[str, str]], parts: Mapping[str, str], text: str, due: datetime) -> dict[str, str]:
    """The values of a template's fields, each valid for its type and never empty.

    `fields` says which field takes which part (title, time, place, note); a part that is missing comes from the text
    or from `due`, the message's own time in the branch's zone.
    """
    texts = {"title": parts.get("title") or text, "place": parts.get("place", ""),
             "note": parts.get("note") or text, "time": parts.get("time", "")}
    return {name: _value(name.rstrip("0123456789").rstrip("_"), part, texts[part], due) for name, part in fields}


def fit_text(text: str, limit: int = TEXT_BYTES) -> str:
    """The text if it has at most `limit` bytes, else its beginning and how to get the rest."""
    if len(text.encode()) <= limit:
        return text
    room = limit - len(FULL_TEXT.encode())
    head = text.encode()[:room].decode(errors="ignore")
    end = max(head.rfind(sign) for sign in "。；！？\n")
    return (head[:end + 1] if end > len(head) // 2 else head) + FULL_TEXT


def clean(text: str) -> str:
    """One line without what templates do not show: line breaks, emoji, circled numbers, control characters."""
    shown = "".join(" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", text)
                    if sign.isspace() or unicodedata.category(sign) not in _STRIPPED)
    return re.sub(r" +", " ", shown).strip()


def _value(kind: str, part: str, text: str, due: datetime) -> str:
    if kind in ("time", "date"):
        return _moment(kind, text, due)
    value, limit = clean(text), _LENGTHS.get(kind, 20)
    if kind in _NOT_ALLOWED:
        value = re.sub(_NOT_ALLOWED[kind], "", value).strip()
    elif kind in _FOUND:
        found = re.search(_FOUND[kind], value, re.ASCII)
        return found[0][:limit] if found else "0"
    if not value:
        return _DASHES.get(kind, SEE_TEXT)
    if len(value) <= limit:
        return value
    if kind != "thing":
        return value[:limit]
    end = FULL_TEXT if part == "note" else "…"
    return value[:limit - len(end)] + end


def _moment(kind: str, text: str, due: datetime) -> str:
    """`2017年3月10日 14:00`: what the text names, completed by the message's own time."""
    day, hours = _DAY.search(text), [f"{int(h):02d}:{m}" for h, m in _HOUR.findall(text)][:2]
    on = _day(day, due) if day else None
    if on and not hours and kind == "time" and _DEADLINE.search(text):
        hours = ["23:59"]
    elif not hours and (on is None or kind == "time"):
        # A field for a time must have one; that of the message says at least when it was sent.
        on, hours = due.date(), [f"{due:%H:%M}"]
    on = on or due.date()
    return f"{on.year}年{on.month}月{on.day}日" + (f" {'~'.join(hours)}" if hours else "")


def _day(found: re.Match[str], due: datetime) -> date | None:
    """The day; without a year the one nearest to the message."""
    year, month, day = found.groups()
    years = [int(year)] if year else [due.year - 1, due.year, due.year + 1]
    days = []
    for candidate in years:
        try:
            days.append(date(candidate, int(month), int(day)))
        except ValueError:
            continue
    return min(days, key=lambda one: abs(one - due.date()), default=None)
