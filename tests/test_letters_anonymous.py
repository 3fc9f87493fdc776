"""Scenes of anonymous letters: nothing that is kept leads from the letter to a person, or the other way."""

import logging
import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.simulator.pushes import message_push
from data.models import Base, Follower, InboundMessage, Letter, LetterBox, LetterKey, Outbox, OutboxState, Person
from handlers.letters.post import next_announcement
from tests.world import ZONE, World, openid_of

SALTY = "食堂的菜太咸了"
SENDERS = ("张三", "李四", "王五", "赵六", "孙琪", "钱多", "李梅", "周敏", "张伟甲", "张伟乙")


def key_of(world: World, who: str) -> str:
    """The follow-up number in somebody's last answer."""
    return re.search(r"(?<!\d)\d{10}(?!\d)", getattr(world, who).heard)[0]


def letters(world: World) -> list[Letter]:
    with world.session() as session:
        return list(session.scalars(select(Letter)))


def dump(world: World) -> dict[str, list[dict[str, object]]]:
    """Every column of every row of every table."""
    with world.session() as session:
        return {table.name: [dict(row) for row in session.execute(select(table)).mappings()]
                for table in Base.metadata.sorted_tables}


def files(world: World) -> bytes:
    """What lies on the disk of a SQLite database."""
    url = world.settings.database_url
    if not url.startswith("sqlite"):
        return b""
    path = url.removeprefix("sqlite:///")
    return b"".join(file.read_bytes() for suffix in ("", "-wal") if (file := Path(path + suffix)).exists())


def is_told(world: World, who: str) -> bool:
    """Whether somebody was pushed a word of letters since the last look."""
    return any("来信" in push for push in getattr(world, who).pushed())


def write_all(world: World) -> list[str]:
    """Ten people write one after the other; the words in the order of writing."""
    world.at("2017-03-01 10:00")
    words = [f"第{number}个意见" for number in range(len(SENDERS))]
    for who, said in zip(SENDERS, words, strict=True):
        getattr(world, who).says(f"匿名信箱 {said}").hears("匿名信已收下")
    return words


# What is kept

def test_no_table_has_the_number_or_leads_to_the_sender(world):
    world.at("2017-03-01 10:00").张三.says(f"匿名信箱 {SALTY}").hears("匿名信已收下", "没有记录是谁写的", "陈静、林副、何园")
    key = key_of(world, "张三")
    world.张三.says(f"查信 {key}").hears("还没有答复")
    tables = dump(world)
    kept = str(tables)
    assert key not in kept
    assert key.encode() not in files(world)
    (letter,) = tables["letters"]
    assert letter["sender_id"] is None
    assert letter["received_at"] is None
    about_people = {who: value for who, value in letter.items() if who.endswith(("_by", "_id", "_at")) and value
                    and who not in ("branch_id", "announce_at")}
    assert about_people == {}
    assert openid_of("张三") not in str(tables["letters"] + tables["letter_keys"])
    with_text = [name for name, rows in tables.items() if "太咸" in str(rows)]
    assert with_text == ["letters"]
    for name in ("undo_steps", "open_questions", "outbox"):
        assert tables[name] == [], name
    assert "letter" not in str(tables["audit_records"])
    (follower,) = [row for row in tables["followers"] if row["openid"] == openid_of("张三")]
    assert not follower["context"]
    assert not follower["rest"]
    linked = str([letter["id"], letter["number"], letter["digest"], tables["letter_keys"][0]["digest"]])
    for part in re.findall(r"[0-9a-f]{5,}", linked):
        others = {name: rows for name, rows in tables.items() if name not in ("letters", "letter_keys")}
        assert not re.search(rf"(?<![0-9a-f]){part}(?![0-9a-f])", str(others)), part


def test_the_turn_leaves_its_person_untouched_and_looks_as_if_help_had_been_asked_for(world):
    world.at("2017-03-01 10:00").张三.says("下次党日是什么时候").says("帮助").hears("您可以这样说")
    world.at("2017-03-01 10:30")
    before = dump(world)["followers"]
    for said in (f"匿名信箱 {SALTY}", "匿名信箱", "我想匿名反映食堂的菜太咸", "园长信箱 匿名：操场太滑", "查信 1234567890", "转交 1234567890"):
        world.张三.says(said)
        assert dump(world)["followers"] == before, said
    turns = [row for row in dump(world)["inbound_messages"] if row["intent"] != "next_event"]
    assert {row["intent"] for row in turns} == {"help"}
    assert len(turns) == 7
    assert len({len(row["reply"]) for row in turns}) == 1


