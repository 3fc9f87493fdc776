"""/healthz and /metrics: what an operator and a monitor see."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bot.clock import wall
from data.models import SharedValue
from handlers import ops
from tests.world import World


def test_before_the_first_tick_the_program_is_not_healthy(world: World) -> None:
    answer = world.app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json["database"] == "ok"
    assert "not ticked yet" in answer.json["reason"]


def test_after_a_tick_it_is_healthy_and_says_what_time_it_has(world: World) -> None:
    world.at("2017-03-01 09:00").tick()
    answer = world.app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json["last_tick_age_seconds"] < 60
    assert answer.json["clock"] == "2017-03-01T09:00:00+08:00"


def test_a_scheduler_that_stands_still_is_reported_whatever_the_program_s_clock_shows(world: World) -> None:
    world.at("2017-03-01 09:00").tick()
    with world.session() as session, session.begin():
        session.execute(update(SharedValue).where(SharedValue.name == ops.LAST_TICK)
                        .values(until=wall() - timedelta(minutes=5)))
    answer = world.app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert "not ticked for 30" in answer.json["reason"]


@pytest.fixture
def dead_world(world: World) -> Iterator[World]:
    """Its database does not answer what it is asked."""
    tables = ("shared_values", "outbox")
    with world.assistant.engine.begin() as connection:
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO gone_{table}"))
    yield world
    with world.assistant.engine.begin() as connection:
        for table in tables:
            connection.execute(text(f"ALTER TABLE gone_{table} RENAME TO {table}"))


def test_a_database_that_does_not_answer_is_reported(dead_world: World) -> None:
    answer = dead_world.app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json["database"] == "down"
    assert "assistant_database_up 0.0" in dead_world.app.test_client().get("/metrics").text


def test_metrics_count_people_answers_and_messages_but_name_nobody(world: World) -> None:
    world.at("2017-03-10 09:00").陈静.says("广播 党员 明天下午三点开会").says("确认")
    world.tick()
    shown = world.app.test_client().get("/metrics").text
    lines = dict(line.rsplit(" ", 1) for line in shown.splitlines() if not line.startswith("#"))
    assert lines["assistant_people"] == "15.0"
    assert lines["assistant_people_bound"] == "14.0"
    assert float(lines['assistant_outbox_messages{state="sent"}']) > 0
    assert float(lines['assistant_answer_seconds_count{intent="broadcast"}']) > 0
    assert "assistant_last_tick_age_seconds" in lines
    assert not [word for word in ("陈静", "三点", world.陈静.openid) if word in shown]
