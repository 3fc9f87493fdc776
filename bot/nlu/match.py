"""From a sentence to an intent, with the reason: a command, a rest of the last turn, or the nearest taught phrases.

Pure. Start at Matcher.match(). Unsure stays `unknown` and offers candidates; what changes something needs a higher
certainty, and is never chosen for a question, a denial, hearsay or a supposition.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.nlu import ellipsis
from bot.nlu.commands import Commands
from bot.nlu.features import Sentence, read_sentence
from bot.nlu.nearest import Nearest, Ranked
from bot.nlu.normalize import clean, fold, normalize
from bot.nlu.slots import Lexicon, Slots, find_slots
from bot.nlu.typos import mend

NOT_FOR_ROLE = 0.93  # what this person may not do is the less likely reading
LONGEST = 400  # characters looked at; more is a text to be passed on, not a request

# Names in the teaching phrases; they stand for any name.
TAUGHT = Lexicon(people=dict.fromkeys(("张三", "李四", "王芳"), (0,)))


@dataclass(frozen=True, slots=True)
class Certainty:
    """Sure is a score of `enough` that is `clearly` times the next one's, or of `little` that is `alone` times it."""

    enough: float
    clearly: float
    little: float
    alone: float


TO_ANSWER = Certainty(0.40, 1.07, 0.30, 1.5)
TO_CHANGE = Certainty(0.52, 1.12, 0.42, 1.6)


class Outcome(StrEnum):
    SURE = "sure"
    TOO_LOW = "too_low"
    TOO_CLOSE = "too_close"


@dataclass(frozen=True, slots=True)
class IntentSpec:
    """An intent: its command words, whether they take an argument, whether it changes something, the roles that may."""

    name: str
    commands: tuple[str, ...] = ()
    takes: bool = False
    changes: bool = False
    who: frozenset[str] | None = None


# What answers the bot's own questions (bot/dialog.py) belongs to no capability.
DIALOG = (IntentSpec("confirm", ("确认", "确定"), changes=True), IntentSpec("cancel", ("取消", "算了")))


@dataclass(frozen=True, slots=True)
class Candidate:
    intent: str
    score: float


@dataclass(frozen=True, slots=True)
class Context:
    """The person's last turn, for what is left out in this one (那六月呢)."""

    intent: str
    kinds: tuple[str, ...] = ()
    months: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """How a sentence was understood. `rest` is what follows the command word, exactly as typed."""

    intent: str
    score: float
    outcome: Outcome
    reason: str
    candidates: tuple[Candidate, ...]
    command: str | None
    rest: str
    slots: Slots
    text: str


class Matcher:
    """The intents with their commands and taught phrases. Immutable once made; safe in threads and after a fork."""

    def __init__(self, intents: Sequence[IntentSpec], phrases: Mapping[str, Sequence[str]]) -> None:
        """Phrases of intents that are not among `intents` are an error, but for `unknown`, `confirm` and `cancel`."""
        intents = (*intents, *(spec for spec in DIALOG if spec.name not in {given.name for given in intents}))
        self._specs = {spec.name: spec for spec in intents}
        strange = set(phrases) - set(self._specs) - {"unknown"}
        if strange:
            raise ValueError(f"phrases for intents that nobody handles: {', '.join(sorted(strange))}")
        self._commands = Commands((command, spec.name, spec.takes, spec.changes, spec.who)
                                  for spec in intents for command in spec.commands)
        self._nearest = Nearest(_taught(intents, phrases), frozenset(spec.name for spec in intents if spec.changes))

    def match(self, text: str, now: datetime, lexicon: Lexicon, role: str = "",
        previous: Context | None = None) -> Match:
        """The intent of one message; never raises for any text. `role` only breaks ties, it permits nothing."""
        raw = clean(text)
        normal = mend(normalize(raw[:LONGEST]))
        slots = find_slots(normal, now, lexicon)
        typed = self._commands.find(raw, fold(raw), role)
        if typed:
            spec = self._specs[typed.intent]
            return Match(spec.name, 1.0, Outcome.SURE, f"命令“{typed.command}”", (Candidate(spec.name, 1.0),),
                         typed.command, typed.rest, slots, normal)
        left_out = ellipsis.complete(normal, slots, previous.intent, previous.kinds, previous.months, now) if previous \
            else ellipsis.complete(normal, slots, "", (), (), now)
        if left_out and left_out.intent in self._specs:
            return Match(left_out.intent, 0.9, Outcome.SURE, "接上一句", (Candidate(left_out.intent, 0.9),), None, "",
                         left_out.slots, normal)
        sentence = read_sentence(normal, slots)
        return self._decide(self._rank(sentence, role), slots, normal)

    def _rank(self, sentence: Sentence, role: str) -> list[Ranked]:
        ranked = [self._for_role(one, role) for one in self._nearest.rank(sentence)]
        return sorted(ranked, key=lambda one: (-one.score, one.intent))

    def _for_role(self, one: Ranked, role: str) -> Ranked:
        spec = self._specs.get(one.intent)
        if not role or spec is None or spec.who is None or role in spec.who:
            return one
        return replace(one, score=one.score * NOT_FOR_ROLE)

    def _decide(self, ranked: list[Ranked], slots: Slots, normal: str) -> Match:
        candidates = tuple(Candidate(one.intent, round(one.score, 3)) for one in ranked if one.intent != "unknown")[:3]

        def made(intent: str, score: float, outcome: Outcome, reason: str) -> Match:
            return Match(intent, round(score, 3), outcome, reason, candidates, None, "", slots, normal)

        if not ranked or ranked[0].score < TO_ANSWER.little:
            return made("unknown", ranked[0].score if ranked else 0.0, Outcome.TOO_LOW, "没有相近的说法")
        best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
        ahead = best.score / second.score if second and second.score else 10.0
        near = f"近似“{best.phrase}”"
        if best.intent == "unknown":
            return made("unknown", best.score, Outcome.TOO_LOW, f"{near}，不在服务范围")
        need = TO_CHANGE if self._specs[best.intent].changes else TO_ANSWER
        if best.score < (need.little if ahead >= need.alone else need.enough):
            return made("unknown", best.score, Outcome.TOO_LOW, f"{near}，但把握不够")
        if second and ahead < need.clearly:
            return made("unknown", best.score, Outcome.TOO_CLOSE, f"{near}，又近似“{second.phrase}”")
        return made(best.intent, best.score, Outcome.SURE, near)


def _taught(intents: Iterable[IntentSpec], phrases: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str, Sentence]]:
    now = datetime.fromisoformat("2017-03-01T08:00:00+08:00")  # any moment: only the class of a time is kept
    for spec in intents:
        for command in spec.commands:
            yield spec.name, command, read_sentence(normalize(command), find_slots(normalize(command), now, TAUGHT))
    for intent, ways in phrases.items():
        for phrase in ways:
            normal = normalize(phrase)
            yield intent, phrase, read_sentence(normal, find_slots(normal, now, TAUGHT))


def load() -> None:
    """Reads dictionary and lexicon (about a second); call it before the server forks."""
    find_slots(normalize("三月"), datetime.fromisoformat("2017-03-01T08:00:00+08:00"), TAUGHT)
    read_sentence("", Slots())
