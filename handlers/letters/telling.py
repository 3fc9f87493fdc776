"""Who is told of letters and answers, and when: never the letter's words, and of anonymous ones at fixed times only.

Start at tell_readers(); `reminders` and `pushes` at the end are for the scheduler.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.letters import readers
from data.models import Branch, Letter, LetterBox
from data.workdays import is_workday
from handlers.letters.post import lock_letters, shuffle
from scheduler import outbox
from scheduler.quiet import after_quiet
from scheduler.reminder import Occurrence, PushKind, Reminder, Still

NO_PLACE = "—"
MOST_REMINDERS = 3
LASTS = timedelta(days=3)
ANSWER_WAITS = timedelta(days=60)  # for the sender's next word; 查信 shows it longer
LISTED = 10
NO_READER = "不再查看这个信箱"


def tell_readers(session: Session, letter: Letter, boxes: Sequence[LetterBox], now: datetime, settings: Settings,
                 ) -> None:
    """Push to the readers of these boxes that there is a letter with a name."""
    people = [person.id for box in boxes for person in readers(session, letter.branch_id, box)
              if person.id != letter.sender_id]
    at = after_quiet(now, settings)
    title = "转给您看一封来信，由纪检委员答复" if letter.shared else "收到一封来信"
    outbox.enqueue(
        session, letter.branch_id, people, kind=NEW.name, key=f"letter/{letter.branch_id}/{letter.number}", now=now,
        due=at, subject=f"letter/{letter.number}",
        text=f"【园长信箱】{title}，编号{letter.number}。回复“信箱 {letter.number}”看全文。",
        fields={"title": title, "time": _stamp(at), "place": NO_PLACE, "note": f"回复“信箱 {letter.number}”"})


def tell_sender(session: Session, letter: Letter, answer: str, now: datetime, settings: Settings) -> None:
    """Push the answer to the one who wrote with their name."""
    at = after_quiet(now, settings)
    outbox.enqueue(
        session, letter.branch_id, [letter.sender_id], kind=ANSWER.name, now=now, due=at, expires=at + ANSWER_WAITS,
        key=f"letter_answer/{letter.branch_id}/{letter.number}", subject=f"letter/{letter.number}",
        text=f"【园长信箱】您的来信（编号{letter.number}）有了答复。\n{answer}",
        fields={"title": "您的来信有了答复", "time": _stamp(at), "place": NO_PLACE, "note": f"回复“查信 {letter.number}”"})


def anonymous_occurrences(session: Session, settings: Settings, since: datetime,
                          until: datetime) -> Iterator[Occurrence]:
    """Anonymous letters whose time to be announced has come, one message for all of them."""
    rows = session.scalars(select(Letter).where(Letter.announce_at > since, Letter.announce_at <= until,
                                                Letter.sender_id.is_(None), Letter.answered_at.is_(None))).all()
    for branch_id, box, at in sorted({(row.branch_id, box, row.announce_at) for row in rows for box in _boxes(row)}):
        numbers = sorted(row.number for row in rows
                         if row.branch_id == branch_id and row.announce_at == at and box in _boxes(row))
        yield Occurrence(
            # A letter that was being written while the last tick read makes it a message of its own.
            branch_id=branch_id, key=f"{branch_id}/{box.value}/{at:%Y-%m-%dT%H%M}/{len(numbers)}", at=at,
            expires=at + LASTS, subject=f"letters/{box.value}", people=_announced(branch_id, box, at),
            text=f"【匿名信箱】收到{len(numbers)}封匿名来信，编号{_listed(numbers)}。回复“信箱”查看。",
            fields={"title": f"收到{len(numbers)}封匿名来信", "time": _stamp(at.astimezone(settings.timezone)),
                    "place": NO_PLACE, "note": "回复“信箱”查看"})


def _announced(branch_id: int, box: LetterBox, at: datetime) -> Callable[[Session], list[int]]:
    def find(session: Session) -> list[int]:
        """Whom to tell; from now on the letters lie where the tick put them, and not where their writers did."""
        lock_letters(session, branch_id)
        shuffle(session, session.scalars(select(Letter.id).where(
            Letter.branch_id == branch_id, Letter.sender_id.is_(None), Letter.announce_at == at)).all())
        return [person.id for person in readers(session, branch_id, box)]
    return find


def waiting_occurrences(session: Session, settings: Settings, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """Letters without an answer, every few working days, three times at most."""
    first, last = (moment.astimezone(settings.timezone).date() for moment in (since, until))
    day = max(first, last - LASTS)
    while day <= last:
        at = after_quiet(datetime.combine(day, settings.monthly_time, settings.timezone), settings)
        if since < at <= until and is_workday(day):
            for branch_id in session.scalars(select(Branch.id)).all():
                yield from _waiting(session, branch_id, day, at, settings)
        day += timedelta(days=1)


def _waiting(session: Session, branch_id: int, day: date, at: datetime, settings: Settings) -> Iterator[Occurrence]:
    for box in LetterBox:
        rows = session.execute(select(Letter.number, Letter.received_on).where(
            Letter.branch_id == branch_id, Letter.box == box, Letter.answered_at.is_(None))
            .order_by(Letter.number)).all()
        numbers = [number for number, received in rows if _is_turn(received, day, settings.letter_days)]
        if numbers:
            yield Occurrence(
                branch_id=branch_id, key=f"{branch_id}/{box.value}/{day}", at=at, expires=at + LASTS,
                subject=f"waiting/{box.value}",
                people=lambda session, box=box: [person.id for person in readers(session, branch_id, box)],
                text=f"【来信待答复】有{len(numbers)}封来信过了{settings.letter_days}个工作日还没有答复，编号{_listed(numbers)}。"
                     "回复“信箱”查看，回复“回信 编号 内容”答复。",
                fields={"title": f"有{len(numbers)}封来信待答复", "time": _stamp(at), "place": NO_PLACE,
                        "note": "回复“信箱”查看"})


def _is_turn(received: date, day: date, every: int) -> bool:
    """Whether a multiple of so many working days has passed since the letter came, at most the third."""
    passed, one = 0, received
    while one < day and passed <= every * MOST_REMINDERS:
        one += timedelta(days=1)
        passed += is_workday(one)
    return passed > 0 and passed % every == 0 and passed // every <= MOST_REMINDERS


def _boxes(letter: Letter) -> tuple[LetterBox, ...]:
    return tuple(LetterBox) if letter.shared else (letter.box,)


def _still_new(session: Session, branch_id: int, subject: str) -> Still:
    letter = _subject_of(session, branch_id, subject)
    if letter is None or letter.answered_at is not None:
        return Still((), "来信已经答复")
    return Still({person.id for box in _boxes(letter) for person in readers(session, branch_id, box)}, NO_READER)


def _still_senders(session: Session, branch_id: int, subject: str) -> Still:
    letter = _subject_of(session, branch_id, subject)
    return Still({letter.sender_id} if letter else (), "来信已经不在")


def _still_readers(session: Session, branch_id: int, subject: str) -> Still:
    what, box = subject.split("/")
    box = LetterBox(box)
    waiting = select(Letter.id).where(Letter.branch_id == branch_id, Letter.box == box,
                                      Letter.answered_at.is_(None)).limit(1)
    if what == "waiting" and session.scalar(waiting) is None:
        return Still((), "来信都已答复")
    return Still({person.id for person in readers(session, branch_id, box)}, NO_READER)


def _subject_of(session: Session, branch_id: int, subject: str) -> Letter | None:
    return session.scalars(select(Letter).where(
        Letter.branch_id == branch_id, Letter.number == subject.removeprefix("letter/"))).one_or_none()


def _listed(numbers: Sequence[str]) -> str:
    return "、".join(numbers[:LISTED]) + ("等" if len(numbers) > LISTED else "")


def _stamp(moment: datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


NEW = PushKind("letter_new", still=_still_new)
ANSWER = PushKind("letter_answer", forget_text=True, awaited=True, still=_still_senders)
ANONYMOUS = PushKind("letters_anonymous", still=_still_readers)
WAITING = PushKind("letters_waiting", still=_still_readers)
pushes = (NEW, ANSWER)
reminders = (Reminder(ANONYMOUS, anonymous_occurrences), Reminder(WAITING, waiting_occurrences))