def test_what_waits_for_the_person_is_not_handed_out_beside_an_anonymous_letter(world):
    with world.assistant.sessions.begin() as session:
        person = session.get_one(Follower, openid_of("张三")).person_id
        session.add(Outbox(branch_id=1, person_id=person, key="test/1", kind="test", text="等着的通知", fields={},
                           due=world.now, state=OutboxState.HELD, why="test", created_at=world.now))
    world.张三.says(f"匿名信箱 {SALTY}").hears("匿名信已收下").hears_not("等着的通知")
    assert [row["state"] for row in dump(world)["outbox"]] == ["held"]
    world.张三.says("你好").hears("等着的通知")


def test_an_open_question_of_another_kind_does_not_swallow_it(world):
    world.at("2017-03-01 10:00").张三.says("自学打卡").says("我想匿名反映食堂不卫生，有蟑螂").hears("匿名信已收下")
    assert dump(world)["study_records"] == []


def test_how_long_it_took_is_not_noted(world, caplog):
    caplog.set_level(logging.INFO)
    world.张三.says("帮助").says(f"匿名信箱 {SALTY}").says("下次党日是什么时候")
    timed = [hasattr(record, "ms") for record in caplog.records if record.msg == "answered"]
    assert timed == [False, False, True]


def test_no_log_line_tells(world, caplog):
    caplog.set_level(logging.DEBUG)
    world.at("2017-03-01 10:00").张三.says(f"匿名信箱 {SALTY}")
    key = key_of(world, "张三")
    world.张三.says(f"查信 {key}")
    world.at("2017-03-01 12:20").tick()
    logged = str([vars(record) for record in caplog.records if not record.name.startswith("bot.simulator")])
    assert caplog.records
    assert "answered" in logged
    for secret in (key, "mailbox", "咸"):
        assert secret not in logged, secret


def test_no_column_and_no_order_of_rows_tells_who_came_first(world):
    words = write_all(world)
    for table in (Letter.__table__, LetterKey.__table__):
        with world.session() as session:
            rows = [dict(row) for row in session.execute(select(table)).mappings()]
            order = {letter.id: words.index(letter.text) for letter in session.scalars(select(Letter))}
        placed = [order[row.get("letter_id", row.get("id"))] for row in rows]
        assert placed not in (sorted(placed), sorted(placed, reverse=True)), table.name
        for column in [column.name for column in table.columns]:
            by_value = sorted(rows, key=lambda row: str(row[column]).zfill(30))
            placed = [order[row.get("letter_id", row.get("id"))] for row in by_value]
            values = {str(row[column]) for row in rows}
            told = len(values) > 1 and column != "text" and placed in (sorted(placed), sorted(placed, reverse=True))
            assert not told, f"{table.name}.{column}"
    assert {letter.announce_at for letter in letters(world)} == {datetime(2017, 3, 1, 12, 20, tzinfo=ZONE)}


def test_what_postgresql_notes_of_each_row_does_not_lead_to_the_senders(world):
    if world.settings.database_url.startswith("sqlite"):
        pytest.skip("SQLite notes nothing of the kind")
    write_all(world)

    def written(table: str) -> set[str]:
        with world.session() as session:
            return set(session.scalars(text(f"SELECT xmin::text FROM {table}")))
    assert len(written("letters")) == len(written("letter_keys")) == 1
    world.at("2017-03-01 12:20").tick()
    assert not (written("letters") | written("letter_keys")) & (written("followers") | written("inbound_messages"))


# Telling and answering

@pytest.mark.parametrize(("at", "told"), [
    ("2017-03-01 10:00", "2017-03-01 12:20"),
    ("2017-03-01 12:20", "2017-03-01 16:45"),
    ("2017-03-01 16:46", "2017-03-02 12:20"),
    ("2017-03-03 17:00", "2017-03-06 12:20"),  # a weekend
    ("2017-03-31 17:00", "2017-04-01 12:20"),  # a Saturday that is worked
    ("2017-09-30 17:00", "2017-10-09 12:20"),  # National Day
])
def test_readers_are_told_at_the_next_of_few_fixed_times(make_world, at, told):
    world = make_world()
    moment = [datetime.fromisoformat(text).replace(tzinfo=ZONE) for text in (at, told)]
    assert next_announcement(moment[0], world.settings) == moment[1]


