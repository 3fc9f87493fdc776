"""Branches and the people on their rosters."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.db import Base, UtcDateTime, enum_column


class Identity(StrEnum):
    """身份: where somebody stands on the way into the Party (domain part 4)."""

    MEMBER = "党员"
    PROBATIONARY = "预备党员"
    CANDIDATE = "发展对象"
    ACTIVIST = "积极分子"
    TEACHER = "教师"


class Duty(StrEnum):
    """职务: an office in the branch or the kindergarten (domain part 6)."""

    SECRETARY = "书记"
    DEPUTY = "副书记"
    ORGANISER = "组织委员"
    PUBLICITY = "宣传委员"
    DISCIPLINE = "纪检委员"
    HEAD = "园长"


class Branch(Base):
    """党支部: everything belongs to one."""

    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class Person(Base):
    """Somebody on a branch's roster (名册)."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("branch_id", "staff_no"), Index(None, "branch_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    staff_no: Mapped[str] = mapped_column(String(32), doc="工号, by which a second import knows the person again")
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20), default="")
    identity: Mapped[Identity] = mapped_column(enum_column(Identity))
    duties: Mapped[str] = mapped_column(String(80), default="", doc="职务, several joined by 、")
    group: Mapped[str] = mapped_column("party_group", String(40), default="", doc="党小组")
    code_serial: Mapped[int] = mapped_column(default=1, doc="grows when the binding code is used or renewed")
    code_stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="ten wrong codes in a day")


class BindAttempt(Base):
    """A wrong binding code: counted against the openid and against the people whose name was given."""

    __tablename__ = "bind_attempts"
    __table_args__ = (Index(None, "openid", "at"), Index(None, "person_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    openid: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
