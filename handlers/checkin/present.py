"""签到: what somebody says who has come, and what they ask about their own attendance. Start at hear_check_in()."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.talk import Reply, Sorry, Turn, Who
from bot.which import Words, choose_named
from bot.whom import find_named
from data.activities import EARLY, around, concerns, end_of, find_open, is_open, next_for
from data.attendance import OwnState, own_attendance, own_check_ins, own_leaves
from data.chinese import format_dated, format_time
from data.models import Activity
from data.undo import note_step
from handlers.checkin import records
from handlers.checkin.heard import ask_which, chosen_activity, name, talk, words_of

MOST_AT_ONCE = 5  # activities that may be open at one time
_STUDY = re.compile("学习|自学|读书|强国|章程|党章|《|微党课|网课|视频|公报|报告|读完|看了")
WHO_CAN = "书记或组织委员"


@talk.on("checkin", "签到", "打卡", "我来签到", takes=True, changes=True, usage="签到——活动开始前30分钟到结束都可以")
def hear_check_in(turn: Turn) -> Reply:
    """Check in to what is open for this person; ask where several are."""
    _refuse_for_others(turn)
    near = around(turn.session, turn.branch_id, turn.now)
    activities = _open_for(turn, near)
    words = words_of(turn)
    _refuse_study(turn, words, near)
    named = choose_named(words, activities, turn.now.tzinfo)
    if not activities:
        raise Sorry(_why_not(turn, near))
    if words.kinds and not named:
        opened = "、".join(name(activity, turn.now) for activity in activities)
        raise Sorry(f"您说的{words.kinds[0]}现在不能签到。现在可以签到的是{opened}，请回复“签到”。")
    activities = named or activities
    if len(activities) > 1:
        return ask_which(activities, turn.now, "checkin.which", "现在有几项活动可以签到，请问是哪一项？")
    return _check_in(turn, activities[0])


@talk.answer("checkin.which")
def hear_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of the open activities."""
    activity = chosen_activity(turn, data, chosen)
    if activity is None:
        raise Sorry("这项活动已经不在了，没有签到。回复“本月安排”查看。")
    return _check_in(turn, activity)


def _refuse_for_others(turn: Turn) -> None:
    words = turn.rest or "、".join(turn.match.slots.people)
    named = find_named(turn.session, turn.branch_id, words) if words else None
    if named is None or turn.person.name in words or not (named.ids or named.shared):
        return
    if Who.ORGANISERS.allows(turn.person):
        raise Sorry("签到由本人操作。替到场的人登记，请回复“补签 姓名”。")
    raise Sorry(f"签到由本人操作，没有签到。到场了却没能签到的，请{WHO_CAN}补签。")


def _refuse_study(turn: Turn, words: Words, near: Sequence[Activity]) -> None:
    """打卡 学习强国: what was read or watched is no activity, and is entered as self-study."""
    if turn.rest and _STUDY.search(turn.rest) and not choose_named(words, near, turn.now.tzinfo):
        raise Sorry("没有签到。“打卡”和“签到”是活动到场时用的；登记自学，请回复“自学打卡”加内容，"
                    f"例如“自学打卡 {turn.rest[:20]}”。")


def _check_in(turn: Turn, activity: Activity) -> Reply:
    zone = turn.now.tzinfo
    done = records.check_in(turn.session, turn.person, activity, turn.now)
    if done is None:
        raise Sorry(f"{name(activity, turn.now)}现在不能签到。到场了没签上的，请{WHO_CAN}补签。")
    if not done.is_new:
        made_up = "（补签）" if done.record.entered_by != turn.person.id else ""
        return Reply(f"您已签到{made_up}：{name(activity, turn.now)}，{format_time(done.record.happened_at, zone)}，"
                     f"您是第{done.rank}位。不用再签。")
    note_step(turn.session, turn.person, "checkin.check_in", turn.now, id=done.record.id,
              on_leave=int(done.was_on_leave))
    leave = "\n您原来的请假已撤销。" if done.was_on_leave else ""
    place = f"，{activity.place}" if activity.place else ""
    return Reply(f"签到成功：{name(activity, turn.now)}{place}，您是第{done.rank}位。{leave}")


def _open_for(turn: Turn, near: Sequence[Activity]) -> list[Activity]:
    """What is open for this person, of all that is around."""
    return [activity for activity in near if is_open(activity, turn.now) and concerns(turn.person, activity)]


