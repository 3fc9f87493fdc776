"""Scenes of 我的档案: all of one's own in one place, and nobody else's."""

from datetime import date

import pytest
from sqlalchemy import select

from data.models import Activity, CheckIn, DuesPayment, DuesState, Letter, Person
from tests.test_checkin import moment, plans
from tests.world import World


def person_id(world: World, name: str) -> int:
    with world.session() as session:
        return session.scalars(select(Person.id).where(Person.name == name).order_by(Person.id)).first()


@pytest.fixture
def spring(world: World) -> World:
    """Five activities till May; 张三 came to one, had leave from one, missed one; one is for others, one unused."""
    days = ("2017-03-10 14:00", "2017-04-07 14:00", "2017-05-12 14:00")
    ids = [plans(world, f"{title}主题党日活动", day) for title, day in zip(("三月", "四月", "五月"), days, strict=True)]
    plans(world, "教研", "2017-03-20 14:00", audience=("教师",))
    plans(world, "没人签到的会", "2017-03-21 14:00")
    other = person_id(world, "李梅")
    with world.session() as session, session.begin():
        for activity in session.scalars(select(Activity).where(Activity.id.in_(ids))):
            session.add(CheckIn(branch_id=activity.branch_id, activity_id=activity.id, person_id=other,
                                happened_at=activity.starts_at, entered_at=activity.starts_at, entered_by=other))
    world.at("2017-03-10 14:05").张三.says("签到").hears("签到成功")
    world.at("2017-04-06 10:00").张三.says("请假 孩子发烧")
    return world


def test_a_members_year_is_all_there(spring):
    spring.at("2017-02-10 10:00").张三.says("缴党费 30")
    spring.at("2017-03-11 10:00").张三.says("自学打卡 读完《论党建》第三章")
    plans(spring, "六月主题党日活动", "2017-06-09 14:00")
    spring.at("2017-06-05 10:00").张三.says("我的档案").hears(
        "您2017年的档案", "应到3次，签到1次，请假1次，未签到1次", "一、二月30元，待确认；六月还没有登记",
        "自学：1条，最近一条是3月11日（周六）《论党建》", "六月主题党日活动（6月9日（周五）14:00）",
        "1. 六月党费还没有登记，6月30日（周五）前交", "五月主题党日活动（5月12日（周五）14:00）未签到", "请组织委员补签",
        "四月的计划里有自学，还没有您的记录。自学自愿", "还缺什么")
    spring.张三.hears_not("发烧", "教研", "没人签到的会", "信箱", "九月")
    assert len(spring.张三.heard.encode()) <= 2000


def test_it_agrees_with_own_attendance_and_changes_when_made_up(spring):
    spring.at("2017-05-15 10:00").张三.says("我的签到").hears("应到3次：已签到1次，请假1次，未签到1次")
    spring.李梅.says("补签 张三 五月主题党日活动")
    spring.张三.says("我的档案").hears("应到3次，签到2次，请假1次，未签到0次").hears_not("请组织委员补签")


def test_nothing_is_missing_where_all_is_there(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三")
    world.张三.says("我的记录").hears("一、二月30元，已确认", "按计划到今天没有要补的", "出席：还没有签到记录", "自学：还没有记录")


def test_somebody_who_pays_no_dues_hears_nothing_of_them(world):
    for actor in (world.钱多, world.孙琪):
        actor.world.at("2017-04-10 10:00")
        actor.says("我的档案").hears("按计划到今天没有要补的").hears_not("党费", "自学，还没有")


def test_an_activity_that_runs_is_not_missed_yet(world):
    plans(world, "主题党日活动", "2017-03-10 14:00")
    world.at("2017-03-10 14:05").李四.says("签到")
    world.张三.says("我的档案").hears("应到1次，签到0次，请假0次，未签到0次，正在进行1次").hears_not("补签")


def test_letters_are_numbers_of_those_that_were_signed(world):
    sender_id = person_id(world, "张三")
    with world.session() as session, session.begin():
        sender = session.get(Person, sender_id)
        common = {"branch_id": sender.branch_id, "received_on": date(2017, 3, 1),
                  "announce_at": moment("2017-03-01 12:00")}
        session.add_all([
            Letter(id=11, number="A1", sender_id=sender.id, text="操场的灯坏了", answered_at=moment("2017-03-02 12:00"),
                   answer="已修", **common),
            Letter(id=12, number="A2", sender_id=sender.id, text="水龙头漏水", **common),
            Letter(id=13, number="A3", sender_id=None, text="匿名的话", **common)])
    world.at("2017-03-07 10:00").张三.says("我的档案").hears("署名来信2封，已答复1封").hears_not("操场", "已修", "匿名的话")
    world.李四.says("我的档案").hears_not("来信")


@pytest.mark.parametrize("said", ["张三的档案", "我想看张三的档案", "给我看看张三的个人记录"])
def test_nobody_sees_anothers(world, said):
    world.at("2017-03-07 10:00").张三.says("缴党费 30")
    for actor in (world.李四, world.陈静, world.李梅):
        actor.says(said).hears("只有本人能看", "我的档案").hears_not("30元", "您2017年的档案")
    world.stranger.says("我的档案").hears("绑定")
    world.张三.says("张三的档案").hears("您2017年的档案")


def test_another_year_is_read_and_the_next_one_is_not_there(world):
    my_id = person_id(world, "张三")
    with world.session() as session, session.begin():
        me = session.get(Person, my_id)
        session.add(DuesPayment(branch_id=me.branch_id, person_id=me.id, period="2016-06", amount_fen=2500,
                                happened_at=moment("2016-06-05 10:00"), entered_at=moment("2016-06-05 10:00"),
                                state=DuesState.CONFIRMED))
    world.at("2017-03-07 10:00").张三.says("我去年的档案").hears("您2016年的档案", "六月25元，已确认").hears_not("还缺什么", "接下来")
    world.张三.says("我2018年的档案").hears("2018年还没有到")


@pytest.mark.parametrize(("said", "part"), [
    ("我的签到", "签到记录"), ("我的党费", "党费"), ("我的自学", "自学记录"),
    ("个人档案袋有什么要求", "个人档案袋"),  # a thing of the plan
])
def test_what_sounds_alike_stays_apart(world, said, part):
    world.at("2017-03-07 10:00").张三.says(said).hears(part).hears_not("您2017年的档案")


def test_a_long_file_fits_into_two_messages(world):
    for day in range(1, 26):
        activity = plans(world, f"第{day}次主题党日活动和一个很长的名字", f"2017-03-{day:02d} 14:00")
        with world.session() as session, session.begin():
            li = session.scalars(select(Person).where(Person.name == "李四")).one()
            session.add(CheckIn(branch_id=li.branch_id, activity_id=activity, person_id=li.id, entered_by=li.id,
                                happened_at=moment("2017-03-01 14:00"), entered_at=moment("2017-03-01 14:00")))
    world.at("2017-03-28 10:00").张三.says("我的档案").hears("应到25次", "更早的还有20次未签到")
    assert "继续" not in world.张三.heard or "……" not in world.张三.says("继续").heard
