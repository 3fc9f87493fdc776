"""One message in, one effect, one answer out (invariant 1): the order of things for every turn.

Seen before → the stored reply; else open question, understanding, permission, handler; all in one transaction.
Knows no capability and no XML. Start at Dispatcher.answer().
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, insert, select
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot import dialog
from bot.contact import note_contact
from bot.context import read_context, remember
from bot.nlu.match import Match, Matcher, Outcome
from bot.nlu.slots import Lexicon
from bot.seal import open_sealed, seal
from bot.talk import Hear, Intent, Office, Question, Reply, Sorry, Talk, Turn, duties_of
from bot.wechat.messages import MORE, REPLY_BYTES, UNSUPPORTED, Incoming, cut
from data.db import add_once
from data.models import Duty, Follower, InboundMessage, OpenQuestion, Outbox, OutboxState, Person, UsedSignature

ASKING_EVENTS = frozenset({"click", "scancode_waitmsg"})  # the person waits for an answer
SAY = "say:"  # a menu key that begins so stands for the words after it
MOST_CHARACTERS = 4000
READING = "_reading"  # the open question "which of these did you mean"
UNKNOWN = "unknown"  # what a turn counts as that was not understood
COVER = "help"  # … and one that must leave no trace: the most ordinary one, of which nothing is remembered either
TRACELESS = ""  # how such a turn is called until it is written down
COVER_BYTES = 2048  # no reply is longer, so the length tells nothing
NOT_UNDERSTOOD = "这句话我没有看懂。您可以问“三月有什么活动”“下次党日是什么时候”，或回复“帮助”看看我能做什么。"
NOT_KEPT = "这句话我没有看懂，也没有留下来。可以发送{commands}加内容，或回复“帮助”看看我能做什么。"
TRACELESS_ENOUGH = 0.3  # so near to what must leave no trace that the words are not kept either
FAILED = "这件事没有办成，已记录下来由维护人员查看，其他功能不受影响。请稍后再试，或换个说法。"

GONE = (OperationalError, InterfaceError, InternalError, PoolTimeout)  # the database, not our code

# Built once: putting a statement together costs as much as running it, and these run in every turn.
# The row lock makes one person's messages queue on PostgreSQL too: 确认 twice at once confirms once, and an
# overlapping repeat waits until the first delivery has stored its reply.
WHO = (select(Follower, Person, exists().where(OpenQuestion.openid == Follower.openid),
              exists().where(Outbox.person_id == Follower.person_id, Outbox.state == OutboxState.HELD))
       .where(Follower.openid == bindparam("openid")).outerjoin(Person, Person.id == Follower.person_id)
       .with_for_update(of=Follower))
SEEN = select(
    select(InboundMessage.reply).where(InboundMessage.key == bindparam("key")).scalar_subquery(),
    select(UsedSignature.message_key).where(UsedSignature.signature == bindparam("signature")).scalar_subquery())
STORE = insert(InboundMessage.__table__)

log = logging.getLogger(__name__)


class ReplayedSignature(Exception):
    """The signature has already come with another message: somebody put a new body behind it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the platform ("" : nothing), how it came about, and whether pushes wait to be delivered.

    `timed`: how long it took may be noted; it would tell a letter from what it is made to look like.
    """

    text: str
    outcome: str
    pushes_wait: bool = False
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the engine asks of others in each turn without knowing them.

    `lexicon(session, branch_id)`: the branch's names and groups (cached by whoever gives it).
    `held(session, person, now, room)`: texts that waited for this person's next word and fit into `room` bytes; they
    go in front of the reply.
    `pushes_wait(session)`: whether this turn queued something to deliver.
    """

    lexicon: Callable[[Session, int | None], Lexicon]
    held: Callable[[Session, Person, datetime, int], Sequence[str]]
    pushes_wait: Callable[[Session], bool]


