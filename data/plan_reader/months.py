"""Months as headings of a calendar: `三月份`, `3月：`, `一、二月`, `11~12月`, `第一季度`, `3.9-3.15`.

Pure; says which months a heading means and what follows it, never what belongs to it. Start at parse_heading().
"""

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from data.chinese import half_width, parse_month, parse_number

_M = "(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_RANGE = "(?:-|—|–|―|~|～|至|到)"
_LIST = "(?:、|,|，|/|和|及|与)"
_SPAN = rf"{_M}(?:月份?)?(?:\s?(?:{_RANGE}{{1,2}}|{_LIST})\s?(?:次年)?{_M}(?:月份?)?){{0,11}}"
_NAMED = {
    "第一季度": (1, 2, 3), "一季度": (1, 2, 3), "第二季度": (4, 5, 6), "二季度": (4, 5, 6),
    "第三季度": (7, 8, 9), "三季度": (7, 8, 9), "第四季度": (10, 11, 12), "四季度": (10, 11, 12),
    "上半年": tuple(range(1, 7)), "下半年": tuple(range(7, 13)), "全年": tuple(range(1, 13)),
    "寒假": (1, 2), "暑假": (7, 8), "暑期": (7, 8),
}
_WORDS = r"(?:工作|活动|党建|党务|重点|主要|具体|内容|安排|计划|要点|事项|行事历?|日程|学习|期间|主题){0,4}"
_YEAR = r"(?:(?:20\d\d|二[〇○零][〇○零一二三四五六七八九]{2})年)?"
_MONTHS = re.compile(rf"{_YEAR}(?P<span>{_SPAN})(?<=[月份])")
_NAME = re.compile(rf"{_YEAR}(?P<name>{'|'.join(_NAMED)})")
_NUMERALS = "[一二三四五六七八九十]{1,3}"
_ORDINAL = re.compile(rf"(?:[(（]{_NUMERALS}[)）]|{_NUMERALS}[、.．]|\d{{1,2}}[.．、](?!\d)|[#*\s]{{1,4}})\s{{0,3}}")
_AMBIGUOUS = re.compile(rf"(?P<ordinal>[一二三四五六七八九十]{{1,2}})、(?P<month>{_M})月份?")
_WEEK = re.compile(r"(?P<m>\d{1,2})[./月]\d{1,2}[日号]?[-—–~至到]{1,2}(?:\d{1,2}[./月])?\d{1,2}[日号]?")
_DAY = re.compile(r"(?:20\d\d年)?(?P<m>\d{1,2})(?:月\d{1,2}[日号]|[./]\d{1,2})")
_RUNNING_ON = re.compile(r"[\d一二三四五六七八九十]{1,3}[日号]|[底初末中上下旬份]|以[前后来内]|[的，。、（(至到]")
_FRAME = "【】[]《》「」<>★☆◆■●*· "


@dataclass(frozen=True, slots=True)
class Heading:
    """A month heading: its months, as printed, what follows on the same line, and how sure it is.

    `firm` headings are a whole line or end in a colon; the others (`三月份召开…`) count only inside a calendar.
    """

    months: tuple[int, ...]
    printed: str
    rest: str
    firm: bool
    theme: bool = False


def parse_heading(text: str, ordinals: bool = False) -> Heading | None:
    """The month heading a line begins with; None if there is none.

    `ordinals`: in this plan `一、二月` is number one and February, see are_ordinals().
    """
    if len(text) > 4000:
        return None
    plain = text.strip().lstrip(_FRAME)
    found = None if ordinals and _AMBIGUOUS.match(half_width(plain[:12])) else _match(plain)
    if found is None and (number := _ORDINAL.match(plain)):
        found = _match(plain[number.end():])
    return found


