"""What waits for the secretary: letters, questions, and messages that did not reach somebody. Reads only.

Whoever wrote an anonymous letter, a letter to 纪检委员 or a question without name must not be seen here either, not
even as the addressee of an answer that failed: only the kinds of messages in KINDS are listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from data.chinese import format_date
from data.letters import readable
from data.models import Follower, Letter, LetterBox, Outbox, OutboxState, Person
from data.questions import open_questions
from data.workdays import is_workday
from handlers.console.names import told_apart
from scheduler.recheck import TOO_LATE

FAILED_DAYS = timedelta(days=7)
FIRST_WORDS = 40
MOST_LETTERS, MOST_PASSED = 10, 3
MOST_ROWS = 500
UNSURE_WHY = "平台没有回音，请向本人核实"
KINDS = {
    "broadcast": "广播", "checkin_urge": "催签到", "activity_notice": "活动通知", "activity_reminder": "活动提醒",
    "activity_correction": "活动更正", "month_overview": "本月安排", "undated_entries": "待定时间提醒",
    "dues_round": "党费提醒", "dues_urge": "催党费", "dues_notice": "党费确认", "leave_notice": "请假通知",
    "code_stopped": "绑定码停用通知", "study_month": "自学提醒", "attend_ask": "参加人数询问", "receipt_urge": "催收到",
}
# To whom these went says who wrote what, or that there is a letter for 纪检委员: they are never listed.
PRIVATE = frozenset({"letter_new", "letter_answer", "letters_anonymous", "letters_waiting", "question_passed",
                     "question_answered", "question_unnamed", "answer_taken_back"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter or question without answer; `by` says 匿名 or 未具名 where its writer is not to be known."""

    number: str
    day: str
    words: str
    by: str
    waited: str
    late: str = ""


@dataclass(frozen=True, slots=True)
class Letters:
    """The oldest letters that wait. `passed` were passed on by 纪检委员, who answers them: here they are only read."""

    own: Sequence[Waiting]
    own_count: int
    passed: Sequence[Waiting]
    passed_count: int

    @property
    def more(self) -> int:
        return self.own_count - len(self.own) + self.passed_count - len(self.passed)


@dataclass(frozen=True, slots=True)
class Failed:
    """A message that did not reach some people, all for the same reason. `is_unsure`: 待核实, not 失败."""

    what: str
    day: str
    why: str
    names: Sequence[str]
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class Unreached:
    """Who gets no pushes at all, and how many messages wait until somebody says something."""

    unbound: int
    left: int
    held: int


def letters_waiting(session: Session, reader: Person, shared: frozenset[str], late_after: int,
                    now: datetime) -> Letters:
    """Letters in the reader's box without an answer, oldest first.

    An anonymous one shows when its readers are told of it, not before: the moment it was written is nobody's business.
    """
    found = session.scalars(select(Letter).where(
        readable(reader), Letter.answered_at.is_(None), or_(Letter.sender_id.is_not(None), Letter.announce_at <= now),
    ).order_by(Letter.received_on, Letter.number)).all()
    own = [letter for letter in found if letter.box is LetterBox.LEADERSHIP]
    passed = [letter for letter in found if letter.box is not LetterBox.LEADERSHIP]
    listed, read = own[:MOST_LETTERS], passed[:MOST_PASSED]
    senders = session.scalars(select(Person).where(Person.id.in_({letter.sender_id for letter in listed} - {None})))
    names = {person.id: told_apart(person, shared) for person in senders}
    return Letters(
        [_letter(letter, names.get(letter.sender_id, "匿名"), late_after, now) for letter in listed], len(own),
        [_letter(letter, "由纪检委员转交并答复", late_after, now) for letter in read], len(passed))


def _letter(letter: Letter, by: str, late_after: int, now: datetime) -> Waiting:
    late = f"超过{late_after}个工作日" if _is_late(letter.received_on, now.date(), late_after) else ""
    return Waiting(letter.number, format_date(letter.received_on, now), shorten(letter.text), by,
                   _waited(letter.received_on, now.date()), late)


def _waited(day: date, today: date) -> str:
    return f"已等{(today - day).days}天" if day < today else "今天收到"


def _is_late(day: date, today: date, after: int) -> bool:
    """Whether more working days than `after` have passed since that day."""
    passed = 0
    while day < today and passed <= after:
        day += timedelta(days=1)
        passed += is_workday(day)
    return passed > after


def questions_waiting(session: Session, branch_id: int, now: datetime) -> list[Waiting]:
    """Questions passed on to 书记 without an answer, oldest first; the asker only where they gave their name."""
    days = [(one, one.asked_at.astimezone(now.tzinfo).date()) for one in open_questions(session, branch_id)]
    return [Waiting(str(one.number), format_date(day, now), shorten(one.text), one.asker or "未具名",
                    _waited(day, now.date())) for one, day in days]


def unreached(session: Session, branch_id: int, now: datetime) -> Unreached:
    """Those whom no push reaches, whatever it is, and the messages that go out with somebody's next answer."""
    bound = dict(session.execute(
        select(Follower.person_id, Follower.subscribed).where(Follower.branch_id == branch_id,
                                                              Follower.person_id.is_not(None))).all())
    people = session.scalar(select(func.count()).select_from(Person).where(Person.branch_id == branch_id)) or 0
    held = session.scalar(select(func.count()).select_from(Outbox).where(
        Outbox.branch_id == branch_id, Outbox.kind.in_(KINDS), Outbox.state == OutboxState.HELD,
        or_(Outbox.expires.is_(None), Outbox.expires > now))) or 0
    return Unreached(people - len(bound), sum(not subscribed for subscribed in bound.values()), held)


def failed_deliveries(session: Session, branch_id: int, shared: frozenset[str], now: datetime) -> list[Failed]:
    """What the last seven days' messages did not reach whom, and why, the latest first."""
    rows = session.execute(
        select(Outbox.kind, Outbox.fields, Outbox.state, Outbox.why, Outbox.due, Person)
        .join(Person, Person.id == Outbox.person_id)
        .where(Outbox.branch_id == branch_id, Outbox.kind.in_(KINDS), Outbox.settled_at > now - FAILED_DAYS,
               or_(Outbox.state.in_((OutboxState.FAILED, OutboxState.UNSURE)),
                   and_(Outbox.state == OutboxState.DROPPED, Outbox.why == TOO_LATE)))
        .order_by(Outbox.due.desc(), Outbox.person_id).limit(MOST_ROWS))
    groups: dict[tuple[str, str, str, bool], list[str]] = {}
    for kind, fields, state, why, due, person in rows:
        is_unsure = state is OutboxState.UNSURE
        what = "：".join(dict.fromkeys(part for part in (KINDS[kind], shorten(_subject(kind, fields))) if part))
        key = (what, format_date(due.astimezone(now.tzinfo).date(), now),
               UNSURE_WHY if is_unsure else why or "原因未记录", is_unsure)
        groups.setdefault(key, []).append(told_apart(person, shared))
    return [Failed(what, day, why, names, is_unsure) for (what, day, why, is_unsure), names in groups.items()]


def _subject(kind: str, fields: dict[str, str]) -> str:
    """What a message was about, from the fields of its template."""
    return fields.get("note" if kind == "broadcast" else "title", "")


def shorten(text: str) -> str:
    """The first words, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= FIRST_WORDS else f"{line[:FIRST_WORDS]}…"
