"""参加 and 不参加: what people say of themselves for a coming activity. Start at hear_yes()."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot import dialog
from bot.talk import Reply, Sorry, Turn
from bot.which import Words, ask_which, choose_named, chosen_activity, name, words_of
from data.activities import concerns, dated_between, end_of, find_activity, next_for, on_leave_ids
from data.attendance import begun
from data.models import Activity
from data.undo import note_step
from handlers.attending import answers
from handlers.attending.heard import talk

NONE = -1  # in a step for 撤销: nothing was answered before
SOON = timedelta(days=14)  # activities this near may all be meant by a bare 参加
LOOK_BACK = timedelta(days=7)
MOST_AHEAD = 60
_ALL = re.compile("都|全(?:部|去|来|参加|报名)|每[一个]?[个项次]|哪[个项]也|一[个项]也")
_COURTESY = re.compile("(?:谢谢|感谢|辛苦|好的|准时|一定|没问题|收到|确定|确认|不好意思|抱歉|[\\s,，。.!！~～啦呀哦])*")


@talk.on("attend_yes", "参加", "我参加", "报名", "报名参加", "我报名", takes=True, changes=True,
         usage="参加 · 不参加——回复报名")
def hear_yes(turn: Turn) -> Reply:
    """参加 [哪一项]."""
    return _hear(turn, coming=True)


@talk.on("attend_no", "不参加", "我不参加", takes=True, changes=True)
def hear_no(turn: Turn) -> Reply:
    """不参加 [哪一项]: only a number; it is no leave."""
    return _hear(turn, coming=False)


def _hear(turn: Turn, coming: bool) -> Reply:
    ahead = next_for(turn.session, turn.person, turn.now, MOST_AHEAD)
    words = words_of(turn)
    named = choose_named(words, ahead, turn.now.tzinfo)
    if not named and (words.names_any or _names_other(turn, words) or _says_more(turn, words)):
        raise Sorry(_why_not(turn, words, ahead))
    # Who was asked answers that; else everything near may be meant.
    activities = named or answers.open_asked(turn.session, turn.person, ahead) or _near(turn, ahead)
    if not activities:
        raise Sorry(f"接下来没有已定时间、需要您参加的活动，不用报名。{_begun(turn)}")
    if len(activities) > 1 and _ALL.search(turn.match.text):
        dialog.close(turn.session, turn.openid)  # 两个都参加 answers which of them
        return _keep(turn, activities, coming)
    if len(activities) > 1:
        which = "参加" if coming else "不参加"
        return ask_which(activities, turn.now, "attending.which", f"请问{which}哪一项？", coming=coming)
    return _keep(turn, activities[:1], coming)


def _near(turn: Turn, ahead: Sequence[Activity]) -> list[Activity]:
    near = [activity for activity in ahead if activity.starts_at <= turn.now + SOON]
    return near or list(ahead[:1])


def _says_more(turn: Turn, words: Words) -> bool:
    """参加 学习强国, 不参加 孩子发烧: words after the command that name no activity, and are no courtesy either."""
    return bool(turn.rest) and words.says_more and not _COURTESY.fullmatch(turn.rest)


def _others(turn: Turn) -> Sequence[Activity]:
    return dated_between(turn.session, turn.branch_id, turn.now - LOOK_BACK, turn.now + timedelta(days=370))


def _names_other(turn: Turn, words: Words) -> bool:
    """A title that is not among the person's own coming activities."""
    return bool(choose_named(words, _others(turn), turn.now.tzinfo))


def _why_not(turn: Turn, words: Words, ahead: Sequence[Activity]) -> str:
    """Why an activity that was named is none to answer for."""
    for activity in choose_named(words, _others(turn), turn.now.tzinfo):
        what = name(activity, turn.now)
        if not concerns(turn.person, activity):
            return f"{what}的参加对象是{'、'.join(activity.audience)}，您不在其中，不用报名。"
        return _too_late(turn, activity)
    coming = f"接下来是{name(ahead[0], turn.now)}，回复“参加”或“不参加”。" if ahead else "回复“本月安排”查看。"
    return f"没有找到您说的、已定时间并需要您参加的活动，没有登记。{coming}要请假，请回复“请假”加原因。"


