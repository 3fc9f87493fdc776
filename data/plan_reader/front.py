"""The front and the foot of a plan: title, year, signature; and whether the text is a plan at all.

Pure. Start at read_front().
"""

import re
from dataclasses import dataclass

from data.chinese import half_width, parse_number
from data.plan_reader.lines import Line, parse_mark
from data.plan_reader.model import NotAPlan
from data.plan_reader.patterns import (
    PIECE,
    is_appendix,
    is_date_line,
    is_organisation,
    is_signature,
    is_unnumbered_heading,
)

_PLAN = re.compile(r"计划|规划|方案|安排|行事历|工作要点|工作思路|工作打算|日程|任务清单|配档表|推进表")
_OTHER = re.compile(
    r"总结|汇报|报道|简报|纪要|名单|名册|花名册|通讯录|食谱|小说|述职|通知|合同|通报|制度|办法|规定|章程|条例|细则|心得|体会|申请书|教案|"
    r"记录|简介|新闻|致辞|讲话|演讲|倡议|公告|公示|目录|说明书|须知|评语|自查|报告|纪实|侧记|事迹|职责|守则|统计")
_NEWS = re.compile(r"召开|举行|圆满|顺利|隆重|侧记|纪实|检查组|莅临|赴")
_AHEAD = re.compile(r"计划|安排|要点|打算|行事历|本学期|本年度|今年|全年|下一步")
_PROSE = re.compile(r"[。；！？]|，.{12,}")
_WORK = re.compile(r"工作|活动|学习|开展|组织|加强|落实|党员|支部|会议|培训|教育|教师|建设|党建|工会|幼儿园")
_TOP = 8
_ORDER = re.compile(r"(?:印发|下发|转发).*(?:通知|函)$")
_APPENDIX_MARK = re.compile(r"附件?\s?[一二三四五六七八九十\d]{0,2}\s?[：:]?")

_N = "[〇○零OoＯ0一二三四五六七八九]"
_TO = r"\s?[-—–－~～至到/]{1,2}\s?"
_DIGIT_YEAR = re.compile(rf"(?<!\d)(20\d\d)(?:\s?年|\s?学年|{_TO}(?:20)?\d\d|[.]\d)")
_CHINESE_YEAR = re.compile(rf"(二[〇○零OoＯ0]{_N}{{2}})(?=年|学年|{_TO})")
_SCHOOL_YEAR = re.compile(rf"(?:(?<!\d)20\d\d|二{_N}{{3}}|(?<!\d)1[01]\d|[一二三四五六七八九〇零百十]{{3,5}})\s?年?"
                          rf"(?:{_TO}(?:(?:20)?\d\d|二{_N}{{3}})\s?年?)?\s?(?:学年|年度?第?[一二上下]学期)")
_MINGUO = re.compile(r"民国\s?(\d{2,3}|[〇零一二三四五六七八九十百]{2,5})\s?(?:学?年)"
                     r"|(?<![\d〇零一二三四五六七八九十百])(1[01]\d|一[〇零一][〇零一二三四五六七八九]|一百[〇零一二三四五六七八九十]{1,4})\s?学年")
_OPENING_YEAR = re.compile(r"(?:^|[。，；])(20\d\d)年(?:度)?[，,]?(?:我|学校|本|全|支部|工会|是|将|工作|度|在|以|上半年|春|秋|学校工会)")
_SECOND_TERM = re.compile(r"第二学期|下学期|春季")


@dataclass(frozen=True, slots=True)
class Years:
    """The plan's year, and the year each month falls in: a school year runs over New Year."""

    year: int | None
    of_month: dict[int, int]

    @property
    def run_over_new_year(self) -> bool:
        return self.of_month.get(1) != self.of_month.get(9)


@dataclass(frozen=True, slots=True)
class Front:
    title: str
    body: list[Line]
    left_out: list[str]
    dated: str  # the date of the signature as printed, or ""


def read_front(lines: list[Line]) -> Front:
    """Title and signature taken off; `body` is the rest."""
    at = _find_title(lines)
    title, body = ("", lines) if at is None else _take_title(lines, at)
    signature = _find_signature(body)
    dates = [body[index].text for index in sorted(signature) if re.search(r"\d{4}|年", body[index].text)]
    return Front(title, [line for index, line in enumerate(body) if index not in signature],
                 [body[index].text for index in sorted(signature)], dates[-1] if dates else "")


def _find_title(lines: list[Line]) -> int | None:
    found: list[int] = []
    for index, line in enumerate(lines[:3 * _TOP]):
        short = len(line.text) <= 60 and not line.cells and not _PROSE.search(line.text)
        if short and _PLAN.search(line.text) and not is_appendix(line.text) and _is_free(line):
            found.append(index)
    if found and _ORDER.search(lines[found[0]].text) and len(found) > 1:
        return found[1]  # a letter that hands out the plan, then the plan
    return found[0] if found and found[0] < _TOP else None


def _is_free(line: Line) -> bool:
    return parse_mark(line.text) is None or line.depth == 1


def _take_title(lines: list[Line], at: int) -> tuple[str, list[Line]]:
    first = at
    while first > 0 and _is_title_part(lines[first - 1]):
        first -= 1
    title = PIECE.sub("", "".join(line.text for line in lines[first:at + 1])).rstrip("：:")
    return title, lines[:first] + lines[at + 1:]


