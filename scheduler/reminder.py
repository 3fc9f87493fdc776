"""What a capability says about its pushes: which reminders fall due when, to whom, and what is checked before sending.

Types only, no reading or writing. Start at Reminder.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Still:
    """Who of an occurrence's audience is still concerned at send time; the others are dropped because of `why_not`."""

    people: Collection[int]
    why_not: str


@dataclass(frozen=True, slots=True)
class PushKind:
    """One kind of message in the outbox.

    `repeat_unsure`: what to do with a row whose answer was lost: True sends it again (reminders), False shows it
    to 书记 as 待核实 (broadcasts). `still(session, branch_id, subject)` rechecks at send time, once for all rows of
    one subject. `capped`: counts for, and is limited by, the weekly cap of unasked messages a person.
    `forget_text`: what it says must not be kept (a reason for leave): once it was passed on or dropped, only the first
    line of its text stays. `awaited`: somebody asked for it (an answer); refused, it waits for their next word.
    """

    name: str
    repeat_unsure: bool = True
    capped: bool = False
    still: Callable[[Session, int, str], Still] | None = None
    forget_text: bool = False
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One reminder at one time: to these people, this text.

    `key` names it within its reminder (activity/12/3/1d); `at` is when it is due, program time, outside the quiet
    hours; after `expires` it is stale and never sent. `people` is asked only when it is really queued.
    """

    branch_id: int
    key: str
    at: datetime
    expires: datetime
    subject: str
    people: Callable[[Session], Iterable[int]]
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A rule that turns time into messages.

    `occurrences(session, settings, since, until)` yields, over all branches, what falls due after `since` and up to
    `until`, both aware; it must be cheap when there is nothing. `kind` says how its messages behave.
    """

    kind: PushKind
    occurrences: Callable[[Session, Settings, datetime, datetime], Iterable[Occurrence]]
