"""What goes out about dues: the reminders of each round, 催党费, and the word to the payer that it is confirmed.

Only to 党员 and 预备党员 who have neither paid nor reported, asked again at send time. Start at reminders.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.chinese import format_day
from data.dues import unpaid_ids
from data.dues_rounds import Round, rounds_of
from data.models import Branch
from data.workdays import first_working_day
from handlers.dues.heard import collector
from scheduler.reminder import Occurrence, PushKind, Reminder, Still

START_LASTS = timedelta(days=3)  # a first reminder that comes later than this would only repeat the last one


def still_unpaid(session: Session, branch_id: int, subject: str) -> Still:
    """Recheck of `dues/2017-01`: who has still neither paid nor reported."""
    return Still(unpaid_ids(session, branch_id, subject.removeprefix("dues/")), "已缴或已登记党费")


ROUND = PushKind("dues_round", capped=True, still=still_unpaid)
URGE = PushKind("dues_urge", capped=True, still=still_unpaid)
NOTICE = PushKind("dues_notice")


def subject_of(period: str) -> str:
    """What a push about a period's dues is about, for the recheck."""
    return f"dues/{period}"


def round_occurrences(session: Session, settings: Settings, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """The first and the last reminder of each round, where one falls due after `since` and up to `until`."""
    days = list(_days_due(settings, since, until))
    if not days:
        return
    for branch_id in session.scalars(select(Branch.id).order_by(Branch.id)).all():
        for year in sorted({day.year for day in days}):
            for round_ in rounds_of(session, branch_id, year):
                yield from _of_round(session, settings, branch_id, round_, days)


def _days_due(settings: Settings, since: datetime, until: datetime) -> Iterator[date]:
    """The days on which the hour of monthly reminders lies within the stretch of time; mostly none."""
    day = since.astimezone(settings.timezone).date()
    while (at := datetime.combine(day, settings.monthly_time, settings.timezone)) <= until:
        if at > since:
            yield day
        day += timedelta(days=1)


def _of_round(session: Session, settings: Settings, branch_id: int, round_: Round,
              days: Iterable[date]) -> Iterator[Occurrence]:
    midnight_after = datetime.combine(round_.ends + timedelta(days=1), time(0), settings.timezone)
    first = first_working_day(round_.year, round_.months[0])
    last = round_.ends - timedelta(days=settings.dues_last_days)
    for day, name, opening, lasts in ((first, "start", "开始缴纳了", START_LASTS), (last, "last", "快要截止了", None)):
        if day not in days or (name == "start" and first >= last):
            continue
        at = datetime.combine(day, settings.monthly_time, settings.timezone)
        yield Occurrence(
            branch_id=branch_id, key=f"dues/{round_.period}/{name}", at=at,
            expires=min(at + lasts, midnight_after) if lasts else midnight_after, subject=subject_of(round_.period),
            people=lambda s, branch_id=branch_id, period=round_.period: unpaid_ids(s, branch_id, period),
            text=reminder_text(session, branch_id, round_, opening),
            fields=fields_of(session, branch_id, round_, opening))


def reminder_text(session: Session, branch_id: int, round_: Round, opening: str) -> str:
    """`一、二月党费开始缴纳了，请在2月28日（周二）前交给组织委员李梅……`."""
    return (f"{round_.name}{opening}，请在{format_day(round_.ends)}前交给{collector(session, branch_id)}"
            f"{round_.origin}。\n交后回复“缴党费 金额”登记，例如“缴党费 30”。")


def fields_of(session: Session, branch_id: int, round_: Round, opening: str) -> dict[str, str]:
    """The same for a template message, whose fields show 20 characters each.

    A field for a time must have an hour, there the last minute of the last day; the note says the day as people do.
    """
    return {"title": f"{round_.name}{opening}", "time": f"{round_.year}年{format_day(round_.ends)}前",
            "place": f"交{collector(session, branch_id)}", "note": f"{format_day(round_.ends)}止，发“缴党费”登记"}


reminders = (Reminder(ROUND, round_occurrences),)
pushes = (URGE, NOTICE)
