"""What the calendar pushes once a month: everybody's overview, and 书记's list of entries without a date.

Pure date arithmetic decides first whether a month's time has come; only then the database is asked. Start at `monthly`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.activities import Item, YearView, belongs, is_missing_date, year_view
from data.chinese import format_date, to_chinese
from data.models import Branch, Duty, Person
from data.people import MEMBER_IDENTITIES, officers
from data.workdays import first_working_day, working_day_until
from scheduler.quiet import after_quiet
from scheduler.reminder import Occurrence, PushKind, Reminder, Still

OVERVIEW_LASTS = timedelta(days=3)
NO_PLACE = "—"
MIDDLE = 15  # the day in the sample sentences for 书记: the working day at or before it


def overview_occurrences(session: Session, settings: Settings, since: datetime,
                         until: datetime) -> Iterator[Occurrence]:
    """The month's overview on its first working day: 党员 get everything, the others what concerns them."""
    for first in _months_between(since, until, settings):
        at = _at(first_working_day(first.year, first.month), settings)
        if since < at <= until:
            for branch_id in session.scalars(select(Branch.id)).all():
                yield from _overviews(session, branch_id, first, at, settings)


def _overviews(session: Session, branch_id: int, first: date, at: datetime, settings: Settings) -> Iterator[Occurrence]:
    """One for each different list; nobody gets an empty one."""
    view = year_view(session, branch_id, first.year, settings.timezone)
    items = [item for item in view.in_month(first.month) if not item.is_cancelled]
    readers: dict[tuple[int, ...], list[int]] = {}
    for person in session.scalars(select(Person).where(Person.branch_id == branch_id).order_by(Person.id)):
        shown = tuple(place for place, item in enumerate(items) if _sees(person, item))
        readers.setdefault(shown, []).append(person.id)
    for shown, people in readers.items():
        if shown:
            yield Occurrence(
                branch_id=branch_id, key=f"{branch_id}/{first:%Y-%m}", at=at, expires=at + OVERVIEW_LASTS,
                subject=f"overview/{first:%Y-%m}", people=lambda _, people=people: people,
                text=overview_text(view, first.month, [items[place] for place in shown], at),
                fields={"title": f"{to_chinese(first.month)}月活动安排", "time": _stamp(at), "place": NO_PLACE,
                        "note": f"共{len(shown)}项，回复“详情”查看"})


def _sees(person: Person, item: Item) -> bool:
    return person.identity in MEMBER_IDENTITIES or belongs(person, item.audience)


def overview_text(view: YearView, month: int, items: Sequence[Item], at: datetime) -> str:
    """The month's list as it is pushed."""
    lines = "\n".join(f"{number}. {item.title}：{view.when(item, at, view.year)}"
                      for number, item in enumerate(items, 1))
    return f"【{to_chinese(month)}月安排】共{len(items)}项：\n{lines}\n时间定下或有变动会再通知您。{view.note}"


def undated_occurrences(session: Session, settings: Settings, since: datetime,
                        until: datetime) -> Iterator[Occurrence]:
    """Next month's entries without a date, to 书记 (to 副书记 where there is none), on the 20th or before it."""
    for first in _months_between(since, until, settings):
        at = _at(working_day_until(first.replace(day=settings.undated_day)), settings)
        ahead = _next_month(first)
        stale = datetime.combine(ahead, time(), settings.timezone)
        if since < at <= until:
            for branch_id in session.scalars(select(Branch.id)).all():
                yield from _undated(session, branch_id, ahead, at, stale, settings)


def _undated(session: Session, branch_id: int, ahead: date, at: datetime, stale: datetime,
             settings: Settings) -> Iterator[Occurrence]:
    view = year_view(session, branch_id, ahead.year, settings.timezone)
    items = [item for item in view.in_month(ahead.month) if item.wants_date]
    people = secretary_ids(session, branch_id)
    if items and people:
        yield Occurrence(
            branch_id=branch_id, key=f"{branch_id}/{ahead:%Y-%m}", at=at, expires=stale,
            subject=f"undated/{ahead:%Y-%m}", people=lambda _: people, text=undated_text(view, ahead, items, at),
            fields={"title": f"{to_chinese(ahead.month)}月还有{len(items)}项没有定时间", "time": _stamp(at),
                    "place": NO_PLACE, "note": "回复“详情”看怎样设置"})


def undated_text(view: YearView, ahead: date, items: Sequence[Item], at: datetime) -> str:
    """What 书记 reads: each entry with the sentence that dates it; the day in it is only a sample."""
    sample = working_day_until(ahead.replace(day=MIDDLE))
    month = to_chinese(ahead.month)
    lines = "\n".join(
        f"{number}. {item.title}\n设置 {month}月{item.title} {sample.month}月{sample.day}日 14:00 多功能厅"
        for number, item in enumerate(items, 1))
    year = "" if ahead.year == at.year else f"{ahead.year}年"
    return (f"【待定时间】下个月（{year}{month}月）还有{len(items)}项没有定时间：\n{lines}\n{format_date(sample, at)}14:00、"
            f"多功能厅只是示例：请复制需要的一句，改成实际的日期、时间、地点后发送。{view.note}")


def secretary_ids(session: Session, branch_id: int) -> list[int]:
    """书记; where the branch has none, 副书记."""
    people = officers(session, branch_id, Duty.SECRETARY) or officers(session, branch_id, Duty.DEPUTY)
    return [person.id for person in people]


def _still_undated(session: Session, branch_id: int, subject: str) -> Still:
    year, month = subject.removeprefix("undated/").split("-")
    if not is_missing_date(session, branch_id, int(year), int(month)):
        return Still((), "都已定好时间")
    return Still(secretary_ids(session, branch_id), "不再担任书记")


def _at(day: date, settings: Settings) -> datetime:
    return after_quiet(datetime.combine(day, settings.monthly_time, settings.timezone), settings)


def _stamp(moment: datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _months_between(since: datetime, until: datetime, settings: Settings) -> Iterator[date]:
    """The first days of the span's months, at most of its last year: what an older one held is stale."""
    first, last = (moment.astimezone(settings.timezone).date().replace(day=1) for moment in (since, until))
    first = max(first, last.replace(year=last.year - 1))
    while first <= last:
        yield first
        first = _next_month(first)


OVERVIEW = PushKind("month_overview", repeat_unsure=True, capped=True)
UNDATED = PushKind("undated_entries", repeat_unsure=True, still=_still_undated)
monthly = (Reminder(OVERVIEW, overview_occurrences), Reminder(UNDATED, undated_occurrences))
