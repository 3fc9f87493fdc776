"""A shell for scenes: `flask --app app …` inside the test's own program."""

import io
import json
from dataclasses import dataclass
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, text

from data.upgrade import head


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    result: Result

    def prints(self, *parts: str) -> "Ran":
        """It succeeded, and its output contains all of these."""
        assert self.result.exit_code == 0, self.result.output
        missing = [part for part in parts if part not in self.result.stdout]
        assert not missing, f"missing {missing} in:\n{self.result.stdout}"
        return self

    def fails(self, *parts: str, lines: int = 1) -> "Ran":
        """It failed with so many lines on stderr, the last says what is wrong, and all of these are in them."""
        said = self.result.stderr.strip().splitlines()
        assert self.result.exit_code > 0
        assert len(said) == lines, said
        assert said[-1].startswith("Error: "), said
        assert "Traceback" not in self.result.output
        missing = [part for part in parts if part not in self.result.stderr]
        assert not missing, f"missing {missing} in:\n{self.result.stderr}"
        return self

    @property
    def json(self) -> Any:
        self.prints()
        return json.loads(self.result.stdout)

    @property
    def lines(self) -> list[str]:
        self.prints()
        return self.result.stdout.splitlines()


class Shell:
    """Runs the commands of one application."""

    def __init__(self, app: Flask) -> None:
        self._runner = app.test_cli_runner()

    def run(self, *words: str, stdin: str | bytes = "") -> Ran:
        """Run `flask --app app` with these words."""
        given = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
        return Ran(self._runner.invoke(args=list(words), input=given))


def mark_as_migrated(engine: Engine) -> None:
    """The stage makes its tables straight from the models; commands look for the number that migrations leave."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head()})
