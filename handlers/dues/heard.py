"""What members and officers both need when they speak of dues: the Talk, and how things are named."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.talk import Talk, Turn
from data.chinese import format_day, format_fen
from data.models import DuesPayment, Duty, Person
from data.people import officers
from handlers.dues.rounds import Round, get_round, round_for

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
    """What a payment is booked on when no month is named."""
    return round_for(turn.session, turn.branch_id, turn.now.year, turn.now.month)


def sum_of(session: Session, payment: DuesPayment) -> str:
    """`一、二月党费30元`."""
    return f"{get_round(session, payment.branch_id, payment.period).name}{format_fen(payment.amount_fen)}"


def confirmation(session: Session, payment: DuesPayment, now: datetime) -> str:
    """`由李梅在2月3日（周五）确认`, of a confirmed payment."""
    by = session.get(Person, payment.confirmed_by)
    assert by is not None
    assert payment.confirmed_at is not None
    return f"由{by.name}在{format_day(payment.confirmed_at.astimezone(now.tzinfo))}确认"
