"""自学打卡: what somebody says they have read becomes a record, or a question where that is not certain.

Start at hear_record().
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.nlu.normalize import clean
from bot.talk import Question, Reply, Sorry, Turn
from data.chinese import format_date
from data.models import OpenQuestion
from handlers.study import records
from handlers.study.heard import EXAMPLE, SEEN_BY, name, shorten, talk, what
from handlers.study.said import (
    Claim,
    Said,
    did_another,
    find_book,
    has_thoughts,
    is_headed,
    is_of_study,
    parse_day,
    parse_said,
    read_claim,
)

LONGEST = 1000  # characters of one record
SHORTEST = 5  # so many without a book may be something else (自学记录查询)
OLD = timedelta(days=365)  # what lies back farther is asked about
ASK = f"请问学了什么？请直接写，例如“读完《论党建》第三章，体会是……”，最多{LONGEST}字。\n不登记请回复“取消”，查看记录请回复“我的自学”。"
_ABOUT_RECORDS = re.compile("查|导出|统计|汇总|列表|名单|提醒")
NOT_YET = f"没有登记：这句话像是还没有学。学了以后，回复“自学打卡”加内容就可以，例如“{EXAMPLE}”。"
NOT_A_RECORD = f"没有登记：这句话像是提问。要登记请回复“自学打卡”加内容，例如“{EXAMPLE}”；想看记录请回复“我的自学”。"


@talk.on("study_record", "自学打卡", "自学记录", "记录自学", "自习打卡", "学习打卡", "读书打卡", "自学打开", "自学笔记",
         "学习笔记", "读书笔记", takes=True, changes=True,
         usage="自学打卡 读完《论党建》第三章，体会是……——记一条自学，自愿")
def hear_record(turn: Turn) -> Reply:
    """What was read: after the command, or in one's own words."""
    is_command = turn.match.command is not None
    return _hear(turn, turn.rest if is_command else clean(turn.said), is_command)


@talk.answer("study.text")
def hear_text(turn: Turn, _data: Mapping[str, Any], said: str) -> Reply:
    """The text that was asked for."""
    return _hear(turn, clean(said), True)


def _hear(turn: Turn, words: str, is_command: bool) -> Reply:
    if len(words) > 2 * LONGEST:
        raise Sorry(_too_long(words))
    said = parse_said(words, turn.now)
    if not any(map(str.isalnum, said.text)):
        return _ask_text(turn)
    if len(said.text) > LONGEST:
        raise Sorry(_too_long(said.text))
    named = turn.lexicon.find_name(said.text, 0)
    if named != turn.person.name and did_another(said.text, named):
        raise Sorry("没有登记：自学由本人登记，不能替别人记。您自己学的，请回复“自学打卡”加内容。")
    if said.day > turn.now.date():
        raise Sorry(f"没有登记：{format_date(said.day, turn.now)}还没有到。学了以后再登记，日期写今天或以前的某一天。")
    claim = read_claim(words)
    if not is_command and claim in (Claim.UNDONE, Claim.ASKED):
        raise Sorry(NOT_YET if claim is Claim.UNDONE else NOT_A_RECORD)
    if said.doubt:
        return _ask_day(turn, said.text, said.doubt)
    if _is_certain(said, claim, is_command):
        return _enter(turn, said.text, said.day)
    return _ask_whether(turn, said.text, said.day)


def _ask_text(turn: Turn) -> Reply:
    """学习了 alone; a text that waits for 确认 is that which was meant, and is not dropped for it."""
    waits = _waiting(turn)
    if waits is not None:
        return Reply(f"刚才这段话还没有登记：“{shorten(waits.data['text'])}”。\n{waits.prompt}",
                     Question("study.keep", "confirm", waits.data, again=waits.prompt))
    return Reply(ASK, Question("study.text", "slot", {"intent": "study_record"}, again=ASK))


def _waiting(turn: Turn) -> OpenQuestion | None:
    """The text that waits for 确认."""
    question = turn.session.get(OpenQuestion, turn.openid)
    return question if question is not None and question.name == "study.keep" and turn.now <= question.expires_at \
        else None


def _too_long(text: str) -> str:
    return f"没有登记：一条自学最多{LONGEST}字，这次写了{len(text)}字。请分成几条发。"


