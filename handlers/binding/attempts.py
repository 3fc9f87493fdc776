"""Wrong binding codes: counted against the openid that sent them and against the people whose name was given.

A lock of the openid passes by itself; the stop of a person's code ends when it is renewed. Start at record_wrong().
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data import audit
from data.models import BindAttempt, Duty, Follower, Person
from data.people import officers
from scheduler import outbox
from scheduler.reminder import PushKind

MOST_PER_OPENID = 5
LOCK = timedelta(hours=1)
MOST_PER_PERSON = 10
DAY = timedelta(days=1)
KEPT = 2 * DAY  # longer than any rule looks back

CODE_STOPPED = PushKind("code_stopped")


def lock_openid_row(session: Session, openid: str) -> None:
    """Make attempts of one openid queue on PostgreSQL, so that twenty at once are counted one by one."""
    session.execute(select(Follower.openid).where(Follower.openid == openid).with_for_update())


def find_locked_until(session: Session, openid: str, now: datetime) -> datetime | None:
    """Until when this openid may not try again; None when it may.

    Each five wrong ones within a day lock it for an hour from the fifth; then the count begins anew.
    """
    # The row without a person is the openid's own count: an attempt has a further one for each person of the name.
    times = session.scalars(select(BindAttempt.at).where(
        BindAttempt.openid == openid, BindAttempt.person_id.is_(None)).order_by(BindAttempt.at, BindAttempt.id))
    until: datetime | None = None
    counted: list[datetime] = []
    for at in times:
        counted = [earlier for earlier in counted if at - earlier < DAY] + [at]
        if len(counted) == MOST_PER_OPENID:
            until, counted = at + LOCK, []
    return until.astimezone(now.tzinfo) if until and now < until else None


def record_wrong(session: Session, openid: str, people: Sequence[Person], now: datetime) -> None:
    """Count a wrong code against the openid and everybody of that name; stop codes guessed at too often."""
    session.execute(delete(BindAttempt).where(BindAttempt.at < now - KEPT))
    session.add(BindAttempt(openid=openid, at=now))
    session.add_all([BindAttempt(branch_id=person.branch_id, openid=openid, person_id=person.id, at=now)
                     for person in people])
    session.flush()
    for person in people:
        if person.code_stopped_at is None and _wrong_within_a_day(session, person, now) >= MOST_PER_PERSON:
            _stop_code(session, person, now)


def _wrong_within_a_day(session: Session, person: Person, now: datetime) -> int:
    return session.scalar(select(func.count()).select_from(BindAttempt).where(
        BindAttempt.person_id == person.id, BindAttempt.at > now - DAY)) or 0


def _stop_code(session: Session, person: Person, now: datetime) -> None:
    person.code_stopped_at = now
    audit.record(session, person.branch_id, now, None, "binding.stop", f"person/{person.id}")
    secretaries = [officer.id for officer in officers(session, person.branch_id, Duty.SECRETARY, Duty.DEPUTY)]
    outbox.enqueue(
        session, person.branch_id, secretaries, kind=CODE_STOPPED.name, now=now,
        key=f"{CODE_STOPPED.name}/{person.id}/{person.code_serial}", subject=f"person/{person.id}",
        text=f"{person.name}（工号{person.staff_no}）的绑定码一天内被输错{MOST_PER_PERSON}次，已停用。"
             "请先问问是不是本人输错，再请维护人员换发新的绑定码。",
        fields={"title": "绑定码已停用", "note": f"{person.name}，请换发"})
