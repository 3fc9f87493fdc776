"""收到: who has read what asks for it; 回执情况, 催回执, and 回执 for an activity. Start at hear_receipt().

收到 is written to anything: without a notice that waits for it, it changes nothing. Names go to 书记 alone.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.dispatch import NOT_UNDERSTOOD
from bot.nlu.moods import Mood, read_mood
from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.which import ask_which, choose_named, chosen_activity, name, words_of
from bot.whom import names_apart, say_unreached
from data import audit
from data.activities import dated_between
from data.chinese import format_dated
from data.models import Activity, Broadcast, Person
from data.people import reachable_ids
from data.receipts import (
    ON_ITS_WAY,
    URGE_KIND,
    Standing,
    confirm,
    id_in,
    is_out_of_date,
    last_confirmed,
    open_for,
    standing,
    subject_of,
)
from data.undo import note_final
from handlers.broadcast import broadcasts
from handlers.broadcast.about import again, draft_of, say_begun, say_changed
from handlers.broadcast.after import find_said, one_line
from handlers.broadcast.draft import asks_in_text
from handlers.broadcast.hear import hear_broadcast, next_step, permit, talk
from handlers.broadcast.status import WHY, describe
from scheduler import outbox
from scheduler.quiet import after_quiet
from scheduler.reminder import PushKind, Still

LOOK_AHEAD = timedelta(days=370)
SOON = timedelta(days=14)  # 回执 alone means an activity this near
URGE_LASTS = timedelta(days=2)
LATELY = timedelta(days=2)  # 好的 so soon after a notice is an answer to it
LONGEST = 24  # characters; more is rather a notice to be passed on than a word of receipt
BRIEF = 16  # characters of a notice by which people know it again
HOW = "要大家回复“收到”，请在对象后面加“回执”，例如：广播 党员 回执 明天下午三点开会。"
_RECEIVED = r"(?:好的?|嗯+|行|谢谢|书记|领导|老师|各位|通知|消息|我们?|已经?|都|[\s,，。.!！~～:：])*(?:收到|收悉|知悉|已阅|看到|知道|明白)"
_BEGINS = re.compile(_RECEIVED)
_CANNOT = re.compile("[来去到]不了|参加不了|不能(?:来|去|到|参加)|没法(?:来|去|参加)|不在|请假|[来去]不成|赶不")
_AND_MORE = re.compile(rf"{_RECEIVED}[了的]?(?:[\s,，。.!！]+|但是?|可是?|不过|只是|就是|因为|我|那天|当天|有事)")


def _still_unconfirmed(session: Session, branch_id: int, subject: str) -> Still:
    broadcast = session.get(Broadcast, id_in(subject))
    if broadcast is None or broadcast.branch_id != branch_id or broadcast.cancelled_at is not None:
        return Still((), "广播已取消")
    if is_out_of_date(session, broadcast.about):
        return Still((), "活动已改期或取消")
    return Still({person.id for person in standing(session, broadcast).to_remind}, "已回复“收到”")


URGE = PushKind(URGE_KIND, capped=True, still=_still_unconfirmed)


@talk.on("receipt", "收到", "已收到", "收到了", "确认收到", "回执", changes=True, usage="收到——回复要回执的通知")
def hear_receipt(turn: Turn) -> Reply:
    """收到: confirms everything that waits for it, because people say it once."""
    if turn.match.command is None and _is_order(turn):
        return _hear_order(turn) or Reply(NOT_UNDERSTOOD, unanswered=True)
    waiting = open_for(turn.session, turn.person, turn.now)
    done = waiting or last_confirmed(turn.session, turn.person, turn.now)
    if not done:
        return Reply(f"好的。现在没有等您回复“收到”的通知。{_if_not_coming(turn)}")
    return _confirm(turn, waiting, done)


def _confirm(turn: Turn, waiting: Sequence[Broadcast], done: Sequence[Broadcast]) -> Reply:
    """Note `waiting`, and say what is noted of `done`."""
    for broadcast in waiting:
        confirm(turn.session, turn.person, broadcast, turn.now)
    if waiting:
        note_final(turn.session, turn.person, "“收到”已经记下，不用撤回；看到通知后有别的情况，请直接告诉书记。", turn.now)
    if len(done) == 1:
        return Reply(f"“收到”已记下：{_called(done[0], turn)}。{_if_not_coming(turn)}")
    lines = "\n".join(f"{number}. {_called(one, turn)}" for number, one in enumerate(done, 1))
    leave = _if_not_coming(turn)
    return Reply(f"“收到”已记下，共{len(done)}条通知：\n{lines}{leave and chr(10)}{leave}")


def _if_not_coming(turn: Turn) -> str:
    return "来不了，请回复“请假”加原因。" if _CANNOT.search(turn.match.text) else ""


def _is_order(turn: Turn) -> bool:
    """通知全体老师周五大扫除，收到请回复: it asks others for a receipt, and is none."""
    text, slots = turn.match.text, turn.match.slots
    if asks_in_text(turn.said):
        return True
    return not _BEGINS.match(text) and bool(len(text) > LONGEST or slots.groups or slots.times and len(text) > BRIEF)


def _hear_order(turn: Turn) -> Reply | None:
    """What asks for a receipt is a broadcast in the making for 书记, and nothing for anybody else."""
    return hear_broadcast(turn) if Who.SECRETARY.allows(turn.person) else None


@talk.assent
def hear_assent(turn: Turn) -> Reply | None:
    """好的, 知道了, 👌 while nothing else is open: the answer to the one notice that has just asked for 收到."""
    waiting = open_for(turn.session, turn.person, turn.now, LATELY)
    if len(waiting) > 1:
        return Reply(f"有{len(waiting)}条通知在等您回复。都看过了，请回复“收到”。")
    return _confirm(turn, waiting, waiting) if waiting else None


@talk.fallback
def hear_unclear(turn: Turn) -> Reply | None:
    """收到但是我有课来不了: both words count; and, of 书记, what others are to confirm."""
    if asks_in_text(turn.said):
        return _hear_order(turn)
    text = turn.match.text
    if not _AND_MORE.match(text) or Mood.QUESTION in read_mood(text):
        return None
    waiting = open_for(turn.session, turn.person, turn.now)
    return _confirm(turn, waiting, waiting) if waiting else None


def _called(broadcast: Broadcast, turn: Turn) -> str:
    words = broadcast.text.replace("\n", " ")
    brief = f"{words[:BRIEF]}{'…' if len(words) > BRIEF else ''}"
    return f"{format_dated(broadcast.due, turn.now)}的通知“{brief}”"


@talk.hint
def hint_waiting(turn: Turn) -> str | None:
    """In 帮助: what waits for this person's 收到."""
    waiting = open_for(turn.session, turn.person, turn.now)
    return f"回复“收到”：{_called(waiting[0], turn)}" if waiting else None


