"""Command words: the exact forms that always work. Pure; on the text as typed, so that an argument stays word for word.

A question or a denial after the word is not the command (签到了没有, 请假要找谁).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.nlu.moods import Mood, read_mood
from bot.nlu.normalize import normalize

_OPENING, _CLOSING = "\"'", "\"'"
_PARTICLES = re.compile(r"[\s!。.,~、…;:\"']*(?:啦|呀|哦|噢|喔|啊|哈|嘞|哟|吧|咯|掉吧?|一下)?[\s!。.,~、…;:\"']*")
_LEAD = re.compile(r"(?:嗯+|好的?|行|可以|对|那就?|请|麻烦你?|我要)[\s,!。]*")
_ASKED = re.compile(r"[\s!。.,~、…?\"']*(?:呢|吗|有哪些|怎么样|怎样|如何)?[\s!。.,~、…?\"']*")
_SEPARATOR = re.compile(r"[\s:,]\s*")
_NUMBERED = re.compile(r"(?=\d)")  # 答复3 不用交: a number needs no blank
# After a command word without a blank these begin another word or a remark about the command, not its argument.
_NO_ARGUMENT = re.compile("[了的过吗没不是要在有条单表情流制规名记通室体站时需怎咋谁会被成失码操]"
                          "|[状可能什哪多也就都还啥为后前发送撤结进率数册签错完好晚迟]|上不|取消|不用|方式|方法|手续|功能|人员|对象|几[个次号]|和谁|给我")
_OF_THE_WORD = re.compile("[的里在是]|有(?:[什几没多信新啥]|人看)|收到|用来|功能")
_NO_ORDER = Mood.QUESTION | Mood.NEGATION | Mood.CONDITION
_LIST = re.compile("(?:的?人?名单|情况|人数|统计)[?。!]*$")  # 请假名单 is asked for, nobody takes leave
_REMARK = re.compile("(?:一下)?(?:怎|如何|咋|吗|了[吗没]|没有?$|是什么|什么|啥|要找谁|找谁|谁|哪|能不能|可以吗"
                     "|可不可以|需要|要什么|要不要|为什么|为啥|多少)")


@dataclass(frozen=True, slots=True)
class Typed:
    """A command word at the head of a message and what follows it, word for word."""

    intent: str
    command: str
    rest: str


@dataclass(frozen=True, slots=True)
class _Word:
    intent: str
    takes: bool
    changes: bool
    who: frozenset[str] | None
    verbatim: bool
    joined: bool


class Commands:
    """All command words; the longest one wins (签到情况 before 签到).

    One word may belong to two intents where the roles tell them apart: 党费情况 is for an officer the branch's, for
    everybody else one's own.
    """

    def __init__(self, words: Iterable[tuple[str, str, bool, bool, frozenset[str] | None, bool, bool]]) -> None:
        """`words` are (command, intent, takes an argument, changes something, the roles that may, verbatim, joined)."""
        self._words: dict[str, tuple[_Word, ...]] = {}
        for command, intent, takes, changes, who, verbatim, joined in words:
            there = self._words.get(command, ())
            if any((word.who is None) == (who is None) for word in there):
                raise ValueError(f"command {command} belongs to {there[0].intent} and {intent}")
            # The intent for certain roles comes first, the one for everybody after it.
            self._words[command] = tuple(sorted((*there, _Word(intent, takes, changes, who, verbatim, joined)),
                                                key=lambda word: word.who is None))
        longest_first = sorted(self._words, key=lambda command: (-len(command), command))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def find(self, raw: str, folded: str, role: str = "") -> Typed | None:
        """The command that `raw` is; `folded` is the same text, character for character (normalize.fold)."""
        raw, folded = _unquoted(raw, folded)
        head = self._pattern.match(folded)
        if not head:
            return self._find_after_lead(folded, role)
        word, rest = self._word(head[0], role), folded[head.end():]
        if self._stands_alone(word, rest):
            return Typed(word.intent, head[0], "")
        if not word.takes or _LIST.fullmatch(normalize(rest).strip(" :,")):
            return None
        separator = _SEPARATOR.match(rest) or word.verbatim and _NUMBERED.match(rest)
        if separator:
            remark = _REMARK.match(rest, separator.end()) and not word.verbatim
            if remark and read_mood(normalize(rest)) & Mood.QUESTION:
                return None
            return Typed(word.intent, head[0], raw[head.end() + separator.end():].strip())
        if word.joined:
            is_remark = _REMARK.match(rest) or _OF_THE_WORD.match(rest)
            return None if is_remark else Typed(word.intent, head[0], raw[head.end():].strip())
        if word.verbatim or _NO_ARGUMENT.match(rest) or read_mood(normalize(rest)) & _NO_ORDER:
            return None
        return Typed(word.intent, head[0], raw[head.end():].strip())

    def find_asked(self, folded: str) -> frozenset[str]:
        """What would change something and is asked or denied about, its command word standing first (签到了没有)."""
        head = self._pattern.match(folded)
        if not head:
            return frozenset()
        is_order = not read_mood(normalize(folded[head.end():])) & _NO_ORDER
        if is_order and not _REMARK.match(folded, head.end()):
            return frozenset()
        return frozenset(word.intent for word in self._words[head[0]] if word.changes)

    def _word(self, command: str, role: str) -> _Word:
        words = self._words[command]
        return words[-1] if role and words[0].who is not None and role not in words[0].who else words[0]

    def _find_after_lead(self, folded: str, role: str) -> Typed | None:
        """好的，确认 · 请签到: a word of courtesy before a command that stands alone."""
        lead = _LEAD.match(folded)
        head = self._pattern.match(folded, lead.end()) if lead else None
        if not head or not self._stands_alone(self._word(head[0], role), folded[head.end():]):
            return None
        return Typed(self._word(head[0], role).intent, head[0], "")

    @staticmethod
    def _stands_alone(word: _Word, rest: str) -> bool:
        plain = normalize(rest) if rest else ""
        return bool(_PARTICLES.fullmatch(plain)) or not word.changes and bool(_ASKED.fullmatch(plain))


def _unquoted(raw: str, folded: str) -> tuple[str, str]:
    """“签到” as copied from a help text, with its quotes."""
    if len(folded) > 2 and folded[0] in _OPENING and folded[-1] in _CLOSING:
        return raw[1:-1].strip(), folded[1:-1].strip()
    return raw, folded
