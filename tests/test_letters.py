"""Scenes of letters with a name: writing, the box of each reader, the one answer, and who is told when."""

import re
import threading

import pytest
from sqlalchemy import func, select

from data.letters import LetterCounts, awaiting_answer, count_letters, count_own, own_letters
from data.models import AuditRecord, InboundMessage, Letter, LetterBox, OpenQuestion, Outbox, Person, UndoStep
from handlers.letters.subject import is_about_leader
from handlers.letters.words import Said, read_letter
from tests.world import World

LEADERS = ("陈静", "林副", "何园")
LAMP = "园长信箱 操场的灯坏了"


def letters(world: World) -> list[Letter]:
    with world.session() as session:
        return list(session.scalars(select(Letter).order_by(Letter.received_at)))


def number(world: World) -> str:
    """The 编号 of the only letter."""
    (letter,) = letters(world)
    return letter.number


def answer(world: World, text: str = "下周一维修", by: str = "何园") -> None:
    getattr(world, by).says(f"回信 {number(world)} {text}").hears("请核对", text, "收不回来").says("确认").hears("已答复")


# Writing

@pytest.mark.parametrize("said", [
    LAMP, "园长信箱操场的灯坏了", "园长信箱：操场的灯坏了", "園長信箱 操场的灯坏了", "“园长信箱 操场的灯坏了”",
])
def test_a_letter_gets_a_number_and_its_readers_are_told_without_its_words(world, said):
    world.at("2017-03-01 10:00").张三.says(said).hears("信已寄出，编号", "陈静、林副、何园", "查信")
    (letter,) = letters(world)
    assert (letter.text, letter.box, len(letter.number)) == ("操场的灯坏了", LetterBox.LEADERSHIP, 5)
    world.tick()
    for reader in LEADERS:
        getattr(world, reader).receives("收到一封来信", letter.number)
        assert "操场" not in str(getattr(world, reader).pushed())
    for other in ("吴兰", "李梅", "周敏", "李四", "张三"):
        getattr(world, other).receives_nothing()
    assert world.tick()["queued"] == 0


def test_at_night_the_readers_are_told_in_the_morning(world):
    world.at("2017-03-01 22:00").何园.says("帮助")
    world.张三.says(LAMP).hears("信已寄出")
    world.tick()
    world.何园.receives_nothing()
    world.at("2017-03-02 07:31").tick()
    world.何园.receives("收到一封来信")


def test_the_bare_word_asks_for_the_text(world):
    world.at("2017-03-01 10:00").张三.says("园长信箱").hears("请写下", "署您的名字")
    world.张三.says("操场的灯坏了，晚上看不见路").hears("信已寄出")
    assert [letter.text for letter in letters(world)] == ["操场的灯坏了，晚上看不见路"]


def test_words_that_may_mean_something_else_are_shown_before_they_go_out(world):
    world.at("2017-03-01 10:00").张三.says("园长信箱").hears("请写下")
    world.张三.says("三月有什么活动").hears("要把这封信", "还没有寄出")
    assert letters(world) == []
    world.张三.says("取消").hears("已取消")
    assert letters(world) == []


def test_free_words_are_shown_before_they_go_out(world):
    world.at("2017-03-01 10:00").张三.says("我想给园长写封信，操场的灯坏了").hears("要把这封信", "操场的灯坏了", "确认")
    assert letters(world) == []
    world.张三.says("确认").hears("信已寄出")
    assert [letter.text for letter in letters(world)] == ["操场的灯坏了"]


def test_who_asks_for_no_name_in_answer_to_the_question_sends_nothing(world):
    world.at("2017-03-01 10:00").张三.says("园长信箱").says("匿名，食堂太咸了").hears("没有寄出", "匿名信箱")
    assert letters(world) == []
    world.张三.says("园长信箱").says(LAMP).hears("信已寄出")
    with world.session() as session:
        assert session.scalars(select(OpenQuestion)).all() == []


def test_a_letter_too_long_is_not_stored(world):
    world.at("2017-03-01 10:00").张三.says(f"园长信箱 {'灯' * 501}").hears("501字", "最多500字", "没有寄出")
    assert letters(world) == []
    world.张三.says(f"园长信箱 {'灯' * 500}").hears("信已寄出")