@talk.on("receipt_overview", "回执情况", "谁没收到", "收到情况", "回执名单", who=Who.SECRETARY, takes=True,
         usage="回执情况——谁回复了“收到”")
def hear_overview(turn: Turn) -> Reply:
    """回执情况 [第几条]: numbers, then names; who has not got the notice stands apart from who has not answered."""
    broadcast, why_not = find_said(turn, receipts=True)
    if broadcast is None:
        return Reply(_without_receipts(turn, why_not))
    found = standing(turn.session, broadcast)
    changed = say_changed(turn, broadcast.about)
    next_line = [f"{changed}。{again(turn, broadcast.about)}"] if changed else \
        ["提醒还没有回复的人，请回复“催回执”。"] if found.to_remind else []
    return Reply("\n".join([f"{one_line(broadcast, turn)}", _numbers(found), *_names(turn, found), *next_line]))


def _without_receipts(turn: Turn, why_not: str) -> str:
    """There is no such broadcast; who asks 谁没收到 may mean the delivery of the last one, or of the one they name."""
    last, _ = find_said(turn)
    if last is None:
        return f"{why_not}{HOW}"
    unbound = broadcasts.names_of(turn.session, turn.branch_id, last.unbound)
    return (f"{why_not}送达情况：{one_line(last, turn)}\n"
            f"{describe(broadcasts.outcomes(turn.session, last), unbound)}\n{HOW}")


def _numbers(found: Standing) -> str:
    unbound = f"，未绑定{len(found.unbound)}人" if found.unbound else ""
    return (f"已回复{len(found.confirmed)}人，未回复（已送达）{len(found.delivered)}人，"
            f"未送达{len(found.missed)}人{unbound}。")


def _names(turn: Turn, found: Standing) -> list[str]:
    groups: dict[str, list[Person]] = {"已回复": list(found.confirmed), "未回复": list(found.delivered)}
    for one in found.missed:
        why = one.why or WHY.get(one.state, "原因未记录")
        groups.setdefault(f"未送达（{why}）", []).append(one.person)
    groups["未绑定"] = list(found.unbound)
    return [f"{label}：{'、'.join(names_apart(turn.session, turn.branch_id, people))}。"
            for label, people in groups.items() if people]


@talk.on("remind_receipt", "催回执", "催收到", who=Who.SECRETARY, takes=True, changes=True,
         usage="催回执——提醒没回复的人（先预览）")
def hear_urge(turn: Turn) -> Reply:
    """The preview of a reminder to those who have not confirmed the last broadcast that asks for it."""
    broadcast, why_not = find_said(turn, receipts=True)
    if broadcast is None:
        raise Sorry(f"{why_not}没有要催的。{HOW}")
    _refuse_changed(turn, broadcast)
    found = standing(turn.session, broadcast)
    people = [person.id for person in found.to_remind]
    coming = sum(one.state in ON_ITS_WAY for one in found.missed)
    if not people:
        late = f"{coming}人的通知还没有送到，" if coming else "都已回复“收到”，"
        return Reply(f"{one_line(broadcast, turn)}\n{late}现在没有要催的人。")
    reached = set(people) & reachable_ids(turn.session, turn.branch_id)
    before = outbox.queued_among(turn.session, _key_of_urge(broadcast, _due(turn)), reached)
    left_out = [say_unreached(turn.session, turn.branch_id, people).removeprefix("其中"),
                f"{len(before)}人今天已提醒过" if before else "",
                f"{coming}人的通知还没有送到" if coming else ""]
    others = "；".join(why for why in left_out if why)
    if not reached - before:
        return Reply(f"{one_line(broadcast, turn)}\n现在没有要催的人：{others}。")
    return Reply(f"将提醒{len(reached - before)}人回复“收到”：{one_line(broadcast, turn)}\n每人一天最多提醒一次。"
                 f"{f'不提醒的：{others}。' if others else ''}\n回复“确认”发送，回复“取消”放弃。",
                 Question("receipt.remind", "confirm", {"id": broadcast.id}))


