"""What the bot hears of 广播: drafts step by step, the preview and its 确认, taking back, and the state.

Every step asks for the one thing that is missing. Start at _next_step().
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.clock import wall
from bot.talk import QUESTION_MINUTES, Question, Reply, Sorry, Talk, Turn, Who
from bot.whom import label
from data.chinese import format_dated, format_time, format_when, parse_number
from data.models import Broadcast, Person
from data.people import people_named
from handlers.broadcast import broadcasts
from handlers.broadcast.draft import (
    MOST_CHARACTERS,
    Draft,
    UnknownGroup,
    WrongTime,
    from_data,
    read_draft,
    split_time,
    with_chosen,
)
from handlers.broadcast.reach import count_reach
from handlers.broadcast.status import describe, names_by_state
from scheduler.pauses import find_pauses
from scheduler.quiet import is_quiet

BOTH = "都发"
HOW = "例如：广播 党员 明天下午三点开会。"
HOW_LATER = "例如：定时广播 3月8日9点 全体 节日快乐。"

NAMES = re.compile("名单|名字|谁|哪些|哪几")

talk = Talk("broadcast", "通知")


@talk.on("broadcast", "广播", who=Who.SECRETARY, takes=True, changes=True,
         usage="广播 党员 明天下午三点开会——先预览，确认后发送")
def hear_broadcast(turn: Turn) -> Reply:
    """广播 党员 明天下午三点开会."""
    return _next_step(turn, _read(turn, turn.rest or _after(turn.said, "广播")))


@talk.on("broadcast_scheduled", "定时广播", who=Who.SECRETARY, takes=True, changes=True,
         usage="定时广播 3月8日9点 全体 节日快乐")
def hear_scheduled(turn: Turn) -> Reply:
    """定时广播 3月8日9点 全体 …"""
    words = turn.rest or _after(turn.said, "定时广播")
    try:
        due, rest = split_time(words, turn.now)
    except WrongTime as wrong:
        return _ask_when(turn, wrong, replace(_read(turn, wrong.rest), timed=True))
    return _next_step(turn, replace(_read(turn, rest), timed=True, due=due))


def _after(said: str, command: str) -> str:
    return "" if said.strip() == command else said


def _read(turn: Turn, words: str) -> Draft:
    try:
        return read_draft(words, turn.lexicon)
    except UnknownGroup as unknown:
        raise Sorry(f"没有“{unknown}”这个组，还没有发送。{_choose_group(turn)}") from None


def _choose_group(turn: Turn) -> str:
    groups = "、".join(broadcasts.known_groups(turn.session, turn.branch_id, turn.office))
    return f"可以发给：{groups}，或者写姓名。"


def _next_step(turn: Turn, draft: Draft) -> Reply:
    """Ask for the first thing that is missing; the preview when nothing is."""
    if len(draft.text) > MOST_CHARACTERS:
        raise Sorry(f"内容有{len(draft.text)}字，超过{MOST_CHARACTERS}字，没有发送。请缩短，或分成几条发。")
    if not draft.has_audience:
        return _ask_audience(turn, draft)
    unknown = [group for group in draft.groups
               if group not in broadcasts.known_groups(turn.session, turn.branch_id, turn.office)]
    if unknown:
        raise Sorry(f"没有“{unknown[0]}”这个组，还没有发送。{_choose_group(turn)}")
    for name in draft.names:
        people = people_named(turn.session, turn.branch_id, name)
        if len(people) != 1:
            return _ask_which(draft, name, people)
    if not draft.text:
        when = format_dated(draft.due, turn.now) if draft.due else ""
        return Reply(f"{when}发给{'、'.join((*draft.groups, *draft.names, *_names_chosen(turn, draft)))}。"
                     f"请发送要通知的内容，不超过{MOST_CHARACTERS}字。",
                     Question("broadcast.text", "text", draft.as_data()))
    return _preview(turn, draft)


def _ask_audience(turn: Turn, draft: Draft) -> Reply:
    example = HOW_LATER if draft.timed else HOW
    if not draft.text:
        text = f"发给谁、发什么？{example}\n{_choose_group(turn)}"
        return Reply(text, Question("broadcast.words", "text", draft.as_data()))
    raise Sorry(f"没有看出发给谁，还没有发送。请把对象写在内容前面，{example}\n{_choose_group(turn)}")


@talk.answer("broadcast.words")
def hear_words(turn: Turn, data: Mapping[str, Any], words: str) -> Reply:
    """Audience and text, sent after a bare 广播."""
    _permit(turn)
    before = from_data(data)
    return _next_step(turn, replace(_read(turn, words), timed=before.timed, due=before.due))


def _ask_when(turn: Turn, wrong: WrongTime, draft: Draft) -> Reply:
    again = "请回复发送的日期和时间，例如：3月8日9点；不发了，回复“取消”。"
    return Reply(f"{wrong}，还没有发送。现在是{format_when(turn.now)}，{again}",
                 Question("broadcast.when", "time", draft.as_data(), again=again))


@talk.answer("broadcast.when")
def hear_when(turn: Turn, data: Mapping[str, Any], words: str) -> Reply:
    """The time of a broadcast for later."""
    _permit(turn)
    draft = from_data(data)
    try:
        due, rest = split_time(words, turn.now)
    except WrongTime as wrong:
        return _ask_when(turn, wrong, draft)
    if rest and not draft.text:
        draft = replace(draft, text=rest) if draft.has_audience else _read(turn, rest)
    return _next_step(turn, replace(draft, timed=True, due=due))


def _ask_which(draft: Draft, name: str, people: list[Person]) -> Reply:
    if not people:
        raise Sorry(f"名册里没有{name}，还没有发送。")
    options = (*(label(person) for person in people), BOTH)
    data = draft.as_data() | {"which": name, "ids": [person.id for person in people]}
    lines = "\n".join(f"{number}. {option}" for number, option in enumerate(options, 1))
    return Reply(f"名册里有{len(people)}位{name}，发给哪一位？请回复数字：\n{lines}",
                 Question("broadcast.which", "choice", data, options))


@talk.answer("broadcast.which")
def hear_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of those with equal names."""
    _permit(turn)
    ids = data["ids"]
    labels = [label(turn.session.get_one(Person, person)) for person in ids]
    people = tuple(ids) if chosen == BOTH else (ids[labels.index(chosen)],)
    return _next_step(turn, with_chosen(from_data(data), data["which"], people))


