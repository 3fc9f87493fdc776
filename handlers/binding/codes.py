"""Binding codes: six digits derived from the secret key, the person and a serial; never stored.

The serial grows when a code is used or renewed, so each works once. Start at derive().
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import audit
from data.models import BindAttempt, Follower, Person

DIGITS = 6


class UnknownStaffNumber(Exception):
    """No such 工号 on the branch's roster; str() is the sentence to show."""


@dataclass(frozen=True, slots=True)
class BindingCode:
    """The code that a person has to be given; `stopped`: too many wrong ones, it works again only when renewed."""

    name: str
    staff_no: str
    code: str
    stopped: bool


def derive(secret_key: str, person: Person) -> str:
    """The person's present code."""
    # The parts have no line breaks (a 工号 cannot contain one), so no two people share the same message.
    message = f"binding code\n{person.branch_id}\n{person.staff_no}\n{person.code_serial}"
    digest = hmac.digest(secret_key.encode(), message.encode(), "sha256")
    return f"{int.from_bytes(digest[:8]) % 10 ** DIGITS:0{DIGITS}d}"


def matches(secret_key: str, person: Person, code: str) -> bool:
    """Whether this is the person's present code and may be used; takes the same time for every code."""
    return hmac.compare_digest(derive(secret_key, person), code) and person.code_stopped_at is None


def list_codes(session: Session, secret_key: str, branch_id: int) -> list[BindingCode]:
    """The codes of those who are not bound yet, in roster order; the same again until used or renewed."""
    bound = select(Follower.person_id).where(Follower.person_id.is_not(None))
    people = session.scalars(
        select(Person).where(Person.branch_id == branch_id, Person.id.not_in(bound)).order_by(Person.id))
    return [_code(secret_key, person) for person in people]


def renew(session: Session, secret_key: str, branch_id: int, staff_no: str, now: datetime) -> BindingCode:
    """A new code for one person, bound or not; the old one is void and a stop ends. Raises UnknownStaffNumber."""
    named = select(Person).where(Person.branch_id == branch_id, Person.staff_no == staff_no)
    person = session.scalars(named.with_for_update()).one_or_none()
    if person is None:
        raise UnknownStaffNumber(f"名册里没有工号{staff_no}。")
    person.code_serial += 1
    person.code_stopped_at = None
    session.execute(delete(BindAttempt).where(BindAttempt.person_id == person.id))
    audit.record(session, branch_id, now, None, "binding.renew", f"person/{person.id}")
    session.flush()
    return _code(secret_key, person)


def _code(secret_key: str, person: Person) -> BindingCode:
    return BindingCode(person.name, person.staff_no, derive(secret_key, person), person.code_stopped_at is not None)
