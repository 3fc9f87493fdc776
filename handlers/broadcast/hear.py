"""What the bot hears of 广播: drafts step by step, the preview and its 确认.

Every step asks for the one thing that is missing. Start at next_step().
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.talk import QUESTION_MINUTES, Question, Reply, Sorry, Talk, Turn, Who
from bot.whom import label
from data.chinese import format_dated, format_time, format_when
from data.models import Person
from data.people import people_named
from data.undo import note_final, note_step
from handlers.broadcast import broadcasts
from handlers.broadcast.about import draft_of, find_about, say_begun, say_changed
from handlers.broadcast.draft import (
    MOST_CHARACTERS,
    Draft,
    UnknownGroup,
    WrongTime,
    asks_in_text,
    from_data,
    read_draft,
    split_time,
    with_chosen,
)
from handlers.broadcast.reach import count_reach
from scheduler.quiet import is_quiet

BOTH = "都发"
HOW = "例如：广播 党员 明天下午三点开会。"
HOW_LATER = "例如：定时广播 3月8日9点 全体 节日快乐。"

talk = Talk("broadcast", "通知")


@talk.on("broadcast", "广播", who=Who.SECRETARY, takes=True, changes=True,
         usage="广播 党员 明天下午三点开会——先预览，确认后发送")
def hear_broadcast(turn: Turn) -> Reply:
    """广播 党员 明天下午三点开会."""
    return next_step(turn, _read(turn, turn.rest or _after(turn.said, "广播")))


@talk.on("broadcast_scheduled", "定时广播", who=Who.SECRETARY, takes=True, changes=True,
         usage="定时广播 3月8日9点 全体 节日快乐")
def hear_scheduled(turn: Turn) -> Reply:
    """定时广播 3月8日9点 全体 …"""
    words = turn.rest or _after(turn.said, "定时广播")
    try:
        due, rest = split_time(words, turn.now)
    except WrongTime as wrong:
        return _ask_when(turn, wrong, replace(_read(turn, wrong.rest), timed=True))
    return next_step(turn, replace(_read(turn, rest), timed=True, due=due))


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


def next_step(turn: Turn, draft: Draft) -> Reply:
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
    permit(turn)
    before = from_data(data)
    draft = _read(turn, words)
    return next_step(turn, replace(draft, timed=before.timed, due=before.due,
                                   wants_receipt=before.wants_receipt or draft.wants_receipt))


def _ask_when(turn: Turn, wrong: WrongTime, draft: Draft) -> Reply:
    again = "请回复发送的日期和时间，例如：3月8日9点；不发了，回复“取消”。"
    return Reply(f"{wrong}，还没有发送。现在是{format_when(turn.now)}，{again}",
                 Question("broadcast.when", "time", draft.as_data(), again=again))


@talk.answer("broadcast.when")
def hear_when(turn: Turn, data: Mapping[str, Any], words: str) -> Reply:
    """The time of a broadcast for later."""
    permit(turn)
    draft = from_data(data)
    try:
        due, rest = split_time(words, turn.now)
    except WrongTime as wrong:
        return _ask_when(turn, wrong, draft)
    if rest and not draft.text:
        before, draft = draft, replace(draft, text=rest) if draft.has_audience else _read(turn, rest)
        draft = replace(draft, wants_receipt=before.wants_receipt or draft.wants_receipt)
    return next_step(turn, replace(draft, timed=True, due=due))


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
    permit(turn)
    ids = data["ids"]
    labels = [label(turn.session.get_one(Person, person)) for person in ids]
    people = tuple(ids) if chosen == BOTH else (ids[labels.index(chosen)],)
    return next_step(turn, with_chosen(from_data(data), data["which"], people))


@talk.answer("broadcast.text")
def hear_text(turn: Turn, data: Mapping[str, Any], words: str) -> Reply:
    """The text of a broadcast whose audience is known."""
    permit(turn)
    return next_step(turn, replace(from_data(data), text=words.strip()))


def _preview(turn: Turn, draft: Draft) -> Reply:
    people = broadcasts.find_audience(turn.session, turn.branch_id, turn.office, draft.groups,
                                      (*draft.people, *_ids_named(turn, draft)), turn.now)
    audience = [*draft.groups, *draft.names, *_names_chosen(turn, draft)]
    if not people:
        raise Sorry(f"“{'、'.join(audience)}”现在没有人，没有发送。")
    receipt = draft.wants_receipt or asks_in_text(draft.text)
    reach = count_reach(turn.session, turn.office.settings, turn.branch_id, people, turn.now)
    text = (f"{_heading(draft, turn.now)}发给{'、'.join(audience)}，共{len(people)}人：{reach.now}人现在可以推送到"
            f"{f'，{reach.later}人下次给我发消息时看到' if reach.later else ''}"
            f"{f'，{reach.unbound}人未绑定、收不到' if reach.unbound else ''}。"
            f"{'要求回复“收到”。' if receipt else ''}{_late(draft, turn)}\n"
            f"————\n{draft.text}\n————\n回复“确认”发送，回复“取消”放弃，{QUESTION_MINUTES}分钟内有效。")
    data = {"audience": audience, "people": people, "text": draft.text, "due": draft.due and draft.due.isoformat(),
            "receipt": receipt, "about": draft.about}
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
    permit(turn)
    due = data["due"] and datetime.fromisoformat(data["due"])
    if due and due <= turn.now:
        raise Sorry(f"{format_dated(due, turn.now)}已经过去，没有发送。请重新发送，另定时间。")
    receipt = data.get("receipt", False)  # a preview from before there were receipts has no such word
    about = data.get("about", "")
    if about and (changed := say_changed(turn, about) or say_begun(turn, about)):
        return _preview_anew(turn, about, changed)
    sent = broadcasts.send(turn.session, turn.person, data["audience"], data["people"], data["text"], turn.now, due,
                           receipt, about)
    if due:
        note_step(turn.session, turn.person, "broadcast.schedule", turn.now, id=sent.id)
        return Reply(f"已定好：{format_dated(due, turn.now)}发给{len(data['people'])}人。"
                     "不想发了，回复“取消定时广播”；发出后回复“广播状态”看结果。")
    note_final(turn.session, turn.person, "广播已经发出，收不回来；可以再发一条更正。", turn.now)
    after = "稍后回复“回执情况”看谁回复了“收到”。" if receipt else "稍后回复“广播状态”看谁收到了。"
    return Reply(f"已开始发送，共{len(data['people'])}人。{after}")


def _preview_anew(turn: Turn, about: str, changed: str) -> Reply:
    """The activity has changed between the preview and 确认: what it says is not sent, but shown as it is now."""
    activity = find_about(turn, about)
    if activity is None or activity.starts_at <= turn.now:
        raise Sorry(f"没有发送：{changed}。")
    new = next_step(turn, draft_of(turn, activity))
    return replace(new, text=f"没有发送：{changed}。新的预览：\n{new.text}")


def permit(turn: Turn) -> None:
    """The office may have changed hands between a question and its answer."""
    if not Who.SECRETARY.allows(turn.person):
        raise Sorry(Who.SECRETARY.refusal(turn.person))
