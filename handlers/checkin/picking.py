"""What is said about an activity beside its name: the reason of a leave. Pure. Start at reason_in()."""

import re
from collections.abc import Sequence

from bot.which import EMPTY, FILLER, Words
from data.models import Activity


def reason_in(words: Words, named: Sequence[Activity]) -> str:
    """The reason beside the activity that was named; everything said when it names none; "" when nothing remains."""
    if not named:
        return words.text.strip() if words.says_more else ""
    rest = words.others
    for token in re.split(r"[\s,，]+", rest):
        if len(token) > 1 and any(token in activity.title for activity in named):
            rest = rest.replace(token, " ", 1)
    return "" if EMPTY.fullmatch(rest) else FILLER.sub("", rest)
