"""Telling those concerned that an activity was dated, moved or cancelled, with the check before each send.

Writes to the outbox only. Start at enqueue_notice(). The subject of a push is `activity/<id>/<version>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.settings import Settings
from data.activities import audience_ids, end_of, expected_ids
from data.chinese import format_when
from data.models import Activity, ActivityState, Person
from data.people import reachable_ids
from handlers.activities.changes import Change
from scheduler.outbox import enqueue
from scheduler.quiet import after_quiet
from scheduler.reminder import PushKind, Still

UNDATED_NOTICE_DAYS = 7  # news that an undated entry is cancelled is stale after a week
PLACE_OPEN = "待定"


@dataclass(frozen=True, slots=True)
class Told:
    """How many people a notice goes to, how many of them are neither bound nor followers, and from when."""

    people: int
    unreachable: int
    due: datetime


def enqueue_notice(session: Session, change: Change, by: Person | None, now: datetime, settings: Settings) -> Told:
    """Tell everybody whom the activity concerns, but not the one who has just changed it."""
    activity = change.activity
    people = [person for person in audience_ids(session, activity) if by is None or person != by.id]
    expires = _stale_at(change, now)
    due = min(after_quiet(now, settings), expires)
    enqueue(session, activity.branch_id, people, kind=NOTICE.name, key=f"{NOTICE.name}/{subject_of(activity)}",
            subject=subject_of(activity), text=notice_text(change, now.tzinfo), now=now, due=due, expires=expires,
            fields=template_fields(activity, now.tzinfo, _note(change, now.tzinfo)))
    return Told(len(people), len(set(people) - reachable_ids(session, activity.branch_id)), due)


def _stale_at(change: Change, now: datetime) -> datetime:
    start = change.activity.starts_at
    if start is None:
        return now + timedelta(days=UNDATED_NOTICE_DAYS)
    return start if start > now else end_of(change.activity)


def notice_text(change: Change, zone: tzinfo) -> str:
    """What those concerned read."""
    activity, before = change.activity, change.before
    if is_off(activity):
        was = f"（原定{format_when(before.starts_at, zone)}）" if before else ""
        return f"【活动取消】{activity.title}{was}取消了，不用参加。"
    if before is None:
        head, was = "活动安排", ""
    elif before.starts_at != activity.starts_at:
        head, was = "活动改期", f"（原定{format_when(before.starts_at, zone)}）"
    else:
        head, was = "活动变更", ""
    return f"【{head}】{activity.title}\n{when_and_where(activity, zone, was)}\n不能参加请回复“请假”加原因。"


def _note(change: Change, zone: tzinfo) -> str:
    """The last line of a template message, 20 characters at most."""
    if is_off(change.activity):
        return "活动已取消，不用参加"
    if change.before is None or change.before.starts_at == change.activity.starts_at:
        return "请准时参加，不能来请回复请假" if change.before is None else "安排有变，以此为准"
    was = change.before.starts_at.astimezone(zone)
    return f"改期，原定{was.month}月{was.day}日{was:%H:%M}"


def when_and_where(activity: Activity, zone: tzinfo, was: str = "") -> str:
    """Two lines: `时间：…` and `地点：…`."""
    assert activity.starts_at is not None
    return (f"时间：{format_when(activity.starts_at, zone, activity.ends_at)}{was}\n"
            f"地点：{activity.place or PLACE_OPEN}")


def template_fields(activity: Activity, zone: tzinfo, note: str) -> Mapping[str, str]:
    """What fills a template message; `time` in the form that the platform demands."""
    start = activity.starts_at and activity.starts_at.astimezone(zone)
    time = f"{start.year}年{start.month}月{start.day}日 {start:%H:%M}" if start else ""
    return {"title": activity.title, "time": time, "place": activity.place or PLACE_OPEN, "note": note}


def subject_of(activity: Activity) -> str:
    return f"activity/{activity.id}/{activity.version}"


def is_off(activity: Activity) -> bool:
    return activity.state is ActivityState.CANCELLED


def _find_current(session: Session, subject: str) -> Activity | None:
    """The activity of a push; None once it has changed since."""
    _, activity_id, version = subject.split("/")
    activity = session.get(Activity, int(activity_id))
    return activity if activity is not None and activity.version == int(version) else None


def _still_news(session: Session, _branch_id: int, subject: str) -> Still:
    activity = _find_current(session, subject)
    if activity is None:
        return Still((), "活动后来又有变动")
    return Still(audience_ids(session, activity), "不再是参加对象")


def _still_to_come(session: Session, _branch_id: int, subject: str) -> Still:
    activity = _find_current(session, subject)
    if activity is None or is_off(activity):
        return Still((), "活动已改期或取消")
    return Still(expected_ids(session, activity), "已请假")


NOTICE = PushKind("activity_notice", repeat_unsure=True, still=_still_news)
REMINDER = PushKind("activity_reminder", repeat_unsure=True, capped=True, still=_still_to_come)
