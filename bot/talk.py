"""The contract between the engine and a capability: what it hears, who may say it, what it gets and gives.

A capability makes one Talk and registers functions on it. Knows no WeChat, never commits. Start at Talk.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from bot.nlu.match import IntentSpec, Match
from bot.nlu.slots import Lexicon
from bot.settings import Settings
from data.models import Duty, Follower, Identity, Person

QUESTION_MINUTES = 10  # a previewed change waits this long for 确认 (interface.md)

MEMBERS = frozenset({Identity.MEMBER, Identity.PROBATIONARY})
SECRETARIES = frozenset({Duty.SECRETARY, Duty.DEPUTY})
ORGANISERS = SECRETARIES | {Duty.ORGANISER}
PUBLICISTS = SECRETARIES | {Duty.PUBLICITY}
LEADERS = SECRETARIES | {Duty.HEAD}
READERS = LEADERS | {Duty.DISCIPLINE}
OFFICERS = ORGANISERS | PUBLICISTS
LONG_LABEL = 12  # characters; a longer example of use gives way to its command word
_LABEL_END = re.compile(r"——|：| · ")


def duties_of(person: Person) -> frozenset[str]:
    """职务 of a person, as a set."""
    return frozenset(person.duties.split("、")) - {""}


class Who(Enum):
    """Who may say something. The value is the sentence for those who may not."""

    ANYONE = ""
    BOUND = "请先绑定身份：发送“绑定 姓名 绑定码”，绑定码请向支部书记索取。"
    MEMBERS = "这一项是党员和预备党员使用的。回复“帮助”看看您可以做什么。"
    ORGANISERS = "这一项由书记、副书记或组织委员操作。回复“帮助”看看您可以做什么。"
    PUBLICISTS = "这一项由书记、副书记或宣传委员操作。回复“帮助”看看您可以做什么。"
    OFFICERS = "这一项由书记、副书记、组织委员或宣传委员操作。回复“帮助”看看您可以做什么。"
    READERS = "来信由书记、副书记、园长和纪检委员查看。写信请发送“园长信箱”加内容。"
    SECRETARY = "这一项由书记或副书记操作。回复“帮助”看看您可以做什么。"

    def allows(self, person: Person | None) -> bool:
        """Whether this person (None: not bound) belongs to those who may."""
        if self is Who.ANYONE:
            return True
        if person is None:
            return False
        if self is Who.MEMBERS:
            return person.identity in MEMBERS
        return self not in _DUTIES or bool(duties_of(person) & _DUTIES[self])

    @property
    def roles(self) -> frozenset[str] | None:
        """The roles that may (a duty, else the identity), for understanding; None where everybody bound may.

        Understanding only breaks ties with it: whether somebody may is allows() alone.
        """
        named = MEMBERS | frozenset(Duty) if self is Who.MEMBERS else _DUTIES.get(self)
        return frozenset(role.value for role in named) if named else None

    def refusal(self, person: Person | None) -> str:
        """The kind sentence for somebody who may not."""
        return Who.BOUND.value if person is None else self.value


_DUTIES = {Who.ORGANISERS: ORGANISERS, Who.PUBLICISTS: PUBLICISTS, Who.OFFICERS: OFFICERS,
           Who.READERS: READERS, Who.SECRETARY: SECRETARIES}


class Sorry(Exception):
    """The person's mistake, or what cannot be done; str() is the sentence they get. Undoes the handler's work."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked back. `name` is the answer handler (Talk.answer), `data` what it needs, JSON values only.

    kind "confirm": waits for 确认 or 取消; "choice": for a number or one of `options`; "amount", "time", "person":
    for words that are one, everything else is heard as if nothing had been asked; "slot": for any words that do not
    clearly mean something else (data["intent"]: what is no else); "text": for any words but a command, such as the
    text of a broadcast.
    `again` is what is said where 确认 comes instead of an answer: the question alone, without what led to it.
    """

    name: str
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    options: Sequence[str] = ()
    minutes: int = QUESTION_MINUTES
    again: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person reads, and what is then asked. `months` and `kinds` are remembered for 那六月呢.

    `unanswered`: it only says that no answer is known; the question may be rescued (Talk.rescue) or passed on.
    `signed`: of a traceless intent, the person has given their name, so that the turn is kept like any other.
    """

    text: str
    question: Question | None = None
    kinds: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    unanswered: bool = False
    signed: bool = False


