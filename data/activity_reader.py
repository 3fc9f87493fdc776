"""A file of dated activities (.csv in UTF-8 or GBK, .xlsx) as rows and per-line problems.

Pure: whether a group exists and what is stored is decided elsewhere. Start at read_activities().
"""

import re
from dataclasses import dataclass
from datetime import date, time

from data.chinese import half_width
from data.models import Activity
from data.tables import Column, Problem, TableLine, read_table

COLUMNS = (
    Column("名称", required=True, also=("活动", "活动名称")), Column("日期", required=True, also=("活动日期",)),
    Column("开始", required=True, also=("开始时间",)), Column("结束", also=("结束时间",)),
    Column("地点", also=("活动地点",)), Column("对象", also=("参加对象", "参加人员")),
)
_DATE = re.compile(r"(?:(?P<year>(?:19|20)\d\d)\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
                   r"(?:\s*[(（]?(?:周|星期)[一二三四五六日天][)）]?)?(?:\s+0?0:00(?::00)?)?")
_TIME = re.compile(r"(?P<part>上午|早上|中午|下午|晚上)?\s*(?P<hour>\d{1,2})\s*"
                   r"(?:[:点时]\s*(?P<rest>半|\d{1,2})?)\s*分?(?::\d\d)?")
_BETWEEN_GROUPS = re.compile(r"[、,;/]|\s+|和")


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One activity as the file has it. `end` None: not said; `audience` empty: as its kind has it."""

    line: int
    title: str
    day: date
    start: time
    end: time | None
    place: str
    audience: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActivityTable:
    """What was read. With any problem nothing of it may be stored.

    `audiences`: the groups that each line names, bad lines included.
    """

    rows: tuple[ActivityRow, ...]
    problems: tuple[Problem, ...]
    audiences: tuple[tuple[int, tuple[str, ...]], ...]


def read_activities(content: bytes, year: int) -> ActivityTable:
    """Read a file of activities; `year` is for dates that name none. Raises tables.NotATable."""
    rows: list[ActivityRow] = []
    problems: list[Problem] = []
    audiences: list[tuple[int, tuple[str, ...]]] = []
    for line in read_table(content, COLUMNS):
        groups = _BETWEEN_GROUPS.split(half_width(line.cells["对象"]))
        audiences.append((line.number, tuple(dict.fromkeys(group for group in groups if group))))
        row, wrong = _parse_row(line, year, audiences[-1][1])
        problems += [Problem(line.number, reason) for reason in wrong]
        rows += [row] if row else []
    return ActivityTable(tuple(rows), tuple(problems), tuple(audiences))


def _parse_row(line: TableLine, year: int, audience: tuple[str, ...]) -> tuple[ActivityRow | None, list[str]]:
    """The row, or None and everything that is wrong with it."""
    # Titles and places are shown as they were written; only what is calculated with becomes half-width.
    cells = line.cells
    day, start, end = parse_date(cells["日期"], year), parse_time(cells["开始"]), parse_time(cells["结束"])
    wrong = [] if cells["名称"] else ["没有写名称"]
    wrong += [f"{column}超过{most}个字" for column, most in (
        ("名称", Activity.title.type.length), ("地点", Activity.place.type.length)) if len(cells[column]) > most]
    if day is None:
        wrong.append(_unread(cells["日期"], "日期", "2017-03-10"))
    if start is None:
        wrong.append(_unread(cells["开始"], "开始", "14:00"))
    if cells["结束"] and end is None:
        wrong.append(_unread(cells["结束"], "结束", "16:00"))
    if start and end and end <= start:
        wrong.append("结束时间不晚于开始时间")
    if wrong or day is None or start is None:
        return None, wrong
    return ActivityRow(line.number, cells["名称"], day, start, end, cells["地点"], audience), []


def _unread(cell: str, column: str, example: str) -> str:
    return f"{column}“{cell[:20]}”不对，请写成{example}" if cell else f"没有写{column}"


def parse_date(text: str, year: int) -> date | None:
    """`2017-03-10`, `2017/3/10`, `3月10日` (of `year`); None if it is no day of the calendar."""
    found = _DATE.fullmatch(half_width(text).strip())
    if not found:
        return None
    try:
        return date(int(found["year"] or year), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """`14:00`, `14点半`, `下午2点`; None if it is no time of day."""
    found = _TIME.fullmatch(half_width(text).strip())
    if not found:
        return None
    hour, minute = int(found["hour"]), 30 if found["rest"] == "半" else int(found["rest"] or 0)
    if found["part"] in ("下午", "晚上") and hour < 12 or found["part"] == "中午" and hour < 3:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
