"""Use cases of dues: report, correct, confirm, and who has paid what. Amounts are whole fen.

A payment is never changed: a correction replaces it by a new row. The database says who was first
(one standing row per person and period, state changes by row count). Start at report().
"""

from datetime import datetime
from enum import Enum

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from data import audit
from data.db import add_once
from data.models import DuesPayment, DuesState, Person


class Outcome(Enum):
    """What became of a report."""

    NEW = "new"
    SAME = "same"
    OTHER_AMOUNT = "other amount"
    CONFIRMED = "confirmed before"


def report(session: Session, person: Person, period: str, fen: int, now: datetime) -> tuple[Outcome, DuesPayment]:
    """Book a payment as reported by the member; gives what stands after it. A second one changes nothing."""
    if add_once(session, DuesPayment, branch_id=person.branch_id, person_id=person.id, period=period, amount_fen=fen,
                happened_at=now, entered_at=now, state=DuesState.AWAITING):
        payment = get_standing(session, person, period)
        audit.record(session, person.branch_id, now, person, "dues.report", f"dues/{payment.id}", fen=fen)
        return Outcome.NEW, payment
    payment = get_standing(session, person, period)
    if payment.state is DuesState.CONFIRMED:
        return Outcome.CONFIRMED, payment
    return Outcome.SAME if payment.amount_fen == fen else Outcome.OTHER_AMOUNT, payment


def correct(session: Session, old: DuesPayment, fen: int, state: DuesState, by: Person,
            now: datetime) -> DuesPayment | None:
    """Replace a payment by one of another amount that is in `state`; None when the old one has changed meanwhile."""
    if not _replace(session, old, old.state):
        return None
    confirmed = {"confirmed_at": now, "confirmed_by": by.id} if state is DuesState.CONFIRMED else {}
    new = DuesPayment(branch_id=old.branch_id, person_id=old.person_id, period=old.period, amount_fen=fen,
                      happened_at=old.happened_at, entered_at=now, state=state, **confirmed)
    session.add(new)
    session.flush()
    audit.record(session, old.branch_id, now, by, "dues.correct", f"dues/{new.id}", replaces=old.id,
                 fen=fen, fen_before=old.amount_fen)
    return new


def move(session: Session, payment_id: int, period: str, by: Person, now: datetime) -> DuesPayment | None:
    """Book a person's own awaiting payment on another period.

    None when either has changed meanwhile; the caller then undoes the turn, as the old row may be replaced already.
    """
    old = session.get(DuesPayment, payment_id, populate_existing=True)
    if old is None or old.person_id != by.id or not _replace(session, old, DuesState.AWAITING):
        return None
    outcome, new = report(session, by, period, old.amount_fen, now)
    return new if outcome is Outcome.NEW else None


def _replace(session: Session, old: DuesPayment, state: DuesState) -> bool:
    """Take a payment that is still in `state` out of what stands; False when somebody else was first."""
    return session.execute(
        update(DuesPayment).where(DuesPayment.id == old.id, DuesPayment.state == state)
        .values(state=DuesState.REPLACED).execution_options(synchronize_session=False)).rowcount == 1


def confirm(session: Session, payment: DuesPayment, by: Person, now: datetime) -> bool:
    """Confirm a payment that awaits it; False when somebody else was first, and the payment is read anew."""
    won = session.execute(
        update(DuesPayment).where(DuesPayment.id == payment.id, DuesPayment.state == DuesState.AWAITING)
        .values(state=DuesState.CONFIRMED, confirmed_at=now, confirmed_by=by.id)
        .execution_options(synchronize_session=False)).rowcount == 1
    session.refresh(payment)
    if won:
        audit.record(session, payment.branch_id, now, by, "dues.confirm", f"dues/{payment.id}", fen=payment.amount_fen)
    return won


def send_back(session: Session, payment: DuesPayment, by: Person, now: datetime) -> bool:
    """退回: a report whose money did not come stands no longer; False when it was confirmed or corrected meanwhile."""
    return _drop(session, payment, DuesState.AWAITING, by, now, "dues.return")


def take_back(session: Session, payment: DuesPayment, by: Person, now: datetime) -> bool:
    """撤销 of one's own report, or of one that an officer booked for somebody; False when it has changed meanwhile."""
    return _drop(session, payment, payment.state, by, now, "dues.take_back")


def _drop(session: Session, payment: DuesPayment, state: DuesState, by: Person, now: datetime, action: str) -> bool:
    if not _replace(session, payment, state):
        return False
    audit.record(session, payment.branch_id, now, by, action, f"dues/{payment.id}", fen=payment.amount_fen)
    return True


def unconfirm(session: Session, payment: DuesPayment, by: Person, now: datetime) -> bool:
    """撤销 of one's own confirmation: the payment awaits one again; False when it has changed meanwhile."""
    won = session.execute(
        update(DuesPayment).where(DuesPayment.id == payment.id, DuesPayment.state == DuesState.CONFIRMED,
                                  DuesPayment.confirmed_by == by.id)
        .values(state=DuesState.AWAITING, confirmed_at=None, confirmed_by=None)
        .execution_options(synchronize_session=False)).rowcount == 1
    session.refresh(payment)
    if won:
        audit.record(session, payment.branch_id, now, by, "dues.unconfirm", f"dues/{payment.id}",
                     fen=payment.amount_fen)
    return won


def record_for(session: Session, person: Person, period: str, fen: int, by: Person,
               now: datetime) -> DuesPayment | None:
    """Book a payment that was handed to an officer, confirmed at once; None when something stands for the period."""
    if not add_once(session, DuesPayment, branch_id=person.branch_id, person_id=person.id, period=period,
                    amount_fen=fen, happened_at=now, entered_at=now, state=DuesState.CONFIRMED, confirmed_at=now,
                    confirmed_by=by.id):
        return None
    payment = get_standing(session, person, period)
    audit.record(session, person.branch_id, now, by, "dues.record", f"dues/{payment.id}", fen=fen)
    return payment


# Made once: to build a statement costs more than to run it.
_STANDING = select(DuesPayment).where(
    DuesPayment.person_id == bindparam("person_id"), DuesPayment.period == bindparam("period"),
    DuesPayment.state != DuesState.REPLACED).execution_options(populate_existing=True)
_HAS_PAID = select(DuesPayment.__table__.c.id).where(
    DuesPayment.__table__.c.person_id == bindparam("person_id"), DuesPayment.__table__.c.period == bindparam("period"),
    DuesPayment.__table__.c.state != DuesState.REPLACED)
_COUNT_AWAITING = select(func.count()).select_from(DuesPayment.__table__).where(
    DuesPayment.__table__.c.branch_id == bindparam("branch_id"),
    DuesPayment.__table__.c.state == DuesState.AWAITING)


def find_standing(session: Session, person_id: int, period: str) -> DuesPayment | None:
    """The person's payment of a period, awaiting or confirmed, as the database has it now."""
    return session.scalars(_STANDING, {"person_id": person_id, "period": period}).one_or_none()


def has_paid(session: Session, person_id: int, period: str) -> bool:
    """Whether there is such a payment."""
    return session.scalar(_HAS_PAID, {"person_id": person_id, "period": period}) is not None


def get_standing(session: Session, person: Person, period: str) -> DuesPayment:
    """The same where there must be one."""
    payment = find_standing(session, person.id, period)
    if payment is None:
        raise LookupError(f"person {person.id} has no payment for {period}")
    return payment


def count_awaiting(session: Session, branch_id: int) -> int:
    """How many payments of the branch wait for confirmation."""
    return session.scalar(_COUNT_AWAITING, {"branch_id": branch_id})
