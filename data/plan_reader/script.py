"""Traditional characters: a plan is read in simplified ones, sign for sign, and shown as it is printed.

Start at simplified() and Printed.
"""

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from importlib.resources import files

from data.plan_reader.model import PlanDocument, Section

# Signs that nearly every plan in traditional characters has, and no other.
_TELLING = frozenset("黨會計劃學動員個書記議組織開園師務導專題華區縣電話業東車門間關於來時實習慶節週員與當辦")
_ALONE = {"於": "于", "週": "周", "畫": "划", "徵": "征", "裡": "里", "幹": "干", "曆": "历", "佈": "布", "姊": "姐"}


@cache
def _table() -> dict[int, str]:
    """Every traditional character that has one simplified character."""
    with (files("zhconv") / "zhcdict.json").open(encoding="utf-8") as file:
        pairs = json.load(file)["zh2Hans"]
    return {ord(one): other for one, other in (pairs | _ALONE).items() if len(one) == len(other) == 1}


def simplified(text: str) -> str:
    """The same text in simplified characters, as long as before."""
    if len(text) > 40 and sum(char in _TELLING for char in text[:20_000]) * 100 < len(text[:20_000]):
        return text  # the 于 of a name or one quoted word makes no traditional plan
    return text.translate(_table()) if any(char in _TELLING for char in text[:20_000]) else text


class Printed:
    """Gives back words of the simplified text as they are printed; costs nothing where both are the same."""

    def __init__(self, printed: str, read: str) -> None:
        self._same = printed == read
        self._printed, self._read = printed, read
        self._usual: dict[int, str] = {}
        if not self._same:
            pairs = Counter(zip(read, printed, strict=True)).most_common()
            for (one, other), _ in reversed(pairs):
                self._usual[ord(one)] = other

    def of(self, words: str) -> str:
        """The words as printed; joined ones sign by sign."""
        if self._same or not words:
            return words
        at = self._read.find(words)
        return self._printed[at:at + len(words)] if at >= 0 else words.translate(self._usual)


def in_print(document: PlanDocument, printed: Printed) -> PlanDocument:
    """The plan with all words as they are printed; places, kinds and warnings are the program's own words."""
    of = printed.of
    return replace(
        document, title=of(document.title), sections=tuple(_section(one, printed) for one in document.sections),
        calendar=tuple(replace(block, heading=of(block.heading), entries=tuple(
            replace(entry, text=of(entry.text), place=of(entry.place)) for entry in block.entries))
            for block in document.calendar),
        recurring=tuple(replace(one, rule=of(one.rule), text=of(one.text)) for one in document.recurring),
        duties=tuple(replace(one, what=of(one.what), frequency=of(one.frequency), source=of(one.source),
                             place=of(one.place)) for one in document.duties),
        left_out=tuple(map(of, document.left_out)))


def _section(section: Section, printed: Printed) -> Section:
    return replace(section, number=printed.of(section.number), title=printed.of(section.title),
                   text="\n".join(map(printed.of, section.text.split("\n"))), place=printed.of(section.place),
                   children=tuple(_section(child, printed) for child in section.children))
