"""What a tick costs: with nothing due, and when it queues very many reminders at once.

Start at run().
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from benchmarks.databases import fresh_databases
from bot.clock import wall
from bot.settings import Settings, load
from bot.wechat.gateway import Gateway
from data.db import make_engine, make_sessions, reading_sessions
from data.models import Base, Branch, Identity, Person
from handlers import all_reminders
from scheduler.reminder import Occurrence, PushKind, Reminder
from scheduler.tick import queue_due, tick

BRANCH = 200  # people
SIZES = (25_000, 50_000, 100_000)
TICKS = 60


@dataclass
class Works:
    """What a tick needs of the program; nothing is sent here."""

    engine: Engine
    settings: Settings
    reminders: tuple[Reminder, ...]
    gateway: Gateway | None = None
    kinds: dict[str, PushKind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sessions, self.reading = make_sessions(self.engine), reading_sessions(self.engine)


def fill_roster(engine: Engine, people: int) -> None:
    """So many people in branches of 200."""
    Base.metadata.create_all(engine)
    with make_sessions(engine).begin() as session:
        session.execute(insert(Branch), [{"id": n, "name": f"第{n}党支部"} for n in range(1, people // BRANCH + 1)])
        session.execute(insert(Person), [
            {"id": n + 1, "branch_id": n // BRANCH + 1, "staff_no": str(n), "name": f"老师{n}", "phone": "", "duties": "",
             "group": "", "code_serial": 1, "identity": Identity.MEMBER} for n in range(people)])


def to_everybody(people: int, at: datetime) -> Reminder:
    """A reminder to all branches at one moment."""
    def occurrences(_session: Session, _settings: Settings, since: datetime, until: datetime) -> Iterator[Occurrence]:
        for branch in range(1, people // BRANCH + 1) if since < at <= until else ():
            first = (branch - 1) * BRANCH + 1
            yield Occurrence(branch, f"m/{branch}", at, at + timedelta(hours=8), f"month/{branch}",
                             lambda _, first=first: range(first, first + BRANCH),
                             "【本月安排】\n3月10日（周五）14:00 主题党日，多功能厅\n3月20日前 缴纳党费\n回复“本月安排”看全部。",
                             {"title": "3月活动安排", "time": "2017年3月1日 12:20", "place": "见详情"})
    return Reminder(PushKind("monthly"), occurrences)


def measure_idle(engine: Engine, settings: Settings) -> float:
    """Milliseconds of a tick of the real program with nothing due."""
    works = Works(engine, settings, all_reminders(), kinds={r.kind.name: r.kind for r in all_reminders()})
    now, times = wall(), []
    for number in range(TICKS):
        started = time.perf_counter()
        tick(works, now + timedelta(seconds=30 * number))
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


def measure_queueing(engine: Engine, settings: Settings, people: int) -> float:
    """Seconds to queue a reminder to everybody."""
    now = wall()
    works = Works(engine, settings, (to_everybody(people, now),))
    started = time.perf_counter()
    queued = queue_due(works, now)
    assert queued == people
    return time.perf_counter() - started


def run() -> None:
    """Measure and print the table with the budget of design.md part 5."""
    print(f"{'database':<12}{'idle tick, ms':>15}" + "".join(f"{f'queue {size:,}, s':>20}" for size in SIZES))
    with tempfile.TemporaryDirectory() as folder:
        settings = load({}, instance=Path(folder))
        rows: dict[str, list[float]] = {}
        for size in SIZES:
            for name, url in fresh_databases(Path(folder), f"tick{size}"):
                engine = make_engine(url)
                fill_roster(engine, size)
                seconds = measure_queueing(engine, settings, size)
                rows.setdefault(name, [])
                if not rows[name]:
                    with make_sessions(engine).begin() as session:
                        session.execute(Base.metadata.tables["outbox"].delete())
                    rows[name].append(measure_idle(engine, settings))
                rows[name].append(seconds)
                engine.dispose()
    for name, (idle, *seconds) in rows.items():
        print(f"{name:<12}{idle:>15.2f}" + "".join(f"{one:>20.1f}" for one in seconds))
    print("budget: idle tick ≤ 10 ms, goal ≤ 3 ms; 100,000 on PostgreSQL ≤ 20 s, goal ≤ 8 s, and linear")


if __name__ == "__main__":
    run()