def test_readers_are_told_once_of_all_that_came(world):
    world.at("2017-03-02 10:00").张三.says(f"匿名信箱 {SALTY}")
    world.李四.says("匿名信箱 操场太滑")
    world.tick()
    assert not is_told(world, "陈静")
    world.陈静.says("信箱").hears("匿名：操场太滑", "匿名：食堂")
    world.at("2017-03-02 12:20").tick()
    world.陈静.receives("收到2封匿名来信")
    assert not is_told(world, "吴兰")
    assert world.tick()["queued"] == 0
    world.at("2017-03-09 12:20").tick()
    world.陈静.receives("来信待答复", "2封")


def test_an_answer_is_read_by_number_by_whoever_has_it(world):
    world.at("2017-03-01 10:00").张三.says(f"匿名信箱 {SALTY}")
    key, (letter,) = key_of(world, "张三"), letters(world)
    world.何园.says(f"回信 {letter.number} 已请食堂少放盐").hears("匿名").says("确认").hears("凭查信编号")
    world.tick()
    with world.session() as session:
        assert session.scalars(select(Outbox.kind)).all() == []
    for who in ("张三", "李四"):
        getattr(world, who).says(f"查信 {key}").hears("何园", "已请食堂少放盐")
    world.张三.says(f"查信 {letter.number}").hears("没有找到").says("查信 9999999999").hears("没有找到")
    world.张三.says("我的来信").hears("没有署名来信", "10位")


def test_the_same_words_again_are_another_letter_and_nobody_is_told_of_the_first(world):
    world.at("2017-03-01 10:00").张三.says(f"匿名信箱 {SALTY}").hears("匿名信已收下")
    world.at("2017-03-02 10:00").李四.says(f"匿名信箱 {SALTY}").hears("匿名信已收下").hears_not("收到过", "同样", "3月1日")
    assert key_of(world, "张三") != key_of(world, "李四")
    assert len(letters(world)) == len({letter.number for letter in letters(world)}) == 2
    assert {letter.digest for letter in letters(world)} == {None}
    world.何园.says(f"回信 {letters(world)[0].number} 已改").says("确认")
    heard = [getattr(world, who).says(f"查信 {key_of(world, who)}").heard for who in ("张三", "李四")]
    assert sorted("已改" in text for text in heard) == [False, True]
    world.张三.says("查信 9999999999").hears("没有找到", "编号丢了就查不到答复，可以再写一封")


def test_it_says_what_taking_back_would_do(world):
    world.at("2017-03-01 10:00").张三.says("匿名信箱 操场太滑").hears("匿名信收不回来", "撤销", "更早的一步")


@pytest.mark.parametrize("said", ["匿名信真的查不到是我吗", "匿名信箱 真的匿名吗", "匿名信会不会被查到", "匿名写信会不会被园长知道"])
def test_who_doubts_hears_what_is_kept_and_what_may_be_guessed(world, said):
    world.at("2017-03-01 10:00").张三.says(said).hears("没有记录", "微信后台", "只有一个人", "当面或书面")
    assert letters(world) == []
    assert {row["intent"] for row in dump(world)["inbound_messages"]} <= {"help", "fallback"}


def test_a_repeat_of_the_message_gets_the_same_answer_and_number(world):
    world.at("2017-03-01 10:00")
    push = message_push("gh_5a0d3c1b9e7f", openid_of("张三"), int(world.now.timestamp()), 4711, "text",
                        {"Content": f"匿名信箱 {SALTY}"})
    keys = set()
    for _ in range(3):
        _, body = world.platform.raw_post(
            world.platform.wire.deliver(openid_of("张三"), push.xml, int(world.now.timestamp())))[:2]
        said = body.decode() if isinstance(body, bytes) else str(body)
        keys.add(re.search(r"\D(\d{10})\D.{0,12}只出现", said, re.DOTALL)[1])
    assert len(keys) == len(letters(world)) == 1


# One message, and what it says

