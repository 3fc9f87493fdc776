"""报名: 参加 and 不参加 for a coming activity, numbers for the one who caters. No check-in, and no leave either.

`answers` stores and counts; `own` hears what people say of themselves, `officer` asks them and counts.
Start at own.
"""

from handlers.attending import officer, own
from handlers.attending.heard import talk

pushes = (officer.ASK,)

__all__ = ["officer", "own", "pushes", "talk"]
