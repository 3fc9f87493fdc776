"""Scenes of 撤销 in the calendar: what comes back, who is told, and who hears nothing."""

from sqlalchemy import select

from data.models import Activity, Outbox, OutboxState, UndoStep
from tests.test_undo import audited, count, in_window

SET_MARCH = "设置 三月主题党日 3月10日 14:00 多功能厅"
MOVE_MARCH = "改期 三月主题党日 3月17日 15:00 会议室"


def test_a_new_date_is_taken_back_before_anybody_heard(world):
    in_window(world.at("2017-03-01 09:00"), "张三")
    world.陈静.says(SET_MARCH)
    world.at("2017-03-01 09:05").陈静.says("撤销").hears("恢复为时间未定", "3月10日", "还没有发出")
    world.tick()
    world.张三.receives_nothing()
    world.陈静.says("三月有什么活动").hears("时间未定")
    assert audited(world, "activity.restore") == 1
    world.陈静.says(SET_MARCH).hears("已定")
    world.tick()
    world.张三.receives("多功能厅")


def test_another_date_is_taken_back_with_one_correction(world):
    in_window(world.at("2017-03-01 09:00"), "张三")
    world.陈静.says(SET_MARCH)
    world.tick()
    world.陈静.says(MOVE_MARCH)
    world.tick()
    world.张三.receives("会议室")
    world.at("2017-03-01 09:09").陈静.says("撤销").hears("恢复为3月10日（周五）14:00，多功能厅", "正在更正通知8人")
    world.tick()
    assert ["以这一条为准" in text and "3月10日" in text for text in world.张三.pushed()] == [True]
    world.tick()
    world.张三.receives_nothing()


def test_who_heard_neither_date_hears_the_right_one_once(world):
    in_window(world.at("2017-03-06 20:30"), "张三")
    world.陈静.says(SET_MARCH)
    world.at("2017-03-06 20:31").陈静.says(MOVE_MARCH)
    world.at("2017-03-06 20:32").陈静.says("撤销").hears("休息时间", "更正通知8人")
    world.at("2017-03-07 08:00").tick()
    pushed = world.张三.pushed()
    assert ["3月10日" in text and "会议室" not in text for text in pushed] == [True]
    assert count(world, Outbox, Outbox.state == OutboxState.DROPPED) == 16


def test_a_cancelled_activity_takes_place_after_all(world):
    in_window(world.at("2017-03-01 09:00"), "张三")
    world.陈静.says(SET_MARCH)
    world.tick()
    world.张三.pushed()
    world.陈静.says("取消活动 三月主题党日").says("确认").hears("已取消")
    world.tick()
    world.张三.receives("取消了")
    world.陈静.says("撤销").hears("恢复为3月10日")
    world.tick()
    world.张三.receives("取消通知有误", "3月10日")


def test_an_added_activity_is_off_again_also_for_those_named(world):
    in_window(world.at("2017-03-01 09:00"), "钱多")
    world.陈静.says("添加活动 消防演练 3月20日 15:00 操场 钱多").hears("已添加")
    world.tick()
    world.钱多.receives("消防演练")
    world.陈静.says("撤销").hears("消防演练不办了")
    world.tick()
    world.钱多.receives("有误", "不用参加")
    world.at("2017-03-19 16:45").tick()
    world.钱多.receives_nothing()


def test_the_audience_comes_back_without_names_in_the_step(world):
    in_window(world.at("2017-03-01 09:00"), "钱多")
    world.陈静.says("添加活动 消防演练 3月20日 15:00 操场 钱多")
    world.tick()
    world.钱多.pushed()
    world.at("2017-03-01 09:20").陈静.says("改期 消防演练 3月21日 15:00 操场 全体").hears("全体")
    with world.session() as session:
        assert "钱多" not in str(session.scalars(select(UndoStep.data).order_by(UndoStep.id.desc())).first())
    world.tick()
    world.钱多.receives("3月21日")
    world.陈静.says("撤销").hears("恢复为3月20日")
    world.tick()
    world.钱多.receives("以这一条为准", "3月20日")
    world.何园.receives("您不用参加")
    with world.session() as session:
        assert session.scalars(select(Activity)).one().audience == ["钱多"]


def test_what_another_secretary_has_moved_since_stays(world):
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.林副.says(MOVE_MARCH)
    world.陈静.says("撤销").hears("又有了新的安排", "3月17日", "没有撤销")
    world.林副.says("撤销").hears("恢复为3月10日")
    with world.session() as session:
        assert session.scalars(select(Activity)).one().version == 3


def test_a_date_at_which_people_have_checked_in_stays(world):
    world.at("2017-03-10 13:45").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.张三.says("签到").hears("签到成功")
    world.陈静.says("撤销").hears("已经有人签到", "没有撤销")
