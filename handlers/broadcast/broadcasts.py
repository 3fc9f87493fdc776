"""Use cases of 广播: whom a draft reaches, sending it through the outbox, taking a later one back, how it went.

Works inside the caller's transaction; knows no wording. Start at send().
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.talk import Office
from bot.whom import names_apart
from data import audit
from data.models import Broadcast, Follower, Outbox, OutboxState, Person
from data.people import IDENTITY_GROUPS, ids_in
from data.receipts import BROADCAST_KIND, id_in, is_out_of_date, subject_of
from handlers.broadcast.draft import asks_in_text
from scheduler import outbox
from scheduler.reminder import PushKind, Still

STALE_AFTER = timedelta(days=7)  # a notice that nobody could be given for a week is news no more
MOST = 2**31 - 1  # no 编号 is greater
ASKED = "\n请回复“收到”。"  # the last line of what asks for a receipt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a broadcast for one person: the state of the row, and why."""

    name: str
    state: OutboxState
    why: str


def known_groups(session: Session, branch_id: int, office: Office) -> list[str]:
    """All groups that a broadcast of the branch can go to."""
    groups = select(Person.group).where(Person.branch_id == branch_id, Person.group != "").distinct()
    return [*IDENTITY_GROUPS, *sorted(session.scalars(groups)), *office.groups]


def find_audience(session: Session, branch_id: int, office: Office, groups: Sequence[str], people: Sequence[int],
                  now: datetime) -> list[int]:
    """Ids of everybody in the groups and of the people, each once, in roster order."""
    found = set(people)
    for group in groups:
        if find := office.groups.get(group):
            found |= set(find(session, branch_id, now))
        else:
            found |= set(ids_in(session, branch_id, [group]))
    own = session.scalars(select(Person.id).where(Person.branch_id == branch_id).order_by(Person.id))
    return [person for person in own if person in found]


def send(session: Session, author: Person, audience: Sequence[str], people: Sequence[int], text: str, now: datetime,
         due: datetime | None = None, wants_receipt: bool = False, about: str = "") -> Broadcast:
    """Keep the broadcast and queue it for all of `people` who are bound; the others are noted as not bound."""
    bound = _bound_among(session, author.branch_id, people)
    broadcast = Broadcast(
        branch_id=author.branch_id, author_id=author.id, audience=list(audience), text=text, confirmed_at=now,
        due=due or now, wants_receipt=wants_receipt, about=about,
        unbound=[person for person in people if person not in bound])
    session.add(broadcast)
    session.flush()
    subject = subject_of(broadcast)
    moment = broadcast.due.astimezone(now.tzinfo)
    outbox.enqueue(
        session, author.branch_id, [person for person in people if person in bound], kind=BROADCAST.name, key=subject,
        subject=subject, now=now, due=broadcast.due, expires=broadcast.due + STALE_AFTER,
        text=f"【支部通知】\n{text}{ASKED if wants_receipt and not asks_in_text(text) else ''}",
        fields={"title": f"支部通知{'（请回复收到）' if wants_receipt else ''}", "note": text,
                "time": f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"})
    audit.record(session, author.branch_id, now, author, "broadcast.send", subject, people=len(people))
    return broadcast


def _bound_among(session: Session, branch_id: int, people: Sequence[int]) -> set[int]:
    bound = session.scalars(select(Follower.person_id).where(
        Follower.branch_id == branch_id, Follower.person_id.is_not(None)))
    return set(bound) & set(people)


def pending(session: Session, branch_id: int, now: datetime) -> Sequence[Broadcast]:
    """Broadcasts for later that can still be taken back, the next one first."""
    return session.scalars(select(Broadcast).where(
        Broadcast.branch_id == branch_id, Broadcast.due > now, Broadcast.cancelled_at.is_(None),
    ).order_by(Broadcast.due, Broadcast.id)).all()


def cancel(session: Session, broadcast: Broadcast, by: Person, now: datetime) -> bool:
    """Take back a broadcast for later; False when it has begun or is taken back already."""
    if broadcast.cancelled_at is not None or broadcast.due <= now:
        return False
    broadcast.cancelled_at = now
    audit.record(session, broadcast.branch_id, now, by, "broadcast.cancel", subject_of(broadcast))
    return True


def restore(session: Session, broadcast: Broadcast, by: Person, now: datetime) -> bool:
    """Send a broadcast for later after all; False when its time has passed or it was never taken back."""
    if broadcast.cancelled_at is None or broadcast.due <= now:
        return False
    broadcast.cancelled_at = None  # its messages still wait: whether it stands is asked when they are due
    audit.record(session, broadcast.branch_id, now, by, "broadcast.restore", subject_of(broadcast))
    return True


def find_recent(session: Session, branch_id: int, now: datetime, nth: int, receipts: bool = False) -> Broadcast | None:
    """The nth latest broadcast that has begun (1: the last one); with `receipts` of those that ask for a receipt."""
    begun = select(Broadcast).where(
        Broadcast.branch_id == branch_id, Broadcast.due <= now, Broadcast.cancelled_at.is_(None))
    begun = begun.where(Broadcast.wants_receipt) if receipts else begun
    return session.scalars(begun.order_by(Broadcast.due.desc(), Broadcast.id.desc())
                           .offset(nth - 1).limit(1)).one_or_none()


def find_numbered(session: Session, branch_id: int, now: datetime, number: int) -> Broadcast | None:
    """The broadcast of that 编号, if it has begun."""
    broadcast = session.get(Broadcast, number) if number <= MOST else None
    begun = broadcast is not None and broadcast.branch_id == branch_id and broadcast.due <= now
    return broadcast if begun and broadcast.cancelled_at is None else None


def outcomes(session: Session, broadcast: Broadcast) -> Sequence[Outcome]:
    """How it went for each person it was queued for, in roster order."""
    rows = select(Person, Outbox.state, Outbox.why).join(Outbox, Outbox.person_id == Person.id).where(
        Outbox.branch_id == broadcast.branch_id, Outbox.kind == BROADCAST.name,
        Outbox.subject == subject_of(broadcast)).order_by(Person.id)
    found = session.execute(rows).all()
    names = names_apart(session, broadcast.branch_id, [row.Person for row in found])
    return [Outcome(called, row.state, row.why) for called, row in zip(names, found, strict=True)]


def names_of(session: Session, branch_id: int, people: Sequence[int]) -> list[str]:
    """What people of the branch are called, in roster order; equal names are told apart."""
    found = session.scalars(select(Person).where(
        Person.branch_id == branch_id, Person.id.in_(people)).order_by(Person.id)).all()
    return names_apart(session, branch_id, found)


def _still_wanted(session: Session, branch_id: int, subject: str) -> Still:
    broadcast = session.get(Broadcast, id_in(subject))
    if broadcast is None or broadcast.cancelled_at is not None:
        return Still((), "广播已取消")
    if is_out_of_date(session, broadcast.about):
        return Still((), "活动已改期或取消")
    return Still(set(session.scalars(select(Follower.person_id).where(
        Follower.branch_id == branch_id, Follower.person_id.is_not(None)))), "已解绑")


# Twice the same notice confuses people, so a lost answer is shown to 书记 and not repeated.
BROADCAST = PushKind(BROADCAST_KIND, repeat_unsure=False, still=_still_wanted)


def group_by_state(found: Sequence[Outcome]) -> Mapping[OutboxState, list[Outcome]]:
    """The outcomes by state."""
    grouped: dict[OutboxState, list[Outcome]] = {}
    for outcome in found:
        grouped.setdefault(outcome.state, []).append(outcome)
    return grouped
