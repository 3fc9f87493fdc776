"""转给书记: what is offered where the bot has no answer, and how a question gets to 书记.

A kept question lives ten minutes, in the follower's context; what looks like a letter is not kept at all.
Start at offer_help().
"""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.nlu.moods import Mood, read_mood
from bot.nlu.normalize import normalize
from bot.talk import QUESTION_MINUTES, SECRETARIES, Reply, Sorry, Turn, duties_of
from data.db import add_once
from data.models import Duty, PassedQuestion, Person
from data.questions import find_question, known_answers
from data.undo import note_final
from handlers.questions.heard import MOST_ASKED, PASSED, say_answered, say_author, secretaries_but, shorten, talk
from handlers.questions.likeness import is_personal, is_same, is_timely, read_essence
from scheduler import outbox
from scheduler.quiet import after_quiet

MOST_OPEN = 10  # questions of one person that wait for an answer
LEAST_ASKED = 4  # characters of a question in free words
TRIES = 20  # for a number that nobody takes at the same moment
ASK_SECRETARY = "要请书记来答，就回复“转给书记”；不想留名，回复“匿名转给书记”。"
NONE_OF_THESE = "都不是，也可以回复“转给书记”，请书记来答。"
HOW = "请发送“转给书记”加问题，例如：转给书记 新教师怎么报名。不想留名就发送“匿名转给书记”加问题。"
A_LETTER = ("这句话我没有看懂，也没有留下来。要不留名地反映，请发送“匿名信箱”加内容；"
            "要得到答复，请发送“园长信箱”加内容。")
LETTER_INSTEAD = ("这像是一封信，没有转给书记，也没有留下来。请发送“匿名信箱”加内容：那里不记下是谁写的；"
                  "转给书记的问题要告诉您答复，所以答复以前记着是谁问的。")
_LETTER = re.compile("匿名(?!转给|.{0,2}问)|举报|检举|控告|投诉|告发|揭发|反映|信箱|写信")
_REQUEST = re.compile("请|帮|想|希望|申请|建议|需要|麻烦|可以|能")
_COMMAND = re.compile(r"^\s*(?:匿名)?转给书记[\s:：,，。]*")
_JOINED = re.compile(r"\W*(?:匿名)?转给书记\w")
_TOLD = re.compile(r"^(?:匿名)?转给书记\s*(?P<after>.{4,})$|书记\s*[:：,，]\s*(?P<told>.{4,})$", re.DOTALL)
ASKING = ("帮我问问书记", "帮我问一下书记", "帮我问下书记", "帮忙问问书记", "帮忙问一下书记", "替我问问书记", "替我问一下书记", "我想问书记",
          "我想问问书记", "我想问一下书记", "我要问书记", "想问问书记", "问问书记", "问一下书记", "问下书记")
ASKING_UNNAMED = ("匿名问书记", "匿名问问书记", "匿名问一下书记", "匿名问下书记", "我想匿名问书记", "我想匿名问一下书记", "帮我匿名问一下书记",
                  "匿名帮我问一下书记")
# 帮我问问书记转正要考试吗: the words around the question. After 请问 alone 书记 may be what is asked about.
_WISH = r"(?:我|你|想|要|就|匿名|不留名|地|能不能|可以|麻烦|帮我?|帮忙|替我?|请(?!问)|去|[\s,，])*+"
_WRAPPED = re.compile(
    rf"^{_WISH}问(?:问|一下|一问|下)?[一-鿿]?书记(?:一下|一声|一句)?[\s,，:：、]*"
    r"|^(?:你好|您好)?[\s,，]*请问(?:一下|下)?[一-鿿]?书记(?:[\s,，:：、]+"
    r"|(?!的|是|在|叫|姓|电话|手机|微信|办公|什么时候|几点|几号|[今明昨]天|有[空没]|住|名|来|去|上班|会|能|可以))", re.DOTALL)
_THAT_ONE = re.compile("(?:把|就)?(?:刚才|刚刚|上面|前面)?的?(?:这|那)?个?问题[。？?]?|(?:吧|一下|呗)?")
_NO_NAME = re.compile("匿名|不留名|(?:不要?|别|不想)(?:留|写|说|带|让|告诉)?.{0,6}(?:名|是谁|是我)")


