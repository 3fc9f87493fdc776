"""What somebody who writes a letter said: with name or without, what the letter says, or a question about the box.

Pure; on the words as typed, so that a letter is kept word for word. Start at read_letter().
"""

import re
from dataclasses import dataclass

from data.chinese import half_width

ANONYMOUS_BOX = "匿名信箱"
NAMED_BOX = "园长信箱"
SOME_WORDS, MANY_WORDS = 2, 4  # characters that make up a letter after a command; said freely
LONGEST_QUESTION = 20

_SEPARATOR = re.compile(r"[\s,，:：。.;；!！、]+")
_NO_NAME = re.compile("匿名|不记名|(?:不|不想|不要|不用|别)(?:留|署|写|公开|透露)(?:出|我的)*(?:姓?名|名字|身份)(?![单额])"
                      "|(?:不要|别)(?:说|讲|提|写|透露|暴露|告诉[^,，。]{1,4})(?:出)?(?:是我|我(?=说|写|讲|的|是谁|[,，。]|$))"
                      "|替我保密")
_WITH_NAME = re.compile("[不别](?:用|要|想|是|必)?匿名")
_WHO = "(?:我|我们|本人|想|要|就|也|是|需要|希望|打算|可以|能|能不能|麻烦|帮我|请|您?你?好)*"
_WHAT = "(?:信箱|来信|信件|信|意见|建议|问题|情况|事情|事儿?|话|言)"
_SOME = "(?:一下|一?[个封点条些件]|[几两三][个封点条件]|下|小)*"
_TO = "(?:(?:给|向|跟|对|和|往|到|在)?(?:园长|书记|领导|纪检(?:委员)?|园里|幼儿园|支部|单位|上面|上级|你们|园长信箱|匿名信箱|信箱)们?里?)*"
_SAY = "(?:提|写|反[映应]|说|投诉|举报|留|发|投|寄|讲|有(?=一?[个些点条]|几|意见|建议|问题|情况|话|事情?[要想]?))*"
_HIDDEN = "(?:匿名|不留名|不署名|不记名|保密|悄悄)?(?:地|的)?"
_OPENING = re.compile(f"{_WHO}{_HIDDEN}{_WHO}{_TO}{_HIDDEN}{_SAY}{_SOME}{_HIDDEN}{_WHAT}?(?:想|要)*{_TO}{_HIDDEN}"
                      f"{_SAY}{_SOME}{_HIDDEN}{_WHAT}?(?:吗|呢|吧|么|了|啊|呀|的)*[?？]?")
_ABOUT = ("(?:怎[么样]|如何|咋)(?:才能|可以|能)?(?:用|写|寄|投|发|弄|操作|填|提|送|匿名|署名|留名|反[映应]|给.{0,4}写)?|在哪里?|哪里有?"
          "|是?(?:什么|啥)(?:意思|用|东西)?|(?:有什么|干什么)用?的?|谁(?:能|会|可以)?(?:看|收)(?:到|得到|见)?"
          "|(?:是)?真的?(?:是)?匿名|[会能](?:不会|不能)?被?(?:别人|人|园长|书记)?(?:泄露|暴露|知道|查到|看到)"
          "|安全|(?:可以|能不能|能|用不用|要不要|要)(?:匿名|署名|留名|写名字)|多久(?:能|会)?(?:有)?(?:回|答复)复?")
_REMARK = re.compile(f"(?:请问|那|是)?(?:{_ABOUT})(?:信|意见|名字|我|是谁|的|吗|么|呢|啊|呀|呐|里|下)*[?？。!！]*")
_ASKED = re.compile(_ABOUT)
LONGEST_DOUBT = 24
_UNNAMED = re.compile("匿名(?:写信|信箱|信件?|来信|举报|反[映应]|提意见|投诉|写|说)?")
_DOUBT = re.compile(  # what is left of 匿名信真的查不到是我吗 without its 匿名信
    r"(?:请问|那|这个|你们|系统|后台|领导|书记|园长|别?人家?|大家|我|想问一?下?|写|发|用|的话|如果|会|不会|能|不能|可以|是|不是|有没有|真的?|到底|被"
    r"|怎么|[\s,，:：])*(?:[查看猜认找][得不]?[到出]来?|知道|匿名|保密|安全|暴露|泄[露密]|追查|发现|实名|(?:记录|保存|留下)(?:了|下)?)"
    r"(?:不?是|我|谁|人|的|了|到|出|来|写|发|寄|信|名字|身份|吗|么|嘛|呢|啊|吧|[\s,，。.?？!！])*")
