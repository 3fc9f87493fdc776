"""The roster as its questions need it: who may see which names, who holds an office, how names are told apart.

Reads only, within one branch. Start at Roster.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.talk import ORGANISERS, duties_of
from bot.wechat.messages import PAGE
from data.models import Duty, Follower, Identity, Person
from data.people import IDENTITY_GROUPS

LISTERS = ORGANISERS | {Duty.PUBLICITY, Duty.DISCIPLINE}
NAMES_A_PAGE = 40
_RANK = list(Duty)


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody of one branch in roster order, and `asker`, one of them."""

    people: tuple[Person, ...]
    asker: Person

    def may_list(self) -> bool:
        """Names by 身份 and of any 党小组: 书记, 副书记 and the 委员."""
        return bool(duties_of(self.asker) & LISTERS)

    def may_list_group(self, group: str) -> bool:
        """Names of a 党小组: also its own members."""
        return self.may_list() or bool(group) and self.asker.group == group

    def may_look_up(self, person: Person) -> bool:
        """身份, 党小组 and binding of a person: 书记, 副书记, 组织委员, and everybody their own."""
        return self.may_see_details() or person.id == self.asker.id

    def may_see_details(self) -> bool:
        """What concerns single people: who they are in the branch, whether they are bound."""
        return bool(duties_of(self.asker) & ORGANISERS)

    def holders(self, office: str) -> list[Person]:
        """Those who hold an office."""
        return [person for person in self.people if office in duties_of(person)]

    def of_identity(self, name: str) -> list[Person]:
        """Those of a 身份 as people say it: 党员 includes 预备党员."""
        return [person for person in self.people if person.identity in IDENTITY_GROUPS[name]]

    def in_group(self, group: str) -> list[Person]:
        return [person for person in self.people if person.group == group]

    def groups(self) -> list[str]:
        """The 党小组 that have anybody, as first met in the roster, the usual ones in order."""
        found = dict.fromkeys(person.group for person in self.people if person.group)
        return sorted(found, key=_group_order)

    def named(self, name: str) -> list[Person]:
        return [person for person in self.people if person.name == name]


def _group_order(group: str) -> tuple[int, str]:
    number = "一二三四五六七八九十".find(group[1:2]) if group.startswith("第") else -1
    return (number if number >= 0 else len(group) + 100, group)


def read_roster(session: Session, asker: Person) -> Roster:
    """The roster of the asker's branch."""
    people = session.scalars(select(Person).where(Person.branch_id == asker.branch_id).order_by(Person.id)).all()
    return Roster(tuple(people), asker)


def bound_ids(session: Session, branch_id: int) -> set[int]:
    """Those of the branch who are tied to a phone, whether they follow the account now or not."""
    return set(session.scalars(select(Follower.person_id).where(
        Follower.branch_id == branch_id, Follower.person_id.is_not(None))))


def tell_apart(people: Sequence[Person]) -> list[str]:
    """The names; those that stand twice with what tells them apart: `张伟（党员，第一党小组）`."""
    counts = Counter(person.name for person in people)
    return [person.name if counts[person.name] == 1 else f"{person.name}（{place_of(person)}）" for person in people]


def place_of(person: Person) -> str:
    """`党员，第一党小组`."""
    return "，".join(part for part in (person.identity.value, person.group) if part)


def say_names(names: Sequence[str]) -> str:
    """The names in pages; 继续 brings the next."""
    pages = [names[at:at + NAMES_A_PAGE] for at in range(0, len(names), NAMES_A_PAGE)]
    return f"、{PAGE}".join("、".join(page) for page in pages)


def count_identities(people: Sequence[Person]) -> str:
    """`党员9人（含预备党员1人）、发展对象1人、教师4人`."""
    counts = Counter(person.identity for person in people)
    members, new = counts[Identity.MEMBER], counts[Identity.PROBATIONARY]
    parts = [f"党员{members + new}人" + (f"（含预备党员{new}人）" if new else "")] if members + new else []
    parts += [f"{identity.value}{counts[identity]}人" for identity in
              (Identity.CANDIDATE, Identity.ACTIVIST, Identity.TEACHER) if counts[identity]]
    return "、".join(parts)


def in_rank(people: Sequence[Person]) -> list[Person]:
    """Those who hold an office, 书记 first."""
    return sorted(people, key=lambda person: min(_RANK.index(Duty(duty)) for duty in duties_of(person)))
