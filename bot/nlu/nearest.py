"""The taught phrases and how near a sentence is to them: rare features count more, an inverted index keeps it quick.

Pure. An intent's score is that of its nearest phrases together with that of the intent as a whole, 0 to 1.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from bot.nlu.features import Sentence
from bot.nlu.moods import Mood, fits

OWN = 0.3  # of the score comes from the nearest phrase, the rest from the intent's phrases together
WHOLE = 1.6  # brings the likeness to a whole intent, which is never high, to the scale of the other
KEPT = 4096  # sentences whose ranking is kept
UNSEEN = 0.6  # of the greatest rarity: words nobody taught say little (the reason of a leave)


@dataclass(frozen=True, slots=True)
class Ranked:
    """An intent with its score and its nearest phrase."""

    intent: str
    score: float
    phrase: str


class Nearest:
    """An index of taught sentences; immutable after construction."""

    def __init__(self, taught: Iterable[tuple[str, str, Sentence]], changing: frozenset[str] = frozenset()) -> None:
        """Phrases of `changing` intents stand only for sentences in the mood in which they were taught."""
        self._phrases = [(intent, phrase, sentence) for intent, phrase, sentence in taught]
        self._intents = sorted({intent for intent, _, _ in self._phrases})
        number = {intent: index for index, intent in enumerate(self._intents)}
        self._changing = frozenset(number[intent] for intent in changing if intent in number)
        self._intent_of = [number[intent] for intent, _, _ in self._phrases]
        self._moods = {sentence.mood for _, _, sentence in self._phrases}
        self._members: list[dict[Mood, list[int]]] = [{} for _ in self._intents]
        for index, intent_number in enumerate(self._intent_of):
            self._members[intent_number].setdefault(self._phrases[index][2].mood, []).append(index)
        # Months, names and sums are abstracted by now, so that colleagues' questions are often the very same.
        self._ranked = lru_cache(KEPT)(self._rank)
        self._rarity = self._rarities()
        self._unseen = UNSEEN * log(1 + len(self._intents))
        self._by_phrase: dict[str, list[tuple[int, float]]] = defaultdict(list)
        together: list[Counter[str]] = [Counter() for _ in self._intents]
        for index, (_, _, sentence) in enumerate(self._phrases):
            for name, weight in self._vector(sentence.features.items()).items():
                self._by_phrase[name].append((index, weight))
                together[self._intent_of[index]][name] += weight  # type: ignore[assignment]
        self._by_intent: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, weights in enumerate(together):
            damped = {name: sqrt(weight) for name, weight in weights.items()}
            length = sqrt(sum(weight * weight for weight in damped.values())) or 1.0
            for name, weight in damped.items():
                self._by_intent[name].append((index, weight / length))

    def _rarities(self) -> dict[str, float]:
        """Rare is what few intents say, not what few phrases say: 党费 is in eight intents of thirty-five."""
        intents_with: dict[str, set[int]] = defaultdict(set)
        for index, (_, _, sentence) in enumerate(self._phrases):
            for name in sentence.features:
                intents_with[name].add(self._intent_of[index])
        return {name: log(1 + len(self._intents) / len(intents)) for name, intents in intents_with.items()}

    def _vector(self, features: Iterable[tuple[str, float]]) -> dict[str, float]:
        weights = {name: weight * self._rarity.get(name, self._unseen) for name, weight in features}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {name: weight / length for name, weight in weights.items()}

    def rank(self, sentence: Sentence) -> list[Ranked]:
        """All intents that share anything with the sentence, in no order."""
        return list(self._ranked(sentence.mood, tuple(sentence.features.items())))

    def _rank(self, mood: Mood, features: tuple[tuple[str, float], ...]) -> tuple[Ranked, ...]:
        likeness = [0.0] * len(self._phrases)
        whole = [0.0] * len(self._intents)
        for name, weight in self._vector(features).items():
            for index, other in self._by_phrase.get(name, ()):
                likeness[index] += weight * other
            for index, other in self._by_intent.get(name, ()):
                whole[index] += weight * other
        barred = {taught for taught in self._moods if not fits(mood, taught)}
        best: dict[int, tuple[float, int]] = {}
        for intent, members in enumerate(self._members):
            if not whole[intent]:
                continue
            nearest = [max(indices, key=likeness.__getitem__) for taught, indices in members.items()
                       if taught not in barred or intent not in self._changing]
            if nearest:
                index = max(nearest, key=likeness.__getitem__)
                best[intent] = likeness[index], index
        return tuple(Ranked(self._intents[intent], _score(score, whole[intent]), self._phrases[index][1])
                     for intent, (score, index) in best.items())


def _score(likeness: float, whole: float) -> float:
    """Both likenesses together, but a phrase that was taught nearly word for word needs no support from the others."""
    both = OWN * likeness + (1 - OWN) * min(1.0, WHOLE * whole)
    return max(both, likeness - 0.06) if likeness > 0.75 else both
