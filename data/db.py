"""Engine, sessions and the column types that every table uses.

SQLite runs in WAL mode with immediate write transactions, so that two writers queue instead of failing;
PostgreSQL by its URL. Start at make_engine().
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import DateTime, Engine, Enum, MetaData, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

POLL_SECONDS = 0.003  # how long SQLite waits by itself for another writer
WRITES = "writes"  # connection.info: this connection has the process's turn to write
BUSY_SECONDS = 3  # WeChat waits five seconds for the answer; an honest "busy" must still fit


class Base(DeclarativeBase):
    """All tables. Constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    })


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database; a naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value} for a UTC column")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - given
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[StrEnum]) -> Enum:
    """A column that stores an enum by its value, as text with a check."""
    return Enum(kind, native_enum=False, length=24, create_constraint=True,
                values_callable=lambda members: [m.value for m in members], name=kind.__name__.lower())


def make_engine(url: str, pool_size: int = 8) -> Engine:
    """An engine for SQLite (a file) or PostgreSQL."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, pool_size)
    return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True,
                         pool_timeout=BUSY_SECONDS,
                         connect_args={"connect_timeout": BUSY_SECONDS,
                                       "options": f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC"})


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    with suppress(OSError):  # a folder that cannot be made is reported by the first connection, like any other trouble
        Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=BUSY_SECONDS,
                           connect_args={"timeout": POLL_SECONDS, "check_same_thread": False})

    writer = Lock()  # the threads of a process queue here, so that only processes compete for the file

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred; ours below is not
        # The first look at the file waits patiently: another process may be closing it as the last one just now.
        for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=NORMAL",
                       "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-8000",
                       f"busy_timeout={int(POLL_SECONDS * 1000)}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reads_only"):
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get(WRITES):
            if not writer.acquire(timeout=BUSY_SECONDS):
                raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
            connection.info[WRITES] = True
        begin_writing(connection)

    @event.listens_for(engine, "checkin")
    def let_next_write(_connection: Any, record: Any) -> None:
        if record.info.pop(WRITES, False):
            writer.release()

    return engine


def begin_writing(connection: Connection) -> None:
    """BEGIN IMMEDIATE: one that reads first and writes later could not be upgraded while another writes.

    Asks again every few milliseconds for BUSY_SECONDS; SQLite's own waiting grows to a tenth of a second a look,
    which made the slowest of a hundred turns ten times slower. Raises OperationalError when the time is over.
    """
    driver = connection.connection.dbapi_connection
    for _ in range(round(BUSY_SECONDS / POLL_SECONDS)):
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                break
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Session factory for transactions that write. Objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def reading_sessions(engine: Engine) -> sessionmaker[Session]:
    """Session factory for transactions that only read: on SQLite they never wait for a writer."""
    return sessionmaker(engine.execution_options(reads_only=True), expire_on_commit=False)


def insert_for(session: Session, table: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT, for this session's database."""
    return _insert(session.get_bind().dialect.name, table)


@cache
def _insert(dialect: str, table: type[Base]) -> Any:
    # psycopg forgets how many rows an INSERT made unless it is told to remember; the callers decide by that number.
    made = (postgresql if dialect == "postgresql" else sqlite).insert(table.__table__)
    return made.execution_options(preserve_rowcount=True)


@cache
def _insert_ignoring(dialect: str, table: type[Base]) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing()


def insert_ignoring(session: Session, table: type[Base]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING for this session's database."""
    return _insert_ignoring(session.get_bind().dialect.name, table)


def add_once(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert a row unless one of its unique keys is taken; True when it is new. The database decides, not a look."""
    return session.execute(insert_ignoring(session, table), values).rowcount == 1


def add_all_once(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], chunk: int = 1000) -> int:
    """Insert many rows as add_once() does; returns how many are new."""
    new = 0
    for start in range(0, len(rows), chunk):
        part = rows[start:start + chunk]
        new += session.execute(insert_ignoring(session, table).values(list(part))).rowcount
    return new
