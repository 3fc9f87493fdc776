"""All tables, in one metadata for the migrations: columns, constraints, relations; no behaviour."""

from data.db import Base
from data.models.access import CalendarFeed, ConsoleSession, OneTimeLink
from data.models.activities import Activity, ActivityState
from data.models.letters import Letter, LetterBox, LetterKey, PassedQuestion
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
from data.models.records import (
    AuditRecord,
    CheckIn,
    DuesPayment,
    DuesState,
    Leave,
    Receipt,
    Rsvp,
    StudyRecord,
    UndoStep,
)

__all__ = ["Activity", "ActivityState", "AuditRecord", "Base", "BindAttempt", "Branch", "Broadcast", "CalendarFeed",
           "CheckIn", "ConsoleSession", "DuesPayment", "DuesState", "Duty", "Follower", "Identity", "InboundMessage",
           "Leave", "Letter", "LetterBox", "LetterKey", "OneTimeLink", "OpenQuestion", "Outbox", "OutboxState",
           "PassedQuestion", "Person", "Plan", "PlanEntry", "Receipt", "Rsvp", "SharedValue", "StudyRecord",
           "UndoStep", "UsedSignature"]
