"""计划: answers from the plan and its calendar, each with the place in the plan that it comes from.

What is heard stands here; dates.py and upcoming.py answer when, quotas.py how often, search.py what the plan says,
years.py which year is meant, store.py keeps plans. Nothing is answered that the plan does not say.
Start at hear_month().
"""

import re
from collections.abc import Iterable

from bot.talk import Reply, Talk, Turn
from data.plans import StoredPlan, carried_note, plan_in_force
from handlers.plan.asked import Asked, read_asked
from handlers.plan.dates import Calendar, say_days, say_months, say_no_plan
from handlers.plan.quotas import find_duties, say_count, say_duties, say_progress
from handlers.plan.rules import say_rule
from handlers.plan.search import find_passages, outline, quote_section
from handlers.plan.store import NoYear, document_in_force, document_of, find_plan_for, store_plan
from handlers.plan.unasked import find_missing, say_unasked
from handlers.plan.upcoming import find_by_words, say_dues, say_items_found, say_kind, say_next, say_not_found
from handlers.plan.years import days_meant, months_meant, say_impossible

__all__ = ["NoYear", "document_of", "find_plan_for", "pushes", "reminders", "store_plan", "talk"]

talk = Talk("plan", title="计划和日程")
ASK_ABOUT = "可以问“三月有什么活动”“五个抓手是什么”“三会一课有什么要求”，或回复“计划目录”。"
EVERYWHERE = {"党支部", "党建", "工作计划"}  # topics that do not tell a question about the plan's text
_NUMERALS = "一二三四五六七八九十"
_PART = re.compile(rf"第([{_NUMERALS}]|\d)(?:部分|大点|大项|章|条|点|项)")
_WHOLE = re.compile(r"目录|原文|(?:工作)?计划的?(?:主要)?内容|全文|整个计划|哪几(?:部分|块|方面)")


@talk.on("plan_month", "本月安排", "全年安排", usage="三月有什么活动 · 本月安排 · 全年安排")
def hear_month(turn: Turn) -> Reply:
    """Months, a quarter, a year, or single days; this month where none is named."""
    asked, calendar = _read(turn)
    if set(turn.match.slots.topics) - EVERYWHERE and not asked.kinds:
        return hear_topic(turn)  # 今年的工作目标 names a year, and asks for a part of the plan
    if turn.match.slots.impossible:
        return _say_impossible(turn)
    days = days_meant(calendar, asked, turn.match.slots.times)
    if days:
        return Reply(say_days(calendar, days, asked.kinds), kinds=asked.kinds)
    whole = "全年" in turn.said or re.search(r"年度|行事历", turn.said)
    this = ((turn.now.year, month) for month in range(1, 13)) if whole else ((turn.now.year, turn.now.month),)
    months = months_meant(calendar, asked, turn.match.slots.times) or tuple(this)
    return Reply(say_months(calendar, months, asked.kinds), kinds=asked.kinds, months=_numbers(months))


@talk.on("next_event", usage="下次党日是什么时候")
def hear_next(turn: Turn) -> Reply:
    if turn.match.slots.impossible:
        return _say_impossible(turn)
    asked, calendar = _read(turn)
    return Reply(say_next(calendar, asked.kinds), kinds=asked.kinds)


@talk.on("when_event", usage="民主生活会什么时候开")
def hear_when(turn: Turn) -> Reply:
    """The dates of a kind, of what is on a day, or of what the words name; else the next activity."""
    if turn.match.slots.impossible:
        return _say_impossible(turn)
    asked, calendar = _read(turn)
    days = days_meant(calendar, asked, turn.match.slots.times)
    if days:
        return Reply(say_days(calendar, days, asked.kinds), kinds=asked.kinds)
    months = months_meant(calendar, asked, turn.match.slots.times)
    if asked.kinds:
        return Reply(say_kind(calendar, months, asked.kinds), kinds=asked.kinds, months=_numbers(months))
    found = find_by_words(calendar, turn.match.text)
    if found:
        return Reply(say_items_found(calendar, found), kinds=(found[0][1].kind,))
    if months:
        return Reply(say_months(calendar, months), months=_numbers(months))
    not_found = say_not_found(calendar, turn.match.text)
    return Reply(not_found + say_next(calendar, ()), unanswered=bool(not_found))


@talk.on("dues_when", usage="党费什么时候交")
def hear_dues(turn: Turn) -> Reply:
    _, calendar = _read(turn)
    return Reply(say_dues(calendar), kinds=("缴党费",))


