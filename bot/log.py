"""The program's log: one JSON line per event on stderr, keys instead of prose.

Nothing personal can get into it: the message of a line is a name for the event, only known keys are written,
their values must look harmless, and an exception gives its type and place, never its text. Start at configure().
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from hashlib import blake2s
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "assistant", "bot", "data", "handlers", "scheduler")
KEYS = frozenset({
    "account", "action", "attempt", "branch", "channel", "count", "database", "dropped", "errcode", "error", "failed",
    "held", "intent", "kind", "left", "ms", "outcome", "port", "queued", "reason", "row", "sandbox", "score", "seconds",
    "sent", "size", "state", "status", "unsure", "waiting", "who", "why", "workers",
})
EVENT = re.compile(r"[a-z][a-z0-9 _.:-]{0,60}")
HARMLESS = re.compile(r"[A-Za-z0-9_.:/ +-]{0,60}")
# As openids, tokens, keys, phone numbers and binding codes look; a long name in small letters is an event of the
# platform.
SECRET = re.compile(r"(?![a-z_]+(?![\w-]))[A-Za-z0-9_-]{20,}|\d{6}")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_salt = bytearray(b"before configure")


def short(openid: str) -> str:
    """A stand-in for an openid: the same person gives the same eight characters, and nobody can go back."""
    return blake2s(openid.encode(), key=bytes(_salt[:32]), digest_size=4).hexdigest()


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: at, level, logger, event, and the known keys."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "event": _event(record)}
        line |= {key: _harmless(value) for key, value in vars(record).items() if key in KEYS}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__qualname__
            line["place"] = _place(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg] - generic in the stubs only
    """Writes to what sys.stderr is at the moment: a test or a supervisor may exchange it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr


def configure(salt: str, level: int = logging.INFO) -> None:
    """Send all logging to stderr as JSON lines, from `level` up; again: change salt and level."""
    _salt[:] = blake2s(salt.encode()).digest()
    root = logging.getLogger()
    handler = next((one for one in root.handlers if isinstance(one, _Stderr)), None)
    if handler is None:
        handler = _Stderr()
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
    handler.setLevel(level)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def _event(record: logging.LogRecord) -> str:
    """Our own events have names; a library's message is kept as its pattern, without what was filled in."""
    message = str(record.msg)
    if record.name.split(".")[0] in OURS and EVENT.fullmatch(message):
        return message
    if record.args and message:
        return PLACEHOLDER.sub("…", message.splitlines()[0][:120])
    if record.exc_info:
        return "uncaught"
    return f"{Path(record.pathname).name}:{record.lineno}"


def _harmless(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if HARMLESS.fullmatch(text) and not SECRET.search(text) else type(value).__name__


def _place(trace: TracebackType | None) -> str:
    """Where it happened: the innermost line of ours, for that is where to look."""
    found = ""
    for frame, number in walk_tb(trace):
        path = Path(frame.f_code.co_filename)
        ours = path.is_relative_to(ROOT) and ".venv" not in path.parts
        if ours or not found:
            name = path.relative_to(ROOT) if ours else path.name
            found = f"{name}:{number} {frame.f_code.co_name}"
    return found
