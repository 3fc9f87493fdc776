"""What every API function gets to work with, and how it refuses.

No function of the API is here. Start at Desk and ApiError.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.simulator.account import Capability
from bot.simulator.ledger import SHANGHAI

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

Json = dict[str, object]


class ApiError(Exception):
    """The call is refused; `extra` are further members of the answer."""

    def __init__(self, errcode: int, errmsg: str, **extra: object) -> None:
        super().__init__(errmsg)
        self.errcode, self.errmsg, self.extra = errcode, errmsg, extra


@dataclass(frozen=True, slots=True)
class Desk:
    """One call: its transaction, its moment (seconds), what was asked."""

    platform: "Platform"
    db: sqlite3.Connection
    now: float
    query: Mapping[str, str]
    payload: Json
    address: str

    @property
    def day(self) -> str:
        """The platform's day, on which quotas are counted."""
        return datetime.fromtimestamp(self.now, SHANGHAI).strftime("%Y-%m-%d")

    def get_text(self, *names: str) -> str:
        """A text in the payload, by the names that lead to it; empty when there is none."""
        found: object = self.payload
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path: its verb, who may call it, how often a day, and what it does."""

    verb: str
    act: Callable[[Desk], Json]
    needs: Capability | None = None
    asks_token: bool = True
    per_day: int | None = None
    refusal: int = 48001  # what an account without the capability hears
