"""What kind of activity a line of a plan is, and whom it concerns.

Pure rules over words, kept in two tables so that a secretary's correction is one line here.
Knows no file, no database and no person. Start at kinds_in() and audience_of().
"""

import re
from functools import lru_cache

# (kind, words that name it, is it the main matter of a line?). The first rule that takes a stretch of text keeps it:
# 入党积极分子培训 is not also 培训, 党日专题活动 is not also 主题党日.
_RULES: tuple[tuple[str, str, bool], ...] = (
    ("党日专题活动", r"党日专题|专题党日", True),
    ("主题党日", r"主题党(?:日|员)?活动日|主题党员日|党员活动日|主题党日|党日", True),
    ("入党积极分子培训", r"(?:入党)?(?:积极分子|发展对象)[^，。；]{0,8}培训|培训(?:入党)?积极分子|党的基本知识培训",
     True),
    ("暑期师德培训", r"(?:暑期|暑假)[^，。；]{0,6}(?:师德|培训)|师德[^，。；]{0,6}培训", True),
    ("民主生活会", r"民主生活会", True),
    ("组织生活会", r"组织生活会", True),
    ("党员大会", r"(?:支部)?党员(?:代表)?大会|支部大会", True),
    ("支委会", r"支委(?:会|扩大会)|支部委员(?:扩大)?会", True),
    ("党小组会", r"党小组(?:会|[^，。；]{0,4}会议|学习|讨论)", True),
    ("支部会议", r"支部(?:工作)?(?:会议|例会)|党支部[^，。；]{0,4}会议", True),
    ("党课", r"党课", True),
    ("专题讲座", r"讲座|专题报告|报告会", True),
    ("缴党费", r"(?:上缴|收缴|缴纳|交纳|收取|收齐|缴清|缴|交)(?:[^，。；]{0,4})党费|党费(?:的)?(?:收缴|缴纳|交纳|上缴)", True),
    ("公开课", r"公开课|示范课|观摩课|听评课|优质课|研讨课|汇报课|开放课|展示课|研究课|过关课|推门课|听课|评课|磨课|同[课题]异构|公开授课|议课|课堂开放|"
     r"开放课堂|先行课|一课三研", True),
    ("教学展示", r"教学展示|教学评比|教学观摩|教学开放|结对[^，。；]{0,6}展示", True),
    ("研修", r"研修|教研|研训", True),
    ("评优", r"评优|评先|评选|双评|民主评议|评议党员|推优|表彰|两优一先|推(?:荐|选)[^，。；]{0,8}(?:优秀|先进|特殊优良)|寻找[^，。；]{0,3}最美", True),
    ("自学", r"自学|自主学习|个人学习|通读|读书分享", False),
    ("培训", r"培训|轮训|党校学习|讲习班|研习|工作坊|读书班|提升班", False),
    ("材料", r"材料|总结|汇总|台账|归档|归卷|档案|上报|小结|名册|信息库|装订|决算|预算|述职报告|分析报告|责任书|"
     r"(?:整理|完善)[^，。；]{0,6}资料|资料[^，。；]{0,4}(?:收集|整理|上交)|计划上交|上交[^，。；]{0,6}计划|"
     r"(?:制订|制定|拟定)[^，。；]{0,10}(?:计划|方案)", False),
)
KINDS: tuple[str, ...] = (*(kind for kind, _, _ in _RULES), "其他")
ALL_MONTH = frozenset(("自学", "缴党费", "材料"))  # done by each in the course of the month: they need no date
_PATTERNS = tuple((kind, re.compile(words), main) for kind, words, main in _RULES)

_BY_KIND: dict[str, tuple[str, ...]] = {
    "党课": ("党员", "积极分子"), "专题讲座": ("党员", "积极分子"),
    "入党积极分子培训": ("积极分子", "发展对象"),
    "暑期师德培训": ("全体",), "公开课": ("全体",), "研修": ("全体",), "教学展示": ("全体",),
}
_EVERYBODY = re.compile(r"全体(?:教职工|教师|教职员工|职工|员工)|全园(?:教师|教职工)|全校(?:教师|教职工)")
_TEACHERS = re.compile(r"教师|教职工|教职员工|教工|职工")


@lru_cache(maxsize=4096)  # asked of every line of a calendar in every answer about a kind
def kinds_in(text: str) -> tuple[str, ...]:
    """Every kind a line names, the main one first; ("其他",) where it names none.

    Kinds stand in the order of the line, those that only accompany others (自学, 培训, 材料) after them:
    `党员个人总结，开展双争双评工作` is 评优 first, 材料 second.
    """
    text = text[:400]  # an entry is a line; what is longer is prose, and its beginning says what it is about
    taken = [False] * len(text)
    found: dict[str, tuple[bool, int]] = {}
    for kind, words, main in _PATTERNS:
        for match in words.finditer(text):
            if any(taken[match.start():match.end()]):
                continue
            taken[match.start():match.end()] = [True] * (match.end() - match.start())
            found.setdefault(kind, (not main, match.start()))
    return tuple(sorted(found, key=lambda kind: found[kind])) or ("其他",)


def audience_of(kind: str, text: str) -> tuple[str, ...]:
    """The groups an entry concerns: by its kind as in the interface (`Audience by kind`), unless its words say more.

    `全体教师`, `全园教职工` in the text makes it 全体 whatever the kind. Of the kinds that the table does not name,
    培训 and 其他 go by whom they mention: 积极分子 or 发展对象 → those two, teachers and no members → 全体, else 党员.
    Meetings of the branch (党员大会, 支委会, 党小组会, 组织生活会) → 党员: there is no group for the committee alone.
    """
    if _EVERYBODY.search(text):
        return ("全体",)
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if kind not in ("培训", "其他"):
        return ("党员",)
    if "积极分子" in text or "发展对象" in text:
        return ("积极分子", "发展对象")
    return ("全体",) if _TEACHERS.search(text) and "党员" not in text else ("党员",)
