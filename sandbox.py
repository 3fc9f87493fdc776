"""Sandbox mode: the simulated platform beside the program, its API under /simulator and its chat page at /.

Only wires; imported by app.py when no official account is configured.
"""

from datetime import datetime
from hashlib import blake2s

from flask import Flask
from sqlalchemy import select

from bot.simulator.api import api_blueprint
from bot.simulator.cast import DemoPerson
from bot.simulator.page import sandbox_blueprint
from bot.simulator.platform import Platform
from bot.simulator.transport import http_webhook
from data.models import Follower, Person
from data.people import find_only_branch
from handlers import Assistant
from handlers.binding import list_codes
from handlers.commands.time import move_clock
from handlers.menu import menu
from scheduler.tick import next_due, tick


class SandboxClock:
    """The program's clock as the page may move it (bot.simulator.clockwork.ClockControl)."""

    def __init__(self, assistant: Assistant) -> None:
        self._here = assistant

    def now(self) -> datetime:
        return self._here.clock.now()

    def set(self, moment: datetime) -> None:
        """Move the clock for every process."""
        here = self._here
        with here.sessions.begin() as session:
            move_clock(session, moment, here.settings.clock_start)
        here.clock.reread()

    def next_reminder(self) -> datetime | None:
        here = self._here
        with here.reading() as session:
            return next_due(session, here.reminders, here.settings, here.clock.now())

    def tick(self) -> dict[str, int]:
        return tick(self._here, self._here.clock.now())


def register(app: Flask, assistant: Assistant) -> None:
    """Add the platform's API and the page to the application."""
    settings = assistant.settings
    settings.instance.mkdir(parents=True, exist_ok=True)
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    platform = Platform(
        str(settings.instance / "simulator.db"), token=settings.token, app_id=settings.app_id,
        app_secret=settings.app_secret, aes_key=settings.aes_key, mode="safe" if settings.aes_key else "raw",
        now=assistant.clock.now, webhook=http_webhook(f"http://{host}:{settings.port}"))

    buttons = menu()["button"]
    if platform.menu() != buttons:
        platform.set_menu(buttons)

    def people() -> list[DemoPerson]:
        with assistant.reading() as session:
            branch = find_only_branch(session)
            if branch is None:
                return []
            codes = {code.staff_no: code.code
                     for code in list_codes(session, settings.secret_key, branch.id)}
            rows = session.execute(select(Person, Follower.openid).where(Person.branch_id == branch.id)
                                   .outerjoin(Follower, Follower.person_id == Person.id).order_by(Person.id)).all()
        return [_demo_person(person, openid, codes.get(person.staff_no, "")) for person, openid in rows]

    # A worker may not have seen yet that another one moved the clock; chats must not go back in time by that.
    app.before_request(assistant.clock.reread)
    app.register_blueprint(api_blueprint(platform, "/simulator", flush=True))
    app.register_blueprint(sandbox_blueprint(platform, people, SandboxClock(assistant)))


def _demo_person(person: Person, openid: str | None, code: str) -> DemoPerson:
    own = "oSandbox" + blake2s(person.staff_no.encode(), digest_size=10).hexdigest()
    return DemoPerson(name=person.name, staff_no=person.staff_no, identity=person.identity.value,
                      duties=tuple(person.duties.split("、")) if person.duties else (), group=person.group,
                      openid=openid or own, bound=openid is not None, code=code)
