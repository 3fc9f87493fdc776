"""Which activity the words mean: by day, month, kind or title; what else they say; and asking where several are meant.

Shared by what is said about single activities (签到, 报名, 回执). Reads only. Start at parse_words().
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from bot.nlu.normalize import normalize
from bot.nlu.slots import Lexicon, find_slots
from bot.talk import Question, Reply, Turn
from data.activities import find_activity
from data.chinese import format_dated
from data.models import Activity

FILLER = re.compile(r"^[\s,，。、:：;；的]+|[\s,，。、:：;；的]+$")
EMPTY = re.compile(r"(?:[\s,，。、:：的个次了我要想请帮]|这次|那次|上次|本次|今天|一下|活动|会议|签到|补签|请个?假|销假|情况|名单)*")
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
        return not EMPTY.fullmatch(self.others)


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
    return FILLER.sub("", text)


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


def name(activity: Activity, now: datetime) -> str:
    """`主题党日活动（3月10日（周五）14:00）`, with the year where it is not this one."""
    return f"{activity.title.strip('。 ')}（{format_dated(activity.starts_at, now)}）"


def words_of(turn: Turn, text: str | None = None) -> Words:
    """What the turn says about an activity: what follows the command, else the whole sentence."""
    said = turn.rest if text is None else text
    return parse_words(said or ("" if turn.match.command else turn.said), turn.now, turn.lexicon)


def ask_which(activities: Sequence[Activity], now: datetime, question: str, text: str, **data: Any) -> Reply:
    """Ask which activity is meant; chosen_activity() reads the answer in the handler named `question`."""
    labels = {name(activity, now): activity.id for activity in activities}
    if len(labels) < len(activities):
        labels = {f"{name(one, now)} {one.place}（编号{one.id}）": one.id for one in activities}
    lines = "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))
    return Reply(f"{text}请回复数字：\n{lines}", Question(question, "choice", {"which": labels} | data, tuple(labels)))


def chosen_activity(turn: Turn, data: Mapping[str, Any], chosen: str) -> Activity | None:
    """The activity that was chosen, unless it is gone or its date was taken back meanwhile."""
    activity = find_activity(turn.session, turn.branch_id, data["which"][chosen])
    return activity if activity is not None and activity.starts_at is not None else None
