"""Words of a sentence. The only module that knows jieba.

load() reads the dictionary and our own words once (about a second and 80 MB), so call it before the server forks.
"""

import logging
import marshal
import os
import warnings
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir

with warnings.catch_warnings():  # jieba 0.42 still uses pkg_resources and unescaped patterns
    warnings.simplefilter("ignore")
    import jieba

LEXICON = Path(__file__).resolve().parents[2] / "data" / "lexicon"


def read_words(name: str) -> dict[str, tuple[str, ...]]:
    """A file of our lexicon, lines `name: other, ways, to say it`, `#` for comments: name → all ways, itself first."""
    words: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate((LEXICON / name).read_text("utf-8").splitlines(), 1):
        head, _, rest = line.partition("#")[0].partition(":")
        if not head.strip():
            continue
        if head.strip() in words:
            raise ValueError(f"{name}, line {number}: {head.strip()} is there twice")
        ways = (head.strip(), *(way.strip() for way in rest.split(",")))
        words[head.strip()] = tuple(dict.fromkeys(way for way in ways if way))
    return words


@lru_cache(maxsize=1)
def load() -> jieba.Tokenizer:
    """The segmenter with our own words; the first call takes about a second."""
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with warnings.catch_warnings():  # jieba leaves its files open
        warnings.simplefilter("ignore", ResourceWarning)
        _read_cache(tokenizer)
        tokenizer.initialize()
    for name in ("kinds.txt", "topics.txt", "words.txt"):
        for ways in read_words(name).values():
            for way in ways:
                tokenizer.add_word(way)
    return tokenizer


def _read_cache(tokenizer: jieba.Tokenizer) -> None:
    """Take jieba's cache from memory: it reads the file object by object, which takes three times as long.

    Only a file of our own: the folder is everybody's, and marshal trusts what it reads.
    """
    cache = Path(gettempdir()) / "jieba.cache"
    try:
        if cache.stat().st_uid == os.getuid():
            tokenizer.FREQ, tokenizer.total = marshal.loads(cache.read_bytes())  # noqa: S302 - see above
            tokenizer.initialized = True
    except (OSError, ValueError, EOFError, TypeError):
        pass  # jieba makes a new one


def cut(text: str) -> list[str]:
    """The words of the text, blanks and signs among them, in order."""
    return load().lcut(text)
