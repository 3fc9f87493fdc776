"""How often and how many a plan promises: duties and recurring rules found in its prose.

General rules over frequency words, percentages and numbers of people; knows no particular plan. Pure.
Start at find_duties() and find_recurring().
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from data.chinese import half_width, parse_number
from data.plan_reader.model import Duty, Recurring

_NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_UNITS = {"季度": "quarter", "季": "quarter", "学期": "term", "半年": "half", "学年": "year", "年度": "year",
          "年": "year", "月份": "month", "月": "month", "周": "week", "星期": "week", "天": "day", "日": "day"}
_UNIT = "季度|学期|半年|学年|年度|年|月份|月|周|星期|天|日|季"
_EVERY = re.compile(rf"(?:每一?个?|平均每)(?P<unit>{_UNIT})(?!级)(?:度)?")
_ONE = re.compile(rf"(?<![每第统同进])(?:一个|一)(?P<unit>{_UNIT})(?![级龄度来内天生中])")
_WITHIN = re.compile(r"(?:年|学年|学期|学)(?:末|底|终)|本年度|本学年|今年|全年|年度内|年内|一年内|本学期|期末|年度")
_COUNT = re.compile(r"(?:不少于|不得少于|不低于|至少)?(?<![第每统])"
                    rf"(?P<low>{_NUMBER})(?:[-—–~～至到](?P<high>{_NUMBER}))?"
                    r"(?:次|场|期|堂|节课?|篇|本|课时|学时|个?小时)(?!级|序|元|展)(?:以上)?")
_PEOPLE = re.compile(rf"(?P<low>{_NUMBER})(?:[-—–~～至到](?P<high>{_NUMBER}))?(?:名|位|对)(?!列|单|次|师|称)"
                     r"(?:以上|左右)?")
_PERCENT = re.compile(r"(?:\d{1,3}(?:\.\d{1,2})?[%％]|百分之[一二三四五六七八九十百]{1,4})(?:以上|左右)?")
_PEOPLE_VERB = re.compile(r"发展|培养|指导|吸收|推荐|带教|帮扶|结对|帮带|联系|引领")
_WHO = re.compile(r"领导班子|班子|领导干部|中层干部|支委|支部委员|书记|预备党员|积极分子|党员教师|党员|教职工|教师")
_LIGHT = re.compile(
    r"(?:坚持|保持|做到|确保|保证|要求|要|将|应当|应|须|计划|拟|并且|并|且|在(?![职岗校园家])|争取|力争|认真|积极|切实|努力|"
    r"继续|有重点地?|我们|我园|我校|党?支部(?!党员大|[大委会])|全体|每[位名个](?:党员教师|党员|教师|支委)|对[^，]{1,8}?(?=进行|开展)|[:：、\s])")
_ACT = re.compile(r"(?:开展|进行|组织|召开|开好|举行|举办|上好|上|开|安排|评选出?|评出|推选出?|完成|达到?|有|为|是"
                  r"|定于|于)$")
_ADJECTIVE = re.compile(r"(?:以上|左右)?的?(?:有意义的|高质量的|有特色的|丰富多彩的|形式多样的|生动的|集中的)?")
_POINT = re.compile(
    r"每(?:个?月|个?季度|个?学期|年|周|个?星期)(?:度)?的?(?:首月|末月|最后一个月)?(?:的?(?:第[一二三四五1-5]|最后一)个?"
    r"(?:周|星期|工作日)?的?(?:周|星期|礼拜)?[一二三四五六日天]?|的?(?:周|星期)[一二三四五六日天]"
    r"|\d{1,2}[日号](?:前后|之前|左右|[前后])?|[上中下]旬|年?[初底末终])"
    r"|每个?(?:周|星期)[一二三四五六日天](?![次节期个篇场堂周])")
_MOVED = re.compile(r"[（(]\s?(?:如?遇|逢)[^。；，、）)]{2,10}(?:顺延|提前|取消|推迟)[^。；，、）)]{0,14}[）)]")
_LONGEST_CLAUSE = 160  # what is longer has lost its punctuation, and guessing in it invents duties


@dataclass(slots=True)
class _Period:
    printed: str
    per: str
    who: str


def find_duties(passages: Iterable[tuple[str, str]]) -> tuple[Duty, ...]:
    """Duties of all (place, text) in order, each once."""
    found: dict[tuple[str, str, str], Duty] = {}
    for place, text in passages:
        for sentence in _sentences(text):
            for duty in _in_sentence(sentence, place):
                found.setdefault((duty.what, duty.frequency, duty.who), duty)
    return tuple(found.values())


def find_recurring(passages: Iterable[tuple[str, str]]) -> tuple[Recurring, ...]:
    """Rules that fix a day in every month, quarter or week: `每月第二周周三`, `每季度首月第一周周五`, `每月15日`."""
    found: list[Recurring] = []
    for _, text in passages:
        before = ""
        for sentence in _sentences(text):
            for point in _POINT.finditer(sentence):
                # 支委会：每月第二周周三召开 was cut behind its title, which says what comes back.
                subject = f"{before.rstrip('。')}：" if point.start() < 8 and 0 < len(before) <= 16 else ""
                moved = _MOVED.match(sentence, point.end())
                rule = point[0] + (moved[0] if moved else "")
                found.append(Recurring(rule, subject + sentence.strip()))
            before = sentence
    return tuple(dict.fromkeys(item for item in found if not re.search(r"第.$", item.rule)))


def _sentences(text: str) -> list[str]:
    """Sentences, without the bullet a line may begin with."""
    return [part for found in re.findall(r"[^。！？\n]+[。！？]?", text) if (part := found.strip(" -*•●■◆▲★※\u3000"))]


def _in_sentence(sentence: str, place: str) -> Iterable[Duty]:
    actors = _WHO.search(sentence)
    fallback = actors[0] if actors else ""
    for part in re.split("[；;]", sentence):
        period: _Period | None = None
        before = ""
        for clause in re.split("[，,]", part):
            if not 2 < len(clause) <= _LONGEST_CLAUSE:
                continue
            actor = _find_actor(clause)
            own = actor or fallback
            duty = _frequency(clause, period, own) or _people(clause, own) or _share(clause, actor)
            if duty is not None:
                what, frequency, period, times = duty
                # 党员上示范课，每人每学期一节: what is to be done stands in the clause before.
                what = _phrase(before, "") if re.fullmatch("每人|人均|.?", what) else what
                if len(what) > 1:
                    yield Duty(what, frequency, period.who, sentence, place, *_per_and_times(period.per, times))
            before = clause


def _find_actor(clause: str) -> str:
    found = _WHO.search(clause)
    return found[0] if found else ""


_Found = tuple[str, str, _Period, int | None]


def _frequency(clause: str, before: _Period | None, who: str) -> _Found | None:
    """`一个季度…一次X`, `X每学期不少于五次`, `每天X`; a clause without a period of its own takes the one before it."""
    count = _COUNT.search(clause)
    own = _find_period(clause, count is not None)
    if own is None and not (before and before.per and count):
        return None
    if own:
        period = _Period(own[0], own[1], who)
    else:
        period = _Period(before.printed, before.per, _find_actor(clause) or before.who)
    pieces = _without(clause, own[2] if own else None, count.span() if count else None)
    return _phrase(*pieces), period.printed + (count[0] if count else ""), period, _times(count)


def _people(clause: str, who: str) -> _Found | None:
    """`本年度计划发展党员两名`, `每位党员指导1—2名教师`."""
    count = _PEOPLE.search(_mask(clause))
    verb = _PEOPLE_VERB.search(clause)
    if not count or not verb or "了" in clause:
        return None
    taken_in = verb[0] in ("发展", "吸收", "推荐")  # members do not admit members, the branch does
    return _target(clause, count.span(), "支部" if taken_in else who, _times(count))


def _share(clause: str, who: str) -> _Found | None:
    """`年末评选出10%的优秀党员`."""
    share = _PERCENT.search(clause)
    return _target(clause, share.span(), who, None) if share else None


def _target(clause: str, span: tuple[int, int], who: str, times: int | None) -> _Found:
    own = _find_period(clause, True)
    period = _Period(own[0], own[1], who) if own else _Period("", "", who)
    what = _phrase(*_without(clause, own[2] if own else None, span))
    return what, period.printed + clause[slice(*span)], period, times


def _mask(clause: str) -> str:
    """每位党员, 每名教师 and 一名党员一面旗 are no numbers; blanked so that positions stay."""
    return re.sub(r"每[一]?[名位]|一[名位](?=党员一)", lambda found: "　" * len(found[0]), clause)


def _find_period(clause: str, counted: bool) -> tuple[str, str, tuple[int, int]] | None:
    if found := _EVERY.search(clause):
        point = _POINT.search(clause)
        exact = point if point and point.start() == found.start() else found  # 每周五 is more than 每周
        return exact[0], _UNITS[found["unit"]], exact.span()
    if not counted:
        return None
    if found := _ONE.search(clause):
        return found[0], _UNITS[found["unit"]], found.span()
    if found := _WITHIN.search(clause):
        term = "期" in found[0]
        return found[0], "term" if term else "year", found.span()
    return None


def _without(clause: str, *spans: tuple[int, int] | None) -> tuple[str, str]:
    """What stands before and after the last of the spans, with all of them cut out."""
    cuts = sorted(span for span in spans if span)
    before, at = "", 0
    for begin, end in cuts:
        before += clause[at:begin]
        at = max(at, end)
    return before, clause[at:]


def _phrase(before: str, after: str) -> str:
    """The matter itself: helping words, bare verbs and adjectives dropped from around the cut."""
    before, after = (re.sub("至少|不少于|不得少于|原则上", "", side).strip(" 。！？：:") for side in (before, after))
    before = _without_light(before)
    act = _ACT.search(before)
    if act and (after or len(act[0]) < len(before)):
        before = _without_light(before[:act.start()])
    after = re.sub(r"^(?:进行|开展|组织|召开|举行|举办)(?=.{2})", "", after[_ADJECTIVE.match(after).end():])
    return before + after if before else _without_light(after).lstrip("的地得")


def _without_light(text: str) -> str:
    while light := _LIGHT.match(text):
        text = text[light.end():]
    return text


def _times(count: re.Match[str] | None) -> int | None:
    return parse_number(half_width(count["low"])) if count and not count["high"] else None


def _per_and_times(per: str, times: int | None) -> tuple[str, int | None]:
    return ("year", 2 * times if times else 2) if per == "half" else (per, times)