def _why_not(turn: Turn, near: Sequence[Activity]) -> str:
    """Nothing is open for this person: because it is for others, is over, or is still to come."""
    zone = turn.now.tzinfo
    others = [activity for activity in near if is_open(activity, turn.now)]
    if others:
        groups = "、".join(others[0].audience)
        return (f"现在的{name(others[0], turn.now)}参加对象是{groups}，您不在其中，不用签到。"
                f"如果您参加了，请{WHO_CAN}补签。")
    midnight = turn.now.replace(hour=0, minute=0, second=0, microsecond=0)
    own = [activity for activity in near if concerns(turn.person, activity)]
    over = [activity for activity in reversed(own) if midnight < activity.starts_at <= turn.now]
    if over:
        if records.find_check_in(turn.session, turn.person.id, over[0].id):
            return f"您已签到：{name(over[0], turn.now)}，活动已结束。不用再签。"
        return (f"{name(over[0], turn.now)}的签到已在{format_time(end_of(over[0]), zone)}结束。"
                f"到场了没签上的，请{WHO_CAN}补签。")
    coming = [activity for activity in own if activity.starts_at > turn.now]
    if not coming:
        return "现在没有可以签到的活动，接下来的活动还没有定时间。回复“本月安排”查看。"
    start, opens = coming[0].starts_at.astimezone(zone), (coming[0].starts_at - EARLY).astimezone(zone)
    since = format_time(opens) if opens.date() == start.date() else format_dated(opens, turn.now)
    return f"现在没有可以签到的活动。下一次是{coming[0].title}，{format_dated(start, turn.now)}开始，{since}起可以签到。"


@talk.on("checkin_help", "怎么签到", "如何签到", usage="怎么签到——签到、请假、补签的办法")
def hear_help(turn: Turn) -> Reply:
    """How it works, and what is next for this person."""
    near = around(turn.session, turn.branch_id, turn.now)
    opened = _open_for(turn, near)
    now_open = f"现在可以签到：{name(opened[0], turn.now)}。" if opened else _why_not(turn, near)
    return Reply("签到：活动开始前30分钟到结束，回复“签到”（没有写结束时间的，到开始后两小时）。"
                 "每项活动签一次，重复发送不影响。\n"
                 "来不了：回复“请假”，可以写上原因；又能来了，回复“销假”。\n"
                 f"到场了没签上：请{WHO_CAN}补签，与本人签到同样有效。\n{now_open}")


@talk.on("checkin_mine", "我的签到", "我的签到记录", "签到记录", usage="我的签到——本年的参加情况")
def hear_mine(turn: Turn) -> Reply:
    """A person's own attendance of the year; activities at which nobody checked in say nothing and are left out."""
    year = turn.now.year
    new_year = turn.now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    states = _own_states(turn, new_year)
    if not states:
        return Reply(f"{year}年还没有您的签到记录。{_own_next(turn)}")
    came, leave = (sum(state.startswith(word) for _, state in states) for word in ("已签到", "请假"))
    lines = [f"{name(activity, turn.now)}：{state}" for activity, state in states]
    return Reply("\n".join((f"您{year}年应到{len(states)}次：已签到{came}次，请假{leave}次，"
                            f"未签到{len(states) - came - leave}次。", *lines, _own_next(turn))))


def _own_states(turn: Turn, since: datetime) -> list[tuple[Activity, str]]:
    """What the person did at each activity that says something about them, the earliest first."""
    return [(state.activity, _own_state(turn, state))
            for state in own_attendance(turn.session, turn.person, since, turn.now + EARLY)]


def _own_state(turn: Turn, state: OwnState) -> str:
    """`已签到14:03`, `已签到（补签）`, `请假`, `未签到`."""
    record = state.record
    if record is not None:
        own = record.entered_by == turn.person.id
        return f"已签到{format_time(record.happened_at, turn.now.tzinfo)}" if own else "已签到（补签）"
    if state.on_leave:
        return "请假"
    return "未签到" if end_of(state.activity) < turn.now else "未签到，现在可以签"


def _own_next(turn: Turn) -> str:
    coming = next_for(turn.session, turn.person, turn.now, MOST_AT_ONCE + 1)
    done = own_check_ins(turn.session, turn.person.id, [activity.id for activity in coming]) if coming else {}
    coming = [activity for activity in coming if activity.id not in done]  # those that begin soon may be done already
    if not coming:
        return "接下来的活动还没有定时间。"
    leave = "，您已请假" if own_leaves(turn.session, turn.person.id, [coming[0].id]) else ""
    return f"下一次活动：{name(coming[0], turn.now)}{leave}。"


@talk.hint
def hint_open(turn: Turn) -> str | None:
    """What this person could check in to right now."""
    if turn.person is None:
        return None
    opened = find_open(turn.session, turn.branch_id, turn.now, turn.person)
    done = own_check_ins(turn.session, turn.person.id, [one.id for one in opened]) if opened else {}
    left = next((activity for activity in opened if activity.id not in done), None)
    return f"{name(left, turn.now)}现在可以签到，回复“签到”。" if left else None
