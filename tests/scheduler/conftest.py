"""Fixtures: `stage` plays each scene of delivery on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import IN_CI, Postgresql, Sqlite, why_no_postgresql
from tests.scheduler.stage import Stage, prepare


@pytest.fixture(scope="session")
def sqlite_stages(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("stages"), prepare)


@pytest.fixture(scope="session")
def postgresql_stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgresql]:
    why = why_no_postgresql()
    if why:
        (pytest.fail if IN_CI else pytest.skip)(why)
    databases = Postgresql("stage", prepare)
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def make_stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """make_stage(WECHAT_ACCOUNT=…): a stage with other settings, on each kind of database in turn."""
    databases = request.getfixturevalue(f"{request.param}_stages")
    stages: list[Stage] = []

    def make(**variables: str) -> Stage:
        stages.append(Stage(databases.fresh(), tmp_path, **variables))
        return stages[-1]
    yield make
    for stage in stages:
        stage.close()
        databases.drop(stage.url)


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage()
