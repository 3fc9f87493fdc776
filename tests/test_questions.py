"""Scenes of 转给书记: what is offered where no answer is known, passing on, answering, and knowing it from then on."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.nlu.slots import Lexicon
from data.models import AuditRecord, Follower, Outbox, PassedQuestion, Person, UndoStep
from handlers.questions import answering, passing
from handlers.questions.likeness import is_personal, is_same, is_timely, read_essence
from tests.world import World, openid_of

OPENING = "食堂几点开饭"


@pytest.fixture
def world(world: World) -> World:
    world.at("2017-05-16 10:00").tick()  # the month's overview goes out before the scene
    for actor in world._actors.values():
        actor.pushed()
    return world


def questions(world: World) -> list[tuple[int, str, bool, bool]]:
    """(number, text, somebody is known as its asker, answered)."""
    with world.session() as session:
        return [(one.number, one.text, one.asker_id is not None, one.answered_at is not None)
                for one in session.scalars(select(PassedQuestion).order_by(PassedQuestion.number))]


def context_of(world: World, key: str) -> object:
    with world.session() as session:
        return session.get_one(Follower, openid_of(key)).context


# Offering and passing on

@pytest.mark.parametrize("said", [OPENING, "有没有春游", "今年的预算是多少"])
def test_a_question_without_an_answer_can_be_passed_on(world, said):
    world.张三.says(said).hears("回复“转给书记”", "回复“匿名转给书记”")
    world.张三.says("转给书记").hears(said, "编号1", "书记能看到是您问的")
    world.tick()
    world.陈静.receives("问题")
    world.陈静.says("待答问题").hears(f"1号（5月16日，张三）：{said}", "答复 1 内容")
    world.林副.receives("问题")
    world.李梅.receives_nothing()


@pytest.mark.parametrize("said", ["哈哈", "111", "嗯", "今天好累"])
def test_what_is_no_question_is_not_offered_and_not_kept(world, said):
    world.张三.says(said).hears_not("转给书记")
    assert not (context_of(world, "张三") or {}).get("unanswered")
    world.张三.says("转给书记").hears("没有找到您刚才没查到的问题", "转给书记 新教师怎么报名")
    assert questions(world) == []


def test_what_the_plan_answers_or_a_role_forbids_is_not_offered(world):
    for said in ("三会一课有什么要求", "三月有什么活动", "缴费情况", "广播 党员 开会"):
        world.张三.says(said).hears_not("转给书记")


def test_the_secretary_is_not_sent_to_himself(world):
    world.陈静.says(OPENING).hears("没有看懂").hears_not("转给书记")
    world.陈静.says(f"转给书记 {OPENING}").hears("您就是书记")
    world.林副.says(OPENING).hears("转给书记").says("转给书记").hears("编号1")
    world.tick()
    world.陈静.receives("1号")
    world.林副.receives_nothing()


def test_a_question_is_kept_for_ten_minutes(world):
    world.张三.says(OPENING)
    world.at("2017-05-16 10:11").张三.says("转给书记").hears("只保留10分钟")
    world.张三.says(OPENING)
    world.at("2017-05-16 10:20").张三.says("转给书记").hears("编号1")


def test_only_the_last_turn_is_passed_on(world):
    world.张三.says(OPENING).says("本月安排").says("转给书记").hears("没有找到")
    world.李四.says("转给书记").hears("没有找到")


@pytest.mark.parametrize(("said", "text"), [
    ("转给书记 怎么申请困难补助？", "怎么申请困难补助？"),  # a question after the command is its argument
    ("转给书记：什么时候放假", "什么时候放假"),
    ("匿名转给书记 能不能带孩子来", "能不能带孩子来"),
])
def test_a_question_after_the_command_is_passed_on(world, said, text):
    world.钱多.says(said).hears("编号1")
    assert questions(world) == [(1, text, True, False)]


def test_bad_input_passes_nothing(world):
    world.张三.says("转给书记 " + "长" * 301).hears("301字", "300字以内")
    world.张三.says("转给书记 哈哈").hears("看不出是什么问题")
    world.张三.says(f"转给书记{OPENING}").hears("空一格")
    world.stranger.says(f"转给书记 {OPENING}").hears("绑定")
    assert questions(world) == []


def test_the_same_question_twice_has_one_number(world):
    world.张三.says(f"转给书记 {OPENING}").hears("编号1")
    world.张三.says(OPENING).says("匿名转给书记").hears("已经转过，编号1")
    world.tick()
    assert len(world.陈静.pushed()) == 1
    assert len(questions(world)) == 1


def test_a_person_has_ten_open_questions_at_most(world):
    for number in range(11):
        world.张三.says(f"转给书记 第{number}件事怎么办理")
    world.张三.hears("已有10个问题")
    assert len(questions(world)) == 10


def test_at_night_the_secretary_is_left_in_peace(world):
    world.at("2017-05-16 21:00").张三.says(f"转给书记 {OPENING}").hears("编号1")
    world.tick()
    world.陈静.receives_nothing()
    world.林副.says("答复 1 十一点半")
    world.at("2017-05-17 07:40").tick()
    world.陈静.receives_nothing()  # answered meanwhile
    world.张三.receives("十一点半")


# Letters

@pytest.mark.parametrize("said", ["有人虚报考勤我要反映一下", "举报王老师体罚孩子"])
def test_what_looks_like_a_letter_is_not_kept(world, said):
    world.张三.says(OPENING).says(said).hears("匿名信箱").hears_not("转给书记")
    assert context_of(world, "张三") is None
    world.张三.says("转给书记").hears("没有找到")
    assert questions(world) == []


def test_a_nameless_letter_is_not_passed_on_either(world):
    world.张三.says("匿名转给书记 我要举报王老师").hears("匿名信箱", "没有留下来")
    assert questions(world) == []


def test_words_are_cleared_within_the_hour_or_so(world):
    world.张三.says(OPENING)
    world.李四.says("三月有什么活动")
    assert context_of(world, "张三")["unanswered"] == OPENING
    world.at("2017-05-16 10:50").李四.says("三月有什么活动")
    world.at("2017-05-16 11:30").tick()
    assert context_of(world, "张三") is None
    assert context_of(world, "李四")["months"] == [3]


# Answering

def test_an_answer_reaches_the_asker_and_is_known_from_then_on(world, make_world):
    world.张三.says(f"转给书记 {OPENING}")
    world.陈静.says("答复 1 十一点半，在一楼").hears("已答复1号", "以后", "更正答复 1")
    world.tick()
    world.张三.receives(OPENING, "书记陈静2017年5月16日答复：十一点半，在一楼")
    again = make_world().at("2017-07-04 10:00")  # after a restart
    again.孙琪.says("请问食堂什么时候开饭？").hears("书记陈静2017年5月16日答复：十一点半，在一楼", "不是计划原文")
    again.孙琪.says("食堂几点关门").hears_not("十一点半").hears("转给书记")
    again.stranger.says(OPENING).hears_not("十一点半")


def test_the_plan_wins_over_an_answer(world):
    world.张三.says("转给书记 五个抓手是什么")
    world.陈静.says("答复 1 没有五个抓手")
    world.李四.says("五个抓手是什么").hears("〔").hears_not("没有五个抓手")


def test_who_asks_without_a_name_stays_unknown(world):
    world.钱多.says("新教师怎么报名").says("匿名转给书记").hears("编号1", "书记看不到是谁问的")
    world.陈静.says("待答问题").hears("未留名").hears_not("钱多")
    world.陈静.says("答复 1 到办公室").hears("会告诉提问人").hears_not("钱多")
    assert questions(world) == [(1, "新教师怎么报名", False, True)]
    world.tick()
    world.钱多.receives("新教师怎么报名", "到办公室")
    with world.session() as session:
        asker = session.scalar(select(Person.id).where(Person.name == "钱多"))
        row = session.scalars(select(Outbox).where(Outbox.person_id == asker, Outbox.kind == "question_unnamed")).one()
        assert ("报名" in row.text, row.subject, "question/1" in row.key) == (False, "", False)
        assert not [step for step in session.scalars(select(UndoStep).where(UndoStep.person_id == asker))
                    if "id" in step.data]
    world.陈静.says("更正答复 1 到总务处").says("确认").hears("已更正1号")
    world.tick()
    world.钱多.receives_nothing()


@pytest.mark.parametrize("who", ["钱多", "张三", "李梅", "何园"])
def test_only_the_secretaries_answer(world, who):
    world.李四.says(f"转给书记 {OPENING}")
    for said in ("答复 1 不知道", "更正答复 1 不知道", "待答问题"):
        getattr(world, who).says(said).hears("书记或副书记").hears_not(OPENING)
    assert questions(world)[0][3] is False


@pytest.mark.parametrize(("said", "answer"), [
    ("答复", "没有看出答复的是几号"), ("答复 三点半", "没有看出答复的是几号"), ("答复 3月5日放假", "没有看出答复的是几号"),
    ("答复 9 好的", "没有9号问题"), ("答复 1 " + "长" * 401, "401字"),
    ("更正答复 1 好的", "还没有答复，不用更正"),
])
def test_a_wrong_answer_form_changes_nothing(world, said, answer):
    world.李四.says(f"转给书记 {OPENING}")
    world.陈静.says(said).hears(answer)
    assert questions(world)[0][3] is False


def test_the_text_of_an_answer_is_asked_for(world):
    world.李四.says(f"转给书记 {OPENING}")
    world.陈静.says("答复 1").hears(OPENING, "请写下答复").says("十一点半开饭").hears("已答复1号")
    world.陈静.says("答复 1").hears("已经答复过", "更正答复 1")
    world.陈静.says("更正答复 1").hears("请写下新的答复").says("十二点").hears("将更正为：十二点").says("确认").hears("已更正")
    world.李四.says(OPENING).hears("答复：十二点")


@pytest.mark.parametrize(("said", "text", "named"), [
    ("帮我问问书记转正要考试吗", "转正要考试吗", True), ("请问书记转正要考试吗", "转正要考试吗", True),
    ("帮我问一下陈书记，转正要考试吗", "转正要考试吗", True), ("匿名问一下书记，转正要考试吗", "转正要考试吗", False),
    ("转给书记 帮我问问书记转正要考试吗", "转正要考试吗", True),
])
def test_the_words_around_a_question_are_not_passed_on(world, said, text, named):
    world.钱多.says(said).hears(f"转给书记：“{text}”", "书记能看到" if named else "书记看不到")
    assert questions(world) == [(1, text, True, False)]
    world.陈静.says("答复 1 不用").hears("以后支部里有人问同样的问题")
    world.孙琪.says("转正要考试吗").hears("答复：不用")


def test_the_plan_answers_what_is_asked_with_a_word_of_courtesy(world):
    world.张三.says("请问书记三月有什么活动").hears("三月")
    assert questions(world) == []


def test_the_question_before_is_meant_without_another(world):
    world.张三.says(OPENING).says("问一下书记刚才那个问题").hears(f"“{OPENING}”，编号1")


@pytest.mark.parametrize("said", ["匿名问书记 园长太凶了", "匿名问一下书记，我要举报王老师行吗"])
def test_a_complaint_is_a_letter_and_no_question(world, said):
    world.张三.says(said).hears("这像是一封信", "匿名信箱", "没有留下来")
    assert questions(world) == []


@pytest.mark.parametrize("said", ["答复1 不用带", "答复 1号：不用带", "答复 一号 不用带", "答复：1 不用带", "答复 １　不用带"])
def test_forms_of_an_answer(world, said):
    world.李四.says("转给书记 雨衣要带吗")
    world.陈静.says(said).hears("已答复1号")
    world.李四.says("雨衣要不要带").hears("答复：不用带\n")


def test_there_is_one_answer_until_it_is_corrected(world):
    world.张三.says(f"转给书记 {OPENING}")
    world.陈静.says("答复 1 十一点")
    world.林副.says("答复 1 十二点").hears("已经答复过", "书记陈静2017年5月16日答复：十一点", "更正答复 1")
    world.tick()
    world.张三.receives("十一点")
    world.林副.says("更正答复 1 十二点").hears("十一点", "将更正为：十二点", "确认").says("取消")
    world.孙琪.says(OPENING).hears("十一点")
    world.林副.says("更正答复 1 十二点").says("确认").hears("已更正1号")
    world.tick()
    world.张三.receives("副书记林副2017年5月16日答复：十二点")
    world.孙琪.says(OPENING).hears("十二点").hears_not("十一点")
    with world.session() as session:
        actions = session.execute(select(AuditRecord.action, AuditRecord.detail)
                                  .where(AuditRecord.action.like("question.%")).order_by(AuditRecord.id))
        assert [tuple(one) for one in actions] == [("question.answer", {}), ("question.correct", {})]


def test_a_correction_that_was_overtaken_changes_nothing(world):
    world.张三.says(f"转给书记 {OPENING}")
    world.陈静.says("答复 1 十一点").says("更正答复 1 十二点")
    world.林副.says("更正答复 1 一点").says("确认").hears("已更正")
    world.陈静.says("确认").hears("刚刚有了变化，没有更正")
    world.孙琪.says(OPENING).hears("答复：一点")


def test_those_who_asked_the_same_are_answered_together(world):
    world.张三.says(f"转给书记 {OPENING}")
    world.李四.says("转给书记 食堂什么时候开饭呢")
    world.钱多.says("转给书记 食堂几点关门")
    world.陈静.says("答复 1 十一点").hears("同样的2号也一并答复了")
    world.tick()
    world.张三.receives("十一点")
    world.李四.receives("食堂什么时候开饭呢", "十一点")
    world.钱多.receives_nothing()
    world.陈静.says("待答").hears("待答问题1个", "3号")


def test_a_personal_answer_is_for_the_asker_alone(world):
    world.张三.says("转给书记 我的工资什么时候涨")
    world.陈静.says("答复 1 下个月").hears("只告诉提问人")
    world.李四.says("我的工资什么时候涨").hears_not("下个月")
    world.张三.says("我的工资什么时候涨").hears("下个月")


def test_an_answer_is_taken_back_and_who_has_it_is_told(world):
    world.张三.says(f"转给书记 {OPENING}")
    world.陈静.says("答复 1 十一点")
    world.tick()
    world.张三.receives("十一点")
    world.陈静.says("撤销").hears("已收回1号")
    world.tick()
    world.张三.receives("收回", OPENING)
    world.孙琪.says(OPENING).hears_not("十一点")
    world.陈静.says("答复 1 十二点").hears("已答复1号")
    world.tick()
    world.张三.receives("十二点")


def test_an_answer_that_nobody_got_yet_is_taken_back_in_silence(world):
    world.张三.says(f"转给书记 {OPENING}")
    world.at("2017-05-16 21:00").陈静.says("答复 1 十一点").says("撤销").hears("已收回1号")
    world.at("2017-05-17 08:00").tick()
    world.张三.receives_nothing()


def test_what_cannot_be_taken_back_says_why(world):
    world.张三.says("新教师怎么报名").says("匿名转给书记").says("撤销").hears("收不回来")
    world.陈静.says("答复 1 到办公室").says("撤销").hears("没有留名", "更正答复 1")
    assert questions(world)[0][3] is True


# At once

def test_two_who_ask_at_once_get_different_numbers(world):
    with world.session() as session:
        ids = {name: session.scalar(select(Person.id).where(Person.name == name)) for name in ("张三", "李四")}

    def ask(name: str) -> None:
        with world.assistant.sessions.begin() as session:
            passing.pass_on(session, session.get_one(Person, ids[name]), f"{name}的问题", True, world.now)

    threads = [threading.Thread(target=ask, args=(name,)) for name in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number for number, *_ in questions(world)} == {1, 2}


def test_of_two_answers_at_once_one_stands(world):
    world.张三.says(f"转给书记 {OPENING}")
    with world.session() as session:
        ids = [session.scalar(select(Person.id).where(Person.name == name)) for name in ("陈静", "林副")]
        question_id = session.scalar(select(PassedQuestion.id))
    won: list[tuple[bool, str]] = []

    def reply(person_id: int) -> None:
        with world.assistant.sessions.begin() as session:
            question = session.get_one(PassedQuestion, question_id)
            done = answering.answer(session, question, f"答复{person_id}", session.get_one(Person, person_id), world.now)
            won.append((done, question.answer))

    threads = [threading.Thread(target=reply, args=(person_id,)) for person_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done for done, _ in won) == [False, True]
    assert len({text for _, text in won}) == 1
    with world.session() as session:
        assert session.scalar(select(func.count()).where(AuditRecord.action == "question.answer")) == 1


# Likeness

@pytest.mark.parametrize(("one", "other"), [
    (OPENING, "请问食堂什么时候开饭？"), ("国庆放几天假", "国庆放假几天"), ("停车位在哪", "停车位在哪里呀"),
    ("困难补助怎么申请", "怎么申请困难补助"), ("可以带孩子吗", "能不能带孩子"), ("需不需要交材料", "要交材料吗"),
    ("年会有没有礼品", "年会有礼品吗"), ("打印机坏了找谁修", "打印机坏了找哪位修"),
])
def test_the_same_question_in_other_words(one, other):
    assert is_same(read_essence(one), read_essence(other))


@pytest.mark.parametrize(("one", "other"), [
    ("大班几点放学", "小班几点放学"), (OPENING, "食堂几点关门"), ("停车位在哪", "停车位有几个"),
    ("3月8日放假吗", "3月9日放假吗"), ("可以带孩子吗", "不可以带孩子吗"), ("大班换到小班吗", "小班换到大班吗"),
    ("谁去开会", "谁来开会"), ("国庆放假几天", "国庆哪天放假"), ("孩子能带吗", "孩子要带吗"), ("春游交多少钱", "春游退多少钱"),
    ("书记什么时候来", "老师什么时候来"), ("党员带教师吗", "教师带党员吗"), ("怎么了", "怎么了"),
])
def test_another_question_with_nearly_the_same_words(one, other):
    assert not is_same(read_essence(one), read_essence(other))


def test_what_holds_for_a_day_or_a_person_is_not_told_to_all(world):
    then = world.now
    assert is_timely("明天几点放学", then, then + timedelta(hours=3))
    assert not is_timely("明天几点放学", then, then + timedelta(days=1))
    assert is_timely("大班几点放学", then, then + timedelta(days=600))
    assert not is_timely("今年春游去哪里", then, then + timedelta(days=365))
    assert is_personal("张三什么时候转正", Lexicon(people={"张三": (1,)}))
    assert not is_personal("我们园几点放学", Lexicon())
