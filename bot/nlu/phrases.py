"""Phrase files: what teaches the matcher (data/phrases) and what judges it (tests/phrases).

A file is `capability: name` and `intents: {intent: [phrase, …]}`; in judging files a phrase may also be
`{say: …, months: […], people: […], kinds: […], amount: fen}`. A file that is wrong stops with one line that says where.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.nlu.normalize import normalize

FAST_AND_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast, but not everywhere
TEACHING = Path(__file__).resolve().parents[2] / "data" / "phrases"
LONGEST = 120
_SLOTS = {"months", "people", "kinds", "amount"}


class PhraseError(ValueError):
    """A phrase file does not have the form it must have."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with the intent it must get, and the slots it must show (those that are not None)."""

    say: str
    intent: str
    months: tuple[int, ...] | None = None
    people: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    amount: int | None = None


def load_teaching(folder: Path = TEACHING) -> dict[str, tuple[str, ...]]:
    """All teaching phrases of a folder: intent → phrases. A phrase that stands twice, anywhere, is an error."""
    taught: dict[str, tuple[str, ...]] = {}
    seen: dict[str, str] = {}
    for path, intent, phrases in _read(folder):
        if intent in taught:
            raise PhraseError(f"{path.name}: {intent} is in another file already")
        for phrase in phrases:
            if not isinstance(phrase, str):
                raise PhraseError(f"{path.name}: {intent}: {phrase!r} is not a text (put it in quotes)")
            form = normalize(phrase)
            if form in seen:
                raise PhraseError(f"{path.name}: {intent}: {phrase!r} is taught already, for {seen[form]}")
            seen[form] = intent
        taught[intent] = tuple(phrases)
    return taught


def load_judging(folder: Path) -> tuple[Judged, ...]:
    """All judging sentences of a folder, in order; files without `intents` are left out."""
    return tuple(_judged(path, intent, phrase) for path, intent, phrases in _read(folder) for phrase in phrases)


def _judged(path: Path, intent: str, phrase: object) -> Judged:
    if isinstance(phrase, str):
        return Judged(phrase, intent)
    if not isinstance(phrase, Mapping) or not isinstance(phrase.get("say"), str) or not set(phrase) <= {"say", *_SLOTS}:
        slots = ", ".join(sorted(_SLOTS))
        raise PhraseError(f"{path.name}: {intent}: {phrase!r} is neither a text nor say with {slots}")
    slots = {key: tuple(value) if isinstance(value, list) else value for key, value in phrase.items() if key != "say"}
    return Judged(phrase["say"], intent, **slots)


def _read(folder: Path) -> Iterator[tuple[Path, str, list[object]]]:
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise PhraseError(f"no phrase files in {folder}")
    for path in paths:
        try:
            content = yaml.load(path.read_text("utf-8"), Loader=FAST_AND_SAFE)  # noqa: S506 - both are safe
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise PhraseError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}") from None
        if not isinstance(content, dict):
            raise PhraseError(f"{path.name}: must be capability and intents")
        if "intents" in content:
            yield from _read_intents(path, content)


def _read_intents(path: Path, content: dict[str, object]) -> Iterator[tuple[Path, str, list[object]]]:
    if content.get("capability") != path.stem:
        raise PhraseError(f"{path.name}: capability must be {path.stem}, the name of the file")
    intents = content["intents"]
    if set(content) != {"capability", "intents"} or not isinstance(intents, dict):
        raise PhraseError(f"{path.name}: must have capability and intents (name: list of phrases), nothing else")
    for intent, phrases in intents.items():
        if not isinstance(intent, str) or not isinstance(phrases, list) or not phrases:
            raise PhraseError(f"{path.name}: {intent}: must be a list of phrases")
        for phrase in phrases:
            text = phrase.get("say") if isinstance(phrase, dict) else phrase
            if isinstance(text, str) and not (text.strip() and len(text) <= LONGEST):
                raise PhraseError(f"{path.name}: {intent}: a phrase must have 1 to {LONGEST} characters, not {text!r}")
        yield path, intent, phrases
