"""What people can do: the capabilities, and what they share without importing each other. Start at CAPABILITIES."""

from dataclasses import dataclass, field

from flask import Blueprint
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.clock import Clock
from bot.dispatch import Dispatcher
from bot.nlu.match import Matcher
from bot.settings import Settings
from bot.shared import SharedStore
from bot.talk import Office
from bot.wechat.gateway import Gateway
from handlers import (
    activities,
    archive,
    attending,
    binding,
    broadcast,
    calendar,
    checkin,
    console,
    dues,
    export,
    help,
    letters,
    members,
    notices,
    plan,
    questions,
    study,
    undo,
)
from scheduler.reminder import PushKind, Reminder
from scheduler.runner import Runner

CAPABILITIES = (binding, plan, activities, checkin, attending, study, dues, archive, letters, questions, members,
                broadcast, export, calendar, console, undo, notices, help)


def open_office(settings: Settings) -> Office:
    """What every capability may use of the others: all talks, and the groups that some compute."""
    groups = {name: find for module in CAPABILITIES for name, find in getattr(module, "groups", {}).items()}
    return Office(settings=settings, talks=tuple(module.talk for module in CAPABILITIES), groups=groups)


def all_reminders() -> tuple[Reminder, ...]:
    """Every rule that turns time into messages."""
    return tuple(reminder for module in CAPABILITIES for reminder in getattr(module, "reminders", ()))


def all_pushes() -> dict[str, PushKind]:
    """Every kind of message in the outbox, by name."""
    kinds = [kind for module in CAPABILITIES for kind in getattr(module, "pushes", ())]
    kinds += [reminder.kind for reminder in all_reminders()]
    return {kind.name: kind for kind in kinds}


def all_pages() -> tuple[Blueprint, ...]:
    """Everything that is seen in a browser; the pages find the assembled program in app.extensions."""
    return tuple(module.pages for module in CAPABILITIES if hasattr(module, "pages"))


@dataclass(slots=True)
class Assistant:
    """The assembled program, as commands, operations pages and the heartbeat find it in app.extensions.

    `runner` is the heartbeat; only a serving process starts it.
    """

    settings: Settings
    clock: Clock
    engine: Engine
    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    shared: SharedStore
    gateway: Gateway
    office: Office
    matcher: Matcher
    dispatcher: Dispatcher
    reminders: tuple[Reminder, ...]
    kinds: dict[str, PushKind]
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        self.runner = Runner(self)
