"""收到: who has confirmed a broadcast that asks for it, and whom it has not reached: queries that several share.

A receipt's subject (`broadcast/12`) is that of the messages. Start at standing(), at open_for() for one person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.db import add_once
from data.models import Activity, ActivityState, Broadcast, Outbox, OutboxState, Person, Receipt

BROADCAST_KIND, URGE_KIND = "broadcast", "receipt_urge"  # both bring the text, under the same subject
ASKED_FOR = timedelta(days=14)  # after that, 收到 means something else
REPEATED = timedelta(days=1)  # 收到 said again within a day means the same notice
ARRIVED = (OutboxState.SENT, OutboxState.UNSURE, OutboxState.SENDING)  # who says 收到 has it, whatever we know of it
ON_ITS_WAY = frozenset({OutboxState.WAITING, OutboxState.SENDING, OutboxState.HELD})


def subject_of(broadcast: Broadcast) -> str:
    """What the messages and receipts of a broadcast belong to."""
    return f"broadcast/{broadcast.id}"


def id_in(subject: str) -> int:
    """The id of the broadcast that a subject names."""
    return int(subject.removeprefix("broadcast/"))


def version_of(activity: Activity) -> str:
    """What a broadcast with the date of an activity is about: the activity as it is now."""
    return f"activity/{activity.id}/{activity.version}"


def is_out_of_date(session: Session, about: str) -> bool:
    """Whether the activity that a broadcast gives the date of has changed since."""
    if not about:
        return False
    activity = session.get(Activity, int(about.split("/")[1]))
    return activity is None or activity.state is not ActivityState.PLANNED or version_of(activity) != about


def open_for(session: Session, person: Person, now: datetime, within: timedelta = ASKED_FOR) -> Sequence[Broadcast]:
    """What asks for a receipt, reached the person `within` a time and is not confirmed by them; the newest first.

    Nobody confirms what they sent themselves.
    """
    reached = session.scalars(select(Outbox.subject).where(
        Outbox.person_id == person.id, Outbox.kind.in_((BROADCAST_KIND, URGE_KIND)), Outbox.state.in_(ARRIVED),
        func.coalesce(Outbox.settled_at, Outbox.due) > now - within))
    asking = [one for one in _broadcasts(session, person, reached) if one.author_id != person.id]
    done = set(session.scalars(select(Receipt.subject).where(
        Receipt.person_id == person.id, Receipt.subject.in_([subject_of(one) for one in asking])))) if asking else set()
    return [one for one in asking if subject_of(one) not in done]


def confirm(session: Session, person: Person, broadcast: Broadcast, now: datetime) -> bool:
    """Note that the person has read it; False when that was noted before."""
    return add_once(session, Receipt, branch_id=person.branch_id, subject=subject_of(broadcast), person_id=person.id,
                    at=now)


def last_confirmed(session: Session, person: Person, now: datetime) -> Sequence[Broadcast]:
    """What the person confirmed last, all at once, if that was within a day; the newest first."""
    recent = session.execute(select(Receipt.subject, Receipt.at).where(
        Receipt.person_id == person.id, Receipt.at > now - REPEATED)).all()
    last = max((row.at for row in recent), default=None)
    return _broadcasts(session, person, (row.subject for row in recent if row.at == last))


def _broadcasts(session: Session, person: Person, subjects: Iterable[str]) -> Sequence[Broadcast]:
    ids = {id_in(subject) for subject in subjects}
    return session.scalars(
        select(Broadcast).where(Broadcast.id.in_(ids), Broadcast.branch_id == person.branch_id, Broadcast.wants_receipt)
        .order_by(Broadcast.due.desc(), Broadcast.id.desc())).all() if ids else []


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody whom a broadcast has not reached (yet): the state of their message, and why."""

    person: Person
    state: OutboxState
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The people of a broadcast, each in one place and in roster order; `unbound` were so when it went out."""

    confirmed: tuple[Person, ...]
    delivered: tuple[Person, ...]
    missed: tuple[Missed, ...]
    unbound: tuple[Person, ...]

    @property
    def to_remind(self) -> list[Person]:
        """Who has not confirmed it, but for those to whom the broadcast itself is still on its way."""
        lost = [one.person for one in self.missed if one.state not in ON_ITS_WAY]
        return sorted((*self.delivered, *lost, *self.unbound), key=lambda person: person.id)


def standing(session: Session, broadcast: Broadcast) -> Standing:
    """Who has confirmed the broadcast, who has it, and who has not got it; a reminder that arrived counts too.

    The one who sent it knows it, and counts nowhere.
    """
    subject = subject_of(broadcast)
    done = set(session.scalars(select(Receipt.person_id).where(
        Receipt.branch_id == broadcast.branch_id, Receipt.subject == subject)))
    rows = session.execute(select(Outbox.person_id, Outbox.kind, Outbox.state, Outbox.why).where(
        Outbox.branch_id == broadcast.branch_id, Outbox.subject == subject,
        Outbox.kind.in_((BROADCAST_KIND, URGE_KIND)))).all()
    has_it = {row.person_id for row in rows if row.state is OutboxState.SENT}
    fate = {row.person_id: (row.state, row.why) for row in rows if row.kind == BROADCAST_KIND}
    people = session.scalars(select(Person).where(
        Person.branch_id == broadcast.branch_id, Person.id != broadcast.author_id,
        Person.id.in_({*fate, *broadcast.unbound})).order_by(Person.id)).all()
    waiting = [person for person in people if person.id not in done]
    return Standing(
        tuple(person for person in people if person.id in done),
        tuple(person for person in waiting if person.id in has_it),
        tuple(Missed(person, *fate[person.id]) for person in waiting
              if person.id in fate and person.id not in has_it),
        tuple(person for person in waiting if person.id not in fate and person.id not in has_it))
