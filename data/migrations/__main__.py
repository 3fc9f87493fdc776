"""Writes the next migration from the difference between the models and the migrations so far."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config

from data.db import make_engine
from data.upgrade import MIGRATIONS, head, upgrade


def write_next(message: str) -> None:
    """Write versions/NNNN_message.py; to be read and, where needed, corrected by a person."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    first = not list((MIGRATIONS / "versions").glob("[0-9]*.py"))
    number = 1 if first else int(head()) + 1
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'scratch.db'}"
        if not first:
            upgrade(url)
        engine = make_engine(url)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m data.migrations "what changes"')
    write_next(sys.argv[1])
