"""Numbers, months, times and amounts of money as people write them in Chinese.

Pure: text in, values out; None where the text is not one. Start at parse_number().
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation

DIGITS = {c: n for n, chars in enumerate(("〇零○", "一壹弌", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸",
                                          "七柒", "八捌", "九玖")) for c in chars}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "萬": 10_000}
NUMERAL = "".join(DIGITS) + "".join(UNITS) + "廿卅"

MOST_DUES_FEN = 10_000_00  # above this, one dues payment is a slip of the finger


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as their ordinary ones (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def parse_number(text: str) -> int | None:
    """A whole number: `12`, `１２`, `十二`, `二〇一七`, `一百零三`, `两`, `廿三`; None if it is not one."""
    text = half_width(text).strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        return int(text)
    if not text or len(text) > 16:
        return None
    text = text.replace("廿", "二十").replace("卅", "三十")
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    return _with_units(text)


def _with_units(text: str) -> int | None:
    total = section = 0
    digit: int | None = None
    last = 10 ** 9
    for char in text:
        if char in DIGITS:
            if digit:  # 三五十 is no number
                return None
            digit = DIGITS[char]
        elif char in UNITS:
            unit = UNITS[char]
            if unit == 10_000:
                if not section and not digit or last == 10_000:
                    return None
                total, section, digit, last = (section + (digit or 0)) * unit, 0, None, 10_000
                continue
            if unit >= last and last != 10_000:
                return None
            if digit is None and not (unit == 10 and section == 0):
                return None
            section, digit, last = section + (1 if digit is None else digit) * unit, None, unit
        else:
            return None
    if digit and last > 10 and last < 10 ** 9 and "零" not in text and "〇" not in text:
        digit *= last // 10  # 一百三 is 130
    return total + section + (digit or 0)


def to_chinese(number: int) -> str:
    """0 to 99 as people write it: 3 → 三, 10 → 十, 25 → 二十五. Raises ValueError beyond that."""
    if not 0 <= number <= 99:
        raise ValueError(number)
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


MONEY = re.compile(
    rf"(?P<sign>[-−负])?\s*[¥￥]?\s*(?:(?P<plain>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?P<numeral>[{NUMERAL}]+))"
    rf"\s*(?:(?P<unit>元整|块钱|圆|元|块|rmb)(?:(?P<jiao>[\d{NUMERAL}])(?:角|毛)?(?:(?P<fen>[\d{NUMERAL}])分?)?)?"
    rf"|(?P<small>角|毛|分))?\s*(?:钱|整)?", re.IGNORECASE)


def parse_fen(text: str) -> int | None:
    """A sum of money in fen: `30`, `30.5元`, `三十块`, `三块五`, `￥30`, `5毛`; may be 0 or negative.

    None if the text is not one sum and nothing else, or has more than two decimals.
    """
    found = MONEY.fullmatch(half_width(text).strip())
    if not found:
        return None
    if found["plain"]:
        try:
            value = Decimal(found["plain"].replace(",", ""))
        except InvalidOperation:  # pragma: no cover - the pattern admits only decimals
            return None
    else:
        number = parse_number(found["numeral"])
        if number is None:
            return None
        value = Decimal(number)
    fen = value * {"角": 10, "毛": 10, "分": 1}.get(found["small"] or "", 100)
    for part, worth in (("jiao", 10), ("fen", 1)):
        if found[part]:
            digit = parse_number(found[part])
            if digit is None or digit > 9:
                return None
            fen += digit * worth
    if fen != fen.to_integral_value():
        return None
    return -int(fen) if found["sign"] else int(fen)


def format_fen(fen: int) -> str:
    """`30元`, `30.5元`, `0.05元`: a sum in fen as a teacher would write it."""
    yuan, rest = divmod(abs(fen), 100)
    text = f"{yuan}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(yuan)
    return f"{'-' if fen < 0 else ''}{text}元"


def parse_month(text: str) -> int | None:
    """`3月`, `三月份`, `十二`: a month from 1 to 12; None if it is not one."""
    number = parse_number(re.sub(r"月份?$", "", half_width(text).strip()))
    return number if number is not None and 1 <= number <= 12 else None


WEEKDAYS = "一二三四五六日"


def format_day(day: date) -> str:
    """`3月10日（周五）`; of a moment, the day it has in its own zone."""
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def format_time(moment: datetime, zone: tzinfo | None = None) -> str:
    """`14:00`, in `zone` if one is given: what comes from the database is UTC and needs one."""
    return f"{moment.astimezone(zone) if zone else moment:%H:%M}"


def format_when(moment: datetime, zone: tzinfo | None = None, until: datetime | None = None) -> str:
    """`3月10日（周五）14:00`, with an end `3月10日（周五）14:00-15:30`; `zone` as in format_time()."""
    local = moment.astimezone(zone) if zone else moment
    text = f"{format_day(local)}{format_time(local)}"
    if until is None:
        return text
    end = until.astimezone(local.tzinfo)
    return f"{text}-{format_time(end)}" if end.date() == local.date() else f"{text}至{format_when(end)}"


def format_dated(moment: datetime, now: datetime, until: datetime | None = None) -> str:
    """format_when() in the zone of `now`, with the year where it is not the year of `now`."""
    local = moment.astimezone(now.tzinfo)
    return f"{'' if local.year == now.year else f'{local.year}年'}{format_when(local, None, until)}"


def format_date(day: date, now: datetime) -> str:
    """format_day() with the year where it is not the year of `now`."""
    return f"{'' if day.year == now.year else f'{day.year}年'}{format_day(day)}"


def format_months(months: Sequence[int]) -> str:
    """`三月`, `一、二月`, for a plan's block that names them; `全年` for all twelve."""
    return "全年" if len(months) == 12 else "、".join(to_chinese(month) for month in months) + "月"
