"""One spelling for what people type: full width, 繁体, emoji, odd blanks and quotes.

Pure; never raises, whatever a phone sends. normalize() is for understanding; clean() and fold() keep positions,
for texts that are passed on word for word.
"""

import re
import unicodedata
import warnings
from functools import lru_cache

import zhconv

# Invisible marks and variation selectors that phones put between visible characters.
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e"
                        r"\u2060-\u2064\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_EMOJI = re.compile(r"[\u203c\u2049\u20e3\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2934\u2935\u2b00-\u2bff"
                    r"\U0001f000-\U0001faff\U000e0000-\U000e007f]"
                    r"|\[(?:[一-鿿]{1,4}|[A-Z][A-Za-z]{2,11})\]")  # WeChat writes its own faces as [微笑] or [Smile]
_SIGNS = str.maketrans({
    "“": '"', "”": '"', "„": '"', "「": '"', "」": '"', "『": '"', "』": '"', "‘": "'", "’": "'", "`": "'",
    "，": ",", "。": "。", "．": ".", "：": ":", "；": ";", "！": "!", "？": "?",
    "（": "(", "）": ")", "【": "[", "】": "]",
    "～": "~", "〜": "~", "–": "-", "—": "-", "―": "-", "−": "-", "﹣": "-", "•": "·", "・": "·",
    "‧": "·", "∶": ":", "｡": "。",
})
_BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _load_table() -> None:
    with warnings.catch_warnings():  # zhconv leaves the file of its table open
        warnings.simplefilter("ignore", ResourceWarning)
        zhconv.convert("后", "zh-hans")


def _simplified(text: str) -> str:
    _load_table()
    return zhconv.convert(text, "zh-hans")


def clean(text: str) -> str:
    """The text as typed, without invisible characters and outer blanks: what may be passed on word for word."""
    return _INVISIBLE.sub("", text).strip()


def fold(text: str) -> str:
    """The text in simplified characters and half-width signs, character for character: positions stay valid."""
    wide = "".join(half if len(half := unicodedata.normalize("NFKC", char)) == 1 else char for char in text)
    folded = _simplified(wide.translate(_SIGNS))
    return folded if len(folded) == len(text) else wide.translate(_SIGNS)


def normalize(text: str) -> str:
    """The text for understanding: NFKC, 繁→简, no control characters or emoji, single blanks, one form of each sign."""
    plain = unicodedata.normalize("NFKC", _EMOJI.sub(" ", _INVISIBLE.sub("", text)))
    return _BLANKS.sub(" ", _simplified(plain.translate(_SIGNS)).replace("甚么", "什么")).strip()
