"""The door to the platform: what is let in, what is refused, and that each message has one effect and one answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.simulator.pushes import message_push
from bot.simulator.replies import read_reply
from bot.simulator.wire import Request
from bot.wechat.messages import ILLEGAL, REPLY_BYTES, Unreadable, cdata, cut, parse
from data.models import CheckIn, Follower, InboundMessage
from tests.world import World, openid_of

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
MODES = [pytest.param({}, id="明文"), pytest.param({"WECHAT_AES_KEY": AES_KEY}, id="安全模式")]


@pytest.fixture(params=MODES)
def either(request: pytest.FixtureRequest, make_world: Callable[..., World]) -> World:
    """A world in each of the two modes."""
    return make_world(**request.param)


def post(world: World, body: bytes, wire: object = None, *, age: int = 0, sender: str = "张三") -> int:
    """The status of a push with this body, signed by `wire`."""
    wire = wire or world.platform.wire
    request = wire.deliver(openid_of(sender), body, int(world.now.timestamp()) - age)
    return world.platform.raw_post(request)[0]


def words(text: str, world: World, msg_id: int = 77, sender: str = "张三") -> bytes:
    """The XML of a text message."""
    return message_push("gh_5a0d3c1b9e7f", openid_of(sender), int(world.now.timestamp()), msg_id, "text",
                        {"Content": text}).xml


def messages_in(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(InboundMessage))


def open_an_activity(world: World) -> None:
    """三月主题党日 on Friday at two; it becomes ten to two."""
    world.at("2017-03-01 10:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.at("2017-03-10 13:50")


def test_the_platform_can_verify_the_address(either: World) -> None:
    assert either.platform.verify()


def test_a_message_is_answered_in_the_mode_of_the_account(either: World) -> None:
    either.张三.says("帮助").hears("签到")


@pytest.mark.parametrize("change", ["token", "query", "stale", "future", "large"])
def test_a_request_that_is_not_the_platforms_is_refused_and_changes_nothing(either: World, change: str) -> None:
    wire, body = either.platform.wire, words("帮助", either)
    if change == "query":
        request = replace(wire.deliver(openid_of("张三"), body, 0), path="/wechat")
        status = either.platform.raw_post(request)[0]
    elif change == "token":
        status = post(either, body, replace(wire, token="another0token"))
    elif change == "large":
        status = post(either, words("长" * 40_000, either))
    else:
        status = post(either, body, age={"stale": 601, "future": -601}[change])
    assert 400 <= status < 500
    assert messages_in(either) == 0


def test_a_request_nearly_ten_minutes_old_still_counts(either: World) -> None:
    assert post(either, words("帮助", either), age=595) == 200


def test_a_safe_account_refuses_plain_bodies_forged_ones_and_other_accounts(make_world: Callable[..., World]) -> None:
    world = make_world(WECHAT_AES_KEY=AES_KEY)
    wire, body, now = world.platform.wire, words("帮助", world), int(world.now.timestamp())
    plain = replace(wire, aes_key=None, mode="raw")
    good = wire.deliver(openid_of("张三"), body, now)
    forged = Request("POST", good.path, wire.deliver(openid_of("张三"), words("签到", world), now).body)
    assert [post(world, body, plain), world.platform.raw_post(forged)[0],
            post(world, body, replace(wire, app_id="wx_another"))] == [403, 403, 403]
    assert messages_in(world) == 0


def test_what_another_key_encrypted_is_taken_and_has_no_effect(make_world: Callable[..., World]) -> None:
    world = make_world(WECHAT_AES_KEY=AES_KEY)
    request = replace(world.platform.wire, aes_key="Z" * 43).deliver(openid_of("张三"), words("帮助", world),
                                                                    int(world.now.timestamp()))
    status, body, _ = world.platform.raw_post(request)
    assert (status, body) in ((200, b"success"), (403, body))
    assert messages_in(world) == 0


def test_in_compat_mode_only_the_encrypted_half_counts(make_world: Callable[..., World]) -> None:
    world = make_world(WECHAT_AES_KEY=AES_KEY)
    wire = replace(world.platform.wire, mode="compat")
    request = wire.deliver(openid_of("张三"), words("帮助", world), int(world.now.timestamp()))
    lying = replace(request, body=request.body.replace("帮助".encode(), "签到".encode()))
    assert "帮助" not in lying.body.decode()
    world.platform.raw_post(lying)
    with world.session() as session:
        assert session.scalars(select(InboundMessage.intent)).all() == ["help"]


@pytest.mark.parametrize("body", [
    b"", b"hello", b"<xml></xml>", b"<xml><a>", b"\xff\xfe\x00", b"<xml><MsgType>text</MsgType></xml>",
    b'<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
    b"<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>x</Content></xml>",
    b"<xml><FromUserName>../x</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId></xml>",
    b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>",
    b"<xml><MsgType>text</MsgType><MsgType>text</MsgType><FromUserName>o</FromUserName><MsgId>1</MsgId></xml>",
], ids=range(11))
def test_signed_nonsense_gets_success_and_no_effect(world: World, body: bytes) -> None:
    request = world.platform.wire.deliver(openid_of("张三"), body, int(world.now.timestamp()))
    assert world.platform.raw_post(request)[:2] == (200, b"success")
    assert messages_in(world) == 0


def test_a_repeated_message_gets_the_same_answer_and_no_second_effect(either: World) -> None:
    open_an_activity(either)
    either.张三.says("签到").hears("签到成功")
    first = either.张三.last
    (status, body, _), = either.platform.redeliver(first)
    assert read_reply(either.platform.wire, first.push, status, body).text == first.text
    either.李四.says("签到").hears("第2位")


def test_twenty_overlapping_repeats_check_in_once_and_answer_alike(either: World) -> None:
    open_an_activity(either)
    push = message_push("gh_5a0d3c1b9e7f", openid_of("张三"), int(either.now.timestamp()), 99, "text",
                        {"Content": "签到"})
    requests = [either.platform.wire.deliver(openid_of("张三"), push.xml, int(either.now.timestamp()))
                for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        statuses = [answer[0] for answer in pool.map(either.platform.raw_post, requests)]
    assert statuses == [200] * 20
    with either.session() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 1
    assert messages_in(either) == 2


def test_two_people_may_have_the_same_message_number(world: World) -> None:
    open_an_activity(world)
    assert [post(world, words("签到", world, 5, who), sender=who) for who in ("张三", "李四")] == [200, 200]
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 2


def test_a_signature_that_served_one_message_serves_no_other(world: World) -> None:
    wire, now = world.platform.wire, int(world.now.timestamp())
    first = wire.deliver(openid_of("张三"), words("帮助", world, 1), now, nonce="n1")
    again = wire.deliver(openid_of("张三"), words("解绑", world, 2), now, nonce="n1")
    assert [world.platform.raw_post(r)[0] for r in (first, first, again)] == [200, 200, 403]
    assert messages_in(world) == 1


def test_control_characters_in_words_do_not_break_the_answer(world: World) -> None:
    assert post(world, words("帮助", world).replace("帮助".encode(), b"\x01\xe5\xb8\xae\x0b\xe5\x8a\xa9")) == 200
    with world.session() as session:
        assert session.scalars(select(InboundMessage.intent)).all() == ["help"]


def test_an_event_counts_once_by_its_time_and_key(world: World) -> None:
    reply = world.platform.event(openid_of("张三"), "CLICK", EventKey="say:帮助")
    world.platform.redeliver(reply)
    world.platform.event(openid_of("张三"), "CLICK", EventKey="say:本月安排")
    assert messages_in(world) == 2


@pytest.mark.parametrize(("msgtype", "fields"), [
    ("image", {"PicUrl": "http://127.0.0.1/x", "MediaId": "m"}),
    ("location", {"Location_X": "30", "Location_Y": "120"}),
    ("link", {"Title": "t", "Url": "http://127.0.0.1/"}), ("video", {"MediaId": "m"}), ("shortvideo", {"MediaId": "m"}),
    ("file", {"Title": "a.doc"}), ("voice", {"MediaId": "m", "Format": "amr"}),
    ("text", {"Content": "【收到不支持的消息类型，暂无法显示】"}), ("text", {"Content": ""}),
], ids=lambda value: value if isinstance(value, str) else "")
def test_whatever_is_not_words_gets_a_kind_sentence(world: World, msgtype: str, fields: dict[str, str]) -> None:
    reply = world.platform.sends(openid_of("张三"), msgtype, **fields)
    assert reply.rejected is None
    assert reply.text


def test_a_voice_message_is_read_through_its_recognition(world: World) -> None:
    assert "签到" in world.platform.sends(openid_of("张三"), "voice", Recognition="帮助。", Format="amr").text


@pytest.mark.parametrize("event", ["LOCATION", "VIEW", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH",
                                   "subscribe_msg_popup_event", "something_new"])
def test_events_that_admit_no_answer_get_success(world: World, event: str) -> None:
    reply = world.platform.event(openid_of("张三"), event, EventKey="", Status="success", MsgID="1")
    assert (reply.status, reply.text, reply.rejected) == (200, None, None)


def test_a_database_that_does_not_answer_gets_an_honest_word_and_the_message_can_come_again(world: World) -> None:
    sqlite = world.assistant.engine.dialect.name == "sqlite"
    with world.assistant.engine.connect() as hog:
        hog.exec_driver_sql("SELECT 1" if sqlite else "LOCK TABLE inbound_messages IN ACCESS EXCLUSIVE MODE")
        began = monotonic()
        world.张三.says("帮助").hears("系统正忙")
        assert monotonic() - began < 5
    assert messages_in(world) == 0
    world.platform.redeliver(world.张三.last)
    assert messages_in(world) == 1


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_text_breaks_out_of_its_cdata(text: str) -> None:
    xml = (f"<xml><ToUserName>a</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgId>1</MsgId>"
           f"<MsgType>text</MsgType><Content>{cdata(text)}</Content></xml>").encode()
    incoming = parse(xml)
    assert incoming.openid == "o1"
    lines = ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    cleaned = "".join(c for c in lines if c.isprintable() or c in "\n\t")
    assert "".join(c for c in incoming.text if c.isprintable() or c in "\n\t").strip() == cleaned.strip()


@given(st.binary(max_size=400))
def test_no_body_raises_anything_but_unreadable(body: bytes) -> None:
    try:
        parse(body)
    except Unreadable:
        return


@given(st.text(alphabet="三会一课。，党日abc！\n😀", max_size=3000))
@settings(suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large])
def test_a_long_answer_is_cut_below_the_limit_and_nothing_is_lost(text: str) -> None:
    first, rest = cut(text)
    assert len(first.encode()) <= REPLY_BYTES
    if rest:
        assert "继续" in first
        assert (first.rsplit("\n……", 1)[0] + rest).replace("\n", "") == text.replace("\n", "")
    else:
        assert first == text


def test_a_long_answer_continues_at_the_word_continue(world: World) -> None:
    with world.session() as session, session.begin():
        session.get(Follower, openid_of("张三")).rest = "后一半。"
    world.张三.says("继续").hears("后一半")
