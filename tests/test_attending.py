"""参加 and 不参加: numbers for the one who caters; neither a check-in nor a leave."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from data.models import Activity, ActivityState, Branch, CheckIn, Leave, Outbox, Person, Rsvp
from handlers.attending import answers
from tests.world import ZONE, World


def plans(world: World, title: str, start: str, kind: str = "主题党日", audience: tuple[str, ...] = ("党员",)) -> int:
    """An activity of two hours in the calendar."""
    begins = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    with world.assistant.sessions.begin() as session:
        activity = Activity(branch_id=session.scalars(select(Branch.id)).first(), year=begins.year, title=title,
                            kind=kind, starts_at=begins, ends_at=begins + timedelta(hours=2), place="多功能厅",
                            audience=list(audience))
        session.add(activity)
        session.flush()
        return activity.id


def answers_in(world: World) -> dict[str, bool]:
    with world.session() as session:
        rows = select(Person.name, Rsvp.coming).join(Person, Person.id == Rsvp.person_id)
        return dict(session.execute(rows).all())


@pytest.fixture
def theme_day(world: World) -> int:
    """主题党日 on 10 March at two."""
    return plans(world, "主题党日活动", "2017-03-10 14:00")


def test_coming_is_kept_and_is_no_check_in(world: World, theme_day: int) -> None:
    world.at("2017-03-07 10:00").张三.says("参加")
    world.张三.hears("已记下您参加", "主题党日活动（3月10日（周五）14:00）", "签到")
    assert answers_in(world) == {"张三": True}
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 0


def test_not_coming_is_no_leave_and_says_how_leave_is_asked_for(world: World, theme_day: int) -> None:
    world.at("2017-03-07 10:00").张三.says("不参加").hears("已记下您不参加", "不算请假", "回复“请假”")
    assert answers_in(world) == {"张三": False}
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Leave)) == 0


def test_the_same_twice_changes_nothing_and_a_change_of_mind_is_one_row(world: World, theme_day: int) -> None:
    first = world.at("2017-03-07 10:00").张三.says("参加").heard
    assert world.张三.says("我参加").heard == first
    world.platform.redeliver(world.张三.last, copies=3)
    world.at("2017-03-10 13:59").张三.says("不参加").hears("已记下您不参加")
    assert answers_in(world) == {"张三": False}


def test_answers_at_once_are_one_row(world: World, theme_day: int) -> None:
    now = world.at("2017-03-07 10:00").now
    done = []

    def arrive() -> None:
        with world.assistant.sessions.begin() as session:
            person = session.scalars(select(Person).where(Person.name == "张三")).one()
            done.append(answers.answer(session, person, session.get_one(Activity, theme_day), True, now))
    threads = [threading.Thread(target=arrive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.is_new for one in done) == 1
    assert answers_in(world) == {"张三": True}


def test_which_of_several_near_ones_is_asked_and_a_name_or_day_says_it(world: World, theme_day: int) -> None:
    plans(world, "党课", "2017-03-13 14:00", kind="党课")
    plans(world, "四月主题党日", "2017-04-10 14:00")
    world.at("2017-03-07 10:00").张三.says("不参加").hears("请问不参加哪一项", "1. 主题党日活动", "2. 党课")
    world.张三.hears_not("四月主题党日").says("2").hears("已记下您不参加：党课")
    world.李四.says("参加 4月10日").hears("四月主题党日")
    world.李四.says("党课算我一个").hears("已记下您参加：党课")


def test_the_next_one_is_meant_where_none_is_near(world: World) -> None:
    plans(world, "四月主题党日", "2017-04-10 14:00")
    plans(world, "五月主题党日", "2017-05-10 14:00")
    world.at("2017-03-07 10:00").张三.says("参加").hears("四月主题党日")


@pytest.mark.parametrize(("who", "said", "why"), [
    ("钱多", "参加 主题党日", "参加对象是党员"), ("钱多", "参加", "没有已定时间"), ("张三", "参加 党课", "没有找到"),
    ("张三", "参加 学习强国", "没有登记"), ("张三", "不参加 孩子发烧", "回复“请假”"), ("stranger", "参加", "绑定"),
    ("张三", "党日我参加不了", "已请假"), ("张三", "明天的活动我不去了", "请假"), ("张三", "参加对象是谁", ""),
])
def test_what_is_no_answer_keeps_none(world: World, theme_day: int, who: str, said: str, why: str) -> None:
    getattr(world.at("2017-03-07 10:00"), who).says(said).hears(why).hears_not("已记下")
    assert answers_in(world) == {}


def test_after_the_start_nothing_is_kept(world: World, theme_day: int) -> None:
    world.at("2017-03-10 14:00").张三.says("参加").hears("已经开始", "签到", "请假")
    world.张三.says("不参加 主题党日").hears("已经开始")
    world.at("2017-03-10 16:30").张三.says("参加 主题党日").hears("已经结束")
    assert answers_in(world) == {}


def test_a_cancelled_activity_needs_no_answer(world: World, theme_day: int) -> None:
    with world.assistant.sessions.begin() as session:
        session.get_one(Activity, theme_day).state = ActivityState.CANCELLED
    world.at("2017-03-07 10:00").张三.says("参加").hears("没有已定时间")


def test_undo_brings_the_earlier_answer_back(world: World, theme_day: int) -> None:
    world.at("2017-03-07 10:00").张三.says("参加")
    world.at("2017-03-07 10:20").张三.says("不参加").says("撤销").hears("已撤销", "现在是“参加”")
    assert answers_in(world) == {"张三": True}
    world.李四.says("不参加").says("撤销").hears("已撤销", "没有您的答复")
    assert answers_in(world) == {"张三": True}
    world.at("2017-03-10 13:55").张三.says("不参加")
    world.at("2017-03-10 14:01").张三.says("撤销").hears("已经开始")
    assert answers_in(world) == {"张三": False}


def test_the_overview_has_numbers_first_and_a_leave_is_not_coming(
        world: World, theme_day: int, make_world: Callable[..., World]) -> None:
    world.at("2017-03-07 10:00")
    for name in ("张三", "李四", "王五"):
        getattr(world, name).says("参加").hears("已记下您参加")
    world.周敏.says("不参加")
    world.王五.says("请假 孩子发烧").hears("已请假")
    world.王五.says("参加").hears("您已请假", "没有登记", "销假")
    again = make_world().at("2017-03-07 11:00")  # after a restart
    heard = again.陈静.says("报名情况").heard.splitlines()
    assert heard[0] == "主题党日活动（3月10日（周五）14:00）：参加2人，不参加1人，请假1人，未答5人，共9人。"
    assert heard[1:4] == ["参加：张三、李四。", "不参加：周敏。", "请假：王五。"]
    again.李梅.says("多少人参加").hears("参加2人")


@pytest.mark.parametrize(("who", "said", "refused"), [
    ("周敏", "报名情况", "组织委员操作"), ("张三", "多少人参加", "组织委员操作"), ("何园", "报名情况", "组织委员操作"),
    ("李梅", "征求报名 主题党日", "书记或副书记操作"), ("张三", "征求报名", "书记或副书记操作"),
])
def test_others_neither_see_the_numbers_nor_ask(
        world: World, theme_day: int, who: str, said: str, refused: str) -> None:
    getattr(world.at("2017-03-07 10:00"), who).says(said).hears(refused)


def test_the_word_means_an_answer_for_a_member_and_the_question_for_the_secretary(
        world: World, theme_day: int) -> None:
    world.at("2017-03-07 10:00").张三.says("报名").hears("已记下您参加")
    world.陈静.says("报名 三月主题党日").hears("将请7人回复“参加”或“不参加”", "确认")
    assert answers_in(world) == {"张三": True}


def test_everybody_who_has_not_answered_is_asked_once(world: World, theme_day: int) -> None:
    plans(world, "党课", "2017-03-15 14:00", kind="党课")
    world.at("2017-03-07 10:00")
    world.张三.says("参加 主题党日")
    world.李四.says("请假 主题党日 出差")
    world.王五.says("你好")
    world.陈静.says("报名 主题党日").hears("将请6人", "主题党日活动")
    world.陈静.says("确认").hears("已安排请6人报名", "报名情况")
    world.tick()
    world.王五.receives("【请报名】主题党日活动", "多功能厅", "请回复“参加”或“不参加”")
    world.张三.receives_nothing()
    world.李四.receives_nothing()
    world.王五.says("帮助").hears("回复“参加”或“不参加”：主题党日活动")
    world.王五.says("参加").hears("已记下您参加：主题党日活动")  # what was asked, though the lecture is near too
    world.陈静.says("报名 主题党日").hears("都已问过", "还有5人没有答复")
    world.陈静.says("撤销").hears("收不回来")


def test_who_answers_before_it_is_sent_is_not_asked(world: World, theme_day: int) -> None:
    world.at("2017-03-06 21:00").陈静.says("报名").says("确认").hears("休息时间", "3月7日（周二）07:30")
    world.张三.says("不参加")
    world.at("2017-03-07 07:31").tick()
    world.张三.receives_nothing()
    world.李四.receives("主题党日活动")


def test_a_new_date_is_a_new_question_and_older_answers_are_marked(world: World, theme_day: int) -> None:
    world.at("2017-03-07 10:00").张三.says("参加")
    world.陈静.says("报名 主题党日").says("确认").hears("已安排请7人")
    world.陈静.says("报名 主题党日").hears("都已问过")
    world.陈静.says("改期 主题党日 3月14日 14:00").says("确认")
    world.陈静.says("报名情况").hears("3月14日", "参加1人", "其中1人是活动变动之前答复的")
    world.陈静.says("报名 主题党日").hears("将请8人")
    world.张三.says("参加").hears("3月14日")
    world.陈静.says("确认").hears("已安排请7人")
    world.陈静.says("报名情况").hears("参加1人").hears_not("变动之前")


def test_a_question_that_was_overtaken_by_a_new_date_is_not_sent(world: World, theme_day: int) -> None:
    world.at("2017-03-06 21:00").陈静.says("报名").says("确认")
    with world.assistant.sessions.begin() as session:
        session.get_one(Activity, theme_day).version += 1
    world.at("2017-03-07 07:31").tick()
    world.李四.receives_nothing()
    with world.session() as session:
        assert set(session.scalars(select(Outbox.why).where(Outbox.kind == "attend_ask"))) == {"活动已改期或取消"}


def test_a_preview_that_was_overtaken_sends_nothing(world: World, theme_day: int) -> None:
    world.at("2017-03-07 10:00").陈静.says("报名").hears("确认")
    with world.assistant.sessions.begin() as session:
        session.get_one(Activity, theme_day).version += 1
    world.陈静.says("确认").hears("没有发送")
    world.陈静.says("报名 九月党课").hears("没有找到", "没有发送")


def test_another_branch_neither_counts_nor_is_asked(world: World, theme_day: int) -> None:
    with world.assistant.sessions.begin() as session:
        other = Branch(name="另一个党支部")
        session.add(other)
        session.flush()
        session.add(Activity(branch_id=other.id, year=2017, title="外面的党课", kind="党课", place="",
                             audience=["党员"], starts_at=datetime(2017, 3, 9, 14, tzinfo=ZONE)))
    world.at("2017-03-07 10:00").陈静.says("报名情况").hears("主题党日活动").hears_not("外面的")
    world.张三.says("参加 外面的党课").hears_not("已记下")


def test_both_is_an_answer_to_which_and_one_step_for_undo(world: World, theme_day: int) -> None:
    plans(world, "党课", "2017-03-13 14:00", kind="党课")
    world.at("2017-03-07 10:00").张三.says("参加").hears("请问参加哪一项")
    world.张三.says("两个都参加").hears("已记下您参加", "主题党日活动", "党课")
    world.张三.says("2").hears_not("已记下")  # the question is answered
    world.张三.says("都不参加").hears("已记下您不参加", "主题党日活动", "党课")
    world.张三.says("撤销").hears("已撤销", "主题党日活动", "党课", "现在是“参加”")
    assert answers_in(world) == {"张三": True}
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Rsvp)) == 2


def test_who_is_on_leave_takes_it_back_first(world: World, theme_day: int) -> None:
    world.at("2017-03-07 10:00").张三.says("请假 主题党日").says("参加").hears("您已请假", "没有登记", "回复“销假”")
    assert answers_in(world) == {}
    world.张三.says("还是去吧").hears("已销假", "主题党日活动")
    world.张三.says("参加").hears("已记下您参加")
    world.李四.says("还是去吧").hears("没有请假", "参加")


def test_who_cannot_be_reached_is_not_asked_and_equal_names_are_told_apart(world: World) -> None:
    plans(world, "教师培训", "2017-03-10 14:00", kind="研修", audience=("教师", "张伟"))
    world.at("2017-03-07 10:00").陈静.says("报名 教师培训").hears("将请4人", "另1人没有绑定")
    world.陈静.says("确认").hears("已安排请4人")
    world.陈静.says("报名 教师培训").hears("1人没有绑定", "没有发").hears_not("确认")
    world.陈静.says("报名情况").hears("张伟（工号尾号013）", "张伟（工号尾号014）")
