"""Backups: consistent, without secrets, and good for either kind of database."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from data.backup import NotABackup, backup, restore
from data.db import make_engine, make_sessions
from data.models import Branch, Person, Plan, SharedValue
from data.upgrade import NoDatabase, head, upgrade
from tests.databases import Sqlite

TOKEN = "a-token-that-must-not-get-out-" * 4
NOW = datetime(2017, 3, 1, tzinfo=UTC)


@pytest.fixture
def live_url(database_url: str) -> str:
    """A database with the cast, the plan and a token, as a running program has it."""
    engine = make_engine(database_url)
    with make_sessions(engine).begin() as session:
        session.add_all([SharedValue(name="access_token", value=TOKEN, until=NOW),
                         SharedValue(name="last_tick", value=NOW.isoformat(), until=NOW)])
    engine.dispose()
    return database_url


@pytest.fixture
def new_url(tmp_path: Path) -> str:
    """Another database, with nothing in it."""
    return f"sqlite:///{tmp_path / 'new.db'}"


def names(url: str) -> list[str]:
    engine = make_engine(url)
    with make_sessions(engine)() as session:
        found = list(session.scalars(select(Person.name).order_by(Person.id)))
    engine.dispose()
    return found


def values(url: str) -> list[str]:
    engine = make_engine(url)
    with make_sessions(engine)() as session:
        found = list(session.scalars(select(SharedValue.name).order_by(SharedValue.name)))
    engine.dispose()
    return found


def hire(url: str, name: str) -> None:
    engine = make_engine(url)
    with make_sessions(engine).begin() as session:
        branch = session.scalars(select(Branch.id)).first()
        session.add(Person(branch_id=branch, staff_no=name, name=name, identity="教师"))
    engine.dispose()


def test_a_backup_is_for_its_owner_only_and_holds_no_token(live_url: str, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    assert backup(live_url, saved) == saved.stat().st_size
    assert saved.stat().st_mode & 0o077 == 0
    assert TOKEN.encode() not in saved.read_bytes()
    assert values(f"sqlite:///{saved}") == ["last_tick"]
    assert [path.name for path in tmp_path.glob(".backup-*")] == []


def test_restoring_brings_back_what_was_and_keeps_what_is(live_url: str, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    before = names(live_url)
    backup(live_url, saved)
    hire(live_url, "小林")
    kept = restore(live_url, saved)
    assert names(live_url) == before
    assert kept is not None
    assert "小林" in names(f"sqlite:///{kept}")
    kept.unlink()


def test_after_restoring_new_rows_get_new_numbers(live_url: str, tmp_path: Path) -> None:
    backup(live_url, tmp_path / "saved")
    kept = restore(live_url, tmp_path / "saved")
    hire(live_url, "小林")
    hire(live_url, "小周")
    assert names(live_url)[-2:] == ["小林", "小周"]
    kept.unlink()


def test_an_installation_moves_to_another_database_by_its_backup(live_url: str, new_url: str, tmp_path: Path) -> None:
    backup(live_url, tmp_path / "saved")
    assert restore(new_url, tmp_path / "saved") is None
    assert names(new_url) == names(live_url)
    engine = make_engine(new_url)
    with make_sessions(engine)() as session:
        assert session.scalars(select(Plan)).one().year == 2017
    engine.dispose()


def test_an_sqlite_installation_moves_to_postgresql(postgresql_databases: object, sqlite_databases: Sqlite,
                                                    tmp_path: Path) -> None:
    small, big = sqlite_databases.fresh(), postgresql_databases.fresh()
    hire(small, "小林")
    backup(small, tmp_path / "saved")
    restore(big, tmp_path / "saved").unlink()
    assert names(big) == names(small)
    postgresql_databases.drop(big)


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + b"x" * 5000],
                         ids=["empty", "text", "broken"])
def test_what_is_no_backup_changes_nothing(live_url: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(NotABackup, match="no backup"):
        restore(live_url, tmp_path / "file")
    assert names(live_url)[0] == "陈静"


def test_another_program_s_database_is_no_backup(live_url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "file")) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES ('ae10b2')")
        other.commit()
    with pytest.raises(NotABackup, match="no backup"):
        restore(live_url, tmp_path / "file")


def test_a_newer_release_s_backup_is_refused(live_url: str, tmp_path: Path) -> None:
    backup(live_url, tmp_path / "saved")
    with closing(sqlite3.connect(tmp_path / "saved")) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    with pytest.raises(NotABackup, match=f"9999, this one knows {head()}"):
        restore(live_url, tmp_path / "saved")


def test_a_running_program_goes_on_during_backup_and_restore(live_url: str, tmp_path: Path) -> None:
    engine = make_engine(live_url)
    with engine.execution_options(reads_only=True).connect() as reader:
        assert reader.scalar(text("SELECT count(*) FROM people")) == 15
        backup(live_url, tmp_path / "saved")
        reader.rollback()
        restore(live_url, tmp_path / "saved").unlink()
        assert reader.scalar(text("SELECT count(*) FROM people")) == 15
    engine.dispose()


def test_there_is_nothing_to_back_up_before_the_first_start(new_url: str, tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="nothing yet"):
        backup(new_url, tmp_path / "saved")
    with pytest.raises(NoDatabase, match="nothing yet"):
        backup(f"sqlite:///{tmp_path / 'missing.db'}", tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


def test_a_fresh_schema_can_be_backed_up(new_url: str, tmp_path: Path) -> None:
    upgrade(new_url)
    assert backup(new_url, tmp_path / "saved") > 0
