"""日历订阅: a secret address that a phone's calendar reads.

Addresses are derived and can be revoked (addresses.py); what is in a feed is feed.py, how it is written rfc5545.py.
Heard: heard.py. Served: web.py.
"""

from handlers.calendar.heard import talk
from handlers.calendar.web import pages

__all__ = ["pages", "talk"]
