"""Several plans in one file: where each begins, so that the secretary can say which one is meant.

Pure. Start at choose_plan().
"""

import re

from data.plan_reader.lines import BULLET, Line, parse_mark
from data.plan_reader.model import NotAPlan
from data.plan_reader.months import parse_heading
from data.plan_reader.patterns import PIECE, is_appendix, is_usual_heading

_TITLE = re.compile(
    r"(?=.*(?:20\d\d|二[〇○零O0]|学年|学期|年度|党|工会|学校|幼儿园|小学|中学|团委|少先队|社区|篇))"
    r"[^。；！？，]{4,44}(?:计划|要点|方案|规划)(?:\s?[（(][^）)]{1,10}[）)]|\s?篇?[一二三四五六七八九十\d]{1,2})?")
_APPENDIX_MARK = re.compile(r"附件?\s?[一二三四五六七八九十\d]{0,2}\s?[：:]?")
_FEWEST_LINES = 4  # a title with less below it is one that is only mentioned


class SeveralPlans(NotAPlan):
    """The file holds several plans; `titles` in order."""

    def __init__(self, titles: list[str]) -> None:
        named = "；".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
        super().__init__(f"文件里有{len(titles)}份计划：{named}。请用 --plan 1 到 --plan {len(titles)} 指明读哪一份。")
        self.titles = titles


def choose_plan(lines: list[Line], which: int | None) -> tuple[list[Line], list[Line]]:
    """The lines of the plan that is meant, and those of the others. Raises SeveralPlans, NotAPlan."""
    begins = _begins(lines)
    if len(begins) < 2:
        if which not in (None, 1):
            raise NotAPlan(f"文件里只有一份计划，没有第{which}份；请去掉 --plan 再导入。")
        return lines, []
    titles = [lines[begin].text for begin in begins]
    if which is None:
        raise SeveralPlans(titles)
    if not 1 <= which <= len(begins):
        raise NotAPlan(f"文件里有{len(begins)}份计划，没有第{which}份；请用 --plan 1 到 --plan {len(begins)} 指明。")
    starts = [begin - 1 if begin and _APPENDIX_MARK.fullmatch(lines[begin - 1].text) else begin for begin in begins]
    begin, end = starts[which - 1], [*starts[1:], len(lines)][which - 1]
    return lines[begin:end], [*lines[:begin], *lines[end:]]


def _begins(lines: list[Line]) -> list[int]:
    """The titles below which a text of its own begins."""
    titles = [at for at, line in enumerate(lines) if _is_title(line)]
    # 附件：党员学习计划 belongs to the plan above it; where all are 附件1：…, 附件2：…, each is one of its own.
    titles = [at for at in titles if not is_appendix(lines[at].text) or is_appendix(lines[titles[0]].text)]
    kept: list[int] = []
    for at, end in zip(titles, [*titles[1:], len(lines)], strict=False):
        same = any(_plain(lines[one].text) == _plain(lines[at].text) for one in kept)
        if not same and end - at > _FEWEST_LINES and any(_opens(line) for line in lines[at + 1:min(end, at + 8)]):
            kept.append(at)
    return kept


def _is_title(line: Line) -> bool:
    text = line.text
    if line.cells or len(text) > 60 or text.endswith(("：", ":")):
        return False
    if found := PIECE.match(text):
        return bool(_TITLE.fullmatch(text)) or not text[found.end():]
    return bool(_TITLE.fullmatch(text)) and (parse_mark(text) is None or line.depth == 1)


def _opens(line: Line) -> bool:
    """Whether a line looks like the first of a plan's parts."""
    mark = parse_mark(line.text)
    heading = parse_heading(line.text)
    return bool(mark and mark.rank != BULLET and mark.value == 1 or is_usual_heading(line.text)
                or heading and heading.firm or line.cells or line.depth > 1)


def _plain(text: str) -> str:
    return re.sub(r"\W", "", text)
