"""What the other modules of 转给书记 share: the talk, its pushes, and how questions and answers are put.

Reads only. Start at PASSED.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from bot.talk import SECRETARIES, Talk
from data.models import Duty, PassedQuestion, Person
from data.people import officers
from scheduler.reminder import PushKind, Still

MOST_ASKED, MOST_ANSWERED = 300, 400  # characters
SHOWN = 60  # characters of a question that is quoted beside something else

talk = Talk("questions", "问书记")


def still_open(session: Session, branch_id: int, subject: str) -> Still:
    """Recheck of `question/12`: 书记 and 副书记 hear of it while nobody has answered."""
    question = session.get(PassedQuestion, int(subject.removeprefix("question/")), populate_existing=True)
    if question is None or question.answered_at is not None:
        return Still((), "已经答复")
    return Still({person.id for person in officers(session, branch_id, *SECRETARIES)}, "不再是书记或副书记")


def still_answered(session: Session, _branch_id: int, subject: str) -> Still:
    """Recheck of `answer/12/…`: the asker hears of it while it is the answer."""
    question = session.get(PassedQuestion, int(subject.split("/")[1]), populate_existing=True)
    if question is None or question.answered_at is None or question.asker_id is None or subject != subject_of(question):
        return Still((), "答复已收回或更正")
    return Still((question.asker_id,), "")


PASSED = PushKind("question_passed", still=still_open)
ANSWERED = PushKind("question_answered", still=still_answered, awaited=True)
# Of a question without a name nothing but this message leads to the asker, and it forgets what was asked.
ANSWERED_UNNAMED = PushKind("question_unnamed", forget_text=True, awaited=True)
TAKEN_BACK = PushKind("answer_taken_back")


def subject_of(question: PassedQuestion) -> str:
    """What a push with this very answer is about; another answer is another subject."""
    digest = sha256(f"{question.answered_at.timestamp()}\0{question.answer}".encode()).hexdigest()[:16]
    return f"answer/{question.id}/{digest}"


def shorten(text: str, most: int = SHOWN) -> str:
    """The text on one line, with dots where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}……"


def say_author(name: str, duties: str, at: datetime, now: datetime) -> str:
    """`书记陈静2017年3月2日`, with the office that the author has."""
    held = duties.split("、")
    title = next((duty.value for duty in (Duty.SECRETARY, Duty.DEPUTY) if duty in held), "")
    local = at.astimezone(now.tzinfo)
    return f"{title}{name}{local.year}年{local.month}月{local.day}日"


def say_answered(session: Session, question: PassedQuestion, now: datetime) -> str:
    """`书记陈静2017年3月2日答复：…` of an answered question."""
    author = session.get_one(Person, question.answered_by)
    return f"{say_author(author.name, author.duties, question.answered_at, now)}答复：{question.answer}"


def secretaries_but(session: Session, person: Person) -> Sequence[Person]:
    """书记 and 副书记 of the person's branch, without the person."""
    return [one for one in officers(session, person.branch_id, *SECRETARIES) if one.id != person.id]
