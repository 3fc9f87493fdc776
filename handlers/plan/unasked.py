"""What the plan knows about words that were understood as no question: 服务型党组织, 消防演练在哪, 有没有春游.

Answers only where a passage or a line of the calendar has nearly the same words; says of a thing that was asked for
that the plan has it not. Start at say_unasked().
"""

import re
from collections.abc import Sequence

from bot.nlu.slots import Slots
from data.chinese import half_width
from data.plan_reader import PlanDocument, passages
from handlers.plan.dates import Calendar
from handlers.plan.search import find_passages, telling_words
from handlers.plan.upcoming import say_items_found

SHORTEST = 3  # characters of telling words; less is in any text
SLACK = 4  # characters that may stand between the words: 服务型(基层)党组织
NEARLY_ALL = 0.85  # of the question's weight must be in a passage
_ABOUT_PEOPLE = re.compile("[谁您你]|哪位|哪些人|电话|号码|^我(?!园)")
_NO_THING = re.compile("[谁您你我他她]|^(?:今天|明天|昨天|后天|现在|刚才|早上|上午|中午|下午|晚上)|怎么|电话|号码")
_LEAD = r"^(?:请问|问一?下|那|那么)?[,\s]*(?:(?:今年|本年度?|全年|年度|这学期|我们?园|支部)的?)?"
_IN_PLAN = r"(?:(?:工作|年度|党建)?计划(?:里面?|中|上)?(?:的|对|关于)?)?"
_TAIL = r"[\s?。!,呢啊呀]*$"
_THING = r"(?P<thing>[\w·]{2,12}?)"
_ASKED_FOR = re.compile(
    rf"{_LEAD}{_IN_PLAN}(?:有没有|有无|是否有|有)(?:提到|提及|写|说|讲|安排|计划)?{_THING}"
    rf"(?:方面)?(?:的?(?:活动|安排|内容|要求|计划))?(?:吗|么|嘛)?{_TAIL}"
    rf"|{_LEAD}{_IN_PLAN}{_THING.replace('thing', 'what')}(?:的?(?:安排|要求|内容|规定))?"
    rf"(?:到底)?(?:(?:是|有|指)(?:什么|啥|哪些|怎么回事|什么意思)|(?:是|有)?(?:多少|几[天次个名])钱?){_TAIL}")


def say_unasked(calendar: Calendar, document: PlanDocument, text: str, slots: Slots) -> str:
    """A line of the calendar, else the passages that have the words; "" where neither is near enough."""
    if _ABOUT_PEOPLE.search(text):
        return ""
    words = telling_words(half_width(text))
    if sum(map(len, words)) < SHORTEST:
        return ""
    view = calendar.year(calendar.now.year)
    items = [(view, item) for item in view.items if all(word in item.title for word in words)]
    if items:
        return say_items_found(calendar, items)
    places = {place for place, passage in passages(document) if _stand_together(passage, words)}
    found = [one for one in find_passages(document, text, slots, NEARLY_ALL).found if one.place in places]
    return "\n\n".join(f"{one.quote}\n〔{one.place}〕" for one in found)


def _stand_together(passage: str, words: Sequence[str]) -> bool:
    reach = sum(map(len, words)) + SLACK
    return any(all(word in passage[max(0, match.start() - SLACK):match.start() + reach] for word in words)
               for match in re.finditer(re.escape(words[0]), passage))


def find_missing(text: str) -> str:
    """The thing that a question asks for (有没有春游, 今年的预算是多少); "" for other words and for questions about people."""
    asked = _ASKED_FOR.search(half_width(text))
    thing = (asked["thing"] or asked["what"]) if asked else ""
    return "" if not thing or _NO_THING.search(thing) or not telling_words(thing) else thing
