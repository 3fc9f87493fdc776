"""The trained classifier: what each feature of a sentence says for and against each intent, as probabilities.

Pure, and plain Python: the weights were computed beforehand (bot/nlu/train.py) from the taught phrases, and only what
matters of them is kept. Start at Linear.rank().
"""

import gzip
import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, sqrt
from pathlib import Path
from typing import Any

from bot.nlu.features import Sentence
from bot.nlu.moods import Mood, fits

WEIGHTS = Path(__file__).resolve().parents[2] / "data" / "phrases" / "weights.json.gz"
SCALE = 100  # weights are kept as whole hundredths
KEPT = 4096  # sentences whose ranking is kept


@dataclass(frozen=True, slots=True)
class Ranked:
    """An intent with its probability, 0 to 1."""

    intent: str
    score: float


class Linear:
    """The weights of all intents; immutable once made, safe in threads and after a fork."""

    def __init__(self, weights: Mapping[str, Any], changing: frozenset[str]) -> None:
        """`changing` intents stand only for sentences in a mood in which they were taught."""
        self._intents: Sequence[str] = weights["intents"]
        self._bias = [bias / SCALE for bias in weights["bias"]]
        self._unseen = weights["unseen"] / SCALE
        self._moods = [frozenset(map(Mood, weights["moods"][intent])) if intent in changing else None
                       for intent in self._intents]
        # Flat arrays: thirteen thousand tuples would weigh more in every process than all the numbers in them.
        self._rows = {name: row for row, name in enumerate(weights["features"])}
        self._rarity, self._begin, self._who, self._weight = array("f"), array("I", [0]), array("B"), array("h")
        for rarity, who, weight in weights["features"].values():
            self._rarity.append(rarity / SCALE)
            self._who.extend(who)
            self._weight.extend(weight)
            self._begin.append(len(self._who))
        # Months, names and sums are abstracted by now, so that colleagues' questions are often the very same.
        self._ranked = lru_cache(KEPT)(self._rank)

    def rank(self, sentence: Sentence) -> tuple[Ranked, ...]:
        """All intents, the likeliest first."""
        return self._ranked(sentence.mood, sentence.features)

    def _rank(self, mood: Mood, features: tuple[str, ...]) -> tuple[Ranked, ...]:
        sums, square = [0] * len(self._intents), 0.0
        for name in features:
            row = self._rows.get(name)
            if row is None:  # nobody taught it, so it speaks against being sure of anything
                square += self._unseen * self._unseen
                continue
            begin, end = self._begin[row:row + 2]
            square += self._rarity[row] ** 2
            for who, weight in zip(self._who[begin:end], self._weight[begin:end], strict=True):
                sums[who] += weight
        length = SCALE * sqrt(square) or 1.0
        shares = [exp(total / length + bias) if self._may(index, mood) else 0.0
                  for index, (total, bias) in enumerate(zip(sums, self._bias, strict=True))]
        whole = sum(shares)
        ranked = [Ranked(intent, share / whole) for intent, share in zip(self._intents, shares, strict=True) if share]
        return tuple(sorted(ranked, key=lambda one: (-one.score, one.intent)))

    def _may(self, index: int, mood: Mood) -> bool:
        taught = self._moods[index]
        return taught is None or any(fits(mood, one) for one in taught)


def load_weights(path: Path = WEIGHTS) -> dict[str, Any]:
    """The weights as they were trained."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)
