"""`activities import`: dated activities from a table file into the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.activities import Item, YearView, day_of, year_view
from data.activity_reader import ActivityRow, read_activities
from data.models import Person
from data.people import IDENTITY_GROUPS
from data.tables import NotATable, Problem
from handlers.activities.changes import Change, Slot, add, schedule
from handlers.activities.notices import enqueue_notice
from handlers.activities.targets import grade
from handlers.commands.door import FILE, Group, opened
from handlers.commands.tables import refuse_problems
from handlers.seed import first_branch

SOON = timedelta(days=7)  # what is nearer has missed the reminder of a week before, so it is told at once
NAMED = 3  # of targets.grade(): the title is the entry's, or part of it
A_BLOCK = 2  # months of the longest block of a plan that an entry of one day can belong to (一、二月)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `told`: how many of the new and changed ones were announced."""

    new: int
    changed: int
    unchanged: int
    told: int


@click.group("activities", cls=Group)
def group() -> None:
    """Dated activities."""


@group.command("import")
@click.argument("file", type=FILE)
def import_file(file: Path) -> None:
    """Read dated activities (.csv in UTF-8 or GBK, .xlsx) into the calendar.

    Columns: 名称, 日期 (2017-03-10, 2017/3/10, 3月10日), 开始, 结束 (14:00), 地点, 对象 (groups separated by 、). An entry of
    the plan of the same month and name gets the date; past dates are taken; importing a file again changes nothing.
    With a bad line nothing is imported.
    """
    here = opened()
    now = here.clock.now()
    try:
        table = read_activities(file.read_bytes(), now.year)
    except NotATable as error:
        raise click.ClickException(str(error)) from None
    with here.sessions.begin() as session:
        branch = first_branch(session)
        refuse_problems([*table.problems, *_unknown_groups(session, branch.id, table.audiences)])
        done = import_activities(session, branch.id, table.rows, here.settings, now)
    click.echo(f"活动已导入：新增{done.new}项，更新{done.changed}项，不变{done.unchanged}项，其中{done.told}项已安排通知。")


def import_activities(session: Session, branch_id: int, rows: Sequence[ActivityRow], settings: Settings,
                      now: datetime) -> Imported:
    """Put the rows into the calendar; the same name on the same day is the same activity.

    Told are those concerned by an activity that changed or is near; of the others the reminders tell in time.
    """
    done = [_import_row(session, branch_id, row, now) for row in rows]
    new = [change for change in done if change.changed and change.before is None]
    moved = [change for change in done if change.changed and change.before is not None]
    to_tell = [change for change in moved if _starts(change) > now]
    to_tell += [change for change in new if now < _starts(change) <= now + SOON]
    for change in to_tell:
        enqueue_notice(session, change, None, now, settings)
    return Imported(len(new), len(moved), len(done) - len(new) - len(moved), len(to_tell))


def _import_row(session: Session, branch_id: int, row: ActivityRow, now: datetime) -> Change:
    zone = now.tzinfo
    starts, ends = (datetime.combine(row.day, time, zone) if time else None for time in (row.start, row.end))
    slot = Slot(starts, ends, row.place)
    view = year_view(session, branch_id, row.day.year, zone)
    item = _find_item(view, row)
    if item is None:
        return add(session, branch_id, row.title, slot, row.audience, now, None)
    if item.is_cancelled:  # an older file must not bring back what was called off since
        return Change(item.activity, None)
    return schedule(session, view, item, slot, row.audience, now, None)


def _find_item(view: YearView, row: ActivityRow) -> Item | None:
    """The line of the calendar that a row is: the same on that day, else an undated entry of that month and name."""
    for item in view.items:
        start = item.activity and item.activity.starts_at
        if start and start.astimezone(view.zone).date() == row.day and grade(row.title, item) >= NAMED:
            return item
    open_ones = [item for item in view.items if item.entry is not None and day_of(item, view.zone) is None
                 and row.day.month in item.months and len(item.months) <= A_BLOCK and not item.is_cancelled]
    return max((item for item in open_ones if grade(row.title, item) >= NAMED),
               key=lambda item: grade(row.title, item), default=None)


def _starts(change: Change) -> datetime:
    assert change.activity.starts_at is not None
    return change.activity.starts_at


def _unknown_groups(session: Session, branch_id: int, audiences: Sequence[tuple[int, Sequence[str]]]) -> list[Problem]:
    people = session.execute(select(Person.name, Person.group).where(Person.branch_id == branch_id)).all()
    known = {*IDENTITY_GROUPS, *(name for name, _ in people), *(own for _, own in people if own)}
    return [Problem(line, f"对象“{group}”既不是组名，也不在名册上") for line, groups in audiences for group in groups
            if group not in known]
