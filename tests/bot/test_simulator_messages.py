"""What the platform lets a bot send: customer-service, template and mass messages, and what people see of them."""

from collections.abc import Iterator

import pytest

from bot.simulator.account import DEMO_TEMPLATE, VERIFIED_SUBSCRIPTION
from bot.simulator.api.blueprint import AnswerLost
from bot.simulator.ledger import Kind
from tests.bot.echo import LI, ZHANG, Stage

NOBODY = "oNobody000000000000000000000"
FIELDS = {"thing1": "三月主题党日", "time2": "2017年3月10日 14:00", "thing3": "多功能厅", "thing4": "回复“请假”可请假"}


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(":memory:")
    stage.platform.follows(ZHANG)
    stage.platform.follows(LI)
    stage.clock.wait(minutes=5)
    yield stage
    stage.platform.store.close()


def send_template(stage: Stage, openid: str = ZHANG, client_msg_id: str = "", **changed: str) -> dict[str, object]:
    data = {name: {"value": value} for name, value in (FIELDS | changed).items()}
    template = DEMO_TEMPLATE.template_id
    return stage.call(
        "message/template/send", touser=openid, template_id=template, data=data, client_msg_id=client_msg_id)


# Customer-service messages


def test_a_message_opens_five_answers_for_48_hours(stage):
    stage.platform.says(ZHANG, "在吗")
    assert [stage.send_text(ZHANG) for _ in range(6)] == [0] * 5 + [45047]
    stage.platform.says(ZHANG, "还在吗")
    stage.clock.wait(hours=47, minutes=59)
    assert stage.send_text(ZHANG) == 0
    stage.clock.wait(minutes=2)
    assert stage.send_text(ZHANG) == 45015


def test_a_menu_click_opens_three_answers_for_a_minute(stage):
    assert stage.send_text(ZHANG) == 45015
    stage.platform.clicks(ZHANG, "help")
    assert [stage.send_text(ZHANG) for _ in range(4)] == [0, 0, 0, 45047]
    stage.platform.clicks(ZHANG, "help")
    stage.clock.wait(seconds=61)
    assert stage.send_text(ZHANG) == 45015


def test_who_left_or_was_never_there_is_not_reached(stage):
    stage.platform.says(ZHANG, "在吗")
    stage.platform.unfollows(ZHANG)
    assert stage.send_text(ZHANG) == 45015
    assert stage.send_text(NOBODY) == 40003
    assert [line for line in stage.platform.seen(ZHANG) if line.kind is Kind.CUSTOMER] == []


def test_a_refused_text_uses_nothing_up(stage):
    stage.platform.says(ZHANG, "在吗")
    assert stage.send_text(ZHANG, "长" * 683) == 45002
    assert stage.send_text(ZHANG, "") == 44004
    assert [stage.send_text(ZHANG, str(number)) for number in range(5)] == [0] * 5
    assert [line.text for line in stage.platform.seen(ZHANG)][-5:] == list("01234")


def test_typing_needs_a_contact_and_is_not_repeated(stage):
    def type_to(openid: str, command: str = "Typing") -> int:
        return stage.call("message/custom/typing", touser=openid, command=command)["errcode"]

    assert type_to(ZHANG) == 45080
    stage.platform.says(ZHANG, "在吗")
    assert [type_to(ZHANG), type_to(ZHANG), type_to(ZHANG, "CancelTyping"), type_to(ZHANG)] == [0, 45081, 0, 0]
    stage.send_text(ZHANG)
    assert type_to(ZHANG) == 0, "a message ends the typing"


# Templates


def test_a_template_message_is_seen_with_its_fields_and_reported_later(stage):
    answer = send_template(stage)
    line = stage.platform.seen(ZHANG)[-1]
    assert (line.kind, line.title) == (Kind.TEMPLATE, "活动提醒")
    assert line.fields[1] == ("时间", "2017年3月10日 14:00")
    heard = len(stage.heard)
    assert stage.platform.flush_events() == 1
    finished = stage.heard[heard]
    assert (finished.event, finished.id, finished.status) == ("templatesendjobfinish", answer["msgid"], "success")
    assert stage.platform.flush_events() == 0


def test_the_same_client_msg_id_is_sent_once_in_ten_minutes(stage):
    first, again = send_template(stage, client_msg_id="row-1"), send_template(stage, client_msg_id="row-1")
    other = send_template(stage, LI, client_msg_id="row-1")
    assert again["msgid"] == first["msgid"] != other["msgid"]
    assert len(stage.platform.seen(ZHANG)) == 1
    stage.clock.wait(minutes=11)
    assert send_template(stage, client_msg_id="row-1")["msgid"] != first["msgid"]
    assert len(stage.platform.seen(ZHANG)) == 2


def test_a_template_job_may_fail_after_it_was_accepted(stage):
    stage.platform.set_template_outcome(ZHANG, "failed:user block")
    assert send_template(stage)["errcode"] == 0
    stage.platform.flush_events()
    assert stage.heard[-1].status == "failed:user block"
    assert stage.platform.seen(ZHANG) == []


