"""请假 and 销假. No approval; 书记 is told the reason, and nobody keeps it (domain part 7). Start at hear_leave()."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.talk import Reply, Sorry, Turn
from bot.which import Words, choose_named
from data.activities import end_of, find_open, next_for, on_leave_ids
from data.attendance import begun
from data.chinese import format_when
from data.models import Activity, Person
from data.undo import note_step
from handlers.checkin import records
from handlers.checkin.heard import ask_which, chosen_activity, name, secretary_ids, talk, words_of
from handlers.checkin.picking import reason_in
from handlers.checkin.records import LeaveOutcome
from scheduler import outbox
from scheduler.quiet import after_quiet
from scheduler.recall import recall
from scheduler.reminder import PushKind, Still

SOON = timedelta(days=7)  # activities this near may all be meant by a bare 请假
MOST_AHEAD = 60
MOST_REASON = 200
TOLD_WITHIN = timedelta(days=2)  # a reason must not lie about; that somebody is on leave shows in 签到情况 anyway
TAKEN, WITHDRAWN = "taken", "withdrawn"


def still_so(session: Session, branch_id: int, subject: str) -> Still:
    """Recheck of `leave/12/7/taken`: whether person 7 is still on leave from activity 12, or still not."""
    if subject.startswith("leave/"):
        _, activity_id, person_id, what = subject.split("/")
        if (int(person_id) in on_leave_ids(session, int(activity_id))) is not (what == TAKEN):
            return Still((), "后来已销假" if what == TAKEN else "后来又请假")
    return Still(secretary_ids(session, branch_id), "不再担任书记")


NOTICE = PushKind("leave_notice", forget_text=True, still=still_so)


@talk.on("leave_request", "请假", takes=True, changes=True, usage="请假 孩子发烧——告诉书记，原因只转告、不保存")
def hear_leave(turn: Turn) -> Reply:
    """Leave from the activity that is named, open or next; asks where several are near."""
    words = words_of(turn)
    ahead = [*find_open(turn.session, turn.branch_id, turn.now, turn.person),
             *next_for(turn.session, turn.person, turn.now, MOST_AHEAD)]
    ahead = list({activity.id: activity for activity in ahead}.values())
    named = choose_named(words, ahead, turn.now.tzinfo)
    reason = _passed_on(turn, words, named)
    if not named and words.names_any and not reason:
        raise Sorry(_not_ahead(turn, words, ahead))
    activities = named or _near(turn, ahead)
    if not activities:
        raise Sorry("接下来没有已定时间、需要您参加的活动，不用请假。回复“本月安排”查看。")
    if len(activities) > 1:
        return ask_which(activities, turn.now, "leave.which", "请问哪一项请假？", reason=reason)
    return _take_leave(turn, activities[0], reason)


def _passed_on(turn: Turn, words: Words, named: Sequence[Activity]) -> str:
    """What 书记 is to read: `原因：孩子发烧` after the command, free words just as they were said."""
    reason = reason_in(words, named)
    if turn.match.command and reason:
        return f"原因：{reason[:MOST_REASON]}"
    return f"原话：{turn.said[:MOST_REASON]}" if reason else ""


def _near(turn: Turn, ahead: Sequence[Activity]) -> list[Activity]:
    """Everything of the next days, or else just the next one."""
    near = [activity for activity in ahead if activity.starts_at <= turn.now + SOON]
    return near or list(ahead[:1])


def _not_ahead(turn: Turn, words: Words, ahead: Sequence[Activity]) -> str:
    """Why an activity that was named is none to take leave from."""
    zone = turn.now.tzinfo
    today = turn.now.replace(hour=0, minute=0, second=0, microsecond=0)
    over = choose_named(words, begun(turn.session, turn.branch_id, today - SOON, turn.now), zone)
    if over:
        return f"{name(over[0], turn.now)}已经结束，不能再请假。有情况请直接告诉书记。"
    coming = f"接下来是{name(ahead[0], turn.now)}，请假请回复“请假”。" if ahead else "回复“本月安排”查看。"
    return f"没有找到您说的、已定时间并需要您参加的活动。{coming}"


@talk.answer("leave.which")
def hear_leave_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several activities the leave is from."""
    activity = chosen_activity(turn, data, chosen)
    if activity is None:
        raise Sorry("这项活动已经不在了，不用请假。回复“本月安排”查看。")
    return _take_leave(turn, activity, data["reason"])