class Dispatcher:
    """Answers messages. Safe to share between threads: it keeps no state of its own."""

    def __init__(self, sessions: sessionmaker[Session], matcher: Matcher, office: Office, hooks: Hooks) -> None:
        self.sessions, self.matcher, self.office, self.hooks = sessions, matcher, office, hooks
        self._key = office.settings.secret_key
        self._talks = {name: talk.name for talk in office.talks for name in (*talk.intents, *talk.answers)}
        self._talks[READING] = READING
        self.intents: Mapping[str, Intent] = _merge(office.talks, lambda talk: talk.intents)
        self.answers = _merge(office.talks, lambda talk: talk.answers)
        self.events: Mapping[str, Hear] = _merge(office.talks, lambda talk: talk.events)
        self.messages: Mapping[str, Hear] = _merge(office.talks, lambda talk: talk.messages)

    def answer(self, incoming: Incoming, signature: str, now: datetime) -> Answer:
        """Answer once. A repeat gets the stored reply and changes nothing.

        Raises ReplayedSignature, and the database's errors when it does not answer.
        """
        with self.sessions.begin() as session:
            follower, person, question, has_held = self._who(session, incoming.openid)
            stored, served = session.execute(SEEN, {"key": incoming.key, "signature": signature}).one()
            if served is None and not add_once(session, UsedSignature, signature=signature, message_key=incoming.key,
                                               at=now) or served not in (None, incoming.key):
                raise ReplayedSignature
            if stored is not None:
                return Answer(open_sealed(stored, incoming, self._key), "repeat")
            intent, reply = self._turn(session, incoming, follower, person, question, now)
            if intent != TRACELESS:  # a row of this person, written at this moment, would be a trace
                note_contact(session, follower, incoming, now)
            text = self._compose(session, follower, person, reply, now, has_held and intent != TRACELESS)
            intent = intent or COVER
            size = COVER_BYTES if intent == COVER else 0
            session.execute(STORE, {"key": incoming.key, "branch_id": follower.branch_id, "at": now,
                                    "intent": intent[:40], "reply": seal(text, incoming, self._key, size)})
            pushes_wait = self.hooks.pushes_wait(session)
        return Answer(text, intent, pushes_wait, timed=intent != COVER)

    def _who(self, session: Session, openid: str) -> tuple[Follower, Person | None, OpenQuestion | None, bool]:
        row = session.execute(WHO, {"openid": openid}).one_or_none()
        if row is None:
            add_once(session, Follower, openid=openid)
            row = session.execute(WHO, {"openid": openid}).one()
        question = session.get(OpenQuestion, openid) if row[2] else None
        return row[0], row[1], question, row[3]

    def _turn(self, session: Session, incoming: Incoming, follower: Follower, person: Person | None,
              question: OpenQuestion | None, now: datetime) -> tuple[str, Reply | None]:
        said = _words(incoming)
        lexicon = self.hooks.lexicon(session, follower.branch_id)
        match = self.matcher.match(said[:MOST_CHARACTERS], now, lexicon, _role(person), read_context(follower, now))
        turn = Turn(session, now, incoming.openid, follower, person, match, said, lexicon, self.office, incoming.extra)
        if not said:
            return self._event(turn, incoming)
        if len(said) > MOST_CHARACTERS:
            return "too_long", Reply(f"这条消息有{len(said)}字，太长了。请分成几条发，每条不超过{MOST_CHARACTERS}字。")
        if question is not None and self._is_for_another(question, match):
            question = None
        meant = dialog.read_answer(question, match, said, now)
        if question is not None and dialog.settles(meant):
            session.delete(question)
            session.flush()
        if dialog.is_assent(question, match, said, now) and (reply := self._assent(turn)):
            return "assent", reply
        if isinstance(meant, dialog.Said):
            return match.intent, Reply(meant.text)
        if meant is not None:
            return self._answered(turn, question.name, question.data, meant.chosen)
        return self._meant(turn)

    def _is_for_another(self, question: OpenQuestion, match: Match) -> bool:
        """Words that must leave no trace are no answer to another capability's question, which would keep them."""
        intent = self.intents.get(match.intent)
        return intent is not None and intent.traceless and self._talks[question.name] != self._talks[match.intent]

    def _event(self, turn: Turn, incoming: Incoming) -> tuple[str, Reply | None]:
        """An event, or a message without words: picture, place, sticker. Unknown events need no answer."""
        if incoming.event:
            hear = self.events.get(incoming.event)
            if hear:
                return incoming.event, self._run(turn, hear)
            return incoming.event, Reply(NOT_UNDERSTOOD) if incoming.event in ASKING_EVENTS else None
        name = "unsupported" if incoming.text == UNSUPPORTED else incoming.type
        hear = self.messages.get(name)
        return name, self._run(turn, hear) if hear else Reply(NOT_UNDERSTOOD)

    def _answered(self, turn: Turn, name: str, data: Mapping[str, Any], chosen: str) -> tuple[str, Reply | None]:
        if name == READING and turn.match.command is not None:
            return self._meant(turn)  # 我的自学, typed out of the list: that, and not the earlier sentence read so
        if name == READING:
            again = self.matcher.match(data["said"], turn.now, turn.lexicon, _role(turn.person), None)
            turn.said = data["said"]
            turn.match = replace(again, intent=data["intents"][chosen], outcome=Outcome.SURE)
            return self._meant(turn)
        return name, self._run(turn, lambda t: self.answers[name](t, data, chosen))

    def _meant(self, turn: Turn) -> tuple[str, Reply | None]:
        name = turn.match.intent
        intent = self.intents.get(name)
        if turn.match.outcome is Outcome.TOO_CLOSE:
            name, reply = "unsure", self._offer(turn)
        elif intent is None:
            reply = self._fall_back(turn)
            name, reply = ("fallback", reply) if reply else (UNKNOWN, self._not_understood(turn))
        elif not intent.who.allows(turn.person):
            return TRACELESS if intent.traceless else f"refused:{name}", Reply(intent.who.refusal(turn.person))
        else:
            reply = self._run(turn, intent.hear) if intent.spec.changes else self._try(turn, intent.hear)
        if intent is not None and intent.traceless and not (reply and reply.signed):
            return TRACELESS, reply and Reply(cut(reply.text)[0].removesuffix(MORE))
        reply = self._rescue(turn, reply)
        remember(turn, name, reply)
        return name, reply

    def _rescue(self, turn: Turn, reply: Reply | None) -> Reply | None:
        """Where a question found no answer, a capability may know one, or what else can be done.

        What may have been meant to leave no trace is not kept beside the person, and no capability sees it.
        """
        if reply is None or not reply.unanswered or turn.person is None:
            return reply
        traceless = self._may_be_traceless(turn)
        if traceless is not None:
            return Reply(NOT_KEPT.format(commands="".join(f"“{word}”" for word in traceless.spec.commands)))
        rescues = (rescue for talk in self.office.talks for rescue in talk.rescues)
        found = (self._try(turn, lambda t, rescue=rescue: rescue(t, reply)) for rescue in rescues)
        return next((better for better in found if better), reply)

    def _may_be_traceless(self, turn: Turn) -> Intent | None:
        """The intent without trace that the words are near to."""
        near = (self.intents.get(candidate.intent) for candidate in turn.match.candidates
                if candidate.score >= TRACELESS_ENOUGH)
        return next((intent for intent in near if intent is not None and intent.traceless), None)

    def _fall_back(self, turn: Turn) -> Reply | None:
        """What a capability knows about words that mean none of the intents: the name of a thing in the plan."""
        return self._ask_round(turn, (hear for talk in self.office.talks for hear in talk.fallbacks))

    def _assent(self, turn: Turn) -> Reply | None:
        """What a capability takes a yes for that answers none of our questions."""
        return self._ask_round(turn, (hear for talk in self.office.talks for hear in talk.assents))

    def _ask_round(self, turn: Turn, hears: Iterable[Hear]) -> Reply | None:
        if turn.person is None:
            return None
        return next((reply for hear in hears if (reply := self._run(turn, hear))), None)

    def _not_understood(self, turn: Turn) -> Reply | None:
        """A stranger gets help with binding and nothing else; the others are told honestly."""
        if turn.person is None and "help" in self.intents:
            return self._try(turn, self.intents["help"].hear)
        return Reply(NOT_UNDERSTOOD, unanswered=True)

    def _offer(self, turn: Turn) -> Reply | None:
        """The likeliest readings that this person may use, as numbers."""
        likely = [self.intents[c.intent] for c in turn.match.candidates[:3] if c.intent in self.intents]
        if any(intent.traceless for intent in likely):  # the question would keep the words beside the person
            return self._not_understood(turn)
        readings = {intent.label: intent.spec.name for intent in likely if intent.who.allows(turn.person)}
        if turn.person is None or not readings:
            return self._not_understood(turn)
        lines = "\n".join(f"{n}. {label}" for n, label in enumerate(readings, 1))
        return Reply(f"您是想：\n{lines}\n请回复数字；都不是就换个说法。",
                     Question(READING, dialog.Kind.CHOICE, {"said": turn.said, "intents": readings}, tuple(readings)),
                     unanswered=True)

    def _run(self, turn: Turn, hear: Hear) -> Reply | None:
        """Run what may change something in a savepoint: its work is undone when it says Sorry, the turn is not."""
        return self._try(turn, hear, turn.session.begin_nested)

    def _try(self, turn: Turn, hear: Hear, scope: Callable[[], AbstractContextManager[object]] = nullcontext,
             ) -> Reply | None:
        try:
            with scope():
                return hear(turn)
        except Sorry as sorry:
            return Reply(str(sorry))
        except GONE:
            raise
        except Exception as error:  # the boundary: logged once, with a calm reply (style.md 12)
            intent = self.intents.get(turn.match.intent)
            meant = UNKNOWN if intent is None else COVER if intent.traceless else intent.spec.name
            log.exception("handler_failed", extra={"intent": meant, "error": type(error).__name__})
            return Reply(FAILED)

    def _compose(self, session: Session, follower: Follower, person: Person | None, reply: Reply | None,
                 now: datetime, has_held: bool) -> str:
        if reply is None:
            return ""
        if reply.question:
            dialog.ask(session, follower.openid, follower.branch_id, reply.question, reply.text, now)
        text, rest = cut(reply.text)
        if rest:
            follower.rest = rest
        room = REPLY_BYTES - len(text.encode())
        held = self.hooks.held(session, person, now, room) if person and has_held else ()
        return "".join(f"{notice}\n\n" for notice in held) + text


def _merge(talks: Sequence[Talk], part: Callable[[Talk], Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for talk in talks:
        twice = merged.keys() & part(talk).keys()
        if twice:
            raise ValueError(f"{talk.name} registers again: {sorted(twice)}")
        merged |= part(talk)
    return merged


def _words(incoming: Incoming) -> str:
    """What the person said: text, recognised voice, or the words behind a menu button."""
    if incoming.event == "click" and incoming.event_key.startswith(SAY):
        return incoming.event_key.removeprefix(SAY)
    return "" if incoming.text == UNSUPPORTED else incoming.text


def _role(person: Person | None) -> str:
    if person is None:
        return "未绑定"
    return next((duty.value for duty in Duty if duty in duties_of(person)), person.identity.value)
