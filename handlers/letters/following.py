"""查信 and 转交: what became of a letter, for whoever has its number. Leaves no trace, as writing does not.

Wrong numbers are not counted: that would need a list of who guessed, and ten digits by chance are not guessed.
Start at hear_follow().
"""

import re
from datetime import datetime

from sqlalchemy import select

from bot.talk import Reply, Sorry, Turn
from data.chinese import format_date
from data.letters import own_letters, readers
from data.models import Letter, LetterBox, Person
from handlers.letters.post import KEY_DIGITS, NUMBER_DIGITS, find_by_key, pass_on
from handlers.letters.telling import tell_readers
from handlers.letters.words import doubts_secrecy, find_number, takes_back
from handlers.letters.writing import WHAT_IS_KEPT, close_earlier, names, shorten, talk

MOST_LISTED = 8
FIRST_WORDS = 12
NOT_FOUND = ("没有找到这个编号的信，请核对数字。署名信是5位编号，只有写信人自己能查；匿名信是10位编号，寄信时给出一次。"
             "编号丢了就查不到答复，可以再写一封。")
HOW_FORWARD = ("请发送“转交 编号”，编号是寄信时得到的查信编号。只有已交给纪检委员的信才需要转交。"
               "要给纪检委员写信，请发送“匿名信箱 交给纪检委员”加内容。")
NO_RETURN = "信寄出后收不回来，署名信、匿名信都一样。要补充或更正，请再写一封。"


@talk.on("mailbox_follow", "查信", "我的来信", takes=True, verbatim=True, traceless=True,
         usage="查信 编号——看来信有没有答复 · 我的来信")
def hear_follow(turn: Turn) -> Reply:
    """The state and the answer of one letter, or the list of one's own with a name."""
    if doubts_secrecy(turn.said):
        return Reply(WHAT_IS_KEPT)
    if turn.match.command is None and takes_back(turn.said):
        return Reply("好的，信没有寄出。", signed=True) if close_earlier(turn) else Reply(NO_RETURN)
    number, _ = find_number(turn.said, 4, 12)
    if not number:
        return Reply(_list_own(turn))
    return Reply(_state(turn, _find(turn, number), number))


@talk.on("mailbox_forward", "转交", takes=True, changes=True, verbatim=True, traceless=True)
def hear_forward(turn: Turn) -> Reply:
    """Let the leadership read a letter that 纪检委员 has; without 确认 in the same message, what that would do."""
    number, after = find_number(turn.said, 4, 12)
    if not number:
        raise Sorry(HOW_FORWARD)
    letter = _find(turn, number)
    if letter.answered_at is not None:
        raise Sorry(f"这封信已经有答复，没有转交。回复“查信 {number}”查看。")
    if letter.box is LetterBox.LEADERSHIP:
        raise Sorry("这封信本来就由书记和园长收，不用转交。")
    if letter.shared:
        raise Sorry(f"这封信已经转交过，{_leaders(turn)}都能看到，不用再转。")
    if "确认" not in after or re.search("[不没别]", after):
        return Reply(f"还没有转交。转交以后，{_leaders(turn)}都能看到这封信的全文，收不回来；"
                     f"他们只能看，答复仍由纪检委员写。确定要转交，请发送：\n转交 {number} 确认")
    if not pass_on(turn.session, letter, turn.now, turn.office.settings):
        raise Sorry(f"这封信刚刚有了变化，没有转交。回复“查信 {number}”查看。")
    turn.session.refresh(letter)
    if letter.sender_id is not None:
        tell_readers(turn.session, letter, (LetterBox.LEADERSHIP,), turn.now, turn.office.settings)
    return Reply(f"已转交，{_leaders(turn)}现在也能看到这封信，只能看，答复仍由纪检委员写。回复“查信 {number}”看答复。")


def _leaders(turn: Turn) -> str:
    return names(readers(turn.session, turn.branch_id, LetterBox.LEADERSHIP)) or "书记和园长"


def _find(turn: Turn, number: str) -> Letter:
    """An anonymous letter by its follow-up number, one's own by its 编号. Raises Sorry."""
    letter = None
    if len(number) == KEY_DIGITS:
        letter = find_by_key(turn.session, turn.branch_id, number, turn.office.settings)
    elif len(number) == NUMBER_DIGITS:
        letter = turn.session.scalars(select(Letter).where(
            Letter.branch_id == turn.branch_id, Letter.number == number, Letter.sender_id == turn.person.id)
        ).one_or_none()
    if letter is None:
        raise Sorry(NOT_FOUND)
    return letter


def _state(turn: Turn, letter: Letter, number: str) -> str:
    day = format_date(letter.received_on, turn.now)
    what = f"来信{number}（{day}）" if letter.sender_id is not None else f"这封匿名信（{day}）"
    if letter.answered_at is not None:
        by = turn.session.get_one(Person, letter.answered_by)
        return f"{what}已有答复，{by.name} {_day(letter.answered_at, turn.now)}：\n{letter.answer}"
    if letter.box is LetterBox.LEADERSHIP:
        return f"{what}已收到，还没有答复。"
    if letter.shared:
        return f"{what}已收到，书记和园长也能看到，由纪检委员答复，还没有答复。"
    return f"{what}已收到，由纪检委员处理，还没有答复。要让书记和园长也看到，请发送“转交 {number}”。"


def _list_own(turn: Turn) -> str:
    letters = own_letters(turn.session, turn.person)
    lines = [f"{letter.number} {format_date(letter.received_on, turn.now)} "
             f"{'已答复' if letter.answered_at else '待答复'}：{shorten(letter.text, FIRST_WORDS)}"
             for letter in letters[:MOST_LISTED]]
    more = f"\n只列出最近{MOST_LISTED}封。" if len(letters) > MOST_LISTED else ""
    own = "您的署名来信：\n" + "\n".join(lines) + f"{more}\n回复“查信 编号”看答复。" if lines else "您没有署名来信。"
    return f"{own}\n匿名信不知道是谁写的，请发送“查信”加10位查信编号。"


def _day(moment: datetime, now: datetime) -> str:
    return format_date(moment.astimezone(now.tzinfo).date(), now)
