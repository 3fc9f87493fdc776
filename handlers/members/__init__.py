"""名册: who is in the branch, for those who may ask. asked.py reads the question, roster.py says who may see what.

Offices and numbers are public within the branch, names and details are not; no phone number and no 工号 is shown.
Start at hear_roster().
"""

import re
from collections.abc import Callable, Mapping

from bot.talk import Reply, Sorry, Talk, Turn, duties_of
from handlers.members.asked import COMMITTEE, About, Asked, read_asked
from handlers.members.roster import (
    Roster,
    bound_ids,
    count_identities,
    in_rank,
    place_of,
    read_roster,
    say_names,
    tell_apart,
)

_EVERYBODY = re.compile("全|所有|支部|人|总|大家|多少|几")
ASK = "可以问“我们支部有多少人”“第一党小组有谁”“书记是谁”“我是哪个小组的”。"
NAMES_ARE_FOR = "姓名由书记、副书记和支部委员查看，需要时请问书记。"
DETAILS_ARE_FOR = "别人的身份和党小组由书记、副书记和组织委员查看。您可以问“我是哪个小组的”“书记是谁”。"
HOW_TO_GET_CODES = ("绑定码请向管理员索取，当面或单独交给本人，不在聊天里发；"
                    "本人发送“绑定 姓名 绑定码”就可以了。")

talk = Talk("members", "名册")


@talk.on("roster_query", "名册", "名单", "花名册", "未绑定", "未绑定名单", takes=True,
         usage="名册 · 我是哪个小组的")
def hear_roster(turn: Turn) -> Reply:
    """Whatever is asked of the roster; what the person may not see is counted, not named."""
    asked = read_asked(turn.match.text, turn.match.slots, turn.lexicon.groups)
    unread = asked is not None and asked.about is About.EVERYBODY and turn.rest and not _EVERYBODY.search(turn.rest)
    if asked is None or unread:
        raise Sorry(f"没有看出您要查名册的哪一项。{ASK}")
    return Reply(_SAY[asked.about](turn, read_roster(turn.session, turn.person), asked))


def _say_private(_turn: Turn, _roster: Roster, _asked: Asked) -> str:
    return f"手机号、工号等个人信息不在这里查，请直接问本人或书记。{ASK}"


def _say_own(_turn: Turn, roster: Roster, _asked: Asked) -> str:
    me = roster.asker
    group = f"在{me.group}" if me.group else "没有编入党小组"
    duties = f"，职务：{me.duties}" if me.duties else ""
    return f"名册里您的身份是{me.identity.value}，{group}{duties}。有出入请告诉书记。"


def _say_own_group(_turn: Turn, roster: Roster, asked: Asked) -> str:
    if not roster.asker.group:
        return f"名册里您没有编入党小组。{_name_groups(roster)}有出入请告诉书记。"
    return _say_group(roster, roster.asker.group, asked.whole)


def _say_party_groups(_turn: Turn, roster: Roster, asked: Asked) -> str:
    return "\n".join(_say_group(roster, group, asked.whole) for group in asked.names)


def _say_group(roster: Roster, group: str, whole: bool) -> str:
    people = roster.in_group(group)
    if not people:
        return f"名册里没有{group}。{_name_groups(roster)}"
    number = f"{group}有{len(people)}人"
    if not whole:
        return f"{number}。"
    if not roster.may_list_group(group):
        return f"{number}。名单由本组成员和书记、副书记、支部委员查看。"
    return f"{number}：{say_names(tell_apart(people))}。"


def _name_groups(roster: Roster) -> str:
    groups = roster.groups()
    return f"现有{'、'.join(groups)}。" if groups else "现在还没有编党小组。"


def _say_groups(_turn: Turn, roster: Roster, _asked: Asked) -> str:
    groups = roster.groups()
    if not groups:
        return "名册里还没有编党小组。"
    counts = "、".join(f"{group}{len(roster.in_group(group))}人" for group in groups)
    return f"支部有{len(groups)}个党小组：{counts}。看名单请问“{groups[0]}有谁”。"


def _say_offices(_turn: Turn, roster: Roster, asked: Asked) -> str:
    if asked.names == tuple(COMMITTEE):
        people = in_rank([person for person in roster.people if duties_of(person) & set(COMMITTEE)])
        if not people:
            return "名册里还没有登记书记和委员。"
        return "书记和支部委员：" + "、".join(f"{person.name}（{person.duties}）" for person in people) + "。"
    lines = []
    for office in asked.names:
        holders = tell_apart(roster.holders(office))
        lines.append(f"{office}是{'、'.join(holders)}。" if holders else f"名册里没有登记{office}。")
    return "\n".join(lines)


