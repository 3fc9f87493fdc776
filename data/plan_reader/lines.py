"""A plan's lines, and the numbering marks they begin with.

Pure. Decides nothing about months or sections; lines are made in clean.py. Start at parse_mark().
"""

import re
from dataclasses import dataclass

from data.chinese import half_width, parse_number

_NUMERAL = "(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"  # 五四 and 三八 are days
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# 七、八年级 and 一、二月 number nothing.
_NO_MARK = re.compile(r"[一二三四五六七八九十]、[一二三四五六七八九十]{1,2}(?:年级|月|班|岁|级|、)")

# Behind a number's stop: no decimal, but a date may follow (2.5月25日, 1.3.8妇女节).
_NO_DECIMAL = (r"(?![0-9０-９](?!\d?月|\d{2}[^\d.．%％元万亿个]|\d?[.．]\d{1,2}[^\d.．%]|0\d\d年|\d?日))")

# Behind 7、 no month of a pair (7、8月：) and no second class (7、8年级).
_NO_PAIR = r"(?![0-9]{1,2}(?:、|月份?(?:[：:\s（(]|$|工作|活动|安排|主题)|年级|班|岁))"

BULLET = 9  # the rank of a mark that has no number

# (rank, pattern): a smaller rank stands higher. The number is group 1 with the brackets it is printed in,
# so that (1) and 1 under one heading stay apart when cited.
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (0, re.compile(rf"(第(?:{_NUMERAL}|\d{{1,2}})(?:部分|章|篇|编))[、：:\s]{{0,4}}")),
    (0, re.compile(rf"(第{_NUMERAL})\s{{1,4}}(?=\S)")),
    (0, re.compile(r"([壹贰叁参肆伍陆柒捌玖拾]{1,2})\s?[、．.：:]\s{0,3}")),
    (1, re.compile(rf"({_NUMERAL})\s{{0,3}}[、．.，,：:]\s{{0,3}}")),
    (1, re.compile(rf"({_NUMERAL})\s{{1,3}}(?=[^\s月日年、，。；]{{2,20}}$)")),
    (1, re.compile(r"([A-HＡ-ＨⅠ-Ⅻ])\s?[．.、]\s{0,3}(?=[^\x00-\x7f])")),
    (2, re.compile(rf"([（(]\s?{_NUMERAL}\s?[）)])[、．.]?\s{{0,3}}")),
    (2, re.compile(r"([㈠-㈩])[、．.]?\s{0,3}")),
    (2, re.compile(rf"(第{_NUMERAL})[、，]\s{{0,3}}")),
    (3, re.compile(rf"([0-9０-９]{{1,2}})\s?(?:[．.、,，。]{_NO_DECIMAL}|、{_NO_PAIR})\s{{0,4}}")),
    (3, re.compile(r"([⒈-⒛])\s{0,4}")),
    (3, re.compile(r"([0-9０-９]{1,2})\s{1,4}(?=[\u4e00-\u9fff“《](?<![年月日号周班个名次项级岁]))")),
    (4, re.compile(r"([（(]\s?[0-9０-９]{1,2}\s?[）)])[、．.]?\s{0,3}")),
    (4, re.compile(r"([0-9０-９]{1,2}[）)])[、．.]?\s{0,3}")),
    (4, re.compile(r"([⑴-⒇])[、．.]?\s{0,3}")),
    (5, re.compile(rf"([{_CIRCLED}])[、．.]?\s{{0,3}}")),
    (BULLET, re.compile(r"()(?:[●•■◆▲★※○◇□➢►▶✓✔√·]|——?(?=\S)|[-*+–](?=[\s\u4e00-\u9fff“《]))\s{0,3}")),
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
    """One paragraph, or one table row when it has `cells`. `depth` is 1 to 6 for a marked-up heading, else 0.

    `indent` counts the blanks before it, which tell bullets below bullets.
    """

    text: str
    cells: tuple[str, ...] = ()
    depth: int = 0
    indent: int = 0


def parse_mark(text: str) -> Mark | None:
    """The mark at the beginning of a line; None where there is none."""
    if _NO_MARK.match(text):
        return None
    for rank, pattern in _MARKS:
        if found := pattern.match(text):
            number = re.sub(r"\s", "", found[1])
            value = _value(number)
            return Mark(rank, number, value, text[found.end():].strip())
    return None


def _value(number: str) -> int | None:
    plain = re.sub(r"[^\w]|^第|部分|[章篇编）)]", "", half_width(number))
    if len(plain) == 1 and plain in "ABCDEFGH":
        return ord(plain) - ord("A") + 1
    return parse_number(plain.replace("参", "三"))


def split_first_sentence(text: str) -> tuple[str, str]:
    """A title and what follows it: up to the first 。！？, or up to a ： near the beginning."""
    found = re.match(r"[^。！？，；]{1,24}?[：:](?=.)", text) or re.match(r"[^。！？]{0,400}[。！？]", text)
    if not found:
        return text, ""
    return found[0].rstrip("。：:"), text[found.end():].strip()
