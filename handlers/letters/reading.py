"""信箱 and 回信: what the readers of a box see, and the one answer that a letter gets. Start at hear_inbox()."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, not_, select, update

from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.wechat.messages import PAGE
from data import audit
from data.chinese import format_date
from data.letters import answerable, awaiting_answer, box_of, readable
from data.models import Letter, Person
from data.undo import note_final
from handlers.letters.post import NUMBER_DIGITS
from handlers.letters.telling import tell_sender
from handlers.letters.words import answers_letter, find_number
from handlers.letters.writing import shorten, talk

MOST_ANSWER = 400
FIRST_WORDS = 16
LETTERS_A_PAGE, MOST_PASSED, MOST_ANSWERED = 8, 5, 5
HOW_TO_READ = "回复“信箱 编号”看全文，“回信 编号 内容”答复。"
NOT_YOURS = "这封信由纪检委员答复，您可以看，不能答复。"
HOW_TO_ANSWER = "请发送“回信 编号 内容”，例如：回信 12345 已安排维修。"


@talk.on("mailbox_inbox", "信箱", "来信", "查看来信", who=Who.READERS, takes=True, usage="信箱——看来信 · 信箱 编号——看全文")
def hear_inbox(turn: Turn) -> Reply:
    """The letters, those that wait longest first; or one of them in full."""
    number, _ = find_number(turn.said, NUMBER_DIGITS, NUMBER_DIGITS)
    if number:
        return Reply(_full(turn, _find(turn, number)))
    if turn.match.command and turn.rest:
        raise Sorry("“信箱”后面请写5位编号，如“信箱 12345”。要写信，请发送“园长信箱”加内容。")
    waiting = [_line(turn, letter, _waited(turn, letter)) for letter in awaiting_answer(turn.session, turn.person)]
    passed = _listed(turn, "转给您看的，由纪检委员答复：", select(Letter).where(
        readable(turn.person), not_(answerable(turn.person)), Letter.answered_at.is_(None))
        .order_by(Letter.received_on, Letter.number).limit(MOST_PASSED))
    answered = _listed(turn, "最近答复的：", select(Letter).where(
        readable(turn.person), Letter.answered_at.is_not(None))
        .order_by(Letter.answered_at.desc(), Letter.number).limit(MOST_ANSWERED))
    if not waiting and not passed and not answered:
        return Reply("信箱里没有来信。")
    pages = [waiting[at:at + LETTERS_A_PAGE] for at in range(0, len(waiting), LETTERS_A_PAGE)] or [[]]
    pages[0] = [f"待答复{len(waiting)}封，等得最久的在前：" if waiting else "没有待答复的来信。", *pages[0]]
    if passed or answered:
        pages = [*pages, []] if len(pages) > 1 else pages
        pages[-1] += [*passed, *answered]
    return Reply(PAGE.join("\n".join([*page, HOW_TO_READ]) for page in pages))


def _listed(turn: Turn, head: str, found: Select[tuple[Letter]]) -> list[str]:
    lines = [_line(turn, letter) for letter in turn.session.scalars(found)]
    return [head, *lines] if lines else []


@talk.on("mailbox_reply", "回信", who=Who.READERS, takes=True, changes=True, verbatim=True,
         usage="回信 编号 内容——答复来信，先预览")
def hear_reply(turn: Turn) -> Reply:
    """An answer, shown before it goes out, for it cannot be taken back."""
    number, after = find_number(turn.said, NUMBER_DIGITS, NUMBER_DIGITS)
    if not number:
        raise Sorry(f"没有看到5位编号。{HOW_TO_ANSWER}回复“信箱”看编号。")
    letter = _find(turn, number)
    _check_open(turn, letter)
    answer = after.strip().removeprefix("号").removeprefix("来信").removeprefix("信").lstrip(" \t\r\n，,：:、。")
    if not answer:
        ask = f"请写下对{_whose(turn, letter)}的答复，不超过{MOST_ANSWER}字。不答复请回复“取消”。"
        return Reply(ask, Question("letters.answer_text", "text", {"number": number}, again=ask))
    return _preview(turn, letter, answer)


@talk.answer("letters.answer_text")
def hear_answer_text(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """The text of an answer, after it was asked for."""
    letter = _find(turn, data["number"])
    _check_open(turn, letter)
    return _preview(turn, letter, chosen)


def _preview(turn: Turn, letter: Letter, answer: str) -> Reply:
    if len(answer) > MOST_ANSWER:
        raise Sorry(f"这段答复有{len(answer)}字，最多{MOST_ANSWER}字，没有送出。请写短一些再发。")
    return Reply(f"请核对对{_whose(turn, letter)}的答复：\n{answer}\n送出后收不回来，每封信答复一次。回复“确认”送出，“取消”不送。",
                 Question("letters.answer", "confirm", {"number": letter.number, "answer": answer}))


@talk.answer("letters.answer")
def hear_answer(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    """确认: the answer goes out, once, whoever of the readers is first."""
    letter = _find(turn, data["number"])
    answered = turn.session.execute(
        update(Letter).where(Letter.id == letter.id, answerable(turn.person), Letter.answered_at.is_(None))
        .values(answer=data["answer"], answered_at=turn.now, answered_by=turn.person.id)
        .execution_options(synchronize_session=False)).rowcount == 1
    turn.session.refresh(letter)
    if not answered:
        _check_open(turn, letter)
    audit.record(turn.session, turn.branch_id, turn.now, turn.person, "letter.answer", f"letter/{letter.number}")
    note_final(turn.session, turn.person, f"对来信{letter.number}的答复已经送出，收不回来。", turn.now)
    if letter.sender_id is None:
        return Reply(f"已答复来信{letter.number}。写信人没有留名，凭查信编号看答复。")
    tell_sender(turn.session, letter, data["answer"], turn.now, turn.office.settings)
    return Reply(f"已答复来信{letter.number}，会发给{turn.session.get_one(Person, letter.sender_id).name}。")


@talk.hint
def hint_waiting(turn: Turn) -> str | None:
    """How many letters wait for this reader."""
    waiting = len(awaiting_answer(turn.session, turn.person)) if Who.READERS.allows(turn.person) else 0
    return f"有{waiting}封来信待答复：回复“信箱”" if waiting else None


def _find(turn: Turn, number: str) -> Letter:
    """A letter that this reader may see. Raises Sorry."""
    letter = turn.session.scalars(select(Letter).where(readable(turn.person), Letter.number == number)).one_or_none()
    if letter is None:
        raise Sorry(f"您的信箱里没有编号{number}的信。回复“信箱”看编号。")
    return letter


def _check_open(turn: Turn, letter: Letter) -> None:
    if letter.answered_at is not None:
        by = turn.session.get_one(Person, letter.answered_by)
        raise Sorry(f"来信{letter.number}已由{by.name}{_day(turn, letter)}答复过，不能再答复。回复“信箱 {letter.number}”查看。")
    if letter.box is not box_of(turn.person):
        raise Sorry(f"来信{letter.number}没有答复。{NOT_YOURS}")


def _full(turn: Turn, letter: Letter) -> str:
    head = f"来信{letter.number}，{format_date(letter.received_on, turn.now)}，{_by(turn, letter)}：\n{letter.text}"
    if letter.answered_at is None and letter.box is not box_of(turn.person):
        return f"{head}\n还没有答复。{NOT_YOURS}"
    if letter.answered_at is None:
        shared = "书记和园长也能看到这封信，由您答复。" if letter.shared else ""
        return f"{head}\n还没有答复。{shared}答复请发送“回信 {letter.number} 内容”。"
    by = turn.session.get_one(Person, letter.answered_by)
    return f"{head}\n{by.name}{_day(turn, letter)}答复：\n{letter.answer}"


def _line(turn: Turn, letter: Letter, waited: str = "") -> str:
    return (f"{letter.number} {format_date(letter.received_on, turn.now)}{waited} {_by(turn, letter)}："
            f"{shorten(letter.text, FIRST_WORDS)}")


def _waited(turn: Turn, letter: Letter) -> str:
    days = (turn.now.date() - letter.received_on).days
    return f"，等了{days}天" if days > 0 else ""


def _whose(turn: Turn, letter: Letter) -> str:
    return f"来信{letter.number}（{_by(turn, letter)}）"


def _by(turn: Turn, letter: Letter) -> str:
    return "匿名" if letter.sender_id is None else f"署名{turn.session.get_one(Person, letter.sender_id).name}"


def _day(turn: Turn, letter: Letter) -> str:
    day: date = letter.answered_at.astimezone(turn.now.tzinfo).date()
    return format_date(day, turn.now)


@talk.fallback
def hear_answered(turn: Turn) -> Reply | None:
    """回39513：明天就让电工修."""
    return hear_reply(turn) if answers_letter(turn.said) and Who.READERS.allows(turn.person) else None