@talk.rescue
def offer_help(turn: Turn, reply: Reply) -> Reply | None:
    """An answer that 书记 gave before, else the line that says how to ask; other words are not kept."""
    if _LETTER.search(turn.match.text):
        return Reply(A_LETTER)
    if _COMMAND.match(turn.said):
        return Reply(f"“转给书记”和问题之间请空一格。{HOW}")
    known = find_known(turn)
    if known:
        return Reply(known)
    if not is_worth(turn.match.text) or Duty.SECRETARY in duties_of(turn.person) \
            or not secretaries_but(turn.session, turn.person):
        return replace(reply, unanswered=False)
    return replace(reply, text=f"{reply.text}\n{NONE_OF_THESE if reply.question else ASK_SECRETARY}")


def find_known(turn: Turn) -> str:
    """What 书记 answered to the same question, with author and date; "" where nothing is surely the same."""
    asked = read_essence(turn.match.text)
    for known in known_answers(turn.session, turn.branch_id):
        mine = known.asker_id == turn.person.id
        if is_same(asked, read_essence(known.question)) and is_timely(turn.match.text, known.answered_at, turn.now) \
                and (mine or not is_personal(turn.match.text, turn.lexicon)):
            author = say_author(known.author, known.duties, known.answered_at, turn.now)
            return (f"{author}答复：{known.answer}\n〔书记对同样问题的答复，不是计划原文；时间、地点以最新通知为准。"
                    "和您问的不一样，请回复“转给书记”加问题。〕")
    return ""


def is_worth(text: str) -> bool:
    """Whether the words ask or request something that can be passed on, and are not 哈哈 or 111."""
    carried = re.findall("[一-鿿]", read_essence(text).carried)
    if len(set(carried)) < 2:
        return False
    mood = read_mood(normalize(text))
    return bool(mood & Mood.QUESTION) or bool(_REQUEST.search(text)) and not mood & Mood.NEGATION


@talk.on("pass_question", "转给书记", "匿名转给书记", *ASKING, *ASKING_UNNAMED, takes=True, changes=True, verbatim=True,
         joined=True, usage="转给书记 · 匿名转给书记——没查到的请书记答")
def hear_pass(turn: Turn) -> Reply:
    """Pass on what follows the command, else the question that was just left unanswered."""
    command = turn.match.command
    if command and turn.rest and _JOINED.match(turn.match.text):
        raise Sorry(f"“转给书记”和问题之间请空一格。{HOW}")
    text = unwrap(turn.rest if command else _told(turn.said))
    named = not command.startswith("匿名") and "匿名问" not in command if command \
        else not _NO_NAME.search(turn.match.text)
    text = text or _kept(turn)
    if not text:
        raise Sorry(f"没有找到您刚才没查到的问题（只保留{QUESTION_MINUTES}分钟）。{HOW}")
    return _check_and_pass(turn, text, named)


def unwrap(text: str) -> str:
    """The question without the words around it; "" where it only points at the one before (刚才那个问题)."""
    text = _WRAPPED.sub("", text.strip(), count=1).strip()
    return "" if _THAT_ONE.fullmatch(text) else text


def _told(said: str) -> str:
    """The question in free words that ask 书记 to answer; "" where they have none."""
    wrapped = _WRAPPED.match(said.strip())
    if wrapped:
        return said.strip()[wrapped.end():]
    told = _TOLD.search(said)
    return (told["after"] or told["told"]).strip() if told else ""


def _check_and_pass(turn: Turn, text: str, named: bool) -> Reply:
    if len(text) > MOST_ASKED:
        raise Sorry(f"问题有{len(text)}字，太长了，没有转。请控制在{MOST_ASKED}字以内。")
    if len(set(re.findall(r"\w", text))) < 3:
        raise Sorry(f"“{text[:20]}”看不出是什么问题，没有转。{HOW}")
    no_question = turn.match.command in ASKING_UNNAMED and Mood.QUESTION not in read_mood(normalize(text))
    if not named and (no_question or _LETTER.search(normalize(text))):
        raise Sorry(LETTER_INSTEAD)
    return _pass(turn, text, named)


@talk.fallback
def hear_wrapped(turn: Turn) -> Reply | None:
    """请问书记转正要考试吗, where nothing else knows an answer."""
    text = unwrap(turn.said)
    is_wrapped = _WRAPPED.match(turn.said.strip()) and len(text) >= LEAST_ASKED and is_worth(text)
    if not is_wrapped or Duty.SECRETARY in duties_of(turn.person) or _LETTER.search(turn.match.text):
        return None
    return _check_and_pass(turn, text, not _NO_NAME.search(turn.match.text))


