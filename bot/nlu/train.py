"""Trains the classifier from the taught phrases: `make train`, after a phrase or a feature has changed.

Needs scikit-learn, which the program itself does not. Writes data/phrases/weights.json.gz. Start at train().
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.nlu.features import Sentence, read_sentence
from bot.nlu.linear import SCALE, WEIGHTS
from bot.nlu.normalize import normalize
from bot.nlu.slots import Lexicon, find_slots

NOW = datetime.fromisoformat("2017-03-01T08:00:00+08:00")  # any moment: only the class of a time is kept
TAUGHT = Lexicon(people=dict.fromkeys(("张三", "李四", "王芳"), (0,)))  # they stand for any name
LEAST = 2  # phrases that must have a feature
STRENGTH = 40.0  # of the fit (C); found by cross-validation
SMALL = 4  # hundredths; smaller weights are left out
UNSEEN = 0.5  # of the greatest rarity
USUAL = 0.03  # of an intent's phrases: a mood that fewer have is a chance, not a way of meaning it


def read_taught(phrases: Mapping[str, Sequence[str]], commands: Mapping[str, Sequence[str]],
                ) -> list[tuple[str, Sentence]]:
    """Every command word and taught phrase as the classifier sees it."""
    ways = defaultdict(list, {intent: list(words) for intent, words in commands.items()})
    for intent, more in phrases.items():
        ways[intent] += more
    return [(intent, _sentence(phrase)) for intent in sorted(ways) for phrase in dict.fromkeys(ways[intent])]


def _sentence(phrase: str) -> Sentence:
    normal = normalize(phrase)
    return read_sentence(normal, find_slots(normal, NOW, TAUGHT))


def digest_of(taught: Iterable[tuple[str, Sentence]]) -> str:
    """By which a test sees that phrases or features have changed since the training."""
    lines = sorted(f"{intent}\t{sentence.mood.value}\t{' '.join(sorted(sentence.features))}"
                   for intent, sentence in taught)
    return sha256("\n".join(lines).encode()).hexdigest()


def train(taught: Sequence[tuple[str, Sentence]]) -> dict[str, Any]:
    """The weights: for each feature its rarity, and what it says for which intents."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    often = Counter(name for _, sentence in taught for name in sentence.features)
    rows = [{name: 1 for name in sentence.features if often[name] >= LEAST} for _, sentence in taught]
    names, rarity = DictVectorizer(), TfidfTransformer()
    table = rarity.fit_transform(names.fit_transform(rows))
    fit = LogisticRegression(C=STRENGTH, max_iter=3000).fit(table, [intent for intent, _ in taught])
    moods: dict[str, Counter[int]] = defaultdict(Counter)
    for intent, sentence in taught:
        moods[intent][sentence.mood.value] += 1
    features = {}
    for column, name in enumerate(names.feature_names_):
        weights = [round(float(weight) * float(rarity.idf_[column]) * SCALE) for weight in fit.coef_[:, column]]
        kept = [(who, weight) for who, weight in enumerate(weights) if abs(weight) >= SMALL * 10]
        features[name] = [round(float(rarity.idf_[column]) * SCALE), [who for who, _ in kept],
                          [max(-32768, min(32767, weight)) for _, weight in kept]]
    return {"digest": digest_of(taught), "intents": list(fit.classes_),
            "bias": [round(float(bias) * SCALE) for bias in fit.intercept_],
            "unseen": round(UNSEEN * float(max(rarity.idf_)) * SCALE),
            "moods": {intent: sorted(mood for mood, often in counted.items() if often >= USUAL * counted.total())
                      for intent, counted in moods.items()}, "features": features}


def write(weights: Mapping[str, Any], path: Path = WEIGHTS) -> None:
    """As small as it gets, and the same bytes for the same weights."""
    text = json.dumps(weights, ensure_ascii=False, separators=(",", ":"))
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write(text.encode())