@pytest.mark.parametrize("said", ["匿名信箱", "我要匿名提意见", "匿名信箱 我想提意见", "我想匿名投诉", "匿名信箱 怎么用",
                                  "匿名信箱 交给纪检委员", "匿名信箱 交给纪检委员 我要反映问题"])
def test_without_words_it_explains_and_asks_nothing(world, said):
    world.at("2017-03-01 10:00").张三.says(said).hears("同一条消息", "匿名信箱 操场的灯坏了")
    assert letters(world) == []
    assert dump(world)["open_questions"] == []


@pytest.mark.parametrize(("said", "kept"), [
    ("匿名信箱 为什么周末还要加班？能不能说说", "为什么周末还要加班？能不能说说"),
    ("匿名信箱空调坏了", "空调坏了"),
    ("匿名给园长提个意见：操场太滑", "操场太滑"),
    ("我想匿名反映食堂的菜太咸", "我想匿名反映食堂的菜太咸"),
    ("园长信箱 操场太滑，别说是我说的", "操场太滑，别说是我说的"),
])
def test_what_is_said_is_kept_word_for_word(world, said, kept):
    world.at("2017-03-01 10:00").张三.says(said).hears("匿名信已收下")
    assert [(letter.text, letter.sender_id) for letter in letters(world)] == [(kept, None)]


def test_too_long_is_not_kept(world):
    world.at("2017-03-01 10:00").张三.says(f"匿名信箱 {'咸' * 501}").hears("501字", "没有寄出")
    assert letters(world) == []
    assert "咸咸咸" not in str(dump(world))


def test_words_that_were_not_understood_are_not_remembered_where_no_name_was_wanted(world):
    world.at("2017-03-01 10:00").张三.says("匿名的哦，那个谁把班里的绘本都拿回自己家去了呀")
    assert "绘本" not in str(dump(world))


# Leaders

def test_about_a_leader_it_goes_to_the_discipline_officer_until_it_is_passed_on(world):
    world.at("2017-03-02 10:00").张三.says("匿名信箱 书记总是临时改时间").hears("已直接交给纪检委员（吴兰）", "转交")
    key = key_of(world, "张三")
    world.at("2017-03-02 12:20").tick()
    world.吴兰.receives("收到1封匿名来信").says("信箱").hears("书记总是临时改时间")
    assert not is_told(world, "陈静")
    world.陈静.says("信箱").hears("没有来信")
    world.李四.says(f"查信 {key}").hears("纪检委员处理", f"转交 {key}")
    world.张三.says(f"转交 {key}").hears("还没有转交", "陈静、林副、何园", "只能看", f"转交 {key} 确认")
    world.张三.says("确认").hears("没有等待您确认的事项")
    world.张三.says(f"转交 {key} 不确认").hears("还没有转交")
    world.陈静.says("信箱").hears("没有来信")
    world.张三.says(f"转交 {key} 确认").hears("已转交", "只能看").says(f"转交 {key} 确认").hears("转交过")
    (letter,) = letters(world)
    world.陈静.says("信箱").hears("转给您看的，由纪检委员答复", "书记总是临时改时间").hears_not("待答复1封")
    world.陈静.says(f"回信 {letter.number} 没有的事").hears("没有答复", "由纪检委员答复")
    world.陈静.says(f"信箱 {letter.number}").hears("临时改时间", "您可以看，不能答复")
    world.at("2017-03-02 16:45").tick()
    world.陈静.receives("收到1封匿名来信")
    world.吴兰.says(f"信箱 {letter.number}").hears("书记和园长也能看到", "由您答复")
    world.吴兰.says(f"回信 {letter.number} 已提醒").says("确认").hears("已答复")
    world.张三.says(f"查信 {key}").hears("吴兰", "已提醒")
    with world.session() as session:
        assert set(session.scalars(select(InboundMessage.intent).where(InboundMessage.intent.like("mailbox%")))) == {
            "mailbox_inbox", "mailbox_reply"}


