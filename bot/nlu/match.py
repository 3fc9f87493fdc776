"""From a sentence to an intent, with the reason: a command, a rest of the last turn, or what the classifier says.

Pure. Start at Matcher.match(). Unsure stays `unknown` and offers candidates; what changes something needs a higher
certainty, and is never chosen for a question, a denial, hearsay or a supposition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.nlu import ellipsis
from bot.nlu.commands import Commands
from bot.nlu.features import Sentence, read_sentence
from bot.nlu.linear import Linear, Ranked
from bot.nlu.normalize import clean, fold, normalize
from bot.nlu.slots import Lexicon, Slots, find_slots
from bot.nlu.typos import mend

NOT_FOR_ROLE = 0.5  # what this person may not do is the less likely reading
LONGEST = 400  # characters looked at; more is a text to be passed on, not a request

@dataclass(frozen=True, slots=True)
class Certainty:
    """Sure is a probability of `enough` that is `clearly` times the next one's."""

    enough: float
    clearly: float


TO_ANSWER = Certainty(0.30, 1.5)
TO_CHANGE = Certainty(0.5, 2.0)
HARDLY = 0.25  # a likeliest reading below is none that is worth offering


class Outcome(StrEnum):
    SURE = "sure"
    TOO_LOW = "too_low"
    TOO_CLOSE = "too_close"


@dataclass(frozen=True, slots=True)
class IntentSpec:
    """An intent: its command words, whether they take an argument, whether it changes something, the roles that may.

    `verbatim`: whatever follows a command and a blank is its argument, also a question (转给书记 怎么报名), and
    nothing else is but a number (答复3). `joined`: what follows without a blank is, too (匿名信箱空调坏了).
    """

    name: str
    commands: tuple[str, ...] = ()
    takes: bool = False
    changes: bool = False
    who: frozenset[str] | None = None
    verbatim: bool = False
    joined: bool = False


# What answers the bot's own questions (bot/dialog.py) belongs to no capability.
DIALOG = (IntentSpec("confirm", ("确认", "确定"), changes=True), IntentSpec("cancel", ("取消", "算了")))
_BARE = frozenset(spec.name for spec in DIALOG)  # nothing more is said with them


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

    def __init__(self, intents: Sequence[IntentSpec], weights: Mapping[str, Any]) -> None:
        """Weights for intents that are not among `intents` are an error, but for `unknown`, `confirm` and `cancel`."""
        intents = (*intents, *(spec for spec in DIALOG if spec.name not in {given.name for given in intents}))
        self._specs = {spec.name: spec for spec in intents}
        strange = set(weights["intents"]) - set(self._specs) - {"unknown"}
        if strange:
            raise ValueError(f"weights for intents that nobody handles: {', '.join(sorted(strange))}; run make train")
        self._commands = Commands((command, spec.name, spec.takes, spec.changes, spec.who, spec.verbatim,
                                   spec.joined)
                                  for spec in intents for command in spec.commands)
        self._linear = Linear(weights, frozenset(spec.name for spec in intents if spec.changes))

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
        ruled_out = self._commands.find_asked(fold(raw))  # 催签到了没有 only speaks of it
        if slots.times or slots.amount is not None or slots.people:
            ruled_out |= _BARE  # 那就3月8日9点吧 is the piece that was asked for
        return self._decide(self._rank(sentence, role, ruled_out), slots, normal)

    def _rank(self, sentence: Sentence, role: str, ruled_out: frozenset[str]) -> list[Ranked]:
        """The likeliest of the others first, with what is then their probability."""
        left = [self._for_role(one, role) for one in self._linear.rank(sentence) if one.intent not in ruled_out]
        whole = sum(one.score for one in left)
        return sorted((replace(one, score=one.score / whole) for one in left), key=lambda one: (-one.score, one.intent))

    def _for_role(self, one: Ranked, role: str) -> Ranked:
        spec = self._specs.get(one.intent)
        if not role or spec is None or spec.who is None or role in spec.who:
            return one
        return replace(one, score=one.score * NOT_FOR_ROLE)

    def _decide(self, ranked: Sequence[Ranked], slots: Slots, normal: str) -> Match:
        likely = tuple(Candidate(one.intent, round(one.score, 3)) for one in ranked if one.intent != "unknown")[:3]

        def made(intent: str, score: float, outcome: Outcome, reason: str) -> Match:
            return Match(intent, round(score, 3), outcome, reason, likely, None, "", slots, normal)

        best, second = ranked[0], ranked[1]
        sure = f"把握{best.score:.0%}"
        if best.intent == "unknown":
            return made("unknown", best.score, Outcome.TOO_LOW, f"不在服务范围，{sure}")
        need = TO_CHANGE if self._specs[best.intent].changes or best.intent in _BARE else TO_ANSWER
        if best.score >= need.enough and best.score >= need.clearly * second.score:
            return made(best.intent, best.score, Outcome.SURE, f"像是{best.intent}，{sure}")
        if best.score < HARDLY or second.intent == "unknown":
            return made("unknown", best.score, Outcome.TOO_LOW, f"像是{best.intent}，但只有{sure}")
        return made("unknown", best.score, Outcome.TOO_CLOSE,
                    f"像是{best.intent}（{sure}），又像{second.intent}（{second.score:.0%}）")


def load() -> None:
    """Reads dictionary and lexicon (about a second); call it before the server forks."""
    find_slots(normalize("三月"), datetime.fromisoformat("2017-03-01T08:00:00+08:00"), Lexicon())
    read_sentence("", Slots())
