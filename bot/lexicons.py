"""Each branch's names and groups for understanding, kept a short while: not every message has to read the roster."""

from threading import Lock
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.nlu.slots import Lexicon
from data.models import Person

KEEP_SECONDS = 20  # a new colleague's name is understood this soon after a roster import, in every process


class Lexicons:
    """Lexicons by branch; None (somebody not bound) has an empty one."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds = kinds
        self._kept: dict[int, tuple[float, Lexicon]] = {}
        self._empty = Lexicon(people={}, groups=frozenset(), kinds=kinds)
        self._lock = Lock()

    def of(self, session: Session, branch_id: int | None) -> Lexicon:
        """The branch's lexicon, read again when it is older than KEEP_SECONDS."""
        if branch_id is None:
            return self._empty
        kept = self._kept.get(branch_id)
        if kept and monotonic() - kept[0] < KEEP_SECONDS:
            return kept[1]
        people: dict[str, tuple[int, ...]] = {}
        groups = set()
        rows = session.execute(select(Person.id, Person.name, Person.group).where(Person.branch_id == branch_id))
        for number, name, group in rows:
            people[name] = (*people.get(name, ()), number)
            groups.add(group)
        lexicon = Lexicon(people=people, groups=frozenset(groups - {""}), kinds=self._kinds)
        with self._lock:
            self._kept[branch_id] = (monotonic(), lexicon)
        return lexicon
