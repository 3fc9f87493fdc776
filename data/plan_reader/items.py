"""Entries out of a line: numbered items, items by ；, several on one line.

Pure. Start at split_items().
"""

from data.plan_reader.lines import BULLET, parse_mark
from data.plan_reader.patterns import INLINE_ITEM


def split_items(text: str) -> list[tuple[str, str]]:
    """A line as (number, text): `1．甲。2．乙。` are two, unnumbered `甲；乙。丙` three, a numbered `1．甲；乙` one."""
    mark = parse_mark(text)
    if mark is not None and mark.rank != BULLET:
        return _split_numbered(text) or [(mark.number, tidy(mark.rest))]
    body = mark.rest if mark else text
    if numbered := _split_numbered(body):
        return numbered
    return [("", piece) for piece in map(tidy, _split_outside_brackets(body, "；;。")) if piece]


def _split_numbered(text: str) -> list[tuple[str, str]]:
    """Pieces at numbers that count up by one from the line's beginning; [] where there are fewer than two."""
    cuts: list[tuple[int, int, str]] = []
    value = 0
    for found in INLINE_ITEM.finditer(text):
        number = found[1] or found[2] or found[3]
        read = ord(number) - ord("①") + 1 if found[2] else int(number)
        if (read == value + 1 and cuts) or (not cuts and found.start() == 0):
            cuts.append((found.start(), found.end(), number))
            value = read
    if len(cuts) < 2:
        return []
    ends = [start for start, _, _ in cuts[1:]] + [len(text)]
    return [(number, tidy(text[begin:end])) for (_, begin, number), end in zip(cuts, ends, strict=True)]


def _split_outside_brackets(text: str, marks: str) -> list[str]:
    pieces, depth, begin = [], 0, 0
    for index, char in enumerate(text):
        if char in "（(《“【":
            depth += 1
        elif char in "）)》”】":
            depth = max(0, depth - 1)
        elif char in marks and depth == 0:
            pieces.append(text[begin:index])
            begin = index + 1
    return [*pieces, text[begin:]]


def tidy(text: str) -> str:
    """An entry without its closing 。 and the space around it."""
    return text.strip().rstrip("。；;，,、. \u3000")


def joined(text: str, more: str) -> str:
    """An item and the line that goes on with it."""
    return text + ("" if text.endswith(("：", "，", "、", "；", "。")) else "。") + tidy(more)
