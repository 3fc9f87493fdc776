"""The schema: what the migrations make is what the models say, and many processes may start at once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from data.db import make_engine
from data.models import Base
from data.upgrade import MIGRATIONS, NoDatabase, head, schema_of, upgrade
from tests.databases import IN_CI, SERVER, why_no_postgresql

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def empty_postgresql(worker_id: str) -> Iterator[str]:
    """A PostgreSQL database of our own; the other scenes' has its tables already."""
    if why := why_no_postgresql():
        (pytest.fail if IN_CI else pytest.skip)(why)
    name = f"assistant_empty_{os.getpid()}_{worker_id}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield SERVER.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    address = request.getfixturevalue("empty_postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return address.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_url)
    yield engine
    engine.dispose()


def shape(engine: Engine) -> dict[str, object]:
    """Everything the database says about the tables, in a form that can be compared."""
    look = inspect(engine)
    return {table: {
        "columns": sorted((column["name"], str(column["type"]), column["nullable"])
                          for column in look.get_columns(table)),
        "indexes": sorted((index["name"], index["column_names"], bool(index["unique"]),
                           sorted((key, str(value)) for key, value in index["dialect_options"].items()))
                          for index in look.get_indexes(table)),
        "unique": sorted((one["name"], one["column_names"]) for one in look.get_unique_constraints(table)),
        "checks": sorted((one["name"], one["sqltext"]) for one in look.get_check_constraints(table)),
        "keys": sorted((one["name"], one["constrained_columns"], one["referred_table"])
                       for one in look.get_foreign_keys(table)),
    } for table in look.get_table_names() if table != "alembic_version"}


def test_an_empty_database_gets_the_newest_schema_and_then_nothing_more(empty_url: str, engine: Engine) -> None:
    assert upgrade(empty_url)
    assert not upgrade(empty_url)
    with engine.connect() as connection:
        assert schema_of(connection) == head()


def test_the_migrations_make_exactly_what_the_models_say(empty_url: str, engine: Engine) -> None:
    upgrade(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    migrated = shape(engine)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert migrated == shape(engine)


def test_the_quick_look_at_file_names_agrees_with_alembic() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_current_head() == head()
    assert [Path(one.path).name[:4] == one.revision for one in scripts.walk_revisions()]


def test_of_many_that_start_at_once_one_upgrades_and_the_others_wait(empty_url: str) -> None:
    code = "import sys; from data.upgrade import upgrade; print(upgrade(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", code, empty_url], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT) for _ in range(4)]
    said = sorted(one.communicate(timeout=60)[0].strip() for one in started)
    assert said == ["False", "False", "False", "True"]


def test_a_database_of_a_newer_release_is_left_alone(empty_url: str, engine: Engine) -> None:
    upgrade(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NoDatabase, match="newer release"):
        upgrade(empty_url)


@pytest.mark.parametrize("url", [
    "postgresql+psycopg://somebody:a-secret@127.0.0.1:1/nowhere", "sqlite:////proc/nowhere/assistant.db"])
def test_a_database_that_cannot_be_reached_is_reported_in_one_line_without_the_password(url: str) -> None:
    with pytest.raises(NoDatabase) as trouble:
        upgrade(url)
    assert "\n" not in str(trouble.value)
    assert "a-secret" not in str(trouble.value)


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear all, this is a letter and no database, " * 30)
    with pytest.raises(NoDatabase, match="not a database"):
        upgrade(f"sqlite:///{tmp_path / 'letter'}")


def test_the_quick_path_does_not_load_alembic(empty_url: str) -> None:
    upgrade(empty_url)
    code = "import sys; from data.upgrade import upgrade; upgrade(sys.argv[1]); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, empty_url], cwd=ROOT, check=False).returncode == 0
