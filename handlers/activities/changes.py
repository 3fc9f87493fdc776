"""Changing the calendar: a date for an entry of the plan, another date, an added activity, a cancelled one.

Plain use cases: who may do it and how it is said is decided by the callers. Each change adds an audit record and raises
the version, which makes every push of the older one stale. Telling people is notices.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.activities import Item, YearView
from data.db import add_once
from data.models import Activity, ActivityState, Person
from data.plan_rules import audience_of, kinds_in
from data.plans import StoredEntry


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where: `ends_at` None where no end is known, `place` "" where it is still open."""

    starts_at: datetime
    ends_at: datetime | None
    place: str


@dataclass(frozen=True, slots=True)
class Former:
    """All that a change overwrites. `slot` is kept while cancelled too; None where there was no date."""

    state: ActivityState
    slot: Slot | None
    audience: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did: the activity as it is now, and when and where it was before (None: it had no date).

    `former` is what restore() needs; None where nothing changed.
    """

    activity: Activity
    before: Slot | None
    former: Former | None = None

    @property
    def changed(self) -> bool:
        return self.former is not None


def slot_of(activity: Activity | None) -> Slot | None:
    """When and where an activity takes place; None while it does not."""
    if activity is None or activity.starts_at is None or activity.state is ActivityState.CANCELLED:
        return None
    return Slot(activity.starts_at, activity.ends_at, activity.place)


def schedule(session: Session, view: YearView, item: Item, slot: Slot, audience: Sequence[str], now: datetime,
             by: Person | None) -> Change:
    """Give a line of the calendar this date and place, also a cancelled one; `audience` () leaves it as it is."""
    activity = item.activity or _begin(session, view.year, item.entry)
    before = slot_of(activity)
    groups = list(audience) or activity.audience
    if before == slot and groups == activity.audience:
        return Change(activity, before)
    former = _former(activity)
    activity.starts_at, activity.ends_at, activity.place = slot.starts_at, slot.ends_at, slot.place
    activity.audience, activity.state = groups, ActivityState.PLANNED
    _close(session, activity, "activity.move" if before else "activity.set", before, now, by)
    return Change(activity, before, former)


def add(session: Session, branch_id: int, title: str, slot: Slot, audience: Sequence[str], now: datetime,
        by: Person | None) -> Change:
    """Add an activity that the plan does not have; `audience` () goes by what its title says."""
    kind = kinds_in(title)[0]
    activity = Activity(
        branch_id=branch_id, plan_entry_id=None, year=slot.starts_at.astimezone(now.tzinfo).year, title=title,
        kind=kind, starts_at=slot.starts_at, ends_at=slot.ends_at, place=slot.place,
        audience=list(audience) or default_audience(kind, title), state=ActivityState.PLANNED, version=0)
    session.add(activity)
    _close(session, activity, "activity.add", None, now, by)
    return Change(activity, None, replace(_former(activity), state=ActivityState.CANCELLED))


def cancel(session: Session, view: YearView, item: Item, now: datetime, by: Person | None) -> Change:
    """Cancel a line of the calendar, dated or not; twice is harmless."""
    activity = item.activity or _begin(session, view.year, item.entry)
    before = slot_of(activity)
    if activity.state is ActivityState.CANCELLED:
        return Change(activity, before)
    former = _former(activity)
    activity.state = ActivityState.CANCELLED
    _close(session, activity, "activity.cancel", before, now, by)
    return Change(activity, before, former)


def restore(session: Session, activity: Activity, former: Former, now: datetime, by: Person) -> Change:
    """Put back what a change overwrote (撤销): a further change, with its own version and record.

    An added activity is not deleted but cancelled: its number would serve another one, and pushes go by it.
    """
    before, overwritten, slot = slot_of(activity), _former(activity), former.slot
    activity.starts_at, activity.ends_at, activity.place = (slot.starts_at, slot.ends_at, slot.place) if slot \
        else (None, None, "")
    activity.audience, activity.state = list(former.audience), former.state
    _close(session, activity, "activity.restore", before, now, by)
    return Change(activity, before, overwritten)


def _former(activity: Activity) -> Former:
    slot = Slot(activity.starts_at, activity.ends_at, activity.place) if activity.starts_at else None
    return Former(activity.state, slot, tuple(activity.audience))


def default_audience(kind: str, title: str) -> list[str]:
    """Whom an added activity concerns when nobody says: by its kind; what is no Party matter is for everybody."""
    if kind == "其他" and not any(word in title for word in ("党", "支部", "支委", "积极分子", "发展对象")):
        return ["全体"]
    return list(audience_of(kind, title))


def _begin(session: Session, year: int, entry: StoredEntry | None) -> Activity:
    """The activity of an entry for a year, made if it is missing; two who do it at once get the same one."""
    assert entry is not None
    add_once(session, Activity, branch_id=entry.branch_id, plan_entry_id=entry.id, year=year, title=entry.text[:200],
             kind=entry.kind, audience=list(entry.audience), place="", state=ActivityState.PLANNED, version=0)
    return session.scalars(select(Activity).where(
        Activity.plan_entry_id == entry.id, Activity.year == year).with_for_update()).one()


def _close(session: Session, activity: Activity, action: str, before: Slot | None, now: datetime,
           by: Person | None) -> None:
    activity.version += 1
    session.flush()
    audit.record(session, activity.branch_id, now, by, action, f"activity/{activity.id}", title=activity.title,
                 before=before and before.starts_at.isoformat(), place_before=before and before.place,
                 after=activity.starts_at and activity.starts_at.isoformat(), place=activity.place)
