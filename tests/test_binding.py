"""绑定 and 解绑: a code works once, wrong ones are counted, equal names are told apart, the roster stays secret."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.simulator import people
from data.models import BindAttempt, Branch, Follower, Identity, OpenQuestion, Outbox, Person
from data.roster_reader import RosterRow
from handlers.binding import UnknownStaffNumber, import_roster, list_codes, renew
from handlers.binding.bindings import Claim, parse_claim
from handlers.binding.codes import derive
from tests.world import CAST, Actor, World, openid_of

STAFF_NUMBER = {key: f"T{number:03d}" for number, key in enumerate(CAST, 1)}
WRONG = "姓名或绑定码不对"


def code_of(world: World, key: str) -> str:
    """The present code of a member of the cast."""
    with world.session() as session:
        person = session.scalars(select(Person).where(Person.staff_no == STAFF_NUMBER[key])).one()
        return derive(world.settings.secret_key, person)


def not_the_code_of(world: World, *keys: str) -> str:
    """Six digits that are nobody's of these."""
    codes = {code_of(world, key) for key in keys}
    return next(code for code in ("482913", "482914", "482915") if code not in codes)


def phone(world: World, number: int) -> Actor:
    """A phone that follows the account and belongs to nobody of the cast."""
    openid = f"oPhone{number:022d}"
    with world.platform.store.write() as db:
        people.follow(db, openid, world.now.timestamp(), "")
    return Actor(world, openid)


def unbound(world: World, key: str) -> Actor:
    """A member of the cast who has unbound."""
    actor = getattr(world, key)
    actor.says("解绑")
    actor.says("确认").hears("已解绑")
    return actor


def who_is(world: World, actor: Actor) -> str | None:
    """The 工号 that the phone is bound to."""
    with world.session() as session:
        return session.scalar(select(Person.staff_no).join(Follower, Follower.person_id == Person.id)
                              .where(Follower.openid == actor.openid))


@pytest.mark.parametrize(("words", "claim"), [
    (" 张三 482913", ("张三", "482913")),
    ("张三482913", ("张三", "482913")),
    ("张三，482913", ("张三", "482913")),
    ("张三 ４８２９１３", ("张三", "482913")),
    ("482913 张三", ("张三", "482913")),
    ("张 三 482 913", ("张三", "482913")),
    ("张三 482-913。", ("张三", "482913")),
    ("我是张三，绑定码是482913", ("张三", "482913")),
    ("姓名：张三 验证码：482913", ("张三", "482913")),
    ("码是482913，我叫张三", ("张三", "482913")),
    ("<张三> 482913", ("张三", "482913")),
    ("张三\n482913", ("张三", "482913")),
    ("阿依·热合曼 482913", ("阿依·热合曼", "482913")),
    ("Anna Li 482913", ("Anna Li", "482913")),
    ("张三", ("张三", "")),
    ("482913", ("", "482913")),
    ("张三 48291", ("张三 48291", "")),
    ("张三 4829137", ("张三 4829137", "")),
    ("张三 13800000000", ("张三 13800000000", "")),
    ("", ("", "")),
])
def test_name_and_code_are_found_however_they_are_typed(words: str, claim: tuple[str, str]) -> None:
    assert parse_claim(words) == Claim(*claim)


@given(st.text(max_size=80))
def test_no_words_make_the_reading_of_a_claim_fail(words: str) -> None:
    claim = parse_claim(words)
    assert claim.code == "" or (len(claim.code) == 6 and claim.code.isascii() and claim.code.isdigit())


@pytest.mark.parametrize("form", ["绑定 新人 {}", "绑定新人{}", "绑定 新人，{}", "绑定：新人 {}", "綁定 新人 {}"])
def test_a_code_binds_and_the_answer_says_what_is_kept_and_what_to_do_first(world: World, form: str) -> None:
    world.新人.says(form.format(code_of(world, "新人")))
    world.新人.hears("绑定成功", "新人（教师）", "绑定即表示同意", "解绑", "本月安排",
                  "签到、请假、报名、党费、自学、署名来信、提问和“收到”")
    assert who_is(world, world.新人) == "T015"
    world.新人.says("帮助").hears_not("请先绑定")


