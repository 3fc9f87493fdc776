"""To whom a letter is addressed in its own words: 交给纪检委员：…, 匿名信箱 交给书记园长 …, 请纪检委员查一查. Pure.

Whoever is named gets it. Who is only spoken of is not named here: that is subject.py. Start at read_addressee().
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from data.models import LetterBox
from handlers.letters.subject import BLAME, is_kept_from

_SEPARATOR = r"[\s，,：:。；;、！!]+"
_ASK = "(?:请|麻烦|烦请|帮我|帮忙|我要|我想|想|希望|直接|(?:把|将)?[这此]?封?信)*"
_GIVE = "(?:转交给|转?交给?|转给|[写寄送发递呈报]给|呈交|致)"
_TO = "(?:给|向|跟|和|对|找|请)"
_SAY = "(?:反[映应]|举报|投诉|检举|汇报|报告|说|提|讲|写|处理|看)"
_MATTER = "(?:一?[下封件个点些条]|几[句点件个]|问题|情况|意见|建议|事情?|话|信)*"
_END = "(?:同志|老师|委员|们)*(?:的?信|的)?(?:亲?收|亲?启|查收|阅|看|处理)?"
_AND = "[、和与及跟/]"


@dataclass(frozen=True, slots=True)
class Addressed:
    """The box that the words name (None: none), and the words without the frame.

    `both`: they name 纪检委员 and leaders. `leaders`: the words for the leaders; `everyone`: not for one alone.
    """

    text: str
    box: LetterBox | None = None
    both: bool = False
    leaders: str = ""

    @property
    def everyone(self) -> bool:
        return "领导" in self.leaders or "书记" in self.leaders and bool(re.search("[园院]长", self.leaders))


def read_addressee(text: str, discipline: Iterable[str], leaders: Iterable[str]) -> Addressed:
    """Who is to get the letter; `discipline` and `leaders` are the names of those who read the boxes."""
    officer, leader = _officer(discipline), _leader(leaders)
    group = f"(?>{leader}(?:{_AND}?{leader})*)"
    if re.search(f"{_GIVE}(?:{officer}{_AND}{leader}|{group}{_AND}{officer})", text):
        return Addressed(text, both=True)
    for box, ways in ((LetterBox.DISCIPLINE, _frames(officer) + _joined(officer)),
                      (LetterBox.LEADERSHIP, _frames(group))):
        for way in ways:
            frame = re.search(way, text)
            if frame:
                named = frame["whom"] if box is LetterBox.LEADERSHIP else ""
                return Addressed((text[:frame.start()] + text[frame.end():]).strip(), box, leaders=named)
    if _is_spoken_to(text, officer) and not is_kept_from(text, officer):
        return Addressed(text, LetterBox.DISCIPLINE)
    return Addressed(text)


def _frames(whom: str) -> tuple[str, ...]:
    """The words around the letter: at its head and at its end."""
    return (rf"^\s*{_ASK}(?:{_GIVE}|给)(?P<whom>{whom}){_END}(?:{_SEPARATOR}|$)",
            rf"(?:{_SEPARATOR}{_ASK}|(?:请|麻烦|希望){_ASK}){_GIVE}(?P<whom>{whom}){_END}[。！!\s]*$")


def _joined(officer: str) -> tuple[str, ...]:
    """Further frames that only 纪检委员 has, for nobody takes them for a part of the letter."""
    return (rf"^\s*{_ASK}{_TO}{officer}(?:同志|老师)?{_SAY}{_MATTER}(?:{_SEPARATOR}|$)",
            rf"^\s*{_ASK}{_GIVE}(?>{officer}(?:同志|老师|委员)*)(?![的了过们手{_AND[1:-1]}]|保管)")


def _is_spoken_to(text: str, officer: str) -> bool:
    """请纪检委员查一查, 想向纪检委员反映食堂的账, 纪检委员您好: the letter keeps its words."""
    return bool(re.search(rf"(?:恳请|请|麻烦|拜托|希望|建议|由){officer}{BLAME}|[向跟对找给]{officer}(?:同志|老师)?{_SAY}"
                          rf"|^\s*(?:尊敬的|敬爱的)?{officer}(?:同志|老师)?(?:[您你]好|亲?收|亲?启|[：:])", text))


def _officer(names: Iterable[str]) -> str:
    name = _any_of(names)
    return rf"(?:我们|咱们|本)?(?:党?支部)?的?(?:(?:{name})?[(（]?纪检(?:委员|干部|同志|书记)?[)）]?(?:{name})?|{name})"


def _leader(names: Iterable[str]) -> str:
    return rf"(?>(?:副?书记|副?[园院]长)|[一-鿿](?:副?书记|副?[园院]长)|园?领导(?:班子|们)?|{_any_of(names)})"


def _any_of(names: Iterable[str]) -> str:
    return "|".join(sorted({re.escape(name) for name in names if len(name) > 1}, key=len, reverse=True)) or "(?!)"
