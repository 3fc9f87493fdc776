"""Scenes of checking in: 签到, 请假, 销假, 补签 and what officers see."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from data.models import (
    Activity,
    ActivityState,
    AuditRecord,
    Branch,
    CheckIn,
    Identity,
    Leave,
    OpenQuestion,
    Outbox,
    Person,
)
from handlers.checkin import groups, records
from tests.world import ZONE, World

REASON = "孩子发烧"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def plans(world: World, title: str, start: str, hours: float | None = 2, kind: str = "主题党日",
          audience: tuple[str, ...] = ("党员",), place: str = "多功能厅") -> int:
    """An activity in the calendar; `hours` None: its end was not said."""
    begins = moment(start)
    with world.session() as session, session.begin():
        branch = session.scalars(select(Branch.id)).first()
        activity = Activity(branch_id=branch, plan_entry_id=None, year=begins.year, title=title, kind=kind,
                            starts_at=begins, ends_at=begins + timedelta(hours=hours) if hours else None,
                            place=place, audience=list(audience))
        session.add(activity)
        session.flush()
        return activity.id


@pytest.fixture
def theme_day(world: World) -> int:
    """主题党日 on 10 March from two to four."""
    return plans(world, "主题党日活动", "2017-03-10 14:00")


# Checking in

def test_a_member_checks_in_while_the_activity_is_open(world, theme_day):
    world.at("2017-03-10 14:05")
    world.张三.says("签到").hears("签到成功", "主题党日活动", "3月10日（周五）14:00", "多功能厅", "第1位")
    world.李四.says("签到").hears("签到成功", "第2位")


def test_a_second_check_in_keeps_its_time_and_place(world, theme_day):
    world.at("2017-03-10 14:05").张三.says("签到").hears("第1位")
    world.李四.says("签到").hears("第2位")
    world.at("2017-03-10 14:30").张三.says("签到").hears("您已签到", "14:05", "第1位")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 2


@pytest.mark.parametrize(("at", "answer"), [
    ("13:29", "13:30起可以签到"),  # a minute early
    ("13:30", "签到成功"),  # 30 minutes before the start
    ("16:00", "签到成功"),  # up to the end
    ("16:01", "签到已在16:00结束"),  # a minute late
])
def test_the_window_opens_half_an_hour_before_and_closes_at_the_end(world, theme_day, at, answer):
    world.at(f"2017-03-10 {at}").张三.says("签到").hears(answer, "主题党日活动")


@pytest.mark.parametrize(("at", "answer"), [("16:00", "签到成功"), ("16:01", "签到已在16:00结束")])
def test_an_activity_without_an_end_stays_open_for_two_hours(world, at, answer):
    plans(world, "主题党日活动", "2017-03-10 14:00", hours=None)
    world.at(f"2017-03-10 {at}").张三.says("签到").hears(answer)


def test_two_open_activities_are_asked_about(world, theme_day):
    plans(world, "专题讲座", "2017-03-10 14:30", kind="专题讲座")
    world.at("2017-03-10 14:35").张三.says("签到").hears("哪一项", "1. 主题党日活动", "2. 专题讲座")
    world.张三.says("2").hears("签到成功", "专题讲座")
    world.张三.says("签到 主题党日").hears("签到成功", "主题党日活动")


def test_an_activity_for_others_is_not_asked_about(world, theme_day):
    plans(world, "积极分子培训", "2017-03-10 14:00", kind="入党积极分子培训", audience=("积极分子", "发展对象"))
    world.at("2017-03-10 14:05").张三.says("签到").hears("签到成功", "主题党日活动")
    world.孙琪.says("签到").hears("签到成功", "积极分子培训")


def test_nothing_is_dated_yet(world):
    world.at("2017-03-10 14:05").张三.says("签到").hears("没有可以签到的活动", "还没有定时间")


def test_who_does_not_belong_to_the_activity_is_told_whom_it_is_for(world, theme_day):
    world.at("2017-03-10 14:05").钱多.says("签到").hears("党员", "不用签到", "补签")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 0


def test_strangers_and_the_unbound_do_not_check_in(world, theme_day):
    world.at("2017-03-10 14:05").stranger.says("签到").hears("绑定")


def test_nobody_checks_in_for_another(world, theme_day):
    world.at("2017-03-10 14:05").李四.says("签到 张三").hears("本人", "补签")
    world.陈静.says("签到 张三").hears("补签 姓名")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 0


def test_a_cancelled_activity_is_not_open(world, theme_day):
    with world.session() as session, session.begin():
        session.get_one(Activity, theme_day).state = ActivityState.CANCELLED
    world.at("2017-03-10 14:05").张三.says("签到").hears("没有可以签到的活动")


def test_a_check_in_survives_a_restart(world, make_world, theme_day):
    world.at("2017-03-10 14:05").张三.says("签到").hears("第1位")
    again = make_world()
    again.at("2017-03-10 14:20").张三.says("签到").hears("您已签到", "14:05")


def test_many_who_arrive_at_once_get_different_places(world, theme_day):
    now = moment("2017-03-10 14:05")
    with world.session() as session:
        ids = list(session.scalars(select(Person.id).where(Person.identity == Identity.MEMBER)))
    ranks: list[int] = []

    def arrive(person_id: int) -> None:
        with world.session() as session, session.begin():
            activity = session.get_one(Activity, theme_day)
            done = records.check_in(session, session.get_one(Person, person_id), activity, now)
            ranks.append(done.rank)
    threads = [threading.Thread(target=arrive, args=(person_id,)) for person_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ranks) == list(range(1, len(ids) + 1))


def test_how_to_check_in_is_explained_with_the_next_chance(world, theme_day):
    world.at("2017-03-10 09:00").张三.says("怎么签到").hears("签到", "请假", "补签", "13:30起可以签到")


def test_help_says_that_something_is_open(world, theme_day):
    world.at("2017-03-10 14:05").张三.says("帮助").hears("主题党日活动", "现在可以签到")
    world.张三.says("签到").hears("签到成功")
    world.张三.says("帮助").hears_not("现在可以签到")


def test_naming_what_is_not_open_checks_in_to_nothing(world, theme_day):
    plans(world, "党课", "2017-03-13 14:00", kind="党课")
    world.at("2017-03-10 14:05").张三.says("签到 党课").hears("党课现在不能签到", "主题党日活动")
    world.张三.says("我的签到").hears("没有您的签到记录")


@pytest.mark.parametrize("said", ["我到了", "到了到了，签到", "党日签到", "我到多功能厅了"])
def test_people_check_in_in_their_own_words(world, theme_day, said):
    world.at("2017-03-10 14:05").张三.says(said).hears("签到成功")


# Leave

def test_leave_is_a_state_of_its_own_and_the_secretary_hears_the_reason(world, theme_day):
    world.at("2017-03-09 10:00").张三.says(f"请假 {REASON}").hears("已请假", "3月10日（周五）14:00", "已转告陈静")
    world.张三.hears_not(REASON)
    world.tick()
    world.陈静.receives("张三请假", "多功能厅", REASON)
    world.at("2017-03-10 14:10").陈静.says("签到情况").hears("请假1人", "请假：张三")
    world.陈静.says("未签到名单").hears("请假1人不计在内").hears_not("张三、")


def kept(world: World) -> str:
    """Everything that the outbox, the audit and the open questions say."""
    with world.session() as session:
        pushes = [f"{row.text} {row.fields} {row.why}" for row in session.scalars(select(Outbox))]
        audits = [str(row.detail) for row in session.scalars(select(AuditRecord))]
        asked = [f"{row.data} {row.prompt}" for row in session.scalars(select(OpenQuestion))]
    return "\n".join((*pushes, *audits, *asked))


def test_the_reason_is_kept_nowhere_once_it_was_passed_on(world, theme_day):
    world.at("2017-03-09 10:00").张三.says(f"请假 {REASON}")
    world.tick()
    world.陈静.receives(REASON)
    assert "张三请假" in kept(world)
    assert REASON not in kept(world)


def test_a_reason_that_was_asked_about_is_kept_nowhere_either(world, theme_day):
    plans(world, "党课", "2017-03-13 14:00", kind="党课")
    world.at("2017-03-09 10:00").张三.says(f"请假 {REASON}")
    world.张三.says("1").hears("已请假")
    world.陈静.says("你好")
    world.tick()
    world.陈静.receives(REASON)
    assert REASON not in kept(world)


def test_a_long_reason_can_be_read_in_full_until_it_is_too_old(world, theme_day):
    reason = "孩子发烧到三十九度，要带去余杭区第一人民医院看急诊，晚上才能回来"
    world.at("2017-03-09 10:00").张三.says(f"请假 {reason}")
    world.tick()
    world.陈静.receives("张三请假", "详情").says("详情").hears(reason)
    world.at("2017-03-11 12:00").tick()
    assert reason not in kept(world)


def test_a_reason_that_waits_for_the_secretary_comes_once_and_is_gone(make_world):
    world = make_world(WECHAT_ACCOUNT="subscription")
    plans(world, "主题党日活动", "2017-03-10 14:00")
    world.at("2017-03-09 10:00").张三.says(f"请假 {REASON}")
    world.tick()
    world.at("2017-03-09 11:00").陈静.says("你好").hears("张三请假", REASON)
    world.陈静.says("你好").hears_not(REASON)
    assert REASON not in kept(world)


def test_free_words_are_passed_on_as_they_were_said(world, theme_day):
    said = "我明天的主题党日去不了，家里有事"
    world.at("2017-03-09 10:00").张三.says(said).hears("已请假", "原话已转告陈静").hears_not("家里有事")
    world.陈静.says("你好")
    world.tick()
    world.陈静.receives("张三请假：主题党日活动", f"原话：{said}")


def test_leave_needs_no_reason(world, theme_day):
    world.at("2017-03-09 10:00").张三.says("请假").hears("已请假", "已告诉陈静").hears_not("原因")


def test_a_second_request_for_leave_changes_nothing(world, theme_day):
    world.at("2017-03-09 10:00").张三.says("请假").hears("已请假")
    world.at("2017-03-09 10:05").张三.says("请假").hears("您已请假", "不用再发")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Leave)) == 1
        assert session.scalar(select(func.count()).where(Outbox.kind == "leave_notice")) == 1


def test_several_near_activities_are_asked_about_and_the_reason_comes_along(world, theme_day):
    plans(world, "党课", "2017-03-13 14:00", kind="党课")
    world.at("2017-03-09 10:00").张三.says(f"请假 {REASON}").hears("哪一项", "1. 主题党日活动", "2. 党课")
    world.张三.says("2").hears("已请假", "党课")
    world.陈静.says("你好")
    world.tick()
    world.陈静.receives("张三请假：党课", REASON)


@pytest.mark.parametrize(("said", "what"), [
    ("请假 三月主题党日", "主题党日活动（3月24日"),  # the month picks it
    ("请假 3月24日 孩子发烧", "主题党日活动（3月24日"),  # the day picks it
    ("请假 党课 孩子发烧", "党课（3月13日"),  # the kind picks it
    ("请假 孩子发烧", "党课（3月13日"),  # nothing picks it, and only one is near
], ids=["month", "day", "kind", "none"])
def test_words_pick_the_activity(world, said, what):
    plans(world, "党课", "2017-03-13 14:00", kind="党课")
    plans(world, "主题党日活动", "2017-03-24 14:00")
    world.at("2017-03-09 10:00").张三.says(said).hears("已请假", what)


@pytest.mark.parametrize("said", ["请假 4月20日", "请假 四月主题党日"])
def test_leave_from_what_is_not_in_the_calendar_is_not_taken_from_another(world, theme_day, said):
    world.at("2017-03-09 10:00").张三.says(said).hears("没有找到", "接下来是主题党日活动")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Leave)) == 0


def test_leave_after_the_end_is_refused(world, theme_day):
    world.at("2017-03-11 10:00").张三.says("请假 3月10日").hears("已经结束")


def test_what_one_has_checked_in_to_is_not_the_next_activity(world, theme_day):
    world.at("2017-03-10 13:50").张三.says("签到").hears("签到成功")
    world.张三.says("我的签到").hears("已签到13:50", "接下来的活动还没有定时间").hears_not("下一次活动")


@pytest.mark.parametrize("said", ["三月有什么活动", "签到情况", "缴费情况"])
def test_a_question_is_answered_while_names_are_awaited(world, theme_day, said):
    world.at("2017-03-10 15:00").李梅.says("补签").hears("给谁补签").says(said).hears_not("没有补签", "给谁")
    world.李梅.says("确认").hears("还不用确认", "请回复姓名")
    world.李梅.says("李四").hears("已补签李四")


def test_own_leave_shows_among_own_check_ins(world, theme_day):
    world.at("2017-03-09 10:00").张三.says("请假")
    world.张三.says("我的签到").hears("下一次活动：主题党日活动", "您已请假")
    world.at("2017-03-12 10:00").张三.says("我的签到").hears("请假1次", "未签到0次")


def test_leave_with_nothing_ahead(world):
    world.at("2017-03-09 10:00").张三.says("请假").hears("没有已定时间", "不用请假")


def test_leave_while_it_is_going_on(world, theme_day):
    world.at("2017-03-10 14:10").张三.says("请假 堵车").hears("已请假", "主题党日活动")


def test_leave_after_checking_in_is_no_use(world, theme_day):
    world.at("2017-03-10 14:05").张三.says("签到")
    world.张三.says("请假").hears("您已签到", "不用请假")


def test_checking_in_withdraws_the_leave(world, theme_day):
    world.at("2017-03-09 10:00").张三.says("请假").hears("已请假")
    world.at("2017-03-10 14:05").张三.says("签到").hears("签到成功", "请假已撤销")
    world.陈静.says("签到情况").hears("已签到1人", "请假0人")


def test_leave_can_be_withdrawn_and_asked_for_again(world, theme_day):
    world.at("2017-03-09 10:00").张三.says("请假")
    world.at("2017-03-09 11:00").张三.says("销假").hears("已销假", "主题党日活动", "陈静")
    world.张三.says("销假").hears("没有请假")
    world.at("2017-03-09 12:00").张三.says("请假").hears("已请假")
    world.at("2017-03-10 14:05").陈静.says("签到情况").hears("请假1人")


def test_the_secretary_on_leave_is_not_told_of_herself(world, theme_day):
    world.at("2017-03-09 10:00").陈静.says("请假 开会").hears("已请假")
    with world.session() as session:
        assert session.scalar(select(func.count()).where(Outbox.kind == "leave_notice")) == 0


# 补签

def test_an_officer_enters_several_at_once_with_both_times(world, theme_day):
    world.at("2017-03-11 09:00").李梅.says("补签 张三、李四").hears("主题党日活动", "已补签张三", "已补签李四")
    with world.session() as session:
        record = session.scalars(select(CheckIn).order_by(CheckIn.id)).first()
        assert record.happened_at == moment("2017-03-10 14:00")
        assert record.entered_at == moment("2017-03-11 09:00")
        assert session.get_one(Person, record.entered_by).name == "李梅"


def test_entering_somebody_twice_is_harmless(world, theme_day):
    world.at("2017-03-10 14:05").张三.says("签到")
    world.李梅.says("补签 张三 李四").hears("张三已在14:05签到，不用补签", "已补签李四")
    world.陈静.says("补签 李四").hears("李四已补签过，不用补签")


def test_entering_somebody_on_leave_withdraws_it(world, theme_day):
    world.at("2017-03-09 10:00").张三.says("请假")
    world.at("2017-03-10 15:00").李梅.says("补签 张三").hears("已补签张三", "请假已撤销")


def test_of_equal_names_the_one_in_the_audience_is_meant(world, theme_day):
    world.at("2017-03-10 15:00").李梅.says("补签 李四、张伟").hears("已补签李四", "已补签张伟")
    world.李梅.hears("参加对象中的张伟是张伟（党员，第一党小组", "张伟（教师，工号尾号014）", "补签 工号")
    world.张伟甲.says("我的签到").hears("已签到（补签）")
    world.张伟乙.says("我的签到").hears("没有您的签到记录")


def test_a_number_tells_equal_names_apart(world, theme_day):
    world.at("2017-03-10 15:00").李梅.says("补签 张伟 T014").hears("已补签张伟", "不在参加对象中")


def test_the_activity_can_be_named(world, theme_day):
    plans(world, "党课", "2017-03-20 14:00", kind="党课")
    world.at("2017-03-21 09:00").李梅.says("补签 张三 三月主题党日").hears("主题党日活动（3月10日", "已补签张三")
    world.李梅.says("补签 张三").hears("党课（3月20日", "已补签张三")


@pytest.mark.parametrize("said", ["补签周敏和吴兰", "给周敏、吴兰补签", "补签 T004，T005"])
def test_names_are_found_however_they_are_joined(world, theme_day, said):
    world.at("2017-03-11 09:00").李梅.says(said).hears("已补签周敏", "已补签吴兰")


@pytest.mark.parametrize(("said", "answer"), [
    ("补签 欧阳锋", "名册里没有找到“欧阳锋”"),  # nobody of that name
    ("补签 张三、欧阳锋", "“欧阳锋”不是名册里的姓名"),  # one of two: nothing is entered
    ("补签 张三丰", "“丰”不是名册里的姓名"),  # a name that contains another
    ("补签 张三 六月主题党日", "没有找到已经开始的这项活动"),  # not yet
    ("补签", "请问给谁补签"),
])
def test_what_cannot_be_entered_is_said(world, theme_day, said, answer):
    world.at("2017-03-11 09:00").李梅.says(said).hears(answer)
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 0


def test_the_name_that_was_asked_for_is_enough(world, theme_day):
    world.at("2017-03-11 09:00").李梅.says("补签").hears("请问给谁补签")
    world.李梅.says("张三").hears("已补签张三")


@pytest.mark.parametrize("who", ["张三", "钱多", "周敏", "何园"])
@pytest.mark.parametrize("said", ["补签 李四", "签到情况", "未签到名单", "催签到"])
def test_only_secretaries_and_the_organiser_may(world, theme_day, who, said):
    world.at("2017-03-10 14:05")
    getattr(world, who).says(said).hears("书记、副书记或组织委员").hears_not("李四")


def test_a_stranger_sees_no_lists(world, theme_day):
    world.at("2017-03-10 14:05").stranger.says("未签到名单").hears("绑定").hears_not("张三")


# What officers see

def test_the_overview_counts_and_names(world, theme_day):
    world.at("2017-03-10 13:50").王五.says("请假")
    world.at("2017-03-10 14:05").张三.says("签到")
    world.李梅.says("补签 李四")
    world.陈静.says("签到情况").hears("应到9人", "已签到2人（补签1人）", "请假1人", "未签到6人")
    world.陈静.hears("张三14:05", "李四（补签）", "请假：王五", "周敏", "催签到")


def test_the_overview_keeps_to_the_latest_activity_afterwards(world, theme_day):
    plans(world, "主题党日活动", "2017-04-14 14:00")
    world.at("2017-03-20 09:00").林副.says("签到情况").hears("3月10日", "未签到9人").hears_not("催签到", "4月14日")
    world.陈静.says("签到情况 四月").hears("4月14日", "还没有开始签到")
    world.陈静.says("签到情况 七月").hears("没有找到", "最近的是主题党日活动（3月10日")
    world.at("2018-01-05 09:00").陈静.says("签到情况").hears("2017年4月14日")


def test_an_overview_of_a_kind_that_is_still_to_come(world, theme_day):
    plans(world, "党课", "2017-03-13 14:00", kind="党课", audience=("党员", "积极分子"))
    world.at("2017-03-10 14:05").周敏.says("请假 党课")
    world.陈静.says("签到情况 党课").hears("党课（3月13日", "还没有开始签到", "应到10人", "请假：周敏")
    world.陈静.says("未签到名单 党课").hears("没有找到您说的活动")


def test_guests_are_listed_apart(world, theme_day):
    world.at("2017-03-10 15:00").李梅.says("补签 钱多").hears("不在参加对象中")
    world.李梅.says("签到情况").hears("应到9人", "已签到0人", "对象以外签到：钱多（补签）")


def test_own_attendance_of_the_year_counts_leave_apart(world, theme_day):
    plans(world, "党课", "2017-03-20 14:00", kind="党课")
    plans(world, "主题党日活动", "2017-04-14 14:00")
    world.at("2017-03-10 14:05").张三.says("签到")
    world.at("2017-03-20 13:00").张三.says("请假")
    world.at("2017-03-20 14:05").李四.says("签到")
    world.at("2017-04-14 14:05").李四.says("签到")
    world.at("2017-05-01 09:00").张三.says("我的签到").hears("应到3次", "已签到1次", "请假1次", "未签到1次")
    world.张三.hears("3月10日（周五）14:00）：已签到14:05", "3月20日（周一）14:00）：请假").hears_not("李四")


def test_an_activity_at_which_nobody_checked_in_counts_for_nobody(world, theme_day):
    world.at("2017-03-20 09:00").张三.says("我的签到").hears("还没有您的签到记录")


# 催签到

def test_the_missing_are_reminded_after_a_preview(world, theme_day):
    world.at("2017-03-10 13:50").王五.says("请假")
    world.at("2017-03-10 14:05").张三.says("签到")
    world.陈静.says("催签到").hears("将提醒7人", "主题党日活动", "确认", "取消")
    world.陈静.says("确认").hears("已安排提醒7人")
    world.李四.says("你好")
    world.tick()
    world.李四.receives("主题党日活动", "已经开始", "多功能厅", "回复“签到”")
    world.张三.receives_nothing()
    world.王五.receives_nothing()


def test_nobody_is_reminded_without_a_yes(world, theme_day):
    world.at("2017-03-10 14:05").陈静.says("催签到").hears("将提醒")
    world.陈静.says("取消").hears("取消")
    world.tick()
    world.李四.receives_nothing()


def test_nobody_is_reminded_twice_within_the_hour(world, theme_day):
    world.at("2017-03-10 14:05").陈静.says("催签到")
    world.陈静.says("确认").hears("已安排提醒9人")
    world.at("2017-03-10 14:20").李梅.says("催签到")
    world.李梅.hears("现在没有可以提醒的人", "9人一小时内已提醒过").hears_not("确认")
    world.at("2017-03-10 15:05").李梅.says("催签到")
    world.李梅.says("确认").hears("已安排提醒9人")


def test_who_checks_in_before_delivery_is_not_reminded(world, theme_day):
    world.at("2017-03-10 14:05").陈静.says("催签到")
    world.陈静.says("确认")
    world.李四.says("签到")
    world.tick()
    assert not [text for text in world.李四.pushed() if "还没有您的签到" in text]


@pytest.mark.parametrize("at", ["2017-03-10 13:00", "2017-03-10 16:30"])
def test_reminding_needs_an_open_activity(world, theme_day, at):
    world.at(at).陈静.says("催签到").hears("不能催签到")


def test_nobody_is_missing(world, theme_day):
    world.at("2017-03-10 14:05").陈静.says("补签 陈静 林副 李梅 周敏 吴兰 张三 李四 王五 T013")
    world.陈静.says("催签到").hears("都已签到或请假")


def test_the_group_of_the_missing_follows_the_latest_activity(world, theme_day):
    world.at("2017-03-10 13:50").王五.says("请假")
    world.at("2017-03-10 14:05").张三.says("签到")
    with world.session() as session:
        branch = session.scalars(select(Branch.id)).first()
        names = set(session.scalars(select(Person.name).where(
            Person.id.in_(groups["未签到"](session, branch, moment("2017-03-12 09:00"))))))
    assert names == {"陈静", "林副", "李梅", "周敏", "吴兰", "李四", "张伟"}


def test_the_preview_counts_only_whom_the_reminder_reaches(world):
    plans(world, "教师培训", "2017-03-10 14:00", kind="研修", audience=("教师", "赵六"))
    world.at("2017-03-10 14:05").陈静.says("催签到").hears("将提醒4人", "不提醒的：1人没有绑定")
    world.陈静.says("确认").hears("已安排提醒4人")
    world.陈静.says("签到情况").hears("张伟（工号尾号014）")
    for name in ("赵六", "钱多", "何园", "张伟乙"):
        getattr(world, name).says("签到").hears("签到成功")
    world.陈静.says("催签到").hears("没有可以提醒的人", "没有绑定").hears_not("确认")


@pytest.mark.parametrize("said", ["打卡 学习强国", "签到 读完党章第一章"])
def test_what_was_read_is_no_check_in(world, theme_day, said):
    world.at("2017-03-10 14:05").张三.says(said).hears("没有签到", "自学打卡 ")
    world.张三.says("打卡").hears("签到成功")
    world.张三.says("我不小心签到了").hears("已撤销签到")
