"""What a question about the roster asks for: offices, one's own place, people, a 党小组, a 身份, or how many there are.

Pure. Start at read_asked().
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.nlu.slots import Slots
from data.models import Duty
from data.people import IDENTITY_GROUPS


class About(StrEnum):
    """What is asked for."""

    PRIVATE = "private"  # a phone number or 工号: never shown
    OWN = "own"
    OWN_GROUP = "own group"
    UNBOUND = "unbound"
    PEOPLE = "people"
    NOBODY = "nobody"  # a name that the branch does not know, or 张老师
    OFFICES = "offices"
    NO_OFFICE = "no office"  # one that the roster does not have
    GROUPS = "groups"
    PARTY_GROUP = "party group"
    IDENTITY = "identity"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Asked:
    """`names` are people, offices, 党小组 or 身份, whichever it is about; `whole`: a list of all, not a number."""

    about: About
    names: tuple[str, ...] = ()
    whole: bool = False


COMMITTEE = (Duty.SECRETARY, Duty.DEPUTY, Duty.ORGANISER, Duty.PUBLICITY, Duty.DISCIPLINE)
_PRIVATE = re.compile("电话|手机|号码|工号|联系方式|微信号|住址|地址|生日|身份证")
_OWN_GROUP = re.compile("(?:我们|咱们?|我)(?:的|所在的?|在的)?(?:这个)?(?:第.)?(?:党?小组|组)(?!织)")
_OWN = re.compile("我(?:的|是|在|属于|算|被|归|现在|应该|到底|还)*(?:哪|什么|啥|几|身份|职务|党?小组|是不是|不是|党员|预备"
                  "|积极分子|发展对象|担任|编在|分在|在册|名册里?)|名[册单][里中]?有没?有?我")
_COMMITTEE = re.compile("支委|班子|委员会|支部委员(?!会)|哪些委员|委员(?:有|都)|几[个名位]委员|哪几[个位名]委员")
_OFFICES = re.compile("副书记|书记|组织委员|组委|宣传委员|宣委|纪检委员|纪委委员|纪检|园长")
_CALLED = {"组委": "组织委员", "宣委": "宣传委员", "纪委委员": "纪检委员", "纪检": "纪检委员"}
_NO_OFFICE = re.compile("(?:党?小组|组)(?:的)?组?长|副园长|工会主席|团支书|统战委员|青年委员|教研组长|年级组长|保健医|主任")
_LIKE_A_GROUP = re.compile(r"第?([一二三四五六七八九十1-9])(?:党?小组|组)(?!织)")
_GROUPS = re.compile("(?:几|多少|哪些|哪几|什么)个?党?小组|党?小组(?:都|一共|总共)?(?:有|是)?(?:几|多少|哪|谁|什么)"
                     "|党?小组(?:名单|成员|分组|情况|怎么分|的人)|怎么分的?组|党?小组$")
_PLACE = re.compile("([一-鿿]{2,4}?)(?:老师|同志)?(?:是|在|属于|分在|编在|算)(?:哪|几|什么|不是|咱|我们|我园|党员|预备)")
_NO_NAME = re.compile("^(?:我们?|咱们?|支部|名册|党员|老师|教师|谁|大家|他们?|她们?|园里|幼儿园|现在|请问|小组|党小组|哪|这个?|那个?)")
_WHOLE = re.compile("谁|哪些|名单|名册|哪几|姓名|名字|都有|列|看看|成员|有啥人|叫什么|花名")
_COUNT = re.compile("几|多少|人数|数量|总数")


def read_asked(text: str, slots: Slots, own_groups: frozenset[str]) -> Asked | None:
    """What the normalised sentence asks of the roster; None when it does not say."""
    whole = bool(_WHOLE.search(text)) and not re.search(r"[几多]少?[个名位]?(?:人|党员)?(?:呢|啊)?[?。]*$", text)
    if _PRIVATE.search(text):
        return Asked(About.PRIVATE)
    if "绑" in text or "注册" in text:
        return Asked(About.UNBOUND, slots.people, whole or not _COUNT.search(text))
    if slots.people:
        return Asked(About.PEOPLE, slots.people)
    if _OWN_GROUP.search(text) and re.search("谁|哪些人|多少|几[个名位]?人|几个|名单|成员|组员", text):
        return Asked(About.OWN_GROUP, whole=whole)
    if _OWN.search(text):
        return Asked(About.OWN)
    return _read_offices(text) or _read_groups(text, slots, own_groups, whole) or _read_others(text, slots, whole)


def _read_offices(text: str) -> Asked | None:
    missing = _NO_OFFICE.search(text)
    if missing:
        return Asked(About.NO_OFFICE, (missing[0],))
    found = [_CALLED.get(said, said) for said in _OFFICES.findall(text)]
    if found:
        return Asked(About.OFFICES, tuple(dict.fromkeys(found)))
    return Asked(About.OFFICES, tuple(COMMITTEE)) if _COMMITTEE.search(text) else None


def _read_groups(text: str, slots: Slots, own_groups: frozenset[str], whole: bool) -> Asked | None:
    named = [group for group in slots.groups if group in own_groups or group.endswith("小组")]
    like = _LIKE_A_GROUP.search(text)
    if not named and like:
        number = "一二三四五六七八九"[int(like[1]) - 1] if like[1].isdigit() else like[1]
        named = [f"第{number}党小组"]
    if named:
        return Asked(About.PARTY_GROUP, tuple(named), whole)
    return Asked(About.GROUPS) if _GROUPS.search(text) else None


def _read_others(text: str, slots: Slots, whole: bool) -> Asked | None:
    called = next((text[span.begin:span.finish] for span in slots.spans if span.what == "called"), "")
    if called:
        return Asked(About.NOBODY, (called,))
    identities = [group for group in slots.groups if group in IDENTITY_GROUPS and group != "全体"]
    if identities:
        return Asked(About.IDENTITY, tuple(identities), whole)
    place = _PLACE.search(text)
    if place and not _NO_NAME.search(place[1]):
        return Asked(About.NOBODY, (place[1],))
    if "全体" in slots.groups or whole or _COUNT.search(text) or "人员" in text:
        return Asked(About.EVERYBODY, whole=whole)
    return None
