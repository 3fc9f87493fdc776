"""A table before it is a file: heading, columns, rows, totals. Plain values; knows no spreadsheet and no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """`widest`: in half characters; longer text is broken. `left`: running text, which is not centred."""

    title: str
    widest: int = 24
    left: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`size` is what it holds in a word (`2项活动，8人`), `foot` a line of explanation below the last row.

    `totals` stand below the rows in bold; `fixed` is how many columns stay in sight on a wide sheet.
    """

    heading: str
    size: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    totals: Sequence[Sequence[Value]] = ()
    foot: str = ""
    landscape: bool = False
    fixed: int = 2
