"""Parts of an order that stand by themselves: a new place, a shift by days or hours, a holiday for a day.

Pure: each takes a text and gives it back without what was read. Start at take_place().
"""

import re
from datetime import datetime, timedelta

from bot.nlu.normalize import fold
from data.chinese import NUMERAL, parse_number
from data.workdays import find_holiday

_PLACE_WORD = r"(?:活动)?(?:地点|地址|会场|场地)"
_CHANGED = r"(?:[改换挪移定设放]|变更|调整)"
_PLACE = re.compile(rf"[,\s]*(?:的?{_PLACE_WORD}\s?(?:也|就)?{_CHANGED}*(?:为|到|成|在|是|:)+"
                    rf"|(?<![^\s,]){_PLACE_WORD}\s+)\s*(?P<place>[^\s,。;]+)")
_MOVED = re.compile(r"(?:^|[,\s]*)(?:[改换挪移]|变更)(?:到|成|在|为)\s*(?P<place>[^\s,。;]+)[。\s]*$")
_NO_PLACE = re.compile(r"[哪几什么啥]|时候|时间")
_SHIFT = re.compile(
    rf"[,\s]*(?:往|向)?(?:(?P<later>推迟|延后|延期|顺延|后推|后延|延|推后)|(?P<earlier>提前|提早|前移))了?\s*"
    rf"(?P<count>半|\d{{1,2}}|[{NUMERAL}]{{1,3}})\s*个?(?P<unit>天|日|周|星期|礼拜|小时|钟头)(?:[举召]行|召?开|吧|进行)*")
_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_HOLIDAY = re.compile(r"(?:(?<=[\s,])|^)(?P<name>清明|端午|中秋|春节)(?:节|当天)*(?=[\s,\d]|[上下中]午|早上|晚上|$)")


def take_place(text: str, alone: bool) -> tuple[str, str]:
    """`地点改成会议室` → the place; with `alone` (the text has no time) also `改到会议室`. "" where none is said."""
    plain = fold(text)
    found = _PLACE.search(plain) or (_MOVED.search(plain) if alone else None)
    if not found or _NO_PLACE.search(found["place"]):
        return text, ""
    place = text[found.start("place"):found.end("place")]
    return f"{text[:found.start()]} {text[found.end():]}", re.sub(r"(?:吧|了)$", "", place)


def take_shift(text: str) -> tuple[str, timedelta]:
    """`推迟一周`, `提前一天`, `延后半小时` → by how much, negative for earlier; none at all is timedelta()."""
    found = _SHIFT.search(fold(text))
    count = found and (0.5 if found["count"] == "半" else parse_number(found["count"]))
    if not found or not count:
        return text, timedelta()
    days = _DAYS.get(found["unit"])
    by = timedelta(days=days * count) if days else timedelta(hours=count)
    rest = f"{text[:found.start()]} {text[found.end():]}"
    return rest, (by if found["later"] else -by)


def write_holiday(text: str, now: datetime) -> str:
    """清明节 as a day of its own written as a date: the first day off, this year's or, once past, next year's."""
    found = _HOLIDAY.search(fold(text))
    coming = (find_holiday(found["name"], year) for year in (now.year, now.year + 1)) if found else ()
    day = next((day for day in coming if day and day >= now.date()), None)
    if not found or day is None:
        return text
    return f"{text[:found.start()]}{day.year}年{day.month}月{day.day}日{text[found.end():]}"
