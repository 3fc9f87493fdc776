"""签到情况, 未签到名单, 催签到: what 组织委员, 书记 and 副书记 see and do about an activity.

Names go to these officers alone, never into a group. 补签 is in makeup.py. Start at hear_overview().
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.which import choose_named
from bot.whom import names_apart, say_unreached
from data import audit
from data.activities import EARLY, dated_between, end_of, find_activity, find_open, is_open
from data.attendance import attendance, begun, missing_ids
from data.chinese import format_time
from data.models import Activity, ActivityState, CheckIn, Person
from data.people import reachable_ids
from data.undo import note_final
from handlers.checkin.heard import LOOK_BACK, ask_which, chosen_activity, name, open_or_latest, talk, words_of
from scheduler import outbox
from scheduler.reminder import PushKind, Still

MOST_AT_ONCE = 5
NOTHING_YET = "还没有开始过的活动。设定时间请书记发送“设置 三月主题党日 3月10日 14:00 地点”。"


def missing_group(session: Session, branch_id: int, now: datetime) -> Sequence[int]:
    """未签到: who has neither checked in nor asked for leave, at what is open or was last."""
    ids = [person_id for activity in open_or_latest(session, branch_id, now)
           for person_id in missing_ids(session, activity)]
    return list(dict.fromkeys(ids))


groups = {"未签到": missing_group}


def still_missing(session: Session, branch_id: int, subject: str) -> Still:
    """Recheck of `activity/12/3`: who is still missing, nobody when the activity has changed since."""
    _, activity_id, version = subject.split("/")
    activity = find_activity(session, branch_id, int(activity_id))
    if activity is None or activity.state is not ActivityState.PLANNED or activity.version != int(version):
        return Still((), "活动已改期或取消")
    return Still(missing_ids(session, activity), "已签到或已请假")


URGE = PushKind("checkin_urge", still=still_missing)
pushes = (URGE,)


def _viewed(turn: Turn) -> list[Activity]:
    """The activities that the words name, begun ones first; else what is open or was last."""
    words = words_of(turn)
    past = begun(turn.session, turn.branch_id, turn.now - LOOK_BACK, turn.now + EARLY)
    named = choose_named(words, past, turn.now.tzinfo)
    if not named and words.names_any:
        coming = dated_between(turn.session, turn.branch_id, turn.now, turn.now + LOOK_BACK)
        named = choose_named(words, coming, turn.now.tzinfo)
    if words.days or words.months:
        return named
    return named[:1] or ([] if words.kinds else open_or_latest(turn.session, turn.branch_id, turn.now))


@talk.on("checkin_overview", "签到情况", "签到统计", "出勤情况", who=Who.ORGANISERS, takes=True,
         usage="签到情况——应到、已签到、请假、未签到")
def hear_overview(turn: Turn) -> Reply:
    """Numbers and names for one activity; numbers for each where several are meant."""
    activities = _viewed(turn)
    if not activities:
        return Reply(_nothing(turn))
    if len(activities) == 1:
        return Reply(_in_full(turn, activities[0]))
    lines = [_numbers(turn, activity) for activity in activities[:MOST_AT_ONCE]]
    return Reply("\n".join((*lines, "看一项的名单，请加上名称或日期，例如“签到情况 3月10日”。")))


def _nothing(turn: Turn) -> str:
    latest = open_or_latest(turn.session, turn.branch_id, turn.now)
    if not latest:
        return NOTHING_YET
    return f"没有找到您说的活动。最近的是{name(latest[0], turn.now)}，回复“签到情况”查看。"


def _numbers(turn: Turn, activity: Activity) -> str:
    seen = attendance(turn.session, activity)
    begins = "" if activity.starts_at - EARLY <= turn.now else "还没有开始签到，"
    made_up = sum(record.entered_by != record.person_id for _, record in seen.present)
    extra = f"（补签{made_up}人）" if made_up else ""
    return (f"{name(activity, turn.now)}：{begins}应到{seen.expected}人，已签到{len(seen.present)}人{extra}，"
            f"请假{len(seen.leave)}人，未签到{len(seen.missing)}人。")


def _in_full(turn: Turn, activity: Activity) -> str:
    seen = attendance(turn.session, activity)
    zone = turn.now.tzinfo
    lines = [_numbers(turn, activity)]
    for title, came in (("已签到", seen.present), ("对象以外签到", seen.guests)):
        if came:
            names = names_apart(turn.session, turn.branch_id, [person for person, _ in came])
            lines.append(f"{title}：{'、'.join(map(partial(_arrival, zone), names, came))}。")
    for title, people in (("请假", seen.leave), ("未签到", seen.missing)):
        if people:
            lines.append(f"{title}：{'、'.join(names_apart(turn.session, turn.branch_id, people))}。")
    if seen.missing and is_open(activity, turn.now):
        lines.append("提醒未签到的人，回复“催签到”；到场没签上的，回复“补签 姓名”。")
    elif seen.missing and activity.starts_at <= turn.now:
        lines.append("到场没签上的，回复“补签 姓名”。")
    return "\n".join(lines)


def _arrival(zone: tzinfo, called: str, came: tuple[Person, CheckIn]) -> str:
    person, record = came
    if record.entered_by != person.id:
        return f"{called}（补签）"
    return f"{called}{format_time(record.happened_at, zone)}"


@talk.on("checkin_missing", "未签到名单", "未签到", "谁没签到", who=Who.ORGANISERS, takes=True,
         usage="未签到名单——还没有签到也没有请假的人")
def hear_missing(turn: Turn) -> Reply:
    """Who is missing; those on leave are counted apart."""
    activities = [activity for activity in _viewed(turn) if activity.starts_at - EARLY <= turn.now]
    if not activities:
        return Reply(_nothing(turn))
    lines = []
    for activity in activities[:MOST_AT_ONCE]:
        seen = attendance(turn.session, activity)
        names = "、".join(names_apart(turn.session, turn.branch_id, seen.missing))
        missing = f"未签到{len(seen.missing)}人：{names}。" if names else "没有人未签到。"
        leave = f"请假{len(seen.leave)}人不计在内。" if seen.leave else ""
        lines.append(f"{name(activity, turn.now)}：{missing}{leave}")
    if any(is_open(activity, turn.now) for activity in activities):
        lines.append("提醒他们，请回复“催签到”。")
    return Reply("\n".join(lines))


@talk.on("remind_missing", "催签到", "提醒签到", who=Who.ORGANISERS, takes=True, changes=True,
         usage="催签到——提醒还没有签到的人（先预览）")
def hear_urge(turn: Turn) -> Reply:
    """The preview of a reminder to those who are missing at what is open now."""
    activities = find_open(turn.session, turn.branch_id, turn.now)
    activities = choose_named(words_of(turn), activities, turn.now.tzinfo) or activities
    if not activities:
        raise Sorry("现在没有可以签到的活动，不能催签到。活动开始前30分钟到结束可以催。")
    if len(activities) > 1:
        return ask_which(activities, turn.now, "checkin.urge_which", "催哪一项活动的签到？")
    return _preview_urge(turn, activities[0])


@talk.answer("checkin.urge_which")
def hear_urge_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several open activities."""
    activity = chosen_activity(turn, data, chosen)
    if activity is None:
        raise Sorry("这项活动已经不在了，没有发送。")
    return _preview_urge(turn, activity)


