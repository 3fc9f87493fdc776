"""How a sentence is meant: asked, denied, told of others, supposed, or already done.

Pure. What changes something is never done on a question, a denial, hearsay or a supposition.
"""

import re
from enum import Flag, auto


class Mood(Flag):
    PLAIN = 0
    QUESTION = auto()
    NEGATION = auto()  # 不要, 别, 先不
    UNDONE = auto()  # 没签到, 还没交
    HEARSAY = auto()  # 书记说…, 听说…
    CONDITION = auto()  # 如果, 要是
    DONE = auto()  # 取消了, 改期了: told, not asked for
    REVERSAL = auto()  # 撤销, 去掉, 不请假了: the opposite of the act that is named


_POLITE = re.compile(r"(?:能不能|可不可以|可以|能否|能)(?:请你|麻烦你?|请)?(?:帮|给|替)(?:我|忙|下"
                     r"|一下)(?P<rest>.*?)(?:吗|么|嘛|不)?[?。!]*$"
                     r"|(?P<asked>.{2,}?)[,]?(?:好吗|好不好|行吗|行不行|可以吗|好么|可以不)[?。!]*$")
_QUESTION = re.compile(
    r"[?]|吗|呢(?!$)|(?:呢|么|嘛)[。!~]*$|什么|啥|谁|哪|(?<![这那好])几[点号次个人月名位块回天时元]|第几|多少"
    r"|多久|多长|多大|如何|怎|咋|为何|是否"
    r"|([一-鿿])[不没]\1|有没有|能不能|可不可以|(?:了|过|好|完|成|到|上|过了|交|收|来|齐|算|开|签)没有?[。!~]*$"
    r"|[功着到好完了上]没[。!~]*$|[办开搞发收定改]没[。!~]*$|找谁|不$|对吧")
_NEGATION = re.compile("不要|(?<![特个分区级辨离告识类性])别(?!人|的|处|忘|是|墅)|不用(?!了|这)|不必|甭|先不"
                       "|不想|不该|无需|没说|没让|没要|不是我|不能不|禁止|不许|不准|停止"
                       "|不(?:签到|请假|缴|交|催|广播|通知|群发|取消|改期|补签|确认|绑定|解绑|设置|添加|提醒)")
_UNDONE = re.compile("(?:没有?|未|尚未|还没)(?:有|给|再)?(?:签|请假|缴|交|到|来|打卡|广播|取消|改|绑|确认|催|发"
                     "|收|补|参加|通知|设)")
_HEARSAY = re.compile("听说|据说|听[^,。]{1,4}说|(?:书记|园长|老师|委员|主任|领导|同志|大家|他|她|他们|她们|有人"
                      "|群里|人家|通知上?|上面|〈人〉)们?"
                      "(?:刚才|刚刚|昨天|今天|都|又|在群里)?(?:说(?!一?声|一下|明)|问|讲(?!一?声|一下)|提到"
                      "|告诉我)|^有人|别人|人家")
_ADDRESSED = re.compile("(?:跟|给|对|向|和|告诉|通知|转告|让)[^,。]{1,8}(?:说|讲|告诉)|说句|说下")
_CONDITION = re.compile("如果|要是|万一|假如|假设|倘若|的话")
_DONE = re.compile("(?:取消|改期|广播|补签|催|设置|添加|解绑|群发|销假|绑定|通知)(?:掉|好)?(?:了(?!吧)|过|完)"
                   "|已经(?:取消|改|广播|补签|催|通知|定|绑)")
_REVERSAL = re.compile("取消|撤|去掉|解除|解掉|删|作废|作罢|注销|退(?!休|烧|步|伍)|销假|消假|不算|停办|解绑"
                       "|不(?!去|来|参加|能|了|在|舒服|成|到|上|好)[^,。]{0,3}了")


def fits(mood: Mood, taught: Mood) -> bool:
    """Whether a sentence in this mood may mean what a phrase was taught for, where that changes something."""
    return not mood & ~taught and not (mood ^ taught) & Mood.REVERSAL


def read_mood(text: str) -> Mood:
    """The moods of a normalised sentence, people already as 〈人〉; a polite request (能帮我…吗) is no question."""
    mood = Mood.PLAIN
    polite = _POLITE.search(text)
    asked = text if not polite else text[:polite.start()] + (polite["rest"] or polite["asked"] or "")
    if _QUESTION.search(asked):
        mood |= Mood.QUESTION
    if _NEGATION.search(text):
        mood |= Mood.NEGATION
    if _UNDONE.search(text):
        mood |= Mood.UNDONE
    if _HEARSAY.search(text) and not _ADDRESSED.search(text):
        mood |= Mood.HEARSAY
    if _CONDITION.search(text):
        mood |= Mood.CONDITION
    if _DONE.search(text):
        mood |= Mood.DONE
    if _REVERSAL.search(text):
        mood |= Mood.REVERSAL
    return mood
