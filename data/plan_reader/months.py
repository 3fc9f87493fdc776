"""Months as headings of a calendar: `三月份`, `3月：`, `一、二月`, `11~12月`, `第一季度`, `3.9-3.15`.

Pure; says which months a heading means and what follows it, never what belongs to it. Start at parse_heading().
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from data.chinese import half_width, parse_month, parse_number
from data.plan_reader.lines import parse_mark

_M = "(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|元(?=月))"
_RANGE = "(?:-|—|–|―|~|～|至|到)"
_LIST = "(?:、|,|，|/|和|及|与)"
_NEXT = "(?:次年|翌年|明年|来年|第二年)?"
_SPAN = (rf"{_NEXT}{_M}(?:\s?月份?)?(?:\s?(?:{_RANGE}{{1,2}}|{_LIST})\s?{_NEXT}(?:20\d\d年)?{_M}(?:\s?月份?)?){{0,11}}")
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
_ORDINAL = re.compile(rf"(?:[(（](?:{_NUMERALS}|\d{{1,2}})[)）][、．.]?|{_NUMERALS}[、.．]|\d{{1,2}}[.．、](?!\d)"
                      r"|[#*\s]{1,4})\s{0,3}")
_AMBIGUOUS = re.compile(rf"(?P<ordinal>[一二三四五六七八九十]{{1,2}}|\d{{1,2}})[、.](?P<month>{_M})月"
                        r"(?:份|(?=[：:\s（(]|$|工作|活动|安排|主题))")
_WEEK = re.compile(r"(?P<m>\d{1,2})[./月]\d{1,2}[日号]?[-—–~至到]{1,2}(?:(?P<n>\d{1,2})[./月])?\d{1,2}[日号]?")
_WEEK_HEAD = re.compile(rf"(?:第?(?:{_NUMERALS}|\d{{1,2}})周次?\s?[：:（(]?\s?)?{_WEEK.pattern}"
                        r"\s?[）)]?\s?(?P<sign>[：:]|$|\s)")
_DAY_HEAD = re.compile(r"(?P<day>(?P<m>\d{1,2})月\d{1,2}日(?:[-—~至到]{1,2}(?:\d{1,2}月)?\d{1,2}日)?)\s?[：:]\s?(?=\S)")
_DAY = re.compile(r"(?:20\d\d年)?(?P<m>\d{1,2})(?:月\d{1,2}[日号]|[./]\d{1,2}(?!\d))")
_YEAR_MONTH = re.compile(r"20\d\d[./-](?P<m>1[0-2]|0?[1-9])(?![\d./-])")
_RUNNING_ON = re.compile(r"[\d一二三四五六七八九十]{1,3}[日号]|[底初末中上下旬份]|以[前后来内]|[的，。、（(至到起]")
_FRAME = "【】[]《》「」<>★☆◆■●*· "
# Behind a month: `工作安排`, a remark in brackets, and the sign that makes it a heading.
_AFTER = re.compile(rf"(?P<part>[上中下]旬)?{_WORDS}(?P<note>\s?[（(][^（）()，。；]{{1,16}}[）)])?"
                    r"[\s】\]》」>★☆◆■●*·]*(?P<sign>[：:]|[-—–]{1,2}(?!\d))?[\s\-—]*")


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
    day: str = ""  # 3月8日：… stands for its month in a list of days


def parse_heading(text: str, ordinals: bool = False) -> Heading | None:
    """The month heading a line begins with; None if there is none.

    `ordinals`: in this plan `一、二月` is number one and February, see are_ordinals().
    """
    if len(text) > 4000:
        return None
    plain = text.strip().lstrip(_FRAME)
    if ordinals and (number := _AMBIGUOUS.match(half_width(plain[:12]))):
        return _match(plain[number.start("month"):])
    found = _match(plain)
    if found is None and (number := _ORDINAL.match(plain)):
        found = _match(plain[number.end():])
    return found


def _match(text: str) -> Heading | None:
    head = half_width(text[:48])
    if week := _WEEK_HEAD.match(head):
        months, end = parse_cell(week[0])[0], _same_end(text, week[0])
        return Heading(months, text[:end].strip(" ：:\u3000"), text[end:].strip(), True) if months else None
    if (led := _DAY_HEAD.match(head)) and 1 <= int(led["m"]) <= 12:
        end = _same_end(text, led[0])
        return Heading((int(led["m"]),), led["day"], text[end:].strip(), True, day=led["day"])
    found = _MONTHS.match(head) or _NAME.match(head) or _YEAR_MONTH.match(head)
    if not found:
        return None
    named = found.groupdict()
    months = _NAMED[named["name"]] if "name" in named else months_of(named["span"] if "span" in named else named["m"])
    if not months:
        return None
    end = _same_end(text, found[0])  # NFKC may change lengths, so the end is counted back on the text as printed
    after = _AFTER.match(text[end:])
    rest = text[end + after.end():].strip()
    if named.get("name", "")[-1:] in ("假", "期") and re.search("学习|活动|主题", after[0]):
        return None  # 暑期学习 is something to do, 暑期工作 may be a heading
    theme = "主题" in after[0]
    if not rest or after["sign"] or _is_first_item(rest):
        printed = text[:end + after.end()].strip(" \u3000\t：:-—–【】[]《》「」★☆◆■●*·>")
        return Heading(months, printed, rest.rstrip("】]》」"), True, theme)
    if re.match(r"([二三五六七九])月\1", text[max(0, end - 2):end + 1]):
        return None  # 三月三 is a festival
    if "span" not in named and "name" not in named or _RUNNING_ON.match(text[end:end + 3].strip()):
        return None
    separate = text[end:end + 1] in " \u3000\t"
    if "name" in named and not separate:  # 全年开展读书活动 is a sentence, not a heading
        return None
    rest = text[end:].strip()
    return Heading(months, text[:end].strip(), rest, separate) if separate or len(rest) > 1 else None


def _is_first_item(rest: str) -> bool:
    mark = parse_mark(rest)
    return mark is not None and mark.value == 1 and mark.rank > 1


def _same_end(text: str, head: str) -> int:
    end = len(head)
    while end > 0 and len(half_width(text[:end])) > len(head):
        end -= 1
    return end


def months_of(span: str) -> tuple[int, ...]:
    """`4月~6月/9月~11月` → (4, 5, 6, 9, 10, 11); () where a part is no month. 11~2 runs over New Year."""
    months: list[int] = []
    plain = re.sub(rf"{_NEXT[:-1]}|20\d\d年|\s", "", half_width(span)).replace("元月", "1月")
    for part in re.split(_LIST, plain):
        ends = [parse_month(one) for one in re.split(rf"{_RANGE}+", part) if one.strip()]
        if not ends or None in ends:
            return ()
        first, last = ends[0], ends[-1]
        run = range(first, last + 1) if first <= last else (*range(first, 13), *range(1, last + 1))
        months.extend(month for month in run if month not in months)
    return tuple(months)


def are_ordinals(headings: list[str]) -> bool:
    """Whether `一、二月` `二、三月` … number single months (each one further) rather than naming pairs."""
    seen = [(parse_number(found["ordinal"]), parse_month(found["month"])) for text in headings
            if (found := _AMBIGUOUS.match(half_width(text.strip()[:12])))]
    if any(ordinal >= month for ordinal, month in seen if ordinal and month):
        return True  # 3、3月份 is no pair
    return any(other[0] == one[0] + 1 for one, other in pairwise(seen) if one[0] and other[0])


def parse_cell(text: str) -> tuple[tuple[int, ...], bool]:
    """The months of a table cell, and whether it names a day: `三月`, `3`, `3.9-3.15`, `3月10日`; () if none."""
    plain = re.sub(r"\s", "", half_width(text.replace("\v", "")[:60]))
    if found := _WEEK.search(plain):
        months = tuple(dict.fromkeys(int(one) for one in (found["m"], found["n"] or found["m"])))
        return (months, False) if all(1 <= month <= 12 for month in months) else ((), False)
    if found := _YEAR_MONTH.fullmatch(plain):
        return (int(found["m"]),), False
    if (found := _DAY.match(plain)) and 1 <= int(found["m"]) <= 12:
        return (int(found["m"]),), True
    if heading := parse_heading(plain):
        return (heading.months, False) if not heading.rest or heading.firm and len(heading.rest) < 13 else ((), False)
    month = parse_month(plain) if re.fullmatch(_M, plain) else None
    return ((month,) if month else ()), False


