"""What a person's feed shows: the activities that concern them, and what the plan has without a date.

Nothing about the person goes in: a calendar is looked at over shoulders and lives on other people's servers.
Reads only; between two changes the same events at any moment of a day. Start at events_for().
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.talk import SECRETARIES, duties_of
from data.activities import Item, YearView, belongs, end_of, year_view
from data.chinese import format_months
from data.models import Activity, AuditRecord, Person, Plan, PlanEntry
from data.plan_rules import ALL_MONTH
from data.workdays import first_working_day
from scheduler.quiet import before_quiet, outside_quiet

PLACE_OPEN = "待定"
TODO = "到场后在公众号里回复“签到”，不能参加回复“请假”。"
BRIEF = timedelta(minutes=10)  # what was added and called off again so soon was a mistake that nobody need see
STRUCK_OUT = timedelta(days=30)  # how long a past activity that was cancelled is still shown as such
NEXT_YEAR_FROM = 12  # from this month on, the next year is in the feed too
HOST = "party-assistant"  # the right-hand side of a UID: never a machine's name, for a move must not change it


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the calendar; `start` and `end` are days for a note without a time, moments otherwise."""

    uid: str
    sequence: int
    changed_at: datetime
    summary: str
    description: str
    start: datetime | date
    end: datetime | date
    place: str = ""
    alarms: tuple[timedelta, ...] = ()
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class _Life:
    """When an activity was first and last changed."""

    began: datetime
    changed: datetime


def years_at(now: datetime) -> tuple[int, ...]:
    """The years that a feed covers: this one, and from December on the next."""
    return (now.year, now.year + 1) if now.month >= NEXT_YEAR_FROM else (now.year,)


def events_for(session: Session, person: Person, since: datetime, now: datetime, settings: Settings) -> list[Event]:
    """What the person's calendar shows; `since` dates what nobody has changed. `now` in the zone of the settings."""
    views = [year_view(session, person.branch_id, year, settings.timezone) for year in years_at(now)]
    sees_all = bool(duties_of(person) & SECRETARIES)
    # The earlier year comes last and wins: an activity of December that was moved to January is in both.
    shown = {uid: (view, item) for view in reversed(views) for uid, item in _with_uids(session, view)
             if _is_shown(view, item, now) and (sees_all or belongs(person, item.audience))}
    lives = _lives(session, person.branch_id, [item.activity for _, item in shown.values() if item.activity], now)
    imported = _imports(session, views)
    events = []
    for uid, (view, item) in sorted(shown.items(), key=lambda named: named[0]):
        life = lives.get(item.activity.id) if item.activity else None
        if item.is_cancelled and not _is_struck_out(item.activity, life, now):
            continue
        at = life.changed if life else imported.get(view.plan.id if view.plan else 0) or since
        if _has_date(item):
            todo = TODO if belongs(person, item.audience) else ""
            events.append(_dated(uid, item, at, view, todo, settings))
        else:
            events.append(_undated(uid, item, at, view))
    return events


def _has_date(item: Item) -> bool:
    """Whether it has, or had when it was cancelled, a date."""
    return item.activity is not None and item.activity.starts_at is not None


def _is_shown(view: YearView, item: Item, now: datetime) -> bool:
    """Dated ones, also cancelled ones (see _is_struck_out); undated ones until their months are over."""
    if _has_date(item):
        return True
    # Without months: its line of the plan was replaced, and then its date was taken back.
    return bool(item.months) and item.wants_date and not view.is_missed(item, now)


def _is_struck_out(activity: Activity, life: _Life | None, now: datetime) -> bool:
    """Whether a cancelled activity is still shown, so that calendars strike it out, or is left out altogether."""
    was_seen = activity.plan_entry_id is not None or life is None or life.changed - life.began > BRIEF
    is_recent = life is not None and now - life.changed < STRUCK_OUT
    return was_seen and (is_recent or activity.starts_at > now)


def _with_uids(session: Session, view: YearView) -> Iterator[tuple[str, Item]]:
    """Every line with a name that stays: a line of the plan keeps it when it is dated and when a plan is read again."""
    seen: Counter[str] = Counter()
    elsewhere = _entries_elsewhere(session, view)
    for item in view.items:
        year = item.activity.year if item.activity else view.year
        entry = item.entry or (elsewhere.get(item.activity.plan_entry_id) if item.activity else None)
        if entry is None:
            yield f"activity-{item.activity.id}@{HOST}", item
            continue
        words = "".join(char for char in entry.text if char.isalnum())
        key = hashlib.sha256(f"{entry.branch_id}\n{year}\n{list(entry.months)}\n{words}".encode()).hexdigest()[:20]
        seen[key] += 1
        yield f"plan-{year}-{key}-{seen[key]}@{HOST}", item


