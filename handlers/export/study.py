"""自学记录表: what people entered, in roster order and then by day; what was taken back is left out.

Nobody is counted or ranked, and who entered nothing does not appear. Start at read().
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import StudyRecord
from handlers.export.kinds import Request, names_of
from handlers.export.table import Column, Table

COLUMNS = (Column("序号"), Column("日期"), Column("姓名"), Column("书名", left=True), Column("内容", widest=70, left=True))


def read(session: Session, request: Request, _now: datetime) -> Table | None:
    """The table; None when nobody entered anything."""
    people = names_of(request.people(session))
    records = session.scalars(
        select(StudyRecord).where(
            StudyRecord.branch_id == request.branch_id, StudyRecord.withdrawn_at.is_(None),
            StudyRecord.studied_on >= request.period.first, StudyRecord.studied_on <= request.period.last)
        .order_by(StudyRecord.person_id, StudyRecord.studied_on, StudyRecord.id)).all()
    entered = [record for record in records if record.person_id in people]
    rows = [(number, record.studied_on, people[record.person_id], record.book and f"《{record.book}》", record.text)
            for number, record in enumerate(entered, 1)]
    size = f"{len({record.person_id for record in entered})}人，{len(rows)}条"
    return Table(request.heading(session), size, COLUMNS, rows, landscape=True, fixed=3) if rows else None
