"""名册: who belongs to the branch today. Its columns are those that `roster import` reads.

Phone numbers are left out: nobody needs them in a list that is handed round (data minimisation). Start at read().
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Follower
from handlers.export.kinds import Request
from handlers.export.table import Column, Table

COLUMNS = (Column("序号"), Column("姓名"), Column("工号"), Column("身份"), Column("职务"), Column("党小组"),
           Column("是否绑定"))


def read(session: Session, request: Request, _now: datetime) -> Table | None:
    """The table; None when nobody belongs to the groups asked about."""
    people = request.people(session)
    bound = set(session.scalars(select(Follower.person_id).where(Follower.branch_id == request.branch_id)))
    rows = [(number, person.name, person.staff_no, person.identity.value, person.duties, person.group,
             "已绑定" if person.id in bound else "未绑定") for number, person in enumerate(people, 1)]
    return Table(request.heading(session), f"{len(rows)}人", COLUMNS, rows) if rows else None
