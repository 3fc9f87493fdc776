"""A request made into a file: which tables there are. Reads only. Start at find_table()."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from data import audit
from data.models import Follower, OneTimeLink, Person
from handlers.export import attendance, dues, roster, study
from handlers.export.kinds import Kind, Request
from handlers.export.table import Table
from handlers.export.workbook import write

_READ: dict[Kind, Callable[[Session, Request, datetime], Table | None]] = {
    Kind.CHECKIN: attendance.read, Kind.DUES: dues.read, Kind.ROSTER: roster.read, Kind.STUDY: study.read}


@dataclass(frozen=True, slots=True)
class File:
    """A finished export."""

    name: str
    content: bytes


def find_table(session: Session, request: Request, now: datetime) -> Table | None:
    """What the request asks for; None when there is nothing."""
    return _READ[request.kind](session, request, now)


def requested(link: OneTimeLink) -> Request:
    """What the link is for."""
    return Request.from_data(link.branch_id, link.data)


def find_holder(session: Session, link: OneTimeLink) -> Person | None:
    """Whose link it is, while they are bound and hold an office that may export this."""
    holder = session.get_one(Person, link.person_id)
    bound = session.scalar(select(exists().where(Follower.person_id == holder.id)))
    may = bound and holder.branch_id == link.branch_id and requested(link).kind.who.allows(holder)
    return holder if may else None


def find_file(session: Session, link: OneTimeLink, maker: Person, now: datetime) -> File | None:
    """The file as things stand now; None when there is nothing in it any more."""
    request = requested(link)
    table = find_table(session, request, now)
    return File(request.filename, write(table, request.kind.value, maker.name, now)) if table else None


def note_made(session: Session, link: OneTimeLink, by: Person, now: datetime) -> None:
    """Who exported what of which time, without a name."""
    request = requested(link)
    audit.record(session, link.branch_id, now, by, "export.make", f"export/{request.kind.name.lower()}",
                 kind=request.kind.value, period=request.period.code, activities=len(request.activities) or None,
                 limits=len(request.only) or None)
