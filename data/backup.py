"""A copy of everything we know in one file, taken while the program runs, and the way back.

The file is an SQLite database whichever database is in use, so it also moves an installation from SQLite to
PostgreSQL. It never holds the platform's access token. Start at backup() and restore().
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, delete, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from data.db import make_engine
from data.models import Base, SharedValue
from data.upgrade import NoDatabase, head, schema_of, upgrade, why

KEPT_VALUES = ("clock", "last_tick")  # of what processes share; the rest is tokens and leases of this moment
CHUNK = 500


class NotABackup(Exception):
    """The file cannot be restored; str() says why in one line."""


def backup(url: str, target: Path) -> int:
    """Write a consistent copy of the database to `target`, readable by the owner only; returns its size in bytes.

    Raises NoDatabase, or OSError where the file cannot be written. An existing file is replaced at the end only.
    """
    with TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy = Path(folder) / "copy.db"
        copy.touch(mode=0o600)
        try:
            if make_url(url).get_backend_name() == "sqlite":
                _copy_file(Path(make_url(url).database or ""), copy)
            else:
                _copy_rows_to_file(url, copy)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise NoDatabase(why(error)) from error
        _forget_secrets(copy)
        os.replace(copy, target)
    return target.stat().st_size


def restore(url: str, source: Path) -> Path | None:
    """Put the content of a backup in the place of everything in the database, in one transaction.

    An older release's backup is upgraded on the way. What was there is kept first, in the file that is returned (None:
    there was nothing). Processes that are running see the restored content from then on.
    Raises NotABackup and changes nothing, or NoDatabase.
    """
    with TemporaryDirectory(prefix="restore-") as folder:
        copy = Path(folder) / "copy.db"
        _check(source)
        copyfile(source, copy)
        _bring_up_to_date(copy)
        fresh = upgrade(url)
        kept = None if fresh else _keep_present(url, source)
        try:
            with _engine(f"sqlite:///{copy}") as old, _engine(url) as new, old.begin() as there, new.begin() as here:
                _replace_rows(there, here)
        except SQLAlchemyError as error:
            raise NoDatabase(why(error)) from error
    return kept


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def _copy_file(source: Path, copy: Path) -> None:
    if not source.exists():
        raise NoDatabase("holds nothing yet")
    with closing(sqlite3.connect(source, timeout=30)) as live, closing(sqlite3.connect(copy)) as target:
        live.backup(target)
        if target.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
            raise NoDatabase("holds nothing yet")
        target.execute("PRAGMA journal_mode=DELETE")


def _copy_rows_to_file(url: str, copy: Path) -> None:
    """One snapshot of all tables: later commits of the running program do not show in it."""
    with _engine(url) as live, live.connect().execution_options(isolation_level="REPEATABLE READ") as source:
        found = schema_of(source)
        if found != head():
            raise NoDatabase("holds nothing yet" if found is None else f"has schema {found}: run `db upgrade` first")
        upgrade(f"sqlite:///{copy}")
        with _engine(f"sqlite:///{copy}") as target, target.begin() as rows:
            _copy_rows(source, rows)
    with closing(sqlite3.connect(copy)) as target:
        target.execute("PRAGMA journal_mode=DELETE")


def _forget_secrets(copy: Path) -> None:
    """Remove tokens and leases; VACUUM, because a deleted row stays readable in the file until it is overwritten."""
    with closing(sqlite3.connect(copy)) as target:
        target.execute("DELETE FROM shared_values WHERE name NOT IN (?, ?)", KEPT_VALUES)
        target.commit()
        target.execute("VACUUM")


def _check(source: Path) -> None:
    if not source.is_file():
        raise NotABackup("no such file")
    try:
        with closing(sqlite3.connect(f"file:{source.resolve().as_posix()}?mode=ro", uri=True)) as file:
            sound = file.execute("PRAGMA integrity_check").fetchone()
            found = file.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        raise NotABackup("is no backup of this program") from None
    if sound != ("ok",):
        raise NotABackup("is damaged")
    if found is None or not found[0].isdigit():
        raise NotABackup("is no backup of this program")
    if found[0] > head():
        raise NotABackup(f"was made by a newer release (schema {found[0]}, this one knows {head()})")


def _bring_up_to_date(copy: Path) -> None:
    try:
        upgrade(f"sqlite:///{copy}")
    except NoDatabase as error:
        raise NotABackup(f"cannot be read: {error}") from error


def _keep_present(url: str, source: Path) -> Path:
    """Back up what is about to be replaced, beside the database (PostgreSQL: beside the backup)."""
    database = make_url(url).database or ""
    present = Path(f"{database}.before-restore") if make_url(url).get_backend_name() == "sqlite" else \
        source.with_name(f"{database}.before-restore")
    backup(url, present)
    return present


def _replace_rows(source: Connection, target: Connection) -> None:
    if target.dialect.name == "postgresql":  # SQLite's one writer is us already
        names = ", ".join(table.name for table in Base.metadata.sorted_tables)
        target.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
    for table in reversed(Base.metadata.sorted_tables):
        target.execute(delete(table))
    _copy_rows(source, target)
    if target.dialect.name == "postgresql":
        _continue_numbering(target)


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        rows = select(table)
        if table is SharedValue.__table__:
            rows = rows.where(table.c.name.in_(KEPT_VALUES))
        for part in source.execution_options(yield_per=CHUNK).execute(rows).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in part])


def _continue_numbering(target: Connection) -> None:
    """PostgreSQL counts ids apart from the rows; rows that bring their ids leave the counter behind."""
    for table in Base.metadata.sorted_tables:
        if table.autoincrement_column is not None:
            last = select(func.coalesce(func.max(table.autoincrement_column), 0) + 1).scalar_subquery()
            target.execute(select(func.setval(
                text(f"pg_get_serial_sequence('{table.name}', '{table.autoincrement_column.name}')"), last, False)))
