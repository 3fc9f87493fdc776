"""The open question of each person (确认/取消, which activity, a missing piece): kept in the database, with expiry.

Decides whether words are the answer to it. Start at read_answer().
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.nlu.match import Match, Outcome
from bot.nlu.moods import Mood, read_mood
from bot.talk import Question
from data.chinese import NUMERAL, parse_number
from data.models import OpenQuestion

VALUES = ("amount", "person")  # spans that answer a question, beside times
NOTHING_OPEN = "现在没有等待您确认的事项。回复“帮助”看看可以做什么。"
EXPIRED = "刚才的事项已超过10分钟，没有执行。需要的话请重新发送。"
NOT_TO_CONFIRM = "这一步还不用确认。"
SENDS = "“确认”发送"
AFTERWARDS = timedelta(hours=1)  # so long a late yes is still meant for the question that has run out
DROPPED = "好的，已取消，什么都没有改变。"
LEAST_NAMED, MOST_NAMED = 5, 40  # characters of what was dropped
CLEAR = 0.6  # words so near to another intent mean that one, though a question waits


class Kind(StrEnum):
    """What an open question waits for."""

    CONFIRM = "confirm"
    CHOICE = "choice"
    AMOUNT = "amount"
    TIME = "time"
    PERSON = "person"
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
        return Said(say_dropped(question), closed=True)
    return Answered("确认") if question.kind == Kind.CONFIRM else Said(NOT_TO_CONFIRM + question.prompt)


def say_dropped(question: OpenQuestion) -> str:
    """That nothing has changed, and what it was that is off the table: the first sentence of what was asked."""
    what = _SENTENCE_END.split(question.prompt, maxsplit=1)[0].translate(_INNER)
    if len(what) < LEAST_NAMED:  # 您是想：
        return DROPPED
    return f"{DROPPED}取消的是“{what if len(what) <= MOST_NAMED else what[:MOST_NAMED - 1] + '…'}”。"


def is_assent(question: OpenQuestion | None, match: Match, said: str, now: datetime) -> bool:
    """A yes (好的, 知道了, 👌, 1) that answers no question of ours: none is open, nor was one within the hour.

    确认 itself is always meant for a question.
    """
    if question is not None and now <= question.expires_at + AFTERWARDS or match.command is not None:
        return False
    return match.intent == "confirm" or bool(_ASSENT.fullmatch(match.text) or _ASSENT_SIGN.fullmatch(said))


def settles(meant: Answered | Said | None) -> bool:
    """Whether the question is off the table after these words."""
    return isinstance(meant, Answered) or isinstance(meant, Said) and meant.closed


def _read_words(question: OpenQuestion, match: Match, said: str) -> Answered | Said | None:
    if question.kind == Kind.CONFIRM and SENDS in question.prompt and _SEND.fullmatch(match.text):
        return Answered("确认")
    if question.kind == Kind.CHOICE:
        return _read_choice(question, said)
    if match.command is not None:
        return None
    if "intent" in question.data:
        return Answered(said) if _is_nothing_else(match, question.data["intent"]) else None
    return Answered(said) if _ACCEPTS.get(Kind(question.kind), _is_never)(match) else None


def _is_never(_match: Match) -> bool:
    return False


def _is_nothing_else(match: Match, intent: str) -> bool:
    """Words for the intent that asked, in full or in part, or near to another one only by a word or two."""
    return match.outcome is not Outcome.SURE or match.intent == intent \
        or match.score < CLEAR and Mood.QUESTION not in read_mood(match.text)


def _is_any(_match: Match) -> bool:
    return True


def _is_likely(match: Match) -> bool:
    return match.outcome is not Outcome.SURE or _is_value(match)


def _is_value(match: Match) -> bool:
    """`4月28日 14:00`, `张三`, `30元`: begins with what a question asks for, and asks nothing itself.

    Without an open question it would be a request of its own (what is on that day), with one it is the answer.
    """
    slots = match.slots
    begins = {span.begin for span in (*slots.times, *slots.spans) if getattr(span, "what", "amount") in VALUES}
    named = 0 in begins or any(match.text.startswith(said) for said in slots.impossible)
    return named and Mood.QUESTION not in read_mood(match.text)


def _is_amount(match: Match) -> bool:
    """`30`, `交了三十块`, `一共30元吧`, and what was meant for a sum and is none (`3O`): a number with little around it."""
    return bool(_SUM.fullmatch(match.text))


def _is_time(match: Match) -> bool:
    """`3月8日9点`, `那就明天上午吧`: a day or an hour alone, or an hour with what is to be done then."""
    lead = _LEAD.match(match.text).end()
    impossible = [said for said in match.slots.impossible if match.text.startswith(said, lead)]
    if impossible:
        return True
    span = next((span for span in match.slots.times if span.begin == lead), None)
    if span is None or Mood.QUESTION in read_mood(match.text):
        return False
    has_hour = isinstance(span.start, datetime) and match.outcome is not Outcome.SURE
    return has_hour or bool(_TAIL.fullmatch(match.text, span.finish))


def _is_person(match: Match) -> bool:
    """`张三、李四`, `T006`, or a bare name that may be on no roster."""
    return _is_value(match) or match.outcome is not Outcome.SURE and bool(_NAME.fullmatch(match.text))


_SENTENCE_END = re.compile(r"(?<=？)|[：，。]?\n|[：。]")
_INNER = str.maketrans("“”", "‘’")
_LEAD = re.compile(r"(?:那就?|就|请|改到?|定在?|到|在|嗯|好的?|[\s,])*")
_TAIL = re.compile(r"(?:吧|呀|啊|好了|就行|可以|再?发送?|发出|[\s,。.!~])*")
_SUM = re.compile(rf"(?:我|这次|上次|一共|共计?|党费|补?[缴交]了?|付了?|转了?|大概|是|就|[\s,:])*[-−负]?\s?[¥￥]?\s?"
                  rf"(?:\d[\d,.oO]*|[{NUMERAL}]+)\s?(?:(?:元整?|块钱?|圆)(?:[\d{NUMERAL}][角毛]?)?|[角毛分])?"
                  r"(?:钱|整|吧|的|了|呀|啊|[\s,。.!~])*")
# 发 alone confirms only while a preview waits to be sent.
_SEND = re.compile(r"(?:[好行嗯]的?|可以|确定)?[\s,]*(?:现在|马上|就|请)?发(?:送|出|出去)?(?:吧|了吧|呀|啊|好了)?[\s,。.!~]*")
_ASSENT = re.compile(r"(?:[好嗯行]+的?[\s,。]*)?(?:(?:我|们|都|已经?)*(?:知道|明白|了解|清楚|晓得)[了的啦呀哦]*|\+?1)"
                     r"[\s,。.!~]*(?:(?:谢谢|书记|老师|领导|提醒|通知)[\s,。.!~]*)*"
                     r"|[好嗯行]+的?[\s,]*谢谢[一-鿿]{0,4}[\s,。.!~]*")
_ASSENT_SIGN = re.compile("(?:[👌👍🆗][\U0001f3fb-\U0001f3ff]?|\\[(?:OK|强|好的)\\]|\\s)+")
_NAME = re.compile(r"[一-鿿·]{2,4}|[a-zA-Z]{0,3}\d{2,}")
_ACCEPTS: Mapping[Kind, Callable[[Match], bool]] = {
    Kind.TEXT: _is_any, Kind.SLOT: _is_likely, Kind.AMOUNT: _is_amount, Kind.TIME: _is_time, Kind.PERSON: _is_person}


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
        options=list(question.options), prompt=question.again or prompt, asked_at=now,
        expires_at=now + timedelta(minutes=question.minutes)))


def close(session: Session, openid: str) -> None:
    """Take the open question off the table; past the session another one could not be asked in the same turn."""
    question = session.get(OpenQuestion, openid)
    if question is not None:
        session.delete(question)
        session.flush()
