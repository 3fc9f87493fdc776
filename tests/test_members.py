"""Scenes of the roster: who may ask for which names, and what is said where there is nothing to name."""

import pytest

from data.models import Follower, Identity, Person
from tests.world import World


def add_people(world: World, count: int, group: str = "") -> None:
    with world.session() as session, session.begin():
        branch_id = session.query(Person.branch_id).limit(1).scalar()
        session.add_all(Person(branch_id=branch_id, staff_no=f"X{number:03d}", name=f"新来{number:03d}",
                               identity=Identity.TEACHER, group=group) for number in range(count))


@pytest.fixture
def world(world: World) -> World:
    return world.at("2017-03-02 10:00")


@pytest.mark.parametrize(("said", "parts"), [
    ("书记是谁", ["书记是陈静"]),
    ("组织委员是谁", ["组织委员是李梅"]),
    ("支委有哪些人", ["陈静（书记）、林副（副书记）、李梅（组织委员）"]),
    ("陈静是不是书记", ["陈静的职务：书记"]),
    ("第二党小组组长是谁", ["没有登记党小组组长"]),
    ("一共多少党员", ["党员9人（含预备党员1人）"]),
    ("有几个积极分子", ["积极分子1人"]),
    ("我们支部有多少人", ["名册共15人", "教师4人", "第一党小组4人、第二党小组5人"]),
    ("一共多少人", ["名册共15人"]),
    ("有多少老师", ["教师4人", "名册共15人：党员9人"]),
    ("党小组有哪些", ["2个党小组：第一党小组4人、第二党小组5人"]),
    ("第九党小组有谁", ["没有第九党小组", "现有第一党小组、第二党小组"]),
    ("我是哪个小组的", ["教师", "没有编入党小组"]),
    ("我们小组有谁", ["您没有编入党小组"]),
])
def test_offices_numbers_and_ones_own_place_are_for_everybody(world, said, parts):
    world.钱多.says(said).hears(*parts)
    assert "孙琪" not in world.钱多.heard


@pytest.mark.parametrize(("said", "number"), [
    ("预备党员有哪些", "预备党员1人"), ("名册", "共15人"), ("名单 教师", "教师4人"), ("第二党小组有谁", "第二党小组有5人"),
    ("谁还没绑定", "还没绑定的有1人"), ("未绑定", "还没绑定的有1人"),
])
@pytest.mark.parametrize("who", ["张三", "钱多", "何园"])
def test_names_are_counted_for_those_who_may_not_see_them(world, said, number, who):
    getattr(world, who).says(said).hears(number, "查看").hears_not("王五", "孙琪", "李四", "新人")


@pytest.mark.parametrize("who", ["陈静", "林副", "李梅", "周敏", "吴兰"])
def test_the_committee_sees_names(world, who):
    actor = getattr(world, who)
    actor.says("预备党员有哪些").hears("预备党员1人：王五。")
    actor.says("第二党小组有谁").hears("5人：林副、周敏、吴兰、李四、王五。")


def test_a_group_is_open_to_its_own_members(world):
    world.张三.says("第一党小组有谁").hears("4人：陈静、李梅、张三、张伟。")
    world.王五.says("我们小组有谁").hears("第二党小组有5人：林副")


def test_who_is_not_bound_is_named_for_organisers_without_codes(world):
    world.李梅.says("谁还没绑定").hears("已绑定14人", "1人：新人。", "绑定码请向管理员索取").hears_not("roster")
    assert not any(len(part) == 6 and part.isdigit() for part in world.李梅.heard.split())
    world.周敏.says("谁还没绑定").hears("有1人", "组织委员查看").hears_not("新人")
    world.陈静.says("新人绑定了没有").hears("新人还没有绑定")
    world.张三.says("新人绑定了没有").hears("组织委员查看")
    with world.session() as session, session.begin():
        newcomer = session.query(Person).filter_by(name="新人").one()
        session.add(Follower(openid="oNew", branch_id=newcomer.branch_id, person_id=newcomer.id))
    world.李梅.says("谁还没绑定").hears("15人都已绑定")


def test_single_people_are_for_organisers_and_themselves(world):
    world.李梅.says("李四是哪个小组的").hears("李四：党员，第二党小组。")
    world.李四.says("李四是哪个小组的").hears("李四：党员，第二党小组。")
    for who in (world.张三, world.周敏, world.何园):
        who.says("李四是哪个小组的").hears("组织委员查看").hears_not("第二党小组")
    world.张三.says("赵钱是哪个小组的").hears("组织委员查看")
    world.李梅.says("赵钱是哪个小组的").hears("没有找到“赵钱”", "全名")


def test_two_of_one_name_are_told_apart_without_their_numbers(world):
    world.李梅.says("张伟是哪个小组的").hears("2位张伟", "1. 党员，第一党小组", "2. 教师，没有编入").hears_not("T013", "013")
    world.李梅.says("名册").hears("张伟（党员，第一党小组）", "张伟（教师）")


@pytest.mark.parametrize("said", ["名单 电话", "名册 工号"])
def test_phone_and_staff_numbers_are_never_shown(world, said):
    world.陈静.says(said).hears("不在这里查").hears_not("T001")


def test_long_lists_come_in_pages_of_forty_names(world):
    add_people(world, 95, "第三党小组")
    world.陈静.says("第三党小组有谁").hears("第三党小组有95人：新来000", "新来039", "继续").hears_not("新来040")
    world.陈静.says("继续").hears("新来040", "新来079", "继续").hears_not("新来080")
    world.陈静.says("继续").hears("新来080", "新来094。").hears_not("继续")


def test_what_is_not_there_is_said_in_a_sentence(world):
    with world.session() as session, session.begin():
        session.query(Person).filter_by(name="孙琪").one().identity = Identity.TEACHER
        for person in session.query(Person):
            person.group = ""
    world.陈静.says("有几个积极分子").hears("现在没有积极分子")
    world.陈静.says("第一党小组有谁").hears("没有第一党小组", "还没有编党小组")
    world.陈静.says("名册 春游").hears("没有看出")


def test_a_stranger_sees_no_roster(world):
    world.stranger.says("名册").hears("绑定").hears_not("陈静")
    world.stranger.says("书记是谁").hears("绑定").hears_not("陈静")


@pytest.mark.parametrize(("said", "parts"), [
    ("积极分子培训什么时候", ["积极分子"]), ("积极分子有什么要求", ["〔"]), ("谁没签到", ["书记"]), ("谁没交党费", ["书记"]),
])
def test_look_alikes_stay_what_they_were(world, said, parts):
    world.张三.says(said).hears(*parts).hears_not("名册")


@pytest.mark.parametrize("said", ["李四手机号多少", "韩雪梅手机号多少", "书记电话多少"])
@pytest.mark.parametrize("who", ["陈静", "钱多"])
def test_nobody_gets_a_number(world, who, said):
    getattr(world, who).says(said).hears("手机号、工号等个人信息不在这里查")