@pytest.mark.parametrize(("key", "step"), [
    ("陈静", "广播 党员"), ("林副", "设置"), ("李梅", "缴费情况"), ("张三", "缴党费"), ("钱多", "签到")])
def test_the_first_steps_fit_the_role(world: World, key: str, step: str) -> None:
    unbound(world, key).says(f"绑定 {key} {code_of(world, key)}").hears("绑定成功", step)


def test_full_width_digits_are_digits(world: World) -> None:
    wide = code_of(world, "新人").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    world.新人.says(f"绑定　新人　{wide}").hears("绑定成功")


def test_a_bare_command_is_answered_with_how_and_then_name_and_code_alone_are_enough(world: World) -> None:
    world.新人.says("绑定").hears("绑定 姓名 绑定码")
    world.新人.says(f"新人 {code_of(world, '新人')}").hears("绑定成功")


@pytest.mark.parametrize(("said", "heard"), [
    ("绑定 新人", "绑定 姓名 绑定码"), ("绑定 482913", "还缺姓名"), ("绑定 新人 48291", "6位数字"),
    ("绑定 新人 4829131", "6位数字")])
def test_an_incomplete_claim_is_explained_and_not_counted(world: World, said: str, heard: str) -> None:
    for _ in range(6):
        world.新人.says(said).hears(heard)
    world.新人.says(f"绑定 新人 {code_of(world, '新人')}").hears("绑定成功")


def test_a_used_code_does_not_work_again(world: World) -> None:
    code = code_of(world, "新人")
    world.新人.says(f"绑定 新人 {code}").hears("绑定成功")
    phone(world, 1).says(f"绑定 新人 {code}").hears(WRONG)
    assert code_of(world, "新人") != code


def test_a_code_used_by_several_phones_at_once_binds_one(world: World) -> None:
    code = code_of(world, "新人")
    phones = [phone(world, number) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda actor: actor.says(f"绑定 新人 {code}"), phones))
    assert len([actor for actor in phones if "绑定成功" in actor.heard]) == 1
    assert [who_is(world, actor) for actor in phones].count("T015") == 1


def test_twelve_wrong_codes_at_once_are_counted_one_by_one(world: World) -> None:
    wrong = not_the_code_of(world, "新人")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: world.platform.says(world.新人.openid, f"绑定 新人 {wrong}"), range(12)))
    with world.session() as session:
        assert session.scalar(select(func.count()).where(BindAttempt.person_id.is_(None))) == 5


def test_the_answer_to_a_wrong_code_never_tells_whether_the_name_exists(world: World) -> None:
    wrong = not_the_code_of(world, "新人")
    assert phone(world, 1).says(f"绑定 新人 {wrong}").heard == phone(world, 2).says(f"绑定 查无此人 {wrong}").heard
    assert phone(world, 3).says(f"绑定 张三 {wrong}").hears(WRONG).hears_not("已绑定", "张三").heard


def test_equal_names_are_told_apart_by_the_code(world: World) -> None:
    unbound(world, "张伟甲")
    unbound(world, "张伟乙")
    world.张伟乙.says(f"绑定 张伟 {code_of(world, '张伟乙')}").hears("张伟（教师）")
    world.张伟甲.says(f"绑定 张伟 {code_of(world, '张伟甲')}").hears("张伟（党员）")
    assert (who_is(world, world.张伟甲), who_is(world, world.张伟乙)) == ("T013", "T014")


def test_the_fifth_wrong_code_locks_the_phone_for_an_hour_even_for_the_right_one(world: World) -> None:
    right, wrong = code_of(world, "新人"), not_the_code_of(world, "新人")
    world.at("2017-03-01 10:00")
    for _ in range(4):
        world.新人.says(f"绑定 新人 {wrong}").hears(WRONG).hears_not("之前不能再试")
    world.at("2017-03-01 10:30").新人.says(f"绑定 新人 {wrong}").hears(WRONG, "11:30之前不能再试")
    world.at("2017-03-01 11:29").新人.says(f"绑定 新人 {right}").hears("11:30之前不能再试")
    assert who_is(world, world.新人) is None
    world.at("2017-03-01 11:30").新人.says(f"绑定 新人 {right}").hears("绑定成功")


