"""登录后台: the secretary's web console, entered by a one-time link.

heard.py is what the bot hears, guard.py what every page obeys, door.py entering and leaving, today.py and waiting.py
what the page 今日 knows, rooms.py its views. Later pages are views of rooms.py on templates/base.html.
"""

from handlers.console.heard import talk
from handlers.console.pages import pages

__all__ = ["pages", "talk"]