def _take_leave(turn: Turn, activity: Activity, reason: str) -> Reply:
    what = name(activity, turn.now)
    if end_of(activity) < turn.now:
        raise Sorry(f"{what}已经结束，不能再请假。有情况请直接告诉书记。")
    match records.take_leave(turn.session, turn.person, activity, turn.now):
        case LeaveOutcome.PRESENT:
            raise Sorry(f"您已签到{what}，不用请假。要早走，请直接告诉书记。")
        case LeaveOutcome.BEFORE:
            return Reply(f"您已请假：{what}，不用再发。又能来了，请回复“销假”。")
    note_step(turn.session, turn.person, "leave.take", turn.now, id=activity.id)
    told = tell_secretary(turn, activity, TAKEN, f"{turn.person.name}请假：{what}。", reason)
    return Reply(f"已请假：{what}。{told}又能来了，请回复“销假”。")


def subject_of(turn: Turn, activity: Activity, state: str) -> str:
    """What a notice is about: this person's leave from the activity, TAKEN or WITHDRAWN."""
    return f"leave/{activity.id}/{turn.person.id}/{state}"


def tell_withdrawn(turn: Turn, activity: Activity) -> str:
    """Tell 书记 that the leave is over; whoever has not heard of it yet never does."""
    notice = recall(turn.session, turn.branch_id, (NOTICE,), [subject_of(turn, activity, TAKEN)], "后来已销假", turn.now)
    if notice.stopped and not notice.told:
        names = "、".join(turn.session.get_one(Person, person_id).name for person_id in sorted(notice.stopped))
        return f"请假还没有转告{names}，不再转告。"
    what = name(activity, turn.now)
    return tell_secretary(turn, activity, WITHDRAWN, f"{turn.person.name}销假：{what}，可以参加。")


def tell_secretary(turn: Turn, activity: Activity, state: str, text: str, reason: str = "") -> str:
    """Queue the word to 书记 and say in the answer what was passed on; the answer never repeats the reason."""
    people = [person_id for person_id in secretary_ids(turn.session, turn.branch_id) if person_id != turn.person.id]
    if not people:
        return ""
    words = f"{text}\n{reason}\n（只转告您，不保存）" if reason else text
    due = after_quiet(turn.now, turn.office.settings)
    if activity.starts_at <= due:
        due = turn.now  # what concerns tonight is of no use tomorrow morning
    outbox.enqueue(turn.session, turn.branch_id, people, kind=NOTICE.name, now=turn.now, due=due,
                   key=f"{subject_of(turn, activity, state)}/{turn.now:%Y%m%d%H%M%S}", text=words,
                   expires=due + TOLD_WITHIN, subject=subject_of(turn, activity, state),
                   fields={"title": text.partition("：")[0], "time": format_when(activity.starts_at, turn.now.tzinfo),
                           "place": activity.place, "note": reason.partition("：")[2] or activity.title})
    names = "、".join(turn.session.get_one(Person, person_id).name for person_id in people)
    return f"{reason[:2]}已转告{names}，系统不保存。" if reason else f"已告诉{names}。"


@talk.on("leave_cancel", "销假", "取消请假", "撤销请假", "撤回请假", takes=True, changes=True, usage="销假——撤销请假")
def hear_withdraw(turn: Turn) -> Reply:
    """Withdraw leave; asks where several are standing."""
    standing = [activity for activity in records.leaves_ahead(turn.session, turn.person, turn.now - SOON)
                if end_of(activity) >= turn.now]
    standing = choose_named(words_of(turn), standing, turn.now.tzinfo) or standing
    if not standing:
        return Reply("您现在没有请假，不用销假。报名改主意，请回复“参加”或“不参加”。")
    if len(standing) > 1:
        return ask_which(standing, turn.now, "leave.withdraw_which", "请问撤销哪一项请假？")
    return _withdraw(turn, standing[0])


@talk.answer("leave.withdraw_which")
def hear_withdraw_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several leaves is withdrawn."""
    activity = chosen_activity(turn, data, chosen)
    if activity is None:
        raise Sorry("这项活动已经不在了，不用销假。")
    return _withdraw(turn, activity)


def _withdraw(turn: Turn, activity: Activity) -> Reply:
    what = name(activity, turn.now)
    if not records.withdraw_leave(turn.session, turn.person, activity, turn.person, turn.now):
        return Reply(f"{what}的请假已经撤销过，不用再发。")
    note_step(turn.session, turn.person, "leave.withdraw", turn.now, id=activity.id)
    return Reply(f"已销假：{what}。{tell_withdrawn(turn, activity)}到场后请回复“签到”。")


pushes = (NOTICE,)