def test_after_a_lock_the_count_begins_anew(world: World) -> None:
    wrong = not_the_code_of(world, "新人")
    for _ in range(5):
        world.新人.says(f"绑定 查无此人 {wrong}")
    world.at("2017-01-02 09:30")
    for _ in range(4):
        world.新人.says(f"绑定 查无此人 {wrong}").hears(WRONG).hears_not("之前不能再试")
    world.新人.says(f"绑定 查无此人 {wrong}").hears("10:30之前不能再试")


def test_a_lock_concerns_one_phone_only(world: World) -> None:
    wrong = not_the_code_of(world, "新人")
    for _ in range(5):
        world.stranger.says(f"绑定 新人 {wrong}")
    world.新人.says(f"绑定 新人 {code_of(world, '新人')}").hears("绑定成功")


def test_wrong_codes_of_a_day_ago_no_longer_lock(world: World) -> None:
    wrong = not_the_code_of(world, "新人")
    for day in (1, 2, 3):
        world.at(f"2017-03-0{day} 08:00")
        for _ in range(3):
            world.新人.says(f"绑定 查无此人 {wrong}").hears(WRONG).hears_not("之前不能再试")


def guess(world: World, key: str, times: int) -> None:
    """Wrong codes against one person, from as many phones as it takes."""
    wrong = not_the_code_of(world, key, "张伟甲", "张伟乙")
    for number in range(times):
        phone(world, 100 + number // 4).says(f"绑定 {CAST[key].name} {wrong}").hears(WRONG)


@pytest.mark.parametrize(("times", "works"), [(1, True), (9, True), (10, False), (13, False)])
def test_ten_wrong_codes_in_a_day_stop_the_persons_code(world: World, times: int, works: bool) -> None:
    guess(world, "新人", times)
    world.新人.says(f"绑定 新人 {code_of(world, '新人')}").hears("绑定成功" if works else WRONG)


def test_the_secretary_is_told_once_that_a_code_was_stopped(world: World) -> None:
    guess(world, "新人", 13)
    with world.session() as session:
        told = session.execute(select(Person.name, Outbox.text).join(Outbox, Outbox.person_id == Person.id)
                               .where(Outbox.kind == "code_stopped")).all()
    assert sorted(name for name, _ in told) == ["林副", "陈静"]
    assert all("新人" in text and "T015" in text and "停用" in text for _, text in told)


def test_nine_wrong_codes_yesterday_and_one_today_stop_nothing(world: World) -> None:
    world.at("2017-03-01 08:00")
    guess(world, "新人", 9)
    world.at("2017-03-02 08:01").stranger.says(f"绑定 新人 {not_the_code_of(world, '新人')}")
    world.新人.says(f"绑定 新人 {code_of(world, '新人')}").hears("绑定成功")


def test_a_stopped_code_works_again_when_it_is_renewed(world: World) -> None:
    guess(world, "新人", 10)
    with world.assistant.sessions.begin() as session:
        fresh = renew(session, world.settings.secret_key, 1, "T015", world.now)
    assert not fresh.stopped
    world.stranger.says(f"绑定 新人 {not_the_code_of(world, '新人')}").hears(WRONG)
    world.新人.says(f"绑定 新人 {fresh.code}").hears("绑定成功")


def test_guessing_at_an_equal_name_counts_against_both(world: World) -> None:
    guess(world, "张伟甲", 10)
    with world.session() as session:
        stopped = session.scalars(select(Person.staff_no).where(Person.code_stopped_at.is_not(None))).all()
    assert sorted(stopped) == ["T013", "T014"]


def test_old_attempts_are_not_kept(world: World) -> None:
    guess(world, "新人", 4)
    world.at("2017-01-09 08:00").stranger.says(f"绑定 新人 {not_the_code_of(world, '新人')}")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(BindAttempt)) == 2


@pytest.mark.parametrize("name", [
    "<b>张三</b>", "]]><Content>x", "张三' OR '1'='1", "%", "_", "张" * 300, "🙂", "张三\u0000", "全体"])
def test_a_hostile_name_gets_an_ordinary_refusal(world: World, name: str) -> None:
    world.stranger.says(f"绑定 {name} 482913").hears("绑定").hears_not("绑定成功", "没有办成")
    assert who_is(world, world.stranger) is None


