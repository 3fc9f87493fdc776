"""Work plans as they were read, and the entries of their calendars."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.db import Base, UtcDateTime


class Plan(Base):
    """工作计划: one year's plan of a branch. The newest version of a year is the active one."""

    __tablename__ = "plans"
    __table_args__ = (Index(None, "branch_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(Text, deferred=True, doc="the text as it was handed in")
    document: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True, doc="the whole plan as it was read")
    digest: Mapped[str] = mapped_column(String(64), doc="of the document: names what a process keeps in memory")
    active: Mapped[bool] = mapped_column(default=True)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlanEntry(Base):
    """One line of the plan's calendar (行事历)."""

    __tablename__ = "plan_entries"
    __table_args__ = (UniqueConstraint("plan_id", "seq"), Index(None, "branch_id", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    seq: Mapped[int] = mapped_column(doc="place in the calendar, from 0")
    months: Mapped[list[int]] = mapped_column(JSON, doc="1 to 12; [1, 2] for 一、二月")
    heading: Mapped[str] = mapped_column(String(40), doc="the month heading as printed")
    place: Mapped[str] = mapped_column(String(120), doc="how a person cites it: 附：具体行事历 三月份 1")
    text: Mapped[str] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(24))
    audience: Mapped[list[str]] = mapped_column(JSON, doc="groups, as in a broadcast")
    day: Mapped[date | None] = mapped_column(doc="the day the plan itself names, if any")