def test_without_a_discipline_officer_the_writer_decides(world):
    with world.session() as session, session.begin():
        session.scalars(select(Person).where(Person.name == "吴兰")).one().duties = ""
    world.at("2017-03-01 10:00").张三.says("匿名信箱 书记总是临时改时间").hears("没有可以改交的纪检委员", "没有寄出", "陈静、林副、何园")
    world.张三.says("匿名信箱 交给纪检委员 书记总是临时改时间").hears("没有可以收这封信的纪检委员", "没有寄出")
    assert letters(world) == []
    world.张三.says("匿名信箱 交给书记园长 书记总是临时改时间").hears("匿名信已收下", "陈静、林副、何园")
    assert [(letter.box, letter.text) for letter in letters(world)] == [(LetterBox.LEADERSHIP, "书记总是临时改时间")]
    world.张三.says(f"转交 {key_of(world, '张三')}").hears("不用转交")


@pytest.mark.parametrize(("said", "box", "kept"), [
    ("请交给纪检委员：食堂采购有猫腻", LetterBox.DISCIPLINE, "食堂采购有猫腻"),
    ("交给纪检委员 吴兰不作为，书记也不管", LetterBox.DISCIPLINE, "吴兰不作为，书记也不管"),
    ("写给吴兰：食堂采购有猫腻", LetterBox.DISCIPLINE, "食堂采购有猫腻"),
    ("食堂采购有猫腻，请交给纪检委员", LetterBox.DISCIPLINE, "食堂采购有猫腻"),
    ("请纪检委员查一查食堂的账", LetterBox.DISCIPLINE, "请纪检委员查一查食堂的账"),
    ("向纪检委员反映：食堂采购有猫腻", LetterBox.DISCIPLINE, "食堂采购有猫腻"),
    ("何老师总在大会上骂人", LetterBox.DISCIPLINE, "何老师总在大会上骂人"),  # the only 何 is 园长
    ("别让园长知道，食堂采购有猫腻", LetterBox.DISCIPLINE, "别让园长知道，食堂采购有猫腻"),
    ("任何老师都不该骂孩子", LetterBox.LEADERSHIP, "任何老师都不该骂孩子"),
    ("李老师总是迟到", LetterBox.LEADERSHIP, "李老师总是迟到"),
    ("何老师您好，操场太滑", LetterBox.LEADERSHIP, "何老师您好，操场太滑"),
    ("吴兰不作为", LetterBox.LEADERSHIP, "吴兰不作为"),
    ("交给书记：书记总是临时改时间", LetterBox.LEADERSHIP, "书记总是临时改时间"),
    ("交给书记园长 书记总是临时改时间", LetterBox.LEADERSHIP, "书记总是临时改时间"),
    ("交给园长：书记报销不实", LetterBox.DISCIPLINE, "书记报销不实"),  # 书记 would read it, too
])
def test_whoever_is_named_gets_it(world, said, box, kept):
    readers = "吴兰" if box is LetterBox.DISCIPLINE else "陈静、林副、何园"
    world.at("2017-03-01 10:00").张三.says(f"匿名信箱 {said}").hears("匿名信已收下", readers)
    assert [(letter.box, letter.text) for letter in letters(world)] == [(box, kept)]


@pytest.mark.parametrize("said", ["吴兰不作为，书记也不管", "书记包庇纪检委员", "不要交给纪检委员，书记总是迟到", "交给纪检委员和书记 食堂采购有猫腻"])
def test_where_only_the_writer_can_choose_nothing_is_kept(world, said):
    world.at("2017-03-01 10:00").张三.says(f"匿名信箱 {said}").hears(
        "没有寄出，也没有留下来", "匿名信箱 交给纪检委员", "吴兰", "匿名信箱 交给书记园长", "陈静、林副、何园")
    assert letters(world) == []
    assert said not in str(dump(world))


@pytest.mark.parametrize(("said", "answer"), [("转交", "请发送“转交 编号”"), ("转交 1234567890", "没有找到"), ("查信 12", "10位")])
def test_numbers_that_lead_nowhere(world, said, answer):
    world.at("2017-03-01 10:00").张三.says(said).hears(answer)


def test_a_follower_is_the_only_thing_that_changes_beside_the_letter(world):
    world.at("2017-03-01 10:00").张三.says("帮助")
    before = dump(world)
    world.张三.says(f"匿名信箱 {SALTY}")
    after = dump(world)
    changed = {name for name in after if sorted(map(str, after[name])) != sorted(map(str, before[name]))}
    assert changed <= {"letters", "letter_keys", "inbound_messages", "used_signatures", Follower.__tablename__}