def test_templates_go_to_followers_and_exist(stage):
    stage.platform.unfollows(ZHANG)
    assert send_template(stage)["errcode"] == 43004
    assert send_template(stage, NOBODY)["errcode"] == 40003
    assert stage.call("message/template/send", touser=LI, template_id="none", data={})["errcode"] == 40037


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("thing1", "二十一个字的活动名称实在是太长了一点儿吧呀", "invalid"),
        ("thing1", "两行\n名称", "invalid"),
        ("thing3", "", "is empty"),
        ("thing3", "①", "is empty"),
        ("thing4", "🎉", "is empty"),
        ("time2", "3月10日下午两点", "invalid"),
        ("time2", "2017年3月10日", "invalid"),
        ("time2", "25:00", "invalid"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(stage, field, value, why):
    answer = send_template(stage, **{field: value})
    assert answer["errcode"] == 47003
    assert f"data.{field}.value {why}" in answer["errmsg"]


@pytest.mark.parametrize(
    "value", ["14:00", "14:00~16:00", "2017年3月10日 14:00", "2017年3月10日 9:00~2017年3月10日 16:00"])
def test_times_in_the_platforms_own_writing_pass(stage, value):
    assert send_template(stage, time2=value)["errcode"] == 0


def test_a_lost_answer_was_carried_out(stage):
    stage.platform.fail_next("message/template/send", drop=True)
    with pytest.raises(AnswerLost):
        send_template(stage)
    assert len(stage.platform.seen(ZHANG)) == 1


def test_a_lost_answer_can_also_end_in_a_gateway_timeout(stage):
    stage.platform.fail_next("message/template/send", drop=True, http_status=504)
    assert send_template(stage) is None
    assert len(stage.platform.seen(ZHANG)) == 1


# Mass messages


def send_all(stage: Stage, client_id: str = "", **target: object) -> dict[str, object]:
    return stage.call("message/mass/sendall", filter=target or {"is_to_all": True}, msgtype="text",
                      text={"content": "全体通知"}, clientmsgid=client_id)


def test_a_mass_message_arrives_when_its_job_has_run_and_is_reported(stage):
    stage.platform.unfollows(LI)
    job = send_all(stage)["msg_id"]
    assert stage.call("message/mass/get", msg_id=job)["msg_status"] == "SENDING"
    assert stage.platform.seen(ZHANG) == []
    stage.platform.flush_events()
    assert stage.call("message/mass/get", msg_id=job)["msg_status"] == "SEND_SUCCESS"
    assert [line.kind for line in stage.platform.seen(ZHANG)] == [Kind.MASS]
    finished = stage.heard[-1]
    assert (finished.id, finished.status, finished.total_count, finished.sent_count) == (job, "send success", 1, 1)


def test_each_follower_gets_four_mass_messages_a_month(stage):
    for _ in range(5):
        send_all(stage)
    stage.platform.flush_events()
    assert len(stage.platform.seen(ZHANG)) == 4
    assert [stage.heard[-1].filter_count, stage.heard[-1].total_count] == [0, 2]
    stage.clock.wait(days=31)
    send_all(stage)
    stage.platform.flush_events()
    assert len(stage.platform.seen(ZHANG)) == 5


def test_a_subscription_account_has_one_mass_message_a_day(stage):
    stage.platform.profile = VERIFIED_SUBSCRIPTION
    assert [send_all(stage)["errcode"] for _ in range(2)] == [0, 45028]
    stage.clock.wait(hours=15)
    assert send_all(stage)["errcode"] == 0


def test_a_repeated_clientmsgid_names_the_first_job(stage):
    job = send_all(stage, "broadcast-1")["msg_id"]
    assert send_all(stage, "broadcast-1")["errcode"] == 45066
    stage.clock.wait(seconds=61)
    again = send_all(stage, "broadcast-1")
    assert (again["errcode"], again["msg_id"]) == (45065, job)
    assert send_all(stage, "长" * 22)["errcode"] == 45067
    stage.clock.wait(hours=24)
    assert send_all(stage, "broadcast-1")["errcode"] == 0


def test_a_mass_message_may_be_refused_by_review(stage):
    stage.platform.set_mass_verdict("err(40001)")
    job = send_all(stage)["msg_id"]
    stage.platform.flush_events()
    assert stage.heard[-1].status == "err(40001)"
    assert stage.call("message/mass/get", msg_id=job)["msg_status"] == "SEND_FAIL"
    assert stage.platform.seen(ZHANG) == []


def test_a_list_has_two_to_ten_thousand_people_and_a_tag_must_exist(stage):
    def to(openids: list[str]) -> int:
        return stage.call("message/mass/send", touser=openids, msgtype="text", text={"content": "通知"})["errcode"]

    assert [to([ZHANG]), to([ZHANG] * 10_001), to([ZHANG, NOBODY])] == [40130, 40032, 0]
    stage.platform.flush_events()
    assert len(stage.platform.seen(ZHANG)) == 1
    assert send_all(stage, group_id="2")["errcode"] == 45159


def test_a_preview_is_seen_by_one_at_once(stage):
    stage.call("message/mass/preview", touser=ZHANG, msgtype="text", text={"content": "预览"})
    assert [line.kind for line in stage.platform.seen(ZHANG)] == [Kind.PREVIEW]
    assert stage.platform.seen(LI) == []
