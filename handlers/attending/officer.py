"""报名情况 and 报名 三月主题党日: what officers see of the numbers, and how 书记 asks for them. Start at hear_overview().

Names go to these officers alone; the first line has numbers only and can be passed on to the one who caters.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.which import ask_which, choose_named, chosen_activity, name, words_of
from bot.whom import names_apart, say_unreached
from data import audit
from data.activities import dated_between, find_activity
from data.chinese import format_dated
from data.models import Activity
from data.people import reachable_ids
from data.undo import note_final
from handlers.attending import answers
from handlers.attending.heard import talk
from scheduler import outbox
from scheduler.quiet import after_quiet
from scheduler.reminder import PushKind, Still

LOOK_BACK = timedelta(days=7)
LOOK_AHEAD = timedelta(days=370)
SOON = timedelta(days=14)
NONE_AHEAD = "接下来没有已定时间的活动。设定时间请书记发送“设置 三月主题党日 3月10日 14:00 地点”。"


def _still_open(session: Session, branch_id: int, subject: str) -> Still:
    """Recheck of `activity/12/3`: who has not answered yet, nobody when the activity has changed since."""
    activity = find_activity(session, branch_id, int(subject.split("/")[1]))
    if activity is None or answers.subject_of(activity) != subject or activity.starts_at is None:
        return Still((), "活动已改期或取消")
    return Still(answers.unanswered_ids(session, activity), "已答复或已请假")


ASK = PushKind(answers.ASK_KIND, still=_still_open)


@talk.on("attend_overview", "报名情况", "多少人参加", "参加情况", "报名人数", "参加人数", who=Who.ORGANISERS, takes=True,
         usage="报名情况——参加人数")
def hear_overview(turn: Turn) -> Reply:
    """The numbers of the activity that is named, or of the next one that people were asked about."""
    near = dated_between(turn.session, turn.branch_id, turn.now - LOOK_BACK, turn.now + LOOK_AHEAD)
    words, zone = words_of(turn), turn.now.tzinfo
    coming = [activity for activity in near if activity.starts_at > turn.now]
    named = choose_named(words, coming, zone) or choose_named(words, near, zone)
    if not named and words.names_any:
        raise Sorry("没有找到您说的、已定时间的活动。回复“本月安排”查看。")
    activity = named[0] if named else _next(turn, coming) or (near[-1] if near else None)
    return Reply(_in_full(turn, activity) if activity else NONE_AHEAD)


def _next(turn: Turn, coming: Sequence[Activity]) -> Activity | None:
    spoken_of = answers.spoken_of(turn.session, coming)
    return next((one for one in coming if one.id in spoken_of), coming[0] if coming else None)


def _in_full(turn: Turn, activity: Activity) -> str:
    found = answers.count(turn.session, activity)
    groups = {"参加": found.coming, "不参加": found.declined, "请假": found.leave, "未答": found.open}
    numbers = "，".join(f"{label}{len(people)}人" for label, people in groups.items())
    lines = [f"{name(activity, turn.now)}：{numbers}，共{sum(map(len, groups.values()))}人。"]
    if found.older:
        lines.append(f"其中{found.older}人是活动变动之前答复的。")
    lines += [f"{label}：{'、'.join(names_apart(turn.session, turn.branch_id, people))}。"
              for label, people in groups.items() if people]
    if found.open and answers.is_ahead(activity, turn.now):
        asked = answers.asked_ids(turn.session, activity)
        lines += [] if asked else ["还没有问过大家，书记发送“报名”加活动名称可以征求报名。"]
    return "\n".join(lines)


@talk.on("attend_ask", "报名", "征求报名", "组织报名", who=Who.SECRETARY, takes=True, changes=True,
         usage="报名 三月主题党日——请大家回复参不参加（先预览）")
def hear_ask(turn: Turn) -> Reply:
    """报名 三月主题党日: the preview of a question to those whom the activity concerns."""
    coming = dated_between(turn.session, turn.branch_id, turn.now, turn.now + LOOK_AHEAD)
    words = words_of(turn)
    activities = choose_named(words, coming, turn.now.tzinfo)
    if not activities and (turn.rest or words.names_any):
        raise Sorry("没有找到这项已定时间、还没有开始的活动，没有发送。回复“本月安排”查看。")
    activities = activities or [activity for activity in coming if activity.starts_at <= turn.now + SOON] or coming[:1]
    if not activities:
        raise Sorry(NONE_AHEAD)
    if len(activities) > 1:
        return ask_which(activities, turn.now, "attending.ask_which", "征求哪一项活动的报名？")
    return _preview(turn, activities[0])


@talk.answer("attending.ask_which")
def hear_ask_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several activities people are asked about."""
    _permit(turn)
    activity = chosen_activity(turn, data, chosen)
    if activity is None:
        raise Sorry("这项活动已经不在了，没有发送。")
    return _preview(turn, activity)


