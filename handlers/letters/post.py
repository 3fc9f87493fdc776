"""Puts letters into their box, once each: with the sender's name, or so that nothing leads back to whoever wrote.

An anonymous letter has no sender, no time of day and no place in a row: its id, its number and its follow-up numbers
are drawn by chance, and only digests keyed with the program's secret are kept. Start at post_named(), post_anonymous().
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.db import add_once
from data.models import Branch, Letter, LetterBox, LetterKey, Person
from data.workdays import working_day_from
from scheduler.quiet import after_quiet

NUMBER_DIGITS, KEY_DIGITS = 5, 10  # a key is guessed once in ten million tries where there are a thousand of them
ID_BITS = 62
DRAWS = 30  # of a number before giving up; with 90 000 numbers a branch never gets there
SAME_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter in its box. `is_new`: False for the sender's same words; `key`: the follow-up number, only here."""

    letter: Letter
    is_new: bool
    key: str = ""


def post_named(session: Session, sender: Person, text: str, box: LetterBox, now: datetime, settings: Settings,
               ) -> Posted:
    """A letter with its sender's name; the same words within a day are the same letter."""
    today = now.astimezone(settings.timezone).date()
    before = _find(session, sender.branch_id, _named_digest(settings, sender, text, today - SAME_WITHIN))
    if before is not None and before.received_at > now - SAME_WITHIN:
        return Posted(before, is_new=False)
    letter, is_new = _post(session, branch_id=sender.branch_id, sender_id=sender.id, box=box, text=text,
                           digest=_named_digest(settings, sender, text, today), received_on=today, received_at=now,
                           announce_at=now)
    return Posted(letter, is_new)


def post_anonymous(session: Session, branch_id: int, text: str, box: LetterBox, now: datetime, settings: Settings,
                   ) -> Posted:
    """A letter that nobody wrote, with its follow-up number.

    The same words again are another letter: to say that they are known would tell whoever guesses them.
    """
    lock_letters(session, branch_id)
    letter, _ = _post(session, branch_id=branch_id, sender_id=None, box=box, text=text, received_at=None, digest=None,
                      received_on=now.astimezone(settings.timezone).date(),
                      announce_at=next_announcement(now, settings))
    key = _new_key(session, letter, settings)
    todays = session.scalars(select(Letter.id).where(Letter.branch_id == branch_id, Letter.sender_id.is_(None),
                                                     Letter.received_on == letter.received_on)).all()
    shuffle(session, todays)
    return Posted(letter, is_new=True, key=key)


def find_by_key(session: Session, branch_id: int, key: str, settings: Settings) -> Letter | None:
    """The anonymous letter of a follow-up number."""
    return session.scalars(
        select(Letter).join(LetterKey, LetterKey.letter_id == Letter.id)
        .where(LetterKey.digest == _digest(settings, "key", branch_id, key), Letter.branch_id == branch_id)
    ).one_or_none()


def pass_on(session: Session, letter: Letter, now: datetime, settings: Settings) -> bool:
    """Let the leadership read what 纪检委员 has, too; False when they do already, or it has been answered."""
    is_anonymous = letter.sender_id is None
    if is_anonymous:
        lock_letters(session, letter.branch_id)
    passed = session.execute(
        update(Letter).where(Letter.id == letter.id, Letter.box == LetterBox.DISCIPLINE, Letter.shared.is_(False),
                             Letter.answered_at.is_(None))
        .values(shared=True, announce_at=next_announcement(now, settings) if is_anonymous else now)
        .execution_options(synchronize_session=False)).rowcount == 1
    if is_anonymous:
        shuffle(session, session.scalars(select(Letter.id).where(
            Letter.branch_id == letter.branch_id, Letter.sender_id.is_(None),
            Letter.announce_at == next_announcement(now, settings))).all())
    return passed


def next_announcement(now: datetime, settings: Settings) -> datetime:
    """When the readers of an anonymous letter are told: at the next of two fixed times of a working day."""
    day = now.astimezone(settings.timezone).date()
    while True:
        day = working_day_from(day)
        for at in sorted((settings.monthly_time, settings.activity_time)):
            moment = after_quiet(datetime.combine(day, at, settings.timezone), settings)
            if moment > now:
                return moment
        day += timedelta(days=1)


def lock_letters(session: Session, branch_id: int) -> None:
    """One anonymous letter of a branch at a time, so that shuffling does not run into another one's."""
    session.execute(select(Branch.id).where(Branch.id == branch_id).with_for_update(key_share=True))


def shuffle(session: Session, letter_ids: Sequence[int]) -> None:
    """Write these rows anew in an order by chance.

    PostgreSQL keeps rows in the order of writing, together with the transaction that wrote them: a plain look at the
    table would show who came after whom.
    """
    keys = session.scalars(select(LetterKey.digest).where(LetterKey.letter_id.in_(letter_ids))).all()
    chance = secrets.SystemRandom()
    for letter_id in chance.sample(letter_ids, len(letter_ids)):
        session.execute(update(Letter).where(Letter.id == letter_id).values(received_on=Letter.received_on)
                        .execution_options(synchronize_session=False))
    for digest in chance.sample(keys, len(keys)):
        session.execute(update(LetterKey).where(LetterKey.digest == digest).values(branch_id=LetterKey.branch_id)
                        .execution_options(synchronize_session=False))


def _post(session: Session, **values: object) -> tuple[Letter, bool]:
    """Draw numbers until they are free. The unique digest of a named one decides what is the same, also at once."""
    for _ in range(DRAWS):
        number = str(10 ** (NUMBER_DIGITS - 1) + secrets.randbelow(9 * 10 ** (NUMBER_DIGITS - 1)))
        letter_id = secrets.randbits(ID_BITS)
        if add_once(session, Letter, id=letter_id, number=number, answer="", shared=False, **values):
            return session.get_one(Letter, letter_id), True
        letter = _find(session, values["branch_id"], values["digest"]) if values["digest"] else None
        if letter is not None:
            return letter, False
    raise RuntimeError("no free number for a letter")


def _find(session: Session, branch_id: object, digest: object) -> Letter | None:
    return session.scalars(select(Letter).where(Letter.branch_id == branch_id, Letter.digest == digest)).one_or_none()


def _new_key(session: Session, letter: Letter, settings: Settings) -> str:
    while True:
        key = str(10 ** (KEY_DIGITS - 1) + secrets.randbelow(9 * 10 ** (KEY_DIGITS - 1)))
        if add_once(session, LetterKey, digest=_digest(settings, "key", letter.branch_id, key),
                    branch_id=letter.branch_id, letter_id=letter.id):
            return key


def _named_digest(settings: Settings, sender: Person, text: str, day: date) -> str:
    return _digest(settings, "named", sender.id, day.isoformat(), "".join(text.split()))


def _digest(settings: Settings, *parts: object) -> str:
    message = "\0".join(("letter", *map(str, parts)))
    return hmac.digest(settings.secret_key.encode(), message.encode(), "sha256").hex()