def _preview_urge(turn: Turn, activity: Activity) -> Reply:
    missing = missing_ids(turn.session, activity)
    what = name(activity, turn.now)
    if not missing:
        return Reply(f"{what}：都已签到或请假，不用催。")
    reached = set(missing) & reachable_ids(turn.session, turn.branch_id)
    before = outbox.queued_among(turn.session, _key_of_urge(activity, turn.now), reached)
    left_out = (say_unreached(turn.session, turn.branch_id, missing).removeprefix("其中"),
                f"{len(before)}人一小时内已提醒过" if before else "")
    others = "；".join(why for why in left_out if why)
    if not reached - before:
        return Reply(f"{what}：未签到{len(missing)}人，现在没有可以提醒的人：{others}。")
    return Reply(f"将提醒{len(reached - before)}人签到：{what}。每人一小时最多提醒一次。"
                 f"{f'不提醒的：{others}。' if others else ''}\n回复“确认”发送，回复“取消”放弃。",
                 Question("checkin.urge", "confirm", {"activity": activity.id}))


def _key_of_urge(activity: Activity, now: datetime) -> str:
    """One reminder for each person and hour."""
    return f"checkin/{activity.id}/urge/{now:%Y-%m-%dT%H}"


@talk.answer("checkin.urge")
def hear_urge_confirmed(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认: queue the reminder for those who are missing now, each at most once an hour."""
    activity = find_activity(turn.session, turn.branch_id, data["activity"])
    if activity is None or not is_open(activity, turn.now):
        raise Sorry("这项活动现在不能签到了，没有发送。")
    reachable, zone = reachable_ids(turn.session, turn.branch_id), turn.now.tzinfo
    missing = [person_id for person_id in missing_ids(turn.session, activity) if person_id in reachable]
    if not missing:
        raise Sorry("没有可以提醒的人：都已签到或请假，或者没有绑定、已取消关注。回复“签到情况”查看。")
    started = "已经开始" if activity.starts_at <= turn.now else "就要开始"
    place = f"，地点{activity.place}" if activity.place else ""
    new = outbox.enqueue(
        turn.session, turn.branch_id, missing, kind=URGE.name, now=turn.now, expires=end_of(activity),
        key=_key_of_urge(activity, turn.now), subject=f"activity/{activity.id}/{activity.version}",
        text=f"{name(activity, turn.now)}{started}{place}，还没有您的签到。到了请回复“签到”，来不了请回复“请假”。",
        fields={"title": activity.title, "time": f"{activity.starts_at.astimezone(zone):%Y-%m-%d %H:%M}",
                "place": activity.place, "note": "到了请回复“签到”"})
    audit.record(turn.session, turn.branch_id, turn.now, turn.person, "checkin.urge", f"activity/{activity.id}",
                 people=new)
    if new:
        note_final(turn.session, turn.person, "催签到的提醒已经发出，收不回来。不再提醒就不用再操作。", turn.now)
    before = f"{len(missing) - new}人一小时内已提醒过，没有重复发。" if new < len(missing) else ""
    return Reply(f"已安排提醒{new}人签到。{before}回复“签到情况”查看进展。")
