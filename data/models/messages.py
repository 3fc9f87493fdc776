"""The traffic: who follows the account, what came in, what is to go out, and what all processes share."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from data.db import Base, UtcDateTime, enum_column


class Follower(Base):
    """An openid that has met the account; bound to a person or not yet.

    The window is when customer-service messages are allowed (protocol part 2): until `window_until`, and
    `window_left` more of them.
    """

    __tablename__ = "followers"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), unique=True)
    subscribed: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str] = mapped_column(String(60), default="", doc="why the platform refused; cleared by a word")
    template_refused: Mapped[bool] = mapped_column(default=False)
    window_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_left: Mapped[int] = mapped_column(default=0)
    context: Mapped[dict[str, Any] | None] = mapped_column(JSON, doc="the last turn, for ellipsis; a few minutes")
    rest: Mapped[str] = mapped_column(Text, default="", doc="what 继续 brings")


class InboundMessage(Base):
    """A message that was answered: its key, and the reply that a repeat gets. Kept for a few days."""

    __tablename__ = "inbound_messages"

    key: Mapped[str] = mapped_column(String(64), primary_key=True, doc="digest of openid + MsgId, or of the event")
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    intent: Mapped[str] = mapped_column(String(40), default="")
    reply: Mapped[str] = mapped_column(Text, default="", doc="sealed: only the message itself opens it")


class UsedSignature(Base):
    """A signature and the message it came with: WeChat signs time and nonce only, so another body could ride on it."""

    __tablename__ = "used_signatures"

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    message_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OpenQuestion(Base):
    """What the bot has asked somebody and awaits: 确认/取消, a choice, or a missing piece."""

    __tablename__ = "open_questions"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    name: Mapped[str] = mapped_column(String(40), doc="which answer handler")
    kind: Mapped[str] = mapped_column(String(10), doc="confirm, choice or slot")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    options: Mapped[list[str]] = mapped_column(JSON, default=list)
    prompt: Mapped[str] = mapped_column(Text, default="", doc="the question as it was put")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutboxState(StrEnum):
    """waiting → sending (claimed, lease) → sent | held | failed | dropped | unsure (the answer was lost)."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    DROPPED = "dropped"
    UNSURE = "unsure"


class Outbox(Base):
    """One message to one person that is not the answer to their own (待发消息). `key` makes it once only."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "due", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_outbox_sending", "lease_until", sqlite_where=text("state = 'sending'"),
              postgresql_where=text("state = 'sending'")),
        Index(None, "person_id", "state"), Index(None, "branch_id", "kind", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    key: Mapped[str] = mapped_column(String(160), unique=True, doc="reason/occurrence/person")
    kind: Mapped[str] = mapped_column(String(32), doc="which PushKind: decides rechecks and what an unsure one becomes")
    subject: Mapped[str] = mapped_column(String(80), default="", doc="what it is about, for the recheck: activity/12/3")
    text: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, doc="title, time, place, note for a template")
    due: Mapped[datetime] = mapped_column(UtcDateTime, doc="program time")
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="program time after which it is stale")
    state: Mapped[OutboxState] = mapped_column(enum_column(OutboxState), default=OutboxState.WAITING)
    why: Mapped[str] = mapped_column(String(120), default="", doc="the reason for the state, in Chinese, for 书记")
    channel: Mapped[str] = mapped_column(String(16), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="machine time")
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="machine time of the first claim")
    platform_id: Mapped[str] = mapped_column(String(32), default="", doc="msgid of a template message")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="program time")


class Broadcast(Base):
    """广播: a text that 书记 has confirmed, now or for later."""

    __tablename__ = "broadcasts"
    __table_args__ = (Index(None, "branch_id", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    audience: Mapped[list[str]] = mapped_column(JSON)
    unbound: Mapped[list[int]] = mapped_column(JSON, default=list, doc="whom it could not go to: not bound at 确认")
    text: Mapped[str] = mapped_column(Text)
    wants_receipt: Mapped[bool] = mapped_column(default=False, server_default=false(), doc="回执: 收到 is asked for")
    about: Mapped[str] = mapped_column(String(80), default="", server_default="",
                                       doc="activity/5/3: it gives the date of activity 5 as it was in version 3")
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SharedValue(Base):
    """What all processes share: the last tick, the clock's shift, the access token and who is renewing it."""

    __tablename__ = "shared_values"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    value: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="machine time up to which the value or lease holds")
