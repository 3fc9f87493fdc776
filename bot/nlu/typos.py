"""Our words in place of the homophones that a phone's keyboard offers for them: 签倒 is 签到. Pure; see typos.txt."""

import re
from functools import lru_cache

from bot.nlu.segment import read_words


@lru_cache(maxsize=1)
def _typed_for() -> tuple[re.Pattern[str], dict[str, str]]:
    meant = {typed: word for word, ways in read_words("typos.txt").items() for typed in ways if typed != word}
    return re.compile("|".join(map(re.escape, sorted(meant, key=len, reverse=True)))), meant


def mend(text: str) -> str:
    """The text with the words that were meant."""
    pattern, meant = _typed_for()
    return pattern.sub(lambda found: meant[found[0]], text)
