"""The program, put together: settings, clock, database, capabilities, doors. Wires and registers, nothing else."""

from collections.abc import Callable
from functools import cache

import click
import requests
from flask import Flask, Response

import sandbox
from bot.clock import Clock, shift_reader
from bot.dispatch import Answer, Dispatcher, Hooks
from bot.lexicons import Lexicons
from bot.nlu.linear import load_weights
from bot.nlu.match import Matcher
from bot.settings import BadSetting, Settings, load
from bot.shared import open_store
from bot.talk import Talk
from bot.wechat.gateway import HttpGateway
from bot.wechat.webhook import make_webhook
from data.db import make_engine, make_sessions, reading_sessions
from data.plan_reader import KINDS
from handlers import Assistant, all_pages, all_pushes, all_reminders, commands, notices, open_office, ops
from scheduler.outbox import WRITTEN


def create_app(settings: Settings | None = None, clock: Clock | None = None,
               make_session: Callable[[], requests.Session] = requests.Session) -> Flask:
    """The whole program as a WSGI application. `make_session` gives the HTTP sessions towards the platform.

    Raises click.ClickException with one line when a setting is wrong.
    """
    try:
        settings = settings or load()
    except BadSetting as bad:
        raise click.ClickException(str(bad)) from None
    assistant = _assemble(settings, clock, make_session)
    app = Flask("assistant", static_folder=None)
    app.extensions["assistant"] = assistant
    # A redirect to the tidier path would name the host that the request claimed, whoever made that up.
    app.url_map.strict_slashes, app.url_map.merge_slashes = False, False
    app.after_request(_harden)

    def after(answer: Answer) -> None:
        if answer.pushes_wait:
            assistant.runner.wake()

    app.register_blueprint(make_webhook(settings, assistant.clock, assistant.dispatcher, after, ops.observe))
    for page in (ops.blueprint, *all_pages()):
        app.register_blueprint(page)
    commands.register(app)
    if settings.sandbox:
        sandbox.register(app, assistant)
    return app


def _harden(response: Response) -> Response:
    """What holds for every answer; pages say more of their own."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _assemble(settings: Settings, clock: Clock | None, make_session: Callable[[], requests.Session]) -> Assistant:
    engine = make_engine(settings.database_url)
    sessions, reading = make_sessions(engine), reading_sessions(engine)
    movable = settings.sandbox or settings.clock_start is not None
    clock = clock or Clock(settings.timezone, shift_reader(reading, settings.clock_start) if movable else None)
    shared = open_store(settings, sessions)
    office = open_office(settings)
    matcher = _matcher(office.talks)
    kinds = all_pushes()
    hooks = Hooks(lexicon=Lexicons(frozenset(KINDS)).of, held=notices.held_for(settings, kinds),
                  pushes_wait=lambda session: bool(session.info.get(WRITTEN)))
    return Assistant(
        settings=settings, clock=clock, engine=engine, sessions=sessions, reading=reading, shared=shared,
        gateway=HttpGateway(settings, shared, make_session), office=office, matcher=matcher,
        dispatcher=Dispatcher(sessions, matcher, office, hooks), reminders=all_reminders(), kinds=kinds)


@cache
def _matcher(talks: tuple[Talk, ...]) -> Matcher:
    """Understanding is the same for every application of a process, and takes a while to build."""
    return Matcher([intent.spec for talk in talks for intent in talk.intents.values()], load_weights())
