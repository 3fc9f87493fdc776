"""What 书记 said, as a draft: to whom, when, which words; and what is still missing.

Pure. The words to be sent are passed on as they were typed. Start at read_draft().
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.nlu.dates import TimeKind, find_coming
from bot.nlu.slots import Lexicon, parse_groups

MOST_CHARACTERS = 600  # with the preview's own words it still fits into one message, or nearly

# 帮我发个通知给…, 群发一条消息给…: what stands around the audience when it is said freely.
_LEAD = re.compile(
    r"\s*(?:请|麻烦|帮忙|帮我|替我|你|定时|到时候?|再|,|，)*(?:广播|群发|转告|告诉|告知|通知|发送?)?"
    r"(?:一下|一声)?(?:一?[个条则份])?(?:广播|通知|消息|短信|信息)?(?:一下|一声)?[\s:：,，]*")
_GIVEN = re.compile(r"\s*(?:给|对|向|到|跟|通知|告诉)")
_TAIL = re.compile(
    r"们?(?:(?:发送?)?(?:一?[个条则份])?(?:广播|通知|消息|短信|信息)[说讲]?|[讲说]一?声)[\s:：,，]*")
_JOINED = re.compile(r"[、和及与]\s*([^\s,，:：。]{1,8})")
_ONLY_POLITE = re.compile(r"(?:吧|呀|啊|好了|就行|可以|再?发送?|发出|[\s,，。.!！~])*")  # after a time that answers a question
# 广播 党员 回执 明天…: only in this place, and set apart from the text, is it no word of the text.
_RECEIPT = re.compile(
    r"[\s,，]*(?:[要需请]|需要|并?要求|带)?(?:回执|(?:回复?|回一?[下个])[“\"']?收到[”\"']?)(?:[\s:：,，。;；]+|$)")
# … 收到请回复。 at the very end says it in the text itself.
_ASKED_IN_TEXT = re.compile(
    r"(?:收到(?:的|后|了)?(?:，|,)?请(?:大家|各位|都)?回复?(?:一?下)?"
    r"|(?<![不别勿必用])请(?:大家|各位|务必|都)?(?:看到|收到)?后?回复?[“\"']?收到[”\"']?)[\s。.！!~～谢]*$")
# 帮我预约…, 设个定时通知，…, 到…再通知: what stands before the time.
_BEFORE_TIME = re.compile(
    r"[\s,，:：]*(?:请|麻烦|帮忙|帮我|替我|你|那就?|就|改)*(?:定时广播|预约|预定|安排|设|定|到|在)?(?:一?[个条])?(?:定时)?"
    r"(?:的?(?:广播|通知|消息))?[\s,，:：在]*")


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast in the making. `names` are still to be looked up, `people` were chosen; `due` only when `timed`.

    `about`: the activity whose date the text gives, in its present version (data/receipts.py).
    """

    timed: bool = False
    due: datetime | None = None
    groups: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    text: str = ""
    wants_receipt: bool = False
    about: str = ""

    @property
    def has_audience(self) -> bool:
        return bool(self.groups or self.names or self.people)

    def as_data(self) -> dict[str, Any]:
        """For the open question; JSON values only."""
        return {"timed": self.timed, "due": self.due and self.due.isoformat(), "groups": list(self.groups),
                "names": list(self.names), "people": list(self.people), "text": self.text,
                "receipt": self.wants_receipt, "about": self.about}


def from_data(data: Mapping[str, Any]) -> Draft:
    """The draft of an open question."""
    return Draft(data["timed"], data["due"] and datetime.fromisoformat(data["due"]), tuple(data["groups"]),
                 tuple(data["names"]), tuple(data["people"]), data["text"], data.get("receipt", False),
                 data.get("about", ""))


class UnknownGroup(Exception):
    """A group was named that does not exist; str() is its name as typed."""


class WrongTime(Exception):
    """The time at the head cannot be taken; str() says why, and `rest` is what follows it."""

    def __init__(self, why: str, rest: str) -> None:
        super().__init__(why)
        self.rest = rest


def read_draft(words: str, lexicon: Lexicon) -> Draft:
    """Audience and text, as far as they were said. Raises UnknownGroup for 党员和保安 where there is no 保安."""
    early, words = _take_receipt(words)  # 广播 回执 党员 …
    audience, is_free = parse_groups(words, lexicon), bool(_GIVEN.match(words))
    if not audience.groups and not audience.people:
        words = words[_LEAD.match(words).end():]
        audience, is_free = parse_groups(words, lexicon), True
    if not audience.groups and not audience.people:
        return Draft(text=words.strip(), wants_receipt=early)
    _refuse_unknown(words, audience.rest)
    # After 广播 党员 the words 通知：… belong to the text, in 给党员发个通知：… they do not.
    found = _TAIL.match(audience.rest) if is_free else None
    late, text = _take_receipt(audience.rest[found.end():] if found else audience.rest)
    return Draft(groups=audience.groups, names=audience.people, text=text.strip(), wants_receipt=early or late)


def _take_receipt(words: str) -> tuple[bool, str]:
    found = _RECEIPT.match(words)
    return found is not None, words[found.end():] if found else words


def asks_in_text(text: str) -> bool:
    """Whether the text itself ends with 收到请回复: then nothing needs to be added to it."""
    return _ASKED_IN_TEXT.search(text) is not None


def _refuse_unknown(body: str, rest: str) -> None:
    before = body.rstrip()[:-len(rest)] if rest else body
    # 党员和保安 joins another group, `党员 和往常一样` is a text that begins with 和.
    if (joined := _JOINED.match(rest)) and before and before[-1] not in " \t\r\n,，:：。;；":
        raise UnknownGroup(joined[1])


def split_time(words: str, now: datetime) -> tuple[datetime, str]:
    """The time at the head (3月8日9点 全体 …), the coming one where no year is said, and the rest.

    Raises WrongTime when there is none that can be taken.
    """
    body = words[_BEFORE_TIME.match(words).end():]
    times = find_coming(body, now)
    impossible = next((text for text in times.impossible if body.startswith(text)), None)
    if impossible:
        raise WrongTime(f"没有“{impossible}”这个时间", _without_time(body[len(impossible):], now))
    span = times.found[0] if times.found and times.found[0].begin == 0 else None
    if span is None:
        raise WrongTime("没有看出什么时候发", words)
    rest = body[span.finish:].lstrip(" \r\n\t,，:：").removeprefix("的")
    rest = "" if _ONLY_POLITE.fullmatch(rest) else rest
    if span.kind is not TimeKind.POINT:
        raise WrongTime(f"“{span.text}”不是一个时刻", rest)
    if not isinstance(span.start, datetime):
        raise WrongTime(f"“{span.text}”没有说几点", rest)
    if span.start <= now:
        raise WrongTime(f"“{span.text}”已经过去", rest)
    return span.start, rest


def _without_time(words: str, now: datetime) -> str:
    """What follows an hour whose day does not exist."""
    times = find_coming(words, now)
    return words[times.found[0].finish:] if times.found and times.found[0].begin == 0 else words


def with_chosen(draft: Draft, name: str, people: tuple[int, ...]) -> Draft:
    """The draft when it has been said who of equal names is meant."""
    return replace(draft, names=tuple(other for other in draft.names if other != name), people=draft.people + people)
