"""How often and how many the plan promises, and how far the year has come with it.

Reads only; numbers come from the plan's duties and its calendar, never from elsewhere.
Start at find_duties() and say_progress().
"""

import re
from collections.abc import Sequence
from datetime import datetime

from data.activities import Item, YearView, end_of
from data.chinese import format_months
from data.plan_reader import Duty, PlanDocument, kinds_in
from handlers.plan.asked import PARTY_DAYS, is_of, label_of
from handlers.plan.dates import Calendar, cite
from handlers.plan.rules import find_rule, say_rule

# What a question says, and the word that a duty of the plan has for it.
_ASKED = ((r"班子", "班子"), (r"党课", "党课"), (r"党日", "党日"), (r"生活会", "生活会"), (r"党徽", "党徽"),
          (r"发展|新党员|入党名额|吸收", "发展"), (r"优秀|评优|评选|先进|评几", "优秀"),
          (r"带教|带几|带多少|指导|结对|帮扶|徒弟", "指导"))
_PERIODS = {"quarter": ("第一季度", "第二季度", "第三季度", "第四季度"), "year": ("全年",)}
_QUARTERS = ((1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12))


def find_duties(document: PlanDocument, text: str) -> list[Duty]:
    """The duties that a question is about; 三会一课 means all of the section that has it in its title."""
    wanted = [word for pattern, word in _ASKED if re.search(pattern, text)]
    if wanted:
        sharper = [duty for duty in document.duties if all(word in duty.what for word in wanted)]
        return sharper or [duty for duty in document.duties if any(word in duty.what for word in wanted)]
    if "三会一课" in text:
        return [duty for duty in document.duties if duty.per and set(kinds_in(duty.what)) - {"其他"}]
    pairs = {text[at:at + 2] for at in range(len(text) - 1)}
    return [duty for duty in document.duties
            if sum(duty.what[at:at + 2] in pairs for at in range(len(duty.what) - 1)) > len(duty.what) / 2]


def say_duties(duties: Sequence[Duty], text: str, now: datetime, note: str) -> str:
    """The promises with the sentences they stand in, each once; first, if it is so, that they are only near."""
    rule = find_rule(text)
    missing = rule and not any(word in duty.source for word in rule.words for duty in duties)
    head = f"计划里没有提到“{rule.words[0]}”。{say_rule(text, now)}\n计划里相近的是：" if missing else ""
    facts = "；".join(f"{duty.what}：{duty.frequency}" for duty in duties)
    sentences = dict.fromkeys((duty.source, duty.place) for duty in duties)
    quotes = "\n".join(f"原文：{source}〔{place}〕" for source, place in sentences)
    return f"{head}{facts}。\n{quotes}{note}"


def say_count(calendar: Calendar, kinds: tuple[str, ...]) -> str:
    """Where the plan promises no number: how often the calendar has it, and what today's rule is; "" for neither."""
    view = calendar.year(calendar.now.year)
    items = [item for item in view.items if is_of(item, kinds) and not item.is_cancelled] if kinds else []
    rule = say_rule("".join(kinds), calendar.now)
    if not items:
        return f"计划里没有写{label_of(kinds)}的次数。{rule}{view.note}" if rule else ""
    months = "、".join(format_months(item.months) for item in items)
    return (f"计划的正文没有规定{label_of(kinds)}的次数；行事历安排了{len(items)}次：{months}。{rule}"
            f"{cite(items)}{view.note}")


def say_progress(calendar: Calendar, document: PlanDocument, kinds: tuple[str, ...]) -> str:
    """For each kind that the plan promises (or that was asked for): planned, dated and held, by quarter."""
    view = calendar.year(calendar.now.year)
    promised: dict[str, list[Duty]] = {}
    for duty in document.duties:
        for kind in kinds_in(duty.what):
            if kind != "其他" and duty.per in ("quarter", "term", "year", "month") and duty.times:
                promised.setdefault(kind, []).append(duty)
    wanted = [kind for kind in promised if not kinds or kind in kinds] or [kind for kind in kinds if kind in promised]
    parts = [_say_kind(calendar, view, kind, promised[kind]) for kind in wanted]
    if kinds and not parts:
        parts = [_say_kind(calendar, view, kinds[0], [])]
    counts = _count(calendar, view.items)
    head = [f"{view.year}年行事历：{counts}。"] if not kinds else []
    return "\n".join([*head, *parts]) + view.note


def _say_kind(calendar: Calendar, view: YearView, kind: str, duties: Sequence[Duty]) -> str:
    kinds = PARTY_DAYS if kind == PARTY_DAYS[0] else (kind,)
    items = [item for item in view.items if is_of(item, kinds)]
    promise = "、".join(f"{duty.what}{duty.frequency}" for duty in duties)
    head = f"【{label_of(kinds)}】{f'计划要求：{promise}' if promise else f'行事历{len(items)}项'}"
    if not any(duty.per == "quarter" for duty in duties):
        return f"{head}\n全年：{_count(calendar, items)}{_place(duties)}"
    lines = []
    for name, months in zip(_PERIODS["quarter"], _QUARTERS, strict=True):
        own = [item for item in items if set(item.months) & set(months)]
        lines.append(f"{name}：{_count(calendar, own)}")
    return "\n".join([head, *lines]) + _place(duties)


def _place(duties: Sequence[Duty]) -> str:
    return f"〔{duties[0].place}〕" if duties else ""


def _count(calendar: Calendar, items: Sequence[Item]) -> str:
    """`计划3项，已开展1项，已定时间1项，时间未定1项`; what is cancelled is said, not counted."""
    if not items:
        return "行事历没有安排"
    off = sum(item.is_cancelled for item in items)
    held = sum(1 for item in items if item.starts_at and item.activity and end_of(item.activity) <= calendar.now)
    dated = sum(1 for item in items if item.starts_at) - held
    undated = sum(item.is_undated for item in items)
    parts = [f"计划{len(items) - off}项", f"已开展{held}项"]
    others = (("已定时间", dated), ("时间未定", undated), ("已取消", off))
    parts += [f"{name}{number}项" for name, number in others if number]
    return "，".join(parts)
