"""What members and officers both need when they speak of dues: the Talk, and how things are named."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.talk import Talk, Turn
from data.chinese import format_day, format_fen
from data.dues_rounds import Round, get_round, round_for, round_in_view
from data.models import DuesPayment, Duty, Person
from data.people import officers
from handlers.dues import payments

talk = Talk("dues", "党费")


def collector(session: Session, branch_id: int) -> str:
    """Who takes the money: `组织委员李梅`, where there is none the 书记."""
    for duty in (Duty.ORGANISER, Duty.SECRETARY):
        found = officers(session, branch_id, duty)
        if found:
            return duty.value + "、".join(person.name for person in found)
    return Duty.SECRETARY.value


def said_round(turn: Turn) -> Round | None:
    """The round of the month that the words name; None when they name none.

    A month more than half a year ahead is last year's: back-payment reaches about six months (domain part 3).
    """
    months = turn.match.slots.months
    if not months:
        return None
    year = turn.now.year - (1 if months[-1] - turn.now.month > 6 else 0)
    return round_for(turn.session, turn.branch_id, year, months[-1])


def this_round(turn: Turn) -> Round:
    """The round of the present month, or the month itself."""
    return round_for(turn.session, turn.branch_id, turn.now.year, turn.now.month)


def round_to_book(turn: Turn) -> Round:
    """What a payment is booked on when no month is named: the round that runs, else the year's last one if still owed.

    Whoever pays between two rounds pays late far more often than ahead; the answer says so and how to say otherwise.
    """
    here = this_round(turn)
    last = round_in_view(turn.session, turn.branch_id, turn.now.date())
    is_owed = last.plan_year and last.year == turn.now.year and not here.plan_year
    return last if is_owed and not payments.has_paid(turn.session, turn.person.id, last.period) else here


def sum_of(session: Session, payment: DuesPayment) -> str:
    """`一、二月党费30元`."""
    return f"{get_round(session, payment.branch_id, payment.period).name}{format_fen(payment.amount_fen)}"


def confirmation(session: Session, payment: DuesPayment, now: datetime) -> str:
    """`由李梅在2月3日（周五）确认`, of a confirmed payment."""
    by = session.get(Person, payment.confirmed_by)
    assert by is not None
    assert payment.confirmed_at is not None
    return f"由{by.name}在{format_day(payment.confirmed_at.astimezone(now.tzinfo))}确认"