def test_somebody_bound_already_is_told_so_and_the_code_stays_good(world: World) -> None:
    code = code_of(world, "张三")
    world.张三.says(f"绑定 张三 {code}").hears("已经绑定为张三", "不用再绑定")
    world.张三.says("绑定 张三 000000").hears("已经绑定为张三")
    assert code_of(world, "张三") == code


def test_a_new_phone_takes_over_only_after_confirmation(world: World) -> None:
    world.stranger.says(f"绑定 张三 {code_of(world, '张三')}").hears("另一个微信", "确认", "取消")
    assert who_is(world, world.张三) == "T006"
    world.stranger.says("确认").hears("绑定成功", "张三（党员）")
    assert (who_is(world, world.stranger), who_is(world, world.张三)) == ("T006", None)
    world.张三.says("我的签到").hears("绑定")


def test_a_phone_changes_to_another_person_only_after_confirmation(world: World) -> None:
    world.张三.says(f"绑定 新人 {code_of(world, '新人')}").hears("现在绑定的是张三", "新人", "确认")
    world.张三.says("取消").hears("取消")
    assert who_is(world, world.张三) == "T006"
    world.张三.says(f"绑定 新人 {code_of(world, '新人')}").hears("确认")
    world.张三.says("确认").hears("绑定成功", "新人（教师）")
    assert who_is(world, world.张三) == "T015"


def test_two_bound_phones_can_change_hands(world: World) -> None:
    world.张三.says(f"绑定 李四 {code_of(world, '李四')}").hears("现在绑定的是张三", "李四（党员）已绑定在另一个微信上")
    world.张三.says("确认").hears("绑定成功", "李四（党员）")
    assert (who_is(world, world.张三), who_is(world, world.李四)) == ("T007", None)


def test_a_wrong_code_asks_for_no_confirmation(world: World) -> None:
    world.stranger.says(f"绑定 张三 {not_the_code_of(world, '张三')}").hears(WRONG)
    world.stranger.says("确认").hears_not("绑定成功")
    assert who_is(world, world.张三) == "T006"


def test_a_rebinding_that_waited_too_long_changes_nothing(world: World) -> None:
    world.at("2017-03-01 10:00").stranger.says(f"绑定 张三 {code_of(world, '张三')}").hears("确认")
    world.at("2017-03-01 10:11").stranger.says("确认").hears_not("绑定成功")
    assert who_is(world, world.张三) == "T006"


def test_a_code_that_was_renewed_meanwhile_does_not_rebind(world: World) -> None:
    world.stranger.says(f"绑定 张三 {code_of(world, '张三')}").hears("确认")
    with world.assistant.sessions.begin() as session:
        renew(session, world.settings.secret_key, 1, "T006", world.now)
    world.stranger.says("确认").hears("失效")
    assert who_is(world, world.张三) == "T006"


def test_unbinding_asks_first_and_says_how_to_come_back(world: World) -> None:
    world.张三.says("解绑").hears("张三（党员）", "记录仍保留", "回复“确认”解绑")
    world.张三.says("取消")
    assert who_is(world, world.张三) == "T006"
    world.张三.says("解绑")
    world.张三.says("确认").hears("已解绑", "绑定 姓名 绑定码")
    assert who_is(world, world.张三) is None
    world.张三.says("缴党费 30").hears("绑定")
    world.张三.says(f"绑定 张三 {code_of(world, '张三')}").hears("绑定成功")


def test_the_last_secretary_is_warned_before_unbinding(world: World) -> None:
    world.林副.says("解绑").hears_not("没有其他已绑定的书记")
    world.林副.says("确认").hears("已解绑")
    world.陈静.says("解绑").hears("没有其他已绑定的书记或副书记")


def test_a_stranger_gets_help_with_binding_and_nothing_else(world: World) -> None:
    for said in ("三月有什么活动", "签到", "帮助", "你好", "今天天气怎么样", "广播 全体 你好", "缴费情况"):
        world.stranger.says(said).hears("绑定").hears_not("主题党日", "签到成功", "确认")


def test_a_new_follower_is_welcomed_and_told_how_to_bind(world: World) -> None:
    assert "绑定 姓名 绑定码" in world.platform.follows("oNewFollower00000000000000000").text
    assert "欢迎回来" in world.platform.scans(openid_of("张三"), "door").text


