"""Scenes of time: what is due is queued once, whoever ticks, whenever, and whatever dies in between."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from data.models import InboundMessage, OpenQuestion, OutboxState, SharedValue, UsedSignature
from scheduler.reminder import Occurrence, PushKind, Reminder
from scheduler.tick import next_due, rewind
from tests.scheduler.stage import NOON, Stage

DAILY = PushKind("daily")


def daily(*, until_stale: timedelta = timedelta(hours=6), people: Callable[[Session], list[int]] = lambda _: [1, 2],
          ) -> Reminder:
    """Each day at noon, to 张三 and 李四."""
    def occurrences(_session: Session, _settings: Settings, since: datetime, until: datetime) -> Iterator[Occurrence]:
        at = NOON - timedelta(days=40)
        while at <= until:
            if at > since:
                yield Occurrence(1, f"{at:%Y-%m-%d}", at, at + until_stale, "day", people, f"{at:%m-%d}的提醒")
            at += timedelta(days=1)
    return Reminder(DAILY, occurrences)


@pytest.fixture
def days(stage: Stage) -> Stage:
    """A stage with a daily reminder, some minutes before noon; the clock has ticked already."""
    stage.works.reminders = (daily(),)
    stage.use(DAILY)
    stage.now -= timedelta(minutes=5)
    stage.queue_due()
    return stage


def texts(stage: Stage) -> list[str]:
    return sorted({row.text for row in stage.rows()})


def test_a_reminder_is_sent_when_it_is_due_and_once(days: Stage) -> None:
    assert days.tick() == {}
    days.later(minutes=6)
    assert days.tick() == {"queued": 2, "sent": 2}
    assert days.tick() == {}
    assert days.later(minutes=1).tick() == {}
    assert days.seen_by("张三") == [("template", "03-10的提醒")]


def test_after_a_week_of_downtime_nothing_comes_twice_and_nothing_stale(days: Stage) -> None:
    days.later(minutes=6).tick()
    days.later(days=7)
    assert days.tick() == {"queued": 2, "sent": 2}
    assert [text for _, text in days.seen_by("李四")] == ["03-10的提醒", "03-17的提醒"]


def test_what_fell_due_while_it_was_down_and_is_still_of_use_is_made_up_for(stage: Stage) -> None:
    stage.works.reminders = (daily(until_stale=timedelta(days=30)),)
    stage.queue_due()
    stage.later(days=3).queue_due()
    assert texts(stage) == ["03-08的提醒", "03-09的提醒", "03-10的提醒", "03-11的提醒", "03-12的提醒", "03-13的提醒"]


def test_the_first_tick_ever_looks_back_three_days(stage: Stage) -> None:
    stage.works.reminders = (daily(until_stale=timedelta(days=30)),)
    stage.queue_due()
    assert texts(stage) == ["03-08的提醒", "03-09的提醒", "03-10的提醒"]


def test_a_process_that_dies_between_queueing_and_finishing_loses_and_doubles_nothing(days: Stage) -> None:
    class Killed(BaseException):
        pass

    def dies(_session: Session) -> list[int]:
        raise Killed
    days.works.reminders = (*days.works.reminders, daily(people=dies))
    days.later(minutes=6)
    with pytest.raises(Killed):
        days.queue_due()
    days.works.reminders = days.works.reminders[:1]
    days.tick()
    assert len(days.seen_by("张三")) == len(days.seen_by("李四")) == 1


def test_many_ticks_at_once_send_each_reminder_once(days: Stage) -> None:
    days.later(minutes=6)
    with ThreadPoolExecutor(4) as pool:
        counts = [done.result() for done in [pool.submit(days.tick) for _ in range(4)]]
    assert sum(count.get("queued", 0) for count in counts) == 2
    assert sum(count.get("sent", 0) for count in counts) == 2
    assert len(days.seen_by("张三")) == 1


def test_a_faulty_rule_does_not_silence_the_others_and_is_made_up_for_when_mended(days: Stage) -> None:
    def broken(*_: object) -> Iterator[Occurrence]:
        raise ZeroDivisionError
    working = days.works.reminders[0]
    other = Reminder(PushKind("other"), working.occurrences)
    days.works.reminders = (Reminder(PushKind("other"), broken), working)
    days.later(minutes=6)
    assert days.tick() == {"queued": 2, "sent": 2}
    days.works.reminders = (other, working)
    assert days.later(hours=1).tick() == {"queued": 2, "sent": 2}


def test_a_rule_that_cannot_name_its_people_is_made_up_for_too(days: Stage) -> None:
    def nobody_knows(_session: Session) -> list[int]:
        raise LookupError
    days.works.reminders = (daily(people=nobody_knows),)
    days.later(minutes=6)
    assert days.tick() == {}
    days.works.reminders = (daily(),)
    assert days.tick() == {"queued": 2, "sent": 2}


def test_when_the_clock_is_set_back_time_comes_again_but_no_message(days: Stage) -> None:
    days.later(minutes=6).tick()
    days.later(days=2).tick()
    with days.sessions.begin() as session:
        rewind(session, days.now - timedelta(days=3))
    days.now -= timedelta(days=3)
    assert days.tick() == {}
    days.now += timedelta(days=2)
    assert days.tick() == {"queued": 2, "sent": 2}
    assert [text for _, text in days.seen_by("张三")] == ["03-10的提醒", "03-12的提醒", "03-11的提醒"]


def test_a_slow_tick_does_not_take_back_what_a_faster_one_finished(days: Stage) -> None:
    days.later(minutes=6).queue_due()
    days.now -= timedelta(minutes=3)
    days.queue_due()
    with days.sessions() as session:
        value = session.scalar(select(SharedValue.value).where(SharedValue.name == "last_tick"))
    assert datetime.fromisoformat(value) == days.now + timedelta(minutes=3)


def test_what_falls_due_at_night_waits_for_the_morning(stage: Stage) -> None:
    stage.works.reminders = (daily(until_stale=timedelta(days=2)),)
    stage.queue_due()
    stage.later(days=1, hours=10)  # down from noon to ten in the evening of the next day
    stage.queue_due()
    assert {row.due for row in stage.rows() if row.text == "03-11的提醒"} == {
        (NOON + timedelta(days=2)).replace(hour=7, minute=30)}


def test_the_next_thing_due_is_found_among_reminders_and_waiting_messages(days: Stage) -> None:
    def coming() -> datetime | None:
        with days.sessions() as session:
            return next_due(session, days.works.reminders, days.works.settings, days.now)
    assert coming() == NOON
    days.queue("王五", due=days.now + timedelta(minutes=1))
    assert coming() == days.now + timedelta(minutes=1)
    days.works.reminders = ()
    days.later(minutes=2).deliver()
    assert coming() is None


def test_housekeeping_throws_away_what_has_served_its_purpose(days: Stage) -> None:
    old, new = days.now - timedelta(days=4), days.now - timedelta(minutes=1)
    with days.sessions.begin() as session:
        session.add_all(UsedSignature(signature=name, message_key="k", at=at)
                        for name, at in (("old", old), ("new", new)))
        session.add_all(InboundMessage(key=name, at=at) for name, at in (("old", old), ("new", new)))
        session.add_all(OpenQuestion(openid=name, name="q", kind="slot", data={}, asked_at=at, expires_at=at)
                        for name, at in (("old", old), ("new", days.now + timedelta(days=1))))
    days.later(hours=2).queue_due()
    with days.sessions() as session:
        assert session.scalars(select(UsedSignature.signature)).all() == []
        assert session.scalars(select(InboundMessage.key)).all() == ["new"]
        assert session.scalars(select(OpenQuestion.openid)).all() == ["new"]


def test_what_was_held_too_long_is_dropped_with_its_reason(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(WECHAT_ACCOUNT="subscription")
    stage.queue("张三", expires=stage.now + timedelta(hours=1))
    assert stage.tick() == {"held": 1}
    stage.later(hours=2).tick()
    assert stage.state("张三") == (OutboxState.DROPPED, "已过时，未发送")