def _permit(turn: Turn) -> None:
    """The office may have changed hands between a question and its answer."""
    if not Who.SECRETARY.allows(turn.person):
        raise Sorry(Who.SECRETARY.refusal(turn.person))


def _preview(turn: Turn, activity: Activity) -> Reply:
    if not answers.is_ahead(activity, turn.now):
        raise Sorry(f"{activity.title.strip('。 ')}已经开始或取消，没有发送。")
    still_open, asked = _others_open(turn, activity), answers.asked_ids(turn.session, activity)
    people = [person_id for person_id in still_open if person_id not in asked]
    reached = reachable_ids(turn.session, turn.branch_id) & set(people)
    what, apart = name(activity, turn.now), say_unreached(turn.session, turn.branch_id, people).removeprefix("其中")
    if not reached:
        known = f"都已问过，还有{len(still_open)}人没有答复" if still_open else "都已答复或请假"
        return Reply(f"{what}：{apart or known}，没有{'' if apart else '重复'}发。回复“报名情况”查看。")
    return Reply(f"将请{len(reached)}人回复“参加”或“不参加”：{what}{f'；另{apart}' if apart else ''}。"
                 "每人只问一次，时间地点有变动才可以再问。\n回复“确认”发送，回复“取消”放弃。",
                 Question("attending.ask", "confirm", {"activity": activity.id, "version": activity.version}))


def _others_open(turn: Turn, activity: Activity) -> list[int]:
    """Who has not answered, but for the one who asks them."""
    return [person_id for person_id in answers.unanswered_ids(turn.session, activity) if person_id != turn.person.id]


@talk.answer("attending.ask")
def hear_ask_confirmed(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认: the question is queued, once for each person and version of the activity."""
    _permit(turn)
    activity = find_activity(turn.session, turn.branch_id, data["activity"])
    if activity is None or activity.version != data["version"] or not answers.is_ahead(activity, turn.now):
        raise Sorry("这项活动已经开始，或者刚刚有变动，没有发送。请重新发送“报名”加活动名称。")
    what, zone = name(activity, turn.now), turn.now.tzinfo
    due = after_quiet(turn.now, turn.office.settings)
    due = turn.now if due >= activity.starts_at else due  # after the start it would be of no use
    place = activity.place or "待定"
    reachable = reachable_ids(turn.session, turn.branch_id)
    people = [person_id for person_id in _others_open(turn, activity) if person_id in reachable]
    new = outbox.enqueue(
        turn.session, turn.branch_id, people, kind=ASK.name, now=turn.now, due=due,
        expires=activity.starts_at, subject=answers.subject_of(activity),
        key=f"attending/{activity.id}/{activity.version}/ask",
        text=f"【请报名】{what}，地点{place}。\n请回复“参加”或“不参加”，只用来统计人数；来不了的，请照常回复“请假”。",
        fields={"title": activity.title, "time": f"{activity.starts_at.astimezone(zone):%Y-%m-%d %H:%M}",
                "place": place, "note": "请回复“参加”或“不参加”"})
    audit.record(turn.session, turn.branch_id, turn.now, turn.person, "attending.ask", f"activity/{activity.id}",
                 people=new)
    note_final(turn.session, turn.person, "征求报名的消息已经发出，收不回来。", turn.now)
    at = "" if due == turn.now else f"现在是休息时间，{format_dated(due, turn.now)}发出。"
    return Reply(f"已安排请{new}人报名：{what}。{at}稍后回复“报名情况”看人数。")
