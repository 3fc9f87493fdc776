"""What people did: check-ins, leave, dues, study; and who changed what. Two times on each record: done, entered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
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


class StudyRecord(Base):
    """自学: what somebody says they have read, and their thoughts. Voluntary; never counted against anybody.

    The same words may be entered for a day once more where the person wishes it: each has its own `copy`.
    """

    __tablename__ = "study_records"
    __table_args__ = (UniqueConstraint("person_id", "studied_on", "digest", "copy"),
                      Index(None, "branch_id", "studied_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    studied_on: Mapped[date]
    book: Mapped[str] = mapped_column(String(100), default="", doc="without 《》; empty where none was named")
    text: Mapped[str] = mapped_column(Text, doc="as it was said, without the command")
    digest: Mapped[str] = mapped_column(String(64), doc="of the text, spaces and signs apart")
    copy: Mapped[int] = mapped_column(default=0)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="撤销")


class Receipt(Base):
    """收到: somebody has read what asked for a receipt (`broadcast/12`, `activity/5/3`); once each."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("subject", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    subject: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Rsvp(Base):
    """参加 or 不参加 for a coming activity: numbers for the one who caters. No check-in, and no leave either."""

    __tablename__ = "rsvps"
    __table_args__ = (UniqueConstraint("activity_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    coming: Mapped[bool]
    version: Mapped[int] = mapped_column(doc="of the activity when it was answered: an older one was for another time")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UndoStep(Base):
    """The last things somebody changed, for 撤销: kept a day, used within ten minutes.

    `data` has ids and numbers only. A step with an empty `name` cannot be taken back; data["why"] says why not.
    """

    __tablename__ = "undo_steps"
    __table_args__ = (Index(None, "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(40), doc="which Talk.undo takes it back")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
