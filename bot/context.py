"""What the next sentence of a person may leave out: the last turn's months and kinds, or a question left unanswered.

Kept for a few minutes with the follower. Start at remember().
"""

from datetime import datetime
from typing import Any

from bot.nlu.match import Context
from bot.talk import Reply, Turn
from data.models import Follower

CONTEXT_MINUTES = 5


def remember(turn: Turn, intent: str, reply: Reply | None) -> None:
    """What the next sentence may leave out is in this turn, not in an earlier one; so is a question left unanswered."""
    context: dict[str, Any] | None = None
    if reply and (reply.kinds or reply.months or reply.unanswered):
        context = {"intent": intent, "kinds": list(reply.kinds), "months": list(reply.months),
                   "at": turn.now.timestamp()}
    if context and reply.unanswered:
        context["unanswered"] = turn.said
    if context or turn.follower.context:
        turn.follower.context = context


def read_context(follower: Follower, now: datetime) -> Context | None:
    """The last turn, while it is fresh and said anything to refer to."""
    last = follower.context
    if not last or not (last["kinds"] or last["months"]) or now.timestamp() - last["at"] > CONTEXT_MINUTES * 60:
        return None
    return Context(intent=last["intent"], kinds=tuple(last["kinds"]), months=tuple(last["months"]))
