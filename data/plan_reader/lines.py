"""A plan as lines: cleaned of residue, each with the numbering mark it begins with.

Pure. Decides nothing about months or sections. Start at clean_lines() and parse_mark().
"""

import re
from dataclasses import dataclass

from data.chinese import half_width, parse_number

_RESIDUE = re.compile(r"\[bookmark:[^\]\n]{0,60}\]|\[(?:toc|image|图片)\]", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f]")
_PAGE = re.compile(r"(?:第\s{0,3}\d{1,4}\s{0,3}页.{0,12}|[-—–\s]{0,6}\d{1,4}[-—–\s]{0,6}|[-—–=_*·\s]{3,200})")
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# 七、八年级 and 一、二月 number nothing.
_NO_MARK = re.compile(r"[一二三四五六七八九十]、[一二三四五六七八九十]{1,2}(?:年级|月|班|岁|级|、)")

BULLET = 9  # the rank of a mark that has no number

# (rank, pattern): a smaller rank stands higher. The number is group 1 with the brackets it is printed in,
# so that (1) and 1 under one heading stay apart when cited.
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (0, re.compile(rf"(第(?:{_NUMERAL}|\d{{1,2}})(?:部分|章|篇|编))[、：:\s]{{0,4}}")),
    (1, re.compile(rf"({_NUMERAL})\s{{0,3}}[、．.，,：:]\s{{0,3}}")),
    (2, re.compile(rf"([（(]\s?{_NUMERAL}\s?[）)])[、．.]?\s{{0,3}}")),
    (3, re.compile(r"([0-9０-９]{1,2})\s?[．.、,，。](?![0-9０-９])\s{0,4}")),
    (4, re.compile(r"([（(]\s?[0-9０-９]{1,2}\s?[）)])[、．.]?\s{0,3}")),
    (4, re.compile(r"([0-9０-９]{1,2}[）)])[、．.]?\s{0,3}")),
    (5, re.compile(rf"([{_CIRCLED}])[、．.]?\s{{0,3}}")),
    (BULLET, re.compile(r"()(?:[●•■◆▲★※○◇□➢]|[-*+](?=\s))\s{0,3}")),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """The numbering a line begins with: its rank, the number as printed and as a value, and the rest of the line."""

    rank: int
    number: str
    value: int | None
    rest: str


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph, or one table row when it has `cells`. `depth` is 1 to 6 for a marked-up heading, else 0."""

    text: str
    cells: tuple[str, ...] = ()
    depth: int = 0


def parse_mark(text: str) -> Mark | None:
    """The mark at the beginning of a line; None where there is none."""
    if _NO_MARK.match(text):
        return None
    for rank, pattern in _MARKS:
        if found := pattern.match(text):
            number = re.sub(r"\s", "", found[1])
            value = parse_number(re.sub(r"[^\w]|^第|部分|[章篇编）)]", "", half_width(number)))
            return Mark(rank, number, value, text[found.end():].strip())
    return None


def clean_lines(text: str) -> tuple[list[Line], list[str]]:
    """The lines that carry something, and what was left out as residue of Word, page numbers and rulers."""
    left_out = _RESIDUE.findall(text)
    text = _INVISIBLE.sub("", _RESIDUE.sub("", text)).replace("\r\n", "\n")
    lines: list[Line] = []
    for raw in re.split(r"[\n\r\f\u2028\u2029\u0085]", text):
        stripped = raw.strip()
        if not stripped or re.fullmatch(r"[|\-:\s\t]{3,300}", stripped):
            continue
        if _PAGE.fullmatch(stripped):
            left_out.append(stripped)
        else:
            lines.append(_parse_line(raw, stripped))
    return [line for line in lines if line.text], left_out


def _parse_line(raw: str, stripped: str) -> Line:
    if len(stripped) > 2 and stripped.startswith("|") and stripped.endswith("|"):
        return _row(stripped[1:-1].split("|"))
    if "\t" in stripped or raw.startswith("\t") and "\v" in raw:
        return _row(raw.split("\t"))
    stripped = stripped.replace("\v", " ")
    heading = re.match(r"(#{1,6})\s+", stripped)
    depth = len(heading[1]) if heading else 0
    body = stripped[heading.end():].rstrip("# ") if heading else stripped
    return Line(re.sub(r"\*\*|__", "", body).strip(), depth=depth)


def _row(cells: list[str]) -> Line:
    tidy = tuple(re.sub(r"\*\*|<br\s?/?>", lambda m: "" if m[0] == "**" else "\v", cell).strip() for cell in cells)
    filled = [cell for cell in tidy if cell]
    text = " ".join(filled).replace("\v", " ")
    return Line(text, tidy if len(filled) > 1 or (filled and not tidy[0]) else ())


def split_first_sentence(text: str) -> tuple[str, str]:
    """A title and what follows it: up to the first 。！？, or up to a ： near the beginning."""
    found = re.match(r"[^。！？，；]{1,24}?[：:](?=.)", text) or re.match(r"[^。！？]{0,400}[。！？]", text)
    if not found:
        return text, ""
    return found[0].rstrip("。：:"), text[found.end():].strip()
