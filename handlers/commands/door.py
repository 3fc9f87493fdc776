"""What all commands share: how they reach the program, and how they fail: one line, exit code above 0, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data.upgrade import NoDatabase, upgrade, why

if TYPE_CHECKING:
    from handlers import Assistant

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class Command(click.Command):
    """A command that runs inside the application and reports its troubles in one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.callback = with_appcontext(self.callback)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _one_line():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _one_line():
                return super().invoke(ctx)
        except NoDatabase as error:
            raise click.ClickException(f"DATABASE_URL: {error}") from error
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise click.ClickException(f"DATABASE_URL: {why(error)}") from error


class Group(click.Group):
    """A group of commands; an unknown one is reported in one line."""

    command_class = Command

    def resolve_command(self, ctx: click.Context, args: list[str],
                        ) -> tuple[str | None, click.Command | None, list[str]]:
        with _one_line():
            return super().resolve_command(ctx, args)


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        error.ctx = None  # click would print the usage in front of what is wrong; --help shows it to who asks
        raise


def assistant() -> "Assistant":
    """The program's parts, whether or not there is a database yet."""
    return current_app.extensions["assistant"]


def opened() -> "Assistant":
    """The program's parts with the schema up to date. Raises NoDatabase."""
    here = assistant()
    upgrade(here.settings.database_url)
    return here


class Moment(click.ParamType):
    """An ISO time; without an offset it is in TIMEZONE, which in_zone() adds."""

    name = "ISO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail(f"{value!r} is no ISO time such as 2017-03-01T08:00", param, ctx)


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The moment in the branch's zone. Raises click.UsageError for one that no calendar reaches from there."""
    try:
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except OverflowError:
        raise click.UsageError(f"{moment.isoformat()} is out of range") from None
