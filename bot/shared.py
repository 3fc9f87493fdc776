"""What all processes must agree on besides the records: the access token, who is renewing it, why pushing is stopped.

Values with a term, and leases that one holder at a time has. In the database, or in Redis where REDIS_URL is set.
All times are machine time. Start at SharedStore.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.settings import Settings
from data.db import insert_for, reading_sessions
from data.models import SharedValue

LEASE = "lease/"


class StoreDown(Exception):
    """The shared store does not answer at the moment."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A shared value and the machine time up to which it holds."""

    value: str
    until: datetime


class SharedStore(Protocol):
    """Small values and leases that all processes share. Every method may raise StoreDown."""

    def find(self, name: str) -> Kept | None:
        """The value, even when its time is over: the caller compares."""

    def put(self, name: str, value: str, until: datetime) -> None:
        """Keep a value until then; replaces an older one."""

    def lease(self, name: str, owner: str, wall: datetime, seconds: float) -> bool:
        """Whether `owner` alone now holds `name` for so long; False while somebody else does."""

    def release(self, name: str, owner: str) -> None:
        """Give a lease back early."""


def open_store(settings: Settings, sessions: sessionmaker[Session]) -> SharedStore:
    """The store that the settings ask for."""
    if settings.redis_url:
        from bot.shared_redis import open_redis  # a heavy library that few installations need
        return open_redis(settings.redis_url)
    return DatabaseStore(sessions)


def put_value(session: Session, name: str, value: str, until: datetime | None = None) -> None:
    """Write one shared value of the database within the caller's transaction."""
    new = insert_for(session, SharedValue).values(name=name, value=value, until=until)
    session.execute(new.on_conflict_do_update(index_elements=[SharedValue.name],
                                              set_={"value": new.excluded.value, "until": new.excluded.until}))


def find_value(session: Session, name: str) -> str | None:
    """Read one shared value of the database, whatever its term."""
    return session.scalar(select(SharedValue.value).where(SharedValue.name == name))


class DatabaseStore:
    """SharedStore in the table of shared values, in short transactions of its own."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._reading = reading_sessions(sessions.kw["bind"])

    def find(self, name: str) -> Kept | None:
        try:
            with self._reading() as session:
                row = session.execute(
                    select(SharedValue.value, SharedValue.until).where(SharedValue.name == name)).one_or_none()
        except SQLAlchemyError as error:
            raise StoreDown(type(error).__name__) from None
        return Kept(row.value, row.until) if row and row.until else None

    def put(self, name: str, value: str, until: datetime) -> None:
        try:
            with self._sessions.begin() as session:
                put_value(session, name, value, until)
        except SQLAlchemyError as error:
            # Without the original: its text would carry the value.
            raise StoreDown(type(error).__name__) from None

    def lease(self, name: str, owner: str, wall: datetime, seconds: float) -> bool:
        try:
            with self._sessions.begin() as session:
                new = insert_for(session, SharedValue).values(name=LEASE + name, value=owner,
                                                              until=wall + timedelta(seconds=seconds))
                taken = session.execute(new.on_conflict_do_update(
                    index_elements=[SharedValue.name],
                    set_={"value": new.excluded.value, "until": new.excluded.until}, where=SharedValue.until <= wall))
                return taken.rowcount == 1
        except SQLAlchemyError as error:
            raise StoreDown(type(error).__name__) from None

    def release(self, name: str, owner: str) -> None:
        try:
            with self._sessions.begin() as session:
                session.execute(delete(SharedValue).where(SharedValue.name == LEASE + name,
                                                          SharedValue.value == owner))
        except SQLAlchemyError as error:
            raise StoreDown(type(error).__name__) from None
