"""Tables that lost their rules on the way: cells between blanks on one line, or each cell on a line of its own.

Pure. Start at restore_tables().
"""

import re
from itertools import pairwise

from data.plan_reader.lines import Line
from data.plan_reader.months import parse_cell

_FIRST = re.compile(r"(?:序号|月份|时间|日期|周次|月度|月)")
_WHEN = re.compile(r"月份|时间|日期|周次|月度|月")
_NAME = re.compile(r"内容|活动|工作|主题|事项|项目|安排|任务|负责|责任|地点|备注|对象|部门|人员|形式|要求|主持|参加|重点|牵头|序号")
MOST_COLUMNS, FEWEST_ROWS = 8, 2


def restore_tables(lines: list[Line]) -> list[Line]:
    """The same lines, those of a lost table as rows."""
    made: list[Line] = []
    at = 0
    while at < len(lines):
        rows, used = _spaced(lines, at)
        if not rows:
            rows, used = _stacked(lines, at)
        made += rows or [lines[at]]
        at += used if rows else 1
    return made


def _row(cells: list[str]) -> Line:
    return Line(" ".join(cell for cell in cells if cell), tuple(cells))


def _is_head(names: list[str]) -> bool:
    return (2 <= len(names) <= MOST_COLUMNS and bool(_FIRST.fullmatch(names[0]))
            and any(_WHEN.fullmatch(name) for name in names[:3])
            and all(len(name) <= 8 and (_NAME.search(name) or _WHEN.fullmatch(name)) for name in names))


def _spaced(lines: list[Line], at: int) -> tuple[list[Line], int]:
    """`月份 活动内容 负责人`, then lines with as many words; a cell with a blank in it is the widest, the content."""
    names = lines[at].text.split()
    if lines[at].cells or len(names) < 2 or not _is_head(names):
        return [], 0
    when = next(place for place, name in enumerate(names) if _WHEN.fullmatch(name))
    rows, end = [_row(names)], at + 1
    while end < len(lines) and not lines[end].cells:
        words = lines[end].text.split()
        if len(words) < 2 or len(words) <= when or not parse_cell(words[when])[0]:
            break
        rows.append(_row(_fitted(words, len(names), when)))
        end += 1
    return (rows, end - at) if len(rows) > FEWEST_ROWS else ([], 0)


def _fitted(words: list[str], columns: int, when: int) -> list[str]:
    more = len(words) - columns
    if more <= 0:
        return [*words, *[""] * -more]
    content = when + 1
    return [*words[:content], " ".join(words[content:content + more + 1]), *words[content + more + 1:]]


def _stacked(lines: list[Line], at: int) -> tuple[list[Line], int]:
    """月份 / 活动内容 / 负责人 / 1月 / … each on its own line, as web pages are copied."""
    names: list[str] = []
    while at + len(names) < len(lines) and len(names) <= MOST_COLUMNS:
        line = lines[at + len(names)]
        text = re.sub(r"\s", "", line.text)
        if line.cells or len(text) > 8 or parse_cell(text)[0] or not (_NAME.search(text) or _WHEN.fullmatch(text)):
            break
        names.append(text)
    if not _is_head(names) or not _WHEN.fullmatch(names[0]):
        return [], 0
    begin = at + len(names)
    starts = [one for one in range(begin, len(lines)) if not lines[one].cells and len(lines[one].text) <= 12
              and parse_cell(lines[one].text)[0]]
    if len(starts) <= FEWEST_ROWS or starts[0] != begin:
        return [], 0
    sizes = [other - one for one, other in pairwise(starts)]
    usual = max(set(sizes), key=sizes.count)
    if not 2 <= usual <= len(names) or min(sizes) < 2:
        return [], 0
    ends = [*starts[1:], min(len(lines), starts[-1] + usual)]
    rows = [_row(names)]
    for one, end in zip(starts, ends, strict=True):
        cells = [line.text for line in lines[one:end]]
        tail = max(0, usual - 2)
        content = "\v".join(cells[1:len(cells) - tail])
        rows.append(_row([cells[0], content, *cells[len(cells) - tail:]] + [""] * (len(names) - usual)))
    return rows, ends[-1] - at

