"""What members and officers both need when they speak of check-ins: the Talk, and which activities are looked at."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.talk import Talk
from bot.which import ask_which, chosen_activity, name, words_of
from data.activities import find_open
from data.attendance import begun
from data.models import Activity, Duty
from data.people import officers

__all__ = ["LOOK_BACK", "ask_which", "chosen_activity", "name", "open_or_latest", "secretary_ids", "talk", "words_of"]

talk = Talk("checkin", "签到")
LOOK_BACK = timedelta(days=370)  # the latest activity may be before a long holiday, not before another year


def open_or_latest(session: Session, branch_id: int, now: datetime) -> list[Activity]:
    """What is open for check-in, all of it; when nothing is, the latest that has begun."""
    return find_open(session, branch_id, now) or list(begun(session, branch_id, now - LOOK_BACK, now)[:1])


def secretary_ids(session: Session, branch_id: int) -> list[int]:
    """Who is told about leave: 书记, where there is none 副书记."""
    found = officers(session, branch_id, Duty.SECRETARY) or officers(session, branch_id, Duty.DEPUTY)
    return [person.id for person in found]
