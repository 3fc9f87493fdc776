"""Scenes of 撤销: each kind of step, the ten minutes, who may, at once, and what cannot be taken back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from data.models import AuditRecord, CheckIn, DuesPayment, DuesState, Leave, Outbox, UndoStep
from handlers import CAPABILITIES
from tests.test_checkin import plans
from tests.test_dues import standing
from tests.world import World


@pytest.fixture
def theme_day(world: World) -> int:
    """主题党日 on 10 March from two to four."""
    return plans(world, "主题党日活动", "2017-03-10 14:00")


def count(world: World, table: type, *conditions: object) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions))


def audited(world: World, action: str) -> int:
    return count(world, AuditRecord, AuditRecord.action == action)


def on_leave(world: World) -> int:
    return count(world, Leave, Leave.withdrawn_at.is_(None))


def in_window(world: World, *actors: str) -> None:
    """They have written lately, so that pushes reach them at once and in full."""
    for actor in actors:
        getattr(world, actor).says("你好")


# Check-in and 补签

@pytest.mark.parametrize("said", ["撤销", "撤销签到", "刚才那个不算"])
def test_a_check_in_is_taken_back_and_can_be_made_again(world, theme_day, said):
    world.at("2017-03-10 14:05").张三.says("签到").hears("签到成功")
    world.at("2017-03-10 14:06").张三.says(said).hears("已撤销签到", "主题党日活动", "到场后请回复“签到”")
    assert (count(world, CheckIn), audited(world, "checkin.take_back")) == (0, 1)
    world.张三.says("签到").hears("签到成功", "第1位")


@pytest.mark.parametrize(("at", "answer"), [("14:14:59", "已撤销签到"), ("14:15:01", "没有可以撤销的操作")])
def test_the_limit_is_ten_minutes(world, theme_day, at, answer):
    world.at("2017-03-10 14:05").张三.says("签到")
    world.at(f"2017-03-10 {at}").张三.says("撤销").hears(answer)
    assert count(world, CheckIn) == (0 if "已" in answer else 1)


def test_the_second_time_changes_nothing_and_walks_no_further_back(world, theme_day):
    world.at("2017-03-10 13:50").张三.says("缴党费 30")
    world.at("2017-03-10 13:52").张三.says("签到")
    world.张三.says("撤销").hears("已撤销签到")
    world.张三.says("撤销").hears("已经撤销过")
    assert len(standing(world)) == 1


def test_a_named_matter_that_was_not_the_last_step_stays(world, theme_day):
    world.at("2017-03-10 13:50").张三.says("签到")
    world.at("2017-03-10 13:52").张三.says("缴党费 30")
    world.张三.says("撤销签到").hears("最近的一步不是这一项")
    assert (count(world, CheckIn), len(standing(world))) == (1, 1)


def test_taking_a_check_in_back_restores_the_leave(world, theme_day):
    world.at("2017-03-09 10:00").张三.says("请假")
    world.at("2017-03-10 14:05").张三.says("签到").hears("请假已撤销")
    world.张三.says("撤销").hears("已撤销签到", "原来的请假已恢复")
    assert (on_leave(world), audited(world, "leave.restore")) == (1, 1)


def test_an_officer_takes_back_a_whole_makeup_and_nobody_elses(world, theme_day):
    world.at("2017-03-09 10:00").王五.says("请假")
    world.at("2017-03-10 14:05").张三.says("签到")
    world.李梅.says("补签 张三、李四、王五").hears("已补签李四", "已补签王五")
    world.张三.says("签到").hears("您已签到")
    world.李四.says("撤销").hears("没有可以撤销的操作")
    world.李梅.says("撤销").hears("已撤销补签：李四、王五", "王五原来的请假已恢复")
    world.李梅.says("签到情况").hears("已签到1人", "请假1人")
    assert audited(world, "checkin.take_back") == 2


def test_of_many_at_once_one_takes_it_back(world, theme_day):
    world.at("2017-03-10 14:05").张三.says("签到")
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda _: world.platform.says(world.张三.openid, "撤销").text, range(4)))
    assert sorted("已撤销签到" in text for text in heard) == [False, False, False, True]
    assert sum("已经撤销过" in text for text in heard) == 3
    assert (count(world, CheckIn), audited(world, "checkin.take_back")) == (0, 1)


def test_a_step_survives_a_restart_and_goes_after_a_day(world, make_world, theme_day):
    world.at("2017-03-10 14:05").张三.says("签到")
    again = make_world().at("2017-03-10 14:08")
    again.张三.says("撤销").hears("已撤销签到")
    again.at("2017-03-12 08:00").tick()
    assert count(again, UndoStep) == 0


# Leave

def test_leave_taken_back_at_night_is_never_announced(world, theme_day):
    in_window(world.at("2017-03-08 21:00"), "陈静")
    world.张三.says("请假 孩子发烧").hears("已请假")
    world.at("2017-03-08 21:05").张三.says("撤销").hears("已撤销请假", "还没有转告陈静，不再转告")
    world.at("2017-03-09 08:00").tick()
    world.陈静.receives_nothing()
    assert on_leave(world) == 0
    assert count(world, Outbox, Outbox.text.contains("孩子发烧")) == 0


@pytest.mark.parametrize("said", ["撤销", "撤销请假"])
def test_leave_that_was_announced_is_taken_back_with_a_word(world, theme_day, said):
    in_window(world.at("2017-03-09 10:00"), "陈静")
    world.张三.says("请假")
    world.tick()
    world.陈静.receives("张三请假")
    world.at("2017-03-09 10:03").张三.says(said).hears("主题党日活动", "已告诉陈静")
    world.tick()
    world.陈静.receives("张三销假", "可以参加")
    assert on_leave(world) == 0


def test_withdrawn_leave_stands_again_and_is_announced_once(world, theme_day):
    in_window(world.at("2017-03-08 21:00"), "陈静")
    world.张三.says("请假")
    world.at("2017-03-08 21:02").张三.says("销假").hears("不再转告")
    world.at("2017-03-08 21:03").张三.says("撤销").hears("已撤销销假，请假恢复", "已告诉陈静")
    world.at("2017-03-09 08:00").tick()
    assert len(world.陈静.pushed()) == 1
    assert on_leave(world) == 1


def test_leave_is_not_restored_for_somebody_who_is_there_by_now(world, theme_day):
    world.at("2017-03-10 13:50").张三.says("请假")
    world.at("2017-03-10 14:00").张三.says("销假")
    world.李梅.says("补签 张三")
    world.张三.says("撤销").hears("您已经签到", "没有恢复")
    assert (on_leave(world), count(world, CheckIn)) == (0, 1)


# Dues

def test_a_report_stands_no_longer_and_stays_in_the_books(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.at("2017-02-10 10:09").张三.says("撤销").hears("已撤销登记：一、二月党费30元")
    assert (standing(world), count(world, DuesPayment), audited(world, "dues.take_back")) == ([], 1, 1)
    world.张三.says("缴党费 20").hears("已登记")


def test_a_report_that_was_confirmed_meanwhile_stays(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三")
    world.张三.says("撤销").hears("由李梅", "没有撤销")
    assert standing(world) == [("张三", "2017-01", 3000, "confirmed")]


def test_a_correction_goes_back_to_the_former_sum(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30").says("缴党费 50").says("确认").hears("已改为")
    world.at("2017-02-10 10:01").张三.says("撤销").hears("改回一、二月党费30元")
    assert standing(world) == [("张三", "2017-01", 3000, "awaiting")]


def test_a_payment_moved_to_another_month_goes_back(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30").hears("补交")
    world.张三.says("缴党费 30 三月").hears("已改为")
    world.张三.says("撤销").hears("已撤销", "一、二月党费30元")
    assert standing(world) == [("张三", "2017-01", 3000, "awaiting")]


def test_confirmations_await_one_again_and_who_was_told_is_told(world):
    in_window(world.at("2017-02-10 10:00"), "张三")
    world.张三.says("缴党费 30")
    world.李四.says("缴党费 20")
    world.李梅.says("确认党费 全部").says("确认").hears("已确认2笔")
    world.tick()
    world.张三.receives("已由李梅确认")
    world.at("2017-02-10 10:05").李梅.says("撤销").hears("恢复为待确认", "张三一、二月党费30元", "李四一、二月党费20元")
    assert {row[3] for row in standing(world)} == {"awaiting"}
    assert audited(world, "dues.unconfirm") == 2
    world.tick()
    world.张三.receives("误操作", "仍待确认")
    world.李梅.says("确认党费 张三").hears("已确认")
    world.tick()
    world.张三.receives("已由李梅确认")


def test_a_confirmation_that_was_corrected_meanwhile_stays(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三")
    world.陈静.says("更正党费 张三 50").says("确认").hears("已更正")
    world.李梅.says("撤销").hears("又有了变化", "没有撤销")
    world.陈静.says("撤销").hears("不能撤销", "更正党费 张三 金额")
    assert standing(world) == [("张三", "2017-01", 5000, "confirmed")]


def test_a_payment_booked_for_somebody_is_taken_back_unheard(world):
    in_window(world.at("2017-02-10 21:00"), "张三")
    world.李梅.says("确认党费 张三 30").hears("代为登记")
    world.李梅.says("撤销").hears("已撤销代为登记", "张三")
    world.at("2017-02-11 09:00").tick()
    world.张三.receives_nothing()
    assert standing(world) == []
    assert count(world, DuesPayment, DuesPayment.state == DuesState.REPLACED) == 1


def test_the_second_step_back_is_refused_however_it_is_asked_for(world, theme_day):
    world.at("2017-03-10 13:50").张三.says("缴党费 30")
    world.at("2017-03-10 13:52").张三.says("签到").says("撤销").hears("已撤销签到")
    world.张三.says("再撤销一个").hears("只能收回最近的一步")
    assert len(standing(world)) == 1


def test_a_check_in_by_mistake_is_taken_back(world, theme_day):
    world.at("2017-03-10 14:05").张三.says("签到").says("我不小心签到了").hears("已撤销签到")
    assert count(world, CheckIn) == 0


def test_what_was_dropped_is_named(world, theme_day):
    world.at("2017-03-10 14:05").李梅.says("催党费").says("撤销").hears("什么都没有改变", "取消的是“将提醒9人缴一、二月党费")
    world.李梅.says("催签到").says("取消").hears("什么都没有改变", "取消的是“将提醒").hears_not("每人一天")


def test_every_step_is_called_by_the_capability_that_takes_it_back():
    for capability in CAPABILITIES:
        assert capability.talk.undo_words.keys() == capability.talk.undos.keys(), capability.talk.name


# What is no step, and what cannot be taken back

def test_a_preview_that_waits_is_dropped_and_nothing_else(world, theme_day):
    world.at("2017-03-10 14:05").陈静.says("签到")
    world.at("2017-03-10 14:06").陈静.says("广播 党员 明天下午三点开会").hears("确认")
    world.at("2017-03-10 14:07").陈静.says("撤销").hears("已取消，什么都没有改变")
    world.陈静.says("确认").hears("没有等待您确认")
    world.陈静.says("撤销").hears("已撤销签到")


def test_a_step_after_the_preview_goes_first(world, theme_day):
    world.at("2017-03-10 14:05").李梅.says("催签到").hears("确认")
    world.at("2017-03-10 14:06").李梅.says("签到")
    world.李梅.says("撤销").hears("已撤销签到")
    world.李梅.says("确认").hears("已安排提醒")


@pytest.mark.parametrize(("said", "why"), [("催签到", "催签到的提醒已经发出"), ("催党费", "催党费的提醒已经发出")])
def test_what_has_gone_out_says_why_it_stays(world, theme_day, said, why):
    world.at("2017-03-10 14:05").李梅.says(said).says("确认").hears("已安排提醒")
    world.李梅.says("撤销").hears("不能撤销", why)
    world.李梅.says("撤销").hears(why)


def test_a_binding_is_no_step_and_strangers_are_asked_to_bind(world):
    world.stranger.says("撤销").hears("请先绑定身份")
    world.张三.says("解绑").says("确认").hears("已解绑")
    world.张三.says("撤销").hears("绑定")


@pytest.mark.parametrize(("who", "instead"), [("张三", "组织委员"), ("李梅", "更正党费"), ("陈静", "改期")])
def test_nothing_to_take_back_says_what_else_to_do(world, who, instead):
    getattr(world.at("2017-03-10 14:05"), who).says("撤销").hears("没有可以撤销的操作", "销假", instead)


def test_steps_of_capabilities_are_named_once():
    names = [name for capability in CAPABILITIES for name in capability.talk.undos]
    assert len(names) == len(set(names))