def _refuse_changed(turn: Turn, broadcast: Broadcast) -> None:
    """Nobody is reminded of a date that no longer holds, or of what has begun."""
    if changed := say_changed(turn, broadcast.about):
        raise Sorry(f"没有提醒：{changed}，原来的通知不再催。{again(turn, broadcast.about)}")
    if begun := say_begun(turn, broadcast.about):
        raise Sorry(f"没有提醒：{begun}，不用再催。回复“回执情况”查看。")


def _due(turn: Turn) -> datetime:
    return after_quiet(turn.now, turn.office.settings)


def _key_of_urge(broadcast: Broadcast, due: datetime) -> str:
    """One reminder for each person and day; `due` is in the branch's zone."""
    return f"receipt/{broadcast.id}/urge/{due:%Y-%m-%d}"


@talk.answer("receipt.remind")
def hear_urge_confirmed(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认: queue the reminder for those who have not confirmed by now, each at most once a day."""
    permit(turn)
    broadcast = turn.session.get_one(Broadcast, data["id"])
    _refuse_changed(turn, broadcast)
    unconfirmed = {person.id for person in standing(turn.session, broadcast).to_remind}
    people = sorted(unconfirmed & reachable_ids(turn.session, turn.branch_id))
    if not people:
        raise Sorry("没有可以提醒的人：都已回复，或者没有绑定、已取消关注。回复“回执情况”查看。")
    due = _due(turn)
    sent = broadcast.due.astimezone(turn.now.tzinfo)
    new = outbox.enqueue(
        turn.session, turn.branch_id, people, kind=URGE.name, now=turn.now, due=due, expires=due + URGE_LASTS,
        key=_key_of_urge(broadcast, due), subject=subject_of(broadcast),
        text=f"【请回复“收到”】\n{broadcast.text}\n————\n{format_dated(sent, turn.now)}的这条通知还没有您的回复，"
             "看到请回复“收到”。",
        fields={"title": "还没有您的回复，请回复收到", "note": broadcast.text,
                "time": f"{sent.year}年{sent.month}月{sent.day}日 {sent:%H:%M}"})
    if not new:
        return Reply(f"{len(people)}人今天都已提醒过，没有重复发。回复“回执情况”查看进展。")
    audit.record(turn.session, turn.branch_id, turn.now, turn.person, "receipt.urge", subject_of(broadcast), people=new)
    note_final(turn.session, turn.person, "提醒已经发出，收不回来。", turn.now)
    before = f"{len(people) - new}人今天已提醒过，没有重复发。" if new < len(people) else ""
    at = "" if due == turn.now else f"现在是休息时间，{format_dated(due, turn.now)}发出。"
    return Reply(f"已安排提醒{new}人回复“收到”。{at}{before}回复“回执情况”查看进展。")


@talk.on("receipt_ask", "回执", "要回执", who=Who.SECRETARY, takes=True, changes=True,
         usage="回执 三月主题党日——发时间地点，请大家回复“收到”")
def hear_ask(turn: Turn) -> Reply:
    """回执 三月主题党日: a broadcast of its time and place to those whom it concerns, previewed like any other."""
    coming = dated_between(turn.session, turn.branch_id, turn.now, turn.now + LOOK_AHEAD)
    words = words_of(turn)
    activities = choose_named(words, coming, turn.now.tzinfo)
    if not activities and (turn.rest or words.names_any):
        raise Sorry(f"没有找到这项已定时间、还没有开始的活动，没有发送。别的通知{HOW}")
    activities = activities or [activity for activity in coming if activity.starts_at <= turn.now + SOON]
    if not activities:
        raise Sorry(f"接下来两周没有已定时间的活动，没有发送。别的通知{HOW}")
    if len(activities) > 1:
        return ask_which(activities, turn.now, "receipt.which", "请大家对哪一项活动回复“收到”？")
    return _announce(turn, activities[0])


@talk.answer("receipt.which")
def hear_ask_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several activities people are to confirm."""
    permit(turn)
    activity = chosen_activity(turn, data, chosen)
    if activity is None:
        raise Sorry("这项活动已经不在了，没有发送。")
    return _announce(turn, activity)


def _announce(turn: Turn, activity: Activity) -> Reply:
    if activity.starts_at <= turn.now:
        raise Sorry(f"{name(activity, turn.now)}已经开始，没有发送。")
    return next_step(turn, draft_of(turn, activity))
