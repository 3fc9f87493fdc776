"""What the page 今日 shows, as plain values: the same queries as the chat, put into words for a table.

Reads only. Start at look().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.settings import Settings
from data.activities import dated_between, end_of, find_open, year_view
from data.attendance import attendance, begun
from data.chinese import WEEKDAYS, format_day, format_fen, format_time, format_when, to_chinese
from data.dues import awaiting, overview
from data.dues_rounds import get_round, round_in_view
from data.models import Activity, Branch, DuesPayment, DuesState, Person
from data.plan_rules import ALL_MONTH
from data.undo import UNDO_WITHIN
from data.workdays import last_working_day, working_day_from
from handlers.console.names import all_told_apart, shared_names, told_apart
from handlers.console.waiting import (
    Failed,
    Letters,
    Unreached,
    Waiting,
    failed_deliveries,
    letters_waiting,
    questions_waiting,
    unreached,
)

AHEAD = timedelta(days=7)
SAMPLE_AHEAD = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of 今天与本周要办; `is_today` ones stand out, those that are over are marked so."""

    title: str
    note: str
    is_today: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Undated:
    """A line of the month without a date; `sample` is the sentence that gives it one, "" where none is needed."""

    title: str
    note: str
    sample: str


@dataclass(frozen=True, slots=True)
class Dues:
    """A payment that awaits confirmation."""

    id: int
    name: str
    what: str
    reported: str


@dataclass(frozen=True, slots=True)
class Card:
    """An activity with its attendance. The names of the present are not listed: who is missing is what one asks."""

    id: int
    title: str
    when: str
    state: str
    expected: int
    present: int
    leave: Sequence[str]
    missing: Sequence[str]
    guests: Sequence[str]


@dataclass(frozen=True, slots=True)
class Today:
    """All of the page. `said`: what became of the payment whose button was just clicked, "" where none was."""

    greeting: str
    date: str
    branch: str
    cards: Sequence[Card]
    lines: Sequence[Line]
    undated: Sequence[Undated]
    dues: Sequence[Dues]
    dues_total: str
    said: str
    letters: Letters
    questions: Sequence[Waiting]
    failed: Sequence[Failed]
    unreached: Unreached

    @property
    def sample(self) -> str:
        """A sentence that dates the first line that wants a date."""
        return next((one.sample for one in self.undated if one.sample), "")


def look(session: Session, person: Person, clicked: int | None, now: datetime, settings: Settings) -> Today:
    """What waits for the secretary now; `clicked` is the payment that was just confirmed."""
    branch_id = person.branch_id
    branch, shared = session.get(Branch, branch_id), shared_names(session, branch_id)
    reported = awaiting(session, branch_id)
    return Today(
        greeting=_greeting(now), date=f"{now.year}年{now.month}月{now.day}日 星期{WEEKDAYS[now.weekday()]}",
        branch=branch.name if branch else "", cards=_cards(session, branch_id, shared, now),
        lines=_agenda(session, branch_id, now), undated=_undated(session, branch_id, now),
        dues=[Dues(payment.id, told_apart(payer, shared), _sum_of(session, payment),
                   f"{format_day(payment.entered_at.astimezone(now.tzinfo))}登记") for payment, payer in reported],
        dues_total=format_fen(sum(payment.amount_fen for payment, _ in reported)),
        said=_said(session, person, clicked, shared, now) if clicked else "",
        letters=letters_waiting(session, person, shared, settings.letter_days, now),
        questions=questions_waiting(session, branch_id, now),
        failed=failed_deliveries(session, branch_id, shared, now), unreached=unreached(session, branch_id, now))


def _sum_of(session: Session, payment: DuesPayment) -> str:
    """`一、二月党费30元`."""
    return f"{get_round(session, payment.branch_id, payment.period).name}{format_fen(payment.amount_fen)}"


