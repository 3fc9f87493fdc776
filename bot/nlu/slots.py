"""What a sentence names: times, people, groups, kinds of activity, sums of money, each with its place in the text.

Pure. find_slots() reads a normalised sentence; parse_groups() reads the audience at the head of a broadcast as typed.
"""

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from bot.nlu.dates import TimeKind, TimeSpan, read_times
from bot.nlu.normalize import fold
from bot.nlu.segment import read_words
from data.chinese import NUMERAL, parse_fen

# Groups that every branch has, with the other ways to say them.
GROUPS = {"全体": ("全体教职工", "全体教师", "全体人员", "全体老师", "全体成员", "全园教职工", "全园", "全员",
    "所有人", "所有老师", "全体"),
          "党员": ("全体党员", "所有党员", "党员老师", "党员教师", "党员同志", "党员们", "党员"),
          "预备党员": ("预备党员",),
          "发展对象": ("发展对象",),
          "积极分子": ("入党积极分子", "积极分子"),
          "教师": ("教师们", "老师们", "教师", "老师"),
          "未签到": ("没签到的人", "没签到的", "还没签到的", "未签到的人", "未签到人员", "未签到的", "未签到"),
          "未缴费": ("没缴费的", "没交党费的", "还没交党费的", "未缴党费的", "未缴费人员", "未缴费的", "未缴党费",
          "未缴费")}
_GROUP_OF = {way: group for group, ways in GROUPS.items() for way in ways}
_PARTY_GROUP = r"第?[一二三四五六七八九十1-9]{1,2}党?小组"
_MONEY = re.compile(
    rf"(?<![\d.第])(?:[¥￥]\s?\d+(?:\.\d+)?|(?:\d+(?:,\d{{3}})*(?:\.\d+)?|[{NUMERAL}]+)\s?(?:元整|块钱|元"
    rf"|块(?!儿|去|来|学|参加|走|吃|做|过)|毛钱|毛(?!病))"
    rf"(?:[\d{NUMERAL}](?:角|毛)?)?)|(?:党费|缴了?|交了?)[\s:,]?(\d+(?:\.\d{{1,2}})?"
    rf"|[{NUMERAL}]*[十百]+[{NUMERAL}]*)(?![\d.个次月号日点年元块毛角%{NUMERAL}])")
_CALLED = re.compile("(?<![一-鿿])?(?:小|老)[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾]"
                     "|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾](?:老师|园长|书记|主任|姐|哥)")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a branch adds to the words: its people (name → ids), its 党小组, its own kinds of activity."""

    people: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    name_lengths: tuple[int, ...] = field(init=False, compare=False)  # the longest first: 欧阳娜 before 欧阳
    name_starts: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        lengths = {len(name) for name in self.people} - {0, 1}
        object.__setattr__(self, "name_lengths", tuple(sorted(lengths, reverse=True)))
        object.__setattr__(self, "name_starts", frozenset(name[:1] for name in self.people))

    def find_name(self, text: str, at: int) -> str:
        """The longest name of the branch at this place of the text; "" where none begins there."""
        names = (text[at:at + length] for length in self.name_lengths)
        return next((name for name in names if name in self.people), "")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the sentence: what it is (person, group, kind, amount, topic, called) and what it stands for."""

    what: str
    value: str
    begin: int
    finish: int


