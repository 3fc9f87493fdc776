"""Who changed what, and when: one line per change, only ever added.

Written in the transaction of the change. Never give it reasons of leave, letters or texts of messages.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from data.models import AuditRecord, Person


def record(session: Session, branch_id: int | None, now: datetime, by: Person | None, action: str, subject: str,
           **detail: str | int | None) -> None:
    """Note that `by` (None: the command line or the clock) did `action` (dues.confirm) to `subject` (dues/12)."""
    session.add(AuditRecord(branch_id=branch_id, at=now, by_person_id=by.id if by else None, action=action,
                            subject=subject, detail=detail))
