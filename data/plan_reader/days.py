"""The day that an entry names: `3.22`, `6月30日前`, `九月二十八日`, `22日`; and days that no calendar has.

Pure. Start at find_date().
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from data.chinese import half_width, parse_month, parse_number

_M = "(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_D = r"(?:[0-3]?\d|[一二]?十[一二三四五六七八九]?|[一二三四五六七八九]|三十一?)"
_FULL_DATE = re.compile(rf"(?:(20\d\d)年)?(?<![\d一二三四五六七八九十])({_M})月({_D})(?:[日号]|(?=[-—~至到](?:{_D})[日号]))")
_DOTTED = re.compile(r"(?<![\d.])(1[0-2]|0?[1-9])\.([0-3]?\d)(?![\d.%万元号条亿])"
                     r"(?!\s?(?:[\w、“]{0,6}节(?![水约能日])|讲话|精神))")
_ONLY_DAY = re.compile(r"(?<![\d月每.])([0-3]?\d)[日号](?![楼厅室馆])")


def find_date(text: str, months: tuple[int, ...], year_of: dict[int, int]) -> str | None:
    """The first day an entry names, as ISO; None without one, or where the year is unknown.

    `3.22` and `22日` count only under a heading whose month fits, so that 3.8妇女节 and 1.5万元 do not.
    """
    plain = re.sub(r"\s", "", half_width(text[:400]))
    if found := _FULL_DATE.search(plain):
        month, day = parse_month(found[2]), parse_number(found[3])
        return _iso(int(found[1]) if found[1] else year_of.get(month), month, day)
    found = _DOTTED.search(plain)
    if found and int(found[1]) in months:
        return _iso(year_of.get(int(found[1])), int(found[1]), int(found[2]))
    found = _ONLY_DAY.search(plain) if len(months) == 1 else None
    return _iso(year_of.get(months[0]), months[0], int(found[1])) if found else None


def impossible_days(text: str, year: int | None) -> Iterator[str]:
    """Days as printed that the calendar does not have: 2月30日."""
    for found in _FULL_DATE.finditer(re.sub(r"\s", "", half_width(text[:400]))):
        month, day = parse_month(found[2]), parse_number(found[3]) or 0
        if not 1 <= day <= monthrange(int(found[1] or year or 2000), month)[1]:
            yield found[0]


def _iso(year: int | None, month: int | None, day: int | None) -> str | None:
    try:
        return date(year, month, day).isoformat() if year and month and day else None
    except ValueError:
        return None
