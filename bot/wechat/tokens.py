"""One access token for all threads, processes and machines, renewed by one of them at a time.

Knows neither HTTP nor the account. Start at Tokens.current().
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import sleep
from uuid import uuid4

from bot.shared import Kept, SharedStore

RENEW_BEFORE = 300  # seconds; from then on the platform keeps the old token valid beside the new one
LEASE_SECONDS = 25  # longer than a fetch and its timeouts can take, forced one included
POLL_SECONDS = 0.1
FORCE_EVERY = 300  # seconds; a forced renewal is allowed 20 times a day only

log = logging.getLogger(__name__)


class NoToken(Exception):
    """Another process is renewing the token and does not get done."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A token as the platform gave it, and for how many seconds."""

    token: str
    seconds: float


Fetch = Callable[[bool], Fetched]


def renew_after(seconds: float) -> float:
    """Seconds until a token that is valid for so long should be renewed.

    Near its end the platform gives out the same token again; asking each time would use up the quota.
    """
    return max(seconds - RENEW_BEFORE, min(60.0, seconds / 2))


class Tokens:
    """The current token. `fetch(force)` asks the platform; it and the store may raise, which is passed on."""

    def __init__(self, store: SharedStore, name: str, fetch: Fetch, wall: Callable[[], datetime],
                 wait: Callable[[float], object] = sleep) -> None:
        self._store, self._name, self._fetch, self._wall, self._wait = store, f"token/{name}", fetch, wall, wait
        self._owner = uuid4().hex
        self._lock = Lock()
        self._kept: Kept | None = None

    def current(self) -> str:
        """A token believed good. Raises NoToken, StoreDown and what fetch raises."""
        return self._good(self._kept, "") or self._renew("")

    def after_refusal(self, refused: str) -> str:
        """Another token than the one that the platform has just refused. Raises as current() does."""
        return self._good(self._kept, refused) or self._renew(refused)

    def _good(self, kept: Kept | None, refused: str) -> str:
        return kept.value if kept and kept.value != refused and kept.until > self._wall() else ""

    def _renew(self, refused: str) -> str:
        with self._lock:
            for _ in range(int(LEASE_SECONDS / POLL_SECONDS)):
                # Somebody else may have renewed it while this one waited for the lock or the lease.
                token = self._good(self._kept, refused) or self._take_shared(refused)
                if token:
                    return token
                if self._store.lease(self._name, self._owner, self._wall(), LEASE_SECONDS):
                    return self._take_shared(refused) or self._fetch_leased(refused)
                self._wait(POLL_SECONDS)
        raise NoToken

    def _take_shared(self, refused: str) -> str:
        kept = self._store.find(self._name)
        token = self._good(kept, refused)
        if token:
            self._kept = kept
        return token

    def _fetch_leased(self, refused: str) -> str:
        try:
            fetched = self._fetch(False)
            if fetched.token == refused and self._may_force():
                fetched = self._fetch(True)
            self._kept = Kept(fetched.token, self._wall() + timedelta(seconds=renew_after(fetched.seconds)))
            self._store.put(self._name, self._kept.value, self._kept.until)
            log.info("token_renewed", extra={"seconds": int(fetched.seconds)})
            return fetched.token
        finally:
            self._store.release(self._name, self._owner)

    def _may_force(self) -> bool:
        return self._store.lease(f"{self._name}/force", self._owner, self._wall(), FORCE_EVERY)
