"""One message in, one effect, one answer out (invariant 1): the order of things for every turn.

Seen before → the stored reply; else open question, understanding, permission, handler; all in one transaction.
Knows no capability and no XML. Start at Dispatcher.answer().
"""

import logging
from collections.abc import Callable, Mapping, Sequence
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
from bot.nlu.match import Context, Matcher, Outcome
from bot.nlu.slots import Lexicon
from bot.seal import open_sealed, seal
from bot.talk import Hear, Intent, Office, Question, Reply, Sorry, Talk, Turn, duties_of
from bot.wechat.messages import MORE, REPLY_BYTES, UNSUPPORTED, Incoming, cut
from data.db import add_once
from data.models import Duty, Follower, InboundMessage, OpenQuestion, Outbox, OutboxState, Person, UsedSignature

ASKING_EVENTS = frozenset({"click", "scancode_waitmsg"})  # the person waits for an answer
SAY = "say:"  # a menu key that begins so stands for the words after it
CONTEXT_MINUTES = 5
MOST_CHARACTERS = 4000
READING = "_reading"  # the open question "which of these did you mean"
UNKNOWN = "unknown"  # what a turn counts as that was not understood, or must leave no trace
NOT_UNDERSTOOD = "这句话我没有看懂。您可以问“三月有什么活动”“下次党日是什么时候”，或回复“帮助”看看我能做什么。"
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
    """What goes back to the platform ("" : nothing), how it came about, and whether pushes wait to be delivered."""

    text: str
    outcome: str
    pushes_wait: bool = False


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
            note_contact(session, follower, incoming, now)
            intent, reply = self._turn(session, incoming, follower, person, question, now)
            text = self._compose(session, follower, person, reply, now, has_held)
            session.execute(STORE, {"key": incoming.key, "branch_id": follower.branch_id, "at": now,
                                    "intent": intent[:40], "reply": seal(text, incoming, self._key)})
            pushes_wait = self.hooks.pushes_wait(session)
        return Answer(text, intent, pushes_wait)

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
        match = self.matcher.match(said[:MOST_CHARACTERS], now, lexicon, _role(person), _context(follower, now))
        turn = Turn(session, now, incoming.openid, follower, person, match, said, lexicon, self.office, incoming.extra)
        if not said:
            return self._event(turn, incoming)
        if len(said) > MOST_CHARACTERS:
            return "too_long", Reply(f"这条消息有{len(said)}字，太长了。请分成几条发，每条不超过{MOST_CHARACTERS}字。")
        meant = dialog.read_answer(question, match, said, now)
        if question is not None and dialog.settles(meant):
            session.delete(question)
            session.flush()
        if isinstance(meant, dialog.Said):
            return match.intent, Reply(meant.text)
        if meant is not None:
            return self._answered(turn, question.name, question.data, meant.chosen)
        return self._meant(turn)

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
            return "unsure", self._offer(turn)
        if intent is None:
            reply = self._fall_back(turn)
            name, reply = ("fallback", reply) if reply else (UNKNOWN, self._not_understood(turn))
        elif not intent.who.allows(turn.person):
            return UNKNOWN if intent.traceless else f"refused:{name}", Reply(intent.who.refusal(turn.person))
        else:
            reply = self._run(turn, intent.hear) if intent.spec.changes else self._try(turn, intent.hear)
        if intent is not None and intent.traceless and not (reply and reply.signed):
            return self._without_trace(turn, reply)
        reply = self._rescue(turn, reply)
        _remember(turn, name, reply)
        return name, reply

    def _without_trace(self, turn: Turn, reply: Reply | None) -> tuple[str, Reply | None]:
        """Nothing of this turn may lead from the person to what they said: it looks as if it was not understood."""
        turn.follower.context = None
        return UNKNOWN, reply and Reply(cut(reply.text)[0].removesuffix(MORE))

    def _rescue(self, turn: Turn, reply: Reply | None) -> Reply | None:
        """Where a question found no answer, a capability may know one, or what else can be done."""
        if reply is None or not reply.unanswered or turn.person is None:
            return reply
        rescues = (rescue for talk in self.office.talks for rescue in talk.rescues)
        found = (self._try(turn, lambda t, rescue=rescue: rescue(t, reply)) for rescue in rescues)
        return next((better for better in found if better), reply)

    def _fall_back(self, turn: Turn) -> Reply | None:
        """What a capability knows about words that mean none of the intents: the name of a thing in the plan."""
        if turn.person is None:
            return None
        answers = (self._try(turn, hear) for talk in self.office.talks for hear in talk.fallbacks)
        return next((reply for reply in answers if reply), None)

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
                     Question(READING, dialog.Kind.CHOICE, {"said": turn.said, "intents": readings}, tuple(readings)))

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
            meant = UNKNOWN if intent is None or intent.traceless else intent.spec.name
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


def _remember(turn: Turn, intent: str, reply: Reply | None) -> None:
    """What the next sentence may leave out is in this turn, not in an earlier one; so is a question left unanswered."""
    context: dict[str, Any] | None = None
    if reply and (reply.kinds or reply.months or reply.unanswered):
        context = {"intent": intent, "kinds": list(reply.kinds), "months": list(reply.months),
                   "at": turn.now.timestamp()}
    if context and reply.unanswered:
        context["unanswered"] = turn.said
    if context or turn.follower.context:
        turn.follower.context = context


def _context(follower: Follower, now: datetime) -> Context | None:
    last = follower.context
    if not last or not (last["kinds"] or last["months"]) or now.timestamp() - last["at"] > CONTEXT_MINUTES * 60:
        return None
    return Context(intent=last["intent"], kinds=tuple(last["kinds"]), months=tuple(last["months"]))


def _role(person: Person | None) -> str:
    if person is None:
        return "未绑定"
    return next((duty.value for duty in Duty if duty in duties_of(person)), person.identity.value)
