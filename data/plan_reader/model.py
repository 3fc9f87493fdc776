"""What a work plan is once it has been read: sections, calendar, duties, and what is doubtful about it.

Values only; nothing here reads or decides. Start at PlanDocument.
"""

from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "str | int | list[Json] | dict[str, Json] | None"


class NotAPlan(Exception):
    """The text or file is no work plan. The message is one Chinese sentence: what is wrong, what to hand in instead."""


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and what stands under it. `number` and `title` as printed, without the mark between them.

    `number` is "" for what the plan does not number (a preface, 附：…, the closing words), `title` is "" where an item
    is text only. Paragraphs of `text` are separated by a newline. `place` is how a person cites it; it always names the
    top title, because a top number may occur twice: `三、加强党的组织建设 2`.
    """

    number: str
    title: str
    text: str
    children: tuple["Section", ...]
    place: str

    def as_json(self) -> dict[str, Json]:
        return {"number": self.number, "title": self.title, "text": self.text,
                "children": [child.as_json() for child in self.children]}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the calendar, without its number and its closing 。; `kind` is one of plan_rules.KINDS.

    `date` is ISO and only there where the entry names a day and the year is known.
    """

    text: str
    kind: str
    date: str | None
    place: str


@dataclass(frozen=True, slots=True)
class Block:
    """One heading of the calendar with its entries; `months` is (1, 2) for 一、二月 and 1 to 12 for 全年."""

    months: tuple[int, ...]
    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Recurring:
    """A rule that comes back: `rule` as printed (`每月第二周周三`), `text` the sentence or entry it belongs to."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Something the plan promises to do so often, or so many: `frequency` as printed (`一个季度一次`, `年末10%`).

    `per` is quarter, term, year, month, week, day or "" (no period said); `times` is the number printed: times for a
    frequency, people for 发展党员两名; None where there is none, or a range (1—2名) or a percentage.
    """

    what: str
    frequency: str
    who: str
    source: str
    place: str
    per: str = ""
    times: int | None = None


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A plan as read. `left_out` lists what belongs to no section: signature, page furniture, residue of Word."""

    title: str
    year: int | None
    sections: tuple[Section, ...]
    calendar: tuple[Block, ...]
    recurring: tuple[Recurring, ...]
    duties: tuple[Duty, ...]
    warnings: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The shape that `plan import --json` prints."""
        return {
            "title": self.title,
            "year": self.year,
            "sections": [section.as_json() for section in self.sections],
            "calendar": [{"months": list(block.months),
                          "entries": [{"text": e.text, "kind": e.kind, "date": e.date} for e in block.entries]}
                         for block in self.calendar],
            "recurring": [{"rule": item.rule, "text": item.text} for item in self.recurring],
            "duties": [{"what": duty.what, "frequency": duty.frequency, "who": duty.who, "source": duty.source}
                       for duty in self.duties],
            "warnings": list(self.warnings),
        }
