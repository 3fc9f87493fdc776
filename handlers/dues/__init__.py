"""党费: members report what they paid, officers confirm it, and who has not paid is reminded in the plan's months.

Never asks for or keeps what somebody earns; nobody but the officers sees other people's dues.
Start at payments.py (use cases). Heard: reporting.py, member.py, officer.py, confirming.py, correcting.py; taken back:
undoing.py; goes out by itself: reminding.py.
"""

from handlers.dues import confirming, correcting, member, officer, reporting, undoing
from handlers.dues.heard import talk
from handlers.dues.officer import groups
from handlers.dues.reminding import pushes, reminders

__all__ = ["confirming", "correcting", "groups", "member", "officer", "pushes", "reminders", "reporting",
           "talk", "undoing"]
