"""Who has paid which dues: queries that several capabilities share. Amounts are whole fen. Reads only.

Rounds are in data/dues_rounds.py. Start at overview().
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.models import DuesPayment, DuesState, Person
from data.people import MEMBER_IDENTITIES

# Made once: to build a statement costs more than to run it.
_OWN = select(DuesPayment).where(
    DuesPayment.person_id == bindparam("person_id"), DuesPayment.period.startswith(bindparam("year")),
    DuesPayment.state != DuesState.REPLACED).order_by(DuesPayment.period)


def awaiting(session: Session, branch_id: int, person_id: int | None = None) -> Sequence[tuple[DuesPayment, Person]]:
    """What waits for confirmation in the branch, or of one person, oldest first."""
    query = (select(DuesPayment, Person).join(Person, Person.id == DuesPayment.person_id)
             .where(DuesPayment.branch_id == branch_id, DuesPayment.state == DuesState.AWAITING)
             .order_by(DuesPayment.period, DuesPayment.id).execution_options(populate_existing=True))
    if person_id is not None:
        query = query.where(DuesPayment.person_id == person_id)
    return [(payment, person) for payment, person in session.execute(query)]


def outside(session: Session, branch_id: int, year: int,
            periods: Collection[str]) -> Sequence[tuple[DuesPayment, Person]]:
    """Standing payments of a year on none of these periods: those of months that the plan has no round for."""
    return [(payment, person) for payment, person in session.execute(
        select(DuesPayment, Person).join(Person, Person.id == DuesPayment.person_id)
        .where(DuesPayment.branch_id == branch_id, DuesPayment.period.startswith(f"{year}-"),
               DuesPayment.period.not_in(periods), DuesPayment.state != DuesState.REPLACED)
        .order_by(DuesPayment.period, Person.id))]


def payments_of(session: Session, person: Person, year: int) -> Sequence[DuesPayment]:
    """A person's own standing payments for periods of a year, in order."""
    return session.scalars(_OWN, {"person_id": person.id, "year": f"{year}-"}).all()


@dataclass(frozen=True, slots=True)
class Overview:
    """A round at a glance: who has paid (confirmed, awaiting) how many fen, and who has not said anything."""

    confirmed: tuple[tuple[Person, int], ...]
    awaiting: tuple[tuple[Person, int], ...]
    unpaid: tuple[Person, ...]

    @property
    def owing(self) -> int:
        """How many people the round concerns."""
        return len(self.confirmed) + len(self.awaiting) + len(self.unpaid)


def overview(session: Session, branch_id: int, period: str) -> Overview:
    """Everybody whom a round concerns: 党员, 预备党员, and whoever has paid in it."""
    standing = session.execute(
        select(DuesPayment, Person).join(Person, Person.id == DuesPayment.person_id)
        .where(DuesPayment.branch_id == branch_id, DuesPayment.period == period,
               DuesPayment.state != DuesState.REPLACED).order_by(Person.id)).all()
    paid = {state: tuple((person, payment.amount_fen) for payment, person in standing if payment.state is state)
            for state in (DuesState.CONFIRMED, DuesState.AWAITING)}
    unpaid = session.scalars(select(Person).where(Person.id.in_(unpaid_ids(session, branch_id, period)))
                             .order_by(Person.id)).all()
    return Overview(paid[DuesState.CONFIRMED], paid[DuesState.AWAITING], tuple(unpaid))


def unpaid_ids(session: Session, branch_id: int, period: str) -> list[int]:
    """党员 and 预备党员 who have neither paid nor reported for the period, in roster order."""
    settled = select(DuesPayment.person_id).where(
        DuesPayment.branch_id == branch_id, DuesPayment.period == period, DuesPayment.state != DuesState.REPLACED)
    return list(session.scalars(
        select(Person.id).where(Person.branch_id == branch_id, Person.identity.in_(MEMBER_IDENTITIES),
                                Person.id.not_in(settled)).order_by(Person.id)))
