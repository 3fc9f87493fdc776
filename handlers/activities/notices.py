"""Telling those concerned that an activity was dated, moved or cancelled, with the check before each send.

Writes to the outbox only. Start at enqueue_notice(). The subject of a push is `activity/<id>/<version>`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.activities import audience_ids, end_of, expected_ids, on_leave_ids
from data.chinese import WEEKDAYS, format_dated
from data.models import Activity, ActivityState, CheckIn, Person
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


@dataclass(frozen=True, slots=True)
class Request:
    """What people are asked to do: in a text, in the note of a first notice and, shorter, in that of a reminder.

    The notes have 20 characters with the weekday and, of a reminder, which one it is.
    """

    full: str
    first: str
    again: str


_LEAVE = "不能参加请回复“请假”加原因。"
_AWAY = "您原来请了假，新的时间能来请回复“销假”；不能来，不用再请。"
_AWAY_AS_BEFORE = "您已请假，不用再请；又能来了，请回复“销假”。"
_COME = Request(_LEAVE, "请准时参加，不能来请回复请假", "不能来请回复请假")
_REQUESTS = {
    "缴党费": Request(f"请备好党费，交给组织委员。{_LEAVE}", "请备好党费，交给组织委员", "请备好党费"),
    "材料": Request(f"请按时交齐材料。{_LEAVE}", "请备好材料，按时交齐", "请备好材料"),
    "评优": Request(f"请备好个人总结。{_LEAVE}", "请备好总结，按时参加", "请备好总结"),
}


def enqueue_notice(session: Session, change: Change, by: Person | None, now: datetime, settings: Settings,
                   only: Collection[int] | None = None) -> Told:
    """Tell everybody (or `only` these) whom the activity concerns, but not the one who has just changed it."""
    activity = change.activity
    people = [person for person in audience_ids(session, activity)
              if (by is None or person != by.id) and (only is None or person in only)]
    due, expires = times_of_notice(change, now, settings)
    away = set() if is_off(activity) else on_leave_ids(session, activity.id)
    for on_leave in (False, True):
        enqueue(session, activity.branch_id, [person for person in people if (person in away) is on_leave],
                kind=NOTICE.name, key=f"{NOTICE.name}/{subject_of(activity)}", subject=subject_of(activity),
                text=notice_text(change, now, on_leave), now=now, due=due, expires=expires,
                fields=template_fields(activity, now.tzinfo, _note(change, now.tzinfo, on_leave)))
    return Told(len(people), len(set(people) - reachable_ids(session, activity.branch_id)), due)


def times_of_notice(change: Change, now: datetime, settings: Settings) -> tuple[datetime, datetime]:
    """From when a notice goes out, and when it is stale."""
    expires = _stale_at(change, now)
    return min(after_quiet(now, settings), expires), expires


def _stale_at(change: Change, now: datetime) -> datetime:
    start = change.activity.starts_at
    if start is None:
        return now + timedelta(days=UNDATED_NOTICE_DAYS)
    return start if start > now else end_of(change.activity)


def notice_text(change: Change, now: datetime, on_leave: bool = False) -> str:
    """What those concerned read; who is on leave stays so, and reads how to come after all."""
    activity, before = change.activity, change.before
    if is_off(activity):
        was = f"（原定{format_dated(before.starts_at, now)}）" if before else ""
        return f"【活动取消】{activity.title}{was}取消了，不用参加。"
    if before is None:
        head, was = "活动安排", ""
    elif before.starts_at != activity.starts_at:
        head, was = "活动改期", f"（原定{format_dated(before.starts_at, now)}）"
    else:
        head, was = "活动变更", ""
    asked = (_AWAY if was or not before else _AWAY_AS_BEFORE) if on_leave else request_of(activity).full
    return f"【{head}】{activity.title}\n{when_and_where(activity, now, was)}\n{asked}"


def _note(change: Change, zone: tzinfo, on_leave: bool = False) -> str:
    """The last line of a template message, 20 characters at most."""
    before, activity = change.before, change.activity
    if is_off(activity):
        return f"原定{weekday_of(before.starts_at, zone)}，已取消，不用参加" if before else "活动已取消，不用参加"
    weekday = weekday_of(activity.starts_at, zone)
    if on_leave:
        moved = "改期" if before and before.starts_at != activity.starts_at else "变更"
        return f"{weekday}；{moved}，能来请回复销假"
    if before is None:
        return f"{weekday}；{request_of(activity).first}"
    if before.starts_at == activity.starts_at:
        return f"{weekday}；安排有变，以此为准"
    was = before.starts_at.astimezone(zone)
    return f"{weekday}；改期，原定{was.month}月{was.day}日{was:%H:%M}"


def request_of(activity: Activity) -> Request:
    """What those concerned are asked to do, by the kind of the activity."""
    return _REQUESTS.get(activity.kind, _COME)


def weekday_of(moment: datetime, zone: tzinfo) -> str:
    """`周五`: the day field of a template message has no room for it."""
    return f"周{WEEKDAYS[moment.astimezone(zone).weekday()]}"


def when_and_where(activity: Activity, now: datetime, was: str = "") -> str:
    """Two lines: `时间：…` and `地点：…`, with the year where it is not the year of `now`."""
    assert activity.starts_at is not None
    return (f"时间：{format_dated(activity.starts_at, now, activity.ends_at)}{was}\n"
            f"地点：{activity.place or PLACE_OPEN}")


def template_fields(activity: Activity, zone: tzinfo, note: str) -> Mapping[str, str]:
    """What fills a template message; `time` in the form that the platform demands."""
    start = activity.starts_at and activity.starts_at.astimezone(zone)
    time = f"{start.year}年{start.month}月{start.day}日 {start:%H:%M}" if start else ""
    return {"title": activity.title, "time": time, "place": activity.place or PLACE_OPEN, "note": note}


def subject_of(activity: Activity, version: int | None = None) -> str:
    """What a push is about: the activity as it is now, or as it was in an older version."""
    return f"activity/{activity.id}/{version or activity.version}"


def is_off(activity: Activity) -> bool:
    return activity.state is ActivityState.CANCELLED


def find_current(session: Session, subject: str) -> Activity | None:
    """The activity of a push; None once it has changed since."""
    _, activity_id, version = subject.split("/")
    activity = session.get(Activity, int(activity_id))
    return activity if activity is not None and activity.version == int(version) else None


def _still_news(session: Session, _branch_id: int, subject: str) -> Still:
    activity = find_current(session, subject)
    if activity is None:
        return Still((), "活动后来又有变动")
    return Still(audience_ids(session, activity), "不再是参加对象")


def _still_to_come(session: Session, _branch_id: int, subject: str) -> Still:
    activity = find_current(session, subject)
    if activity is None or is_off(activity):
        return Still((), "活动已改期或取消")
    here = set(session.scalars(select(CheckIn.person_id).where(CheckIn.activity_id == activity.id)))
    return Still([person for person in expected_ids(session, activity) if person not in here], "已签到或已请假")


NOTICE = PushKind("activity_notice", repeat_unsure=True, still=_still_news)
REMINDER = PushKind("activity_reminder", repeat_unsure=True, capped=True, still=_still_to_come)
