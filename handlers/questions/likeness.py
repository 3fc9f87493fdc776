"""Whether two questions are the same: an answer to another question is worse than none. Pure; start at is_same().

The same are two that ask for the same thing (when, where, who …) with the same characters that carry meaning; words
of courtesy, particles and other ways to ask may differ. What is said of oneself or of a single person, and what
holds for a day only, is not for others.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.nlu.moods import Mood, read_mood
from bot.nlu.normalize import normalize
from bot.nlu.slots import Lexicon

IN_ORDER = 0.5  # of the pairs of neighbours must be the same: 党员带教师 is not 教师带党员
LEAST = 2  # characters that carry meaning; fewer are in any question
# Ways to ask, the longer ones first; one sign stands for each kind.
_KINDS = (
    ("P", "在?(?:什么地方|哪个地方|什么位置|哪里|哪儿|哪块|何处)|在哪|哪(?=[?。 ]|$)"),
    ("T", "什么时候|什么时间|啥时候|啥时间|几点钟?|几时|何时|多会儿|时间是多少"),
    ("D", "哪一?天|几月几[日号]|几[日号]|哪个?月|几月份?|星期几|周几|礼拜几"),
    ("W", "哪一?位|什么人|哪个人|哪些人|谁"),
    ("M", "多少钱|几块钱?|几元|什么价"),
    ("L", "多长时间|多久|几天|多少天"),
    ("N", "多少|几(?=[个名人位次份件])"),
    ("Y", "为什么|为啥|干嘛|为何"),
    ("H", "怎么样|怎么办|怎么弄|怎样|怎么|如何|咋办|咋样|咋弄|咋"),
    ("Q", "什么|啥|哪些|哪个|哪几个"),
    ("I", "吗|么(?=[?。 ]|$)|嘛|没有?(?=[?。 ]|$)"),
)
_EITHER = re.compile("(是|有|能|会|要|用|需|行|好|让|给|准|算)[不没]\\1|可不可以|可以不可以")
_IDLE = re.compile("^(?:书记|老师|领导)?您?好?[,。!:\\s]+|请问一?下?|麻烦(?:问一?下?)?|想?问一下|想问|问问|帮我?(?:问|看|查)一?下?|我?想知道"
                   "|谁知道|有人知道|你知道|您知道|告诉我|我们园里?|咱们园里?|我们|咱们?|园里|我园|幼儿园|我们学校|单位里?"
                   "|一般|通常|平时|现在|目前|到底|究竟|具体|大概|的话|那个|这个|一下|今年")
_PARTICLES = re.compile("[的呢啊呀吧哦嘞哈您你是有在个就都还也啦嗯?。!,.;:、~\\s\"'()《》-]")
_PERSONAL = re.compile("我(?!们|园|国|校|想知道|想问)|自己|本人|[他她](?!们)|俺")
_FLEETING = re.compile("今[天日早晚]|明[天日早晚]|后天|昨天|前天|刚才|刚刚|[这本下上]个?(?:周|星期|礼拜|月|学期|次|季度)|等[会下]"
                       "|早上|上午|中午|下午|晚上|待会|周[一二三四五六日末]|星期[一二三四五六日天]|最近|近期|下回|这回")
_OF_THE_YEAR = re.compile("[今本明去]年|这一?年|学年")


@dataclass(frozen=True, slots=True)
class Essence:
    """What a question is, without its wording."""

    kind: str
    carried: str  # the characters that carry meaning, in their order
    denied: bool

    @property
    def pairs(self) -> frozenset[str]:
        return frozenset(a + b for a, b in pairwise(f"^{self.carried}$"))


def read_essence(text: str) -> Essence:
    """The kind of the question and what it is about."""
    plain = _polar(normalize(text).lower())
    denied = bool(read_mood(plain) & (Mood.NEGATION | Mood.UNDONE | Mood.REVERSAL))
    kinds = ""
    for sign, ways in _KINDS:
        plain, found = re.subn(ways, " ", plain)
        kinds += sign if found else ""
    return Essence(kinds.replace("I", "") or kinds, _PARTICLES.sub("", _IDLE.sub(" ", plain)), denied)


def _polar(plain: str) -> str:
    """能不能带, 可以带吗 and 可不可以带 as 能带吗; 需要 as 要."""
    asked = bool(_EITHER.search(plain))
    plain = re.sub("可以|能够", "能", _EITHER.sub(lambda found: found[1] or "能", plain)).replace("需要", "要")
    return f"{plain}吗" if asked else plain


def is_same(one: Essence, other: Essence) -> bool:
    """Whether an answer to the one is an answer to the other."""
    if one.kind != other.kind or one.denied != other.denied or len(one.carried) < LEAST:
        return False
    if sorted(one.carried) != sorted(other.carried):
        return False
    if len(set(one.carried)) < len(one.carried):  # 大班换到小班 has the pairs of 小班换到大班
        return one.carried == other.carried
    both = one.pairs & other.pairs
    return 2 * len(both) >= IN_ORDER * (len(one.pairs) + len(other.pairs))


def is_personal(text: str, lexicon: Lexicon) -> bool:
    """Whether the words are about the speaker or a single person of the branch, so that the answer is theirs alone."""
    plain = normalize(text)
    return bool(_PERSONAL.search(plain)) or any(lexicon.find_name(plain, at) for at in range(len(plain)))


def is_timely(text: str, answered_at: datetime, now: datetime) -> bool:
    """Whether an answer given then still holds: 明天几点放学 means another day tomorrow, 今年 another year next year."""
    plain, then = normalize(text), answered_at.astimezone(now.tzinfo)
    if _FLEETING.search(plain):
        return then.date() == now.date()
    return then.year == now.year or not _OF_THE_YEAR.search(plain)
