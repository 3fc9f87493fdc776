"""The secret addresses of calendar feeds: derived from secret key, person, openid and a serial; a digest is kept.

An address dies when it is reset, while the subscription is stopped, and when the person is bound to another openid:
whoever was bound by mistake must not keep it. Start at subscribe() and find_subscriber().
"""

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from data.db import add_once
from data.links import digest_of
from data.models import Branch, CalendarFeed, Follower, Person

SECRET_BYTES = 20  # 160 bits; 32 characters without padding
_TOKEN = re.compile(r"[a-z2-7]{32}", re.ASCII)
_FOUND = select(CalendarFeed, Person, Follower.openid, Branch.name).join(
    Person, Person.id == CalendarFeed.person_id).join(Follower, Follower.person_id == Person.id).join(
    Branch, Branch.id == Person.branch_id).where(
    CalendarFeed.digest == bindparam("digest"), CalendarFeed.revoked_at.is_(None))


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose feed an address opens."""

    person: Person
    branch: str
    since: datetime


def derive(secret_key: str, person_id: int, serial: int, openid: str) -> str:
    """`mzxw6ytboi…`: what only this installation can know, and nothing about whose it is. Can be read out."""
    # Every part but the last is a number, so no two feeds share the same message.
    message = f"calendar feed\n{person_id}\n{serial}\n{openid}"
    digest = hmac.digest(secret_key.encode(), message.encode(), "sha256")
    return base64.b32encode(digest[:SECRET_BYTES]).decode().lower()


def give(session: Session, secret_key: str, feed: CalendarFeed, openid: str) -> str:
    """The token of a feed for whoever is bound to that openid; from now on it is found by its digest."""
    token = derive(secret_key, feed.person_id, feed.serial, openid)
    feed.digest = digest_of(token)
    session.flush()
    return token


def subscribe(session: Session, person: Person, now: datetime) -> CalendarFeed:
    """The person's working feed: the one there is, or a new one; after a stop it gets a new address."""
    add_once(session, CalendarFeed, person_id=person.id, branch_id=person.branch_id, serial=1, digest="",
             made_at=now)
    feed = _locked(session, person)
    if feed is None:
        raise LookupError("the feed that was just made is gone")
    if feed.revoked_at is not None:
        _renew(feed, now)
    return feed


def reset(session: Session, person: Person, now: datetime) -> CalendarFeed | None:
    """Another address, the old one is dead; None when there is no subscription."""
    feed = _locked(session, person)
    if feed is None or feed.revoked_at is not None:
        return None
    _renew(feed, now)
    return feed


def is_subscribed(session: Session, person: Person) -> bool:
    """Whether the person has an address that works."""
    feed = session.get(CalendarFeed, person.id)
    return feed is not None and feed.revoked_at is None


def stop(session: Session, person: Person, now: datetime) -> int | None:
    """Make the address dead until it is restored; returns its serial, None when there was no subscription."""
    feed = _locked(session, person)
    if feed is None or feed.revoked_at is not None:
        return None
    feed.revoked_at = now
    return feed.serial


def restore(session: Session, person: Person, serial: int) -> bool:
    """Take a stop back; False when there has been another address since, or nothing is stopped."""
    return session.execute(
        update(CalendarFeed).where(CalendarFeed.person_id == person.id, CalendarFeed.serial == serial,
                                   CalendarFeed.revoked_at.is_not(None))
        .values(revoked_at=None).execution_options(synchronize_session=False)).rowcount == 1


def find_subscriber(session: Session, secret_key: str, token: str) -> Subscriber | None:
    """Whose feed it is; None for every address that is wrong, dead or of somebody no longer bound."""
    row = session.execute(_FOUND, {"digest": digest_of(token)}).one_or_none() if _TOKEN.fullmatch(token) else None
    if row is None:
        return None
    feed, person, openid, branch = row
    # The digest alone would let an address live on after a reset that was not yet given out, or another binding.
    if not hmac.compare_digest(derive(secret_key, feed.person_id, feed.serial, openid), token):
        return None
    return Subscriber(person, branch, feed.made_at)


def _locked(session: Session, person: Person) -> CalendarFeed | None:
    return session.scalars(select(CalendarFeed).where(CalendarFeed.person_id == person.id).with_for_update()
                           .execution_options(populate_existing=True)).one_or_none()


def _renew(feed: CalendarFeed, now: datetime) -> None:
    feed.serial += 1
    feed.made_at, feed.revoked_at = now, None
