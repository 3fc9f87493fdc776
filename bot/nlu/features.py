"""What a sentence is made of: words, single, double and triple characters, concepts, kinds of slots, mood.

Pure. Slots become one character each, so that 三月有什么活动 and 十月有什么活动 are the same sentence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.nlu.moods import Mood, read_mood
from bot.nlu.segment import cut, read_words
from bot.nlu.slots import Slots
from bot.nlu.timespan import TimeKind, TimeSpan

# One private character per class of slot: jieba leaves it alone and it pairs with its neighbours.
MONTH, PERIOD, DAY, HOUR, EVERY, PERSON, GROUP, MONEY, KIND, TOPIC, BOOK = (chr(0xE000 + n) for n in range(11))
_CLASS = {"person": PERSON, "called": PERSON, "group": GROUP, "amount": MONEY, "kind": KIND, "topic": TOPIC}
_PARTICLES = re.compile("[呀啦哦啊哈嘞咯哟噢喔呐嘛哒]|一下子?|来着")
_TITLE = re.compile("《[^《》]{1,60}》")
_SIGNS = re.compile(r"[\s,。!?;:、~.\"'()\[\]…《》<>\-]+")
# What a sentence is about; sentences about different things are far from each other, however alike their words.
_SUBJECTS = re.compile("(?P<study>自学(?:打卡|登记)?|[学读][习书](?:打卡|记录|笔记))"
                       "|(?P<dues>党费|缴费|交费|欠费|催缴|缴钱|交钱)|(?P<checkin>签到|签上|签个?到|没签|忘签"
                       "|漏签|补签|打卡|签不|报到|考勤|出勤)"
                       "|(?P<plan>计划[里中上]|计划(?=有没有|提到|写))"
                       "|(?P<leave>请.{0,2}假|销假|假)|(?P<broadcast>广播|群发|通知)|(?P<bound>绑)")
DUES = "缴党费"  # a kind of entry in the plan, but a subject of its own in what people say
# So is 自学 where it is what somebody has read, and not the line of the plan.
_RECORDED = re.compile("自学(?=打卡|记录|登记|情况|统计|[了过得]|内容|笔记|名单|[:,])|(?<=我的)自学|(?<=登记)自学")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The abstract form of a sentence, its mood and the names of its features, each once."""

    abstract: str
    mood: Mood
    features: tuple[str, ...]


@lru_cache(maxsize=1)
def _concepts() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    meaning: dict[str, list[str]] = {}
    for concept, ways in read_words("concepts.txt").items():
        for way in ways:
            meaning.setdefault(way, []).append(concept)
    pattern = re.compile("|".join(map(re.escape, sorted(meaning, key=len, reverse=True))))
    return pattern, {way: tuple(concepts) for way, concepts in meaning.items()}


def _class_of(span: TimeSpan) -> str:
    if span.kind is TimeKind.RECURRENCE:
        return EVERY
    if span.month:
        return MONTH
    if hasattr(span.start, "hour"):
        return HOUR
    return DAY if span.kind is TimeKind.POINT else PERIOD


def make_abstract(text: str, slots: Slots) -> tuple[str, list[str]]:
    """The sentence with a class character for each slot, and the names of kinds and topics that it replaced."""
    marks = [(span.begin, span.finish, _class_of(span), "") for span in slots.times]
    marks += [(span.begin, span.finish, _CLASS[span.what], span.value) for span in slots.spans
              if span.value != DUES and not _RECORDED.match(text, span.begin)
              and (span.what != "group" or "组" in span.value)]
    marks += [(*title.span(), BOOK, "") for title in _TITLE.finditer(text)]
    parts, named, at = [], [], 0
    for begin, finish, sign, value in sorted(marks, key=lambda mark: (mark[0], -mark[1])):
        if begin < at:
            continue
        parts += [text[at:begin], sign]
        at = finish
        if sign in (KIND, TOPIC):
            named.append(value)
    return "".join([*parts, text[at:]]), named


def read_sentence(text: str, slots: Slots) -> Sentence:
    """The sentence as the matcher compares it; `text` is normalised and `slots` are its own."""
    abstract, named = make_abstract(text.lower(), slots)
    mood = read_mood(abstract.replace(PERSON, "〈人〉"))
    plain = _PARTICLES.sub("", _SIGNS.sub(" ", abstract)).strip()
    return Sentence(abstract, mood, tuple(dict.fromkeys(_names(plain, named, mood))))


def _names(plain: str, named: Iterable[str], mood: Mood) -> Iterable[str]:
    for word in cut(plain):
        if word != " ":
            yield ("s" if "\ue000" <= word[0] <= "\ue00f" else "w") + word
    bound = f"^{plain}$"
    for first, second in pairwise(bound):
        if first != " " and second != " ":
            yield "c" + first + second
    yield from ("u" + sign for sign in plain if sign != " ")
    yield from ("t" + bound[at:at + 3] for at in range(len(bound) - 2) if " " not in bound[at:at + 3])
    pattern, meaning = _concepts()
    for match in pattern.finditer(plain):
        for concept in meaning[match[0]]:
            yield "k" + concept
    for match in _SUBJECTS.finditer(plain):
        yield "j" + match.lastgroup
    for name in named:
        yield "b" + name
    for part in mood:
        yield "m" + (part.name or "")


def load() -> None:
    """Reads the lexicon, so that the first sentence is not slow."""
    _concepts()
