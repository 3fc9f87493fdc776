"""The words that tell a plan's parts apart where it does not number them: calendar titles, appendices, closing words.

Patterns and yes-or-no questions only; month headings are in months.py, numbering marks in lines.py.
"""

import re

_CALENDAR = re.compile(r"(?:行事|日程|月历|大事|安排|配档|推进|一览|活动|计划|进度)(?:历|表|一览|如下){1,2}"
                       r"|(?:活动|工作|月份|具体|时间|各月|逐月|全年)[^。，]{0,6}安排")
_APPENDIX = re.compile(r"附(?:[：:]|$|\s)|附(?:件|录|表)\s{0,2}[一二三四五六1-9]?")
_UNNUMBERED = re.compile(
    r"(?:指导思想|总体要求|总体思路|工作思路|工作目标|主要目标|目标任务|工作重点|重点工作|主要工作|主要任务|工作内容|主要内容|"
    r"工作措施|主要措施|具体措施|工作要求|实施步骤|保障措施|组织保障|活动要求|情况分析|现状分析|基本情况)[：:]?")
_CLOSING = re.compile(r"总之|总知|总而言之|综上|总的来[说讲]|让我们|我们(?:相信|坚信)")
_AFTERWORD = re.compile(r"以上|[（(]?注[：:]|[（(]?备注|[（(]?说明[：:]|如遇|未尽事宜")
_YEAR = r"(?:20\d\d|二[〇○零O0Ｏo][〇○零O0Ｏo一二三四五六七八九]{2}|(?:中华)?民国[\d〇零一二三四五六七八九十百]{2,5})"
_DATE = (rf"{_YEAR}\s?年\s?(?:1[0-2]|0?\d|十[一二]?|[一二三四五六七八九元])\s?月"
         r"(?:\s?(?:[0-3]?\d|[一二三]?十?[一二三四五六七八九]?)\s?[日号])?|20\d\d[-./](?:1[0-2]|0?\d)(?:[-./][0-3]?\d)?")
_DATE_LINE = re.compile(rf"[（(]?(?:{_DATE})[)）]?")
_ORGANISATION = re.compile(
    r"[^。，；：、！？]{2,30}(?:支部|委员会|党委|总支|学校|小学|中学|工会|园|集团|中心|局|会|处|室|院|馆|站|科|队|公司|厂|村|社区|街道|"
    r"妇联|团委|镇|乡|大学|组|办|班)(?:[（(]盖?章[）)])?")
_SIGNED = re.compile(rf"(?P<who>[^。，；：！？]{{2,30}}?)\s{{0,30}}(?P<date>{_DATE})")

PIECE = re.compile(r"^[【（(〔]?(?:第?\s?[一二三四五六七八九十\d]{1,2}\s?篇|篇\s?[一二三四五六七八九十\d]{1,2}|范文[一二三四五六七八九十\d]{1,2})"
                    r"[】）)〕]?\s?[：:、]?\s?")
EVERY = re.compile(r"(每(?:个?月|个?季度|个?学期|周|年))(?:份|固定|常规|例行|工作|活动|必做){0,3}(?:[：:]|$)\s*")
INLINE_MONTH = re.compile(r"(?<=[。；;\s])(?=(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?[：:])")
INLINE_ITEM = re.compile(r"(?<![\d.．])(?:(\d{1,2})[．.、）),，](?!\d(?!\d?月|\d{2}[^\d.．%％元万亿个]|\d?[.．]\d{1,2}[^\d.．%]))"
                         r"|([①-⑳])"
                         r"|[（(](\d{1,2})[）)])")


def is_calendar_title(text: str) -> bool:
    return len(text) <= 40 and "。" not in text and "；" not in text and bool(_CALENDAR.search(text))


def is_appendix(text: str) -> bool:
    return len(text) <= 40 and "。" not in text and bool(_APPENDIX.match(text))


def is_usual_heading(text: str) -> bool:
    """Headings that plans often leave without a number: 指导思想, 工作措施."""
    return len(text) <= 10 and bool(_UNNUMBERED.fullmatch(text))


def is_unnumbered_heading(text: str) -> bool:
    """A usual heading, or a calendar's title on a line of its own."""
    if is_usual_heading(text):
        return True
    return is_calendar_title(text) and bool(re.search(r"(?:历|表|安排|如下)[：:]?$", text)) and "，" not in text


def is_closing(text: str) -> bool:
    """Whether a paragraph opens like the last one of a plan."""
    return bool(_CLOSING.match(text))


def is_afterword(text: str) -> bool:
    """Whether a line speaks about the calendar from below it rather than standing in it."""
    return is_closing(text) or bool(_AFTERWORD.match(text))


def is_date_line(text: str) -> bool:
    return len(text) <= 24 and bool(_DATE_LINE.fullmatch(text))


def is_signature(text: str) -> bool:
    """Who wrote the plan and when, on one line."""
    found = _SIGNED.fullmatch(text) if len(text) <= 60 else None
    return found is not None and bool(_ORGANISATION.fullmatch(found["who"].strip()))


def is_organisation(text: str) -> bool:
    return len(text) <= 40 and bool(_ORGANISATION.fullmatch(text))