def _said(session: Session, person: Person, clicked: int, shared: frozenset[str], now: datetime) -> str:
    """What has become of a payment after the click, as it is now: it may be taken back in the chat any moment."""
    payment = session.get(DuesPayment, clicked)
    if payment is None or payment.branch_id != person.branch_id:
        return ""
    payer = session.get_one(Person, payment.person_id)
    what = f"{told_apart(payer, shared)}{_sum_of(session, payment)}"
    if payment.state is DuesState.AWAITING:
        return f"确认已撤销，恢复为待确认：{what}。"
    if payment.state is DuesState.REPLACED or payment.confirmed_by is None or payment.confirmed_at is None:
        return f"没有确认：{what}已被更正或收回。"
    if payment.confirmed_by != person.id:
        return f"{what}已由{session.get_one(Person, payment.confirmed_by).name}确认，没有重复确认。"
    told = "" if payer.id == person.id else "，会通知本人"
    is_fresh = now - payment.confirmed_at < UNDO_WITHIN
    return f"已确认：{what}{told}。{UNDO_WITHIN.seconds // 60}分钟内可在公众号回复“撤销”。" if is_fresh else ""


def _cards(session: Session, branch_id: int, shared: frozenset[str], now: datetime) -> list[Card]:
    """The activities that are open for check-in, else the last one that has begun today."""
    last = begun(session, branch_id, _midnight(now) - timedelta(microseconds=1), now)[:1]
    return [_card(session, activity, shared, now) for activity in find_open(session, branch_id, now) or last]


def _card(session: Session, activity: Activity, shared: frozenset[str], now: datetime) -> Card:
    seen = attendance(session, activity)
    starts = activity.starts_at
    assert starts is not None
    state = "可以签到，还没有开始" if now < starts else "正在进行" if now <= end_of(activity) else "已经结束"
    return Card(
        activity.id, activity.title, f"{format_when(starts, now.tzinfo, activity.ends_at)}，{activity.place or '地点待定'}",
        state, seen.expected, len(seen.present), all_told_apart(seen.leave, shared),
        all_told_apart(seen.missing, shared), all_told_apart((guest for guest, _ in seen.guests), shared))


def _agenda(session: Session, branch_id: int, now: datetime) -> list[Line]:
    """Today's activities, those of the next seven days, and a round of dues that ends within them."""
    midnight = _midnight(now)
    lines = [_dated(activity, now) for activity in
             dated_between(session, branch_id, midnight, midnight + AHEAD + timedelta(days=1))]
    round_ = round_in_view(session, branch_id, now.date())
    left = round_.ends - now.date()
    if timedelta(0) <= left <= AHEAD:
        seen = overview(session, branch_id, round_.period)
        lines.append(Line(f"{round_.name}截止", f"{format_day(round_.ends)}，未缴{len(seen.unpaid)}人，"
                          f"待确认{len(seen.awaiting)}人", not left))
    return lines


def _dated(activity: Activity, now: datetime) -> Line:
    starts = activity.starts_at.astimezone(now.tzinfo)
    is_today = starts.date() == now.date()
    when = format_when(starts, None, activity.ends_at)
    if is_today and (activity.ends_at is None or activity.ends_at.astimezone(now.tzinfo).date() == now.date()):
        until = f"-{format_time(activity.ends_at, now.tzinfo)}" if activity.ends_at else ""
        when = f"今天{format_time(starts)}{until}"
    return Line(activity.title, f"{when}，{activity.place or '地点待定'}", is_today, end_of(activity) < now)


def _undated(session: Session, branch_id: int, now: datetime) -> list[Undated]:
    """This month's entries without a date: those that want one, then those that everybody does in their own time."""
    view = year_view(session, branch_id, now.year, now.tzinfo)
    items = [item for item in view.in_month(now.month) if item.wants_date]
    wanting = [Undated(item.title, view.when(item, now), f"设置 {to_chinese(now.month)}月{item.title.strip('。 ')} "
                       f"{_sample(now)} 14:00 多功能厅") for item in items if item.kind not in ALL_MONTH]
    own_time = [Undated(item.title, "本月内各自完成，不用定时间", "") for item in items if item.kind in ALL_MONTH]
    return wanting + own_time


def _sample(now: datetime) -> str:
    """A working day of this month that is still to come, where there is one."""
    today = now.date()
    ahead = working_day_from(today + SAMPLE_AHEAD)
    day = ahead if ahead.month == now.month else max(last_working_day(now.year, now.month), today)
    return f"{day.month}月{day.day}日"


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _greeting(now: datetime) -> str:
    return "早上好" if now.hour < 11 else "中午好" if now.hour < 13 else "下午好" if now.hour < 18 else "晚上好"