@talk.answer("broadcast.text")
def hear_text(turn: Turn, data: Mapping[str, Any], words: str) -> Reply:
    """The text of a broadcast whose audience is known."""
    _permit(turn)
    return _next_step(turn, replace(from_data(data), text=words.strip()))


def _preview(turn: Turn, draft: Draft) -> Reply:
    people = broadcasts.find_audience(turn.session, turn.branch_id, turn.office, draft.groups,
                                      (*draft.people, *_ids_named(turn, draft)), turn.now)
    audience = [*draft.groups, *draft.names, *_names_chosen(turn, draft)]
    if not people:
        raise Sorry(f"“{'、'.join(audience)}”现在没有人，没有发送。")
    reach = count_reach(turn.session, turn.office.settings, turn.branch_id, people, turn.now)
    text = (f"{_heading(draft, turn.now)}发给{'、'.join(audience)}，共{len(people)}人：{reach.now}人现在可以推送到"
            f"{f'，{reach.later}人下次给我发消息时看到' if reach.later else ''}"
            f"{f'，{reach.unbound}人未绑定、收不到' if reach.unbound else ''}。{_late(draft, turn)}\n"
            f"————\n{draft.text}\n————\n回复“确认”发送，回复“取消”放弃，{QUESTION_MINUTES}分钟内有效。")
    data = {"audience": audience, "people": people, "text": draft.text, "due": draft.due and draft.due.isoformat()}
    return Reply(text, Question("broadcast.send", "confirm", data))


def _ids_named(turn: Turn, draft: Draft) -> list[int]:
    return [person.id for name in draft.names for person in people_named(turn.session, turn.branch_id, name)]


def _names_chosen(turn: Turn, draft: Draft) -> list[str]:
    return list(dict.fromkeys(broadcasts.names_of(turn.session, turn.branch_id, draft.people)))


def _heading(draft: Draft, now: datetime) -> str:
    return format_dated(draft.due, now) if draft.due else ""


def _late(draft: Draft, turn: Turn) -> str:
    moment = (draft.due or turn.now).astimezone(turn.now.tzinfo)
    if not is_quiet(moment, turn.office.settings):
        return ""
    return f"{format_time(moment)}大家可能在休息，确认后仍会{'按时' if draft.due else '马上'}发出。"


