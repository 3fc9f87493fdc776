"""广播: a text from 书记 to groups or people, previewed, confirmed, sent now or later, and what became of it.

`draft` reads what was said, `broadcasts` stores and counts; `hear` (until 确认), `after` (from then on) and
`receipts` (收到) talk. Sends nothing itself: the outbox does. Start at hear.
"""

from handlers.broadcast import after, receipts
from handlers.broadcast.broadcasts import BROADCAST
from handlers.broadcast.hear import talk
from handlers.broadcast.receipts import URGE

pushes = (BROADCAST, URGE)

__all__ = ["after", "pushes", "receipts", "talk"]
