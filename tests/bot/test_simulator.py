"""The platform's push side: what people do arrives at the webhook as the real platform would bring it."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.replies import ArticlesReply, TextReply, create_reply

from bot.simulator.ledger import FAULT_NOTICE, Kind
from bot.simulator.platform import NotFollowing
from bot.simulator.pushes import message_push
from bot.simulator.transport import NoAnswer, http_webhook
from tests.bot.echo import AES_KEY, CRYPTO, LI, ZHANG, Stage


@pytest.fixture(params=["raw", "compat", "safe"])
def any_mode(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(str(tmp_path / "platform.db"), request.param)
    yield stage
    stage.platform.store.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(":memory:")
    yield stage
    stage.platform.store.close()


@pytest.fixture
def plain() -> Iterator[Stage]:
    stage = Stage(":memory:", "raw")
    yield stage
    stage.platform.store.close()


def test_the_platform_verifies_the_webhook(any_mode):
    assert any_mode.platform.verify()


def test_a_webhook_that_quotes_the_echo_is_not_verified(plain):
    plain.bot.view_functions["verify"] = lambda: '"quoted"'
    assert not plain.platform.verify()


def test_what_is_said_is_answered_and_seen_in_every_mode(any_mode):
    reply = any_mode.platform.says(ZHANG, "本月安排")
    assert (reply.text, reply.status, reply.tries, reply.rejected) == ("本月安排", 200, 1, None)
    assert any_mode.heard[0].id == reply.msg_id
    assert [(line.kind, line.text) for line in any_mode.platform.seen(ZHANG)] == [(Kind.REPLY, "本月安排")]
    assert any_mode.platform.seen(LI) == []


def test_compat_mode_carries_the_plain_text_beside_the_sealed_one(tmp_path):
    stage = Stage(str(tmp_path / "platform.db"), "compat")
    stage.platform.says(ZHANG, "签到")
    path, body = stage.requests[0]
    assert "签到".encode() in body
    assert b"<Encrypt>" in body
    assert f"openid={ZHANG}" in path


def test_safe_mode_shows_nothing_in_the_open(stage):
    stage.platform.says(ZHANG, "签到")
    assert "签到".encode() not in stage.requests[0][1]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_arrives_as_it_was_typed(text):
    push = message_push("gh_account", ZHANG, 1488330000, 1, "text", {"Content": text})
    # xmltodict, under wechatpy, trims white space; nothing else may change.
    assert (parse_message(push.xml).content or "").strip() == text.strip()


@pytest.mark.parametrize(
    ("msgtype", "fields", "attribute", "value"),
    [
        ("image", {}, "media_id", "sandbox-image"),
        ("voice", {"Recognition": "签到。"}, "recognition", "签到。"),
        ("video", {}, "thumb_media_id", "sandbox-thumb"),
        ("shortvideo", {}, "media_id", "sandbox-video"),
        ("location", {"Label": "多功能厅"}, "label", "多功能厅"),
        ("link", {"Title": "学习强园"}, "title", "学习强园"),
        ("file", {}, "type", "unknown"),
        ("sticker", {}, "content", "【收到不支持的消息类型，暂无法显示】"),
    ],
)
def test_every_kind_of_message_reads_as_its_kind(stage, msgtype, fields, attribute, value):
    stage.platform.sends(ZHANG, msgtype, **fields)
    assert getattr(stage.heard[0], attribute) == value


def test_events_nest_and_repeat_their_elements(stage):
    items = {"List": [{"TemplateId": "a"}, {"TemplateId": "b"}]}
    stage.platform.event(ZHANG, "subscribe_msg_popup_event", SubscribeMsgPopupEvent=items)
    assert [item["TemplateId"] for item in stage.heard[0]._data["SubscribeMsgPopupEvent"]["List"]] == ["a", "b"]


def test_scanning_makes_a_stranger_follow_and_a_follower_scan(stage):
    stage.platform.scans(ZHANG, "meeting-7")
    stage.platform.scans(ZHANG, "meeting-7")
    first, second = stage.heard
    assert (first.event, first.scene_id) == ("subscribe_scan", "meeting-7")
    assert (second.event, second.scene_id, second.ticket) == ("scan", "meeting-7", first.ticket)


def test_who_has_left_can_neither_write_nor_tap_until_back(stage):
    stage.platform.follows(ZHANG)
    stage.platform.unfollows(ZHANG)
    with pytest.raises(NotFollowing):
        stage.platform.says(ZHANG, "在吗")
    with pytest.raises(NotFollowing):
        stage.platform.clicks(ZHANG, "help")
    stage.platform.follows(ZHANG)
    assert stage.platform.says(ZHANG, "在吗").text == "在吗"
    assert [message.event for message in stage.heard[:3]] == ["subscribe", "unsubscribe", "subscribe"]


@pytest.mark.parametrize("silence", [b"success", b""])
def test_a_bot_may_say_nothing(stage, silence):
    stage.bot_answers(silence)
    reply = stage.platform.says(ZHANG, "在吗")
    assert (reply.text, reply.rejected) == (None, None)
    assert stage.platform.seen(ZHANG) == []


def swapped(message):
    return TextReply(content="好", source=message.source, target=message.target).render().encode()


def two_articles(message):
    reply = ArticlesReply(message=message)
    for title in ("一", "二"):
        reply.add_article({"title": title, "description": "", "image": "", "url": "https://example.com"})
    return reply.render().encode()


def injected(message):
    return create_reply("]]></Content><Content><![CDATA[假的", message).render().encode()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b'{"errcode": 0}', id="JSON"),
        pytest.param(b'"success"', id="quoted success"),
        pytest.param(b"<html><body>404</body></html>", id="HTML"),
        pytest.param(b"<xml><MsgType>text</MsgType>", id="broken XML"),
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>', id="entities"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(Response("success", 500), id="HTTP 500"),
        pytest.param(Response("success", 302), id="redirect"),
        pytest.param(swapped, id="sender and receiver swapped"),
        pytest.param(two_articles, id="two articles to a message"),
        pytest.param(injected, id="a second Content"),
        pytest.param(lambda m: create_reply("长" * 683, m).render().encode(), id="2049 bytes"),
        pytest.param(lambda m: create_reply("好", m).render().replace("text", "poem").encode(), id="unknown type"),
    ],
)
def test_what_the_platform_cannot_take_is_asked_for_three_times_and_then_shown_as_a_fault(plain, answer):
    plain.bot_answers(answer)
    reply = plain.platform.says(ZHANG, "在吗")
    assert (reply.text, reply.tries) == (None, 3)
    assert reply.rejected
    assert len({message.id for message in plain.heard}) == 1
    assert len({path for path, _ in plain.requests}) == 3, "each try is signed anew"
    assert [(line.kind, line.text) for line in plain.platform.seen(ZHANG)] == [(Kind.FAULT, FAULT_NOTICE)]


def test_a_text_of_exactly_2048_bytes_passes(plain):
    plain.bot_answers(lambda message: create_reply("长" * 682 + "ab", message).render().encode())
    assert plain.platform.says(ZHANG, "长文").rejected is None


def test_a_good_answer_at_the_second_try_ends_the_trouble(stage):
    stage.bot_answers(b"<html/>", lambda message: create_reply("来了", message).render().encode())
    reply = stage.platform.says(ZHANG, "在吗")
    assert (reply.text, reply.tries) == ("来了", 2)


def test_safe_mode_refuses_an_answer_in_the_open(stage):
    stage.seals_answers = False
    assert stage.platform.says(ZHANG, "在吗").rejected == "plain XML in safe mode"


def test_safe_mode_refuses_an_answer_stamped_in_milliseconds(stage):
    stage.seals_answers = False
    stage.bot_answers(lambda m: CRYPTO.encrypt_message(create_reply("好", m), "nonce", "1488330000000").encode())
    assert "TimeStamp" in stage.platform.says(ZHANG, "在吗").rejected


def test_an_event_that_allows_no_answer_is_no_fault_the_person_sees(plain):
    plain.bot_answers(lambda message: create_reply("好", message).render().encode())
    reply = plain.platform.event(ZHANG, "LOCATION", Latitude=31.2, Longitude=120.5, Precision=40)
    assert reply.rejected
    assert plain.platform.seen(ZHANG) == []


def test_after_repeated_failures_nothing_is_pushed_for_a_minute(plain):
    plain.bot_answers(b"<html/>")
    for _ in range(5):
        plain.platform.says(ZHANG, "在吗")
    plain.bot_answers(lambda message: create_reply("在", message).render().encode())
    pushed = len(plain.requests)
    assert plain.platform.says(ZHANG, "在吗") is None
    assert len(plain.requests) == pushed
    plain.clock.wait(seconds=61)
    assert plain.platform.says(ZHANG, "在吗").text == "在"


@pytest.mark.parametrize("wrong", [{"token": "another"}, {"aes_key": AES_KEY[::-1]}, {"app_id": "wx0000000000000000"}])
def test_a_forged_request_is_told_from_a_real_one(stage, wrong):
    push = message_push("gh_account", ZHANG, 1488330000, 1, "text", {"Content": "我是书记"})
    forged = replace(stage.platform.wire, **wrong).deliver(ZHANG, push.xml, 1488330000)
    assert stage.platform.raw_post(forged)[0] == 403
    assert stage.heard == []


def test_a_repeat_is_the_same_message_under_the_same_or_a_new_signature(stage):
    reply = stage.platform.says(ZHANG, "签到")
    stage.platform.redeliver(reply, fresh=False)
    stage.platform.redeliver(reply, copies=4)
    assert len({message.id for message in stage.heard}) == 1
    assert len({path for path, _ in stage.requests}) == 5
    assert len(stage.platform.seen(ZHANG)) == 1


def test_two_people_can_be_given_the_same_message_number(stage):
    assert stage.platform.says(ZHANG, "好", msg_id=7).msg_id == stage.platform.says(LI, "好", msg_id=7).msg_id


def test_processes_that_share_the_file_never_give_a_number_twice(tmp_path):
    stages = [Stage(str(tmp_path / "platform.db")) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(lambda stage: [stage.platform.says(ZHANG, "好").msg_id for _ in range(20)], stages))
    assert len(set(numbers[0] + numbers[1])) == 40
    assert len(stages[0].platform.seen(ZHANG)) == 40


def test_a_webhook_that_is_not_there_is_no_answer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(NoAnswer):
        http_webhook(address)("POST", "/wechat", b"<xml/>")


def test_a_webhook_that_keeps_silent_is_given_up(stage):
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(NoAnswer):
        http_webhook(f"http://127.0.0.1:{mute.getsockname()[1]}", patience=0.05)("POST", "/wechat", b"<xml/>")
