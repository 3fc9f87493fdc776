"""待答问题, 答复 and 更正答复: one answer to each question, by whoever of 书记 and 副书记 is first.

The same question of several people is answered at once. Who asked without a name is forgotten with the answer.
Start at hear_answer().
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.nlu.normalize import fold
from bot.settings import Settings
from bot.talk import Question, Reply, Sorry, Turn, Who
from data import audit
from data.chinese import parse_number
from data.models import Outbox, OutboxState, PassedQuestion, Person
from data.questions import find_question, open_questions
from data.undo import note_final, note_step
from handlers.questions.heard import (
    ANSWERED,
    ANSWERED_UNNAMED,
    MOST_ANSWERED,
    TAKEN_BACK,
    say_answered,
    shorten,
    subject_of,
    talk,
)
from handlers.questions.likeness import is_personal, is_same, read_essence
from scheduler import outbox
from scheduler.quiet import after_quiet

CORRECT = "更正答复"
FORM = "请发送“答复 编号 内容”，例如：答复 3 请到办公室领表。"
NOT_SEEN = (OutboxState.WAITING, OutboxState.HELD, OutboxState.DROPPED, OutboxState.FAILED)
_NUMBER = re.compile(r"\s*第?(?:(?P<number>\d{1,6})(?:号(?:问题|提问)?|(?=[\s:,、]|$))|(?P<word>[一二三四五六七八九十百]{1,4})号"
                     r"(?:问题|提问)?)[\s:,、。]*")
_FREE = re.compile(r"(?P<number>\d{1,6})号(?:问题|提问)?的?(?:答复|回复|回答)?(?:是|说|为|一下)?[\s:,。]*")


@talk.on("question_inbox", "待答问题", "待答", who=Who.SECRETARY, usage="待答问题")
def hear_inbox(turn: Turn) -> Reply:
    """What waits for an answer, the oldest first."""
    waiting = open_questions(turn.session, turn.branch_id)
    if not waiting:
        return Reply("现在没有待答的问题。有人转来会告诉您。")
    lines = [f"{one.number}号（{one.asked_at.astimezone(turn.now.tzinfo):%-m月%-d日}，{one.asker or '未留名'}）："
             f"{' '.join(one.text.split())}" for one in waiting]
    return Reply("\n".join([f"待答问题{len(waiting)}个：", *lines, f"请回复“答复 {waiting[0].number} 内容”。"]))


@talk.on("answer_question", "答复", CORRECT, who=Who.SECRETARY, takes=True, changes=True, verbatim=True,
         usage="答复 3 请到办公室领表")
def hear_answer(turn: Turn) -> Reply:
    """Answer by number; 更正答复 replaces an answer after 确认."""
    number, text = read_numbered(turn)
    question = find_question(turn.session, turn.branch_id, number)
    if question is None:
        waiting = open_questions(turn.session, turn.branch_id)
        there = f"待答的有：{'、'.join(f'{one.number}号' for one in waiting[:20])}。" if waiting else "现在没有待答的问题。"
        raise Sorry(f"没有{number}号问题，没有答复。{there}")
    corrects = turn.match.command == CORRECT
    if not text:
        _check_state(turn, question, corrects)
        ask = f"{number}号问题是：{shorten(question.text)}\n请写下{'新的' * corrects}答复，不超过{MOST_ANSWERED}字。不答复请回复“取消”。"
        return Reply(ask, Question("questions.text", "text", {"number": number, "corrects": corrects}, again=ask))
    return _reply(turn, question, text, corrects)


@talk.answer("questions.text")
def hear_text(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """The text of an answer, after it was asked for."""
    question = find_question(turn.session, turn.branch_id, data["number"])
    if question is None or not Who.SECRETARY.allows(turn.person):
        raise Sorry(f"没有答复。{FORM}")
    return _reply(turn, question, chosen.strip(), data["corrects"])


def _check_state(turn: Turn, question: PassedQuestion, corrects: bool) -> None:
    """Raises Sorry where there is an answer already, or none to correct."""
    if corrects and question.answered_at is None:
        raise Sorry(f"{question.number}号问题还没有答复，不用更正。请发送“答复 {question.number} 内容”。")
    if not corrects and question.answered_at is not None:
        said = say_answered(turn.session, question, turn.now)
        raise Sorry(f"{question.number}号问题已经答复过，没有改动。\n{said}\n"
                    f"要改请发送“更正答复 {question.number} 新的内容”。")


def _reply(turn: Turn, question: PassedQuestion, text: str, corrects: bool) -> Reply:
    if len(text) > MOST_ANSWERED:
        raise Sorry(f"答复有{len(text)}字，太长了，没有答复。请控制在{MOST_ANSWERED}字以内。")
    _check_state(turn, question, corrects)
    if corrects:
        return _preview_correction(turn, question, text)
    if answer(turn.session, question, text, turn.person, turn.now):
        return _answered(turn, question)
    _check_state(turn, question, corrects)
    raise AssertionError("an answer that was not first has one before it")


def read_numbered(turn: Turn) -> tuple[int, str]:
    """The number and the text of 答复 3 …, 答复3号：…, or of 给3号问题答复：….

    Raises Sorry where no number can be read.
    """
    words = turn.rest if turn.match.command else turn.said
    found = (_NUMBER.match if turn.match.command else _FREE.search)(fold(words))
    if not found:
        raise Sorry(f"没有看出答复的是几号问题。{FORM}回复“待答问题”看编号。")
    number = int(found["number"]) if found["number"] else parse_number(found["word"]) or 0
    return number, words[found.end():].strip()


def answer(session: Session, question: PassedQuestion, text: str, by: Person, now: datetime) -> bool:
    """Store the answer; False when somebody was first. `question` is as it is in the database after that."""
    done = session.execute(
        update(PassedQuestion).where(PassedQuestion.id == question.id, PassedQuestion.answered_at.is_(None))
        .values(answer=text, answered_at=now, answered_by=by.id)
        .execution_options(synchronize_session=False)).rowcount == 1
    session.refresh(question)
    if done:
        audit.record(session, question.branch_id, now, by, "question.answer", f"question/{question.id}")
    return done


def _answered(turn: Turn, question: PassedQuestion) -> Reply:
    personal = is_personal(question.text, turn.lexicon)
    others = [] if personal else _answer_the_same(turn, question)
    told = [question, *others]
    has_unnamed = not all(one.named for one in told)
    for one in told:
        tell_asker(turn.session, turn.office.settings, one, turn.now)
    if has_unnamed:
        note_final(turn.session, turn.person, "提问的人没有留名，答复已经发出，收不回来。"
                   f"要改请发送“更正答复 {question.number} 新的内容”。", turn.now)
    else:
        note_step(turn.session, turn.person, "questions.answer", turn.now,
                  ids=",".join(str(one.id) for one in told), subject=subject_of(question))
    also = f"同样的{'、'.join(f'{one.number}号' for one in others)}也一并答复了。" if others else ""
    known = "这个问题说的是个人的事，答复只告诉提问人。" if personal \
        else "以后支部里有人问同样的问题，也会看到这个答复，并注明是您答的和日期。"
    return Reply(f"已答复{question.number}号问题，会告诉提问人。{also}{known}\n要改请发送“更正答复 {question.number} 新的内容”。")


def _answer_the_same(turn: Turn, question: PassedQuestion) -> list[PassedQuestion]:
    """The other questions that wait and ask the same, answered too."""
    essence = read_essence(question.text)
    same = [one.number for one in open_questions(turn.session, turn.branch_id)
            if is_same(essence, read_essence(one.text)) and not is_personal(one.text, turn.lexicon)]
    found = (find_question(turn.session, turn.branch_id, number) for number in same)
    return [one for one in found if one is not None
            and answer(turn.session, one, question.answer, turn.person, turn.now)]


def tell_asker(session: Session, settings: Settings, question: PassedQuestion, now: datetime) -> None:
    """Queue the answer for whoever asked; who gave no name is forgotten with it."""
    if question.asker_id is None:
        return
    said, due = say_answered(session, question, now), after_quiet(now, settings)
    if question.named:
        outbox.enqueue(session, question.branch_id, [question.asker_id], kind=ANSWERED.name, now=now, due=due,
                       key=subject_of(question), subject=subject_of(question),
                       text=f"您转给书记的“{shorten(question.text)}”有答复了。\n{said}",
                       fields={"title": "您的问题有答复了", "note": shorten(said)})
        return
    # Neither key nor subject leads from the message to the question.
    outbox.enqueue(session, question.branch_id, [question.asker_id], kind=ANSWERED_UNNAMED.name, now=now, due=due,
                   key=f"answer/{secrets.token_hex(12)}", fields={"title": "您的问题有答复了", "note": "回复“详情”查看"},
                   text=f"您匿名转给书记的问题有答复了，书记不知道是谁问的。\n问：{shorten(question.text)}\n{said}")
    question.asker_id = None


def _preview_correction(turn: Turn, question: PassedQuestion, text: str) -> Reply:
    if question.answer == text:
        raise Sorry(f"{question.number}号问题的答复本来就是这样，没有改动。")
    return Reply(f"{question.number}号问题：{shorten(question.text)}\n{say_answered(turn.session, question, turn.now)}\n"
                 f"将更正为：{text}\n回复“确认”更正，留了名的提问人会再收到通知；回复“取消”放弃。",
                 Question("questions.correct", "confirm",
                          {"id": question.id, "text": text, "subject": subject_of(question)}))


@talk.answer("questions.correct")
def hear_correct(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认 to another answer; nothing is done when the answer has changed since it was shown."""
    question = turn.session.get(PassedQuestion, data["id"], populate_existing=True, with_for_update=True)
    if question is None or question.branch_id != turn.branch_id or question.answered_at is None \
            or subject_of(question) != data["subject"]:
        raise Sorry("这个答复刚刚有了变化，没有更正。请再发一次“更正答复 编号 新的内容”。")
    # What was answered together is corrected together.
    together = turn.session.scalars(select(PassedQuestion).where(
        PassedQuestion.branch_id == turn.branch_id, PassedQuestion.answered_at == question.answered_at,
        PassedQuestion.answer == question.answer).order_by(PassedQuestion.number)).all()
    for one in together:
        _replace(one, data["text"], turn.now, turn.person.id)
        turn.session.flush()
        tell_asker(turn.session, turn.office.settings, one, turn.now)
        audit.record(turn.session, turn.branch_id, turn.now, turn.person, "question.correct", f"question/{one.id}")
    note_final(turn.session, turn.person, "更正答复已经告诉提问人，收不回来。"
               f"要再改请发送“更正答复 {question.number} 新的内容”。", turn.now)
    return Reply(f"已更正{'、'.join(f'{one.number}号' for one in together)}问题的答复，留了名的提问人会再收到通知，"
                 "以后问同样问题的人看到新的答复。")


