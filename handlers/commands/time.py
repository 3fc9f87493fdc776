"""`tick` and `clock set`: one turn of the scheduler, and the program's movable clock."""

import logging
from datetime import datetime

import click
from sqlalchemy.orm import Session

from bot.clock import write_shift
from bot.log import configure
from handlers.commands.door import Command, Group, Moment, in_zone, opened
from scheduler.tick import rewind, tick


@click.command("tick", cls=Command)
@click.option("--now", type=Moment(), help="Act as if it were this time; without an offset in TIMEZONE.")
def tick_command(now: datetime | None) -> None:
    """Queue and deliver what is due by now, once; print the counts.

    Safe at any time, by cron or beside a running server.
    """
    here = opened()
    configure(here.settings.secret_key, logging.WARNING)
    counts = tick(here, in_zone(now, here.settings.timezone) if now else here.clock.now())
    click.echo(" ".join(f"{name}={number}" for name, number in counts.items()))


@click.group("clock", cls=Group)
def clock() -> None:
    """The program's clock."""


@clock.command("set")
@click.argument("moment", type=Moment(), metavar="ISO")
def set_clock(moment: datetime) -> None:
    """Move the program's clock, for every process within a second.

    Only with CLOCK_START set or in sandbox mode.
    """
    here = opened()
    if not here.clock.movable:
        raise click.ClickException("CLOCK_START: is not set, and outside the sandbox only then the clock can be moved")
    target = in_zone(moment, here.settings.timezone)
    with here.sessions.begin() as session:
        move_clock(session, target, here.settings.clock_start)
    click.echo(f"The clock shows {target.isoformat()}.")


def move_clock(session: Session, to: datetime, start: datetime | None) -> None:
    """Let the program's clock show `to` for every process; `start` is CLOCK_START.

    What falls due after `to` will be looked for again; the outbox's keys keep it from being sent twice.
    """
    write_shift(session, to, start)
    rewind(session, to)
