"""广播: a text from 书记 to groups or people, previewed, confirmed, sent now or later, and what became of it.

`draft` reads what was said, `broadcasts` stores and counts, `hear` talks. Sends nothing itself: the outbox does.
Start at hear.
"""

from handlers.broadcast.broadcasts import BROADCAST
from handlers.broadcast.hear import talk

pushes = (BROADCAST,)

__all__ = ["pushes", "talk"]
