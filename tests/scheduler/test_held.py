"""Scenes of what waits for a person's next word, and of 详情."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from data.models import OutboxState
from scheduler.held import find_last_shortened, take_held
from scheduler.reminder import PushKind, Still
from tests.scheduler.stage import Stage


@pytest.fixture
def quiet(make_stage: Callable[..., Stage]) -> Stage:
    """A subscription account, which cannot push."""
    return make_stage(WECHAT_ACCOUNT="subscription")


def take(stage: Stage, person: int = 1, room: int = 2000) -> list[str]:
    with stage.sessions.begin() as session:
        return [message.text for message in take_held(session, stage.works.kinds, person, stage.now, room)]


def test_held_messages_come_with_the_next_reply_oldest_first_and_once(quiet: Stage) -> None:
    quiet.queue("张三", "李四", text="第一条", key="n/1")
    quiet.later(minutes=1).queue("张三", text="第二条", key="n/2")
    assert quiet.deliver() == {"held": 3}
    assert take(quiet) == ["第一条", "第二条"]
    assert take(quiet) == []
    assert [(row.state, row.channel) for row in quiet.rows("张三")] == [(OutboxState.SENT, "reply")] * 2
    assert quiet.state("李四")[0] is OutboxState.HELD


def test_what_does_not_fit_into_the_reply_waits_for_the_one_after(quiet: Stage) -> None:
    for number in range(3):
        quiet.queue("张三", text="字" * 200, key=f"n/{number}")
    quiet.deliver()
    assert len(take(quiet, room=1300)) == 2
    assert len(take(quiet, room=1300)) == 1


def test_what_is_no_longer_of_use_is_dropped_instead(quiet: Stage) -> None:
    done = PushKind("dues", still=lambda *_: Still({2}, "已缴党费"))
    quiet.use(done)
    quiet.queue("张三", kind=done, key="d/1")
    quiet.queue("张三", key="n/1", expires=quiet.now + timedelta(hours=1))
    quiet.works.kinds.pop("dues")
    quiet.deliver()
    quiet.use(done)
    quiet.later(hours=2)
    assert take(quiet) == []
    assert [(row.state, row.why) for row in quiet.rows("张三")] == [
        (OutboxState.DROPPED, "已缴党费"), (OutboxState.DROPPED, "已过时，未发送")]


def test_a_faulty_recheck_does_not_cost_the_answer(quiet: Stage) -> None:
    def broken(*_: object) -> Still:
        raise LookupError
    quiet.queue("张三", key="n/1", text="好的")
    quiet.queue("张三", key="b/1", kind=PushKind("broken"))
    quiet.deliver()
    quiet.use(PushKind("broken", still=broken))
    assert take(quiet) == ["好的"]


def test_details_bring_the_full_text_of_the_last_shortened_message(stage: Stage) -> None:
    stage.queue("张三", text="第一条的全文", key="n/1")
    stage.deliver()
    stage.later(minutes=1).open_window("张三")
    stage.queue("张三", text="很短", key="n/2")
    stage.deliver()
    with stage.sessions() as session:
        assert find_last_shortened(session, 1) == "第一条的全文"
        assert find_last_shortened(session, 2) is None
    stage.later(minutes=1).queue("张三", text="长" * 1000, key="n/3")
    stage.deliver()
    with stage.sessions() as session:
        assert find_last_shortened(session, 1) == "长" * 1000
    assert stage.seen_by("张三")[-1][1].endswith("…回复“详情”看全文")
