"""The calendar of a branch, entries of the plan and dated activities together: queries that several capabilities share.

Reads only; moments in and out are aware, days are those of the zone that is passed in.
Start at year_view() for the calendar, at find_open() and next_for() for one activity, at audience_ids() for people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from data.chinese import format_dated, format_day, format_when
from data.models import Activity, ActivityState, Leave, Person
from data.people import IDENTITY_GROUPS, ids_in
from data.plans import StoredEntry, StoredPlan, carried_note, entries_of, plan_in_force

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
    entry: StoredEntry | None
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
    """A year's calendar. `plan` serves the year, though it may be an earlier year's (沿用)."""

    year: int
    plan: StoredPlan | None
    items: tuple[Item, ...]
    zone: tzinfo

    def in_months(self, months: Iterable[int]) -> list[Item]:
        """Items planned for one of the months or dated in one, in the plan's order, added ones after them by day."""
        wanted = set(months)
        return [item for item in self.items if not wanted.isdisjoint(item.months) or self._month_of(item) in wanted]

    def in_month(self, month: int) -> list[Item]:
        return self.in_months((month,))

    def _month_of(self, item: Item) -> int | None:
        start = item.starts_at and item.starts_at.astimezone(self.zone)
        return start.month if start and start.year == self.year else None

    def is_missed(self, item: Item, now: datetime) -> bool:
        """Whether a line never got a date, and its months are over."""
        return item.is_undated and (self.year, max(item.months, default=12)) < (now.year, now.month)

    def when(self, item: Item, now: datetime, named: int | None = None) -> str:
        """`3月10日（周五）14:00，多功能厅`, `时间未定`, `没有定过时间` or `已取消`.

        The year is said where it is neither the year of `now` nor the one that the reader has been `named` already.
        """
        if item.is_cancelled:
            return "已取消"
        if item.activity is not None and item.starts_at is not None:
            start = item.starts_at.astimezone(self.zone)
            write = format_when if start.year == named else partial(format_dated, now=now)
            return f"{write(start, until=item.activity.ends_at)}，{item.activity.place or '地点待定'}"
        day = item.entry.day if item.entry and item.entry.day and item.entry.day.year == self.year else None
        if self.is_missed(item, now):
            return f"计划写的是{format_day(day)}，没有定过时间" if day else "没有定过时间"
        return f"计划写的是{format_day(day)}，几点未定" if day else "时间未定"

    @property
    def note(self) -> str:
        """`（沿用2017年计划）` where an earlier year's plan serves, else nothing: the end of every answer from it."""
        return carried_note(self.plan, self.year)


# Made once: to build a statement costs more than to run it.
_YEAR = select(Activity).where(
    Activity.branch_id == bindparam("branch_id"),
    or_(Activity.year == bindparam("year"),
        and_(Activity.starts_at >= bindparam("first"), Activity.starts_at < bindparam("last"))),
).order_by(Activity.starts_at, Activity.id)
_DATED = select(Activity).where(
    Activity.branch_id == bindparam("branch_id"), Activity.state == ActivityState.PLANNED,
    Activity.starts_at.is_not(None)).order_by(Activity.starts_at, Activity.id)
_OPEN = _DATED.where(
    Activity.starts_at <= bindparam("opens"),
    or_(Activity.ends_at >= bindparam("now"),
        and_(Activity.ends_at.is_(None), Activity.starts_at >= bindparam("unsaid"))))
_AFTER = _DATED.where(Activity.starts_at > bindparam("after"))
_AROUND = _DATED.where(or_(Activity.starts_at >= bindparam("after"), Activity.ends_at >= bindparam("now")))
_BETWEEN = _DATED.where(Activity.starts_at >= bindparam("first"), Activity.starts_at < bindparam("last"))
_AWAY = select(Leave.__table__.c.person_id).where(
    Leave.__table__.c.activity_id == bindparam("activity_id"), Leave.__table__.c.withdrawn_at.is_(None))


def year_view(session: Session, branch_id: int, year: int, zone: tzinfo) -> YearView:
    """The whole calendar of a year, in two queries once the process knows the plan."""
    plan = plan_in_force(session, branch_id, year)
    entries = entries_of(session, plan) if plan else ()
    activities = session.scalars(_YEAR, {
        "branch_id": branch_id, "year": year, "first": datetime(year, 1, 1, tzinfo=zone),
        "last": datetime(year + 1, 1, 1, tzinfo=zone)}).all()
    by_entry = {activity.plan_entry_id: activity for activity in activities if activity.year == year}
    items = [_planned(entry, by_entry.get(entry.id)) for entry in entries]
    known = {entry.id for entry in entries}
    items += [_added(activity, zone) for activity in activities
              if activity.plan_entry_id not in known or activity.year != year]
    return YearView(year, plan, tuple(items), zone)


def is_missing_date(session: Session, branch_id: int, year: int, month: int) -> bool:
    """Whether any line of that month still wants a date."""
    return any(item.wants_date for item in year_view(session, branch_id, year, UTC).in_month(month))


def _planned(entry: StoredEntry, activity: Activity | None) -> Item:
    audience = tuple(activity.audience) if activity else entry.audience
    return Item(entry.months, entry.text, entry.kind, audience, entry, activity)


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
    near = session.scalars(_OPEN, {"branch_id": branch_id, "now": now, "opens": now + EARLY,
                                   "unsaid": now - UNSAID_LENGTH})
    return [activity for activity in near if person is None or concerns(person, activity)]


def next_for(session: Session, person: Person, now: datetime, limit: int = 1) -> list[Activity]:
    """The next activities that concern the person and have not begun, the earliest first."""
    coming = session.scalars(_AFTER, {"branch_id": person.branch_id, "after": now})
    return [activity for activity in coming if concerns(person, activity)][:limit]


def around(session: Session, branch_id: int, now: datetime) -> Sequence[Activity]:
    """Everything that takes place today, is still open or is to come, the earliest first: one query for all three."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return session.scalars(_AROUND, {"branch_id": branch_id, "now": now,
                                     "after": min(today, now - UNSAID_LENGTH)}).all()


def dated_between(session: Session, branch_id: int, first: datetime, last: datetime) -> Sequence[Activity]:
    """Activities that take place and begin at or after `first` and before `last`, the earliest first."""
    return session.scalars(_BETWEEN, {"branch_id": branch_id, "first": first, "last": last}).all()


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
    return set(session.scalars(_AWAY, {"activity_id": activity_id}))


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
