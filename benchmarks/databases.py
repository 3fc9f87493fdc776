"""Empty databases for the benchmarks: a SQLite file, and PostgreSQL where one answers."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

SERVER = os.environ.get("TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")


def fresh_databases(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Name and URL of one database of each kind in turn; dropped afterwards."""
    yield "SQLite", f"sqlite:///{folder / name}.db"
    database = f"assistant_bench_{name}_{os.getpid()}"
    try:
        with psycopg.connect(SERVER, autocommit=True, connect_timeout=2) as connection:
            connection.execute(f"CREATE DATABASE {database}")
    except psycopg.OperationalError:
        print("PostgreSQL does not answer here and is left out")
        return
    try:
        yield "PostgreSQL", f"{SERVER.rsplit('/', 1)[0].replace('postgresql://', 'postgresql+psycopg://')}/{database}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