def _replace(question: PassedQuestion, answer: str, at: datetime | None, by: int | None) -> None:
    """Another answer, or none; what was said before is kept."""
    before = {"answer": question.answer, "at": question.answered_at.isoformat(), "by": question.answered_by}
    question.former = [*question.former, before]
    question.answer, question.answered_at, question.answered_by = answer, at, by


@talk.undo("questions.answer", words="答复")
def take_back(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """Take an answer back: it is no longer known, and whoever has got it already is told."""
    questions = _still_as_answered(turn, data)
    for question in questions:
        subject, asker = subject_of(question), question.asker_id
        _tell_taken_back(turn, question, subject, asker)
        _replace(question, "", None, None)
        audit.record(turn.session, turn.branch_id, turn.now, turn.person, "question.take_back",
                     f"question/{question.id}")
    numbers = "、".join(f"{question.number}号" for question in questions)
    return Reply(f"已收回{numbers}问题的答复，问题还在待答。请重新发送“答复 {questions[0].number} 内容”。")


def _still_as_answered(turn: Turn, data: Mapping[str, Any]) -> Sequence[PassedQuestion]:
    ids = [int(one) for one in str(data["ids"]).split(",")]
    questions = turn.session.scalars(
        select(PassedQuestion).where(PassedQuestion.branch_id == turn.branch_id, PassedQuestion.id.in_(ids))
        .order_by(PassedQuestion.number).with_for_update().execution_options(populate_existing=True)).all()
    first = next((one for one in questions if one.id == ids[0]), None)
    if first is None or first.answered_by != turn.person.id or subject_of(first) != data["subject"]:
        raise Sorry("这个答复已经更正过，收不回来。要再改请发送“更正答复 编号 新的内容”。")
    return questions


def _tell_taken_back(turn: Turn, question: PassedQuestion, subject: str, asker: int | None) -> None:
    """Only whom the answer has reached; what still waits is dropped when it would be sent."""
    reached = turn.session.scalar(select(Outbox.id).where(
        Outbox.branch_id == turn.branch_id, Outbox.kind == ANSWERED.name, Outbox.subject == subject,
        Outbox.state.not_in(NOT_SEEN)))
    if asker is not None and reached is not None:
        outbox.enqueue(turn.session, turn.branch_id, [asker], kind=TAKEN_BACK.name, now=turn.now,
                       key=f"taken_back/{subject}", due=after_quiet(turn.now, turn.office.settings),
                       text=f"书记收回了刚才对“{shorten(question.text)}”的答复，会重新答复您。")
