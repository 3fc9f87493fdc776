"""Who reads the two boxes, and what a letter's words say of them: addressed to them, or about them.

Start at see_readers().
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.nlu.slots import Lexicon
from bot.talk import Sorry
from data.letters import readers
from data.models import LetterBox, Person
from handlers.letters.addressee import Addressed, read_addressee
from handlers.letters.subject import call, is_about_discipline, is_about_leader

NO_DISCIPLINE = ("支部现在没有可以收这封信的纪检委员，信没有寄出。"
                 "要交给书记和园长，请在内容前写“交给书记园长”，空一格，再发一次。")


@dataclass(frozen=True, slots=True)
class Readers:
    """The leaders and those of 纪检委员 who read letters; `called` is what each side is called, names first."""

    leaders: Sequence[Person]
    discipline: Sequence[Person]
    leaders_called: tuple[str, ...]
    discipline_called: tuple[str, ...]

    @property
    def boxes(self) -> tuple[tuple[LetterBox, Sequence[Person]], ...]:
        return (LetterBox.DISCIPLINE, self.discipline), (LetterBox.LEADERSHIP, self.leaders)

    def read(self, text: str) -> Addressed:
        """To whom the words are addressed."""
        return read_addressee(text, self.discipline_called, self.leaders_called)

    def is_meant_for_leaders(self, text: str, addressed: Addressed) -> bool:
        """Whether the leadership may have it: addressed to all of them, to the one it is about, or about none of them.

        交给园长：书记报销不实 is read by 书记, too, and so it is not for the writer's words alone to decide.
        """
        if addressed.both:
            return False
        if addressed.box is not LetterBox.LEADERSHIP or addressed.everyone:
            return addressed.everyone or not is_about_leader(text, self.leaders_called)
        others = re.sub(f"(?<!副){re.escape(addressed.leaders)}", "", text)
        return not is_about_leader(others, self.leaders_called)

    def can_take(self, text: str, sender: Person | None = None) -> bool:
        """Whether 纪检委员 can take a letter about a leader: not where one of them is in it, for they all read it."""
        others = [person for person in self.discipline if sender is None or person.id != sender.id]
        return bool(others) and not is_about_discipline(text, self.discipline_called)

    def check_discipline(self, sender: Person | None) -> None:
        """Raises Sorry where nobody but the sender would read it."""
        if not [person for person in self.discipline if sender is None or person.id != sender.id]:
            raise Sorry(NO_DISCIPLINE)


def see_readers(session: Session, branch_id: int, lexicon: Lexicon) -> Readers:
    """Who reads the boxes of a branch now; 何老师 is the 园长 where she is the only 何 on the roster."""
    leaders, discipline = (readers(session, branch_id, box) for box in (LetterBox.LEADERSHIP, LetterBox.DISCIPLINE))
    everyone = [name for name, ids in lexicon.people.items() for _ in ids]
    called = [tuple(word for person in people for word in (person.name, *call(person.name, everyone)))
              for people in (leaders, discipline)]
    return Readers(leaders, discipline, *called)
