"""What a sentence says about time: the values, and their JSON. How they are read: dates.py."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TimeKind(StrEnum):
    POINT = "point"
    RANGE = "range"
    RECURRENCE = "recurrence"


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """One expression of time at text[begin:finish].

    `start` and `end` are dates where no hour was said, else aware datetimes; `end` is inclusive.
    `month` is set when the span is one calendar month, `year_said` when the year stood in the text.
    """

    text: str
    begin: int
    finish: int
    kind: TimeKind
    start: date | datetime | None
    end: date | datetime | None
    rrule: str | None = None
    month: int | None = None
    year_said: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """All expressions in a text, in order, and those that no calendar or clock has (4月31号, 25点)."""

    found: tuple[TimeSpan, ...]
    impossible: tuple[str, ...]


def to_json(span: TimeSpan) -> dict[str, str | None]:
    """`{"text", "kind", "start", "end", "rrule"}`, times in ISO 8601."""
    return {"text": span.text, "kind": span.kind.value, "start": span.start.isoformat() if span.start else None,
            "end": span.end.isoformat() if span.end else None, "rrule": span.rrule}
