"""Brings a database's schema up to date, once, however many processes start at the same time.

The quick path, taken at nearly every start, is one query: Alembic is imported only when there is something to do.
Start at upgrade().
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from data.db import make_engine

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
LOCK_KEY = 0x50415254  # any number that nobody else uses as a PostgreSQL advisory lock
WAIT_SECONDS = 60  # how long a process waits while another one upgrades


class NoDatabase(Exception):
    """The database cannot be used; str() is one line that says why, without address or password."""


def head() -> str:
    """The newest schema this program knows: migrations are numbered, and their files begin with the number."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def schema_of(connection: Connection) -> str | None:
    """The schema a database has; None for one without tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def upgrade(url: str) -> bool:
    """Create or upgrade the schema; True when there was something to do. Raises NoDatabase when that is impossible."""
    engine = _patient_engine(url)
    try:
        with _only_one(url, engine) as connection:
            found = schema_of(connection)
            if found == head():
                return False
            if found is not None and found > head():
                raise NoDatabase(f"was used by a newer release (schema {found}, this one knows {head()})")
            _migrate(connection)
            return True
    except (SQLAlchemyError, OSError) as error:
        raise NoDatabase(why(error)) from error
    finally:
        engine.dispose()


def why(error: Exception) -> str:
    """The reason of a database error in one line, without the statement and its values."""
    cause = error.orig if isinstance(error, DatabaseError) and error.orig else error
    lines = (getattr(cause, "strerror", None) or str(cause)).strip().splitlines()
    return f"does not answer: {lines[0].strip()}" if lines else f"does not answer: {type(cause).__name__}"


def _patient_engine(url: str) -> Engine:
    engine = make_engine(url, pool_size=1)
    sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:
        # SQLite changes a table by copying it, which foreign keys would forbid; they are checked before the commit.
        for setting in (("PRAGMA foreign_keys=OFF", f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}") if sqlite else
                        (f"SET lock_timeout = '{WAIT_SECONDS}s'",)):
            connection.execute(setting)

    return engine


@contextmanager
def _only_one(url: str, engine: Engine) -> Iterator[Connection]:
    """A connection inside the one transaction that may change the schema now; the others wait here."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            yield connection
        return
    # BEGIN IMMEDIATE would do, but for a file that is only now switched to WAL: that switch does not wait.
    with open(f"{make_url(url).database}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()  # the last one to close a file locks it, so that is done before the next one's turn


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise NoDatabase(f"cannot be upgraded: rows of {broken[0]} refer to rows that do not exist")
