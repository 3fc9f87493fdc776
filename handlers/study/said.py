"""What a sentence says about one's own study: the day, the book, and whether anything has been read at all.

Pure: text in, values out; the text itself is kept as it was said. Start at parse_said() and read_claim().
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto

from bot.nlu.dates import TimeKind, TimeSpan, find_times
from bot.nlu.moods import Mood, read_mood
from bot.nlu.normalize import clean, fold, normalize

LONGEST_BOOK = 100  # characters, as in the table
TURN_OF_YEAR = timedelta(days=60)  # 12月30日 said in January was the last one

_VERB = r"(?:自学|学习|研读|阅读|重温|温习|复习|通读|精读|浏览|摘抄|抄写|研究|领会|学|读|看|听|抄|背|翻)"
_HEAD = re.compile(r"(?:[\s,:。、]|请|麻烦|帮我|给我|我|本人|补记录?|补登记?|补录|补|记录|记一?下|登记|记|一下|一条"
                   r"|(?:自学|自习|学习|读书)(?:打卡|打开|笔记|记录|心得)|自学|自习|打卡|在|于|从|把)*")
_RELATIVE = re.compile(r"[今昨前当早午晚]|上|本周|这周|周|星期|礼拜|前$|刚|去年")
_AFTER_DAY = re.compile(rf"$|[\s,:。、]|我|在|利用|花|用|和|跟|与|把|的|又|也|刚|继续|认真|抽空|{_VERB}")
_BARE_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]")
_LONE_DAY = re.compile(r"[\d一二三四五六七八九十廿卅]+[号日]")
# What only names the matter, before the text proper: 补记自学：…, 学习记录 ….
_TITLE = re.compile(r"[\s,:。、的]*(?:(?:请|麻烦|帮我|给我|我要?|再)*(?:补?(?:记录|登记|记|登|录)(?:上|一下|一条|个)?|补))?[\s的]*"
                    r"(?:(?:自学|自习|学习|读书)(?:打卡|打开|记录|笔记|情况|内容|心得)?(?=[\s,:。、]|$)"
                    r"|(?:自学|自习|学习|读书)(?:打卡|打开|记录|笔记)(?:一下)?)?"
                    r"[\s,:。、]*")
# Words that say nothing of what was read; possessive, because a long text of them must not be tried in every way.
_NOTHING = re.compile(r"(?:帮我|给我|今天|刚刚?|已经?|一[下条个]|登记|记录|打卡|打开|自学|自习|学习|笔记|完成|成功"
                      r"|[我要想来请记补学读看完过好吧了]|\W)*+")

_QUOTED = re.compile(r"《\s*(.{1,200}?)\s*》(?!》)", re.DOTALL)
_KNOWN = re.compile(
    "中国共产党章程|党章|廉洁自律准则|纪律处分条例|党内监督条例|习近平谈治国理政|习近平总书记系列重要讲话|论党建|毛泽东选集"
    "|邓小平文选|共产党宣言|资本论|中国共产党简史|党史|学习强国|家庭教育促进法|学前教育法|未成年人保护法|义务教育法|教师法|教育法"
    "|入党教材|习近平新时代中国特色社会主义思想|学习纲要|应知应会"
    "|民法典|宪法|幼儿园教育指导纲要|幼儿园工作规程|3-6岁儿童学习与发展指南|儿童学习与发展指南|保育教育质量评估指南"
    "|师德规范|教师职业道德规范|新时代幼儿园教师职业行为十项准则|十项准则")
_THOUGHTS = re.compile("体会|感触|感受|感想|收获|受益|启发|认识到|明白了|懂得了|心得|深刻")

# What one reads or hears to learn: beside a verb it makes words that were not understood worth asking about.
_MATERIAL = re.compile("讲话|读本|教材|公报|报告|文件|文章|纲要|指南|规程|条例|准则|法规|党课|微课|网课|公开课|课程|讲座|精神|理论|思想|原著"
                       r"|专题片|纪录片|全会|读后感|观后感|心得|笔记|第[一二三四五六七八九十百\d]+[章讲节篇课集卷编册页]"
                       r"|[一二两三四五六七八九十半\d]+个?(?:小时|钟头|章|讲|节|篇|课|集|页|遍|分钟)")
# What names the matter before the text proper, so that the rest is a text: 学习笔记：…, 自习打卡 ….
_HEADED = re.compile(r"(?:请|麻烦|帮我|给我|我|要|再|[\s,])*(?:(?:补?(?:记|登|录)[录记]?|补)(?:上|一下|一条|个)*)?[\s的]*"
                     r"(?:自学|自习|学习|读书)(?:打卡|打开|大卡|记录|笔记|心得|内容)?[\s,:。、]+(?=\S)")

# What somebody concludes is no plan of theirs: 体会是要先学理论.
_MEANING = re.compile(r"(体会|感触|感受|感想|收获|启发|心得|认识到|明白了|懂得了)(?:到|就|主要)*(?:是|:|要|应)[^,。;!\n]*")
_CLAUSES = re.compile(r"[,。;!~\n]|(?<=[?])|但是?|不过|可是")
_UNDONE = re.compile(rf"(?:没(?!想到)|未|尚未|不(?!仅|但|光|只|断|错|少|懈|忘)|别|甭)(?:有|曾|来得及|空|时间|法|能|想|打算|去|再|怎么"
                     rf"|好好|认真|顾上|开始|机会)*{_VERB}")
_TO_COME = re.compile(rf"(?:明[天早晚后]|后天|下周|下个?月|明年|下次|下回|改天|回头|过两天|以后|准备|打算|(?<![工作年度])计划"
                      rf"|(?<![思理感联])想(?![到起法象])要?|(?<![重主纲摘概必紧需])要|(?<![对相适])应该|争取|马上|等有空|等会儿?)[^,。]{{0,8}}?{_VERB}")
_DONE = re.compile(rf"{_VERB}(?:完|了|过|毕|好了|《|[一二两三四五六七八九十半\d]+个?(?:半|多)?(?:小时|钟头|页|章|遍|分钟|节|课|篇|集))"
                   rf"|(?:体会|感触|感受|感想|收获|受益|启发|心得)|(?:学习|自学|读书)打卡.")
_OTHERS = re.compile("大家|各位|同志们|老师们|你们?|您|(?<!其)他们?|她们?|孩子|小朋友|学生|幼儿|宝宝|儿子|女儿|班里")
_DID = re.compile(rf"(?:老师|同志)?[^,。、和跟与]{{0,8}}?{_VERB}(?:完|了|过)")


class Claim(Enum):
    """What a sentence claims: that something was read, that it was not (yet); a question; others' study; unclear."""

    DONE = auto()
    UNDONE = auto()
    ASKED = auto()
    OTHERS = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class Said:
    """The text without its day and title; `is_dated` where the day was said.

    `doubt` holds words for the day that are no single day (上周, 4月31号).
    """

    text: str
    day: date
    is_dated: bool = False
    doubt: str = ""


