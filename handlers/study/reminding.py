"""The plan's months of study: one word at their beginning to those concerned, and nothing more all month.

It goes out on the second working day, because the month's overview goes out on the first. Start at reminders.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.chinese import format_months
from data.models import Branch
from data.study import StudyBlock, still_to_study, study_blocks
from data.workdays import first_working_day, working_day_from
from handlers.study.heard import EXAMPLE
from scheduler.quiet import after_quiet
from scheduler.reminder import Occurrence, PushKind, Reminder, Still

LASTS = timedelta(days=3)  # later than this the month is well under way


def _still(session: Session, branch_id: int, subject: str) -> Still:
    """Recheck of `study/2017-03`: who is still concerned and has not recorded anything by themselves."""
    year, month = map(int, subject.removeprefix("study/").split("-"))
    return Still(still_to_study(session, branch_id, year, month), "已登记自学，或不在自学的对象里")


MONTH = PushKind("study_month", capped=True, still=_still)


def month_occurrences(session: Session, settings: Settings, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """The first month of each block of study, where its day falls due after `since` and up to `until`."""
    for at in _moments(settings, since, until):
        for branch_id in session.scalars(select(Branch.id).order_by(Branch.id)).all():
            for block in study_blocks(session, branch_id, at.year):
                if block.months[0] == at.month:
                    yield _occurrence(branch_id, block, at)


def _moments(settings: Settings, since: datetime, until: datetime) -> Iterator[datetime]:
    """The second working days within the stretch of time, at the hour of monthly pushes; mostly none."""
    first, last = (moment.astimezone(settings.timezone).date().replace(day=1) for moment in (since, until))
    first = max(first, last.replace(year=last.year - 1))  # what is older is stale
    while first <= last:
        day = working_day_from(first_working_day(first.year, first.month) + timedelta(days=1))
        at = after_quiet(datetime.combine(day, settings.monthly_time, settings.timezone), settings)
        if since < at <= until:
            yield at
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _occurrence(branch_id: int, block: StudyBlock, at: datetime) -> Occurrence:
    name, first = format_months(block.months), f"{block.year}-{block.months[0]:02d}"
    return Occurrence(
        branch_id=branch_id, key=f"{branch_id}/{first}", at=at, expires=at + LASTS, subject=f"study/{first}",
        people=lambda s, branch_id=branch_id, block=block: still_to_study(s, branch_id, block.year, block.months[0]),
        text=f"{name}的计划里有自学{block.note}。读了什么、有什么体会，愿意的话可以记一条，例如“{EXAMPLE}”。\n"
             "自学自愿登记，不排名，本月不再提醒。",
        fields={"title": f"{name}自学", "time": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}", "place": "—",
                "note": "自愿登记，回复“自学打卡”"})


reminders = (Reminder(MONTH, month_occurrences),)