def test_the_same_letter_within_a_day_is_the_same_letter(world):
    world.at("2017-03-01 23:50").张三.says(LAMP).hears("信已寄出")
    first = number(world)
    world.at("2017-03-02 08:00").张三.says("园长信箱 操场的灯坏了 ").hears("已经收到过", first)
    world.李四.says(LAMP).hears("信已寄出")
    world.at("2017-03-03 08:00").张三.says(LAMP).hears("信已寄出")
    assert len(letters(world)) == 3


def test_the_same_letter_at_once_is_one(world):
    world.at("2017-03-01 10:00")
    threads = [threading.Thread(target=world.platform.says, args=(world.张三.openid, LAMP)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(letters(world)) == 1


def test_a_letter_cannot_be_taken_back_and_says_so(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    with world.session() as session:
        step = session.scalars(select(UndoStep)).one()
        assert step.name == ""
        assert "收不回来" in step.data["why"]
        assert "操场" not in str(step.data)


def test_a_letter_with_a_name_is_an_ordinary_turn(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    with world.session() as session:
        assert session.scalars(select(InboundMessage.intent)).all() == ["mailbox"]


@pytest.mark.parametrize("said", [LAMP, "园长信箱", "匿名信箱 食堂太咸", "查信 12345", "我的来信", "转交 1234567890"])
def test_a_stranger_is_asked_to_bind(world, said):
    world.stranger.says(said).hears("请先绑定身份")
    assert letters(world) == []


@pytest.mark.parametrize("said", ["信箱", "来信", "信箱 12345", "回信 12345 好的"])
def test_only_readers_open_the_box(world, said):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    for other in ("李梅", "周敏", "李四", "钱多"):
        getattr(world, other).says(said).hears("纪检委员查看").hears_not("操场")


@pytest.mark.parametrize("said", ["园长信箱是什么", "计划里园长信箱怎么说", "园长信箱怎么用"])
def test_questions_about_the_box_go_to_the_plan(world, said):
    world.at("2017-03-01 10:00").张三.says(said).hears("访谈日")


@pytest.mark.parametrize("said", ["园长信箱 怎么用", "园长信箱 谁能看到？", "匿名信怎么写"])
def test_how_to_write_is_explained(world, said):
    world.at("2017-03-01 10:00").张三.says(said).hears("匿名信箱 操场的灯坏了", "园长信箱 操场的灯坏了")
    assert letters(world) == []


# Reading and answering

def test_the_box_shows_what_waits_first_and_a_letter_in_full(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    first = number(world)
    answer(world)
    world.李四.says("园长信箱 午睡室太热，能不能装个风扇？孩子们睡不着，老师也热得受不了")
    world.陈静.says("信箱").hears("待答复1封", "署名李四：午睡室太热", "最近答复的", "署名张三").hears_not("热得受不了")
    assert world.陈静.heard.index("署名李四") < world.陈静.heard.index(first)
    second = next(letter.number for letter in letters(world) if letter.answered_at is None)
    world.陈静.says(f"信箱 {second}").hears("热得受不了", "还没有答复")
    world.陈静.says("信箱 99").hears("5位编号")
    world.陈静.says("帮助").hears("有1封来信待答复")


def test_an_answer_is_previewed_and_reaches_the_sender(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    world.tick()
    world.张三.says(f"查信 {number(world)}").hears("已收到，还没有答复")
    world.何园.says(f"回信 {number(world)} 下周一维修").hears("请核对", "署名张三", "下周一维修", "确认", "取消")
    world.张三.says("我的来信").hears("待答复：操场的灯坏了")
    world.at("2017-03-01 10:05").何园.says("确认").hears("已答复", "张三")
    world.tick()
    world.张三.receives("有了答复", "下周一维修")
    world.张三.says(f"查信 {number(world)}").hears("何园", "下周一维修").says("我的来信").hears("已答复")
    world.李四.says(f"查信 {number(world)}").hears("没有找到").hears_not("维修")
    world.陈静.says(f"回信 {number(world)} 明天修").hears("已由何园", "不能再答复")
    subject = f"letter/{number(world)}"
    with world.session() as session:
        pushed = session.scalars(select(Outbox.text).where(Outbox.kind == "letter_answer")).one()
        (audited,) = session.scalars(select(AuditRecord).where(AuditRecord.action == "letter.answer"))
        assert "维修" not in pushed
        assert audited.detail == {}
        assert audited.subject == subject
        assert count_letters(session) == LetterCounts(1, 1)
        zhang = session.scalars(select(Person).where(Person.name == "张三")).one()
        assert (count_own(session, zhang), len(own_letters(session, zhang))) == (1, 1)


def test_a_full_box_comes_in_pages_the_oldest_first(world):
    for day in range(1, 11):
        world.at(f"2017-03-{day:02d} 10:00").张三.says(f"园长信箱 第{day}件事")
    world.陈静.says("信箱").hears("待答复10封", "，等了9天 署名张三：第1件事", "第8件事", "继续").hears_not("第9件事")
    assert world.陈静.heard.index("第1件事") < world.陈静.heard.index("第2件事")
    world.陈静.says("继续").hears("，等了1天 署名张三：第9件事", "3月10日（周五） 署名张三：第10件事", "信箱 编号").hears_not("第8件事")


def test_a_short_way_to_answer(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    world.何园.says(f"回{number(world)}：明天就让电工修").hears("请核对", "明天就让电工修").says("确认").hears("已答复")
    world.李四.says(f"回{number(world)}：明天就让电工修").hears_not("请核对")


def test_the_text_of_an_answer_is_asked_for(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    world.何园.says(f"回信{number(world)}").hears("请写下").says("三月底前修好").hears("请核对", "三月底前修好")
    world.何园.says("取消").says("信箱").hears("待答复1封")


@pytest.mark.parametrize(("said", "answer"), [
    ("回信", "没有看到5位编号"), ("回信 123 好的", "没有看到5位编号"), ("回信 00000 好的", "没有编号00000的信")])
def test_an_answer_to_nothing_is_refused(world, said, answer):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    world.何园.says(said).hears(answer)


def test_an_answer_too_long_is_refused(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    world.何园.says(f"回信 {number(world)} {'好' * 401}").hears("401字", "没有送出")


def test_two_readers_at_once_answer_once(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    for reader in LEADERS:
        getattr(world, reader).says(f"回信 {number(world)} {reader}的答复").hears("请核对")
    threads = [threading.Thread(target=getattr(world, reader).says, args=("确认",)) for reader in LEADERS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = [getattr(world, reader).heard for reader in LEADERS]
    assert sorted("已由" in text for text in heard) == [False, True, True], heard
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Outbox).where(Outbox.kind == "letter_answer")) == 1


def test_letters_without_answer_are_recalled_three_times(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    days = []
    for day in (2, 3, 7, 8, 9, 10, 15, 16, 22, 29):
        world.at(f"2017-03-{day:02d} 12:20").tick()
        if any("来信待答复" in text for text in world.陈静.pushed()):
            days.append(day)
    assert days == [8, 15, 22]
    assert not any("待答复" in text for text in world.吴兰.pushed())


def test_what_was_answered_is_not_recalled(world):
    world.at("2017-03-01 10:00").张三.says(LAMP)
    world.tick()
    answer(world)
    world.at("2017-03-08 12:20").tick()
    assert not any("待答复" in text for text in world.陈静.pushed())


# Leaders

def test_a_letter_about_a_leader_is_offered_to_the_discipline_officer(world):
    world.at("2017-03-01 10:00").张三.says("园长信箱 书记总是临时改时间").hears("1. 纪检委员（吴兰）", "2. 书记和园长", "没有寄出")
    assert letters(world) == []
    world.tick()
    world.陈静.receives_nothing()
    world.张三.says("1").hears("信已寄出", "收信人：吴兰").hears_not("陈静")
    world.tick()
    world.吴兰.receives("收到一封来信", number(world))
    for leader in LEADERS:
        getattr(world, leader).receives_nothing().says("信箱").hears("没有来信")
        getattr(world, leader).says(f"信箱 {number(world)}").hears("没有编号").hears_not("临时")
    world.吴兰.says("信箱").hears("书记总是临时改时间")
    with world.session() as session:
        chen = session.scalars(select(Person).where(Person.name == "陈静")).one()
        assert list(awaiting_answer(session, chen)) == []
    world.张三.says(f"转交 {number(world)}").hears("还没有转交", "只能看", f"转交 {number(world)} 确认")
    world.tick()
    world.陈静.receives_nothing()
    world.张三.says(f"转交 {number(world)} 确认").hears("已转交").says(f"转交 {number(world)}").hears("转交过")
    world.tick()
    world.陈静.receives("转给您看一封来信，由纪检委员答复").says("信箱").hears("转给您看的", "临时改时间")
    world.陈静.says(f"回信 {number(world)} 没有").hears("您可以看，不能答复").says("帮助").hears_not("来信待答复")
    answer(world, "已经提醒", by="吴兰")


def test_the_same_letter_twice_while_it_asks_is_asked_again(world):
    for said in ("园长信箱 书记总是迟到", "园长信箱 书记总是迟到", "园长信箱", "园长信箱 何老师总在大会上骂人"):
        world.at("2017-03-01 10:00").张三.says(said).hears_not("没有办成")
    world.张三.hears("1. 纪检委员（吴兰）").says("1").hears("信已寄出", "吴兰")
    assert [letter.text for letter in letters(world)] == ["何老师总在大会上骂人"]


def test_a_letter_leaves_other_questions_open(world):
    world.at("2017-03-01 10:00").张三.says("解绑").hears("确认").says("匿名信箱 操场太滑").says("确认").hears("已解绑")


@pytest.mark.parametrize(("said", "text"), [
    ("园长信箱 请交给纪检委员：食堂采购有猫腻", "食堂采购有猫腻"), ("园长信箱 交给吴兰 书记总是迟到", "书记总是迟到")])
def test_a_letter_for_the_discipline_officer_goes_there(world, said, text):
    world.at("2017-03-01 10:00").张三.says(said).hears("信已寄出", "收信人：吴兰")
    assert [(letter.box, letter.text) for letter in letters(world)] == [(LetterBox.DISCIPLINE, text)]


@pytest.mark.parametrize("said", ["我要向纪检委员反映问题", "写给纪检委员的信", "园长信箱 写给纪检委员"])
def test_the_text_for_the_discipline_officer_is_asked_for(world, said):
    world.at("2017-03-01 10:00").张三.says(said).hears("要对纪检委员说的话", "匿名信箱 交给纪检委员")
    world.张三.says("食堂采购有猫腻").hears("信已寄出", "收信人：吴兰")
    assert [letter.box for letter in letters(world)] == [LetterBox.DISCIPLINE]


def test_free_words_to_the_discipline_officer_are_shown_first(world):
    world.at("2017-03-01 10:00").张三.says("我要给纪检委员写信，食堂采购有猫腻").hears("寄给吴兰吗", "还没有寄出")
    world.张三.says("确认").hears("信已寄出", "收信人：吴兰")
    assert [(letter.box, letter.text) for letter in letters(world)] == [(LetterBox.DISCIPLINE, "食堂采购有猫腻")]


def test_nobody_writes_to_himself_alone(world):
    world.at("2017-03-01 10:00").吴兰.says("园长信箱 交给纪检委员 食堂采购有猫腻").hears("没有可以收这封信的纪检委员", "没有寄出")
    assert letters(world) == []


def test_who_wants_a_letter_back_hears_what_can_be_done(world):
    world.at("2017-03-01 10:00").张三.says(LAMP).says("我不想寄了，把刚才那封收回来").hears("收不回来", "再写一封")
    world.张三.says("园长信箱 书记总是迟到").says("我不想寄了，把刚才那封收回来").hears("信没有寄出")
    world.张三.says("1")
    assert len(letters(world)) == 1


def test_the_second_choice_is_the_leadership(world):
    world.at("2017-03-01 10:00").张三.says("园长信箱 对书记有意见，开会太多").says("2").hears("陈静、林副、何园")
    assert [letter.box for letter in letters(world)] == [LetterBox.LEADERSHIP]


@pytest.mark.parametrize(("who", "text"), [
    ("张三", "园长信箱 书记和吴兰是亲戚，评优不公"), ("张三", "园长信箱 书记包庇纪检委员"), ("吴兰", "园长信箱 书记总是迟到")])
def test_without_an_impartial_reader_the_sender_decides(world, who, text):
    writer = getattr(world.at("2017-03-01 10:00"), who)
    writer.says(text).hears("没有可以改交的纪检委员", "还没有寄出")
    assert letters(world) == []
    writer.says("确认").hears("信已寄出")


NAMES = ("陈静", "林副", "何园")


@pytest.mark.parametrize(("text", "about"), [
    ("操场的灯坏了，请园长看看", False),  # asked to look
    ("园长您好，食堂的菜太咸了", False),  # greeted
    ("尊敬的书记、园长：操场的灯坏了", False),
    ("园长收：操场太滑", False),
    ("给园长提个意见：操场太滑", False),
    ("想跟何园长说，操场太滑", False),
    ("请把意见转交园长", False),
    ("园长能不能修一下操场的灯", False),
    ("希望领导重视操场的安全", False),
    ("建议园长多买些绘本", False),
    ("谢谢园长给我们修空调", False),
    ("园长办公室门口的灯坏了", False),  # a place
    ("在党的领导下，食堂还是太咸", False),
    ("年级组长排班不公", False),
    ("灯坏了，园长", False),
    ("食堂的菜太咸了", False),
    ("书记总是迟到", True),
    ("反映园长偏心", True),
    ("对书记有意见", True),
    ("举报书记", True),
    ("向园长反映书记报销不实", True),  # addressed to one, about the other
    ("请园长管管书记", True),
    ("园长能不能不要骂人", True),  # asked to stop
    ("希望领导公平对待每位老师", True),
    ("园长收了家长的红包", True),
    ("有人给园长送礼", True),
    ("陈静报销不实", True),  # by name
    ("王老师说园长打人", True),
    ("副园长对老师大吼大叫", True),
    ("书记，您自己迟到还罚我们，书记太偏心", True),
])
def test_address_and_matter_are_told_apart(text, about):
    assert is_about_leader(text, NAMES) is about


@pytest.mark.parametrize(("said", "command", "read"), [
    ("我想给园长写封信，操场的灯坏了", None, Said("操场的灯坏了", False)),
    ("跟园长反映一下操场的灯坏了", None, Said("跟园长反映一下操场的灯坏了", False)),  # no word is lost
    ("我有个建议：多买绘本", None, Said("多买绘本", False)),
    ("有个意见想提", None, Said("", False)),
    ("匿名给园长提个意见：操场太滑", None, Said("操场太滑", True)),
    ("我想匿名反映食堂的菜太咸", None, Said("我想匿名反映食堂的菜太咸", True)),
    ("别说是我，食堂的菜太咸了", None, Said("食堂的菜太咸了", True)),
    ("不留名，给书记提个意见，加班太多", None, Said("加班太多", True)),
    ("怎么匿名提意见", None, Said("", True, asks=True)),
    ("匿名：操场太滑", "园长信箱", Said("操场太滑", True)),
    ("不用匿名，操场太滑", "园长信箱", Said("不用匿名，操场太滑", False)),
    ("为什么排班不告诉我", "园长信箱", Said("为什么排班不告诉我", False)),
    ("怎么还不修灯", "园长信箱", Said("怎么还不修灯", False)),
    ("我要提意见", "匿名信箱", Said("", True)),
    ("。", "园长信箱", Said("", False)),
])
def test_what_is_to_be_delivered(said, command, read):
    assert read_letter(f"{command or ''} {said}".strip(), command, said if command else "") == read


def test_an_answer_that_the_platform_refuses_comes_with_the_next_word(world):
    world.at("2017-03-01 10:00").张三.says("园长信箱 操场的灯坏了")
    number = re.search(r"编号(\d+)", world.张三.heard)[1]
    world.陈静.says(f"回信 {number} 明天修好").says("确认")
    world.platform.fail_next("message/custom/send", errcode=50002)
    world.tick()
    world.张三.receives_nothing().says("你好").hears("明天修好")
