"""What can be exported, who may, and one request for it, as it travels in a link.

Letters, anonymous or signed, and phone numbers are in no export. Start at Kind and Request.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.talk import Who
from data.activities import belongs
from data.models import Branch, Person
from handlers.export.period import Period

_NOT_IN_FILENAMES = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_LONGEST_NAME = 60


class Kind(StrEnum):
    """A table that can be exported; the value is the word of the command."""

    CHECKIN = "签到"
    DUES = "党费"
    ROSTER = "名册"
    STUDY = "自学"

    @property
    def who(self) -> Who:
        return _WHO[self]

    @property
    def table(self) -> str:
        """What its heading calls it."""
        return _TABLE[self]


_WHO = {Kind.CHECKIN: Who.ORGANISERS, Kind.DUES: Who.ORGANISERS, Kind.ROSTER: Who.SECRETARY,
        Kind.STUDY: Who.PUBLICISTS}
_TABLE = {Kind.CHECKIN: "签到表", Kind.DUES: "党费登记表", Kind.ROSTER: "名册", Kind.STUDY: "自学记录表"}


def kinds_for(person: Person) -> tuple[Kind, ...]:
    """What this person may export."""
    return tuple(kind for kind in Kind if kind.who.allows(person))


@dataclass(frozen=True, slots=True)
class Request:
    """One table for one branch. `only`: groups or names that it is limited to; `activities`: those that were named,
    and `what` they are called.

    A roster is always the present one: its period is the day of the request.
    """

    kind: Kind
    branch_id: int
    period: Period
    only: tuple[str, ...] = ()
    activities: tuple[int, ...] = ()
    what: str = ""

    def to_data(self) -> dict[str, Any]:
        """What the link keeps; JSON values only."""
        return {"kind": self.kind.value, "first": self.period.first.isoformat(), "last": self.period.last.isoformat(),
                "only": list(self.only), "activities": list(self.activities), "what": self.what}

    @classmethod
    def from_data(cls, branch_id: int, data: Mapping[str, Any]) -> "Request":
        period = Period(date.fromisoformat(data["first"]), date.fromisoformat(data["last"]))
        return cls(Kind(data["kind"]), branch_id, period, tuple(data["only"]), tuple(data["activities"]), data["what"])

    @property
    def when(self) -> str:
        """`2017年3月`; nothing for a roster."""
        return "" if self.kind is Kind.ROSTER else self.period.label

    @property
    def name(self) -> str:
        """`2017年3月签到表`, `2017年3月10日主题党日活动签到表`, `名册（党员）`: what people are told it is."""
        limits = f"（{'、'.join(self.only)}）" if self.only else ""
        return f"{self.when}{self.what}{self.kind.table}{limits}"

    @property
    def filename(self) -> str:
        """`签到_2017年3月.xlsx`, without what file systems do not take."""
        parts = [self.kind.value, self.period.label + self.what, *self.only]
        return f"{_NOT_IN_FILENAMES.sub('_', '_'.join(parts))[:_LONGEST_NAME]}.xlsx"

    def heading(self, session: Session) -> str:
        """`临平第二幼儿园党支部2017年3月签到表`."""
        return f"{session.get_one(Branch, self.branch_id).name}{self.name}"

    def people(self, session: Session) -> Sequence[Person]:
        """Those of the branch whom it is about, in roster order."""
        everybody = session.scalars(select(Person).where(Person.branch_id == self.branch_id).order_by(Person.id)).all()
        return [person for person in everybody if not self.only or belongs(person, self.only)]


def names_of(people: Sequence[Person]) -> dict[int, str]:
    """How a table names people: equal names are told apart by 工号."""
    times = Counter(person.name for person in people)
    return {person.id: person.name if times[person.name] == 1 else f"{person.name}（{person.staff_no}）"
            for person in people}