def parse_said(raw: str, now: datetime) -> Said:
    """Take the day from the head of a text; without one it is today. The day may lie ahead: the caller refuses it."""
    text, today = clean(raw), now.date()
    folded = fold(text)
    head, times = _HEAD.match(folded).end(), find_times(text, now)
    wrong = next((said for said in times.impossible if text.startswith(said, head)), "")
    if wrong:
        return Said(_untitled(text[:head] + text[head + len(wrong):]), today, doubt=wrong)
    span = next((span for span in times.found if span.begin <= head < span.finish), None)
    if span is None or not _is_day_of_study(span, folded):
        return Said(_untitled(text), today)
    rest = _untitled(text[:span.begin].rstrip() + text[span.finish:].lstrip(" 的，,、:："))
    first, last = _days(span)
    if first == last:
        return Said(rest, _looking_back(span, first, today), is_dated=True)
    if first <= today <= last:
        return Said(_untitled(text), today)
    return Said(rest, today, doubt=span.text)


def _is_day_of_study(span: TimeSpan, folded: str) -> bool:
    """昨天《…》 is a day; 2016年全会公报 is what was read."""
    if span.kind is TimeKind.RECURRENCE or span.start is None or span.end is None:
        return False
    return bool(_RELATIVE.match(span.text) or _AFTER_DAY.match(folded, span.finish))