def _is_certain(said: Said, claim: Claim, is_command: bool) -> bool:
    """After the command nearly everything is a record; in free words what says that something was read."""
    if claim is not Claim.UNCLEAR:
        return claim is Claim.DONE or is_command and claim is Claim.OTHERS
    has_book = bool(find_book(said.text))
    if is_command:
        return has_book or len(said.text) > SHORTEST and not _ABOUT_RECORDS.match(said.text)
    return has_book and said.is_dated


def _ask_day(turn: Turn, text: str, doubt: str) -> Reply:
    day = format_date(turn.now.date() - timedelta(days=1), turn.now).partition("（")[0]
    again = f"请回复学的是哪一天，例如“{day}”或“今天”。不登记请回复“取消”。"
    return Reply(f"“{doubt}”不是具体的一天。{again}", Question("study.day", "time", {"text": text}, again=again))


@talk.answer("study.day")
def hear_day(turn: Turn, data: Mapping[str, Any], said: str) -> Reply:
    """The day that was asked for."""
    day = parse_day(said, turn.now)
    if day is None:
        return _ask_day(turn, data["text"], said.strip()[:20])
    if day > turn.now.date():
        raise Sorry(f"没有登记：{format_date(day, turn.now)}还没有到。请重新发送，日期写今天或以前的某一天。")
    return _enter(turn, data["text"], day)


def _ask_whether(turn: Turn, text: str, day: date) -> Reply:
    asked = f"要把这段话登记为{format_date(day, turn.now)}的自学吗？回复“确认”登记，回复“取消”放弃。"
    waits = _waiting(turn)
    other = f"上一段没有登记：“{shorten(waits.data['text'])}”，需要请再发一次。\n" \
        if waits is not None and waits.data["text"] != text else ""
    data = {"text": text, "day": day.isoformat(), "again": False}
    return Reply(other + asked, Question("study.keep", "confirm", data, again=asked))


@talk.answer("study.keep")
def hear_keep(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认 to a text that was uncertain, old, or there already (`again`)."""
    return _enter(turn, data["text"], date.fromisoformat(data["day"]), is_sure=True, again=data["again"])


def _enter(turn: Turn, text: str, day: date, is_sure: bool = False, again: bool = False) -> Reply:
    kept = {"text": text, "day": day.isoformat()}
    if turn.now.date() - day > OLD and not is_sure:
        return _confirm(f"{format_date(day, turn.now)}已经过去一年多了。要登记在这一天吗？", kept, "登记", again=False)
    done = records.record(turn.session, turn.person, text, day, turn.now, again)
    if not done.is_new:
        return _confirm(f"{format_date(day, turn.now)}已经登记过同样的自学：{what(done.record.book, text)}。要再记一条吗？",
                        kept, "再记一条", again=True)
    thoughts = "，体会也记下了" if has_thoughts(text) else ""
    first = f"\n{SEEN_BY}" if records.count_ever(turn.session, turn.person) == 1 else ""
    return Reply(f"已登记自学：{name(done.record, turn.now)}{thoughts}。\n"
                 f"回复“我的自学”可以查看；写错了，10分钟内回复“撤销”可以收回。{first}")


def _confirm(asked: str, kept: Mapping[str, str], what_for: str, again: bool) -> Reply:
    text = f"{asked}\n回复“确认”{what_for}，回复“取消”放弃。"
    return Reply(text, Question("study.keep", "confirm", kept | {"again": again}, again=text))


@talk.fallback
def ask_if_study(turn: Turn) -> Reply | None:
    """Words that were not understood, but say that something was read: offered as a record, never taken for one."""
    words, claim = clean(turn.said), read_claim(clean(turn.said))
    is_entry = is_headed(words) and claim in (Claim.DONE, Claim.UNCLEAR)
    if not is_of_study(words) or len(words) > LONGEST or not (is_entry or claim is Claim.DONE):
        return None
    said = parse_said(words, turn.now)
    if said.day > turn.now.date() or turn.lexicon.find_name(said.text, 0):
        return None
    if not any(map(str.isalnum, said.text)):
        return _ask_text(turn)
    if said.doubt:
        return _ask_day(turn, said.text, said.doubt)
    return _ask_whether(turn, said.text, said.day)


@talk.undo(records.UNDO, words="自学|学习|打卡|心得|笔记")
def take_back(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """撤销 of a record."""
    gone = records.withdraw(turn.session, turn.person, data["id"], turn.now)
    if gone is None:
        raise Sorry("这条自学已经收回了，没有再改动。回复“我的自学”查看。")
    return Reply(f"已撤销自学登记：{name(gone, turn.now)}。要改好再记，请重新发送“自学打卡”加内容。")
