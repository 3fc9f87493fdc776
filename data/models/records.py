"""What people did: check-ins, leave, dues; and who changed what. Every record has two times, done and entered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.db import Base, UtcDateTime, enum_column


class CheckIn(Base):
    """签到 (or 补签, when somebody else entered it): one per person and activity."""

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("activity_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[int] = mapped_column(ForeignKey("people.id"), doc="somebody else for a 补签")


class Leave(Base):
    """请假: a state of its own, never an absence. The reason is passed on and not kept (domain part 7)."""

    __tablename__ = "leaves"
    __table_args__ = (UniqueConstraint("activity_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="销假; asking again clears it")


class DuesState(StrEnum):
    """党费 reported by the member, then confirmed by 组织委员 or 书记; a correction replaces an older row."""

    AWAITING = "awaiting"
    CONFIRMED = "confirmed"
    REPLACED = "replaced"


class DuesPayment(Base):
    """缴党费: one report of one person for one round; at most one of them stands, the others were replaced."""

    __tablename__ = "dues_payments"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="positive"), Index(None, "branch_id", "period"),
        Index("uq_dues_payments_standing", "person_id", "period", unique=True,
              sqlite_where=text("state != 'replaced'"), postgresql_where=text("state != 'replaced'")))

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    period: Mapped[str] = mapped_column(String(7), doc="the round: year and first month of the block, 2017-06")
    amount_fen: Mapped[int]
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[DuesState] = mapped_column(enum_column(DuesState), default=DuesState.AWAITING)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class AuditRecord(Base):
    """Who changed what, and when; rows are only ever added."""

    __tablename__ = "audit_records"
    __table_args__ = (Index(None, "branch_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), doc="None: the command line or the clock")
    action: Mapped[str] = mapped_column(String(40), doc="such as activity.reschedule")
    subject: Mapped[str] = mapped_column(String(80), doc="such as activity/12")
    detail: Mapped[dict[str, str | int | None]] = mapped_column(JSON, doc="before and after; no reasons, no letters")
