"""One-time links: made by the bot, opened by a click that confirms, good for ten minutes and one use.

Only a digest of the token is kept. A look (the preview of a chat program) does not use a link up: only use_link()
does, which the page calls on the confirming click. Start at make_link().
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from data.models import OneTimeLink, Person

LINK_LASTS = timedelta(minutes=10)


def make_link(session: Session, person: Person, purpose: str, now: datetime, data: Mapping[str, Any] | None = None,
              ) -> str:
    """A new token for this person and purpose (console, export); `data` is what the page needs, JSON values only."""
    token = secrets.token_urlsafe(24)
    session.add(OneTimeLink(digest=digest_of(token), branch_id=person.branch_id, person_id=person.id, purpose=purpose,
                            data=dict(data or {}), made_at=now, expires_at=now + LINK_LASTS))
    return token


def find_link(session: Session, token: str, purpose: str, now: datetime) -> OneTimeLink | None:
    """The link of a token, while it can still be used."""
    link = session.get(OneTimeLink, digest_of(token), populate_existing=True)
    if link is None or link.purpose != purpose or link.used_at is not None or now > link.expires_at:
        return None
    return link


def use_link(session: Session, link: OneTimeLink, now: datetime) -> bool:
    """Use a link up; False when another click was first."""
    return session.execute(
        update(OneTimeLink).where(OneTimeLink.digest == link.digest, OneTimeLink.used_at.is_(None)).values(used_at=now)
        .execution_options(synchronize_session=False)).rowcount == 1


def withdraw_links(session: Session, person: Person, purpose: str, now: datetime) -> None:
    """Let no older link of this person and purpose work any more."""
    session.execute(
        update(OneTimeLink).where(OneTimeLink.person_id == person.id, OneTimeLink.purpose == purpose,
                                  OneTimeLink.used_at.is_(None)).values(used_at=now)
        .execution_options(synchronize_session=False))


def digest_of(secret: str) -> str:
    """What the database keeps of a token or cookie; they are random enough to need no salt."""
    return sha256(secret.encode()).hexdigest()
