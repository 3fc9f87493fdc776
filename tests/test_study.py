"""Scenes of 自学: entering what was read, looking at it, what officers see of it, and the one word a study month gets."""

import threading
from datetime import date, datetime

import pytest
from sqlalchemy import select

from data.db import add_once
from data.models import Activity, ActivityState, Branch, Person, PlanEntry, StudyRecord, UndoStep
from data.study import counts_in, records_in, study_blocks
from handlers.study import records
from handlers.study.said import Claim, find_book, parse_day, parse_said, read_claim
from tests.world import ZONE, World

NOW = datetime(2017, 3, 7, 10, 0, tzinfo=ZONE)  # a Tuesday


def kept(world: World, name: str = "张三") -> list[tuple[str, str, str]]:
    """What stands for somebody: (day, book, text), in the order of entering."""
    with world.session() as session:
        return [(str(row.studied_on), row.book, row.text) for row in session.scalars(
            select(StudyRecord).join(Person, Person.id == StudyRecord.person_id)
            .where(Person.name == name, StudyRecord.withdrawn_at.is_(None)).order_by(StudyRecord.id))]


# Entering

AS_SAID = (
    ("自学打卡 读完《论党建》第三章，体会是要联系实际", "2017-03-07", "论党建", "读完《论党建》第三章，体会是要联系实际"),
    ("自学记录：昨天看了教育法", "2017-03-06", "教育法", "看了教育法"),
    ("今天学完了党章第二章", "2017-03-07", "党章", "学完了党章第二章"),
    ("刚读完《习近平谈治国理政》第一卷,感触很深", "2017-03-07", "习近平谈治国理政",
     "刚读完《习近平谈治国理政》第一卷,感触很深"),
    ("昨晚看了两小时教育法", "2017-03-06", "教育法", "看了两小时教育法"),
    ("补记昨天自学：党章第三章，学完很受启发", "2017-03-06", "党章", "党章第三章，学完很受启发"),
    ("自学打卡 3月2日 学习党章第二章", "2017-03-02", "党章", "学习党章第二章"),
    ("自学打卡 《怎样做老师》读了一半，谁都该读", "2017-03-07", "怎样做老师", "《怎样做老师》读了一半，谁都该读"),
)
NOTHING_READ = (
    "我自学打卡了吗", "自学打卡了吗", "怎么自学打卡", "自学打卡是强制的吗", "还没学", "明天再学", "我还没学完党章", "下周再学党章第二章",
    "自学打卡 还没学", "自学打卡 明天再学党章", "张三学完了党章", "自学打卡 张三学完了党章", "请大家自学《论党建》", "书记说他学完了党章",
    "自学是哪几个月", "自学打卡 明天 学党章", "自学记录查询", "学完了吗",
)


def test_what_was_read_is_kept_as_it_was_said(world):
    world.at("2017-03-07 10:00")
    expected = []
    for said, day, book, text in AS_SAID:
        world.张三.says(said).hears("已登记自学", f"《{book}》", "撤销")
        expected.append((day, book, text))
        assert kept(world) == expected


def test_questions_plans_and_others_study_record_nothing(world):
    world.at("2017-03-07 10:00")
    for said in NOTHING_READ:
        world.李四.says(said).hears_not("已登记自学")
    with world.session() as session:
        assert session.scalars(select(StudyRecord)).all() == []


def test_the_command_alone_asks_for_the_text(world):
    world.at("2017-03-07 10:00").钱多.says("自学打卡").hears("请问学了什么", "取消")
    world.钱多.says("3月1日读了《窗边的小豆豆》").hears("已登记自学：3月1日（周三）《窗边的小豆豆》")
    world.钱多.says("自学打卡").says("取消").hears("已取消")
    assert len(kept(world, "钱多")) == 1


def test_a_stranger_records_nothing(world):
    world.at("2017-03-07 10:00").stranger.says("自学打卡 读完党章").hears("绑定")
    world.新人.says("自学打卡 读完党章").hears("绑定")
    assert kept(world, "新人") == []


