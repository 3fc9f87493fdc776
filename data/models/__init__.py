"""All tables, in one metadata for the migrations: columns, constraints, relations; no behaviour."""

from data.db import Base
from data.models.activities import Activity, ActivityState
from data.models.messages import (
    Broadcast,
    Follower,
    InboundMessage,
    OpenQuestion,
    Outbox,
    OutboxState,
    SharedValue,
    UsedSignature,
)
from data.models.people import BindAttempt, Branch, Duty, Identity, Person
from data.models.plan import Plan, PlanEntry
from data.models.records import AuditRecord, CheckIn, DuesPayment, DuesState, Leave

__all__ = ["Activity", "ActivityState", "AuditRecord", "Base", "BindAttempt", "Branch", "Broadcast", "CheckIn",
           "DuesPayment", "DuesState", "Duty", "Follower", "Identity", "InboundMessage", "Leave", "OpenQuestion",
           "Outbox", "OutboxState", "Person", "Plan", "PlanEntry", "SharedValue", "UsedSignature"]
