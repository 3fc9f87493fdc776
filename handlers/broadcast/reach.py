"""Who of an audience can be pushed to now, who sees it with their next message, who is not bound.

A forecast for the preview: what really happens is decided at send time. Start at count_reach().
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.models import Follower
from scheduler import channels


@dataclass(frozen=True, slots=True)
class Reach:
    """Numbers of people."""

    now: int
    later: int
    unbound: int


def count_reach(session: Session, settings: Settings, branch_id: int, people: Collection[int], now: datetime) -> Reach:
    """How many of these people a push reaches at this moment."""
    wanted = set(people)
    followers = [follower for follower in session.scalars(select(Follower).where(
        Follower.branch_id == branch_id, Follower.person_id.is_not(None))) if follower.person_id in wanted]
    reached = sum(_is_pushable(follower, settings, now) for follower in followers)
    return Reach(reached, len(followers) - reached, len(wanted) - len(followers))


def _is_pushable(follower: Follower, settings: Settings, now: datetime) -> bool:
    known = channels.Reach(follower.openid, follower.subscribed, follower.unreachable, follower.template_refused,
                           follower.window_until, follower.window_left)
    way = channels.choose(settings.account, known, now, template=settings.template_id is not None)
    return follower.subscribed and isinstance(way, channels.Channel)