def _match(text: str) -> Heading | None:
    head = half_width(text[:40])
    found = _MONTHS.match(head) or _NAME.match(head)
    if not found:
        return None
    months = _NAMED[found["name"]] if "name" in found.groupdict() else months_of(found["span"])
    if not months:
        return None
    # NFKC may change lengths, so the end is counted back on the text as printed.
    end = _same_end(text, found[0])
    words = re.match(_WORDS, text[end:])
    after = end + (words.end() if words else 0)
    closing = re.match(r"[\s】\]》」>★☆◆■●*·)）]*(?P<colon>[：:]?)[\s\-—]*", text[after:])
    rest = text[after + closing.end():].strip()
    if not rest or closing["colon"]:
        return Heading(months, text[:after].strip(), rest.rstrip("】]》」"), True, theme="主题" in text[end:after])
    if _RUNNING_ON.match(text[end:end + 3].strip()):
        return None
    separate = text[end:end + 1] in " \u3000\t"
    if "name" in found.groupdict() and not separate:  # 全年开展读书活动 is a sentence, not a heading
        return None
    return Heading(months, text[:end].strip(), text[end:].strip(), False) if separate or len(rest) > 1 else None


def _same_end(text: str, head: str) -> int:
    end = len(head)
    while end > 0 and len(half_width(text[:end])) > len(head):
        end -= 1
    return end


def months_of(span: str) -> tuple[int, ...]:
    """`4月~6月/9月~11月` → (4, 5, 6, 9, 10, 11); () where a part is no month. 11~2 runs over New Year."""
    months: list[int] = []
    for part in re.split(_LIST, half_width(span).replace("次年", "")):
        ends = [parse_month(one) for one in re.split(rf"{_RANGE}+", part) if one.strip()]
        if not ends or None in ends:
            return ()
        first, last = ends[0], ends[-1]
        run = range(first, last + 1) if first <= last else (*range(first, 13), *range(1, last + 1))
        months.extend(month for month in run if month not in months)
    return tuple(months)


def are_ordinals(headings: list[str]) -> bool:
    """Whether `一、二月` `二、三月` … number single months (each one further) rather than naming pairs."""
    seen = [found for text in headings if (found := _AMBIGUOUS.match(half_width(text.strip()[:12])))]
    pairs = [(parse_number(found["ordinal"]), parse_month(found["month"])) for found in seen]
    if any((month - number) % 12 != 1 for number, month in pairs if number and month):
        return True
    return len(pairs) > 1 and all(b[0] == a[0] + 1 for a, b in pairwise(pairs) if a[0] and b[0])


def parse_cell(text: str) -> tuple[tuple[int, ...], bool]:
    """The months of a table cell, and whether it names a day: `三月`, `3`, `3.9-3.15`, `3月10日`; () if none."""
    plain = re.sub(r"\s", "", half_width(text.replace("\v", "")[:60]))
    if found := _WEEK.search(plain):
        month = int(found["m"])
        return ((month,), False) if 1 <= month <= 12 else ((), False)
    if (found := _DAY.match(plain)) and 1 <= int(found["m"]) <= 12:
        return (int(found["m"]),), True
    if heading := parse_heading(plain):
        return (heading.months, False) if not heading.rest else ((), False)
    month = parse_month(plain) if re.fullmatch(_M, plain) else None
    return ((month,) if month else ()), False


_FULL_DATE = re.compile(r"(?:(20\d\d)年)?(1[0-2]|0?[1-9])月([0-3]?\d)[日号]?")
_DOTTED = re.compile(r"(?<![\d.])(1[0-2]|0?[1-9])\.([0-3]?\d)(?![\d.%万元号条亿])(?!\s?(?:[\w、“]{0,6}节|讲话|精神))")
_ONLY_DAY = re.compile(r"(?<![\d月每.])([0-3]?\d)[日号](?![楼厅室馆])")


def find_date(text: str, months: tuple[int, ...], year_of: dict[int, int]) -> str | None:
    """The first day an entry names, as ISO; None without one, or where the year is unknown.

    `3.22` and `22日` count only under a heading whose month fits, so that 3.8妇女节 and 1.5万元 do not.
    """
    plain = half_width(text[:400])
    if found := _FULL_DATE.search(plain):
        return _iso(int(found[1]) if found[1] else year_of.get(int(found[2])), int(found[2]), int(found[3]))
    found = _DOTTED.search(plain)
    if found and int(found[1]) in months:
        return _iso(year_of.get(int(found[1])), int(found[1]), int(found[2]))
    found = _ONLY_DAY.search(plain) if len(months) == 1 else None
    return _iso(year_of.get(months[0]), months[0], int(found[1])) if found else None


def _iso(year: int | None, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if year else None
    except ValueError:
        return None