def _is_title_part(line: Line) -> bool:
    return (len(line.text) <= 30 and not re.search(r"[。，；：、！？]", line.text) and _is_free(line)
            and not line.cells and not is_appendix(line.text) and not is_date_line(line.text)
            and not is_unnumbered_heading(line.text))


def _find_signature(lines: list[Line]) -> set[int]:
    """Lines that only say who wrote the plan and when: at the end, above an appendix, or under the title."""
    found: set[int] = set()
    for index, line in enumerate(lines):
        if not is_date_line(line.text):
            continue
        following = lines[index + 1:index + 2]
        signed = index > 0 and is_organisation(lines[index - 1].text)
        # Without these, 2017年3月 on a line of its own heads a month of the calendar.
        alone = index == 0 or not following or is_appendix(following[0].text) or re.search(r"[日号]", line.text)
        if signed or alone:
            found.update((index - 1, index) if signed else (index,))
    last = len(lines) - 1
    found.update(index for index in range(max(0, last - 2), last + 1)
                 if not lines[index].cells and is_signature(lines[index].text))
    found.update(index for index in range(max(0, last - 2), last + 1) if lines[index].indent >= 16
                 and is_organisation(lines[index].text))
    if lines and lines[0].text and _APPENDIX_MARK.fullmatch(lines[0].text):
        found.add(0)
    if lines and last not in found and re.search(r"支部|委员会|党委|总支", lines[last].text) \
            and is_organisation(lines[last].text):
        found.add(last)
    return found


def choose_years(front: Front, asked: int | None) -> tuple[Years, list[str]]:
    """The year from what was asked, else the title, the signature, the first words; with a warning where in doubt."""
    printed = _year_in(front.title)
    year, warnings = asked or printed, []
    if asked and printed and asked != printed:
        warnings.append(f"标题写的是{printed}年，现按指定的{asked}年读取；如果不对，请换一个年份再导入。")
    if year is None and front.dated:
        year = _year_in(front.dated) or _year_in(f"{front.dated[:4]}年")
        if re.search(r"年\s?(?:1[12]|十[一二])\s?月|[-./]1[12][-./]", front.dated):
            year = None  # signed at a year's end: this year's plan written late, or the next year's written early
        if year:
            warnings.append(f"标题没有写年份，按落款“{front.dated}”定为{year}年；如果不对，请指定年份再导入。")
    if year is None and not front.dated and (found := _opening_year(front)):
        year = found
        warnings.append(f"标题没有写年份，按开头的“{year}年”读取；如果不对，请指定年份再导入。")
    if year is None:
        warnings.append("没有找到计划的年份；请在导入时指定年份（--year）。")
        return Years(None, {}), warnings
    return _spread(year, front.title, asked is not None and asked != printed), warnings


def _opening_year(front: Front) -> int | None:
    found = {int(one) for line in front.body[:3] for one in _OPENING_YEAR.findall(half_width(line.text[:200]))}
    return found.pop() if len(found) == 1 else None


def _spread(year: int, title: str, moved: bool) -> Years:
    if not _SCHOOL_YEAR.search(title):
        return Years(year, dict.fromkeys(range(1, 13), year))
    first = year - 1 if moved and _SECOND_TERM.search(title) else year
    own = year if not _SECOND_TERM.search(title) or moved else year + 1
    return Years(own, {month: first if month >= 8 else first + 1 for month in range(1, 13)})


def _year_in(text: str) -> int | None:
    if found := _DIGIT_YEAR.search(half_width(text)):
        return int(found[1])
    if found := _CHINESE_YEAR.search(half_width(text)):
        return parse_number(re.sub("[OoＯ○0]", "〇", found[1]))
    if found := _MINGUO.search(half_width(text)):
        number = parse_number((found[1] or found[2]).replace("零", "〇") if "百" not in found[0] else found[1] or found[2])
        return number + 1911 if number and number < 200 else None
    return None


def check_is_plan(front: Front, text: str, sections: int, months: int) -> None:
    """Raises NotAPlan unless title, structure and vocabulary together speak for a plan."""
    top = front.title or (front.body[0].text if front.body else "")
    work = len(_WORK.findall(text[:200_000])) * 1000 / max(200, min(len(text), 200_000))
    other = _OTHER.search(top)
    announced = re.search(r"的(?:通知|报告|函|通报|决定)$", top) and not re.search(r"印发|转发|下发|发布", top)
    if other and (not _PLAN.search(top) or announced and not months):
        raise NotAPlan(f"这份文件看上去是{other[0]}，不是工作计划；请交年度工作计划（.docx、.pdf、.txt 或 .md）。")
    if months == 0 and sections < 3 and _NEWS.search(top):
        raise NotAPlan("这份文件看上去是报道，不是工作计划；请交年度工作计划（.docx、.pdf、.txt 或 .md）。")
    named = bool(front.title) and work >= 4 and (sections > 1 or months > 0 or work >= 15 and len(text) > 80)
    unnamed = bool(_AHEAD.search(text[:2000])) and (work >= 8 and months >= 3 or work >= 15 and sections >= 4)
    if not named and not unnamed:
        raise NotAPlan("这份文件不像工作计划：没有看到计划的标题、分条的工作内容或按月的安排；"
                       "请交年度工作计划（.docx、.pdf、.txt 或 .md）。")