def _kept(turn: Turn) -> str:
    """The question of the last turn that found no answer; "" when there is none or it is too old."""
    last = turn.follower.context or {}
    age = turn.now.timestamp() - last.get("at", 0)
    kept = _COMMAND.sub("", last.get("unanswered", "")) if 0 <= age <= QUESTION_MINUTES * 60 else ""
    return unwrap(kept) or kept


def _pass(turn: Turn, text: str, named: bool) -> Reply:
    if Duty.SECRETARY in duties_of(turn.person):
        raise Sorry("您就是书记，不用转给自己。回复“待答问题”看看别人问了什么。")
    told = secretaries_but(turn.session, turn.person)
    if not told:
        raise Sorry("名册里还没有登记书记或副书记，没有人可以转。")
    before = find_same(turn.session, turn.person, text)
    if before is not None:
        return Reply(_say_before(turn, before))
    if count_open(turn.session, turn.person) >= MOST_OPEN:
        raise Sorry(f"您已有{MOST_OPEN}个问题在等答复，没有再转。急事请直接联系书记。")
    question = pass_on(turn.session, turn.person, text, named, turn.now)
    who = f"{turn.person.name}问" if named else "未留名"
    outbox.enqueue(
        turn.session, turn.branch_id, [person.id for person in told], kind=PASSED.name, now=turn.now,
        key=f"question/{question.id}", subject=f"question/{question.id}",
        due=after_quiet(turn.now, turn.office.settings),
        text=f"有人转给书记一个问题，{question.number}号（{who}）：{text}\n"
             f"请回复“答复 {question.number} 内容”。", fields={"title": f"{question.number}号问题等您答复", "note": shorten(text)})
    note_final(turn.session, turn.person, "问题已经转给书记，收不回来。要改或不用答了，请直接告诉书记。", turn.now)
    seen = "书记能看到是您问的" if named else "书记看不到是谁问的"
    return Reply(f"已{'' if named else '匿名'}转给书记：“{shorten(text)}”，编号{question.number}，{seen}。"
                 "有了答复会告诉您。")


def _say_before(turn: Turn, question: PassedQuestion) -> str:
    if question.answered_at is None:
        return f"这个问题您已经转过，编号{question.number}，还在等答复，没有重复转。有了答复会告诉您。"
    return f"这个问题您问过，编号{question.number}。\n{say_answered(turn.session, question, turn.now)}"


def pass_on(session: Session, asker: Person, text: str, named: bool, now: datetime) -> PassedQuestion:
    """Store the question under the branch's next number."""
    for _ in range(TRIES):
        number = 1 + (session.scalar(select(func.max(PassedQuestion.number))
                                     .where(PassedQuestion.branch_id == asker.branch_id)) or 0)
        if add_once(session, PassedQuestion, branch_id=asker.branch_id, number=number, text=text, asker_id=asker.id,
                    named=named, asked_at=now, answer=""):
            return find_question(session, asker.branch_id, number)
    raise RuntimeError("no number is free for a question")


def find_same(session: Session, asker: Person, text: str) -> PassedQuestion | None:
    """The person's own question in the same words, as long as it is known to be theirs."""
    form = normalize(text)
    own = session.scalars(select(PassedQuestion).where(PassedQuestion.asker_id == asker.id)
                          .order_by(PassedQuestion.number.desc())).all()
    return next((one for one in own if normalize(one.text) == form), None)


def count_open(session: Session, asker: Person) -> int:
    """How many of the person's questions wait for an answer."""
    return session.scalar(select(func.count()).select_from(PassedQuestion).where(
        PassedQuestion.asker_id == asker.id, PassedQuestion.answered_at.is_(None))) or 0


@talk.hint
def hint_open(turn: Turn) -> str | None:
    """For 书记 and 副书记: that questions wait."""
    if not duties_of(turn.person) & SECRETARIES:
        return None
    waiting = count_waiting(turn.session, turn.branch_id)
    return f"有{waiting}个问题等您答复，回复“待答问题”" if waiting else None


def count_waiting(session: Session, branch_id: int) -> int:
    """How many questions of the branch wait."""
    return session.scalar(select(func.count()).select_from(PassedQuestion).where(
        PassedQuestion.branch_id == branch_id, PassedQuestion.answered_at.is_(None))) or 0
