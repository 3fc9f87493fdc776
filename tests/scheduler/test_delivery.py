"""Scenes of delivery: every message reaches its person once, or has a reason that 书记 can read."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, text, update

from bot.wechat.gateway import Effect, Refused, Retry, Sent, Wait
from bot.wechat.reactions import BUSY, reaction_to
from data.models import Follower, Outbox, OutboxState
from scheduler import outbox
from scheduler.channels import Channel
from scheduler.outcome import MOST_ATTEMPTS
from scheduler.reminder import PushKind, Still
from scheduler.reports import apply_late_reports, settle_report
from tests.scheduler.stage import LOST, NOTICE, REMINDER, Stage, add_people


def test_a_message_goes_out_when_it_is_due_and_not_before(stage: Stage) -> None:
    stage.queue("张三", due=stage.now + timedelta(minutes=5))
    assert stage.deliver() == {}
    stage.later(minutes=5)
    assert stage.deliver() == {"sent": 1}
    assert stage.seen_by("张三") == [("template", "下午三点开会")]
    assert stage.deliver() == {}


def test_inside_the_window_a_customer_service_message_is_used_and_counted_down(stage: Stage) -> None:
    stage.open_window("张三", left=2)
    for number in range(3):
        stage.queue("张三", key=f"n/{number}", text=f"第{number}条")
    assert stage.deliver() == {"sent": 3}
    assert Counter(channel for channel, _ in stage.seen_by("张三")) == {"customer": 2, "template": 1}
    assert stage.follower("张三").window_left == 0


@pytest.mark.parametrize("errcode", [45015, 45047])
def test_a_window_that_the_platform_calls_shut_leads_to_the_template(stage: Stage, errcode: int) -> None:
    stage.open_window("张三")
    stage.platform.answers("张三", reaction_to(errcode))
    stage.queue("张三")
    assert stage.deliver() == {"sent": 1}
    assert stage.seen_by("张三") == [("template", "下午三点开会")]
    assert stage.follower("张三").window_left == 0


def test_without_window_and_template_the_message_is_held(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(WECHAT_TEMPLATE_ID="")
    stage.queue("张三")
    assert stage.deliver() == {"held": 1}
    state, why = stage.state("张三")
    assert state is OutboxState.HELD
    assert "未设置模板" in why


def test_a_subscription_account_pushes_nothing(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(WECHAT_ACCOUNT="subscription")
    stage.open_window("张三")
    stage.queue("张三")
    assert stage.deliver() == {"held": 1}
    assert stage.platform.calls == 0


def test_one_delivery_rides_over_a_busy_platform(stage: Stage) -> None:
    stage.platform.answers("张三", BUSY, BUSY, BUSY)
    stage.queue("张三", "李四")
    assert stage.deliver() == {"sent": 2}
    assert stage.seen_by("张三") == [("template", "下午三点开会")]
    assert 5 <= stage.waited <= 7


def test_a_platform_that_stays_busy_ends_in_a_failure_with_a_reason(stage: Stage) -> None:
    stage.platform.answers("张三", *[BUSY] * MOST_ATTEMPTS)
    stage.queue("张三")
    for _ in range(MOST_ATTEMPTS):
        stage.deliver()
        stage.later(minutes=5)
    assert stage.state("张三") == (OutboxState.FAILED, f"微信平台繁忙，试了{MOST_ATTEMPTS}次")
    assert stage.platform.calls == MOST_ATTEMPTS


def test_while_the_platform_is_out_of_reach_nothing_fails(stage: Stage) -> None:
    stage.platform.answers("张三", *[Wait(1, "连不上微信平台")] * 30)
    stage.queue("张三")
    for _ in range(25):
        stage.deliver()
        stage.later(minutes=10)
    assert stage.state("张三") == (OutboxState.WAITING, "连不上微信平台")
    stage.later(days=3)
    assert stage.deliver() == {"dropped": 1}
    assert stage.state("张三") == (OutboxState.DROPPED, "已过时，未发送")


def test_a_template_whose_answer_was_lost_is_repeated_and_seen_once(stage: Stage) -> None:
    stage.platform.answers("张三", LOST, LOST)
    stage.queue("张三")
    assert stage.deliver() == {"sent": 1}
    assert stage.platform.calls == 3
    assert len(stage.seen_by("张三")) == 1


def test_a_busy_answer_does_not_hide_that_an_earlier_one_was_lost(stage: Stage) -> None:
    stage.platform.answers("张三", LOST, Wait(3600, "次数用完"))
    stage.queue("张三")
    stage.deliver()
    stage.later(hours=1)
    assert stage.deliver() == {"unsure": 1}
    assert stage.platform.calls == 2


def test_a_broadcast_by_customer_service_whose_answer_was_lost_is_unsure(stage: Stage) -> None:
    stage.open_window("张三")
    stage.platform.answers("张三", LOST)
    stage.queue("张三", kind=NOTICE)
    assert stage.deliver() == {"unsure": 1}
    assert stage.state("张三") == (OutboxState.UNSURE, "平台的应答丢失，不能确认是否送达")
    assert len(stage.seen_by("张三")) == 1


def test_a_reminder_whose_answer_was_lost_is_sent_again_but_not_endlessly(stage: Stage) -> None:
    stage.open_window("张三", left=5)
    stage.open_window("李四", left=5)
    stage.platform.answers("张三", LOST)
    stage.platform.answers("李四", *[LOST] * 9)
    stage.queue("张三", "李四", kind=REMINDER)
    assert stage.deliver() == {"sent": 1, "unsure": 1}
    assert len(stage.seen_by("张三")) == 2
    assert len(stage.seen_by("李四")) == outbox.REPEATS


@pytest.mark.parametrize(("change", "why"), [
    ({"subscribed": False}, "已取消关注"),
    ({"person_id": None}, "未绑定微信"),
], ids=["unfollowed", "unbound"])
def test_who_left_meanwhile_gets_nothing(stage: Stage, change: dict[str, object], why: str) -> None:
    stage.queue("张三", "李四")
    stage.change("张三", **change)
    assert stage.deliver() == {"sent": 1, "dropped": 1}
    assert stage.state("张三") == (OutboxState.DROPPED, why)


def test_whom_the_platform_no_longer_knows_is_noted_and_not_tried_again(stage: Stage) -> None:
    stage.platform.answers("张三", reaction_to(43004))
    stage.queue("张三")
    assert stage.deliver() == {"failed": 1}
    assert stage.follower("张三").unreachable == "对方已取消关注（43004）"
    stage.queue("张三", key="n/2")
    assert stage.deliver() == {"held": 1}
    assert stage.platform.calls == 1


def test_who_refuses_the_template_gets_it_with_the_next_reply(stage: Stage) -> None:
    stage.platform.answers("张三", reaction_to(43101))
    stage.queue("张三")
    assert stage.deliver() == {"held": 1}
    assert stage.follower("张三").template_refused


def test_who_is_no_longer_concerned_gets_nothing_and_the_capability_is_asked_once(stage: Stage) -> None:
    asked = []

    def unpaid(session: object, branch_id: int, subject: str) -> Still:
        asked.append(subject)
        return Still({1, 3}, "已缴党费")
    stage.use(PushKind("dues", still=unpaid))
    stage.queue("张三", "李四", "王五", kind=PushKind("dues"), subject="dues/2017-03")
    assert stage.deliver() == {"sent": 2, "dropped": 1}
    assert stage.state("李四") == (OutboxState.DROPPED, "已缴党费")
    assert asked == ["dues/2017-03"]


def test_a_faulty_recheck_keeps_only_its_own_messages_back(stage: Stage) -> None:
    def broken(session: object, branch_id: int, subject: str) -> Still:
        session.execute(text("SELECT nothing FROM nowhere"))
    stage.use(PushKind("broken", still=broken))
    stage.queue("张三", kind=PushKind("broken"), key="b/1")
    stage.queue("李四")
    assert stage.deliver() == {"sent": 1}
    assert stage.state("张三") == (OutboxState.WAITING, "发送前核对出错，稍后重试")


def test_what_is_too_late_is_dropped(stage: Stage) -> None:
    stage.queue("张三", expires=stage.now + timedelta(hours=1))
    stage.later(hours=2)
    assert stage.deliver() == {"dropped": 1}
    assert stage.platform.calls == 0


def test_the_weekly_cap_holds_back_what_nobody_asked_for(stage: Stage) -> None:
    capped = PushKind("monthly", capped=True)
    stage.use(capped)
    stage.with_settings(weekly_cap=2)
    for number in range(3):
        stage.queue("张三", kind=capped, key=f"m/{number}")
    stage.queue("张三", key="notice")
    assert stage.deliver() == {"sent": 3, "held": 1}
    stage.later(days=1).queue("张三", kind=capped, key="m/3")
    assert stage.deliver() == {"held": 1}
    stage.later(days=7).queue("张三", kind=capped, key="m/4")
    assert stage.deliver() == {"sent": 1}


def test_a_fault_of_the_account_stops_all_sending_for_a_while(stage: Stage) -> None:
    with stage.sessions.begin() as session:
        add_people(session, tuple(f"老师{n}" for n in range(100)))
    for number in range(100):
        stage.platform.answers(f"老师{number}", reaction_to(40164))
    stage.queue(*(f"老师{n}" for n in range(100)))
    assert stage.deliver() == {}
    tried = stage.platform.calls
    assert 1 <= tried <= 22
    assert {row.state for row in stage.rows()} == {OutboxState.WAITING}
    stage.queue("张三", key="n/2")
    assert stage.deliver() == {}
    assert stage.platform.calls == tried
    stage.platform._script.clear()
    stage.later(minutes=11)
    assert stage.deliver() == {"sent": 101}


def test_an_account_without_customer_service_falls_back_to_templates(stage: Stage) -> None:
    stage.open_window("张三")
    stage.open_window("李四")
    stage.platform.answers("张三", reaction_to(48001))
    stage.queue("张三")
    assert stage.deliver() == {"sent": 1}
    stage.queue("李四", key="n/2")
    assert stage.deliver() == {"sent": 1}
    assert stage.seen_by("李四") == [("template", "下午三点开会")]


def test_what_the_platform_finds_wrong_fails_with_its_number(stage: Stage) -> None:
    stage.platform.answers("张三", Refused("模板字段的内容平台未接受（47003）", Effect.BUG))
    stage.queue("张三")
    assert stage.deliver() == {"failed": 1}
    assert stage.state("张三") == (OutboxState.FAILED, "模板字段的内容平台未接受（47003）")


def test_a_fault_of_the_gateway_itself_is_like_a_lost_answer(stage: Stage) -> None:
    def fail_once() -> None:
        stage.platform.before = lambda: None
        raise RuntimeError("a bug")
    stage.platform.before = fail_once
    stage.open_window("张三")
    stage.queue("张三")
    assert stage.deliver() == {"unsure": 1}


def test_no_transaction_is_open_while_the_platform_is_asked(stage: Stage) -> None:
    def write() -> None:
        with stage.sessions.begin() as session:
            session.execute(update(Follower).values(rest="others can write"))
    stage.platform.before = write
    stage.queue("张三", "李四", "王五")
    assert stage.deliver() == {"sent": 3}


# Crashes and crowds

def claim_and_die(stage: Stage, channel: Channel) -> None:
    """A process that claimed everything and was killed before or after the platform got it."""
    with stage.sessions.begin() as session:
        rows = outbox.claim(session, 10, stage.now, stage.wall)
        outbox.mark_channel(session, [row.id for row in rows], channel)


def test_what_a_dead_process_had_claimed_is_left_alone_until_its_lease_runs_out(stage: Stage) -> None:
    stage.queue("张三")
    claim_and_die(stage, Channel.TEMPLATE)
    stage.later(seconds=15)
    assert stage.deliver() == {}
    stage.later(seconds=16)
    assert stage.deliver() == {"sent": 1}


@pytest.mark.parametrize(("kind", "channel", "after", "outcome"), [
    (NOTICE, Channel.TEMPLATE, timedelta(seconds=31), {"sent": 1}),  # the platform suppresses the repeat
    (NOTICE, Channel.TEMPLATE, timedelta(minutes=11), {"unsure": 1}),  # no longer
    (NOTICE, Channel.CUSTOMER, timedelta(seconds=31), {"unsure": 1}),  # there it never does
    (REMINDER, Channel.CUSTOMER, timedelta(seconds=31), {"sent": 1}),  # rather twice than never
    (REMINDER, Channel.TEMPLATE, timedelta(minutes=11), {"sent": 1}),
], ids=["template at once", "template late", "broadcast", "reminder", "reminder late"])
def test_after_a_crash(stage: Stage, kind: PushKind, channel: Channel, after: timedelta,
                       outcome: dict[str, int]) -> None:
    stage.queue("张三", kind=kind)
    claim_and_die(stage, channel)
    stage.later(seconds=after.total_seconds())
    assert stage.deliver() == outcome


def test_an_answer_that_comes_after_the_lease_still_counts_when_it_is_good(stage: Stage) -> None:
    stage.open_window("张三")
    stage.queue("张三")
    with stage.sessions.begin() as session:
        (row,) = outbox.claim(session, 1, stage.now, stage.wall)
    stage.later(seconds=31)
    assert stage.deliver() == {"unsure": 1}
    with stage.sessions.begin() as session:
        outbox.settle(session, [outbox.Settled(row, OutboxState.SENT)], stage.now)
    assert stage.state("张三") == (OutboxState.SENT, "")


def test_a_late_answer_does_not_touch_what_another_process_has_taken_over(stage: Stage) -> None:
    stage.queue("张三")
    with stage.sessions.begin() as session:
        (row,) = outbox.claim(session, 1, stage.now, stage.wall)
        outbox.mark_channel(session, [row.id], Channel.TEMPLATE)
    stage.later(seconds=31)
    with stage.sessions.begin() as session:
        outbox.recover(session, stage.works.kinds, stage.now, stage.wall)
        outbox.claim(session, 1, stage.now, stage.wall)
        outbox.settle(session, [outbox.Settled(row, OutboxState.FAILED, "too late")], stage.now)
    assert stage.state("张三")[0] is OutboxState.SENDING


def test_several_deliverers_at_once_send_each_message_once(stage: Stage) -> None:
    names = tuple(f"老师{n:03}" for n in range(150))
    with stage.sessions.begin() as session:
        add_people(session, names)
    stage.queue(*names)
    with ThreadPoolExecutor(3) as pool:
        counts = [done.result() for done in [pool.submit(stage.deliver) for _ in range(3)]]
    assert sum(count.get("sent", 0) for count in counts) == 150
    assert sorted(name for name, _, _ in stage.platform.seen) == sorted(names)


def test_a_broadcast_needs_few_statements_a_message(stage: Stage) -> None:
    names = tuple(f"老师{n:03}" for n in range(100))
    with stage.sessions.begin() as session:
        add_people(session, names)
    stage.queue(*names)
    statements = []
    event.listen(stage.works.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert stage.deliver() == {"sent": 100}
    assert sum(not statement.startswith("BEGIN") for statement in statements) <= 3 * 100


def test_a_process_that_stops_gives_back_what_it_has_not_begun(stage: Stage) -> None:
    stage.with_settings(delivery_threads=4)
    names = tuple(f"老师{n}" for n in range(12))
    with stage.sessions.begin() as session:
        add_people(session, names)
    stage.queue(*names)
    courier = stage.courier()
    stage.platform.before = courier._stop.set
    courier.deliver(lambda: stage.now)
    courier.close()
    states = Counter(row.state for row in stage.rows())
    assert states[OutboxState.SENDING] == 0
    assert states[OutboxState.WAITING] >= 7
    assert stage.deliver() == {"sent": states[OutboxState.WAITING]}
    assert len(stage.platform.seen) == 12


# What the platform reports later

@pytest.mark.parametrize(("status", "why"), [
    ("failed:user block", "对方已拒收公众号的消息"), ("failed: system failed", "微信平台发送失败"),
    ("failed:freq limit", "对方收到的消息过多，被平台限制"), ("failed:something new", "微信平台未送达"),
])
def test_an_accepted_template_that_was_not_delivered_becomes_a_failure(stage: Stage, status: str, why: str) -> None:
    stage.platform.answers("张三", Sent("1234567890123456789"))
    stage.queue("张三")
    stage.deliver()
    with stage.sessions.begin() as session:
        assert settle_report(session, "1234567890123456789", status, stage.now)
        assert not settle_report(session, "1234567890123456789", "success", stage.now)
    assert stage.state("张三") == (OutboxState.FAILED, why)


def test_a_report_that_overtakes_the_answer_is_not_lost(stage: Stage) -> None:
    def report() -> None:
        with stage.sessions.begin() as session:
            assert not settle_report(session, "msg1", "failed:user block", stage.now)
    stage.platform.before = report
    stage.queue("张三")
    assert stage.deliver() == {"failed": 1}
    assert stage.state("张三") == (OutboxState.FAILED, "对方已拒收公众号的消息")
    with stage.sessions.begin() as session:
        assert apply_late_reports(session, stage.now) == 0


def test_a_retry_keeps_its_reason_for_the_secretary(stage: Stage) -> None:
    stage.platform.answers("张三", Retry(60, "微信平台的地址没有正常应答（HTTP 404）"))
    stage.queue("张三")
    stage.deliver()
    assert stage.state("张三") == (OutboxState.WAITING, "微信平台的地址没有正常应答（HTTP 404），稍后自动重试")
    assert isinstance(stage.rows("张三")[0], Outbox)
