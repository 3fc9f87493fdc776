"""How the console names people: by name; by name and 工号 where the branch has several of that name."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import Person


def shared_names(session: Session, branch_id: int) -> frozenset[str]:
    """The names that more than one person of the branch has."""
    return frozenset(session.scalars(select(Person.name).where(Person.branch_id == branch_id).group_by(Person.name)
                                     .having(func.count() > 1)))


def told_apart(person: Person, shared: frozenset[str]) -> str:
    """The name; with 工号 where it is shared."""
    return f"{person.name}（{person.staff_no}）" if person.name in shared else person.name


def all_told_apart(people: Iterable[Person], shared: frozenset[str]) -> list[str]:
    """told_apart() of each."""
    return [told_apart(person, shared) for person in people]
