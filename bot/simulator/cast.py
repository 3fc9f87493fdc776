"""Whom a visitor of the sandbox can be, in which order they are listed, and what each is likely to say.

Only sentences that interface.md promises; knows nothing of how they are understood. Start at DemoPerson.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STRANGER = "oSandboxStranger000000000001"
RANK = ("书记", "副书记", "组织委员", "宣传委员", "纪检委员", "园长")
GROUPS = ("支部班子", "党员", "预备党员", "发展对象", "积极分子", "教师", "其他")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of the demo roster; `code` is the binding code, empty once it is used."""

    name: str
    staff_no: str
    identity: str
    duties: tuple[str, ...]
    group: str
    openid: str
    bound: bool
    code: str

    @property
    def title(self) -> str:
        """What stands under the name: duties, else identity."""
        return "、".join(self.duties) or self.identity


@dataclass(frozen=True, slots=True)
class Chip:
    """A sentence offered by one tap: sent at once, or put into the input because it wants a look first."""

    text: str
    at_once: bool = True


HELP, MONTH, CHECK_IN = Chip("帮助"), Chip("本月安排"), Chip("签到")
EVERYBODY = (Chip("下次党日是什么时候"), Chip("请假 孩子发烧", False), Chip("五个抓手是什么"),
             Chip("自学打卡 读完《党章》第三章，很受启发", False), Chip("我的档案"), Chip("园长信箱 操场的灯坏了", False),
             Chip("撤销"), Chip("日历订阅"))
MEMBERS = (Chip("缴党费 30", False), Chip("我的党费"))
READERS = (Chip("信箱"),)
DUES = (Chip("缴费情况"), Chip("签到情况"), Chip("未签到名单"))
SECRETARY = (
    Chip("设置 三月主题党日 3月10日 14:00 多功能厅", False),
    Chip("签到情况"),
    Chip("缴费情况"),
    Chip("广播 党员 明天下午三点开会", False),
    Chip("广播状态"),
    Chip("信箱"),
    Chip("登录后台"),
    Chip("导出 签到 三月"),
    Chip("确认"),
    Chip("取消"),
)


def chips_for(person: DemoPerson | None) -> tuple[Chip, ...]:
    """Likely sentences of this person; None is a stranger."""
    if person is None:
        return HELP, Chip("绑定 张三 000000", False), Chip("三月有什么活动")
    if not person.bound:
        binding = (Chip(f"绑定 {person.name} {person.code}", False),) if person.code else ()
        return *binding, HELP
    if {"书记", "副书记"} & set(person.duties):
        return HELP, MONTH, *SECRETARY, CHECK_IN
    extra = (*(DUES if "组织委员" in person.duties else ()), *(READERS if {"园长", "纪检委员"} & set(person.duties) else ()))
    dues = MEMBERS if person.identity in ("党员", "预备党员") else ()
    return HELP, MONTH, CHECK_IN, *extra, *dues, *EVERYBODY


def group_of(person: DemoPerson) -> str:
    """The heading under which the person is listed."""
    if set(person.duties) & set(RANK):
        return GROUPS[0]
    return person.identity if person.identity in GROUPS else GROUPS[-1]


def ordered(people: Sequence[DemoPerson]) -> list[DemoPerson]:
    """书记 first, then the rest of the committee, then by identity, each as in the roster."""
    return sorted(people, key=lambda person: (GROUPS.index(group_of(person)), _rank(person)))


def _rank(person: DemoPerson) -> int:
    return min((RANK.index(duty) for duty in person.duties if duty in RANK), default=len(RANK))