@talk.on("plan_quota", usage="党课多久一次 · 今年发展几名党员")
def hear_quota(turn: Turn) -> Reply:
    """How often or how many: from the plan's duties, else from the calendar, else what the plan says about it."""
    asked, calendar = _read(turn)
    plan, note = _plan(turn, asked)
    if plan is None:
        return Reply(say_no_plan(calendar, _year(turn, asked)))
    duties = find_duties(document_in_force(turn.session, plan), turn.match.text + "".join(asked.kinds))
    if duties:
        return Reply(say_duties(duties, turn.match.text, turn.now, note), kinds=asked.kinds)
    counted = say_count(calendar, asked.kinds) if asked.kinds else ""
    if counted:
        return Reply(counted, kinds=asked.kinds)
    rule = say_rule(turn.match.text, turn.now)
    return _say_topic(turn, plan, f"\n计划没有写次数或名额。{rule}{note}" if rule else note)


@talk.on("quota_progress", "三会一课进度", usage="三会一课进度")
def hear_progress(turn: Turn) -> Reply:
    asked, calendar = _read(turn)
    plan = calendar.year(_year(turn, asked)).plan
    if plan is None:
        return Reply(say_no_plan(calendar, _year(turn, asked)))
    return Reply(say_progress(calendar, document_in_force(turn.session, plan), asked.kinds), kinds=asked.kinds)


@talk.on("plan_topic", "计划目录", usage="五个抓手是什么 · 三会一课有什么要求")
def hear_topic(turn: Turn) -> Reply:
    """What the plan says about something, word for word."""
    asked, calendar = _read(turn)
    plan, note = _plan(turn, asked)
    if plan is None:
        return Reply(say_no_plan(calendar, _year(turn, asked)))
    return _say_topic(turn, plan, note)


@talk.fallback
def hear_unasked(turn: Turn) -> Reply | None:
    """Words that mean none of the intents, but name something of the plan or ask for what it has not."""
    asked, calendar = _read(turn)
    plan, note = _plan(turn, asked)
    if plan is None:
        return None
    said = say_unasked(calendar, document_in_force(turn.session, plan), turn.match.text, turn.match.slots)
    if said:
        return Reply(said if said.endswith(note) else said + note)
    missing = find_missing(turn.match.text)
    return Reply(f"计划里没有提到“{missing}”。{ASK_ABOUT}{note}", unanswered=True) if missing else None


def _read(turn: Turn) -> tuple[Asked, Calendar]:
    return read_asked(turn.match.slots, turn.match.text), Calendar(turn.session, turn.branch_id, turn.now)


def _say_impossible(turn: Turn) -> Reply:
    return Reply(say_impossible(turn.match.slots.impossible[0], turn.now))


def _numbers(months: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(month for _, month in months))


def _year(turn: Turn, asked: Asked) -> int:
    return asked.months[0][0] if asked.months else turn.now.year


def _plan(turn: Turn, asked: Asked) -> tuple[StoredPlan | None, str]:
    """The plan for the year that is asked about, and the note that it is an earlier year's."""
    year = _year(turn, asked)
    plan = plan_in_force(turn.session, turn.branch_id, year)
    return plan, carried_note(plan, year)


def _say_topic(turn: Turn, plan: StoredPlan, note: str) -> Reply:
    document, text = document_in_force(turn.session, plan), turn.match.text
    part = _PART.search(text)
    if part:
        number = part[1] if part[1] in _NUMERALS else _NUMERALS[int(part[1]) - 1]
        sections = [section for section in document.sections if section.number == number]
        # The same number may stand twice, so every part that has it is named with its title.
        quotes = [f"{section.number}、{quote_section(section)}" for section in sections]
        return Reply("\n\n".join(quotes) + note if quotes else f"计划没有第{number}部分。\n{outline(document)}{note}")
    if _WHOLE.search(text):
        return Reply(f"{document.title}：\n{outline(document)}\n想看哪一部分就问它的名称，"
                     f"例如：“加强党的组织建设”；行事历请问“全年安排”。{note}")
    search = find_passages(document, text, turn.match.slots)
    if not search.found:
        about = "".join(search.words)[:20]
        head = f"计划里没有提到“{about}”。" if about else "没有看出您要问计划的哪一项。"
        rule = "" if "现行规定" in note else say_rule(text, turn.now)
        return Reply(f"{head}{rule}{ASK_ABOUT}{note}", unanswered=not rule and "现行规定" not in note)
    return Reply("\n\n".join(f"{found.quote}\n〔{found.place}〕" for found in search.found) + note)


reminders = ()
pushes = ()
