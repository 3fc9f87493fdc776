"""`db upgrade`, `backup` and `restore`."""

from pathlib import Path

import click

from data.backup import NotABackup, backup, restore
from data.upgrade import upgrade
from handlers.commands.door import Command, Group, assistant


@click.group("db", cls=Group)
def group() -> None:
    """The database."""


@group.command("upgrade")
def upgrade_schema() -> None:
    """Bring the schema up to date; safe beside a running server."""
    changed = upgrade(assistant().settings.database_url)
    click.echo("The schema was brought up to date." if changed else "The schema is up to date.")


@click.command("backup", cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def backup_command(file: Path) -> None:
    """Write a consistent copy of everything to FILE while the program runs.

    It contains personal data, so keep it safe; the access token is not in it. The secret key (SECRET_KEY, or the file
    in instance/) is not either: keep it apart, binding codes depend on it.
    """
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"{file.parent}: no such folder")
    try:
        size = backup(assistant().settings.database_url, file.absolute())
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    click.echo(f"Saved {file} ({size // 1024} KB).")


@click.command("restore", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def restore_command(file: Path) -> None:
    """Put back what `backup` wrote, also into the other kind of database.

    Safe beside a running server. What was there before is kept in a file of the name …before-restore.
    """
    try:
        kept = restore(assistant().settings.database_url, file)
    except NotABackup as error:
        raise click.ClickException(f"{file}: {error}") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    click.echo("Restored." if kept is None else f"Restored. What was there before is in {kept}.")
