"""What a secretary should know about a plan before it counts: contradictions, gaps, what the calendar does not say.

Each check is a function from the plan to Chinese sentences that name the place; none changes anything. Start at warn().
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from data.chinese import to_chinese
from data.plan_reader.days import impossible_days
from data.plan_reader.front import Front, Years
from data.plan_reader.lines import BULLET, parse_mark
from data.plan_reader.model import Block, Duty, Section
from data.plan_rules import kinds_in

_THEME_DAYS = frozenset({"主题党日", "党日专题活动"})
_QUARTERS = {1: (1, 2, 3), 2: (4, 5, 6), 3: (7, 8, 9), 4: (10, 11, 12)}
_STOPS = "。；！？”）…;.!?)"
_LONGEST_BARE_TITLE = 20  # what is longer is a sentence that needs no text
# What all members do together and so have planned; lessons given or heard by single people need no line of a calendar.
_COMMON = _THEME_DAYS | {"党课", "专题讲座", "支部会议", "党员大会", "民主生活会", "组织生活会"}
_HOUR = re.compile(r"\d{1,2}[点时：:](?:\d{2}|半)?|[上下]午|晚上")
_ROOM = re.compile(r"地点|会议室|活动室|多功能厅|礼堂|报告厅|教室")


def warn(sections: tuple[Section, ...], calendar: tuple[Block, ...], duties: tuple[Duty, ...],
         years: Years) -> Iterator[str]:
    """All warnings, those about the text first."""
    yield from _about_numbers(sections, "")
    dated = {entry.place for block in calendar for entry in block.entries}
    for section in sections:
        yield from _about_titles(section, dated)
    if not any(block.entries for block in calendar):
        yield "没有找到行事历（按月的安排）；章节照常可用，活动请用“添加活动”逐项录入。"
        return
    yield from _about_empty_months(calendar)
    yield from _about_missing_months(calendar, years)
    yield from _about_impossible_days(calendar, years)
    yield from _about_gaps(calendar, duties, years)
    yield from _about_same_kind(calendar, duties)
    yield from _about_theme_days(calendar)
    yield from _about_dues(calendar)
    yield from _about_dates(calendar)


def _about_numbers(sections: tuple[Section, ...], above: str) -> Iterator[str]:
    where = f"{above}：" if above else ""
    printed = Counter(section.number for section in sections if section.number)
    for number, times in printed.items():
        if times > 1:
            named = "、".join(f"“{one.title or one.text[:12]}”" for one in sections if one.number == number)
            yield f"{where}编号“{number}”出现了{times}次（{named}）；引用时请带上标题。"
    yield from _about_skipped(sections, where)
    for section in sections:
        yield from _about_numbers(section.children, section.place)


def _about_skipped(sections: tuple[Section, ...], where: str) -> Iterator[str]:
    marks = [mark for section in sections if section.number and (mark := parse_mark(f"{section.number}、"))]
    for one, other in pairwise(marks):
        same = one.rank == other.rank != BULLET and one.value and other.value
        if same and 1 < other.value - one.value < 10:
            yield f"{where}编号从“{one.number}”跳到了“{other.number}”；请核对中间是否有遗漏。"


def _about_titles(section: Section, dated: set[str]) -> Iterator[str]:
    """A title without text is odd only among siblings that have both; a list of one-sentence items is not."""
    children = section.children
    full = [child for child in children if child.title and (child.text or child.children)]
    for child, following in zip(children, (*children[1:], None), strict=False):
        bare = len(child.title) <= _LONGEST_BARE_TITLE and not child.text and not child.children
        bare = bare and not any(place.startswith(child.place) for place in dated)  # its text is the calendar
        if child.title and bare and 2 * len(full) > len(children):
            split = following is not None and following.text and not following.title
            hint = f"；“{following.number}”像是它的正文，请核对编号" if split else "；请核对是否漏了正文"
            yield f"{child.place}“{child.title}”只有标题没有正文{hint}。"
        yield from _about_titles(child, dated)


def _about_empty_months(calendar: tuple[Block, ...]) -> Iterator[str]:
    empty = [block.heading for block in calendar if not block.entries]
    if empty:
        yield f"行事历里{'、'.join(empty)}下面没有内容；请核对。"


def _about_missing_months(calendar: tuple[Block, ...], years: Years) -> Iterator[str]:
    """Months of the year, or inside a school year's calendar, that no heading names."""
    order = [*range(8, 13), *range(1, 8)] if years.run_over_new_year else [*range(1, 13)]
    covered = [order.index(month) for block in calendar for month in block.months]
    first, last = (min(covered), max(covered)) if years.run_over_new_year else (0, 11)
    missing = [f"{to_chinese(order[at])}月" for at in range(first, last + 1) if at not in covered]
    if missing and len(set(covered)) > 2:
        yield f"行事历里没有{'、'.join(missing)}；如果计划里本来就没写，请忽略，否则请核对文件是否完整。"


def _about_impossible_days(calendar: tuple[Block, ...], years: Years) -> Iterator[str]:
    for block in calendar:
        for entry in block.entries:
            for day in impossible_days(entry.text, years.year):
                yield f"{entry.place}“{entry.text[:30]}”里的{day}不存在；请核对日期。"


