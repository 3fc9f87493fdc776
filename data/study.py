"""自学: who has recorded what, and in which months the plan asks for it. Queries that several capabilities share.

What was taken back counts for nothing; nothing here is ordered by number. Reads only.
Start at records_of() for a person, at counts_in() for a branch, at study_blocks() for the plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from sqlalchemy import bindparam, extract, func, select
from sqlalchemy.orm import Session

from data.activities import LONGEST_BLOCK, Item, belongs, year_view
from data.models import Person, StudyRecord
from data.people import people_in
from data.plan_rules import kinds_in

KIND = "自学"

_standing = (StudyRecord.withdrawn_at.is_(None), StudyRecord.studied_on >= bindparam("first"),
             StudyRecord.studied_on <= bindparam("last"))
_month = extract("month", StudyRecord.studied_on)
# Made once: to build a statement costs more than to run it.
_OWN = select(StudyRecord).where(StudyRecord.person_id == bindparam("person_id"), *_standing).order_by(
    StudyRecord.studied_on.desc(), StudyRecord.id.desc())
_BRANCH = select(StudyRecord, Person).join(Person, Person.id == StudyRecord.person_id).where(
    StudyRecord.branch_id == bindparam("branch_id"), *_standing).order_by(
    Person.id, StudyRecord.studied_on, StudyRecord.id)
_COUNTS = select(StudyRecord.person_id, _month, func.count()).where(
    StudyRecord.branch_id == bindparam("branch_id"), *_standing).group_by(StudyRecord.person_id, _month)


def records_of(session: Session, person_id: int, first: date, last: date) -> Sequence[StudyRecord]:
    """A person's own records of those days, both included, the newest first."""
    return session.scalars(_OWN, {"person_id": person_id, "first": first, "last": last}).all()


def records_in(session: Session, branch_id: int, first: date, last: date) -> Sequence[tuple[StudyRecord, Person]]:
    """Everybody's records of those days, in roster order, each person's by day."""
    rows = session.execute(_BRANCH, {"branch_id": branch_id, "first": first, "last": last})
    return [(record, person) for record, person in rows]


def counts_in(session: Session, branch_id: int, year: int) -> dict[int, dict[int, int]]:
    """How many records each person has in each month of the year: {person: {month: number}}, zeros left out."""
    counts: dict[int, dict[int, int]] = {}
    for person_id, month, number in session.execute(
            _COUNTS, {"branch_id": branch_id, "first": date(year, 1, 1), "last": date(year, 12, 31)}):
        counts.setdefault(person_id, {})[int(month)] = number
    return counts


@dataclass(frozen=True, slots=True)
class StudyBlock:
    """A month, or a few together, in which the plan has 自学; `note` says where an earlier year's plan serves."""

    year: int
    months: tuple[int, ...]
    audience: tuple[str, ...]
    note: str

    def concerns(self, person: Person) -> bool:
        return belongs(person, self.audience)


def study_blocks(session: Session, branch_id: int, year: int) -> tuple[StudyBlock, ...]:
    """The plan's months of study in that year, in order; what stands for half a year or more names no month."""
    view = year_view(session, branch_id, year, UTC)
    audiences: dict[tuple[int, ...], tuple[str, ...]] = {}
    for item in view.items:
        if _asks_for_study(item):
            audiences[item.months] = tuple(dict.fromkeys((*audiences.get(item.months, ()), *item.audience)))
    return tuple(StudyBlock(year, months, audiences[months], view.note) for months in sorted(audiences))


def _asks_for_study(item: Item) -> bool:
    """A line may have another main matter and ask for study as well (主题党日，自学)."""
    return item.entry is not None and not item.is_cancelled and 0 < len(item.months) <= LONGEST_BLOCK \
        and (item.kind == KIND or KIND in kinds_in(item.title))


def still_to_study(session: Session, branch_id: int, year: int, month: int) -> list[int]:
    """Whom the plan's study of that month concerns and who has no record in it yet, in roster order."""
    groups = [group for block in study_blocks(session, branch_id, year) if month in block.months
              for group in block.audience]
    counts = counts_in(session, branch_id, year)
    return [person.id for person in people_in(session, branch_id, groups) if month not in counts.get(person.id, {})]
