"""党费登记表: everybody concerned in each round of the period, with amounts as numbers and their sums.

A round that has not begun is left out, but for what was paid ahead. Start at read().
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.chinese import format_months
from data.dues_rounds import Round, rounds_of
from data.models import DuesPayment, DuesState, Person
from data.people import MEMBER_IDENTITIES
from handlers.export.kinds import Request, names_of
from handlers.export.table import Column, Table, Value

CONFIRMED, AWAITING, UNPAID = "已缴", "待确认", "未缴"
COLUMNS = (Column("序号"), Column("姓名"), Column("月份"), Column("金额（元）"), Column("状态"), Column("登记日期"),
           Column("确认人"), Column("确认日期"))

Line = tuple[Person, Round, DuesPayment | None]


def read(session: Session, request: Request, now: datetime) -> Table | None:
    """The table; None when no round of the period has begun and nothing was paid."""
    people = request.people(session)
    lines = list(_lines(session, request, people, now))
    if not lines:
        return None
    names = names_of(replace(request, only=()).people(session))
    several_years = len(request.period.years) > 1
    rows = [_row(number, line, names, now, several_years) for number, line in enumerate(lines, 1)]
    concerned = len({person.id for person, _, _ in lines})
    rounds = len({round_.period for _, round_, _ in lines})
    return Table(request.heading(session), f"{rounds}轮，{concerned}人", COLUMNS, rows, _totals(lines))


def _lines(session: Session, request: Request, people: Sequence[Person], now: datetime) -> Iterator[Line]:
    """Round by round, each in roster order; 党员 and 预备党员, and whoever else has paid."""
    paid = {(payment.period, payment.person_id): payment for payment in _payments(session, request)}
    rounds = {one.period: one for year in request.period.years for one in rounds_of(session, request.branch_id, year)}
    planned = {period for period, one in rounds.items() if one.starts <= now.date()}
    for period, _ in paid:
        year, month = map(int, period.split("-"))
        rounds.setdefault(period, Round(year, (month,)))
    for period, round_ in sorted(rounds.items()):
        if not request.period.overlaps(round_.starts, round_.ends):
            continue
        for person in people:
            payment = paid.get((period, person.id))
            if payment or period in planned and person.identity in MEMBER_IDENTITIES:
                yield person, round_, payment


def _payments(session: Session, request: Request) -> Sequence[DuesPayment]:
    years = request.period.years
    return session.scalars(select(DuesPayment).where(
        DuesPayment.branch_id == request.branch_id, DuesPayment.state != DuesState.REPLACED,
        DuesPayment.period >= f"{years[0]}-01", DuesPayment.period <= f"{years[-1]}-12")).all()


def _row(number: int, line: Line, names: dict[int, str], now: datetime, several_years: bool) -> tuple[Value, ...]:
    person, round_, payment = line
    months = f"{round_.year}年" * several_years + format_months(round_.months)
    if payment is None:
        return number, names[person.id], months, None, UNPAID, None, None, None
    confirmed = payment.state is DuesState.CONFIRMED
    return (number, names[person.id], months, _yuan(payment.amount_fen), CONFIRMED if confirmed else AWAITING,
            payment.entered_at.astimezone(now.tzinfo).date(),
            names.get(payment.confirmed_by or 0) if confirmed else None,
            payment.confirmed_at.astimezone(now.tzinfo).date() if confirmed and payment.confirmed_at else None)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _totals(lines: Sequence[Line]) -> list[tuple[Value, ...]]:
    """What has been received and what awaits confirmation, apart: a sum of both would be no money that is there."""
    rows: list[tuple[Value, ...]] = []
    for state, name in ((DuesState.CONFIRMED, CONFIRMED), (DuesState.AWAITING, AWAITING)):
        sums = [payment.amount_fen for _, _, payment in lines if payment and payment.state is state]
        if sums or state is DuesState.CONFIRMED:
            rows.append((None, f"{name}合计", None, _yuan(sum(sums)), f"{len(sums)}笔", None, None, None))
    unpaid = sum(payment is None for _, _, payment in lines)
    if unpaid:
        rows.append((None, UNPAID, None, None, f"{unpaid}笔", None, None, None))
    return rows