def warn_cut(front: Front) -> Iterator[str]:
    """A plan whose last line breaks off: no stop although lines of its kind have one, or nothing behind a number."""
    last = front.body[-1] if front.body else None
    if last is None or last.cells or front.dated:
        return
    mark = parse_mark(last.text)
    rank = mark.rank if mark else None
    peers = [line.text for line in front.body[:-1] if not line.cells and len(line.text) > 3
             and ((own := parse_mark(line.text)) and own.rank) == rank]
    stopped = sum(text[-1] in _STOPS for text in peers)
    open_end = last.text[-1] not in _STOPS and len(last.text) > 4 and len(peers) > 2 and 10 * stopped >= 7 * len(peers)
    if open_end or last.text.endswith(("，", "、", "：", "…")) or mark is not None and not mark.rest:
        yield f"文件像是没有写完：最后一行“{last.text[-20:]}”没有结束；请核对是不是完整的计划。"


def _months_with(calendar: tuple[Block, ...], kinds: frozenset[str]) -> set[int]:
    return {month for block in calendar for entry in block.entries if kinds & set(kinds_in(entry.text))
            for month in block.months}


def _kinds_of(duty: Duty) -> frozenset[str]:
    kinds = frozenset(kinds_in(duty.what)) & _COMMON
    return kinds | _THEME_DAYS if kinds & _THEME_DAYS else kinds


def _about_gaps(calendar: tuple[Block, ...], duties: tuple[Duty, ...], years: Years) -> Iterator[str]:
    """Quarters and terms in which the calendar has nothing of a kind that the plan asks for in each of them."""
    covered = {month for block in calendar for month in block.months}
    # In a calendar year, January still belongs to the autumn term of the year before.
    autumn = (9, 10, 11, 12, 1) if years.run_over_new_year else (9, 10, 11, 12)
    spans = {"quarter": {f"第{to_chinese(n)}季度": months for n, months in _QUARTERS.items()},
             "term": {"春季学期": (2, 3, 4, 5, 6, 7), "秋季学期": autumn}}
    for duty in duties:
        kinds = _kinds_of(duty)
        if duty.per not in spans or not kinds:
            continue
        planned = _months_with(calendar, kinds)
        missing = [name for name, months in spans[duty.per].items()
                   if covered & set(months) and not planned & set(months)]
        if missing:
            yield (f"计划要求“{duty.what}”{duty.frequency}（{duty.place}），行事历里{'、'.join(missing)}没有安排；"
                   "请补上，或确认另行安排。")


def _about_same_kind(calendar: tuple[Block, ...], duties: tuple[Duty, ...]) -> Iterator[str]:
    """Two duties of one kind, and calendar lines that do not say which of them is meant."""
    by_kind: dict[str, list[Duty]] = {}
    for duty in duties:
        for kind in kinds_in(duty.what):
            if kind.endswith("会") and duty.per:
                by_kind.setdefault(kind, []).append(duty)
    for kind, several in by_kind.items():
        lines = [block.heading for block in calendar for entry in block.entries
                 if kind in kinds_in(entry.text) and not any(duty.what in entry.text for duty in several)]
        if len({duty.who for duty in several}) > 1 and lines:
            asked = "、".join(f"“{duty.what}”{duty.frequency}" for duty in several)
            where = "、".join(dict.fromkeys(lines))
            yield (f"计划要求{asked}（{several[0].place}），行事历在{where}的{kind}没有写明是哪一种；"
                   "请在设置时间时写清。")


def _about_theme_days(calendar: tuple[Block, ...]) -> Iterator[str]:
    planned = _months_with(calendar, _THEME_DAYS)
    missing = [f"{month}月" for month in range(1, 13) if month not in planned]
    if len(planned) >= 3 and missing:
        yield (f"行事历里{'、'.join(missing)}没有党日活动；现行规定是每月一次（2018年《支部工作条例（试行）》），"
               "请考虑补上。")


def _about_dues(calendar: tuple[Block, ...]) -> Iterator[str]:
    months = _months_with(calendar, frozenset({"缴党费"}))
    named = [block.heading for block in calendar for entry in block.entries if "缴党费" in kinds_in(entry.text)]
    if months and len(months) < 12:
        yield f"行事历只在{'、'.join(dict.fromkeys(named))}写了缴党费；党费按月缴纳，其余月份请另行安排。"


def _about_dates(calendar: tuple[Block, ...]) -> Iterator[str]:
    entries = [entry for block in calendar for entry in block.entries]
    undated = sum(entry.date is None for entry in entries)
    if undated == len(entries) and not any(_HOUR.search(entry.text) or _ROOM.search(entry.text) for entry in entries):
        yield f"行事历的{undated}项都没有写日期、时间和地点；请书记用“设置”逐项确定，在此之前按“时间未定”回答。"
    elif undated:
        yield f"行事历的{len(entries)}项里有{undated}项没有写日期；请书记用“设置”逐项确定。"
