"""The shell door: `flask --app app …`. Calls the same use cases as the bot, has no rules of its own.

Start at register().
"""

from flask import Flask

from handlers.commands import activities, channel, database, plan, roster, server, stats, time, understand

COMMANDS = (
    plan.group, roster.group, activities.group, stats.command, time.tick_command, time.clock, understand.command,
    database.group, database.backup_command, database.restore_command, channel.menu_group, server.serve)


def register(app: Flask) -> None:
    """Make the commands known to `flask --app app`."""
    for command in COMMANDS:
        app.cli.add_command(command)