def _entries_elsewhere(session: Session, view: YearView) -> dict[int | None, PlanEntry]:
    """The entries of activities that belong to another year or to a plan that was replaced; mostly there are none."""
    wanted = {item.activity.plan_entry_id for item in view.items
              if item.entry is None and item.activity is not None and item.activity.plan_entry_id is not None}
    if not wanted:
        return {}
    return {entry.id: entry for entry in session.scalars(select(PlanEntry).where(PlanEntry.id.in_(wanted)))}


def _lives(session: Session, branch_id: int, activities: Sequence[Activity], now: datetime) -> dict[int, _Life]:
    """When each activity was first and last changed. What people record about it (签到, 请假) does not count."""
    if not activities:
        return {}
    by_subject = {f"activity/{activity.id}": activity.id for activity in activities}
    rows = session.execute(
        select(AuditRecord.subject, func.min(AuditRecord.at), func.max(AuditRecord.at)).where(
            AuditRecord.branch_id == branch_id, AuditRecord.at >= datetime(now.year - 1, 1, 1, tzinfo=UTC),
            AuditRecord.action.like("activity.%"), AuditRecord.subject.in_(by_subject))
        .group_by(AuditRecord.subject))
    return {by_subject[subject]: _Life(began, changed) for subject, began, changed in rows}


def _imports(session: Session, views: Sequence[YearView]) -> dict[int, datetime]:
    ids = {view.plan.id for view in views if view.plan}
    rows = session.execute(select(Plan.id, Plan.imported_at).where(Plan.id.in_(ids))) if ids else ()
    return {plan_id: at for plan_id, at in rows}  # noqa: C416 - a dict() of rows is deprecated


def _dated(uid: str, item: Item, at: datetime, view: YearView, todo: str, settings: Settings) -> Event:
    activity, off = item.activity, item.is_cancelled
    title = f"【已取消】{activity.title}" if off else activity.title
    place = activity.place or PLACE_OPEN
    return Event(
        uid=uid, sequence=activity.version, changed_at=at, summary=title, place=place, is_cancelled=off,
        description=_lines(f"地点：{place}", f"参加对象：{'、'.join(item.audience)}", _source(item, view),
                           "这项活动已取消，不用参加。" if off else todo),
        start=activity.starts_at.astimezone(settings.timezone), end=end_of(activity).astimezone(settings.timezone),
        alarms=() if off else alarms_of(activity.starts_at, settings))


def _undated(uid: str, item: Item, at: datetime, view: YearView) -> Event:
    named = item.entry.day if item.entry and item.entry.day and item.entry.day.year == view.year else None
    day = named or first_working_day(view.year, min(item.months))
    is_open_all_month = item.kind in ALL_MONTH and not named
    within = "本月内" if len(item.months) == 1 else f"{format_months(item.months)}内"
    what = within if is_open_all_month else "几点未定" if named else "时间未定"
    then = "各自完成就可以。如果定了集中的时间，这里会自动改" if is_open_all_month else "定下来以后，这里会自动改成具体时间"
    return Event(
        uid=uid, sequence=item.activity.version if item.activity else 0, changed_at=at,
        summary=f"{item.title}（{what}）", start=day, end=day + timedelta(days=1),
        description=_lines(f"{format_months(item.months)}的安排，{what}{'' if is_open_all_month else '。'}{then}。",
                           f"参加对象：{'、'.join(item.audience)}", _source(item, view)))


def _source(item: Item, view: YearView) -> str:
    return f"出自工作计划（{item.entry.place}）{view.note}" if item.entry else ""


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def alarms_of(start: datetime, settings: Settings) -> tuple[timedelta, ...]:
    """How long before the start a phone rings: as the nearest reminders, a day before and some hours before."""
    zone = settings.timezone
    day = start.astimezone(zone).date() - timedelta(days=min(settings.activity_days))
    day_before = before_quiet(datetime.combine(day, settings.activity_time, zone), settings)
    hours_before = outside_quiet(start - timedelta(hours=settings.activity_hours), start, settings)
    # In UTC: two moments of the same zone are subtracted as the clock on the wall shows them.
    return tuple(sorted({at.astimezone(UTC) - start.astimezone(UTC) for at in (day_before, hours_before)}))
