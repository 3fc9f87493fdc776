"""The calendar of a branch, entries of the plan and dated activities together: queries that several capabilities share.

Reads only; moments in and out are aware, days are those of the zone that is passed in.
Start at year_view() for the calendar, at find_open() and next_for() for one activity, at audience_ids() for people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from data.chinese import format_day, format_when
from data.models import Activity, ActivityState, Leave, Person, Plan, PlanEntry
from data.people import IDENTITY_GROUPS, ids_in
from data.plans import entries_of, plan_in_force

EARLY = timedelta(minutes=30)  # check-in opens this long before the start (interface.md)
LONGEST_BLOCK = 3  # months of a block whose entries are for one day: 一、二月, 第一季度
UNSAID_LENGTH = timedelta(hours=2)  # an activity without an end lasts this long


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a year's calendar: an entry of the plan, its activity, or an activity that the plan has not.

    `months` are the plan's; for an added activity the month of its day.
    """

    months: tuple[int, ...]
    title: str
    kind: str
    audience: tuple[str, ...]
    entry: PlanEntry | None
    activity: Activity | None

    @property
    def is_cancelled(self) -> bool:
        return self.activity is not None and self.activity.state is ActivityState.CANCELLED

    @property
    def is_undated(self) -> bool:
        """时间未定: neither dated nor cancelled."""
        return self.activity is None or (not self.is_cancelled and self.activity.starts_at is None)

    @property
    def wants_date(self) -> bool:
        """Undated, and meant for one day: what stands for half a year or for 全年 (佩戴党徽) never gets one."""
        return self.is_undated and len(self.months) <= LONGEST_BLOCK

    @property
    def starts_at(self) -> datetime | None:
        """When it takes place; None while it has no date or when it is cancelled."""
        return None if self.activity is None or self.is_cancelled else self.activity.starts_at


@dataclass(frozen=True, slots=True)
class YearView:
    """A year's calendar. `plan` serves the year; `carried` when it is an earlier year's (沿用)."""

    year: int
    plan: Plan | None
    carried: bool
    items: tuple[Item, ...]
    zone: tzinfo

    def in_months(self, months: Iterable[int]) -> list[Item]:
        """Items planned for one of the months or dated in one, in the plan's order, added ones after them by day."""
        wanted = set(months)
        return [item for item in self.items if wanted & set(item.months) or self._month_of(item) in wanted]

    def in_month(self, month: int) -> list[Item]:
        return self.in_months((month,))

    def _month_of(self, item: Item) -> int | None:
        start = item.starts_at and item.starts_at.astimezone(self.zone)
        return start.month if start and start.year == self.year else None

    def when(self, item: Item) -> str:
        """`3月10日（周五）14:00，多功能厅`, `时间未定` or `已取消`."""
        if item.is_cancelled:
            return "已取消"
        if item.activity is not None and item.starts_at is not None:
            return (f"{format_when(item.starts_at, self.zone, item.activity.ends_at)}，"
                    f"{item.activity.place or '地点待定'}")
        day = item.entry and item.entry.day
        return f"计划写的是{format_day(day)}，几点未定" if day and day.year == self.year else "时间未定"

    @property
    def note(self) -> str:
        """`（沿用2017年计划）` where an earlier year's plan serves, else nothing: the end of every answer from it."""
        return f"（沿用{self.plan.year}年计划）" if self.plan is not None and self.carried else ""


def year_view(session: Session, branch_id: int, year: int, zone: tzinfo) -> YearView:
    """The whole calendar of a year, in three queries."""
    found = plan_in_force(session, branch_id, year)
    plan, carried = found or (None, False)
    entries = entries_of(session, plan) if plan else ()
    first, last = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    activities = session.scalars(select(Activity).where(
        Activity.branch_id == branch_id,
        or_(Activity.year == year, and_(Activity.starts_at >= first, Activity.starts_at < last)),
    ).order_by(Activity.starts_at, Activity.id)).all()
    by_entry = {activity.plan_entry_id: activity for activity in activities if activity.year == year}
    items = [_planned(entry, by_entry.get(entry.id)) for entry in entries]
    known = {entry.id for entry in entries}
    items += [_added(activity, zone) for activity in activities
              if activity.plan_entry_id not in known or activity.year != year]
    return YearView(year, plan, carried, tuple(items), zone)


