"""What the bot hears about exports: finds out what is wanted, and answers with a one-time link or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.nlu.slots import Slots, find_slots
from bot.talk import Question, Reply, Sorry, Talk, Turn, Who
from data.chinese import format_time
from data.links import LINK_LASTS, make_link
from handlers.export import attendance
from handlers.export.files import find_table
from handlers.export.kinds import Kind, Request, kinds_for
from handlers.export.period import Period, find_periods, spell_years, this_year
from handlers.export.table import Table
from handlers.export.wishes import LETTERS, leftover, limits, named_activities, named_kinds

PURPOSE = "export"
KEEPERS = {Who.ORGANISERS: "书记、副书记或组织委员", Who.PUBLICISTS: "书记、副书记或宣传委员", Who.SECRETARY: "书记或副书记"}
NOTHING = {Kind.CHECKIN: "没有已经开始的活动", Kind.DUES: "没有党费登记", Kind.ROSTER: "名册里没有符合的人",
           Kind.STUDY: "没有自学记录"}
EXAMPLE = {Kind.CHECKIN: "导出 签到 三月", Kind.DUES: "导出 党费 今年", Kind.ROSTER: "导出 名册",
           Kind.STUDY: "导出 自学 三月"}

talk = Talk("export", "导出")


@talk.on("export", "导出", "导出签到", "导出党费", "导出名册", "导出自学", who=Who.OFFICERS, takes=True,
         usage="导出 签到 三月——签到、党费、名册、自学的表格")
def hear_export(turn: Turn) -> Reply:
    """A link to the table that the words name, or the question which one."""
    words = turn.match.text
    if LETTERS.search(words):
        raise Sorry("来信不导出，谁都不能导出。可以导出的有签到、党费、名册、自学。")
    named = named_kinds(words)
    if len(named) == 1:
        return _offer(turn, named[0], words)
    mine = kinds_for(turn.person)
    wanted = [kind for kind in mine if kind in named] or mine
    if len(wanted) == 1:
        return _offer(turn, wanted[0], words)
    ask = "一次导出一种，先导出哪一种？" if named else "导出哪一种表格？"
    lines = "\n".join(f"{number}. {kind}" for number, kind in enumerate(wanted, 1))
    return Reply(f"{ask}请回复数字：\n{lines}",
                 Question("export.kind", "choice", {"words": words}, tuple(kind.value for kind in wanted)))


@talk.answer("export.kind")
def hear_kind(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which kind, for words that named a time at most."""
    return _offer(turn, Kind(chosen), data["words"])


def _offer(turn: Turn, kind: Kind, words: str) -> Reply:
    if not kind.who.allows(turn.person):
        mine = "、".join(kinds_for(turn.person))
        raise Sorry(f"{kind.table}由{KEEPERS[kind.who]}导出。您可以导出：{mine}。" if mine else turn_away(kind))
    words = spell_years(words)
    slots = find_slots(words, turn.now, turn.lexicon)
    if slots.impossible:
        raise Sorry(f"没有“{slots.impossible[0]}”这个时间，没有导出。请核对后再发一次。")
    requests = _requests(turn, kind, words, slots)
    for wide in requests:
        request = _narrow(turn, wide, words, slots) if kind is Kind.CHECKIN else wide
        table = find_table(turn.session, request, turn.now)
        if table:
            return Reply(_said(turn, request, table, bool(slots.times)))
    raise Sorry(_nothing(requests[0], turn.now))


def turn_away(kind: Kind) -> str:
    """For somebody whose office ended while the question was open."""
    return f"{kind.table}由{KEEPERS[kind.who]}导出。回复“帮助”看看您可以做什么。"


def _requests(turn: Turn, kind: Kind, words: str, slots: Slots) -> Sequence[Request]:
    """What the words may mean, the likeliest first."""
    today = turn.now.date()
    periods = (Period(today, today),) if kind is Kind.ROSTER else \
        find_periods(words, slots, turn.now) or (this_year(turn.now),)
    only = limits(slots, turn.lexicon, kind)
    return [Request(kind, turn.branch_id, period, only) for period in periods]


def _narrow(turn: Turn, request: Request, words: str, slots: Slots) -> Request:
    """The request for the activities that are named. Sorry when there are activities, and those are not among them."""
    activities = attendance.activities_of(turn.session, request, turn.now)
    named = named_activities(words, slots, activities)
    unknown = "" if named or not activities else leftover(words, slots) if named is None else "、".join(slots.kinds)
    if unknown and (named is not None or turn.match.command):
        raise Sorry(f"{request.when}没有找到已经开始的“{unknown[:20]}”，没有导出。请写上日期，例如“导出 签到 3月10日”。")
    if not named:
        return request
    titles, kinds = {one.title.strip("。 ") for one in named}, {one.kind for one in named}
    what = (titles if len(titles) == 1 else kinds if len(kinds) == 1 else {""}).pop()
    days = [one.starts_at.astimezone(turn.now.tzinfo).date() for one in named if one.starts_at]
    only = tuple(one for one in request.only if not any(one in title for title in titles))
    return replace(request, period=Period(days[0], days[-1]), activities=tuple(one.id for one in named), what=what,
                   only=only)


def _said(turn: Turn, request: Request, table: Table, names_time: bool) -> str:
    """The link last: phones make the rest of a line part of it."""
    token = make_link(turn.session, turn.person, PURPOSE, turn.now, request.to_data())
    always = "名册只有今天的。" if request.kind is Kind.ROSTER and names_time else ""
    return (f"{request.name}可以下载了：{table.size}。{always}{format_time(turn.now + LINK_LASTS)}前打开下面的链接，"
            f"点“下载”；只能下载一次，请不要转发。\n{turn.office.settings.public_url}/console/file/{token}")


def _nothing(request: Request, now: datetime) -> str:
    """Why there is no link."""
    example = f"换个时间，例如“{EXAMPLE[request.kind]}”。"
    if request.period.first > now.date():
        return f"{request.period.label}还没有到，没有可以导出的{request.kind}。{example}"
    limit = f"（{'、'.join(request.only)}）" if request.only else ""
    return f"{request.when}{limit}{NOTHING[request.kind]}，没有表格可以导出。{example}"