@talk.answer("broadcast.send")
def hear_confirmed(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    """确认 to a preview: exactly what was previewed goes to exactly those people."""
    _permit(turn)
    due = data["due"] and datetime.fromisoformat(data["due"])
    if due and due <= turn.now:
        raise Sorry(f"{format_dated(due, turn.now)}已经过去，没有发送。请重新发送，另定时间。")
    broadcasts.send(turn.session, turn.person, data["audience"], data["people"], data["text"], turn.now, due)
    if due:
        return Reply(f"已定好：{format_dated(due, turn.now)}发给{len(data['people'])}人。"
                     "不想发了，回复“取消定时广播”；发出后回复“广播状态”看结果。")
    return Reply(f"已开始发送，共{len(data['people'])}人。稍后回复“广播状态”看谁收到了。")


def _permit(turn: Turn) -> None:
    """The office may have changed hands between a question and its answer."""
    if not Who.SECRETARY.allows(turn.person):
        raise Sorry(Who.SECRETARY.refusal(turn.person))


@talk.on("broadcast_cancel", "取消定时广播", "撤销定时广播", who=Who.SECRETARY, changes=True, usage="取消定时广播")
def hear_cancel(turn: Turn) -> Reply:
    """取消定时广播: asks which where there are several, then for 确认."""
    waiting = broadcasts.pending(turn.session, turn.branch_id, turn.now)
    if not waiting:
        raise Sorry("现在没有待发的定时广播。已经发出的广播收不回来，可以再发一条更正。")
    if len(waiting) == 1:
        return _ask_to_cancel(turn, waiting[0])
    options = tuple(dict.fromkeys(_one_line(broadcast, turn) for broadcast in waiting))
    lines = "\n".join(f"{number}. {option}" for number, option in enumerate(options, 1))
    return Reply(f"有{len(waiting)}条待发的定时广播，取消哪一条？请回复数字：\n{lines}",
                 Question("broadcast.cancel_which", "choice", {"ids": [one.id for one in waiting]}, options))


def _one_line(broadcast: Broadcast, turn: Turn) -> str:
    words = broadcast.text.replace("\n", " ")
    return (f"{format_dated(broadcast.due, turn.now)}发给{'、'.join(broadcast.audience)}（编号{broadcast.id}）："
            f"{words[:20]}{'…' if len(words) > 20 else ''}")


@talk.answer("broadcast.cancel_which")
def hear_cancel_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several broadcasts for later."""
    _permit(turn)
    waiting = turn.session.scalars(select(Broadcast).where(
        Broadcast.branch_id == turn.branch_id, Broadcast.id.in_(data["ids"])))
    return _ask_to_cancel(turn, next(one for one in waiting if _one_line(one, turn) == chosen))


def _ask_to_cancel(turn: Turn, broadcast: Broadcast) -> Reply:
    return Reply(f"取消这条定时广播：{_one_line(broadcast, turn)}\n回复“确认”取消发送，回复“取消”保留。",
                 Question("broadcast.cancel", "confirm", {"id": broadcast.id}))


@talk.answer("broadcast.cancel")
def hear_cancel_confirmed(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    """确认 to taking back a broadcast."""
    _permit(turn)
    broadcast = turn.session.get_one(Broadcast, data["id"], with_for_update=True, populate_existing=True)
    if not broadcasts.cancel(turn.session, broadcast, turn.person, turn.now):
        raise Sorry("这条定时广播已经发出或已经取消。回复“广播状态”看结果。")
    return Reply("已取消这条定时广播，不会发出。")


@talk.on("broadcast_status", "广播状态", who=Who.SECRETARY, takes=True, usage="广播状态——谁收到了，谁没有")
def hear_status(turn: Turn) -> Reply:
    """广播状态 [第几条] [名单]."""
    nth = next((number for word in turn.rest.split() if (number := parse_number(word.strip("第条")))), 1)
    broadcast = broadcasts.find_recent(turn.session, turn.branch_id, turn.now, nth)
    waiting = broadcasts.pending(turn.session, turn.branch_id, turn.now)
    later = "".join(f"\n待发：{_one_line(one, turn)}" for one in waiting)
    if broadcast is None:
        none = "还没有发过广播。" if nth == 1 else f"没有往前第{nth}条广播。"
        return Reply(f"{none}{later}" if waiting else f"{none}{HOW}")
    found = broadcasts.outcomes(turn.session, broadcast)
    unbound = broadcasts.names_of(turn.session, turn.branch_id, broadcast.unbound)
    head = f"{'最近一次' if nth == 1 else f'往前第{nth}条'}广播：{_one_line(broadcast, turn)}"
    body = names_by_state(found, unbound) if NAMES.search(turn.said) else describe(found, unbound)
    stopped = find_pauses(turn.session, wall()).stopped  # a pause is of the machine's time, whatever the program's is
    paused = f"\n现在暂停推送：{stopped}。恢复后自动继续。" if stopped else ""
    return Reply(f"{head}\n{body}{paused}{later}")
