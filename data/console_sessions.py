"""Who has the console open: one row for each browser that came in by a link, of its cookie only a digest.

Times are program time. A session ends when it idles, after some hours, at 退出, or when its person may no longer be
there: the caller decides that with find_session() and end(). Start at begin().
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.links import digest_of
from data.models import ConsoleSession, Follower, Person

MOST = 5  # browsers of one person at a time; the one that was seen least lately makes room


def begin(session: Session, person: Person, now: datetime) -> str:
    """A new session for this person; returns the secret for the cookie."""
    for row in _open_of(session, person.id)[MOST - 1:]:
        row.ended_at = now
    secret = secrets.token_urlsafe(32)
    session.add(ConsoleSession(digest=digest_of(secret), branch_id=person.branch_id, person_id=person.id, began_at=now,
                               seen_at=now))
    return secret


def find_session(session: Session, secret: str, now: datetime, idle: timedelta,
                 total: timedelta) -> tuple[ConsoleSession, Person] | None:
    """The session of a cookie and its person, while neither limit is reached and the person is bound."""
    bound = select(Follower.person_id).where(Follower.person_id == Person.id).exists()
    found = session.execute(
        select(ConsoleSession, Person).join(Person, Person.id == ConsoleSession.person_id)
        .where(ConsoleSession.digest == digest_of(secret), ConsoleSession.ended_at.is_(None), bound)).one_or_none()
    if found is None or now - found[0].seen_at >= idle or now - found[0].began_at >= total:
        return None
    return found[0], found[1]


def note_seen(session: Session, digest: str, now: datetime) -> None:
    """The person did something: the idle limit counts from now on."""
    session.execute(update(ConsoleSession).where(ConsoleSession.digest == digest, ConsoleSession.seen_at < now)
                    .values(seen_at=now).execution_options(synchronize_session=False))


def end(session: Session, secret: str, now: datetime) -> bool:
    """End the session of a cookie; False when there is none or it has ended."""
    return session.execute(
        update(ConsoleSession).where(ConsoleSession.digest == digest_of(secret), ConsoleSession.ended_at.is_(None))
        .values(ended_at=now).execution_options(synchronize_session=False)).rowcount == 1


def end_all(session: Session, person: Person, now: datetime) -> int:
    """End all sessions of a person; returns how many were open, those that had run out among them."""
    return session.execute(
        update(ConsoleSession).where(ConsoleSession.person_id == person.id, ConsoleSession.ended_at.is_(None))
        .values(ended_at=now).execution_options(synchronize_session=False)).rowcount


def _open_of(session: Session, person_id: int) -> list[ConsoleSession]:
    """The person's sessions that have not ended, the one seen last first."""
    return list(session.scalars(
        select(ConsoleSession).where(ConsoleSession.person_id == person_id, ConsoleSession.ended_at.is_(None))
        .order_by(ConsoleSession.seen_at.desc(), ConsoleSession.digest)))