_DOUBTS = re.compile("[吗么嘛?？]|会不会|能不能|是不是|有没有|可不可以|谁|怎么|[不没]会吧")
_TAKE_BACK = re.compile("收回|撤回|撤消|撤销|要回来|拿回来|取回|不想?要?寄了|不想?要?写了|别寄|取消|删[掉除]|作废|反悔")
_OF_A_LETTER = re.compile("信(?!息|任|心|箱)|那封|这封|寄")
_ANSWERED = re.compile(r"\s*回(?:复|信)?\s*(?:编号)?\s*\d{5}(?!\d)")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said to the box: `text` is "" where nothing is to be delivered.

    `asks` how to write; `doubts` that no name is kept.
    """

    text: str
    anonymous: bool
    asks: bool = False
    doubts: bool = False


def read_letter(said: str, command: str | None, rest: str) -> Said:
    """A message that means 园长信箱 or 匿名信箱: after the command word, or in free words."""
    if command is None and said.lstrip().startswith((NAMED_BOX, ANONYMOUS_BOX)):
        said = said.lstrip()
        command, rest = said[:len(NAMED_BOX)], said[len(NAMED_BOX):]
    if doubts_secrecy(said):
        return Said("", True, doubts=True)
    anonymous = command == ANONYMOUS_BOX or wants_no_name(rest if command else said)
    if command is None:
        return Said(_content(said), anonymous, _asks(said))
    rest = rest.strip(" \t\r\n，,：:、")
    if _REMARK.fullmatch(rest):
        return Said("", anonymous, asks=True)
    head = re.match(r"匿名[\s,，:：]+", rest)
    rest = rest[head.end():] if head else rest
    return Said("" if is_empty(rest) else rest, anonymous)


def is_empty(text: str) -> bool:
    """Nothing to deliver: only the announcement of a letter, or the wish to stay unnamed."""
    return anonymous_only(text) or bool(_OPENING.fullmatch(text))


def doubts_secrecy(said: str) -> bool:
    """匿名信真的查不到是我吗: a short question whether an anonymous letter leads to its writer."""
    found = _UNNAMED.search(said)
    left = said[:found.start()] + said[found.end():] if found else ""
    return len(said) <= LONGEST_DOUBT and bool(_DOUBT.fullmatch(left) and _DOUBTS.search(left))


def takes_back(said: str) -> bool:
    """我不想寄了，把刚才那封收回来."""
    return bool(_TAKE_BACK.search(said) and _OF_A_LETTER.search(said))


def answers_letter(said: str) -> bool:
    """回39513：明天就让电工修."""
    return _ANSWERED.match(said) is not None


def wants_no_name(text: str) -> bool:
    """Whether somebody does not want to be named; in doubt they do not."""
    return bool(_NO_NAME.search(_WITH_NAME.sub("", text)))


def anonymous_only(text: str) -> bool:
    """Only the wish to stay unnamed, and nothing to deliver."""
    return not _has(_NO_NAME.sub("", text), SOME_WORDS)


def find_number(text: str, least: int, most: int) -> tuple[str, str]:
    """The first number of so many digits, in any width, and what follows it word for word."""
    found = re.search(rf"(?<!\d)\d{{{least},{most}}}(?!\d)", text)
    return (half_width(found[0]), text[found.end():]) if found else ("", "")


def _content(said: str) -> str:
    """What of a free sentence is the letter: behind its opening, or all of it; "" where it only announces one."""
    clauses = [clause for clause in _SEPARATOR.split(said) if clause]
    left = [clause for clause in clauses if not _OPENING.fullmatch(clause) and not anonymous_only(clause)]
    if not left or _asks(said):
        return ""
    if len(clauses) > 1 and clauses[0] != left[0]:
        return said[said.index(left[0]):].strip()
    opening = _OPENING.match(left[0])
    beyond = said[said.index(left[0]) + (opening.end() if opening else 0):]
    return said.strip() if _has(beyond, MANY_WORDS) else ""


def _asks(text: str) -> bool:
    """A question about the box and not a letter: 匿名信怎么写."""
    return len(text) <= LONGEST_QUESTION and bool(_ASKED.search(text) and re.search("信|意见|匿名|名字", text))


def _has(text: str, characters: int) -> bool:
    return len(re.findall(r"\w", text)) >= characters
