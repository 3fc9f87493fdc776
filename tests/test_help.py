"""帮助 by role, 继续, the held messages at the head of a reply, and what is neither a question nor a command."""

import pytest

from bot.wechat.messages import REPLY_BYTES
from data.models import Follower, Outbox, OutboxState
from tests.world import CAST, World, openid_of

BROADCAST_HELP = "广播 党员"


def everything_said(world: World, key: str, words: str) -> str:
    """The whole answer, with all that 继续 brings."""
    actor = getattr(world, key)
    text = actor.says(words).heard
    while "回复「继续」" in actor.heard:
        text += actor.says("继续").heard
    return text


def hold(world: World, key: str, *texts: str) -> None:
    """Messages that could not be pushed to this person."""
    with world.assistant.sessions.begin() as session:
        person = session.get_one(Follower, openid_of(key)).person_id
        for number, text in enumerate(texts):
            session.add(Outbox(branch_id=1, person_id=person, key=f"test/{key}/{number}", kind="test", text=text,
                               fields={}, due=world.now, state=OutboxState.HELD, why="test", created_at=world.now))


@pytest.mark.parametrize(("key", "told", "not_told"), [
    ("陈静", (BROADCAST_HELP, "设置", "催签到", "缴费情况", "解绑"), ()),
    ("林副", (BROADCAST_HELP, "设置", "催签到", "缴费情况"), ()),
    ("李梅", ("缴费情况", "签到情况", "缴党费 30"), (BROADCAST_HELP, "改期")),
    ("周敏", ("缴党费 30", "签到"), (BROADCAST_HELP, "缴费情况", "催签到")),
    ("王五", ("缴党费 30", "签到"), (BROADCAST_HELP, "缴费情况")),
    ("赵六", ("签到",), (BROADCAST_HELP, "缴党费 30", "缴费情况")),
    ("钱多", ("签到",), (BROADCAST_HELP, "缴党费 30", "缴费情况")),
    ("何园", ("签到",), (BROADCAST_HELP, "缴党费 30")),
])
def test_help_lists_what_this_person_may_do(
        world: World, key: str, told: tuple[str, ...], not_told: tuple[str, ...]) -> None:
    text = everything_said(world, key, "帮助")
    assert [words for words in told if words not in text] == []
    assert [words for words in not_told if words in text] == []


@pytest.mark.parametrize("key", ["张三", "李梅", "王五", "赵六", "孙琪", "钱多", "何园"])
def test_help_fits_into_one_message_for_an_ordinary_role(world: World, key: str) -> None:
    getattr(world, key).says("帮助").hears_not("继续」看后文")
    assert len(getattr(world, key).heard.encode()) <= REPLY_BYTES


def test_somebody_not_bound_hears_of_binding_only(world: World) -> None:
    world.stranger.says("帮助").hears("绑定 姓名 绑定码").hears_not(BROADCAST_HELP, "缴党费 30")


