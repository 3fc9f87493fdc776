"""Scenes: 书记 dates, moves, cancels and adds activities; those concerned are told, once."""

import pytest
from sqlalchemy import func, select

from data.models import Activity, AuditRecord, Outbox, OutboxState, Plan
from tests.world import World

SET_MARCH = "设置 三月主题党日 3月10日 14:00 多功能厅"


def count(world: World, table: type, *conditions: object) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions))


# --- dating ---

def test_the_secretary_sets_a_date_and_the_members_are_told_once(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.陈静.hears("已定：三月主题党日活动", "3月10日（周五）14:00", "多功能厅", "对象：党员", "通知8人")
    world.陈静.hears("要改：改期 三月主题党日活动", "不办：取消活动 三月主题党日活动")
    world.tick()
    world.李四.receives("主题党日活动", "多功能厅")
    world.王五.receives("主题党日活动")
    world.孙琪.receives_nothing()
    world.钱多.receives_nothing()
    world.陈静.receives_nothing()
    world.tick()
    world.李四.receives_nothing()


@pytest.mark.parametrize(("said", "when", "place"), [
    ("设置 主题党日 3月10日下午两点 多功能厅", "3月10日（周五）14:00", "多功能厅"),
    ("设置 3月主题党日活动 3/10 14:00-15:30 多功能厅", "3月10日（周五）14:00-15:30", "多功能厅"),
    ("设置 3月10日 14:00 主题党日 多功能厅", "3月10日（周五）14:00", "多功能厅"),
    ("设置 三月主题党日 下周五14点", "3月10日（周五）14:00", "待定"),
    ("把三月的主题党日定在3月10日下午两点，在多功能厅", "3月10日（周五）14:00", "多功能厅"),
])
def test_a_date_is_said_in_many_ways(world: World, said: str, when: str, place: str) -> None:
    world.at("2017-03-01 09:00").陈静.says(said).hears("已定：三月主题党日活动", f"时间：{when}\n", f"地点：{place}")


def test_the_deputy_may_too_and_others_may_not(world: World) -> None:
    world.at("2017-03-01 09:00")
    for actor in (world.张三, world.李梅, world.钱多, world.何园):
        actor.says(SET_MARCH).hears("由书记或副书记操作")
    world.stranger.says(SET_MARCH).hears("绑定")
    assert count(world, Activity) == 0
    world.林副.says(SET_MARCH).hears("已定")


def test_the_same_words_again_change_and_send_nothing(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH).says(SET_MARCH).hears("没有改动")
    assert count(world, Outbox) == 8
    assert count(world, AuditRecord, AuditRecord.action == "activity.set") == 1


def test_a_place_can_come_later(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日 3月10日 14:00").hears("地点：待定")
    world.陈静.says("设置 三月主题党日 地点 会议室")
    world.陈静.hears("已改", "3月10日（周五）14:00", "地点：会议室").hears_not("原定")


def test_a_missing_hour_is_asked_for(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日 3月10日 多功能厅").hears("3月10日（周五）几点开始")
    world.陈静.says("三月有什么活动").hears("主题党日活动：时间未定")
    world.陈静.says("14:00-15:30").hears("已定", "3月10日（周五）14:00-15:30", "多功能厅")


def test_a_missing_day_is_asked_for(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日").hears("哪一天、几点")
    world.陈静.says("3月10日 14:00 多功能厅").hears("已定", "3月10日（周五）14:00", "多功能厅")


def test_a_day_that_does_not_exist_is_asked_about(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 四月主题党日 4月31日 14:00 多功能厅")
    world.陈静.hears("没有“4月31日”", "请回复日期和时间")
    assert count(world, Activity) == 0
    world.陈静.says("4月28日 14:00").hears("已定", "4月28日（周五）14:00", "多功能厅")


def test_a_time_that_is_past_is_asked_about(world: World) -> None:
    world.at("2017-03-15 14:30").陈静.says("设置 三月主题党日 3月15日 14:00 多功能厅")
    world.陈静.hears("3月15日（周三）14:00已经过去了", "请回复以后的日期和时间")
    assert count(world, Activity) == 0
    world.陈静.says("3月17日 14:00").hears("已定", "3月17日（周五）14:00", "多功能厅")


def test_a_day_that_has_just_passed_may_be_next_years(world: World) -> None:
    world.at("2017-03-15 09:00").陈静.says(SET_MARCH).hears("3月10日已经过去。定在2018年3月10日（周六）吗？", "“取消”放弃。")
    assert count(world, Activity) == 0
    world.陈静.says("确认").hears("已定：2018年三月主题党日活动", "2018年3月10日（周六）14:00", "沿用2017年计划")
    world.tick()
    world.李四.receives("主题党日活动", "2018年3月10日")
    world.陈静.says("改期 2018年三月主题党日 地点改成会议室").hears("已改：2018年三月", "地点：会议室")


@pytest.mark.parametrize(("said", "when"), [
    ("设置 明年五月主题党日 5月11日 14:00 厅", "2018年5月11日（周五）14:00"),
    ("设置 2018年五月主题党日 5月11日 14:00 厅", "2018年5月11日（周五）14:00"),
    ("设置 五月主题党日 2018年5月11日 14:00 厅", "2018年5月11日（周五）14:00"),
    ("设置 一月专题讲座 1月12日 14:00 厅", "2018年1月12日（周五）14:00"),
    ("添加活动 消防演练 1月12日 14:00 操场", "2018年1月12日（周五）14:00"),
])
def test_a_year_that_is_said_or_follows_is_kept_and_named(world: World, said: str, when: str) -> None:
    world.at("2017-11-01 09:00").陈静.says(said).hears("已", f"时间：{when}\n")


# --- one thing changed ---

@pytest.mark.parametrize(("said", "now"), [
    ("三月主题党日地点改成会议室", "3月10日（周五）14:00\n地点：会议室"),
    ("改期 三月主题党日 地点改成会议室", "3月10日（周五）14:00\n地点：会议室"),
    ("改期 三月主题党日 推迟一周", "3月17日（周五）14:00（原定3月10日（周五）14:00）\n地点：多功能厅"),
    ("三月主题党日推迟一周", "3月17日（周五）14:00（原定3月10日（周五）14:00）\n地点：多功能厅"),
    ("改期 三月主题党日提前一天", "3月9日（周四）14:00（原定3月10日（周五）14:00）\n地点：多功能厅"),
])
def test_a_place_or_a_shift_changes_only_that(world: World, said: str, now: str) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH).says(said).hears("已改：三月主题党日活动", now)


def test_a_shift_is_checked_like_any_day_and_needs_an_old_one(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH).says("三月主题党日推迟一天").hears("3月11日是周六", "仍然定在")
    world.陈静.says("改期 四月主题党日 推迟一周").hears("还没有定时间", "哪一天、几点")
    world.陈静.says("4月12日 14:00").hears("已定：四月主题党日活动", "4月12日（周三）14:00")


def test_the_entry_is_found_by_its_words_also_when_only_the_place_changes(world: World) -> None:
    world.at("2017-12-01 09:00").陈静.says("设置 十二月总结工作 12月15日 14:00 会议室").hears("教学展示活动，做总结工作")
    world.陈静.says("十二月总结工作地点改成操场").hears("教学展示活动，做总结工作", "地点：操场")


def test_a_holiday_names_a_day(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 四月主题党日 清明节 14:00 烈士陵园").hears("4月2日（周日）是清明放假")
    world.陈静.says("确认").hears("4月2日（周日）14:00", "烈士陵园")


@pytest.mark.parametrize(("said", "doubt"), [
    ("设置 三月主题党日 3月11日 14:00", "3月11日是周六"),
    ("设置 五月主题党日 5月1日 14:00", "5月1日（周一）是劳动节放假"),
    ("设置 三月主题党日 4月7日 14:00", "计划安排在三月，这一天在四月"),
    ("设置 三月主题党日 3月10日 23:00", "时间是23:00"),
    ("添加活动 主题党日 3月10日 14:00", "计划里的三月主题党日活动还没有定时间"),
])
def test_an_odd_day_is_asked_about_before_it_is_taken(world: World, said: str, doubt: str) -> None:
    world.at("2017-03-01 09:00").陈静.says(said).hears(doubt, "仍然定在", "回复“取消”放弃。")
    assert count(world, Activity) == 0
    world.陈静.says("确认").hears("已")
    assert count(world, Activity) == 1


def test_a_refused_odd_day_leaves_everything_as_it_was(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日 3月11日 14:00").says("取消")
    world.陈静.says("三月有什么活动").hears("主题党日活动：时间未定")
    assert count(world, Outbox) == 0


def test_a_saturday_that_is_worked_needs_no_question(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 四月主题党日 4月1日 14:00 多功能厅")
    world.陈静.hears("已定", "4月1日（周六）14:00")


def test_several_lines_that_fit_are_offered(world: World) -> None:
    world.at("2017-05-02 09:00").陈静.says("设置 五月党日 5月12日 14:00").hears("1. 主题党日活动", "2. 党日专题活动")
    world.陈静.says("2").hears("已定：五月党日专题活动", "5月12日（周五）14:00")


def test_a_line_that_is_not_there_is_refused_with_what_is(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月消防演练 3月20日 15:00 操场")
    world.陈静.hears("没有找到“消防演练”", "1. 主题党日活动", "添加活动 消防演练 3月20日 15:00 操场")


def test_equal_titles_in_different_months_stay_apart(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.陈静.says("设置 四月主题党日 4月12日 14:00 会议室").hears("四月主题党日活动")
    world.陈静.says("改期 四月主题党日 4月14日")
    world.陈静.hears("已改：四月", "4月14日（周五）14:00（原定4月12日（周三）14:00）", "会议室")
    world.张三.says("三月有什么活动").hears("3月10日（周五）14:00，多功能厅")


def test_a_date_in_january_is_next_years_at_the_end_of_a_year(world: World) -> None:
    world.at("2017-12-21 09:00").陈静.says("设置 一月上缴党费 1月5日 12:30 会议室")
    world.陈静.hears("1月5日（周五）12:30", "沿用2017年计划")
    with world.session() as session:
        assert session.scalars(select(Activity.year)).one() == 2018


def test_the_plan_of_2017_still_serves_in_2026(world: World) -> None:
    world.at("2026-03-02 09:00").陈静.says("设置 三月主题党日 3月11日 14:00 多功能厅")
    world.陈静.hears("3月11日（周三）14:00", "（沿用2017年计划）")
    world.张三.says("三月有什么活动").hears("3月11日（周三）14:00，多功能厅")


def test_a_year_whose_holidays_are_not_announced_is_mentioned(world: World) -> None:
    world.at("2030-03-01 09:00").陈静.says("设置 三月主题党日 3月13日 14:00").hears("2030年的放假安排还没有公布")


def test_a_training_tells_those_who_are_trained(world: World) -> None:
    world.at("2017-06-01 09:00").陈静.says("设置 6月入党积极分子培训 6月16日 13:30-15:30 会议室")
    world.陈静.hears("对象：积极分子、发展对象", "2人")
    world.tick()
    world.孙琪.receives("入党积极分子培训活动", "会议室")
    world.赵六.receives("入党积极分子培训活动")


# --- moving and cancelling ---

def test_a_move_tells_the_new_time_and_drops_the_older_notice(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.陈静.says("改期 三月主题党日 3月17日").hears("原定3月10日（周五）14:00")
    world.张三.says("帮助")
    world.tick()
    told = world.张三.pushed()
    assert len([text for text in told if "主题党日活动" in text]) == 1
    assert "3月17日（周五）14:00" in told[0]
    assert count(world, Outbox, Outbox.state == OutboxState.DROPPED) == 8


def test_an_hour_alone_keeps_the_day_and_the_old_day_can_name_the_activity(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.陈静.says("改期 三月主题党日 15:00").hears("3月10日（周五）15:00", "多功能厅")
    world.陈静.says("改期 3月10日的主题党日 3月17日").hears("3月17日（周五）15:00")


def test_nothing_to_change_is_asked_back(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH).says("改期 三月主题党日").hears("现在是3月10日", "要改成什么时候")
    world.陈静.says("3月17日 15:00").hears("已改", "3月17日（周五）15:00", "多功能厅")


def test_what_is_over_is_not_moved_or_cancelled(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.at("2017-03-11 09:00").陈静.says("改期 三月主题党日 3月17日").hears("已经结束")
    world.陈静.says("取消活动 三月主题党日").hears("已经结束")


def test_cancelling_waits_for_a_word_and_tells_everybody(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.tick()
    world.李四.pushed()
    world.陈静.says("取消活动 三月主题党日")
    world.陈静.hears("将取消：主题党日活动", "3月10日（周五）14:00", "通知8人", "回复“取消”放弃。")
    world.tick()
    world.李四.receives_nothing()
    world.陈静.says("确认").hears("已取消", "通知8人")
    world.tick()
    world.李四.receives("主题党日活动", "取消")
    world.at("2017-03-10 13:50").李四.says("签到").hears_not("签到成功")


def test_a_cancelled_one_can_be_set_again(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("取消活动 三月主题党日").hears("时间未定").says("确认").hears("已取消")
    world.陈静.says(SET_MARCH).hears("已定：三月主题党日活动")
    world.张三.says("三月有什么活动").hears("3月10日（周五）14:00")


def test_a_preview_does_not_cancel_what_was_moved_meanwhile(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH).says("取消活动 三月主题党日")
    world.林副.says("改期 三月主题党日 3月17日")
    world.陈静.says("确认").hears("新的安排", "没有取消")
    world.张三.says("三月有什么活动").hears("3月17日（周五）14:00")


def test_only_the_secretary_cancels(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.张三.says("取消活动 三月主题党日").hears("由书记或副书记操作").says("确认")
    assert count(world, AuditRecord, AuditRecord.action == "activity.cancel") == 0


def test_who_is_on_leave_reads_how_to_come_at_the_new_time(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.张三.says("请假 主题党日").hears("已请假")
    world.李四.says("你好")
    world.tick()
    for actor in (world.张三, world.李四):
        actor.pushed()
    world.陈静.says("改期 三月主题党日 3月17日 14:00").hears("正在通知8人")
    world.tick()
    told = [text for text in world.张三.pushed() if "活动改期" in text]
    assert len(told) == 1
    assert "新的时间能来请回复“销假”" in told[0]
    assert "“请假”加原因" not in told[0]
    world.李四.receives("活动改期", "“请假”加原因")
    world.at("2017-03-04 09:00").王五.says("请假 主题党日")
    world.at("2017-03-08 09:00").陈静.says("改期 三月主题党日 地点改成会议室")
    world.tick()
    world.王五.receives("能来请回复销假")  # as a template message, on 20 characters
    world.张三.says("我又能来了").hears("已销假", "3月17日")


# --- adding ---

def test_an_added_activity_has_its_audience(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("添加活动 消防演练 3月20日 15:00 操场 全体")
    world.陈静.hears("已添加：消防演练", "操场", "对象：全体", "正在通知13人，另1人还没有绑定")
    world.tick()
    world.钱多.receives("消防演练", "操场")
    world.张三.says("三月有什么活动").hears("3. 消防演练：3月20日（周一）15:00，操场")


@pytest.mark.parametrize(("said", "audience"), [
    ("添加活动 消防演练 3月20日 15:00", "全体"),
    ("添加活动 支部委员会议 3月20日 15:00 会议室", "党员"),
    ("添加活动 党课 3月20日 15:00 会议室", "党员、积极分子"),
    ("添加活动 组长碰头 3月20日 15:00 会议室 第一党小组", "第一党小组"),
    ("添加活动 谈心 3月20日 15:00 办公室 张三、李四", "张三、李四"),
    ("添加活动 座谈 3月20日 15:00 党员活动室 预备党员和积极分子", "预备党员、积极分子"),
])
def test_the_audience_is_as_said_or_goes_by_the_title(world: World, said: str, audience: str) -> None:
    world.at("2017-03-01 09:00").陈静.says(said).hears("已添加", f"对象：{audience}。")


def test_two_at_the_same_time_with_the_same_people_are_mentioned(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH).says("添加活动 消防演练 3月10日 15:00 操场 全体")
    world.陈静.hears("已添加", "同一时间还有“主题党日活动”", "人员有重叠")
    world.陈静.says("添加活动 家长会 3月10日 16:30 操场 教师").hears("已添加").hears_not("同一时间还有“主题党日活动”")


def test_an_added_activity_is_moved_and_cancelled_by_its_name(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("添加活动 消防演练 3月20日 15:00 操场 全体")
    world.陈静.says("改期 消防演练 3月21日 15:30 大操场").hears("3月21日（周二）15:30", "大操场")
    world.陈静.says("取消活动 消防演练").says("确认").hears("已取消")


@pytest.mark.parametrize(("said", "usage"), [
    ("设置", "设置 三月主题党日 3月10日 14:00 多功能厅"), ("改期", "改期 三月主题党日"),
    ("取消活动", "取消活动 三月主题党日"), ("添加活动", "添加活动 消防演练 3月20日 15:00 操场 全体"),
])
def test_an_order_without_words_shows_how_it_is_said(world: World, said: str, usage: str) -> None:
    world.陈静.says(said).hears("没有看到活动名称", usage)


def test_a_title_that_is_too_long_is_refused(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(f"添加活动 {'很' * 61}长 3月20日 15:00").hears("太长")
    assert count(world, Activity) == 0


# --- what is kept, and who is kept out ---

def test_every_change_is_kept_with_its_author(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.陈静.says("改期 三月主题党日 3月17日").says("取消活动 三月主题党日").says("确认")
    with world.session() as session:
        records = session.scalars(select(AuditRecord).where(AuditRecord.subject.like("activity/%"))
                                  .order_by(AuditRecord.id)).all()
    assert [record.action for record in records] == ["activity.set", "activity.move", "activity.cancel"]
    assert len({record.by_person_id for record in records} - {None}) == 1
    assert records[1].detail["before"] != records[1].detail["after"]


def test_without_any_plan_an_order_is_refused_calmly(world: World) -> None:
    with world.session() as session:
        for plan in session.scalars(select(Plan)):
            plan.active = False
        session.commit()
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.陈静.hears("没有找到“主题党日”", "三月没有安排", "添加活动 主题党日 3月10日 14:00 多功能厅")
    world.张三.says("三月有什么活动").hears("没有2017年的工作计划")
    world.张三.says("五个抓手是什么").hears("没有2017年的工作计划")


def test_a_notice_set_in_the_quiet_hours_goes_in_the_morning(world: World) -> None:
    world.at("2017-03-02 19:00").tick()
    world.李四.pushed()
    world.at("2017-03-02 21:30").陈静.says(SET_MARCH).hears("现在是休息时间，3月3日（周五）07:30通知8人")
    world.tick()
    world.李四.receives_nothing()
    world.at("2017-03-03 07:30").tick()
    world.李四.receives("主题党日活动")


def test_help_names_the_next_activity_and_what_still_wants_a_date(world: World) -> None:
    world.at("2017-03-05 09:00").陈静.says(SET_MARCH).says("帮助").hears("最近的活动：主题党日活动", "本月还有1项没有定时间")
    world.李四.says("帮助").hears("最近的活动：主题党日活动，3月10日（周五）14:00").hears_not("没有定时间")
    world.钱多.says("帮助").hears_not("最近的活动", "设置 三月主题党日")
