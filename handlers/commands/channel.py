"""`menu push`: gives the official account its custom menu."""

import logging

import click

from bot.log import configure
from bot.wechat.gateway import Retry, Sent, Wait
from handlers.commands.door import Group, assistant
from handlers.menu import menu


@click.group("menu", cls=Group)
def menu_group() -> None:
    """The official account's custom menu."""


@menu_group.command("push")
def push() -> None:
    """Create the menu on the platform; followers see it after a few minutes."""
    here = assistant()
    configure(here.settings.secret_key, logging.CRITICAL)  # what went wrong is said below
    result = here.gateway.create_menu(menu())
    if isinstance(result, Retry | Wait):
        raise click.ClickException(f"菜单没有建成：{result.why}。请核对WECHAT_API_BASE（{here.settings.api_base}）。")
    if not isinstance(result, Sent):
        raise click.ClickException(f"菜单没有建成：{result.why}。")
    click.echo("菜单已建好，关注者几分钟后看到。")