GroupFinder = Callable[[Session, int, datetime], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Office:
    """What all capabilities share without importing each other; made once in handlers.open_office().

    `groups`: groups that a capability computes (未签到, 未缴费): (session, branch_id, now) → ids of people.
    """

    settings: Settings
    talks: tuple["Talk", ...] = ()
    groups: Mapping[str, GroupFinder] = field(default_factory=dict)


@dataclass(slots=True)
class Turn:
    """One message being answered, inside its transaction.

    `now` is program time in the branch's zone; `rest` is what followed the command word, verbatim; `match` has the
    slots. `person` is None for somebody not bound. `said` is the verbatim text. `extra` has an event's further
    fields (Status and MsgID of a finished template message).
    """

    session: Session
    now: datetime
    openid: str
    follower: Follower
    person: Person | None
    match: Match
    said: str
    lexicon: Lexicon
    office: Office
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def rest(self) -> str:
        return self.match.rest.strip()

    @property
    def branch_id(self) -> int:
        """The branch of the person who speaks. Only for bound people."""
        assert self.person is not None
        return self.person.branch_id


Hear = Callable[[Turn], Reply | None]  # None: no answer, for events that admit none
HearAnswer = Callable[[Turn, Mapping[str, Any], str], Reply]
HearUndo = Callable[[Turn, Mapping[str, Any]], Reply]
Rescue = Callable[[Turn, Reply], Reply | None]


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing a person can mean, and the function that does it.

    `traceless`: the turn leaves nothing behind that leads from the person to what they said (匿名信箱, 查信). It is
    kept and logged as if they had asked for 帮助, and asks no question back, unless its Reply is `signed`.
    """

    spec: IntentSpec
    who: Who
    hear: Hear
    usage: str
    traceless: bool = False

    @property
    def label(self) -> str:
        """What it is called when offered as a reading: its first example of use, or its command if that is long."""
        example, command = _LABEL_END.split(self.usage)[0].strip(), (self.spec.commands or (self.spec.name,))[0]
        return example if example and (len(example) <= LONG_LABEL or not self.spec.commands) else command


class Talk:
    """What one capability hears. `usage` lines appear in 帮助 for those who may say them."""

    def __init__(self, name: str, title: str = "") -> None:
        self.name = name
        self.title = title or name
        self.intents: dict[str, Intent] = {}
        self.answers: dict[str, HearAnswer] = {}
        self.events: dict[str, Hear] = {}
        self.messages: dict[str, Hear] = {}
        self.hints: list[Callable[[Turn], str | None]] = []
        self.fallbacks: list[Hear] = []
        self.rescues: list[Rescue] = []
        self.assents: list[Hear] = []
        self.undos: dict[str, HearUndo] = {}
        self.undo_words: dict[str, re.Pattern[str]] = {}

    def on(self, intent: str, *commands: str, who: Who = Who.BOUND, takes: bool = False, changes: bool = False,
           usage: str = "", traceless: bool = False, verbatim: bool = False,
           joined: bool = False) -> Callable[[Hear], Hear]:
        """Register the function for an intent. `commands` always mean it; with `takes` words may follow them, with
        `verbatim` also questions, `joined` also without a blank (IntentSpec)."""
        def register(hear: Hear) -> Hear:
            spec = IntentSpec(name=intent, commands=commands, takes=takes, changes=changes,
                              who=who.roles, verbatim=verbatim, joined=joined)
            self.intents[intent] = Intent(spec, who, hear, usage, traceless)
            return hear
        return register

    def answer(self, name: str) -> Callable[[HearAnswer], HearAnswer]:
        """Register the function that gets the answer to an open question: (turn, data, what was chosen or said)."""
        def register(hear: HearAnswer) -> HearAnswer:
            self.answers[name] = hear
            return hear
        return register

    def event(self, *names: str) -> Callable[[Hear], Hear]:
        """Register the function for events of the platform, in lower case (`subscribe`)."""
        return self._wordless(self.events, names)

    def message(self, *types: str) -> Callable[[Hear], Hear]:
        """Register the function for messages without words (`image`, `location`; a voice that was not recognised)."""
        return self._wordless(self.messages, types)

    def _wordless(self, register_in: dict[str, Hear], names: tuple[str, ...]) -> Callable[[Hear], Hear]:
        def register(hear: Hear) -> Hear:
            register_in.update(dict.fromkeys(names, hear))
            return hear
        return register

    def hint(self, find: Callable[[Turn], str | None]) -> Callable[[Turn], str | None]:
        """Register a line for 帮助 on what is open for this person now; None when nothing is."""
        self.hints.append(find)
        return find

    def fallback(self, hear: Hear) -> Hear:
        """Register what is asked, for somebody bound, when no intent was understood; it may answer None too."""
        self.fallbacks.append(hear)
        return hear

    def assent(self, hear: Hear) -> Hear:
        """Register what is asked, for somebody bound, when a yes comes and no question is open; it may answer None."""
        self.assents.append(hear)
        return hear

    def rescue(self, find: Rescue) -> Rescue:
        """Register what is tried where a question found no answer; it gets the answer so far, and may answer None."""
        self.rescues.append(find)
        return find

    def undo(self, name: str, words: str = "") -> Callable[[HearUndo], HearUndo]:
        """Register the function that takes back a step noted as `name` (data/undo.py): (turn, data) → what was undone.

        It raises Sorry where the step can no longer be taken back. `words`, a pattern, is what people call the step
        beside 撤销: 撤销签到 must not take back a payment.
        """
        def register(hear: HearUndo) -> HearUndo:
            self.undos[name] = hear
            if words:
                self.undo_words[name] = re.compile(words)
            return hear
        return register