def is_missing_date(session: Session, branch_id: int, year: int, month: int) -> bool:
    """Whether any line of that month still wants a date."""
    return any(item.wants_date for item in year_view(session, branch_id, year, UTC).in_month(month))


def _planned(entry: PlanEntry, activity: Activity | None) -> Item:
    audience = activity.audience if activity else entry.audience
    return Item(tuple(entry.months), entry.text, entry.kind, tuple(audience), entry, activity)


def _added(activity: Activity, zone: tzinfo) -> Item:
    months = (activity.starts_at.astimezone(zone).month,) if activity.starts_at else ()
    return Item(months, activity.title, activity.kind, tuple(activity.audience), None, activity)


def end_of(activity: Activity) -> datetime:
    """When it is over: its end, else two hours after its start. Only for dated activities."""
    assert activity.starts_at is not None
    return activity.ends_at or activity.starts_at + UNSAID_LENGTH


def is_open(activity: Activity, now: datetime) -> bool:
    """Whether one can check in: from 30 minutes before its start to its end."""
    return activity.state is ActivityState.PLANNED and activity.starts_at is not None \
        and activity.starts_at - EARLY <= now <= end_of(activity)


def find_open(session: Session, branch_id: int, now: datetime, person: Person | None = None) -> list[Activity]:
    """Activities that are open for check-in, the earliest first; with `person` those that concern them."""
    near = _dated(branch_id).where(Activity.starts_at <= now + EARLY, or_(
        Activity.ends_at >= now, and_(Activity.ends_at.is_(None), Activity.starts_at >= now - UNSAID_LENGTH)))
    return [activity for activity in session.scalars(near) if person is None or concerns(person, activity)]


def next_for(session: Session, person: Person, now: datetime, limit: int = 1) -> list[Activity]:
    """The next activities that concern the person and have not begun, the earliest first."""
    coming = session.scalars(_dated(person.branch_id).where(Activity.starts_at > now))
    return [activity for activity in coming if concerns(person, activity)][:limit]


def dated_between(session: Session, branch_id: int, first: datetime, last: datetime) -> Sequence[Activity]:
    """Activities that take place and begin at or after `first` and before `last`, the earliest first."""
    return session.scalars(_dated(branch_id).where(Activity.starts_at >= first, Activity.starts_at < last)).all()


def _dated(branch_id: int) -> Select[tuple[Activity]]:
    return select(Activity).where(
        Activity.branch_id == branch_id, Activity.state == ActivityState.PLANNED, Activity.starts_at.is_not(None),
    ).order_by(Activity.starts_at, Activity.id)


def belongs(person: Person, groups: Iterable[str]) -> bool:
    """Whether a person is in one of the groups (身份 groups, 党小组 or names)."""
    return any(person.identity in IDENTITY_GROUPS[group] if group in IDENTITY_GROUPS
               else group in (person.group, person.name) for group in groups if group)


def concerns(person: Person, activity: Activity) -> bool:
    """Whether the activity's audience includes the person."""
    return person.branch_id == activity.branch_id and belongs(person, activity.audience)


def audience_ids(session: Session, activity: Activity) -> list[int]:
    """Everybody whom the activity concerns, those on leave included, in roster order."""
    return ids_in(session, activity.branch_id, activity.audience)


def on_leave_ids(session: Session, activity_id: int) -> set[int]:
    """Who has asked for leave from the activity and not withdrawn it."""
    return set(session.scalars(
        select(Leave.person_id).where(Leave.activity_id == activity_id, Leave.withdrawn_at.is_(None))))


def expected_ids(session: Session, activity: Activity) -> list[int]:
    """Whom the activity concerns and who is not on leave."""
    away = on_leave_ids(session, activity.id)
    return [person_id for person_id in audience_ids(session, activity) if person_id not in away]


def find_activity(session: Session, branch_id: int, activity_id: int) -> Activity | None:
    """The branch's activity of that id."""
    activity = session.get(Activity, activity_id)
    return activity if activity is not None and activity.branch_id == branch_id else None


def day_of(item: Item, zone: tzinfo) -> date | None:
    """The day of a dated item in the zone."""
    return item.starts_at.astimezone(zone).date() if item.starts_at else None
