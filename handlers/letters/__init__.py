"""园长信箱 and 匿名信箱: letters to the leadership or to 纪检委员, and their answers.

Writing is in writing.py, its words in words.py, addressee.py and subject.py, who reads it in boxes.py, the box itself
in post.py; reading.py is for those who answer, following.py for those who wrote; telling.py pushes. Nothing leads from
an anonymous letter to a person.
"""

from handlers.letters import following, reading  # noqa: F401 - they register what they hear
from handlers.letters.telling import pushes, reminders
from handlers.letters.writing import talk

__all__ = ["pushes", "reminders", "talk"]
