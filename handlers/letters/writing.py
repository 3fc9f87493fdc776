"""园长信箱 and 匿名信箱: writing to the leadership, or to 纪检委员 where a leader is the matter.

A letter with a name is an ordinary turn (Reply.signed); an anonymous one leaves no trace, and so it asks nothing back:
everything has to be in the one message. Who gets which letter is in boxes.py. Start at hear_mailbox().
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import dialog
from bot.nlu.match import Outcome
from bot.talk import Question, Reply, Sorry, Talk, Turn
from data.letters import readers
from data.models import LetterBox, OpenQuestion, Person
from data.undo import note_final
from handlers.letters.addressee import Addressed
from handlers.letters.boxes import Readers, see_readers
from handlers.letters.post import Posted, post_anonymous, post_named
from handlers.letters.telling import tell_readers
from handlers.letters.words import ANONYMOUS_BOX, NAMED_BOX, doubts_secrecy, is_empty, read_letter, wants_no_name

MOST_CHARACTERS, MOST_AROUND = 500, 60  # of a letter; of the words around it, such as 请交给纪检委员
SHOWN = 60  # characters of a letter that a question back repeats
MAILBOX = "mailbox"
TO_DISCIPLINE, TO_LEADERS = "纪检委员", "书记和园长"
BOXES = {TO_DISCIPLINE: LetterBox.DISCIPLINE, TO_LEADERS: LetterBox.LEADERSHIP}
ANONYMOUS_TO = {LetterBox.DISCIPLINE: "匿名信箱 交给纪检委员", LetterBox.LEADERSHIP: "匿名信箱 交给书记园长"}
HOW_ANONYMOUS = ("匿名写信，请把内容写在同一条消息里：先写“匿名信箱”，空一格，再写内容，例如：\n匿名信箱 操场的灯坏了\n"
                 "系统不记录是谁写的，只回给您一个查信编号，凭编号看答复。\n"
                 "要直接交给纪检委员，开头写“匿名信箱 交给纪检委员”，空一格，再写内容。")
HOW_NAMED = "署名写信：发送“园长信箱”，空一格，再写内容，例如：\n园长信箱 操场的灯坏了\n写信人和收信人以外没有人看到，答复会发给您。"
WHAT_IS_KEPT = ("系统没有记录匿名信是谁写的、几点写的，只记日期，从系统里查不到。但有三处请您留意：\n"
                "在微信后台，管理公众号的人可能看到近日收到的消息；\n"
                "只有一个人跟公众号说话的那天，看得到系统数据的人能猜到；\n写法和内容也可能让人认出您。\n"
                "不能冒这个险的事，请当面或书面反映。")
ASK_TEXT = ("请写下要对{whom}说的话，不超过" f"{MOST_CHARACTERS}" "字。下一条消息就是信的内容，会署您的名字。\n"
            "不想署名，请改发“{anonymous}”加内容；不写了，请回复“取消”。")

talk = Talk("letters", "来信")


@talk.on(MAILBOX, NAMED_BOX, ANONYMOUS_BOX, takes=True, changes=True, traceless=True, verbatim=True, joined=True,
         usage="园长信箱 操场的灯坏了——署名写信\n匿名信箱 操场的灯坏了——不记录是谁写的")
def hear_mailbox(turn: Turn) -> Reply:
    """A letter, with a name or without; or how to write one. What was asked about an earlier one is off the table."""
    close_earlier(turn)
    words = turn.rest if turn.match.command else turn.said
    if len(words) > MOST_CHARACTERS + MOST_AROUND:
        _check_length(words)
    said = read_letter(turn.said, turn.match.command, turn.rest)
    if said.doubts:
        return Reply(WHAT_IS_KEPT)
    if said.asks:
        return Reply(f"{HOW_ANONYMOUS}\n{HOW_NAMED}")
    people = see_readers(turn.session, turn.branch_id, turn.lexicon)
    addressed, text = people.read(words), people.read(said.text).text
    text = "" if is_empty(text) else text
    if said.anonymous:
        return _send_anonymous(turn, people, text, addressed) if text else Reply(HOW_ANONYMOUS)
    if not text:
        return _ask_text(people, addressed, turn.person)
    _check_length(text)
    return _offer(turn, people, text, addressed, sure=turn.match.command is not None)


def close_earlier(turn: Turn) -> bool:
    """Take a question about a letter with a name off the table; False where there is none."""
    question = turn.session.get(OpenQuestion, turn.openid)
    is_ours = question is not None and question.name in ("letters.text", "letters.box", "letters.send")
    if is_ours:
        dialog.close(turn.session, turn.openid)
    return is_ours


def _ask_text(people: Readers, addressed: Addressed, sender: Person) -> Reply:
    to_discipline = addressed.box is LetterBox.DISCIPLINE
    if to_discipline:
        people.check_discipline(sender)
    box = LetterBox.DISCIPLINE if to_discipline else LetterBox.LEADERSHIP
    ask = ASK_TEXT.format(whom=TO_DISCIPLINE if to_discipline else "园长、书记",
                          anonymous=ANONYMOUS_TO[box] if to_discipline else ANONYMOUS_BOX)
    data = {"discipline": True} if to_discipline else {}
    return Reply(ask, Question("letters.text", "text", data, again=ask), signed=True)


@talk.answer("letters.text")
def hear_text(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """The text of a letter with a name, after it was asked for."""
    if wants_no_name(chosen):
        raise Sorry(f"刚才的话没有寄出。{HOW_ANONYMOUS}")
    people = see_readers(turn.session, turn.branch_id, turn.lexicon)
    addressed = people.read(chosen)
    text = addressed.text
    _check_length(text)
    if addressed.box is None and not addressed.both and data.get("discipline"):
        addressed = Addressed(text, LetterBox.DISCIPLINE)
    means_other = turn.match.outcome is Outcome.SURE and turn.match.intent != MAILBOX
    return _offer(turn, people, text, addressed, sure=not means_other)


def _offer(turn: Turn, people: Readers, text: str, addressed: Addressed, sure: bool) -> Reply:
    """Deliver a letter with a name, or ask first: where a leader is its matter, or its words may mean otherwise."""
    if addressed.box is LetterBox.DISCIPLINE:
        people.check_discipline(turn.person)
        box, whom = LetterBox.DISCIPLINE, people.discipline
    else:
        box, whom = LetterBox.LEADERSHIP, people.leaders
    if box is LetterBox.LEADERSHIP and not people.is_meant_for_leaders(text, addressed):
        if addressed.both or people.can_take(text, sender=turn.person):
            why = "一封信交给一处。" if addressed.both else "信里说到领导本人，可以改交纪检委员。"
            return Reply(
                f"{why}请问交给谁？\n1. 纪检委员（{names(people.discipline)}）\n2. 书记和园长（{names(people.leaders)}）\n"
                "请回复数字；不寄了请回复“取消”。选好以前，信没有寄出。",
                Question("letters.box", "choice", {"text": text}, (TO_DISCIPLINE, TO_LEADERS)), signed=True)
        return _ask_to_confirm(text, "信里说到领导本人，支部里没有可以改交的纪检委员；", box, whom)
    return _send_named(turn, text, box) if sure else _ask_to_confirm(text, "", box, whom)


def _ask_to_confirm(text: str, why: str, box: LetterBox, whom: Sequence[Person]) -> Reply:
    return Reply(f"要把这封信署您的名字寄给{names(whom) or '书记和园长'}吗？{why}信还没有寄出。\n“{shorten(text)}”\n"
                 "回复“确认”寄出，“取消”不寄。不想署名，请回复“取消”，改发“匿名信箱”加内容。",
                 Question("letters.send", "confirm", {"text": text, "box": box.value}), signed=True)


@talk.answer("letters.box")
def hear_box(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """纪检委员 or the leadership, for a letter about a leader."""
    box = BOXES[chosen]
    if box is LetterBox.DISCIPLINE:
        see_readers(turn.session, turn.branch_id, turn.lexicon).check_discipline(turn.person)
    return _send_named(turn, data["text"], box)


@talk.answer("letters.send")
def hear_send(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    """A letter that was shown before."""
    return _send_named(turn, data["text"], LetterBox(data.get("box", LetterBox.LEADERSHIP)))


def _send_named(turn: Turn, text: str, box: LetterBox) -> Reply:
    settings = turn.office.settings
    posted = post_named(turn.session, turn.person, text, box, turn.now, settings)
    number = posted.letter.number
    if not posted.is_new:
        return Reply(f"这封信一天内已经收到过，编号{number}，不用再寄。回复“查信 {number}”看进展。", signed=True)
    tell_readers(turn.session, posted.letter, (box,), turn.now, settings)
    note_final(turn.session, turn.person, f"来信{number}已经寄出，收不回来。有补充请再写一封。", turn.now)
    seen = [person for person in readers(turn.session, turn.branch_id, box) if person.id != turn.person.id]
    whom = f"收信人：{names(seen)}。" if seen else "名册里还没有别的收信人，登记后就能看到。"
    return Reply(f"信已寄出，编号{number}。{whom}有了答复会发给您，也可以回复“查信 {number}”查看。", signed=True)


def _send_anonymous(turn: Turn, people: Readers, text: str, addressed: Addressed) -> Reply:
    _check_length(text)
    box = _choose_box(people, text, addressed)
    posted = post_anonymous(turn.session, turn.branch_id, text, box, turn.now, turn.office.settings)
    return Reply(_said_anonymous(people, posted, addressed))


def _choose_box(people: Readers, text: str, addressed: Addressed) -> LetterBox:
    """The box of an anonymous letter. Raises Sorry where only the writer can say it: then nothing is kept."""
    if addressed.box is LetterBox.DISCIPLINE:
        people.check_discipline(None)
        return LetterBox.DISCIPLINE
    if people.is_meant_for_leaders(text, addressed):
        return LetterBox.LEADERSHIP
    if people.can_take(text) and not addressed.both:
        return LetterBox.DISCIPLINE
    ways = [f"{ANONYMOUS_TO[box]} 信的内容（{names(whom)}收）" for box, whom in people.boxes if whom]
    if not people.discipline:
        why = "信里说到领导本人，支部里没有可以改交的纪检委员。"
    else:
        why = "一封信交给一处。" if addressed.both else "信里既说到领导，又说到纪检委员，请您选由谁收。"
    raise Sorry("\n".join([f"{why}信没有寄出，也没有留下来。请在同一条消息里重发：", *ways]))


def _said_anonymous(people: Readers, posted: Posted, addressed: Addressed) -> str:
    letter, key = posted.letter, posted.key
    if letter.box is LetterBox.DISCIPLINE:
        why = "" if addressed.box is LetterBox.DISCIPLINE else "信里说到领导本人，"
        whom = (f"{why}已直接交给纪检委员（{names(people.discipline)}），书记和园长看不到；"
                f"要让他们也看到，请发送“转交 {key}”。")
    else:
        whom = f"收信人：{names(people.leaders)}。" if people.leaders else "名册里还没有书记、园长，登记后就能看到。"
    return (f"匿名信已收下，系统没有记录是谁写的。查信编号：{key}\n编号只出现这一次，请记下；看答复请发送“查信 {key}”。\n"
            f"{whom}\n匿名信收不回来；回复“撤销”收回的会是您更早的一步。")


def _check_length(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise Sorry(f"这封信有{len(text)}字，最多{MOST_CHARACTERS}字，没有寄出。请写短一些，或分成几封。")


def names(people: Sequence[Person]) -> str:
    """陈静、林副."""
    return "、".join(person.name for person in people)


def shorten(text: str, most: int = SHOWN) -> str:
    """The first words, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most] + "…"


@talk.fallback
def hear_unclear(turn: Turn) -> Reply | None:
    """Words that were not understood, but are not to carry a name: what is kept, or the form that keeps it so."""
    if doubts_secrecy(turn.said):
        return Reply(WHAT_IS_KEPT)
    return Reply(HOW_ANONYMOUS) if wants_no_name(turn.said) or turn.said.lstrip().startswith(ANONYMOUS_BOX) else None
