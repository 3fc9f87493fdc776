"""Which activity the words mean: by day, month, kind or title; and what else they say. Pure. Start at parse_words()."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from bot.nlu.normalize import normalize
from bot.nlu.slots import Lexicon, find_slots
from data.models import Activity

_FILLER = re.compile(r"^[\s,，。、:：;；的]+|[\s,，。、:：;；的]+$")
_EMPTY = re.compile(r"(?:[\s,，。、:：的个次了我要想请帮]|这次|那次|上次|本次|今天|一下|活动|会议|签到|补签|请个?假|销假|情况|名单)*")
_COMMON = {"活动", "会议", "活动的", "一下", "这次", "上次", "本次"}


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about an activity. `others` is what remains without days, months and kinds."""

    text: str
    days: tuple[tuple[date, date], ...]
    months: tuple[int, ...]
    kinds: tuple[str, ...]
    others: str

    @property
    def names_any(self) -> bool:
        """Whether a day, a month or a kind is named."""
        return bool(self.days or self.months or self.kinds)

    @property
    def says_more(self) -> bool:
        """Whether something is said beyond that, such as a reason or a title."""
        return not _EMPTY.fullmatch(self.others)


def parse_words(text: str, now: datetime, lexicon: Lexicon) -> Words:
    """Read what follows a command, or a whole sentence."""
    plain = normalize(text)
    slots = find_slots(plain, now, lexicon)
    months = slots.months
    days = tuple((_day(span.start), _day(span.end or span.start)) for span in slots.times
                 if span.start and span.month is None and not (months and span.kind == "range"))
    places = [(span.begin, span.finish) for span in slots.times]
    places += [(span.begin, span.finish) for span in slots.spans if span.what == "kind"]
    return Words(text, days, months, slots.kinds, _without(plain, places))


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _without(text: str, places: Sequence[tuple[int, int]]) -> str:
    for begin, finish in sorted(places, reverse=True):
        text = f"{text[:begin]} {text[finish:]}"
    return _FILLER.sub("", text)


def choose_named(words: Words, activities: Sequence[Activity], zone: tzinfo) -> list[Activity]:
    """Those of the activities that the words name; [] when they name none of them."""
    titled = [activity for activity in activities if _names_title(words.text, activity)]
    if titled and (not words.names_any or not words.kinds):
        activities = titled
    elif not words.names_any:
        return []
    return [activity for activity in activities if _fits(words, activity, zone)]


def _names_title(text: str, activity: Activity) -> bool:
    """The title stands in the words, or one of the words (not just 活动) in the title."""
    title = activity.title.strip("。 ")
    tokens = [token for token in re.split(r"[\s,，、]+", text) if len(token) > 1 and token not in _COMMON]
    return title in text or any(token in title for token in tokens)


def _fits(words: Words, activity: Activity, zone: tzinfo) -> bool:
    day = activity.starts_at.astimezone(zone).date()
    on_day = not words.days or any(first <= day <= last for first, last in words.days)
    in_month = not words.months or day.month in words.months
    of_kind = not words.kinds or activity.kind in words.kinds or any(kind in activity.title for kind in words.kinds)
    return on_day and in_month and of_kind


def reason_in(words: Words, named: Sequence[Activity]) -> str:
    """The reason beside the activity that was named; everything said when it names none; "" when nothing remains."""
    if not named:
        return words.text.strip() if words.says_more else ""
    rest = words.others
    for token in re.split(r"[\s,，]+", rest):
        if len(token) > 1 and any(token in activity.title for activity in named):
            rest = rest.replace(token, " ", 1)
    return "" if _EMPTY.fullmatch(rest) else _FILLER.sub("", rest)