def _begun(turn: Turn) -> str:
    """Who says 参加 when it has just begun is there, or late."""
    today = turn.now.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = [one for one in begun(turn.session, turn.branch_id, today, turn.now) if concerns(turn.person, one)]
    return _too_late(turn, mine[0]) if mine else "回复“本月安排”查看。"


def _too_late(turn: Turn, activity: Activity) -> str:
    what = name(activity, turn.now)
    if end_of(activity) < turn.now:
        return f"{what}已经结束，不能再报名。"
    return f"{what}已经开始，不用报名。到场请回复“签到”，来不了请回复“请假”。"


@talk.answer("attending.which")
def hear_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several activities the answer is for."""
    activity = chosen_activity(turn, data, chosen)
    if activity is None:
        raise Sorry("这项活动已经不在了，不用报名。")
    return _keep(turn, [activity], data["coming"])


def _keep(turn: Turn, activities: Sequence[Activity], coming: bool) -> Reply:
    """Note the answer for each of the activities; one step for 撤销. Who is on leave says 销假 before 参加."""
    away = [one for one in activities if turn.person.id in on_leave_ids(turn.session, one.id)]
    if coming and away:
        raise Sorry(f"您已请假：{_names(away, turn)}，没有登记参加。能来了，请先回复“销假”，再回复“参加”。")
    done = [_answer(turn, activity, coming) for activity in activities]
    new = [(activity, one.before) for activity, one in zip(activities, done, strict=True) if one.is_new]
    if new:
        note_step(turn.session, turn.person, "attending.answer", turn.now,
                  activity=[activity.id for activity, _ in new],
                  before=[NONE if before is None else int(before.coming) for _, before in new],
                  version=[before.version if before else 0 for _, before in new])
    what = _names(activities, turn)
    if coming:
        return Reply(f"已记下您参加：{what}。这只用来统计人数，到场还要回复“签到”。改主意，开始前回复“不参加”。")
    rest = "您已请假，不用再办别的。" if len(away) == len(activities) \
        else "这只用来统计人数，不算请假；请假请回复“请假”加原因。"
    return Reply(f"已记下您不参加：{what}。{rest}改主意，开始前回复“参加”。")


def _answer(turn: Turn, activity: Activity, coming: bool) -> answers.Answered:
    done = answers.answer(turn.session, turn.person, activity, coming, turn.now)
    if done is None:
        raise Sorry(_too_late(turn, activity) if activity.starts_at and activity.starts_at <= turn.now
                    else "这项活动已经取消，不用报名。")
    return done


def _names(activities: Sequence[Activity], turn: Turn) -> str:
    return "、".join(name(activity, turn.now) for activity in activities)


@talk.undo("attending.answer", words="参加|报名")
def undo_answer(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """撤销 of 参加 or 不参加: what was answered before stands again."""
    lines = []
    for activity_id, was, version in zip(data["activity"], data["before"], data["version"], strict=True):
        activity = find_activity(turn.session, turn.branch_id, activity_id)
        before = None if was == NONE else bool(was)
        if activity is None or not answers.restore(turn.session, turn.person, activity, before, version, turn.now):
            raise Sorry("活动已经开始或取消，报名不能再改。来不了请回复“请假”。")
        now_stands = "现在没有您的答复" if before is None else f"现在是“{'参加' if before else '不参加'}”"
        lines.append(f"{name(activity, turn.now)}，{now_stands}")
    return Reply(f"已撤销刚才的报名答复：{'；'.join(lines)}。")


@talk.hint
def hint_asked(turn: Turn) -> str | None:
    """In 帮助: what this person was asked about and has not answered."""
    ahead = next_for(turn.session, turn.person, turn.now, MOST_AHEAD)
    asked = answers.open_asked(turn.session, turn.person, ahead)
    return f"回复“参加”或“不参加”：{name(asked[0], turn.now)}" if asked else None