def test_leaving_ends_the_binding_and_deletes_what_was_kept_of_the_phone(world: World) -> None:
    world.张三.says("三月有什么活动")
    world.张三.says("解绑")
    world.platform.unfollows(world.张三.openid)
    with world.session() as session:
        follower = session.get_one(Follower, world.张三.openid)
        assert (follower.subscribed, follower.person_id, follower.branch_id) == (False, None, None)
        assert (follower.context, follower.rest, follower.window_left) == (None, "", 0)
        assert session.get(OpenQuestion, world.张三.openid) is None
        assert session.scalar(select(Person.name).where(Person.staff_no == "T006")) == "张三"
    assert "绑定" in world.platform.follows(world.张三.openid).text


def test_codes_are_listed_for_those_not_bound_and_stay_the_same_until_used(world: World) -> None:
    with world.session() as session:
        before = list_codes(session, world.settings.secret_key, 1)
        assert before == list_codes(session, world.settings.secret_key, 1)
    assert [(one.name, one.staff_no, one.code) for one in before] == [("新人", "T015", code_of(world, "新人"))]
    world.新人.says(f"绑定 新人 {before[0].code}").hears("绑定成功")
    with world.session() as session:
        assert list_codes(session, world.settings.secret_key, 1) == []


def test_codes_differ_by_person_serial_branch_and_secret(world: World) -> None:
    with world.session() as session:
        codes = {derive(world.settings.secret_key, person) for person in session.scalars(select(Person))}
        person = session.scalars(select(Person)).first()
        codes.add(derive("another secret key", person))
        person.code_serial += 1
        codes.add(derive(world.settings.secret_key, person))
        person.branch_id += 1
        codes.add(derive(world.settings.secret_key, person))
        session.rollback()
    assert len(codes) == len(CAST) + 3


def test_a_code_for_an_unknown_staff_number_is_refused(world: World) -> None:
    with world.session() as session, pytest.raises(UnknownStaffNumber, match="T999"):
        renew(session, world.settings.secret_key, 1, "T999", world.now)


ROW = RosterRow(2, "新人", "T015", "", Identity.TEACHER, "", "")


def test_a_second_import_updates_by_staff_number_and_deletes_nobody(world: World) -> None:
    rows = [ROW, replace(ROW, staff_no="T006", name="张三", identity=Identity.MEMBER, duties="组织委员"),
            replace(ROW, staff_no="T900", name="郑新")]
    with world.assistant.sessions.begin() as session:
        done = import_roster(session, 1, rows, world.now)
    assert (done.new, done.changed, done.unchanged, done.not_in_file) == (1, 1, 1, len(CAST) - 2)
    world.张三.says("缴费情况").hears_not("书记、副书记或组织委员操作")


def test_an_import_leaves_other_branches_alone(world: World) -> None:
    with world.assistant.sessions.begin() as session:
        other = Branch(name="另一个党支部")
        session.add(other)
        session.flush()
        import_roster(session, other.id, [replace(ROW, name="别人")], world.now)
        assert session.scalars(select(Person.name).where(Person.staff_no == "T015")).all() == ["新人", "别人"]


def test_the_same_name_and_number_in_two_branches_are_two_people(world: World) -> None:
    with world.assistant.sessions.begin() as session:
        other = Branch(name="另一个党支部")
        session.add(other)
        session.flush()
        import_roster(session, other.id, [ROW], world.now)
        code = list_codes(session, world.settings.secret_key, other.id)[0].code
    world.stranger.says(f"绑定 新人 {code}").hears("绑定成功")
    with world.session() as session:
        assert session.get_one(Follower, world.stranger.openid).branch_id == 2
    world.新人.says(f"绑定 新人 {code_of_first_branch(world)}").hears("绑定成功")


def code_of_first_branch(world: World) -> str:
    with world.session() as session:
        return list_codes(session, world.settings.secret_key, 1)[0].code


def test_program_times_are_shown_in_shanghai(world: World) -> None:
    world.clock.moment = datetime.fromisoformat("2017-03-01T15:30:00+08:00")
    for _ in range(5):
        world.新人.says(f"绑定 查无此人 {not_the_code_of(world, '新人')}")
    world.新人.hears("16:30之前不能再试")
