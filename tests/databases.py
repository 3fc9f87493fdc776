"""Fresh, seeded databases for the scenes: a copied file for SQLite, a template database for PostgreSQL.

PostgreSQL is left out, with the reason, when none answers on this machine; with CI set that is a failure instead.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import Engine

from data.db import make_engine
from data.models import Base

SERVER = os.environ.get("TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
IN_CI = os.environ.get("CI") == "true"


def why_no_postgresql() -> str:
    """Why PostgreSQL cannot be used here; "" when it can."""
    try:
        psycopg.connect(SERVER, connect_timeout=2).close()
    except psycopg.Error as error:
        return f"PostgreSQL does not answer: {type(error).__name__}"
    return ""


class Sqlite:
    """Copies of one prepared file."""

    def __init__(self, folder: Path, prepare: Callable[[Engine], None]) -> None:
        self._folder, self._made = folder, 0
        self._master = folder / "master.db"
        engine = make_engine(f"sqlite:///{self._master}")
        prepare(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        engine.dispose()

    def fresh(self) -> str:
        """The URL of a new database with everything prepared."""
        self._made += 1
        copy = self._folder / f"{self._made}.db"
        shutil.copy(self._master, copy)
        return f"sqlite:///{copy}"

    def drop(self, url: str) -> None:
        """Remove a database made by fresh()."""
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)


class Postgresql:
    """One database for each test process, emptied and filled again from a copy of what was prepared.

    Making and dropping a database each time would force a checkpoint, which costs more than most scenes.
    """

    def __init__(self, worker: str, prepare: Callable[[Engine], None]) -> None:
        self._name = f"assistant_test_{os.getpid()}_{worker}"
        self._run(SERVER, f"CREATE DATABASE {self._name}", f"ALTER DATABASE {self._name} SET synchronous_commit = off")
        engine = make_engine(self.url)
        prepare(engine)
        engine.dispose()
        tables = [table.name for table in Base.metadata.sorted_tables]
        self._run(self._server, "CREATE SCHEMA prepared",
                  *(f"CREATE TABLE prepared.{name} AS SELECT * FROM public.{name}" for name in tables))
        self._refill = ["SET session_replication_role = replica",
                        *(f"DELETE FROM {name}" for name in tables),
                        *(f"INSERT INTO {name} SELECT * FROM prepared.{name}" for name in tables),
                        *(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                          f"(SELECT COALESCE(max(id), 0) + 1 FROM {name}), false)"
                          for name in tables if "id" in Base.metadata.tables[name].columns)]

    @property
    def url(self) -> str:
        """The database's address for SQLAlchemy."""
        return self._server.replace("postgresql://", "postgresql+psycopg://")

    @property
    def _server(self) -> str:
        return SERVER.rsplit("/", 1)[0] + f"/{self._name}"

    def fresh(self) -> str:
        """The URL of the database, as it was prepared."""
        self._run(self._server, ";".join(self._refill))
        return self.url

    def drop(self, url: str) -> None:
        """End what a scene left open; the database serves the next one."""
        self._run(SERVER, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'")

    def close(self) -> None:
        """Remove the database."""
        self._run(SERVER, f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def _run(self, server: str, *statements: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
