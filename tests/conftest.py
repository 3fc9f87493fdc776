"""Fixtures: `world` plays each scene on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import settings as settings_module
from bot.settings import Settings
from tests.databases import IN_CI, Postgresql, Sqlite, why_no_postgresql
from tests.world import World, prepare

ACCOUNT = {"WECHAT_TOKEN": "token4tests", "WECHAT_APP_ID": "wx00000000000tests", "WECHAT_APP_SECRET": "secret4tests",
           "SECRET_KEY": "a key that only tests know", "WECHAT_API_BASE": "http://platform.test",
           "WECHAT_TEMPLATE_ID": "Sandbox0Template0Of0The0Assistant0000000001"}


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("databases"), prepare)


@pytest.fixture(scope="session")
def postgresql_databases(worker_id: str) -> Iterator[Postgresql]:
    why = why_no_postgresql()
    if why:
        (pytest.fail if IN_CI else pytest.skip)(why)
    databases = Postgresql(worker_id, prepare)
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database with the cast and the plan, on each kind of database in turn."""
    databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.fresh()
    yield url
    databases.drop(url)


@pytest.fixture
def make_world(database_url: str, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """make_world(profile=…, WECHAT_AES_KEY=…): a world with other settings."""
    worlds: list[World] = []

    def make(profile: object = None, **variables: str) -> World:
        settings = load_settings(tmp_path, DATABASE_URL=database_url, **variables)
        worlds.append(World(settings, tmp_path, **({"profile": profile} if profile else {})))
        return worlds[-1]
    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


def load_settings(folder: Path, **variables: str) -> Settings:
    """Settings of a service account for tests, with some variables changed."""
    return settings_module.load(ACCOUNT | variables, instance=folder)
