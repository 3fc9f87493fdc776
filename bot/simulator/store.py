"""Where the simulated platform keeps its state: one SQLite file, shared by every process that serves the sandbox.

Knows no rule of the platform; the other modules write the SQL they need. Start at Store.write().
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    openid TEXT PRIMARY KEY, following INTEGER NOT NULL, since INTEGER NOT NULL, qr_scene TEXT NOT NULL DEFAULT '',
    contact REAL NOT NULL DEFAULT 0, typing_until REAL NOT NULL DEFAULT 0,
    long_until REAL NOT NULL DEFAULT 0, long_left INTEGER NOT NULL DEFAULT 0,
    short_until REAL NOT NULL DEFAULT 0, short_left INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT 'success'
);
CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY AUTOINCREMENT, openid TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL, title TEXT NOT NULL, fields TEXT NOT NULL, url TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS line_of_person ON line (openid, id);
CREATE TABLE IF NOT EXISTS token (
    value TEXT PRIMARY KEY, family TEXT NOT NULL, issued REAL NOT NULL, expires REAL NOT NULL, dead_from REAL);
CREATE TABLE IF NOT EXISTS call (
    path TEXT NOT NULL, day TEXT NOT NULL, total INTEGER NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (path, day));
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, remaining INTEGER NOT NULL, errcode INTEGER, http_status INTEGER,
    html INTEGER NOT NULL, dropped INTEGER NOT NULL, slow REAL NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, openid TEXT NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS template_sent (
    openid TEXT NOT NULL, client_msg_id TEXT NOT NULL, at REAL NOT NULL, msgid INTEGER NOT NULL,
    PRIMARY KEY (openid, client_msg_id));
CREATE TABLE IF NOT EXISTS mass (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, audience TEXT, text TEXT NOT NULL, client_id TEXT, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mass_share (
    openid TEXT NOT NULL, month TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (openid, month));
CREATE TABLE IF NOT EXISTS scene (ticket TEXT PRIMARY KEY, scene TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """One connection per process behind a lock: each step is shorter than a wait for SQLite's lock."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._inherited: list[sqlite3.Connection] = []
        if path != ":memory:":
            Path(path).touch(0o600)  # chats are for this user only; SQLite gives its other files the same mode
            Path(path).chmod(0o600)
        with self.write() as db:
            for statement in SCHEMA.split(";"):
                db.execute(statement)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its first statement; undone when the block raises."""
        with self._lock:
            db = self._open()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection without a transaction, for single SELECTs."""
        with self._lock:
            yield self._open()

    def close(self) -> None:
        """Let go of the file, so that it can be deleted; the next use opens it again."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._pid == os.getpid():
            return self._connection
        if self._connection is not None:
            # A connection inherited by fork may be neither used nor closed: closing would tidy up the parent's log.
            self._inherited.append(self._connection)
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            db.execute("PRAGMA journal_mode=WAL")
        # A sandbox may lose its last messages in a power cut; waiting for the disk would slow fan-outs of hundreds.
        db.execute("PRAGMA synchronous=OFF")
        self._connection, self._pid = db, os.getpid()
        return db


def get_setting(db: sqlite3.Connection, key: str, default: str = "") -> str:
    row = db.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return row["value"] if row else default


def put_setting(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT INTO setting VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))


def next_number(db: sqlite3.Connection, key: str, first: int) -> int:
    """The next of a series that starts at `first`; two processes never get the same."""
    number = int(get_setting(db, key, str(first - 1))) + 1
    put_setting(db, key, str(number))
    return number