def test_a_day_ahead_is_refused_and_a_long_text_too(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡 3月20日 学完党章").hears("3月20日（周一）还没有到", "没有登记")
    world.张三.says("自学打卡 " + "党" * 1001).hears("最多1000字", "1001字")
    assert kept(world) == []
    world.张三.says("自学打卡 " + "党" * 1000).hears("已登记自学")


def test_words_that_are_no_day_are_asked_about(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡 上周读完党章").hears("“上周”不是具体的一天", "请回复学的是哪一天")
    world.张三.says("3月31日").hears("还没有到")
    world.张三.says("自学打卡 2月30号读完党章").hears("“2月30号”不是具体的一天")
    world.张三.says("3月1日").hears("已登记自学：3月1日（周三）")
    assert kept(world) == [("2017-03-01", "党章", "读完党章")]


def test_a_day_long_past_is_entered_after_a_yes(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡 2015年5月4日 读完党章").hears("一年多", "确认")
    assert kept(world) == []
    world.张三.says("确认").hears("已登记自学：2015年5月4日（周一）")


def test_the_same_words_twice_are_asked_about_and_may_stand_twice(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡 读完党章第一章").hears("已登记")
    world.张三.says("自学打卡：读完党章，第一章！").hears("已经登记过同样的自学", "再记一条")
    world.张三.says("取消")
    assert len(kept(world)) == 1
    world.张三.says("自学打卡 读完党章第一章").says("确认").hears("已登记")
    world.张三.says("确认").hears("没有等待您确认")
    assert len(kept(world)) == 2
    world.张三.says("自学打卡 昨天读完党章第一章").hears("已登记")  # another day is another record
    world.李四.says("自学打卡 读完党章第一章").hears("已登记")


def test_uncertain_words_are_entered_after_a_yes_only(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡 明天要考试，还没学完").hears("要把这段话登记为", "确认")
    assert kept(world) == []
    world.张三.says("确认").hears("已登记自学")


def test_what_was_not_understood_is_offered_and_what_says_nothing_is_asked_about(world):
    world.at("2017-03-07 10:00").张三.says("孩子们今天读了一本绘本").hears("要把这段话登记为3月7日（周二）的自学吗")
    assert kept(world) == []
    world.张三.says("确认").hears("已登记自学")
    world.张三.says("今天学完了").hears("请问学了什么")
    assert len(kept(world)) == 1


def test_the_same_record_at_once_is_one(world):
    with world.session() as session:
        person_id = session.scalars(select(Person.id).where(Person.name == "张三")).one()
    results: list[bool] = []

    def enter() -> None:
        with world.assistant.sessions.begin() as session:
            results.append(add_once(session, StudyRecord, branch_id=1, person_id=person_id, studied_on=date(2017, 3, 7),
                                    book="", text="读完", digest=records.digest_of("读完"), copy=0, entered_at=NOW,
                                    entered_by=person_id))
    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]


def test_a_record_can_be_taken_back_and_entered_again(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡 读完党章第一章")
    with world.session() as session:
        step = session.scalars(select(UndoStep)).one()
        other = session.scalars(select(Person).where(Person.name == "李四")).one()
        assert records.withdraw(session, other, step.data["id"], NOW) is None  # nobody takes back another's
    world.张三.says("撤销").hears("已撤销自学登记：3月7日（周二）《党章》")
    world.张三.says("撤销").hears_not("已撤销自学登记")
    world.张三.says("我的自学").hears("还没有您的自学记录")
    world.张三.says("自学打卡 读完党章第一章").hears("已登记")
    assert len(kept(world)) == 1


WITHOUT_A_COMMAND = (
    "我今天看了习总书记系列讲话读本，感觉收获挺大的", "我自学了入党教材第一讲 体会是要先学理论再谈入党",
    "帮我记一下自学，读的3-6岁儿童发展指南", "听了一堂微党课，讲两会精神，很受启发", "上周五看了两集将改革进行到底",
    "上个月18号学了十八届六中全会公报",
)


@pytest.mark.parametrize("said", WITHOUT_A_COMMAND)
def test_free_words_are_recorded_or_offered(world, said):
    world.at("2017-03-07 10:00").张三.says(said)
    if "已登记自学" not in world.张三.heard:
        world.张三.hears("登记为", "自学吗").says("确认").hears("已登记自学")
    day = {"上": "2017-03-03" if "周" in said else "2017-02-18"}.get(said[0], "2017-03-07")
    assert [row[0] for row in kept(world)] == [day]


@pytest.mark.parametrize(("said", "book"), [
    ("自习打卡 《幼儿园教育指导纲要》", "幼儿园教育指导纲要"), ("自学打开 党章第四章", "党章"),
    ("学习笔记：为人民服务读后感，要全心全意", "")])
def test_other_titles_are_the_command_too(world, said, book):
    world.at("2017-03-07 10:00").张三.says(said).hears("已登记自学")
    assert kept(world)[0][1] == book
    assert not kept(world)[0][2].startswith(("自", "学习笔记"))


@pytest.mark.parametrize("said", ["昨晚看了场电影", "我看了天气预报", "我听了半天没听懂"])
def test_what_is_no_study_is_not_offered(world, said):
    world.at("2017-03-07 10:00").张三.says(said).hears_not("自学吗", "已登记")


def test_an_open_question_does_not_eat_other_wishes(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡").says("明天请假").hears_not("登记为", "已登记自学")
    world.张三.says("我学了几次").hears("还没有您的自学记录")
    world.张三.says("习近平谈治国理政").hears("已登记自学：3月7日（周二）《习近平谈治国理政》")
    for begun in ("我学习了", "学完了"):
        world.李四.says(begun).hears("请问学了什么").says("我学了几次").hears_not("登记为", "请问学了什么")
        world.李四.says(f"三会一课制度，{begun}").hears("已登记自学")


def test_a_text_that_waits_is_not_dropped_silently(world):
    world.at("2017-03-07 10:00").张三.says("孩子们今天读了一本绘本").hears("要把这段话登记为")
    world.张三.says("学习了").hears("还没有登记：“孩子们今天读了一本绘本”", "确认")
    world.张三.says("大家今天读了一本诗集").hears("上一段没有登记", "要把这段话登记为")
    world.张三.says("取消").hears("取消的是“要把这段话登记为3月7日（周二）的自学吗？”。")
    assert kept(world) == []


def test_a_study_that_was_wrong_is_taken_back_in_other_words(world):
    world.at("2017-03-07 10:00")
    for said in ("我想改一下刚才的自学", "删掉刚才那条自学"):
        world.张三.says("自学打卡 读完党章").says(said).hears("已撤销自学登记", "重新发送“自学打卡”")
    assert kept(world) == []


def test_who_sees_it_is_said_once_and_on_asking(world):
    world.at("2017-03-07 10:00").张三.says("自学打卡 读完党章").hears("各人的条数", "导出")
    world.张三.says("撤销").says("自学打卡 读完宪法").hears("已登记").hears_not("导出")
    world.张三.says("谁能看到我的自学心得").hears("书记、副书记和宣传委员", "各人的条数", "导出", "原文")


# Looking

def test_nobody_is_listed_as_missing_and_that_is_said(world):
    world.at("2017-03-07 10:00").李四.says("自学打卡 读完党章")
    world.at("2017-04-07 10:00").周敏.says("谁还没自学").hears("四月还没有自学记录")
    world.at("2017-03-07 10:00").周敏.says("谁还没自学").hears("自学自愿，不列没有登记的名单", "三月登记了自学的有1人，共1条").hears_not("李四", "张三")
    world.陈静.says("大家自学得怎么样").hears("李四：1条")


def test_one_sees_ones_own_newest_first_and_by_month(world):
    world.at("2017-03-07 10:00").张三.says("我的自学").hears("2017年还没有您的自学记录")
    world.张三.says("自学打卡 读完《论党建》第一章，" + "体会" * 40)
    world.at("2017-04-05 10:00").张三.says("自学打卡 读完党章")
    world.李四.says("自学打卡 读完别的书")
    world.张三.says("我的自学").hears("自学共2条（三月1条，四月1条）", "…").hears_not("别的书")
    assert world.张三.heard.index("4月5日") < world.张三.heard.index("3月7日")
    world.张三.says("我三月的自学").hears("您三月自学共1条", "体会" * 40)
    world.张三.says("我去年的自学").hears("2016年还没有")


def test_officers_see_numbers_in_roster_order_and_nobody_as_missing(world):
    world.at("2017-03-07 10:00").陈静.says("自学情况").hears("三月还没有自学记录", "不作排名")
    for text in ("读完党章第一章", "读完党章第二章", "读完党章第三章"):
        world.李四.says(f"自学打卡 {text}")
    world.张三.says("自学打卡 读完党章")
    world.at("2017-04-05 10:00").李四.says("自学打卡 读完宪法")
    world.周敏.says("三月自学情况").hears("2人，共4条", "按名册顺序", "张三：1条\n李四：3条", "其余7人三月还没有记录", "不作排名")
    world.周敏.hears_not("党章", "王五")
    world.陈静.says("谁自学了").hears("四月自学登记：1人", "李四：1条")
    world.陈静.says("今年自学情况").hears("2017年自学登记：2人，共5条", "李四：4条（三月3条，四月1条）")
    for who in (world.张三, world.李梅, world.钱多):
        who.says("自学情况").hears("书记、副书记或宣传委员").hears_not("李四")


def test_how_it_works_is_said_with_the_plans_months(world):
    world.at("2017-03-07 10:00").钱多.says("自学打卡是强制的吗").hears("自愿", "三月、四月、九月")


def test_shared_queries_count_by_month_in_roster_order(world):
    world.at("2017-03-07 10:00").李四.says("自学打卡 读完党章")
    world.张三.says("自学打卡 读完宪法")
    with world.session() as session:
        branch = session.scalars(select(Branch.id)).one()
        names = {person.name: person.id for person in session.scalars(select(Person))}
        assert counts_in(session, branch, 2017) == {names["张三"]: {3: 1}, names["李四"]: {3: 1}}
        rows = records_in(session, branch, date(2017, 3, 1), date(2017, 3, 31))
        assert [person.name for _, person in rows] == ["张三", "李四"]


# Reminding

def test_a_study_month_gets_one_word_on_its_second_working_day(world):
    world.at("2017-03-02 12:00").tick()
    world.at("2017-03-02 10:00").李四.says("自学打卡 读完党章")
    for actor in (world.张三, world.李四, world.钱多):
        actor.pushed()
    world.at("2017-03-02 12:20").tick()
    world.张三.receives("三月自学", "自愿登记")
    world.张三.says("详情").hears("三月的计划里有自学", "自愿", "不排名", "本月不再提醒")
    world.王五.receives("三月自学")
    world.李四.receives_nothing()  # has recorded something already
    world.钱多.receives_nothing()  # not in the audience of the plan
    for moment in ("2017-03-02 12:21", "2017-03-10 12:20", "2017-03-31 12:20"):
        world.at(moment).tick()
        assert not any("自学" in text for text in world.张三.pushed())


def test_other_months_get_no_word_and_a_carried_plan_says_so(world):
    world.at("2017-05-03 12:00").tick()
    world.张三.pushed()
    world.at("2017-05-03 12:20").tick()
    assert not any("自学" in text for text in world.张三.pushed())
    world.at("2018-03-02 12:10").tick()
    world.张三.pushed()
    world.at("2018-03-02 12:20").tick()
    world.张三.says("详情").hears("三月的计划里有自学（沿用2017年计划）")


def test_a_cancelled_study_is_no_study_month(world):
    with world.session() as session:
        branch = session.scalars(select(Branch.id)).one()
        assert [block.months for block in study_blocks(session, branch, 2017)] == [(3,), (4,), (9,)]
        entry = session.scalars(select(PlanEntry).where(PlanEntry.kind == "自学").order_by(PlanEntry.id)).first()
        session.add(Activity(branch_id=branch, plan_entry_id=entry.id, year=2017, title="自学", kind="自学",
                             audience=["党员"], state=ActivityState.CANCELLED))
        session.flush()
        assert [block.months for block in study_blocks(session, branch, 2017)] == [(4,), (9,)]


# Reading

@pytest.mark.parametrize(("said", "day", "text"), [
    ("周五学了党章", "2017-03-03", "学了党章"),  # of what was read, the last Friday
    ("2号读完党章", "2017-03-02", "读完党章"),
    ("12月30日学了党章", "2016-12-30", "学了党章"),
    ("这个月读完党章", "2017-03-07", "这个月读完党章"),
    ("2016年全会公报读完了", "2017-03-07", "2016年全会公报读完了"),  # names what was read
    ("我前天《党章》读完了", "2017-03-05", "我《党章》读完了"),
])
def test_the_day_is_read_from_the_head(said, day, text):
    now = NOW if "12月" not in said else NOW.replace(month=1)
    assert (str(parse_said(said, now).day), parse_said(said, now).text) == (day, text)


@pytest.mark.parametrize(("said", "claim"), [
    ("学了一小时", Claim.DONE), ("学习了纲要", Claim.DONE), ("没想到读完这么快", Claim.DONE), ("觉得很重要，看了两遍", Claim.DONE),
    ("昨晚看了教育法，还没看完", Claim.DONE), ("没读完", Claim.UNDONE), ("打算周末读《党史》", Claim.UNDONE),
    ("学完了吗", Claim.ASKED), ("大家学完了党章", Claim.OTHERS), ("党章第二章", Claim.UNCLEAR),
])
def test_what_a_sentence_claims(said, claim):
    assert read_claim(said) is claim


def test_books_and_days_alone():
    assert find_book("读《习近平谈治国理政》（第一卷）和《党章》") == "习近平谈治国理政"
    assert find_book("学习强國看了半小时") == "学习强国"
    assert find_book("随便看看") == ""
    assert parse_day("上周", NOW) is None
    assert parse_day("昨天", NOW) == date(2017, 3, 6)
