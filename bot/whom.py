"""Whom the words mean: names and 工号 of the branch's roster, with equal names asked about one by one.

Shared by what officers do for others (补签, 确认党费). Reads only. Start at find_named().
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.talk import Question, Reply
from data.models import Person
from data.people import reachable_ids

_BETWEEN = re.compile(r"[\s、，,；;。和与跟及]+")
_TITLES = re.compile(r"(?:老师|同志|书记|园长)?(?:他们|等人|几人|[两三四五]人)?")


@dataclass(frozen=True, slots=True)
class Named:
    """Who is meant: `ids` of people beyond doubt, `shared` names that several people have, and the other words."""

    ids: tuple[int, ...]
    shared: tuple[str, ...]
    rest: str


def find_named(session: Session, branch_id: int, words: str) -> Named:
    """Look for every name and 工号 of the branch in the words; the longest name wins where one contains another."""
    people = session.execute(
        select(Person.id, Person.name, Person.staff_no).where(Person.branch_id == branch_id).order_by(Person.id)).all()
    ids_by_name: dict[str, list[int]] = {}
    for person_id, name, _ in people:
        ids_by_name.setdefault(name, []).append(person_id)
    names, rest = _take_names(words, ids_by_name)
    by_number = {number.upper(): person_id for person_id, _, number in people}
    tokens = [token for token in _BETWEEN.split(rest) if token]
    numbered = [by_number[token.upper()] for token in tokens if token.upper() in by_number]
    # `张伟 T012` names one person twice, not one of two people and another.
    settled = {name for name in names if set(ids_by_name[name]) & set(numbered)}
    alone = [ids_by_name[name][0] for name in names if len(ids_by_name[name]) == 1]
    shared = [name for name in names if len(ids_by_name[name]) > 1 and name not in settled]
    others = " ".join(token for token in tokens if token.upper() not in by_number)
    return Named(tuple(dict.fromkeys((*alone, *numbered))), tuple(shared), others)


def _take_names(words: str, ids_by_name: Mapping[str, Sequence[int]]) -> tuple[list[str], str]:
    """The names in the words in their order, and the words without them and the titles that follow them."""
    places: list[tuple[int, str]] = []
    for name in sorted(ids_by_name, key=len, reverse=True):
        while (at := words.find(name)) >= 0:
            places.append((at, name))
            end = at + len(name)
            end = _TITLES.match(words, end).end()
            words = words[:at] + " " * (end - at) + words[end:]
    return list(dict.fromkeys(name for _, name in sorted(places))), words.strip()


def label(person: Person) -> str:
    """What tells a person from others of the same name: `张伟（党员，第一党小组，工号尾号003）`."""
    parts = (person.identity.value, person.group, f"工号尾号{person.staff_no[-3:]}")
    return f"{person.name}（{'，'.join(part for part in parts if part)}）"


def names_apart(session: Session, branch_id: int, people: Sequence[Person]) -> list[str]:
    """The names of these people, with 工号 where somebody else of the branch has the same: `张伟（工号尾号003）`."""
    names = {person.name for person in people}
    numbers: dict[str, list[str]] = {}
    for name, staff_no in session.execute(
            select(Person.name, Person.staff_no).where(Person.branch_id == branch_id, Person.name.in_(names))):
        numbers.setdefault(name, []).append(staff_no)
    return [person.name + _apart(person.staff_no, numbers[person.name]) for person in people]


def _apart(own: str, numbers: Sequence[str]) -> str:
    if len(numbers) == 1:
        return ""
    tails = {number[-3:] for number in numbers}
    return f"（工号尾号{own[-3:]}）" if len(tails) == len(numbers) else f"（工号{own}）"


def ask_who(session: Session, branch_id: int, named: Named, question: str, **data: Any) -> Reply:
    """Ask which person the first shared name means; add_chosen() reads the answer in the handler named `question`."""
    name = named.shared[0]
    people = session.scalars(
        select(Person).where(Person.branch_id == branch_id, Person.name == name).order_by(Person.id)).all()
    labels = {label(person): person.id for person in people}
    if len(labels) < len(people):
        labels = {f"{label(person)[:-1]}，工号{person.staff_no}）": person.id for person in people}
    lines = "\n".join(f"{number}. {text}" for number, text in enumerate(labels, 1))
    kept = {"ids": list(named.ids), "shared": list(named.shared[1:]), "rest": named.rest, "which": labels}
    return Reply(f"名册里有{len(people)}位{name}，请问是哪一位？请回复数字：\n{lines}",
                 Question(question, "choice", kept | data, tuple(labels)))


def add_chosen(data: Mapping[str, Any], chosen: str) -> Named:
    """What is known after an answer to ask_who()."""
    return Named((*data["ids"], data["which"][chosen]), tuple(data["shared"]), data["rest"])


def people_by_id(session: Session, branch_id: int, ids: Sequence[int]) -> list[Person]:
    """The people of the branch with these ids, in the order given; whoever is gone is left out."""
    found = {person.id: person for person in session.scalars(
        select(Person).where(Person.branch_id == branch_id, Person.id.in_(ids)))}
    return [found[person_id] for person_id in ids if person_id in found]


def say_unreached(session: Session, branch_id: int, people: Collection[int]) -> str:
    """`其中2人没有绑定或已取消关注，收不到`; nothing where every one of the people can be reached."""
    deaf = len(set(people) - reachable_ids(session, branch_id))
    return f"其中{deaf}人没有绑定或已取消关注，收不到" if deaf else ""
