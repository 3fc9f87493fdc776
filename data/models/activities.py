"""Activities: what of the calendar has a date, and what was added or cancelled."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.db import Base, UtcDateTime, enum_column


class ActivityState(StrEnum):
    """Whether an activity takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Activity(Base):
    """活动 on a certain day: a dated entry of the plan, or one that was added.

    An entry of the plan that has no row here for the year is 时间未定. `version` grows with each change of date,
    place or state, so that a push that was queued for an older one is dropped.
    """

    __tablename__ = "activities"
    __table_args__ = (UniqueConstraint("plan_entry_id", "year"), Index(None, "branch_id", "starts_at"),
                      Index(None, "starts_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    plan_entry_id: Mapped[int | None] = mapped_column(ForeignKey("plan_entries.id"))
    year: Mapped[int] = mapped_column(doc="whose calendar it belongs to; a plan may serve a later year (沿用)")
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="None: taken back, or never given")
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(100), default="")
    audience: Mapped[list[str]] = mapped_column(JSON, doc="groups or names, as in a broadcast")
    state: Mapped[ActivityState] = mapped_column(enum_column(ActivityState), default=ActivityState.PLANNED)
    version: Mapped[int] = mapped_column(default=1)
