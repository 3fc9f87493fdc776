"""What members and officers both need when they speak of check-ins: the Talk, and how activities are named."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.talk import Question, Reply, Talk, Turn
from data.activities import find_activity, find_open
from data.attendance import begun
from data.chinese import format_dated
from data.models import Activity, Duty
from data.people import officers
from handlers.checkin.picking import Words, parse_words

talk = Talk("checkin", "签到")
LOOK_BACK = timedelta(days=370)  # the latest activity may be before a long holiday, not before another year


def name(activity: Activity, now: datetime) -> str:
    """`主题党日活动（3月10日（周五）14:00）`, with the year where it is not this one."""
    return f"{activity.title.strip('。 ')}（{format_dated(activity.starts_at, now)}）"


def words_of(turn: Turn, text: str | None = None) -> Words:
    """What the turn says about an activity: what follows the command, else the whole sentence."""
    said = turn.rest if text is None else text
    return parse_words(said or ("" if turn.match.command else turn.said), turn.now, turn.lexicon)


def ask_which(activities: Sequence[Activity], now: datetime, question: str, text: str, **data: Any) -> Reply:
    """Ask which activity is meant; chosen_activity() reads the answer in the handler named `question`."""
    labels = {name(activity, now): activity.id for activity in activities}
    if len(labels) < len(activities):
        labels = {f"{name(one, now)} {one.place}（编号{one.id}）": one.id for one in activities}
    lines = "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))
    return Reply(f"{text}请回复数字：\n{lines}", Question(question, "choice", {"which": labels} | data, tuple(labels)))


def chosen_activity(turn: Turn, data: Mapping[str, Any], chosen: str) -> Activity | None:
    """The activity that was chosen, unless it is gone."""
    return find_activity(turn.session, turn.branch_id, data["which"][chosen])


def open_or_latest(session: Session, branch_id: int, now: datetime) -> list[Activity]:
    """What is open for check-in, all of it; when nothing is, the latest that has begun."""
    return find_open(session, branch_id, now) or list(begun(session, branch_id, now - LOOK_BACK, now)[:1])


def secretary_ids(session: Session, branch_id: int) -> list[int]:
    """Who is told about leave: 书记, where there is none 副书记."""
    found = officers(session, branch_id, Duty.SECRETARY) or officers(session, branch_id, Duty.DEPUTY)
    return [person.id for person in found]
