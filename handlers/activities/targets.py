"""Which line of the calendar an order means: by month, by day, and by the words that name it.

Reads only. Start at find_targets(); a target is kept in a question as `entry/5/2017` or `activity/12`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from data.activities import Item, YearView, day_of, end_of, find_activity, year_view
from data.chinese import format_months, half_width
from data.plan_rules import kinds_in
from handlers.activities.order import Order, Verb

ENOUGH_ALIKE = 60  # of 100; 主题党曰 and 主题党日 have 75, 自学 and 党课 have 0

NAMED = 3
NEAR = 6  # months ahead in which the name of a past month means next year's


@dataclass(frozen=True, slots=True)
class Target:
    """A line of a year's calendar that an order may mean."""

    view: YearView
    item: Item

    @property
    def key(self) -> str:
        if self.item.activity is not None:
            return f"activity/{self.item.activity.id}"
        assert self.item.entry is not None
        return f"entry/{self.item.entry.id}/{self.view.year}"


def find_targets(session: Session, branch_id: int, order: Order, now: datetime) -> list[Target]:
    """The lines that fit the order best, equally good ones in their order; [] when nothing is near enough."""
    year = year_of(order, now)
    view = year_view(session, branch_id, year, now.tzinfo)
    if order.months:
        found = _best(view, view.in_months(order.months), order, now)
        over = not any(_is_ahead(view, target.item, now) for target in found)
        return (_dated_later(session, branch_id, view, order, now) if over else []) or found
    near = view.in_month(order.day.month) if order.day else []
    everything = [item for item in view.items if _is_ahead(view, item, now)]
    found = _best(view, near, order, now)
    # A date names the month too; only what is moved or cancelled may lie in another one.
    return found if found or (order.verb is Verb.SET and order.day) else _best(view, everything, order, now)


def _dated_later(session: Session, branch_id: int, view: YearView, order: Order, now: datetime) -> list[Target]:
    """What the following year has dated in the months, where the order names neither year nor day."""
    if order.year or order.day:
        return []
    later = year_view(session, branch_id, view.year + 1, now.tzinfo)
    return [target for target in _best(later, later.in_months(order.months), order, now) if target.item.starts_at]


def find_target(session: Session, branch_id: int, key: str, zone: tzinfo) -> Target | None:
    """The line that a key names, as it is now; None when it is gone."""
    what, number, *year = key.split("/")
    if what == "activity":
        activity = find_activity(session, branch_id, int(number))
        view = activity and year_view(session, branch_id, activity.year, zone)
        items = [item for item in view.items if item.activity is activity] if view else []
    else:
        view = year_view(session, branch_id, int(year[0]), zone)
        items = [item for item in view.items if item.entry is not None and item.entry.id == int(number)]
    return Target(view, items[0]) if view and items else None


def year_of(order: Order, now: datetime) -> int:
    """Whose calendar the order is about: a January activity that is held in December belongs to the next year."""
    if order.year:
        return order.year
    if not order.months:
        return order.day.year if order.day else now.year
    if order.day:
        return min((order.day.year + by for by in (0, -1, 1)),
                   key=lambda year: min(_distance(year, month, order.day) for month in order.months))
    return now.year + (max(order.months) + 12 - now.month <= NEAR)


def _distance(year: int, month: int, day: date) -> int:
    return abs(year * 12 + month - day.year * 12 - day.month)


def _best(view: YearView, items: Sequence[Item], order: Order, now: datetime) -> list[Target]:
    able = [item for item in items if _fits(view, item, order)]
    graded = [(grade(order.words, item), item) for item in able]
    best = max((score for score, _ in graded), default=0)
    found = [item for score, item in graded if score == best] if best else []
    if order.verb in (Verb.MOVE, Verb.CANCEL) and len(found) > 1:
        dated = [item for item in found if item.starts_at and end_of(item.activity) > now]
        found = dated or found
    return [Target(view, item) for item in found]


def _fits(view: YearView, item: Item, order: Order) -> bool:
    if item.is_cancelled and order.verb is not Verb.SET:
        return False
    return order.old_day is None or item.starts_at is None or day_of(item, view.zone) == order.old_day


def _is_ahead(view: YearView, item: Item, now: datetime) -> bool:
    if item.starts_at:
        return item.activity is not None and end_of(item.activity) > now
    return (view.year, max(item.months, default=0)) >= (now.year, now.month)


def grade(words: str, item: Item) -> int:
    """How well words name a line: 4 with its own words, 3 (NAMED) with part of them, 2 by its kind, 1 alike, 0 not."""
    said, title = core(words), core(item.title)
    if not said:
        return 0
    if said == title:
        return 4
    if len(said) > 1 and (said in title or (len(title) > 1 and title in said)):
        return NAMED
    if item.kind in kinds_in(words) and item.kind != "其他":
        return 2
    return int(fuzz.ratio(said, title) >= ENOUGH_ALIKE)


def core(words: str) -> str:
    """Words without signs and without 活动, which people add or leave out."""
    return re.sub(r"\W|活动", "", half_width(words)) or re.sub(r"\W", "", words)


def name_of(view: YearView, item: Item, now: datetime) -> str:
    """How one names the line in an order: `三月主题党日活动`, of another year `2018年三月主题党日活动`."""
    year = "" if view.year == now.year else f"{view.year}年"
    return f"{year}{format_months(item.months) if item.months else ''}{item.title}"
