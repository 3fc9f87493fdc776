"""Use cases of 广播: whom a draft reaches, sending it through the outbox, taking a later one back, how it went.

Works inside the caller's transaction; knows no wording. Start at send().
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.talk import Office
from data import audit
from data.models import Broadcast, Follower, Outbox, OutboxState, Person
from data.people import IDENTITY_GROUPS, ids_in
from scheduler import outbox
from scheduler.reminder import PushKind, Still

STALE_AFTER = timedelta(days=7)  # a notice that nobody could be given for a week is news no more


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
         due: datetime | None = None) -> Broadcast:
    """Keep the broadcast and queue it for all of `people` who are bound; the others are noted as not bound."""
    bound = _bound_among(session, author.branch_id, people)
    broadcast = Broadcast(
        branch_id=author.branch_id, author_id=author.id, audience=list(audience), text=text, confirmed_at=now,
        due=due or now, unbound=[person for person in people if person not in bound])
    session.add(broadcast)
    session.flush()
    subject = f"broadcast/{broadcast.id}"
    moment = broadcast.due.astimezone(now.tzinfo)
    outbox.enqueue(
        session, author.branch_id, [person for person in people if person in bound], kind=BROADCAST.name, key=subject,
        subject=subject, text=f"【支部通知】\n{text}", now=now, due=broadcast.due, expires=broadcast.due + STALE_AFTER,
        fields={"title": "支部通知", "note": text,
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
    audit.record(session, broadcast.branch_id, now, by, "broadcast.cancel", f"broadcast/{broadcast.id}")
    return True


def find_recent(session: Session, branch_id: int, now: datetime, nth: int) -> Broadcast | None:
    """The nth latest broadcast that has begun (1: the last one)."""
    return session.scalars(select(Broadcast).where(
        Broadcast.branch_id == branch_id, Broadcast.due <= now, Broadcast.cancelled_at.is_(None),
    ).order_by(Broadcast.due.desc(), Broadcast.id.desc()).offset(nth - 1).limit(1)).one_or_none()


def outcomes(session: Session, broadcast: Broadcast) -> Sequence[Outcome]:
    """How it went for each person it was queued for, in roster order."""
    rows = select(Person.name, Outbox.state, Outbox.why).join(Outbox, Outbox.person_id == Person.id).where(
        Outbox.branch_id == broadcast.branch_id, Outbox.kind == BROADCAST.name,
        Outbox.subject == f"broadcast/{broadcast.id}").order_by(Person.id)
    return [Outcome(*row) for row in session.execute(rows)]


def names_of(session: Session, branch_id: int, people: Sequence[int]) -> list[str]:
    """The names of people of the branch, in roster order."""
    return list(session.scalars(select(Person.name).where(
        Person.branch_id == branch_id, Person.id.in_(people)).order_by(Person.id)))


def _still_wanted(session: Session, branch_id: int, subject: str) -> Still:
    broadcast = session.get(Broadcast, int(subject.split("/")[1]))
    if broadcast is None or broadcast.cancelled_at is not None:
        return Still((), "广播已取消")
    return Still(set(session.scalars(select(Follower.person_id).where(
        Follower.branch_id == branch_id, Follower.person_id.is_not(None)))), "已解绑")


# Twice the same notice confuses people, so a lost answer is shown to 书记 and not repeated.
BROADCAST = PushKind("broadcast", repeat_unsure=False, still=_still_wanted)


def group_by_state(found: Sequence[Outcome]) -> Mapping[OutboxState, list[Outcome]]:
    """The outcomes by state."""
    grouped: dict[OutboxState, list[Outcome]] = {}
    for outcome in found:
        grouped.setdefault(outcome.state, []).append(outcome)
    return grouped
