"""签到: who came to which activity, who asked for leave, and who is missing.

One record per person and activity; a leave is never an absence; no ranking, no public list (domain part 7).
Start at records.py (use cases). Heard: present.py, leave.py, officer.py, makeup.py; taken back: undoing.py.
"""

from handlers.checkin import leave, makeup, officer, present, undoing
from handlers.checkin.heard import talk
from handlers.checkin.officer import groups

pushes = (*officer.pushes, *leave.pushes)

__all__ = ["groups", "leave", "makeup", "officer", "present", "pushes", "talk", "undoing"]
