"""How near delivery comes to what the platform's latency allows, and how many statements a message costs.

Against a fake API with 50 ms a call, in another process. Start at run().
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Engine, event, select

from benchmarks.databases import fresh_databases
from bot.clock import wall
from bot.settings import Settings, load
from bot.shared import open_store
from bot.wechat.gateway import Gateway, HttpGateway
from data.db import make_engine, make_sessions, reading_sessions
from data.models import Base, Branch, Follower, Identity, Person
from scheduler import outbox
from scheduler.delivery import Courier
from scheduler.reminder import PushKind, Reminder

LATENCY_MS = 50
MESSAGES = {16: 1500, 64: 4000}
KINDS = {"notice": PushKind("notice", repeat_unsure=False)}


@dataclass
class Works:
    """What delivery needs of the program."""

    engine: Engine
    settings: Settings
    gateway: Gateway
    reminders: tuple[Reminder, ...] = ()
    kinds: Mapping[str, PushKind] = field(default_factory=lambda: KINDS)

    def __post_init__(self) -> None:
        self.sessions, self.reading = make_sessions(self.engine), reading_sessions(self.engine)


@dataclass(frozen=True)
class Measured:
    """One run."""

    sent: int
    seconds: float
    statements: int
    cpu: float


@contextmanager
def slow_platform() -> Iterator[str]:
    """The address of a running fake API."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.slow_platform", str(LATENCY_MS)],
                               stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def measure(url: str, base: str, at_once: int, messages: int, folder: Path) -> Measured:
    """Deliver `messages` messages to as many people with `at_once` threads."""
    settings = replace(load({"DATABASE_URL": url, "WECHAT_TOKEN": "benchmark", "WECHAT_APP_ID": "wxbench",
                             "WECHAT_APP_SECRET": "benchmark", "WECHAT_API_BASE": base, "SECRET_KEY": "k" * 20,
                             "WECHAT_TEMPLATE_ID": "benchmark"}, instance=folder), delivery_threads=at_once)
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    sessions = make_sessions(engine)
    now = wall()
    with sessions.begin() as session:
        session.add(Branch(id=1, name="党支部"))
        session.flush()
        session.add_all(Person(branch_id=1, staff_no=str(n), name=f"老师{n}", identity=Identity.TEACHER)
                        for n in range(messages))
        session.flush()
        people = session.scalars(select(Person.id)).all()
        session.add_all(Follower(openid=f"o{person}", branch_id=1, person_id=person) for person in people)
        outbox.enqueue(session, 1, people, kind="notice", key="b/1", text="明天下午三点在多功能厅开会，请准时参加。", now=now)
    statements = []
    event.listen(engine, "before_cursor_execute",
                 lambda *args: statements.append(args[2]) if args[2][:5] != "BEGIN" else None)
    works = Works(engine, settings, HttpGateway(settings, open_store(settings, sessions)))
    with Courier(works) as courier:
        works.gateway.check()
        statements.clear()
        started, cpu = time.perf_counter(), time.process_time()
        counts = courier.deliver(lambda: now)
        measured = Measured(counts["sent"], time.perf_counter() - started, len(statements), time.process_time() - cpu)
    engine.dispose()
    return measured


def run() -> None:
    """Measure and print the table with the budget of design.md part 5."""
    print(f"Fan-out against a platform that takes {LATENCY_MS} ms a call; limit = at once ÷ latency")
    print(f"{'database':<12}{'at once':>8}{'sent':>7}{'a second':>10}{'of the limit':>14}"
          f"{'statements a row':>18}{'CPU ms a row':>14}")
    with tempfile.TemporaryDirectory() as folder, slow_platform() as base:
        for at_once, messages in MESSAGES.items():
            for name, url in fresh_databases(Path(folder), f"delivery{at_once}"):
                one = measure(url, base, at_once, messages, Path(folder))
                rate = one.sent / one.seconds
                print(f"{name:<12}{at_once:>8}{one.sent:>7}{rate:>10.0f}"
                      f"{rate / (at_once / LATENCY_MS * 1000):>14.2f}{one.statements / one.sent:>18.2f}"
                      f"{one.cpu / one.sent * 1000:>14.2f}")
    print("budget: of the limit ≥ 0.85, goal ≥ 0.95; statements a row ≤ 3, goal ≤ 1")


if __name__ == "__main__":
    run()
