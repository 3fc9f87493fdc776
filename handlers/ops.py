"""For those who keep the program running: /healthz and /metrics.

Numbers only: nothing here shows a person, a text or an address. Start at healthz().
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import wall
from bot.settings import set_variable
from data.models import Follower, Outbox, OutboxState, Person, SharedValue

if TYPE_CHECKING:
    from prometheus_client import Histogram
    from prometheus_client.core import GaugeMetricFamily

    from handlers import Assistant

RECENT = timedelta(seconds=120)  # four beats of the heartbeat; an outside one (cron) comes every minute
LAST_TICK = "last_tick"
BUCKETS = (.005, .01, .02, .03, .06, .1, .25, .5, 1, 2.5, 5)  # the platform waits five seconds

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when the database answers and the scheduler has ticked lately; else 503 with the reason."""
    here = _assistant()
    try:
        age = _tick_age(here)
    except SQLAlchemyError as error:
        return jsonify(database="down", reason=f"the database does not answer: {type(error).__name__}"), 503
    state = {"database": "ok", "last_tick_age_seconds": age and round(age.total_seconds(), 1),
             "clock": here.clock.now().isoformat(timespec="seconds")}
    if age is None:
        return jsonify(**state, reason="the scheduler has not ticked yet"), 503
    if age > RECENT:
        return jsonify(**state, reason=f"the scheduler has not ticked for {age.total_seconds():.0f} seconds"), 503
    return jsonify(state), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """What Prometheus reads: answers of all web processes together, and the state of the database."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)
    except ValueError:  # share_between_workers() was not called: this process is the only one
        registry.register(answer_seconds())
    registry.register(DatabaseNumbers(_assistant()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def observe(outcome: str, seconds: float) -> None:
    """Note one answered message: which intent it was, and how long the platform waited."""
    answer_seconds().labels(outcome).observe(seconds)


@cache
def answer_seconds() -> "Histogram":
    """The histogram of answers; its count is the number of inbound messages."""
    from prometheus_client import Histogram
    return Histogram("assistant_answer_seconds", "Time to answer a message of the platform", ["intent"],
                     buckets=BUCKETS, registry=None)


def share_between_workers(folder: Path) -> None:
    """Let all processes of this server count in files of `folder`, empty at its start. Before the first observe()."""
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob("*.db"):
        left_over.unlink(missing_ok=True)
    set_variable("PROMETHEUS_MULTIPROC_DIR", str(folder))
    answer_seconds()


class DatabaseNumbers:
    """What the database knows, read when Prometheus asks: right for any number of processes."""

    def __init__(self, here: "Assistant") -> None:
        self._here = here

    def collect(self) -> "Iterator[GaugeMetricFamily]":
        from prometheus_client.core import GaugeMetricFamily
        up = GaugeMetricFamily("assistant_database_up", "1 when the database answers")
        try:
            with self._here.reading() as session:
                states = dict(session.execute(select(Outbox.state, func.count()).group_by(Outbox.state)).all())
                bound = session.scalar(select(func.count()).where(Follower.person_id.is_not(None)))
                people = session.scalar(select(func.count()).select_from(Person))
            age = _tick_age(self._here)
        except SQLAlchemyError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        outbox = GaugeMetricFamily("assistant_outbox_messages", "Messages in the outbox by state", labels=["state"])
        for state in OutboxState:
            outbox.add_metric([state], states.get(state, 0))
        yield outbox
        yield GaugeMetricFamily("assistant_people", "People on the rosters", value=people)
        yield GaugeMetricFamily("assistant_people_bound", "People who are bound to a WeChat user", value=bound)
        if age is not None:
            yield GaugeMetricFamily("assistant_last_tick_age_seconds", "Since the scheduler last finished a turn",
                                    value=age.total_seconds())


def _assistant() -> "Assistant":
    return current_app.extensions["assistant"]


def _tick_age(here: "Assistant") -> timedelta | None:
    """Machine time since the last finished tick; None before the first. Raises SQLAlchemyError."""
    with here.reading() as session:
        ticked = session.scalar(select(SharedValue.until).where(SharedValue.name == LAST_TICK))
    return None if ticked is None else max(wall() - ticked, timedelta(0))
