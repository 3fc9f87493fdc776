"""The numbers that Word counts itself and prints before paragraphs: 一、 （二） 3. ④ 五月份： •

Counts as it is asked, so ask in document order. Start at Numbers.next().
"""

from collections import defaultdict
from dataclasses import dataclass

from docx.document import Document
from docx.oxml.ns import qn

from data.chinese import to_chinese

_CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital",
            "taiwaneseCountingThousand", "taiwaneseCounting", "koreanDigital"}
_ROWS = {"ideographTraditional": "甲乙丙丁戊己庚辛壬癸", "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
         "chineseLegalSimplified": "壹贰叁肆伍陆柒捌玖拾", "ideographLegalTraditional": "壹貳參肆伍陸柒捌玖拾",
         "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
         "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇", "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
         "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
         "upperRoman": "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", "lowerRoman": "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ"}


@dataclass(frozen=True, slots=True)
class Level:
    shape: str
    text: str
    start: int


class Numbers:
    """The numbering of one document. Lists (num) of one kind (abstractNum) go on counting each other's numbers."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._kind: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = defaultdict(dict)
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        for rel in document.part.rels.values():
            if rel.reltype.endswith("/numbering"):
                self._learn(rel.target_part.element)

    def _learn(self, numbering) -> None:  # an lxml element, which has no public type
        for abstract in numbering.iterfind(qn("w:abstractNum")):
            self._levels[abstract.get(qn("w:abstractNumId"))] = _levels(abstract)
        for num in numbering.iterfind(qn("w:num")):
            own = num.get(qn("w:numId"))
            self._kind[own] = value(num, "w:abstractNumId", "")
            for override in num.iterfind(qn("w:lvlOverride")):
                at = int(override.get(qn("w:ilvl"), "0"))
                if start := value(override, "w:startOverride", ""):
                    self._restarts[own][at] = int(start)

    def next(self, list_id: str, level: int) -> str:
        """The number before the next paragraph of this list and level, with a blank behind it; "" if it shows none."""
        kind = self._kind.get(list_id, "")
        levels = self._levels.get(kind, {})
        if level not in levels:
            return ""
        counts = self._counts[kind]
        for at, start in self._restarts.pop(list_id, {}).items():  # holds for the list's first paragraph only
            counts[at] = start - 1
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        if levels[level].shape == "bullet":
            return "• "
        return self._printed(levels, level, counts)

    def _printed(self, levels: dict[int, Level], level: int, counts: dict[int, int]) -> str:
        text = levels[level].text
        for at in range(level + 1):
            one = levels.get(at, Level("decimal", "", 1))
            text = text.replace(f"%{at + 1}", _shaped(one.shape, counts.get(at, one.start)))
        return f"{text} " if text.strip() else ""


def _levels(abstract) -> dict[int, Level]:
    return {int(level.get(qn("w:ilvl"), "0")): Level(
        value(level, "w:numFmt", "decimal"), value(level, "w:lvlText", ""), int(value(level, "w:start", "1")))
        for level in abstract.iterfind(qn("w:lvl"))}


def value(element, tag: str, default: str) -> str:
    """The w:val of a child element."""
    found = element.find(qn(tag))
    return default if found is None else found.get(qn("w:val")) or default


def _shaped(shape: str, number: int) -> str:
    if shape == "none":
        return ""
    if shape in _CHINESE and 0 <= number <= 99:
        return to_chinese(number)
    row = _ROWS.get(shape, "")
    return row[number - 1] if 1 <= number <= len(row) else str(number)
