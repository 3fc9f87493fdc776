"""The shared store in Redis, for several machines; chosen by REDIS_URL. Start at open_redis()."""

from datetime import UTC, datetime

import redis

from bot.shared import LEASE, Kept, StoreDown

REDIS_PREFIX = "assistant/"
REDIS_SECONDS = 3


def open_redis(url: str) -> "RedisStore":
    """The store behind this address; nothing is asked of it yet."""
    return RedisStore(redis.Redis.from_url(url, decode_responses=True, socket_timeout=REDIS_SECONDS,
                                           socket_connect_timeout=REDIS_SECONDS))


class RedisStore:
    """SharedStore in Redis, for several machines."""

    # Compare and delete in one step: a lease that ran out may belong to somebody else by now.
    _RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def find(self, name: str) -> Kept | None:
        try:
            kept = self._client.hgetall(REDIS_PREFIX + name)
        except redis.RedisError as error:
            raise StoreDown(type(error).__name__) from None
        return Kept(kept["value"], datetime.fromisoformat(kept["until"])) if kept else None

    def put(self, name: str, value: str, until: datetime) -> None:
        fields = {"value": value, "until": until.astimezone(UTC).isoformat()}
        try:
            self._client.hset(REDIS_PREFIX + name, mapping=fields)
        except redis.RedisError as error:
            raise StoreDown(type(error).__name__) from None

    def lease(self, name: str, owner: str, wall: datetime, seconds: float) -> bool:  # noqa: ARG002 - Redis counts
        try:
            return bool(self._client.set(REDIS_PREFIX + LEASE + name, owner, nx=True, px=int(seconds * 1000)))
        except redis.RedisError as error:
            raise StoreDown(type(error).__name__) from None

    def release(self, name: str, owner: str) -> None:
        try:
            self._client.eval(self._RELEASE, 1, REDIS_PREFIX + LEASE + name, owner)
        except redis.RedisError as error:
            raise StoreDown(type(error).__name__) from None
