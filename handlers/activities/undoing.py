"""撤销 of a date, another date, an added or a cancelled activity: puts back what it was, and tells those who were told.

It is a further change with a version of its own: what waits of the wrong one is stopped, and whoever has read it gets
a correction, once. Start at put_back().
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.talk import Reply, Sorry, Turn, Who
from data.activities import audience_ids
from data.chinese import format_dated
from data.models import Activity, ActivityState, CheckIn, Person
from data.people import IDENTITY_GROUPS, ids_in, people_named
from data.undo import note_step
from handlers.activities import changes
from handlers.activities.changes import Change, Former, Slot
from handlers.activities.notices import (
    NOTICE,
    REMINDER,
    enqueue_notice,
    find_current,
    is_off,
    subject_of,
    template_fields,
    times_of_notice,
    when_and_where,
)
from scheduler.outbox import enqueue
from scheduler.recall import recall
from scheduler.reminder import PushKind, Still

STEP = "activity.change"
WHY = "安排已撤销"


def still_right(session: Session, branch_id: int, subject: str) -> Still:
    """Recheck of a correction: it may also go to people whom the activity does not concern, if they were told so."""
    if find_current(session, subject) is None:
        return Still((), "活动后来又有变动")
    return Still(ids_in(session, branch_id, ("全体",)), "不在名册中")


CORRECTION = PushKind("activity_correction", still=still_right)


def note(turn: Turn, change: Change) -> None:
    """Note the change for 撤销: numbers, times, place and groups; people of the audience by number only."""
    former, activity = change.former, change.activity
    slot = former.slot
    others = [one for one in former.audience if one not in IDENTITY_GROUPS]
    named = {one: [person.id for person in people_named(turn.session, turn.branch_id, one)] for one in others}
    note_step(turn.session, turn.person, STEP, turn.now, id=activity.id, version=activity.version,
              state=former.state.value, starts=slot and slot.starts_at.isoformat(),
              ends=slot and slot.ends_at and slot.ends_at.isoformat(), place=slot and slot.place,
              groups=[one for one in former.audience if not named.get(one)],
              people=[person_id for ids in named.values() for person_id in ids])


def _former(session: Session, data: Mapping[str, Any]) -> Former:
    names = [session.get_one(Person, person_id).name for person_id in data["people"]]
    slot = None
    if data["starts"]:
        slot = Slot(datetime.fromisoformat(data["starts"]), data["ends"] and datetime.fromisoformat(data["ends"]),
                    data["place"])
    return Former(ActivityState(data["state"]), slot, tuple(dict.fromkeys((*data["groups"], *names))))


def put_back(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """What 撤销 does. Raises Sorry where somebody has changed the activity meanwhile, or people have checked in."""
    if not Who.SECRETARY.allows(turn.person):
        raise Sorry(Who.SECRETARY.refusal(turn.person))
    activity = turn.session.get_one(Activity, data["id"], with_for_update=True, populate_existing=True)
    former = _former(turn.session, data)
    if activity.version != data["version"]:
        raise Sorry(f"{activity.title}刚刚又有了新的安排，现在是：{_how(activity, turn.now)}，没有撤销。要改请用“改期”或“取消活动”。")
    other_time = former.state is not activity.state or former.slot is None \
        or former.slot.starts_at != activity.starts_at
    if other_time and turn.session.scalar(select(exists().where(CheckIn.activity_id == activity.id))):
        raise Sorry(f"{activity.title}已经有人签到，没有撤销。要改时间请用“改期”。")
    change = changes.restore(turn.session, activity, former, turn.now, turn.person)
    return Reply(f"已撤销：{_restored(change, turn.now)}\n{_tell_back(turn, change)}再要改，请用“设置”或“改期”。")


def _how(activity: Activity, now: datetime) -> str:
    """`3月10日（周五）14:00，多功能厅`, `已取消`, `时间未定`."""
    if is_off(activity):
        return "已取消"
    if activity.starts_at is None:
        return "时间未定"
    return f"{format_dated(activity.starts_at, now, activity.ends_at)}，{activity.place or '地点待定'}"


def _restored(change: Change, now: datetime) -> str:
    """What it is again, and what no longer counts."""
    wrong = f"刚才的安排（{format_dated(change.before.starts_at, now)}）" if change.before else "刚才的取消"
    if is_off(change.activity):
        return f"{change.activity.title}不办了，{wrong}不算。"
    return f"{change.activity.title}恢复为{_how(change.activity, now)}，{wrong}不算。"


@dataclass(frozen=True, slots=True)
class _Readers:
    """Who gets what: `corrected` have read something wrong, `news` have not read of the restored date yet."""

    corrected: frozenset[int]
    news: frozenset[int]


def _stop(turn: Turn, activity: Activity) -> _Readers:
    """Stop all that waits about older versions. What was on its way about the restored one has to be said anew."""
    session, branch_id = turn.session, turn.branch_id
    wrong = recall(session, branch_id, (NOTICE, REMINDER, CORRECTION), [subject_of(activity, activity.version - 1)],
                   WHY, turn.now)
    older = [subject_of(activity, version) for version in range(1, activity.version - 1)]
    unread = recall(session, branch_id, (NOTICE,), older, WHY, turn.now).stopped
    uncorrected = recall(session, branch_id, (CORRECTION,), older, WHY, turn.now).stopped
    corrected = (wrong.told | uncorrected) - {turn.person.id}
    return _Readers(corrected, unread - corrected - {turn.person.id})


def _tell_back(turn: Turn, change: Change) -> str:
    """Corrections and, where the first news was still on its way, the news; and what 书记 reads about that."""
    readers, activity = _stop(turn, change.activity), change.activity
    due, expires = times_of_notice(change, turn.now, turn.office.settings)
    concerned = set(audience_ids(turn.session, activity))
    for people, text, remark in (
            (readers.corrected & concerned, _correction(change, turn.now), "更正：以此为准"),
            (readers.corrected - concerned, f"【活动更正】{activity.title}：刚才的通知有误，您不用参加。", "更正：您不用参加")):
        enqueue(turn.session, turn.branch_id, people, kind=CORRECTION.name,
                key=f"{CORRECTION.name}/{subject_of(activity)}",
                subject=subject_of(activity), text=text, now=turn.now, due=due, expires=expires,
                fields=template_fields(activity, turn.now.tzinfo, remark))
    if readers.news and (activity.starts_at or is_off(activity)):
        enqueue_notice(turn.session, Change(activity, None), turn.person, turn.now, turn.office.settings, readers.news)
    count = len(readers.corrected) + len(readers.news)
    if not count:
        return "刚才的通知还没有发出，不再发送。"
    when = f"现在是休息时间，{format_dated(due, turn.now)}" if due > turn.now else "正在"
    return f"{when}更正通知{count}人。"


def _correction(change: Change, now: datetime) -> str:
    """What those read who have read something wrong."""
    activity = change.activity
    head = f"【活动更正】{activity.title}：刚才的{'通知' if change.before else '取消通知'}有误"
    if is_off(activity):
        return f"{head}，这项活动不办，不用参加。"
    if activity.starts_at is None:
        return f"{head}，时间还没有定，定下后再通知您。"
    return f"{head}，以这一条为准。\n{when_and_where(activity, now)}"
