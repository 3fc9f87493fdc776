"""签到表: people and activities crosswise, with counts of 应到, 实到 and 请假 in both directions.

Leave is a state of its own; its reasons are kept nowhere. An activity at which nobody checked in says nothing about
who was there, so it marks nobody as missing. Four queries, whatever the size. Start at read().
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.activities import EARLY, concerns, dated_between, is_open
from data.chinese import format_time
from data.models import Activity, CheckIn, Leave, Person
from handlers.export.kinds import Request, names_of
from handlers.export.table import Column, Table, Value

NOT_CONCERNED = "—"
FOOT = "时间为本人签到；补签由书记或组织委员登记；列席为对象以外的人；—为不在对象内；空白为该项活动没有签到记录。"
LONGEST_TITLE = 24


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who did what: check-ins by (activity, person) as (when, entered by), and leaves."""

    came: Mapping[tuple[int, int], tuple[datetime, int]]
    away: frozenset[tuple[int, int]]
    used: frozenset[int]


def activities_of(session: Session, request: Request, now: datetime) -> Sequence[Activity]:
    """Activities of the period that have opened for check-in, the earliest first; of those named, only they."""
    first, last = request.period.moments(now)
    found = dated_between(session, request.branch_id, first, min(last, now + EARLY))
    return [activity for activity in found if not request.activities or activity.id in request.activities]


def read(session: Session, request: Request, now: datetime) -> Table | None:
    """The table; None when there was no activity, or none that concerns anybody asked about."""
    activities = activities_of(session, request, now)
    if not activities:
        return None
    seen = _look(session, [activity.id for activity in activities])
    people = [person for person in request.people(session) if any(
        concerns(person, activity) or (activity.id, person.id) in seen.came for activity in activities)]
    if not people:
        return None
    states = [[_state(person, activity, seen) for activity in activities] for person in people]
    names, rows = names_of(people), []
    for number, (person, own) in enumerate(zip(people, states, strict=True), 1):
        marks = (_mark(person, activity, state, seen, now) for activity, state in zip(activities, own, strict=True))
        rows.append((number, names[person.id], *marks, *_counts(own)))
    columns = (Column("序号"), Column("姓名"), *(_column(one, request, seen, now) for one in activities),
               Column("应到"), Column("实到"), Column("请假"))
    return Table(request.heading(session), f"{len(activities)}项活动，{len(people)}人", columns, rows,
                 _totals(activities, states, seen), FOOT, landscape=len(activities) > 4)


def _look(session: Session, ids: Sequence[int]) -> _Seen:
    came = {(activity_id, person_id): (at, by) for activity_id, person_id, at, by in session.execute(
        select(CheckIn.activity_id, CheckIn.person_id, CheckIn.happened_at, CheckIn.entered_by)
        .where(CheckIn.activity_id.in_(ids)))}
    away = session.execute(select(Leave.activity_id, Leave.person_id)
                           .where(Leave.activity_id.in_(ids), Leave.withdrawn_at.is_(None)))
    return _Seen(came, frozenset(map(tuple, away)), frozenset(activity_id for activity_id, _ in came))


def _state(person: Person, activity: Activity, seen: _Seen) -> str:
    """到, 列席, 请假, 未签到, — (not concerned) or nothing (the activity has no check-ins)."""
    key, concerned = (activity.id, person.id), concerns(person, activity)
    if key in seen.came:
        return "到" if concerned else "列席"
    if not concerned:
        return NOT_CONCERNED
    if activity.id not in seen.used:
        return ""
    return "请假" if key in seen.away else "未签到"


def _mark(person: Person, activity: Activity, state: str, seen: _Seen, now: datetime) -> str:
    """The state as the cell has it: who came, with the time."""
    key = (activity.id, person.id)
    if key in seen.came:
        at, by = seen.came[key]
        mark = format_time(at, now.tzinfo) if by == person.id else "补签"
        return f"列席{mark}" if state == "列席" else mark
    return state or ("请假" if key in seen.away else "")


def _counts(states: Sequence[str]) -> tuple[int, int, int]:
    """应到 (those on leave included), 实到, 请假."""
    came, away = states.count("到"), states.count("请假")
    return came + away + states.count("未签到"), came, away


def _totals(activities: Sequence[Activity], states: Sequence[Sequence[str]], seen: _Seen) -> list[tuple[Value, ...]]:
    columns = [[row[index] for row in states] for index in range(len(activities))]
    counts = [_counts(column) if activity.id in seen.used else (None, None, None)
              for activity, column in zip(activities, columns, strict=True)]
    sums = [sum(count[index] or 0 for count in counts) for index in range(3)]
    rows: list[tuple[Value, ...]] = []
    for index, name in enumerate(("应到", "实到", "请假")):
        apart = [sums[index] if place == index else None for place in range(3)]
        rows.append((None, name, *(count[index] for count in counts), *apart))
    guests = [column.count("列席") for column in columns]
    if any(guests):
        rows.append((None, "列席", *guests, None, None, None))
    return rows


def _column(activity: Activity, request: Request, seen: _Seen, now: datetime) -> Column:
    assert activity.starts_at is not None
    day = activity.starts_at.astimezone(now.tzinfo)
    year = f"{day.year}年" if len(request.period.years) > 1 else ""
    title = activity.title.strip("。 ")
    short = title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"
    state = "（进行中）" if is_open(activity, now) else "" if activity.id in seen.used else "（没有签到记录）"
    return Column(f"{year}{day.month}月{day.day}日\n{short}{state}", widest=12)
