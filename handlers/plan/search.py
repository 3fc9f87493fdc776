"""Finding the passages of a plan that answer a question, and quoting them word for word with their place.

Pure but for the segmenter's dictionary. Rare words weigh more than common ones; where too little of the question is in
the plan, nothing is found, which is an answer too. Start at find_passages().
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.nlu.segment import cut, read_words
from bot.nlu.slots import Slots
from data.plan_reader import PlanDocument, Section, passages

ENOUGH = 0.5  # of the question's weight must be in a passage
NEAR_BEST = 0.8  # other passages are quoted when they are this near the best one
MOST_QUOTED = 3
LONG = 160  # characters above which a paragraph is quoted by its sentences
CALENDAR_WEIGHT = 0.7  # a line of the calendar says less than a paragraph
BY_LETTERS = 0.6  # a word that is not in the plan, but whose pairs of characters are
_TITLE_END = re.compile("[。！？]")


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that answers: its place, and the sentences to quote as they stand in the plan."""

    place: str
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, the best first, and the words that were looked for."""

    found: tuple[Found, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question with other ways to say it, and its weight."""

    ways: tuple[str, ...]
    weight: float


def find_passages(document: PlanDocument, text: str, slots: Slots, enough: float = ENOUGH) -> Search:
    """The passages nearest to the question; none when the plan does not speak of it, with `enough` of its weight."""
    groups = list(_words(text, slots))
    texts = [(place, paragraph) for place, paragraph in passages(document)]
    terms = [Term(ways, _weight(ways, [paragraph for _, paragraph in texts])) for ways in groups]
    total = sum(term.weight for term in terms)
    said = tuple(ways[0] for ways in groups)
    if not total:
        return Search((), said)
    calendar = {entry.place for block in document.calendar for entry in block.entries}
    aside = 1.0 if "谁" in text else CALENDAR_WEIGHT  # who gives a lesson stands in the calendar
    scored = [(_score(paragraph, terms) / total * (aside if place in calendar else 1.0), place, paragraph)
              for place, paragraph in texts]
    best = max((score for score, _, _ in scored), default=0.0)
    if best < enough:
        return Search((), said)
    near = sorted((one for one in scored if one[0] >= max(enough, best * NEAR_BEST)), key=lambda one: -one[0])
    return Search(tuple(_quoted(document, near, [way for ways in groups for way in ways])), said)


def _words(text: str, slots: Slots) -> Iterator[tuple[str, ...]]:
    """The words that carry the question, each with its other ways: what the lexicon knows first, then the rest."""
    rest = text
    for span in slots.spans:
        if span.what in ("topic", "kind"):
            yield tuple(dict.fromkeys((text[span.begin:span.finish], span.value, *_ways(span.what, span.value))))
            rest = rest[:span.begin] + " " * (span.finish - span.begin) + rest[span.finish:]
    for time in slots.times:
        rest = rest[:time.begin] + " " * (time.finish - time.begin) + rest[time.finish:]
    yield from ((word,) for word in telling_words(rest))


def telling_words(text: str) -> list[str]:
    """The words of a question that say what it is about."""
    return [word for word in cut(text) if re.search(r"\w", word) and word not in _asking() and not word.isdigit()]


@lru_cache(maxsize=1)
def _asking() -> frozenset[str]:
    asking = (*read_words("asking.txt").values(), read_words("concepts.txt").get("何时", ()))
    return frozenset(way for ways in asking for way in ways)


@lru_cache(maxsize=512)
def _ways(what: str, value: str) -> tuple[str, ...]:
    return read_words("topics.txt" if what == "topic" else "kinds.txt").get(value, ())


def _weight(ways: Sequence[str], texts: Sequence[str]) -> float:
    """Rarer words weigh more, longer ones too; single characters hardly at all."""
    count = sum(1 for text in texts if any(way in text for way in ways))
    rarity = math.log((len(texts) + 1) / (count + 0.5))
    return rarity * {1: 0.3}.get(len(ways[0]), min(len(ways[0]), 4) / 2)


def _score(paragraph: str, terms: Sequence[Term]) -> float:
    score = 0.0
    for term in terms:
        if any(way in paragraph for way in term.ways):
            title = _TITLE_END.split(paragraph, maxsplit=1)[0]
            # What a passage is called says more about it than a word in passing.
            score += term.weight * (1.15 if any(way in title for way in term.ways) else 1.0)
        else:
            score += term.weight * BY_LETTERS * _shared(term.ways[0], paragraph)
    return score


def _shared(word: str, paragraph: str) -> float:
    """The part of a word's pairs of characters that the paragraph has: 志愿服务 in 志愿者服务."""
    pairs = [word[at:at + 2] for at in range(len(word) - 1)]
    return sum(pair in paragraph for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0


def _quoted(document: PlanDocument, near: Sequence[tuple[float, str, str]], ways: Sequence[str]) -> Iterator[Found]:
    sections = {section.place: section for section in _walk(document.sections)}
    covered: list[str] = []
    for score, place, paragraph in near:
        if len(covered) >= MOST_QUOTED:
            return
        section = sections.get(place)
        if place in covered or (section is None and any(place.startswith(one) for one in covered)) \
                or any(_is_under(place, one) for one in covered):
            continue
        covered.append(place)
        yield Found(place, quote_section(section) if section and section.children
                    else _sentences(paragraph, ways), score)


def _is_under(place: str, above: str) -> bool:
    return place != above and place.startswith(above) and place[len(above)] in " （("


def _walk(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _walk(section.children)


def quote_section(section: Section) -> str:
    """A heading with the beginning of each of its parts, all as printed."""
    lines = [f"{_mark(child.number)}{child.title or _first_sentence(child.text)}" for child in section.children]
    head = "。".join(part for part in (section.title, _first_sentence(section.text)) if part)
    return "\n".join([head, *lines])


def _mark(number: str) -> str:
    return f"{number}. " if number.isalnum() else number


def _first_sentence(text: str) -> str:
    found = re.match(r"[^。！？]*[。！？]?", text.split("\n", 1)[0])
    return found[0] if found else ""


def _sentences(paragraph: str, ways: Sequence[str]) -> str:
    """The paragraph; of a long one the sentences that have a word of the question, else its beginning."""
    if len(paragraph) <= LONG:
        return paragraph
    sentences = re.findall(r"[^。！？\n]+[。！？]?", paragraph)
    fitting = [at for at, sentence in enumerate(sentences) if any(way in sentence for way in ways)]
    if fitting in ([], [0]):  # only its title has the word, so all of it is about that
        return paragraph
    # Dots stand where something was left out, so that the rest is still word for word.
    return "".join(("……" if at and before != at - 1 else "") + sentences[at]
                   for before, at in zip([-1, *fitting], fitting, strict=False))


def outline(document: PlanDocument) -> str:
    """The plan's headings, for those who ask for all of it."""
    return "\n".join(f"{section.number}、{section.title}" if section.number else section.title
                     for section in document.sections if section.title)
