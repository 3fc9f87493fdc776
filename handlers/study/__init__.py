"""自学: what people say they have read, and what the others may see of it.

Voluntary: several a day or none, no ranking, no streaks, nobody is listed as missing (domain part 7).
Start at records.py (use cases), said.py (what a sentence says). Heard: entering.py, asked.py; goes out: reminding.py.
"""

from handlers.study import asked, entering
from handlers.study.heard import talk
from handlers.study.reminding import reminders

__all__ = ["asked", "entering", "reminders", "talk"]
