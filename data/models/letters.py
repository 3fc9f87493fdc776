"""What people write to the leadership, and questions passed on to 书记, with their answers.

Of an anonymous letter nothing here, nor all tables together, says who wrote it: no person, no time of day, no order.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.db import Base, UtcDateTime, enum_column


class LetterBox(StrEnum):
    """Who reads a letter: the leadership (书记, 副书记, 园长), or 纪检委员 where it is about one of them."""

    LEADERSHIP = "leadership"
    DISCIPLINE = "discipline"


class Letter(Base):
    """来信: to 园长信箱 or 匿名信箱.

    The id is drawn by chance and is SQLite's row number as well, so that the order of rows says nothing. Anonymous
    letters (`sender_id` None) have no time but `received_on` and `announce_at`, the next of few fixed moments when
    the readers are told, and no `digest`: that of a named one makes the same words of a day the same letter.
    """

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("branch_id", "number"), UniqueConstraint("branch_id", "digest"),
                      Index(None, "announce_at"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    number: Mapped[str] = mapped_column(String(8), doc="编号 for its readers, and for a sender who gave a name")
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    box: Mapped[LetterBox] = mapped_column(enum_column(LetterBox), default=LetterBox.LEADERSHIP)
    shared: Mapped[bool] = mapped_column(default=False, doc="转交: the leadership reads what 纪检委员 has, too")
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(64))
    received_on: Mapped[date]
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="only where the sender gave a name")
    announce_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class LetterKey(Base):
    """A follow-up number (查信) of an anonymous letter, as a keyed digest; the number itself is nowhere."""

    __tablename__ = "letter_keys"
    __table_args__ = ({"sqlite_with_rowid": False},)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))


class PassedQuestion(Base):
    """转给书记: a question that the bot could not answer, and 书记's answer, which everybody gets from then on."""

    __tablename__ = "passed_questions"
    __table_args__ = (UniqueConstraint("branch_id", "number"), Index(None, "branch_id", "answered_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    number: Mapped[int] = mapped_column(doc="编号, counted in each branch")
    text: Mapped[str] = mapped_column(Text)
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), doc="cleared once they have the answer, if "
                                                                              "they did not give their name")
    named: Mapped[bool] = mapped_column(doc="whether 书记 may know who asked")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    former: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, doc="replaced answers: answer, at, by")
