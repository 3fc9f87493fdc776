"""One page of a .pdf taken apart: its lines of text with their places, and its ruled tables.

Geometry only; y grows upwards, as in a .pdf. Start at read_page().
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from pdfminer.layout import LTChar, LTCurve, LTFigure, LTLine, LTPage, LTRect

NEAR = 3.0  # points between lines that are drawn as one


@dataclass(slots=True)
class Segment:
    """Text on one line without a wide gap: a line, or a part of one in a table or column."""

    x0: float
    x1: float
    y: float
    size: float
    text: str


@dataclass(slots=True)
class Table:
    """Rows of cells; `top` is where it stands on the page."""

    top: float
    rows: list[list[str]]


@dataclass(slots=True)
class Page:
    width: float
    segments: list[Segment]
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A ruled line: across where y0 == y1, down where x0 == x1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def across(self) -> bool:
        return self.y0 == self.y1


def read_page(layout: LTPage) -> Page:
    chars, rules = list(_chars(layout)), list(_rules(layout))
    page = Page(layout.width, [])
    for group in _groups(rules):
        xs, ys = _lines(group, across=False), _lines(group, across=True)
        if len(xs) < 3 or len(ys) < 3:
            continue
        inside = [one for one in chars if xs[0] - NEAR < (one.x0 + one.x1) / 2 < xs[-1] + NEAR
                  and ys[0] - NEAR < (one.y0 + one.y1) / 2 < ys[-1] + NEAR]
        taken = set(map(id, inside))
        chars = [one for one in chars if id(one) not in taken]
        page.tables.append(Table(ys[-1], _rows(inside, group, xs, ys)))
    page.segments = segments_of(chars)
    return page


def _chars(layout) -> Iterator[LTChar]:
    for item in layout:
        if isinstance(item, LTChar):
            if item.get_text().strip():
                yield item
        elif isinstance(item, LTFigure):
            yield from _chars(item)


def _rules(layout) -> Iterator[_Rule]:
    for item in layout:
        if not isinstance(item, (LTLine, LTRect, LTCurve)):
            continue
        x0, y0, x1, y1 = item.bbox
        if x1 - x0 < NEAR and y1 - y0 > NEAR:
            yield _Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)
        elif y1 - y0 < NEAR and x1 - x0 > NEAR:
            yield _Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
        elif isinstance(item, LTRect) and item.stroke and x1 - x0 > NEAR:
            yield from (_Rule(x0, y0, x1, y0), _Rule(x0, y1, x1, y1), _Rule(x0, y0, x0, y1), _Rule(x1, y0, x1, y1))


def _groups(rules: list[_Rule]) -> list[list[_Rule]]:
    """Rules that touch each other, directly or through others: each group is a table, or a frame."""
    groups: list[tuple[list[float], list[_Rule]]] = []
    for rule in sorted(rules, key=lambda one: (-one.y1, one.x0))[:4000]:
        box, members = [rule.x0, rule.y0, rule.x1, rule.y1], [rule]
        apart = []
        for other, inside in groups:
            if (other[0] - NEAR <= box[2] and box[0] - NEAR <= other[2]
                    and other[1] - NEAR <= box[3] and box[1] - NEAR <= other[3]):
                box = [min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])]
                members += inside
            else:
                apart.append((other, inside))
        groups = [*apart, (box, members)]
    return [members for _, members in groups]


def _lines(rules: list[_Rule], across: bool) -> list[float]:
    """The different heights of the rules across, or places of the rules down, in rising order."""
    places = sorted((rule.y0 if across else rule.x0) for rule in rules if rule.across == across)
    return [one for at, one in enumerate(places) if at == 0 or one - places[at - 1] > NEAR]


def _rows(chars: list[LTChar], rules: list[_Rule], xs: list[float], ys: list[float]) -> list[list[str]]:
    """The cells from the top; one that spans columns leaves those behind it empty, below a merged cell stands 〃."""
    columns, bands = list(pairwise(xs)), list(pairwise(ys))[::-1]
    rows: list[list[str]] = [["" for _ in columns] for _ in bands]
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row, (low, high) in enumerate(bands):
        for column, (left, right) in enumerate(columns):
            own = (row, column)
            if column and not _ruled(rules, False, left, low, high):
                own = owner[row, column - 1]
            elif row and not _ruled(rules, True, high, left, right):
                own = owner[row - 1, column]
            owner[row, column] = own
    content: dict[tuple[int, int], list[LTChar]] = {}
    for char in chars:
        x, y = (char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2
        row = next((at for at, (low, high) in enumerate(bands) if low <= y <= high), None)
        column = next((at for at, (left, right) in enumerate(columns) if left <= x <= right), None)
        if row is not None and column is not None:
            content.setdefault(owner[row, column], []).append(char)
    for (row, column), own in owner.items():
        if own == (row, column):
            span = max(at for (_, at), one in owner.items() if one == own)
            rows[row][column] = _cell(content.get(own, []), columns[column][0], columns[span][1])
        elif own[1] == column:
            rows[row][column] = "〃"
    return rows


def _ruled(rules: list[_Rule], across: bool, place: float, begin: float, end: float) -> bool:
    """Whether a rule at this place covers the middle between begin and end."""
    middle = (begin + end) / 2
    for rule in rules:
        if rule.across == across:
            at, low, high = (rule.y0, rule.x0, rule.x1) if across else (rule.x0, rule.y0, rule.y1)
            if abs(at - place) <= NEAR and low - NEAR <= middle <= high + NEAR:
                return True
    return False


def _cell(chars: list[LTChar], left: float, right: float) -> str:
    """The text of a cell; a line that fills it goes on in the next."""
    text, full = "", True
    for one in segments_of(chars, gap=99):
        text += ("" if full or not text else "\v") + one.text
        full = one.x1 > right - 1.8 * one.size and one.x0 < left + 2.5 * one.size
    return text


def segments_of(chars: list[LTChar], gap: float = 2.2) -> list[Segment]:
    """Characters as lines from the top, cut where a gap is wider than so many characters."""
    found: list[Segment] = []
    for line in _by_line(chars):
        current: Segment | None = None
        for char in sorted(line, key=lambda one: one.x0):
            text, size = char.get_text(), max(char.size, 1.0)
            if current is None or char.x0 - current.x1 > gap * max(size, current.size):
                current = Segment(char.x0, char.x1, char.y0, size, text)
                found.append(current)
                continue
            blank = " " if char.x0 - current.x1 > 0.6 * size else ""
            current.text, current.x1 = current.text + blank + text, max(current.x1, char.x1)
            current.size = max(current.size, size)
    return found


def _by_line(chars: list[LTChar]) -> list[list[LTChar]]:
    lines: list[tuple[float, list[LTChar]]] = []
    for char in sorted(chars, key=lambda one: -(one.y0 + one.y1)):
        middle = (char.y0 + char.y1) / 2
        if lines and lines[-1][0] - middle < 0.5 * max(char.size, 4.0):
            lines[-1][1].append(char)
        else:
            lines.append((middle, [char]))
    return [line for _, line in lines]