@dataclass(frozen=True, slots=True)
class Slots:
    """Everything found, in the order of the sentence. `amount` is in fen; `impossible` are dates that do not exist."""

    times: tuple[TimeSpan, ...] = ()
    impossible: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    amount: int | None = None
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def months(self) -> tuple[int, ...]:
        """The calendar months that were named, 一、二月 as two."""
        found = (month for span in self.times for month in _months_of(span))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a broadcast is for, and `rest`: what follows, word for word. Nobody if the text begins with no audience."""

    groups: tuple[str, ...]
    people: tuple[str, ...]
    rest: str


def _months_of(span: TimeSpan) -> Iterator[int]:
    if span.month:
        yield span.month
    elif span.kind is TimeKind.RANGE and "月" in span.text and span.start and span.end:
        last = calendar.monthrange(span.end.year, span.end.month)[1]
        count = (span.end.year - span.start.year) * 12 + span.end.month - span.start.month + 1
        if count > 1 and (span.start.day, span.end.day) == (1, last) and not {"日", "号"} & set(span.text):
            yield from ((span.start.month - 1 + ahead) % 12 + 1 for ahead in range(count))


@lru_cache(maxsize=64)
def _ways(kinds: frozenset[str]) -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """One alternation for kinds and topics, the longest first, and what each way stands for."""
    meaning: dict[str, tuple[str, str]] = {}
    for name, ways in read_words("topics.txt").items():
        meaning |= dict.fromkeys(ways, ("topic", name))
    for name, ways in read_words("kinds.txt").items():
        meaning |= dict.fromkeys(ways, ("kind", name))
    meaning |= {kind: ("kind", kind) for kind in kinds}
    return re.compile("|".join(map(re.escape, sorted(meaning, key=len, reverse=True)))), meaning


def load() -> None:
    """Reads the words of the lexicon files, so that the first sentence is not slow."""
    _ways(frozenset())


def find_slots(text: str, now: datetime, lexicon: Lexicon) -> Slots:
    """Everything that a normalised sentence names; names of people are taken out before dates are read (周一鸣)."""
    people = list(_find_people(text, lexicon))
    masked = text
    for span in people:
        masked = masked[:span.begin] + "\ufffc" * (span.finish - span.begin) + masked[span.finish:]
    times = read_times(masked, now)
    for time in times.found:
        masked = masked[:time.begin] + "\ufffc" * (time.finish - time.begin) + masked[time.finish:]
    amount, money = _find_amount(masked)
    pattern, meaning = _ways(lexicon.kinds)
    words = [Span(*meaning[match[0]], *match.span()) for match in pattern.finditer(masked)]
    groups = list(_find_groups(masked, lexicon.groups))
    called = [Span("called", match[0], *match.span()) for match in _CALLED.finditer(masked)]
    spans = sorted([*people, *money, *words, *groups, *called], key=lambda span: (span.begin, -span.finish))
    return Slots(times.found, times.impossible, _values(people), _values(groups), amount,
                 _values(span for span in words if span.what == "kind"),
                 _values(span for span in words if span.what == "topic"), tuple(spans))


def _values(spans: Iterator[Span] | list[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.value for span in spans))


def _find_people(text: str, lexicon: Lexicon) -> Iterator[Span]:
    finish = 0
    for at, character in enumerate(text):
        if at < finish or character not in lexicon.name_starts:
            continue
        name = lexicon.find_name(text, at)
        if name:
            finish = at + len(name)
            yield Span("person", name, at, finish)


def _find_amount(text: str) -> tuple[int | None, list[Span]]:
    match = _MONEY.search(text)
    if not match:
        return None, []
    fen = parse_fen(match[1] or match[0])
    if fen is None:
        return None, []
    begin = match.start(1) if match[1] else match.start()
    return fen, [Span("amount", text[begin:match.end()], begin, match.end())]


@lru_cache(maxsize=64)
def _group_pattern(own: frozenset[str]) -> re.Pattern[str]:
    ways = sorted({*_GROUP_OF, *own}, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join([*map(re.escape, ways), _PARTY_GROUP])})"
                      f"(?!活动室|大会|之家|形象|发展|节|评议|们?好(?:$|[,。!:\\s]))")


def _find_groups(text: str, own: frozenset[str]) -> Iterator[Span]:
    for match in _group_pattern(own).finditer(text):
        yield Span("group", _group_name(match[0], own), *match.span())


def _group_name(said: str, own: frozenset[str]) -> str:
    """The group's name: one of the branch's own, or the fixed one; 1组 and 一小组 are 第一党小组."""
    if said in own or said in _GROUP_OF:
        return said if said in own else _GROUP_OF[said]
    number = said.removeprefix("第").removesuffix("小组").removesuffix("党")
    digits = "一二三四五六七八九"
    return f"第{digits[int(number) - 1] if number.isdigit() and number != '0' and len(number) == 1 else number}党小组"


# 大家 and 各位 name an audience only at the head of a broadcast; 大家好 and 各位 before a noun belong to the text.
_FORMS_OF_ADDRESS = {"大家": "全体", "各位": "全体", "各位同事": "全体", "各位教职工": "全体", "全体同事": "全体",
                     "每个人": "全体", "各位老师": "教师", "各位教师": "教师", "各位党员": "党员", "各位同志": "党员",
                     "同志们": "党员"}
_ADDRESSED = re.compile(f"(?:{'|'.join(sorted(_FORMS_OF_ADDRESS, key=len, reverse=True))})"
                        "(?!早?好|[早上中下晚][上午]好|早安|庭|都|的|家长|领导|来宾|朋友)")
_JOIN = re.compile(r"\s*(?:、|,|;|和|及|与|以及|\+|/)\s*")
_LEAD = re.compile(r"\s*(?:给|对|向|到|通知|告诉|跟)?\s*")
# 发 and 说 only where they follow at once: in 党员 发展对象推荐会 they belong to the text.
_HEAD_END = re.compile(r"(?:发送?(?!展)|说|广播)?\s*[:,。;]?\s*")


def parse_groups(text: str, lexicon: Lexicon) -> Audience:
    """The audience at the head of a broadcast (`党员和积极分子 明天…`, `张三、李四：…`), the rest word for word."""
    folded = fold(text)
    at = _LEAD.match(folded).end()  # type: ignore[union-attr]
    groups: list[str] = []
    people: list[str] = []
    finish = 0
    while True:
        group = _group_pattern(lexicon.groups).match(folded, at) or _ADDRESSED.match(folded, at)
        person = lexicon.find_name(folded, at)
        if group and (not person or len(group[0]) >= len(person)):
            groups.append(_FORMS_OF_ADDRESS.get(group[0]) or _group_name(group[0], lexicon.groups))
            finish = group.end()
        elif person:
            people.append(person)
            finish = at + len(person)
        else:
            break
        joint = _JOIN.match(folded, finish)
        if not joint:
            break
        at = joint.end()
    if not groups and not people:
        return Audience((), (), text.strip())
    rest = text[_HEAD_END.match(folded, finish).end():]  # type: ignore[union-attr]
    return Audience(tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(people)), rest.strip())
