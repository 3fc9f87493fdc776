"""What a sentence wants exported: which kinds, whom it is limited to, which activities it names. Pure.

Works on normalised words. Start at named_kinds().
"""

import re
from collections.abc import Sequence

from bot.nlu.normalize import normalize
from bot.nlu.slots import Lexicon, Slots
from data.models import Activity
from data.people import IDENTITY_GROUPS
from handlers.export.kinds import Kind

LETTERS = re.compile(r"信箱|来信|信件|信访|匿名|投诉|举报|写信")
_NAMED = {Kind.CHECKIN: re.compile(r"签到|考勤|出勤|到会|补签|请假"), Kind.DUES: re.compile(r"党费|缴费|收费"),
          Kind.ROSTER: re.compile(r"名册"), Kind.STUDY: re.compile(r"自学")}
# Words that mean a kind only where no other is named: 签到名单 is no roster, 党课学习签到表 no study.
_HINTED = {Kind.ROSTER: re.compile(r"名单|人员|通讯录|党员信息"), Kind.STUDY: re.compile(r"学习|读书|打卡")}
_OF_KINDS = {"自学", "缴党费"}
_FILLER = re.compile(r"(?:导出|下载|签到|考勤|出勤|党费|名册|自学|一下|请|帮我?|把|给我?|我|要|想|的|成|为|个|份|张|一|所有|全部|活动|"
                     r"记录|情况|统计|汇总|名单|明细|数据|台账|表格?|文件|电子版?|excel|xlsx|[\s,。.、:!?\"'()-])*", re.IGNORECASE)


def named_kinds(words: str) -> tuple[Kind, ...]:
    """The kinds that are named; several where somebody wants several."""
    named = tuple(kind for kind, pattern in _NAMED.items() if pattern.search(words))
    return named or tuple(kind for kind, pattern in _HINTED.items() if pattern.search(words))


def limits(slots: Slots, lexicon: Lexicon, kind: Kind) -> tuple[str, ...]:
    """Groups and people that the table is to be limited to; not those within a kind (积极分子培训) or 李老师."""
    covered = [(span.begin, span.finish) for span in slots.spans if span.what in ("kind", "called")]
    known = IDENTITY_GROUPS.keys() | lexicon.groups
    found = []
    for span in slots.spans:
        inside = any(begin <= span.begin and span.finish <= finish for begin, finish in covered)
        if not inside and (span.what == "person" or span.what == "group" and span.value in known - {"全体"}):
            found.append(span.value)
    if kind is Kind.DUES:  # the round concerns 党员 anyway
        found = [one for one in found if one != "党员"]
    return tuple(dict.fromkeys(found))


def named_activities(words: str, slots: Slots, activities: Sequence[Activity]) -> list[Activity] | None:
    """Those of the activities that are named by title or kind; None when none is named, [] when it is not there."""
    titled = [activity for activity in activities if _title(activity) in words]
    if titled:
        return titled
    kinds = set(slots.kinds) - _OF_KINDS
    if kinds:
        return [activity for activity in activities
                if activity.kind in kinds or any(kind in activity.title for kind in kinds)]
    tokens = [token for token in re.split(r"[\s,]+", _without_slots(words, slots)) if not _FILLER.fullmatch(token)]
    by_token = [one for one in activities if any(len(token) > 1 and token in _title(one) for token in tokens)]
    return by_token or None


def leftover(words: str, slots: Slots) -> str:
    """What was said beyond kinds, times, people and groups: perhaps an activity that is not there."""
    return " ".join(token for token in re.split(r"[\s,]+", _without_slots(words, slots))
                    if not _FILLER.fullmatch(token))


def _title(activity: Activity) -> str:
    return normalize(activity.title).strip("。 ")


def _without_slots(words: str, slots: Slots) -> str:
    places = [(span.begin, span.finish) for span in (*slots.times, *slots.spans)]
    for begin, finish in sorted(places, reverse=True):
        words = f"{words[:begin]} {words[finish:]}"
    return words
