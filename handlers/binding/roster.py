"""名册: storing what roster_reader has read.

People are known again by 工号 and never deleted. Start at import_roster().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.models import Person
from data.roster_reader import RosterRow


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """What an import did: how many are new, changed, unchanged; and who is on the roster but not in the file."""

    new: int
    changed: int
    unchanged: int
    not_in_file: int


def import_roster(session: Session, branch_id: int, rows: Sequence[RosterRow], now: datetime) -> RosterChanges:
    """Take over the rows of a file that had no problem. Bindings and records stay as they are."""
    known = {person.staff_no: person for person in session.scalars(select(Person).where(Person.branch_id == branch_id))}
    new = changed = 0
    for row in rows:
        person = known.get(row.staff_no)
        if person is None:
            session.add(Person(branch_id=branch_id, staff_no=row.staff_no, **_values(row)))
            new += 1
        elif _update(person, row):
            audit.record(session, branch_id, now, None, "roster.change", f"person/{person.id}")
            changed += 1
    audit.record(session, branch_id, now, None, "roster.import", f"branch/{branch_id}", new=new, changed=changed)
    session.flush()
    return RosterChanges(new, changed, len(rows) - new - changed, len(known) - (len(rows) - new))


def _values(row: RosterRow) -> dict[str, str]:
    return {"name": row.name, "phone": row.phone, "identity": row.identity, "duties": row.duties, "group": row.group}


def _update(person: Person, row: RosterRow) -> bool:
    values = _values(row)
    if not row.phone:  # an exported roster has no numbers, and brought back it must not wipe them out
        del values["phone"]
    different = {name: value for name, value in values.items() if getattr(person, name) != value}
    for name, value in different.items():
        setattr(person, name, value)
    return bool(different)