def test_what_is_open_now_stands_first(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅").says("确认")
    world.at("2017-03-10 14:05").张三.says("帮助").hears("现在可以办", "主题党日")
    assert world.张三.heard.index("主题党日") < world.张三.heard.index("您可以这样说")


def test_the_rest_of_a_long_answer_comes_with_more_and_then_ends(world: World) -> None:
    text = everything_said(world, "陈静", "第三部分讲了什么")
    world.陈静.says("继续").hears("没有后文")
    assert text


@pytest.mark.parametrize("words", ["你好", "您好", "早上好", "在吗"])
def test_a_greeting_is_returned_by_name(world: World, words: str) -> None:
    world.张三.says(words).hears("张三，您好", "帮助")


def test_thanks_are_answered(world: World) -> None:
    world.张三.says("谢谢").hears("不客气")


@pytest.mark.parametrize(("msgtype", "fields", "heard"), [
    ("image", {"PicUrl": "http://example.test/1.jpg", "MediaId": "m"}, "不要把幼儿的照片"),
    ("voice", {"MediaId": "m", "Format": "amr"}, "语音没有听清"),
    ("location", {"Location_X": "30.4", "Location_Y": "120.3", "Scale": "15", "Label": "临平"}, "签到不需要位置"),
    ("video", {"MediaId": "m", "ThumbMediaId": "t"}, "用文字说"),
    ("shortvideo", {"MediaId": "m", "ThumbMediaId": "t"}, "用文字说"),
    ("link", {"Title": "t", "Description": "d", "Url": "http://example.test"}, "用文字说"),
    ("file", {"Title": "t", "Description": "d", "FileKey": "k"}, "用文字说"),
])
@pytest.mark.parametrize("key", ["张三", "新人"])
def test_what_is_not_text_gets_a_kind_sentence(
        world: World, key: str, msgtype: str, fields: dict[str, str], heard: str) -> None:
    assert heard in world.platform.sends(openid_of(key), msgtype, **fields).text


def test_a_sticker_gets_a_kind_sentence(world: World) -> None:
    world.张三.says("【收到不支持的消息类型，暂无法显示】").hears("表情我看不懂")


def test_a_voice_message_is_read_through_its_recognition(world: World) -> None:
    reply = world.platform.sends(openid_of("张三"), "voice", MediaId="m", Format="amr", Recognition="三月有什么活动。")
    assert "主题党日" in reply.text


def test_a_menu_button_stands_for_its_words(world: World) -> None:
    assert "您可以这样说" in world.platform.clicks(openid_of("张三"), "say:帮助").text


@pytest.mark.parametrize(("event", "fields"), [
    ("LOCATION", {"Latitude": "30.4", "Longitude": "120.3", "Precision": "10"}),
    ("VIEW", {"EventKey": "http://example.test"}),
    ("TEMPLATESENDJOBFINISH", {"MsgID": "1", "Status": "success"}),
    ("MASSSENDJOBFINISH", {"MsgID": "1", "Status": "send success"}),
    ("user_info_modified", {}),
])
def test_events_that_admit_no_answer_get_none(world: World, event: str, fields: dict[str, str]) -> None:
    reply = world.platform.event(openid_of("张三"), event, **fields)
    assert not reply.text


def test_held_messages_come_at_the_head_of_the_next_reply_and_once(world: World) -> None:
    hold(world, "张三", "第一条通知", "第二条通知")
    world.张三.says("你好").hears("【待您查看】\n第一条通知", "第二条通知", "张三，您好")
    assert world.张三.heard.startswith("【待您查看】")
    world.张三.says("你好").hears_not("通知")


def test_held_messages_that_do_not_fit_come_with_the_next_word(world: World) -> None:
    hold(world, "张三", "甲" * 500, "乙" * 300)
    world.张三.says("你好").hears("甲" * 500, "张三，您好").hears_not("乙")
    assert len(world.张三.heard.encode()) <= REPLY_BYTES
    world.张三.says("继续").hears("乙" * 300)


def test_a_held_message_longer_than_any_reply_is_shortened(world: World) -> None:
    hold(world, "张三", "甲" * 900, "乙")
    world.张三.says("你好").hears("甲" * 400, "张三，您好")
    assert len(world.张三.heard.encode()) <= REPLY_BYTES


def test_held_messages_are_for_their_person_only(world: World) -> None:
    hold(world, "张三", "给张三的通知")
    for key in CAST:
        if key != "张三":
            getattr(world, key).says("你好").hears_not("给张三的通知")


def test_the_full_text_of_a_shortened_message_comes_on_asking(world: World) -> None:
    text = "明天下午三点在多功能厅开支部会议，请带好学习笔记和党徽，不能来的提前请假"
    world.张三.says("详情").hears("没有缩短过的通知")
    world.陈静.says(f"广播 张三 {text}").says("确认").hears("已开始发送")
    world.at("2017-01-10 08:00").陈静.says(f"广播 李四 {text}").says("确认").hears("已开始发送")
    world.tick()
    world.李四.receives("详情").says("详情").hears(text)


@pytest.mark.parametrize("words", ["详情", "继续"])
def test_somebody_not_bound_gets_nothing_out_of_details(world: World, words: str) -> None:
    world.stranger.says(words).hears_not("通知：")
