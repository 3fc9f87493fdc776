"""What is left out and stands in the last turn: 那六月呢, 那党课呢, 下个月呢. Pure.

Only a sentence that is nothing but a slot and particles is completed; the slots of the last turn fill the gaps.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.nlu.dates import read_times
from bot.nlu.slots import Slots

_PARTICLES = re.compile(r"[\s,。!?~的是]*(?:那么?|还有|再看看|换成)?[\s,的是]*\ufffc+"
                        r"[\s,的是]*(?:呢|怎么样|有吗|呐|吧)?[\s。!?~]*")
DUES = "缴党费"  # a kind in the plan, but in what people say a matter of its own
_ASKED_ON = re.compile(r"^(?:那|还有|换成)|呢[。?!~ ]*$")
_TAKE_KINDS = ("next_event", "when_event", "plan_quota", "plan_topic", "quota_progress")
_TAKE_MONTHS = ("plan_month", "when_event", "dues_overview", "checkin_overview", "checkin_mine", "dues_mine",
    "checkin_missing")


@dataclass(frozen=True, slots=True)
class Completed:
    intent: str
    slots: Slots


def complete(text: str, slots: Slots, intent: str, kinds: tuple[str, ...], months: tuple[int, ...],
    now: datetime) -> Completed | None:
    """The meaning of a bare slot after a turn with `intent`, `kinds` and `months`; None if it says more than that."""
    asked_on = bool(_ASKED_ON.search(text))
    # A single day alone may be the answer to a question; 明天呢 is none.
    said_when = bool(slots.months) or any(span.kind == "range" or asked_on and span.kind == "point"
                                          for span in slots.times)
    bare = _PARTICLES.fullmatch(_masked(text, slots))
    if not bare or not (said_when or slots.kinds or slots.topics) or slots.impossible:
        return None
    if said_when and not slots.kinds:
        return _at_another_time(slots, intent, kinds, asked_on)
    if any(span.value != DUES and (span.begin, span.finish) == (0, len(text)) for span in slots.spans):
        return Completed("when_event" if slots.kinds else "plan_topic", slots)
    if not intent or not asked_on:
        return None
    chosen = intent if intent in _TAKE_KINDS else "plan_topic" if slots.topics and not slots.kinds else "when_event"
    if chosen == intent and months and not slots.times:
        carried = tuple(span for month in months for span in read_times(f"{month}月", now).found)
        slots = replace(slots, times=tuple(replace(span, begin=0, finish=0) for span in carried))
    return Completed(chosen, slots)


def _at_another_time(slots: Slots, intent: str, kinds: tuple[str, ...], asked_on: bool) -> Completed:
    """六月, 那六月呢: what the last turn asked, of another month; after a question without months only 那…呢 goes on."""
    if intent in _TAKE_MONTHS:
        return Completed(intent, replace(slots, kinds=kinds))
    if kinds and (intent == "next_event" or asked_on and intent in _TAKE_KINDS):
        return Completed("when_event", replace(slots, kinds=kinds))
    return Completed("plan_month", slots)


def _masked(text: str, slots: Slots) -> str:
    for span in (*slots.times, *(span for span in slots.spans if span.what in ("kind", "topic"))):
        text = text[:span.begin] + "\ufffc" * (span.finish - span.begin) + text[span.finish:]
    return text
