"""Use cases of 绑定: who a name and a code stand for, tying an openid to that person, and untying it.

Knows no wording. Every function works inside the caller's transaction. Start at find_claimed().
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import audit
from data.chinese import half_width
from data.console_sessions import end_all
from data.links import withdraw_links
from data.models import Follower, OpenQuestion, Person
from handlers.binding import codes

_CODE = re.compile(r"(?<!\d)\d(?:[ -]?\d){5}(?![ -]?\d)")
_LABELS = re.compile(r"(?:我的)?(?:绑定码|验证码|姓名|名字|码)(?:是|为)?|我叫|我是|本人")
_EDGES = " \t\r\n,，。.、:：;；+/|<>《》〈〉()（）[]【】“”\"'「」-_"
_HAN_GAP = re.compile(r"(?<=[㐀-鿿])\s+(?=[㐀-鿿])")


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says to be: a name and a code, "" for what was not said."""

    name: str
    code: str


def parse_claim(words: str) -> Claim:
    """`张三 482913`, `张三４８２９１３`, `我是张三，绑定码482-913`. Pure; never raises."""
    text = _LABELS.sub(" ", half_width(words))
    found = _CODE.search(text)
    code = re.sub(r"\D", "", found[0]) if found else ""
    rest = text[:found.start()] + " " + text[found.end():] if found else text
    return Claim(_HAN_GAP.sub("", re.sub(r"\s+", " ", rest).strip(_EDGES)), code)


def lock_named(session: Session, name: str) -> Sequence[Person]:
    """Everybody of that name, in all branches; locked, so that a code cannot be used twice at once."""
    return session.scalars(select(Person).where(Person.name == name).order_by(Person.id).with_for_update()
                           .execution_options(populate_existing=True)).all()


def find_claimed(secret_key: str, people: Sequence[Person], code: str) -> Person | None:
    """Whose present code this is; None when it is nobody's (or, once in a million, two people's)."""
    found = [person for person in people if codes.matches(secret_key, person, code)]
    return found[0] if len(found) == 1 else None


def find_holder(session: Session, person: Person) -> Follower | None:
    """The openid that the person is bound to now."""
    return session.scalars(select(Follower).where(Follower.person_id == person.id).with_for_update()).one_or_none()


def shut_out(session: Session, person: Person, now: datetime) -> None:
    """End every session in the console and every link that has not been used."""
    end_all(session, person, now)
    for purpose in ("console", "export"):
        withdraw_links(session, person, purpose, now)


def bind(session: Session, follower: Follower, person: Person, now: datetime) -> None:
    """Tie the openid to the person: uses up the code and ends what either was tied to before."""
    holder = find_holder(session, person)
    if holder is not None and holder.openid != follower.openid:
        _untie(session, holder)
    _untie(session, follower)
    shut_out(session, person, now)  # whoever has the old phone, or a browser that was opened from it
    session.flush()  # a person is tied to one openid only, so the old tie has to go first
    follower.branch_id, follower.person_id = person.branch_id, person.id
    person.code_serial += 1
    audit.record(session, person.branch_id, now, person, "binding.bind", f"person/{person.id}")


def unbind(session: Session, follower: Follower, person: Person, now: datetime, action: str = "binding.unbind") -> None:
    """Untie the openid; the person and the records stay. What waits in the outbox is dropped when it would be sent."""
    _untie(session, follower)
    shut_out(session, person, now)
    audit.record(session, person.branch_id, now, person, action, f"person/{person.id}")


def forget(session: Session, follower: Follower) -> None:
    """Delete what is kept of an openid beyond that it once followed: the platform asks for it at unsubscribe."""
    follower.subscribed = False
    follower.window_until, follower.window_left = None, 0
    _untie(session, follower)


def _untie(session: Session, follower: Follower) -> None:
    # The last turn, the rest of an answer and an open question belong to the person, not to the phone.
    follower.branch_id = follower.person_id = follower.context = None
    follower.rest = ""
    session.execute(delete(OpenQuestion).where(OpenQuestion.openid == follower.openid))
