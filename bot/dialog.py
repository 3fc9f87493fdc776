"""The open question of each person (确认/取消, which activity, a missing piece): kept in the database, with expiry.

Decides whether words are the answer to it. Start at read_answer().
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.nlu.match import Match, Outcome
from bot.nlu.moods import Mood, read_mood
from bot.talk import Question
from data.chinese import parse_number
from data.models import OpenQuestion

VALUES = ("amount", "person")  # spans that answer a question, beside times
NOTHING_OPEN = "现在没有等待您确认的事项。回复“帮助”看看可以做什么。"
EXPIRED = "刚才的事项已超过10分钟，没有执行。需要的话请重新发送。"
DROPPED = "好的，已取消，什么都没有改变。"


class Kind(StrEnum):
    """What an open question waits for."""

    CONFIRM = "confirm"
    CHOICE = "choice"
    SLOT = "slot"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Answered:
    """The words answer the question: with this option, these words, or 确认."""

    chosen: str


@dataclass(frozen=True, slots=True)
class Said:
    """The words concern the question, and this is all there is to say; `closed` when it is off the table."""

    text: str
    closed: bool = False


def read_answer(question: OpenQuestion | None, match: Match, said: str, now: datetime) -> Answered | Said | None:
    """What the words mean for the open question; None when they are about something else and it stays open."""
    alive = question is not None and now <= question.expires_at
    if match.intent not in ("confirm", "cancel"):
        return _read_words(question, match, said) if alive else None
    if not alive:
        return Said(EXPIRED, closed=True) if question is not None and match.intent == "confirm" else Said(NOTHING_OPEN)
    if match.intent == "cancel":
        return Said(DROPPED, closed=True)
    return Answered("确认") if question.kind == Kind.CONFIRM else Said(question.prompt)


def settles(meant: Answered | Said | None) -> bool:
    """Whether the question is off the table after these words."""
    return isinstance(meant, Answered) or isinstance(meant, Said) and meant.closed


def _read_words(question: OpenQuestion, match: Match, said: str) -> Answered | Said | None:
    if question.kind == Kind.CHOICE:
        return _read_choice(question, said)
    if question.kind == Kind.TEXT and match.command is None:
        return Answered(said)
    if question.kind == Kind.SLOT and match.command is None and (match.outcome is not Outcome.SURE or _is_value(match)):
        return Answered(said)
    return None


def _is_value(match: Match) -> bool:
    """`4月28日 14:00`, `张三`, `30元`: begins with what a question asks for, and asks nothing itself.

    Without an open question it would be a request of its own (what is on that day), with one it is the answer.
    """
    slots = match.slots
    begins = {span.begin for span in (*slots.times, *slots.spans) if getattr(span, "what", "amount") in VALUES}
    named = 0 in begins or any(match.text.startswith(said) for said in slots.impossible)
    return named and Mood.QUESTION not in read_mood(match.text)


def _read_choice(question: OpenQuestion, said: str) -> Answered | Said | None:
    words = said.strip().rstrip("。.、")
    if words in question.options:
        return Answered(words)
    number = parse_number(words.removeprefix("第").removesuffix("个"))
    if number is None:
        return None
    if not 1 <= number <= len(question.options):
        return Said(f"请回复1到{len(question.options)}之间的数字，或回复“取消”。\n{question.prompt}")
    return Answered(question.options[number - 1])


def ask(session: Session, openid: str, branch_id: int | None, question: Question, prompt: str, now: datetime) -> None:
    """Keep a question open; the newest replaces an older one."""
    session.merge(OpenQuestion(
        openid=openid, branch_id=branch_id, name=question.name, kind=Kind(question.kind), data=dict(question.data),
        options=list(question.options), prompt=prompt, asked_at=now,
        expires_at=now + timedelta(minutes=question.minutes)))


def close(session: Session, openid: str) -> None:
    """Take the open question off the table."""
    session.execute(delete(OpenQuestion).where(OpenQuestion.openid == openid))