def _say_no_office(_turn: Turn, _roster: Roster, asked: Asked) -> str:
    return f"名册里没有登记{asked.names[0]}，请问书记。名册里的职务有：{'、'.join(COMMITTEE)}、园长。"


def _say_identities(turn: Turn, roster: Roster, asked: Asked) -> str:
    lines = [_say_identity(roster, name, asked.whole) for name in asked.names]
    if asked.names == ("教师",) and not asked.whole and "老师" in turn.match.text:  # in a kindergarten, everybody is one
        lines.append(f"名册共{len(roster.people)}人：{count_identities(roster.people)}。")
    return "\n".join(lines)


def _say_identity(roster: Roster, name: str, whole: bool) -> str:
    people = roster.of_identity(name)
    if not people:
        return f"名册里现在没有{name}。"
    number = count_identities(people) if name == "党员" else f"{name}{len(people)}人"
    if not whole:
        return f"名册里有{number}。"
    if not roster.may_list():
        return f"名册里有{number}。{NAMES_ARE_FOR}"
    return f"{number}：{say_names(tell_apart(people))}。"


def _say_everybody(_turn: Turn, roster: Roster, asked: Asked) -> str:
    groups = "、".join(f"{group}{len(roster.in_group(group))}人" for group in roster.groups())
    head = f"名册共{len(roster.people)}人：{count_identities(roster.people)}。" + (f"\n{groups}。" if groups else "")
    if not asked.whole:
        return head
    if not roster.may_list():
        return f"{head}\n{NAMES_ARE_FOR}"
    return f"{head}\n全部姓名：{say_names(tell_apart(roster.people))}。"


def _say_unbound(turn: Turn, roster: Roster, asked: Asked) -> str:
    bound = bound_ids(turn.session, turn.branch_id)
    if asked.names:
        return _say_bound_people(roster, asked, bound)
    missing = [person for person in roster.people if person.id not in bound]
    if not missing:
        return f"名册{len(roster.people)}人都已绑定。"
    number = f"名册{len(roster.people)}人中，已绑定{len(roster.people) - len(missing)}人，还没绑定的有{len(missing)}人"
    if not roster.may_see_details():
        return f"{number}。名单由书记、副书记和组织委员查看。"
    return f"{number}：{say_names(tell_apart(missing))}。\n{HOW_TO_GET_CODES}"


def _say_bound_people(roster: Roster, asked: Asked, bound: set[int]) -> str:
    people = [person for name in asked.names for person in roster.named(name)]
    if not people or not all(roster.may_look_up(person) for person in people):
        raise Sorry("别人有没有绑定，由书记、副书记和组织委员查看。")
    return "\n".join(f"{name}{'已绑定' if person.id in bound else '还没有绑定'}。"
                     for name, person in zip(tell_apart(people), people, strict=True))


def _say_people(turn: Turn, roster: Roster, asked: Asked) -> str:
    return "\n".join(line for name in asked.names for line in _say_person(turn, roster, name))


def _say_person(turn: Turn, roster: Roster, name: str) -> list[str]:
    people = roster.named(name)
    if not people:
        return [f"名册里没有找到“{name}”。请核对姓名。"]
    about_office = any(word in turn.match.text for word in ("书记", "委员", "园长", "职务", "担任", "干部"))
    if not all(roster.may_look_up(person) for person in people):
        if about_office:  # who holds an office is no secret in a branch
            offices = [f"{name}的职务：{person.duties}。" for person in people if person.duties]
            return offices or [f"名册里{name}没有登记职务。"]
        raise Sorry(DETAILS_ARE_FOR)
    lines = [f"{place_of(person) + ('' if person.group else '，没有编入党小组')}"
             f"{f'，职务：{person.duties}' if person.duties else ''}。" for person in people]
    if len(people) == 1:
        return [f"{name}：{lines[0]}"]
    return [f"名册里有{len(people)}位{name}：", *(f"{number}. {line}" for number, line in enumerate(lines, 1))]


def _say_nobody(_turn: Turn, roster: Roster, asked: Asked) -> str:
    if not roster.may_see_details():
        raise Sorry(DETAILS_ARE_FOR)
    return f"名册里没有找到“{asked.names[0]}”。请说全名，与名册一致，例如“{roster.asker.name}是哪个小组的”。"


_SAY: Mapping[About, Callable[[Turn, Roster, Asked], str]] = {
    About.PRIVATE: _say_private, About.OWN: _say_own, About.OWN_GROUP: _say_own_group, About.UNBOUND: _say_unbound,
    About.PEOPLE: _say_people, About.NOBODY: _say_nobody, About.OFFICES: _say_offices,
    About.NO_OFFICE: _say_no_office, About.GROUPS: _say_groups, About.PARTY_GROUP: _say_party_groups,
    About.IDENTITY: _say_identities, About.EVERYBODY: _say_everybody,
}
