"""Scenes of the heartbeats: in a web process, and as Celery tasks over a real Redis."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from celery.contrib.testing.worker import start_worker

from bot.clock import FixedClock
from scheduler.celery_app import DELIVER, TICK, make_celery
from scheduler.reminder import Occurrence, PushKind, Reminder
from scheduler.runner import Runner
from tests.databases import IN_CI
from tests.scheduler.stage import NOON, Stage, Works

REDIS = "redis://127.0.0.1:6379/14"
SECONDS = 20


@dataclass
class TickingWorks(Works):
    """With the clock that a heartbeat follows."""

    clock: FixedClock | None = None


@pytest.fixture
def works(stage: Stage) -> TickingWorks:
    works = TickingWorks(stage.works.engine, stage.works.settings, stage.platform, clock=FixedClock(NOON))
    at_noon = Occurrence(1, "noon", NOON, NOON + timedelta(hours=1), "", lambda _: [1], "到点了")
    works.reminders = (Reminder(PushKind("noon"), lambda _session, _settings, since, until: (
        [at_noon] if since < NOON <= until else [])),)
    return works


def test_a_web_process_ticks_by_itself_and_delivers_at_once_when_woken(stage: Stage, works: TickingWorks) -> None:
    runner = Runner(works)
    runner.start()
    try:
        assert stage.platform.arrived.wait(SECONDS)
        assert stage.seen_by("张三") == [("template", "到点了")]
        stage.platform.arrived.clear()
        stage.queue("李四")
        runner.wake()
        assert stage.platform.arrived.wait(SECONDS)
    finally:
        runner.stop()
    assert stage.seen_by("李四") == [("template", "下午三点开会")]
    stage.queue("王五")
    runner.wake()
    assert stage.seen_by("王五") == []


def test_several_web_processes_at_once_are_harmless(stage: Stage, works: TickingWorks) -> None:
    runners = [Runner(works) for _ in range(3)]
    for runner in runners:
        runner.start()
    assert stage.platform.arrived.wait(SECONDS)
    for runner in runners:
        runner.stop()
    assert stage.seen_by("张三") == [("template", "到点了")]


@pytest.fixture
def broker() -> Iterator[str]:
    client = redis.Redis.from_url(REDIS)
    try:
        client.ping()
    except redis.RedisError as error:
        (pytest.fail if IN_CI else pytest.skip)(f"Redis does not answer: {type(error).__name__}")
    yield REDIS
    client.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_same_tick_and_delivery_run_as_celery_tasks(stage: Stage, works: TickingWorks, broker: str) -> None:
    celery = make_celery(broker, lambda: works)
    celery.conf.update(task_default_queue=f"test-{uuid4().hex}", result_backend=broker, task_ignore_result=False)
    with start_worker(celery, pool="threads", perform_ping_check=False, shutdown_timeout=SECONDS):
        assert celery.send_task(TICK).get(SECONDS) == {"queued": 1}
        assert stage.platform.arrived.wait(SECONDS)
        stage.queue("李四")
        celery.send_task(DELIVER).get(SECONDS)
        celery.send_task(TICK).get(SECONDS)
    assert stage.seen_by("张三") == [("template", "到点了")]
    assert stage.seen_by("李四") == [("template", "下午三点开会")]


def test_the_timetable_has_both_tasks() -> None:
    entries = make_celery(REDIS, lambda: None).conf.beat_schedule
    assert {entry["task"] for entry in entries.values()} == {TICK, DELIVER}
