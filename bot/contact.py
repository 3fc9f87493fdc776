"""What each contact tells about a follower: whether they can be reached, and until when (protocol part 2).

Start at note_contact().
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from bot.wechat.messages import Incoming
from data.models import Follower

MESSAGE_WINDOW = (timedelta(hours=48), 5)  # customer-service messages after a message
MENU_WINDOW = (timedelta(minutes=1), 3)  # … after a menu click, subscribe or SCAN
MENU_EVENTS = frozenset({"click", "subscribe", "scan", "scancode_push", "scancode_waitmsg"})
WINDOW_SLACK = timedelta(minutes=1)  # a window is not written anew for a chat that goes on

# Past the ORM: most turns change nothing else of the follower, and a flush costs as much as a handler.
_CONTACT = update(Follower.__table__).where(Follower.__table__.c.openid == bindparam("who")).values(
    subscribed=True, unreachable="", window_until=bindparam("until"), window_left=bindparam("left"))


def note_contact(session: Session, follower: Follower, incoming: Incoming, now: datetime) -> None:
    """Whoever writes follows and can be reached again; each contact opens a window for customer-service messages."""
    if incoming.event == "unsubscribe":
        follower.subscribed = False
        return
    if incoming.type == "event" and incoming.event not in MENU_EVENTS:
        return
    span, messages = MENU_WINDOW if incoming.type == "event" else MESSAGE_WINDOW
    until, left = follower.window_until, follower.window_left
    is_longer = until is None or not left or until < now + span
    is_new = is_longer and (until is None or left < messages or until < now + span - WINDOW_SLACK)
    if is_new or not follower.subscribed or follower.unreachable:
        window = (now + span, messages) if is_longer else (until, left)
        session.execute(_CONTACT, {"who": follower.openid, "until": window[0], "left": window[1]})
