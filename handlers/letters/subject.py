"""Whether a letter is about somebody in office or merely addressed to them. Pure. Start at is_about_leader().

In doubt it is about them: a letter that reaches 纪检委员 needlessly can be passed on, one that a leader read who is
its matter cannot be taken back.
"""

import re
from collections.abc import Iterable

# These words have a leader in them and mean none.
_NOBODY = re.compile("总书记|纪[检委](?:委员会)?书记|任何|如何|为何|[园院]长信箱|书记信箱|(?:副?书记|副?[园院]长|领导)(?:的)?(?:室|办公室)|领导小组|领导力|被领导"
                     "|(?:党|中央|组织|集体|上级|支部)的?(?:正确)?领导|领导下|年级组?长")
_DOUBLE = frozenset(("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "端木"))
_HONOUR = "(?:尊敬的|敬爱的|亲爱的|各位|我们|咱们)*"
_AFTER = "(?:同志|老师|们|大人)*"
_ASK = "恳请|请求|请|希望|盼望?|望|麻烦|拜托|求|建议|想让|让|能不能请|想请"
_CAN = "能不能|能否|可否|可不可以|可以|是否可以|能|什么时候能|麻烦|请|帮"
_TOLD = "写|提|说|反映|反应|汇报|报告|的?一封|的?信|的?留言|的?建议|寄|道谢|看"
_KEPT = ("(?:(?<![能可要是会])(?:不|别|勿|莫)(?:要|想|希望|愿意?|必|用|能|可以?|敢|再)*"
         "(?:告诉|通过|经过|[交转发写报给让叫被])+[给告交]?|瞒着|避开|绕开|绕过)")
# After an address these make the person addressed the matter.
BLAME = ("(?!.{0,8}?(?:不要|不能再|不可以|不该|别(?!的|人)|少(?!数)|停止|改改|改一改|改正|公平|公正|一碗水|偏心|自己"
          "|道歉|检讨|反省|辞职|下台|让位|管好|以身作则|带头))")


def is_about_leader(text: str, names: Iterable[str]) -> bool:
    """Whether a leader, by office or as one of `names`, is what the letter is about."""
    return _is_about(text, _any_of(names, "(?:党?支部)?(?:副|老)?书记", "副?[园院]长(?!大)", "园?领导(?:班子)?"))


def is_about_discipline(text: str, names: Iterable[str]) -> bool:
    """Whether 纪检委员, by office or as one of `names`, is what the letter is about."""
    return _is_about(text, _any_of(names, "纪检(?:委员|干部|同志)?"))


def is_kept_from(text: str, person: str) -> bool:
    """Whether the writer says that `person` (a pattern) shall not have the letter: 别让园长知道."""
    return re.search(f"{_KEPT}[一-鿿]?{person}", text) is not None


def call(name: str, everyone: Iterable[str]) -> list[str]:
    """How somebody is called beside their name: 何老师, 何主任, where nobody else of `everyone` has the surname."""
    length = 2 if name[:2] in _DOUBLE and len(name) > 2 else 1
    if sum(other.startswith(name[:length]) for other in everyone) != 1:
        return []
    return [name[:length] + title for title in ("老师", "主任", "园长", "书记", "委员")]


def _is_about(text: str, person: str) -> bool:
    plain = _NOBODY.sub(" ", re.sub(r"[ \t　]+", " ", text))
    if is_kept_from(plain, person):
        return True
    for address in _addresses(person):
        plain = address.sub(" ", plain)
    return re.search(person, plain) is not None


def _any_of(names: Iterable[str], *offices: str) -> str:
    """One person, as letters name them: 园长, 王园长, 陈静, 园领导."""
    named = sorted({re.escape(name) for name in names if len(name) > 1}, key=len, reverse=True)
    return "(?:" + "|".join([*(f"{name}(?!长)" for name in named), *offices]) + ")"


def _addresses(person: str) -> list[re.Pattern[str]]:
    """The ways to speak to somebody, not of them."""
    # Possessive: a long row of names that can each be read in two ways would take for ever.
    whom = f"(?>{_HONOUR}(?:[一-鿿]{{0,1}}?{person}){_AFTER})"
    group = f"{whom}(?:[、和与及跟,，]*{whom})*"
    start, stop = r"(?:(?<=[，,。！!；;：:？?\s])|^)", r"(?=\s*(?:[，,。！!；;：:？?]|\s|$))"
    return [re.compile(pattern) for pattern in (
        f"{start}{group}(?:(?:您|你|大家)们?好|好{stop})",  # 园长您好
        f"{start}{group}\\s*[，,：:！!]",  # 园长：…
        f"{start}{group}(?=(?:您|你)?(?:{_CAN})){BLAME}",  # 园长能不能修一下灯
        f"(?:{_ASK}){group}{BLAME}",  # 请园长看看
        f"(?:给|向|跟|和|对|同|致){group}(?=(?:{_TOLD}|汇?报))(?:反[映应])?",  # 向园长反映
        f"(?:反[映应]|转|报告?|转告|告诉|写|寄|交|致)(?:给|告|交)?(?<=[给交告诉致]){group}",  # 转交园长
        f"(?:致|给){group}{stop}",  # 给园长
        f"{start}{group}(?:亲)?(?:收|启|亲启|敬启|台鉴|辛苦了?){stop}",  # 园长收
        f"(?:感谢|谢谢|多谢|辛苦){group}",  # 谢谢园长
        f"[，,。！!；;\\s]{group}\\s*[。！!？?]*\\s*$",  # …，园长！
    )]
