"""What dated activities push by themselves: some days before, and some hours before.

Asks the calendar first whether a reminder can be due, then the database, once for all branches. Start at dues_of().
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.activities import expected_ids
from data.models import Activity, ActivityState
from handlers.activities.notices import REMINDER, request_of, subject_of, template_fields, weekday_of, when_and_where
from scheduler.quiet import before_quiet, outside_quiet
from scheduler.reminder import Occurrence, Reminder

NIGHT = timedelta(hours=14)  # the quiet hours move a reminder by less than this
LONGEST_PAUSE = timedelta(days=100)  # what fell due earlier is stale, so its days need no look
MOMENT = timedelta(seconds=1)  # a reminder is stale this long before the next, so that never two go out at once

# Made once: to build a statement costs more than to run it, and nearly every tick asks the same.
_PLANNED = select(Activity).where(Activity.state == ActivityState.PLANNED)
_SOON = and_(Activity.starts_at > bindparam("since"), Activity.starts_at <= bindparam("soon"))
_PLANNED_SOON = _PLANNED.where(_SOON)


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder of an activity: its name in the key, when, and from when it is stale."""

    name: str
    at: datetime
    expires: datetime


def dues_of(start: datetime, settings: Settings) -> list[Due]:
    """The reminders of an activity in order of time; each is stale when the next is due, the last when it starts."""
    day = start.astimezone(settings.timezone).date()
    times = {f"{ahead}d": _days_before(day, ahead, settings) for ahead in settings.activity_days}
    times["h"] = outside_quiet(start - timedelta(hours=settings.activity_hours), start, settings)
    ordered = sorted(times.items(), key=lambda named: named[1])
    ends = [*(at - MOMENT for _, at in ordered[1:]), start]
    return [Due(name, at, end) for (name, at), end in zip(ordered, ends, strict=True)]


def _days_before(day: date, ahead: int, settings: Settings) -> datetime:
    return before_quiet(_at(day - timedelta(days=ahead), settings.activity_time, settings), settings)


def activity_occurrences(session: Session, settings: Settings, since: datetime,
                         until: datetime) -> Iterator[Occurrence]:
    """Reminders of dated activities. Of several that fell due in a long pause all but the nearest are stale."""
    found = _PLANNED_SOON
    days = _days_ahead(since, until, settings)
    if days:
        found = _PLANNED.where(or_(_SOON, and_(
            Activity.starts_at >= _at(min(days), time(), settings),
            Activity.starts_at < _at(max(days) + timedelta(days=1), time(), settings))))
    soon = until + timedelta(hours=settings.activity_hours) + NIGHT
    for activity in session.scalars(found, {"since": since, "soon": soon}):
        for due in dues_of(activity.starts_at, settings):
            if since < due.at <= until:
                yield _reminder(activity, due, settings)


def _days_ahead(since: datetime, until: datetime, settings: Settings) -> list[date]:
    """The days of activities that may have a reminder of some days before in this span; mostly none."""
    return [day + timedelta(days=ahead) for day in _days_between(since, until, settings)
            for ahead in settings.activity_days
            if since < _days_before(day + timedelta(days=ahead), ahead, settings) <= until]


def _days_between(since: datetime, until: datetime, settings: Settings) -> Iterator[date]:
    day, last = (moment.astimezone(settings.timezone).date()
                 for moment in (max(since, until - LONGEST_PAUSE), until))
    while day <= last + timedelta(days=1):  # a time in the quiet hours moves to the evening before
        yield day
        day += timedelta(days=1)


def _reminder(activity: Activity, due: Due, settings: Settings) -> Occurrence:
    """Its text names the day and never says 明天: it may be read later than it was due."""
    zone = settings.timezone
    text = f"【活动提醒】{activity.title}\n{when_and_where(activity, due.at.astimezone(zone))}\n{request_of(activity).full}"
    return Occurrence(
        branch_id=activity.branch_id, key=f"{subject_of(activity)}/{due.name}", at=due.at, expires=due.expires,
        subject=subject_of(activity), people=partial(expected_ids, activity=activity), text=text,
        fields=template_fields(activity, zone, _note(activity, due, settings)))


def _note(activity: Activity, due: Due, settings: Settings) -> str:
    """`周五，提前7天提醒；不能来请回复请假`: 20 characters at most, and as true when it is read later."""
    start, at = (moment.astimezone(settings.timezone) for moment in (activity.starts_at, due.at))
    ahead = (start.date() - at.date()).days
    lead = f"提前{ahead}天提醒" if ahead else "当天提醒"
    if start - at == timedelta(hours=settings.activity_hours):
        lead = f"提前{settings.activity_hours}小时提醒"
    return f"{weekday_of(start, settings.timezone)}，{lead}；{request_of(activity).again}"


def _at(day: date, hour: time, settings: Settings) -> datetime:
    return datetime.combine(day, hour, settings.timezone)


reminders = (Reminder(REMINDER, activity_occurrences),)