def _days(span: TimeSpan) -> tuple[date, date]:
    first, last = (moment.date() if isinstance(moment, datetime) else moment for moment in (span.start, span.end))
    return first, last


def _looking_back(span: TimeSpan, day: date, today: date) -> date:
    """Of what was read, 周五 and 20号 are the last ones, not the coming ones."""
    if day <= today:
        return day
    if _BARE_WEEKDAY.fullmatch(span.text):
        return day - timedelta(days=7)
    if _LONE_DAY.fullmatch(span.text):
        before = day.replace(day=1) - timedelta(days=1)
        return before.replace(day=day.day) if day.day <= before.day else day
    if span.year_said or (day.month, day.day) == (2, 29):
        return day
    year_before = day.replace(year=day.year - 1)
    return year_before if today - year_before <= TURN_OF_YEAR else day


def parse_day(text: str, now: datetime) -> date | None:
    """The one day that an answer names; None where it names none, or several."""
    found = find_times(text, now).found
    if not found or found[0].start is None or found[0].end is None:
        return None
    first, last = _days(found[0])
    return _looking_back(found[0], first, now.date()) if first == last else None


def _untitled(text: str) -> str:
    """The text without what only names the matter; "" where there is nothing else."""
    folded = fold(text)
    if _NOTHING.fullmatch(folded):
        return ""
    return text[_TITLE.match(folded).end():].strip()


def find_book(text: str) -> str:
    """The first title in 《》, else a text that everybody names without them; "" where there is none."""
    quoted = _QUOTED.search(text)
    if quoted:
        return " ".join(quoted[1].split())[:LONGEST_BOOK]
    known = _KNOWN.search(fold(text))
    return known[0] if known else ""


def is_of_study(text: str) -> bool:
    """Whether words that were not understood may be about something read: it is named, or the kind of thing is."""
    plain = fold(text)
    return bool(find_book(text) or _MATERIAL.search(plain) or _HEADED.match(plain)
                or re.search("自学了|学习了|研读|通读|精读|重温", plain))


def is_headed(text: str) -> bool:
    return bool(_HEADED.match(fold(text)))


def has_thoughts(text: str) -> bool:
    return bool(_THOUGHTS.search(text))


def read_claim(text: str) -> Claim:
    """Whether the words say that something was read. What stands in a title counts for nothing (《怎么办？》)."""
    plain = _MEANING.sub(r"\1", normalize(_QUOTED.sub("《》", text)))
    clauses = [clause for clause in _CLAUSES.split(plain) if clause and clause.strip()]
    undone = [clause for clause in clauses if _UNDONE.search(clause) or _TO_COME.search(clause)]
    asked = [clause for clause in clauses if clause not in undone and read_mood(clause) & Mood.QUESTION]
    left = [clause for clause in clauses if clause not in undone and clause not in asked]
    if any(_OTHERS.search(clause) for clause in left):
        return Claim.OTHERS
    if any(_DONE.search(clause) for clause in left):
        return Claim.DONE
    if undone or asked:
        return Claim.UNDONE if undone and (not left or not asked) else Claim.ASKED
    return Claim.UNCLEAR


def did_another(text: str, name: str) -> bool:
    """Whether the words after a name at their head say what that person has read (张三昨天学完了党章)."""
    return bool(name) and bool(_DID.match(fold(text)[len(name):].lstrip()))
