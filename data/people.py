"""Queries about people that several capabilities share: by name, by group, the branch's officers."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from data.models import Branch, Follower, Identity, Person

MEMBER_IDENTITIES = (Identity.MEMBER, Identity.PROBATIONARY)

# Groups of a broadcast that follow from the roster alone (interface.md); 党员 includes 预备党员.
IDENTITY_GROUPS: dict[str, tuple[Identity, ...]] = {
    "全体": tuple(Identity), "党员": MEMBER_IDENTITIES, "预备党员": (Identity.PROBATIONARY,),
    "发展对象": (Identity.CANDIDATE,), "积极分子": (Identity.ACTIVIST,), "教师": (Identity.TEACHER,),
}


def in_groups(groups: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a person belongs to at least one of these groups: 身份 groups, 党小组 or names."""
    identities = {identity for group in groups for identity in IDENTITY_GROUPS.get(group, ())}
    others = [group for group in groups if group not in IDENTITY_GROUPS]
    return or_(Person.identity.in_(identities), Person.group.in_(others), Person.name.in_(others))


def people_in(session: Session, branch_id: int, groups: Sequence[str]) -> Sequence[Person]:
    """The people of a branch who belong to one of the groups, in roster order."""
    return session.scalars(
        select(Person).where(Person.branch_id == branch_id, in_groups(groups)).order_by(Person.id)).all()


def ids_in(session: Session, branch_id: int, groups: Sequence[str]) -> list[int]:
    """Ids of people_in()."""
    return list(session.scalars(
        select(Person.id).where(Person.branch_id == branch_id, in_groups(groups)).order_by(Person.id)))


def people_named(session: Session, branch_id: int, name: str) -> Sequence[Person]:
    """Everybody of that name; equal names are told apart by 工号."""
    return session.scalars(
        select(Person).where(Person.branch_id == branch_id, Person.name == name).order_by(Person.id)).all()


def officers(session: Session, branch_id: int, *duties: str) -> Sequence[Person]:
    """Those who hold one of the duties (书记, 组织委员, …)."""
    people = session.scalars(select(Person).where(Person.branch_id == branch_id, Person.duties != "")).all()
    return [person for person in people if set(person.duties.split("、")) & set(duties)]


def reachable_ids(session: Session, branch_id: int) -> set[int]:
    """People of the branch who are bound and follow the account."""
    return set(session.scalars(select(Follower.person_id).where(
        Follower.branch_id == branch_id, Follower.person_id.is_not(None), Follower.subscribed)))


def find_only_branch(session: Session) -> Branch | None:
    """The first branch: a small installation has one and never sees the word."""
    return session.scalars(select(Branch).order_by(Branch.id).limit(1)).first()
