"""A roster file (.csv in UTF-8 or GBK, .xlsx) as rows and per-line problems.

Pure: stores nothing, so that a file with one bad line changes nothing. Start at read_roster().
"""

import re
from dataclasses import dataclass

from data.chinese import half_width
from data.models import Duty, Identity, Person
from data.people import IDENTITY_GROUPS
from data.tables import Column, Problem, TableLine, read_table

COLUMNS = (
    Column("姓名", required=True), Column("工号", required=True, also=("员工号", "编号", "教工号")),
    Column("手机号", also=("手机", "电话", "手机号码", "联系电话")), Column("身份", required=True, also=("政治面貌",)),
    Column("职务", also=("党内职务",)), Column("党小组", also=("小组", "所在党小组")),
)
_BETWEEN_DUTIES = re.compile(r"[、,，/／;；]|\s+")
_HAN_GAP = re.compile(r"(?<=[㐀-鿿])\s+(?=[㐀-鿿])")  # 张 三 is how two-character names are spaced in tables


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person as the file has them; `duties` joined by 、 in the order of the file."""

    line: int
    name: str
    staff_no: str
    phone: str
    identity: Identity
    duties: str
    group: str


@dataclass(frozen=True, slots=True)
class Roster:
    """What was read. With any problem nothing of it may be stored."""

    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...]


class _Wrong(Exception):
    """A value that the roster cannot take; the text says why."""


def read_roster(content: bytes) -> Roster:
    """Read a roster file. Raises tables.NotATable when it is none at all."""
    rows: list[RosterRow] = []
    problems: list[Problem] = []
    first_line: dict[str, int] = {}
    for line in read_table(content, COLUMNS):
        try:
            row = _parse_row(line)
            if before := first_line.get(row.staff_no):
                raise _Wrong(f"工号{row.staff_no}与第{before}行重复")
        except _Wrong as wrong:
            problems.append(Problem(line.number, str(wrong)))
        else:
            first_line[row.staff_no] = line.number
            rows.append(row)
    return Roster(tuple(rows), tuple(problems))


def _parse_row(line: TableLine) -> RosterRow:
    cells = {name: half_width(value) for name, value in line.cells.items()}
    return RosterRow(
        line.number, name=_name(cells["姓名"]), staff_no=_staff_no(cells["工号"]), phone=_phone(cells["手机号"]),
        identity=_identity(cells["身份"]), duties=_duties(cells["职务"]), group=_group(cells["党小组"]))


def _name(text: str) -> str:
    name = _HAN_GAP.sub("", text)
    if not name:
        raise _Wrong("没有写姓名")
    _limit("姓名", name, Person.name.type.length)
    # Names stand in lists, in CSV files and behind command words, so they must not contain what separates those.
    if not re.fullmatch(r"[^\W\d_][\w·.' -]*", name):
        raise _Wrong(f"姓名“{name}”里有不能用的符号")
    if name in IDENTITY_GROUPS:
        raise _Wrong(f"姓名“{name}”与组名相同")
    return name


def _staff_no(text: str) -> str:
    if not text:
        raise _Wrong("没有写工号")
    _limit("工号", text, Person.staff_no.type.length)
    if not re.fullmatch(r"\w[\w./-]*", text):
        raise _Wrong(f"工号“{text}”里有不能用的符号")
    return text


def _phone(text: str) -> str:
    phone = re.sub(r"[\s-]", "", text)
    if phone and not re.fullmatch(r"\+?\d{7,15}", phone):
        raise _Wrong(f"手机号“{text[:20]}”不对")
    return phone


def _identity(text: str) -> Identity:
    if not text:
        raise _Wrong(f"没有写身份，请写{_one_of(Identity)}之一")
    word = text.replace(" ", "")
    for full in ("中共", "入党"):
        word = word.removeprefix(full)
    try:
        return Identity(word)
    except ValueError:
        raise _Wrong(f"身份“{text[:20]}”不认识，请写{_one_of(Identity)}之一") from None


def _duties(text: str) -> str:
    words = [word for word in _BETWEEN_DUTIES.split(text) if word]
    for word in words:
        if word not in tuple(Duty):
            raise _Wrong(f"职务“{word[:20]}”不认识，请写{_one_of(Duty)}，没有就空着")
    return "、".join(dict.fromkeys(words))


def _group(text: str) -> str:
    _limit("党小组", text, Person.group.type.length)
    if re.search(r"[、,;/]", text):
        raise _Wrong(f"党小组“{text}”只能写一个")
    if text in IDENTITY_GROUPS:
        raise _Wrong(f"党小组“{text}”与组名相同")
    return text


def _one_of(kind: type[Identity] | type[Duty]) -> str:
    return "、".join(kind)


def _limit(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise _Wrong(f"{what}超过{most}个字")
