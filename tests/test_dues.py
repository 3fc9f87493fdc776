"""Scenes of dues: reporting, confirming, overview, reminders; and the amounts people write."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.talk import Sorry
from data.chinese import MOST_DUES_FEN, format_fen
from data.dues_rounds import round_for, round_in_view, rounds_of
from data.models import AuditRecord, Branch, DuesPayment, DuesState, Follower, Outbox, Person
from handlers.dues import groups, payments
from handlers.dues.amounts import parse_amount
from tests.world import ZONE, World


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def standing(world: World) -> list[tuple[str, str, int, str]]:
    """What is booked: (name, period, fen, state), without what was replaced."""
    with world.session() as session:
        return [(name, payment.period, payment.amount_fen, payment.state.value) for payment, name in session.execute(
            select(DuesPayment, Person.name).join(Person, Person.id == DuesPayment.person_id)
            .where(DuesPayment.state != DuesState.REPLACED).order_by(DuesPayment.id))]


def branch_id(world: World) -> int:
    with world.session() as session:
        return session.scalars(select(Branch.id)).one()


# Reporting

@pytest.mark.parametrize(("said", "fen"), [
    ("缴党费 30", 3000),  # the exact form
    ("缴党费30元", 3000),  # without a blank
    ("缴党费 三十块", 3000),
    ("缴党费 30.5元", 3050),
    ("缴党费 ￥30.55", 3055),
    ("缴党费 三块五", 350),
    ("缴党费：30", 3000),
    ("交党费 30", 3000),
    ("缴党费 1,200元", 120000),
])
def test_a_report_awaits_confirmation(world, said, fen):
    world.at("2017-02-10 10:00").张三.says(said).hears("已登记", "一、二月党费", format_fen(fen), "待组织委员李梅确认")
    assert standing(world) == [("张三", "2017-01", fen, "awaiting")]


@pytest.mark.parametrize(("said", "answer"), [
    ("缴党费 0", "要大于0元"),
    ("缴党费 0元", "要大于0元"),
    ("缴党费 -5", "要大于0元"),
    ("缴党费 30.555", "最多写到分"),
    ("缴党费 10001", "超过了一次10000元的上限"),
    ("缴党费 一百万", "超过了一次10000元的上限"),
    ("缴党费 很多", "没有看懂金额“很多”"),
    ("缴党费 3O", "没有看懂金额"),  # a letter for a nought
    ("缴党费 三十五十", "没有看懂金额"),
])
def test_what_cannot_be_dues_is_refused_in_one_sentence(world, said, answer):
    world.at("2017-02-10 10:00").张三.says(said).hears(answer)
    assert standing(world) == []


def test_a_missing_amount_is_asked_for_until_it_is_one(world):
    world.at("2017-02-10 10:00").张三.says("缴党费").hears("一、二月党费交了多少")
    world.张三.says("0").hears("要大于0元", "请回复金额")
    world.张三.says("三十块").hears("已登记", "30元")


def test_free_words_book_the_amount_they_name(world):
    world.at("2017-02-10 10:00").张三.says("我交了30块党费").hears("已登记", "30元")


def test_a_probationary_member_pays_too(world):
    world.at("2017-02-10 10:00").王五.says("缴党费 5").hears("已登记", "5元")


@pytest.mark.parametrize("who", ["钱多", "赵六", "孙琪", "何园"])
def test_only_members_pay(world, who):
    world.at("2017-02-10 10:00")
    getattr(world, who).says("缴党费 30").hears("党员和预备党员")
    assert standing(world) == []


def test_a_stranger_pays_nothing(world):
    world.at("2017-02-10 10:00").stranger.says("缴党费 30").hears("绑定")
    assert standing(world) == []


def test_the_same_report_twice_is_harmless(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30").hears("已登记")
    world.at("2017-02-11 10:00").张三.says("缴党费 30").hears("您已登记过", "正在等待确认")
    assert standing(world) == [("张三", "2017-01", 3000, "awaiting")]


def test_another_amount_is_a_correction_after_a_yes(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.张三.says("缴党费 50").hears("已登记过", "30元", "改成50元", "确认", "取消")
    assert standing(world) == [("张三", "2017-01", 3000, "awaiting")]
    world.张三.says("确认").hears("已改为", "50元")
    assert standing(world) == [("张三", "2017-01", 5000, "awaiting")]
    with world.session() as session:
        assert session.scalar(select(func.count()).where(DuesPayment.state == DuesState.REPLACED)) == 1


def test_a_correction_that_comes_after_the_confirmation_changes_nothing(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.张三.says("缴党费 50").hears("改成50元")
    world.李梅.says("确认党费 张三").hears("已确认")
    world.张三.says("确认").hears("没有改动")
    assert standing(world) == [("张三", "2017-01", 3000, "confirmed")]


def test_after_the_confirmation_corrections_go_to_the_organiser(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三")
    world.张三.says("缴党费 50").hears("已由李梅", "没有重复登记", "组织委员李梅")
    assert standing(world) == [("张三", "2017-01", 3000, "confirmed")]


def test_between_rounds_a_payment_settles_the_round_that_is_still_owed(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30").hears(
        "已登记：补交一、二月党费30元", "如果交的是三月的，请回复“缴党费 30 三月”")
    assert standing(world) == [("张三", "2017-01", 3000, "awaiting")]
    world.李梅.says("确认党费 张三").hears("已确认：张三一、二月党费30元")
    world.李梅.says("缴费情况").hears("已缴1人", "未缴8人", "已缴：张三30元")
    world.李梅.says("催党费").hears("将提醒8人")


def test_who_pays_ahead_says_the_month_and_the_late_booking_is_taken_back(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30").says("缴党费 30 三月").hears(
        "已改为：三月党费30元", "刚才记的一、二月党费已撤回", "缴党费 30 二月")
    assert standing(world) == [("张三", "2017-03", 3000, "awaiting")]
    world.张三.says("缴党费 30 二月").hears("已登记：补交一、二月党费30元")
    assert [row[1] for row in standing(world)] == ["2017-03", "2017-01"]


def test_a_month_named_later_is_a_payment_of_its_own(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30")
    world.at("2017-03-20 10:00").张三.says("缴党费 30 三月").hears("已登记：三月党费30元")
    assert [row[1] for row in standing(world)] == ["2017-01", "2017-03"]


def test_between_rounds_who_owes_nothing_pays_for_the_month(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.at("2017-03-10 10:00").张三.says("缴党费 30").hears("已登记：三月党费30元")


def test_the_amount_that_is_asked_for_is_booked_as_late_too(world):
    world.at("2017-03-10 10:00").张三.says("缴党费").hears("一、二月党费交了多少").says("三十").hears("补交一、二月党费30元")


@pytest.mark.parametrize("said", [
    "园长信箱 操场的灯坏了", "自学打卡 读完《党章》第三章", "日历订阅", "三月有什么活动", "3号楼的灯坏了", "操场的灯几点关", "很多"])
def test_other_sentences_are_no_amount_and_the_question_stays(world, said):
    world.at("2017-02-10 10:00").张三.says("缴党费").says(said).hears_not("金额", "交了多少")
    world.张三.says("30").hears("已登记：一、二月党费30元")


@pytest.mark.parametrize(("said", "fen"), [
    ("30", 3000), ("三十", 3000), ("交了30元", 3000), ("一共三十块五吧", 3050), ("¥30.5", 3050), ("我交了30。", 3000)])
def test_an_amount_is_taken_however_it_is_said(world, said, fen):
    world.at("2017-02-10 10:00").张三.says("缴党费").says(said).hears("已登记", format_fen(fen))


@pytest.mark.parametrize(("said", "answer"), [("3O", "没有看懂金额"), ("-5", "要大于0元"), ("30.555", "最多写到分")])
def test_what_was_meant_for_an_amount_is_asked_again_and_said_once(world, said, answer):
    world.at("2017-02-10 10:00").张三.says("缴党费").says(said).hears(answer, "请回复金额")
    world.张三.says("确认").hears("还不用确认", "一、二月党费交了多少").hears_not(answer)


def test_the_month_can_be_named(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30 二月").hears("已登记：补交一、二月党费30元")
    world.张三.says("缴党费 6月 20元").hears("已登记：六月党费20元")
    assert [row[1] for row in standing(world)] == ["2017-01", "2017-06"]


# The same payment said twice

def test_a_second_report_for_another_period_within_a_day_is_asked_about(world):
    world.at("2017-03-10 10:00").张三.says("缴党费30元").hears("补交一、二月党费30元")
    world.at("2017-03-10 10:05").张三.says("缴党费30元").hears("刚才已登记一、二月党费30元。这是另一笔（三月）吗？", "确认", "取消")
    world.张三.says("取消").hears("什么都没有改变", "另外再登记三月党费30元吗")
    assert [row[1] for row in standing(world)] == ["2017-01"]
    world.at("2017-03-11 09:59").张三.says("缴党费").says("30").hears("3月10日（周五）已登记一、二月党费30元", "另一笔")
    world.张三.says("确认").hears("已登记：三月党费30元")
    world.张三.says("缴党费 30").hears("您已登记过三月党费30元")
    assert [row[1] for row in standing(world)] == ["2017-01", "2017-03"]


def test_of_many_confirmations_of_the_second_one_books_it(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30").says("缴党费 30").hears("另一笔")
    with ThreadPoolExecutor(3) as pool:
        heard = list(pool.map(lambda _: world.platform.says(world.张三.openid, "确认").text, range(3)))
    assert sum("已登记：三月党费30元" in text for text in heard) == 1
    assert len(standing(world)) == 2


@pytest.mark.parametrize("said", ["打错了 是三十", "打错了，是30元", "写错了，应该是30块", "金额不对，是30"])
def test_a_sum_that_was_mistyped_is_corrected_after_a_yes(world, said):
    world.at("2017-03-10 10:00").张三.says("缴党费 3").says(said).hears("已登记过一、二月党费3元", "要改成30元吗")
    world.张三.says("确认").hears("已改为：一、二月党费30元")
    assert standing(world) == [("张三", "2017-01", 3000, "awaiting")]


def test_another_sum_may_be_a_correction_of_the_first(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 3").says("缴党费 30").hears("另一笔（三月30元）", "“打错了，是30元”")
    world.张三.says("打错了，是30元").says("确认").hears("已改为：一、二月党费30元")
    assert standing(world) == [("张三", "2017-01", 3000, "awaiting")]


def test_without_a_report_there_is_nothing_mistyped(world):
    world.at("2017-03-10 10:00").张三.says("打错了 是三十").hears_not("30元")
    world.张三.says("缴党费 30")
    world.at("2017-03-10 10:11").张三.says("打错了 是五十").hears_not("50元")


@pytest.mark.parametrize("said", ["党费能用微信交吗", "党费微信可以交不"])
def test_how_to_hand_dues_in_is_for_the_collector_to_say(world, said):
    world.at("2017-02-10 10:00").张三.says(said).hears("没有写党费用什么方式交", "组织委员李梅")


# Confirming

def test_several_payments_of_one_person_are_shown_before_they_are_confirmed(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30").says("缴党费 30").says("确认")
    for said in ("确认党费 张三", "确认党费 张三 30", "张三的党费收到了"):
        world.李梅.says(said).hears("将确认2笔，共60元：张三一、二月党费30元、张三三月党费30元", "确认", "取消")
    world.李梅.says("取消").says("确认党费 张三 三月").hears("已确认：张三三月党费30元")
    assert [row[3] for row in standing(world)] == ["awaiting", "confirmed"]
    world.李梅.says("确认党费 张三").hears("已确认：张三一、二月党费30元")


def test_a_month_outside_the_rounds_is_in_the_overview(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30 三月")
    world.李四.says("缴党费 20 四月")
    world.李梅.says("确认党费 李四").says("缴费情况").hears(
        "一、二月党费", "其他月份待确认：张三三月党费30元", "其他月份已确认：李四四月党费20元")
    world.李梅.says("四月缴费情况").hears("四月党费", "已缴：李四20元").hears_not("其他月份已确认")


def test_a_confirmation_is_told_to_the_payer(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三").hears("已确认：张三一、二月党费30元")
    world.tick()
    world.张三.receives("一、二月党费30元", "李梅确认")
    assert standing(world) == [("张三", "2017-01", 3000, "confirmed")]


def test_a_second_confirmation_says_who_was_first(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三")
    world.at("2017-02-11 10:00").陈静.says("确认党费 张三").hears("已由李梅在2月10日（周五）确认", "没有重复确认")


def test_a_second_confirmation_of_another_month_names_it(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30 三月")
    world.李梅.says("确认党费 张三")
    world.陈静.says("确认党费 张三").hears("三月党费30元已由李梅在3月10日（周五）确认", "还没有登记一、二月党费")


def test_a_confirmed_sum_is_corrected_after_a_preview(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三")
    world.陈静.says("更正党费 张三 50").hears("已由李梅在2月10日（周五）确认，是30元", "更正为50元", "确认", "取消")
    assert standing(world) == [("张三", "2017-01", 3000, "confirmed")]
    world.陈静.says("确认").hears("已更正并确认：张三一、二月党费50元（原为30元）")
    assert standing(world) == [("张三", "2017-01", 5000, "confirmed")]
    world.tick()
    world.张三.receives("陈静已更正并确认", "50元")
    with world.session() as session:
        assert session.scalar(select(AuditRecord.action).where(AuditRecord.action == "dues.correct"))


@pytest.mark.parametrize("said", ["退回党费 张三", "退回 张三 党费"])
def test_a_report_whose_money_did_not_come_is_given_back(world, said):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says(said).hears("将退回张三登记的一、二月党费30元", "确认", "取消")
    world.李梅.says("确认").hears("已退回：张三一、二月党费30元")
    assert standing(world) == []
    world.tick()
    world.张三.receives("李梅退回", "缴党费 金额")
    world.张三.says("缴党费 20").hears("已登记")


def test_a_confirmation_before_the_second_yes_wins(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("退回党费 张三")
    world.陈静.says("确认党费 张三")
    world.李梅.says("确认").hears("没有退回")
    assert standing(world) == [("张三", "2017-01", 3000, "confirmed")]


@pytest.mark.parametrize(("said", "answer"), [
    ("更正党费", "更正党费 张三 50"), ("更正党费 李四", "没有改动"), ("更正党费 李四 50", "没有登记过"),
    ("更正党费 张三 30", "本来就是30元"), ("更正党费 欧阳锋 50", "名册里没有找到"), ("退回 王悦 党费", "名册里没有找到“王悦"),
    ("退回党费 张三", "不能退回"), ("更正党费 张三 李四 50", "一次说一个人"), ("更正党费 张三 0", "要大于0元")])
def test_what_cannot_be_put_right_is_said(world, said, answer):
    world.at("2017-02-10 10:00").李梅.says("确认党费 张三 30")
    world.李梅.says(said).hears(answer)
    assert standing(world) == [("张三", "2017-01", 3000, "confirmed")]


@pytest.mark.parametrize("said", ["更正党费 李四 50", "退回党费 李四"])
def test_members_put_nothing_right_by_themselves(world, said):
    world.at("2017-02-10 10:00").李四.says("缴党费 20").says(said).hears("书记、副书记或组织委员")
    assert standing(world) == [("李四", "2017-01", 2000, "awaiting")]


def test_several_are_confirmed_by_name(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李四.says("缴党费 20")
    world.林副.says("确认党费 张三、李四、周敏").hears("已确认：张三", "已确认：李四")
    world.林副.hears("周敏还没有登记", "确认党费 周敏 金额")


def test_all_are_confirmed_after_a_preview(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李四.says("缴党费 20.5")
    world.李梅.says("确认党费 全部").hears("2笔", "共50.5元", "张三一、二月党费30元", "确认", "取消")
    world.王五.says("缴党费 5")  # came after the preview, so it is not in it
    world.李梅.says("确认").hears("已确认2笔")
    assert [(row[0], row[3]) for row in standing(world)] == [
        ("张三", "confirmed"), ("李四", "confirmed"), ("王五", "awaiting")]


def test_what_somebody_else_confirmed_meanwhile_is_counted_apart(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李四.says("缴党费 20")
    world.李梅.says("确认党费 全部")
    world.陈静.says("确认党费 张三").hears("已确认")
    world.李梅.says("确认").hears("已确认1笔", "另有1笔刚刚已被确认")


def test_nothing_to_confirm(world):
    world.at("2017-02-10 10:00").李梅.says("确认党费").hears("没有待确认的党费")
    world.李梅.says("确认党费 全部").hears("没有待确认的党费")


def test_without_a_name_the_waiting_are_listed(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费").hears("待确认：张三一、二月党费30元", "确认党费 全部")


def test_money_that_was_handed_over_is_booked_with_its_amount(world):
    world.at("2017-02-10 10:00").李梅.says("确认党费 周敏 30").hears("已代为登记并确认：周敏一、二月党费30元")
    world.tick()
    world.周敏.receives("李梅已为您登记并确认", "30元")
    assert standing(world) == [("周敏", "2017-01", 3000, "confirmed")]


@pytest.mark.parametrize("said", ["确认党费 周敏30.5元", "确认党费周敏的30.5", "确认党费 T004 30.5"])
def test_a_name_and_an_amount_are_found_however_they_are_joined(world, said):
    world.at("2017-02-10 10:00").李梅.says(said).hears("已代为登记并确认：周敏一、二月党费30.5元")


def test_an_amount_that_differs_is_asked_about(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("确认党费 张三 50").hears("登记的是30元", "与50元不同", "确认", "取消")
    world.李梅.says("确认").hears("已更正并确认", "50元", "原为30元")
    assert standing(world) == [("张三", "2017-01", 5000, "confirmed")]


def test_equal_names_are_asked_about(world):
    world.at("2017-02-10 10:00").张伟甲.says("缴党费 30")
    world.李梅.says("确认党费 张伟").hears("2位张伟", "1. 张伟（党员，第一党小组", "2. 张伟（教师")
    world.李梅.says("1").hears("已确认：张伟一、二月党费30元")


@pytest.mark.parametrize(("said", "answer"), [
    ("确认党费 欧阳锋", "名册里没有找到“欧阳锋”"),
    ("确认党费 张三、欧阳锋", "什么都没有确认"),
    ("确认党费 张三 李四 30", "一次说一个人"),
    ("确认党费 张三 0", "要大于0元"),
    ("确认党费 钱多", "不是党员或预备党员"),
    ("确认党费 钱多 30", "不是党员或预备党员"),
])
def test_what_cannot_be_confirmed_is_said(world, said, answer):
    world.at("2017-02-10 10:00").李梅.says(said).hears(answer)
    assert standing(world) == []


def test_two_officers_at_once_one_confirms_and_both_know(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    with world.session() as session:
        payment_id = session.scalars(select(DuesPayment.id)).one()
        officers = list(session.scalars(select(Person.id).where(Person.name.in_(("李梅", "陈静")))))
    won: list[tuple[bool, DuesState]] = []

    def confirm(officer: int) -> None:
        with world.session() as session, session.begin():
            payment = session.get_one(DuesPayment, payment_id)
            done = payments.confirm(session, payment, session.get_one(Person, officer), moment("2017-02-10 10:01"))
            won.append((done, payment.state))
    threads = [threading.Thread(target=confirm, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [(False, DuesState.CONFIRMED), (True, DuesState.CONFIRMED)]


@pytest.mark.parametrize("who", ["张三", "钱多", "周敏", "何园"])
@pytest.mark.parametrize("said", ["确认党费 李四", "缴费情况", "催党费", "确认党费 全部"])
def test_only_officers_see_and_confirm_dues(world, who, said):
    world.at("2017-02-10 10:00").李四.says("缴党费 20")
    getattr(world, who).says(said).hears("书记、副书记或组织委员").hears_not("20元")
    assert standing(world) == [("李四", "2017-01", 2000, "awaiting")]


def test_a_stranger_sees_no_dues(world):
    world.at("2017-02-10 10:00").stranger.says("缴费情况").hears("绑定").hears_not("张三")


# Overview and own records

def test_what_was_reported_is_waiting_and_not_unpaid(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李四.says("缴党费 20")
    world.李梅.says("确认党费 李四")
    world.李梅.says("缴费情况").hears("一、二月党费", "2月28日（周二）截止", "应缴9人", "已缴1人", "未缴7人")
    world.李梅.hears("已缴：李四20元，共20元", "待确认：张三30元，共30元", "未缴：陈静、")


def test_after_the_round_the_overview_stays_with_it_and_shows_the_rest(world):
    world.at("2017-03-10 10:00").张三.says("缴党费 30 三月")
    world.陈静.says("缴费情况").hears("一、二月党费", "已截止", "未缴9人", "其他月份待确认：张三三月党费30元")
    world.陈静.says("缴费情况 六月").hears("六月党费")


def test_a_carried_plan_is_named(world):
    world.at("2018-06-05 10:00").陈静.says("缴费情况").hears("六月党费", "沿用2017年计划")


def test_own_dues_and_nobody_elses(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李四.says("缴党费 20")
    world.李梅.says("确认党费 张三")
    world.at("2017-06-02 10:00").张三.says("我的党费").hears("一、二月党费：30元，已由李梅在2月10日（周五）确认")
    world.张三.hears("六月党费：还没有登记", "6月30日（周五）截止", "已确认共30元").hears_not("李四", "20元")
    world.钱多.says("我的党费").hears("没有缴费记录")


def test_how_much_is_answered_with_the_rule_and_its_year(world):
    world.at("2017-02-10 10:00").张三.says("党费交多少").hears("计划里只写了缴纳的月份", "一、二月和六月", "李梅核定",
                                                            "中组发〔2008〕3号", "0.5%", "不要在这里发送工资")


def test_help_reminds_the_member_and_the_officer(world):
    world.at("2017-02-10 10:00").张三.says("帮助").hears("一、二月党费请在2月28日（周二）前交")
    world.张三.says("缴党费 30")
    world.张三.says("帮助").hears_not("前交")
    world.李梅.says("帮助").hears("1笔党费待确认")


def test_a_report_survives_a_restart(world, make_world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30").says("缴党费 50").hears("改成50元")
    again = make_world()
    again.at("2017-02-10 10:05").张三.says("确认").hears("已改为", "50元")


# 催党费 and the reminders of a round

def test_the_unpaid_are_reminded_after_a_preview_and_once_a_day(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("催党费").hears("将提醒8人", "一、二月党费", "确认", "取消")
    world.李梅.says("确认").hears("已安排提醒8人")
    world.陈静.says("催党费").hears("将提醒8人")
    world.陈静.says("确认").hears("已安排提醒0人", "8人今天已提醒过")
    world.tick()
    world.李四.receives("一、二月党费还没有您的登记", "2017年2月28日", "李梅", "缴党费")
    world.李四.says("详情").hears("一、二月党费", "2月28日（周二）前交给组织委员李梅", "缴党费 30")
    assert not [text for text in world.张三.pushed() if "还没有您的登记" in text]
    world.at("2017-02-13 10:00").李梅.says("催党费")
    world.李梅.says("确认").hears("已安排提醒8人")


def test_who_cannot_be_reached_is_counted_and_not_claimed(world):
    with world.session() as session, session.begin():
        session.scalars(select(Follower).join(Person, Person.id == Follower.person_id)
                        .where(Person.name == "王五")).one().subscribed = False
    world.at("2017-02-10 10:00").李梅.says("催党费").hears("将提醒9人", "其中1人没有绑定或已取消关注，收不到")
    world.李梅.says("确认").hears("已安排提醒9人", "其中1人没有绑定或已取消关注，收不到")


def test_the_card_names_the_last_day_with_its_weekday(world):
    world.at("2017-05-31 12:00").tick()
    world.at("2017-06-01 12:20").tick()
    world.李四.receives("六月党费开始缴纳了", "2017年6月30日 23:59", "6月30日（周五）止，发“缴党费”登记")


def test_who_reports_before_delivery_is_not_reminded(world):
    world.at("2017-02-10 10:00").李梅.says("催党费")
    world.李梅.says("确认")
    world.李四.says("缴党费 20")
    world.tick()
    assert not [text for text in world.李四.pushed() if "还没有您的登记" in text]


def test_nobody_is_left_to_remind(world):
    world.at("2017-02-10 10:00")
    for name in ("陈静", "林副", "李梅", "周敏", "吴兰", "张三", "李四", "王五", "张伟甲"):
        getattr(world, name).says("缴党费 10")
    world.李梅.says("催党费").hears("没有未缴的人")


def test_the_round_is_announced_on_its_first_working_day_once(world):
    world.at("2017-05-31 12:00").tick()
    world.at("2017-06-01 10:00").张三.says("缴党费 30")
    world.at("2017-06-01 12:19").tick()
    world.李四.says("你好").pushed()  # whoever has spoken lately gets the whole text
    world.at("2017-06-01 12:20").tick()
    world.李四.receives("六月党费", "开始缴纳", "6月30日（周五）前", "组织委员李梅", "缴党费")
    assert not [text for text in world.张三.pushed() if "开始缴纳" in text]
    assert not [text for text in world.钱多.pushed() if "党费" in text]
    world.at("2017-06-01 12:21").tick()
    world.李四.receives_nothing()


def test_the_last_reminder_goes_to_those_who_have_not_reported(world):
    world.at("2017-06-27 12:00").tick()
    world.张三.says("缴党费 30")
    world.李四.says("你好").pushed()
    world.at("2017-06-27 12:20").tick()
    world.李四.receives("六月党费", "快要截止", "6月30日")
    assert not [text for text in world.张三.pushed() if "快要截止" in text]


def test_after_a_week_without_ticks_nothing_stale_is_sent(world):
    world.at("2017-05-31 12:00").tick()
    world.at("2017-06-08 12:00").tick()
    assert not [text for text in world.李四.pushed() if "开始缴纳" in text]


def test_the_next_year_is_reminded_by_the_carried_plan(world):
    world.at("2018-05-31 12:00").tick()
    world.李四.says("你好")
    world.at("2018-06-01 12:20").tick()
    world.李四.receives("六月党费", "开始缴纳", "沿用2017年计划")


def test_the_group_of_the_unpaid_leaves_out_who_has_reported(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    branch = branch_id(world)
    with world.session() as session:
        ids = groups["未缴费"](session, branch, moment("2017-02-10 10:00"))
        names = set(session.scalars(select(Person.name).where(Person.id.in_(ids))))
    assert names == {"陈静", "林副", "李梅", "周敏", "吴兰", "李四", "王五", "张伟"}


# Rules

def test_the_plan_has_two_rounds_and_a_block_of_months_is_one(world):
    branch = branch_id(world)
    with world.session() as session:
        rounds = rounds_of(session, branch, 2017)
        assert [(one.period, one.months, one.name) for one in rounds] == [
            ("2017-01", (1, 2), "一、二月党费"), ("2017-06", (6,), "六月党费")]
        assert rounds_of(session, branch, 2016) == ()


@pytest.mark.parametrize(("day", "booked", "viewed"), [
    ("2017-01-01", "2017-01", "2017-01"),  # the round's first day
    ("2017-02-28", "2017-01", "2017-01"),  # its last
    ("2017-03-01", "2017-03", "2017-01"),  # after it: the month itself, while officers see the last round
    ("2017-06-30", "2017-06", "2017-06"),
    ("2017-12-31", "2017-12", "2017-06"),
    ("2018-01-01", "2018-01", "2018-01"),  # carried
    ("2016-12-31", "2016-12", "2016-12"),  # before any plan
])
def test_which_round_a_day_belongs_to(world, day, booked, viewed):
    on, branch = moment(day).date(), branch_id(world)
    with world.session() as session:
        assert round_for(session, branch, on.year, on.month).period == booked
        assert round_in_view(session, branch, on).period == viewed


@given(st.integers(min_value=1, max_value=MOST_DUES_FEN))
def test_every_amount_that_is_shown_can_be_said(fen):
    assert parse_amount(format_fen(fen)) == fen


@given(st.text(max_size=40))
def test_any_words_give_an_amount_within_bounds_or_a_sentence(words):
    try:
        fen = parse_amount(words)
    except Sorry:
        return
    assert fen is None or 0 < fen <= MOST_DUES_FEN


def test_pushes_of_dues_carry_nobody_elses_name(world):
    world.at("2017-02-10 10:00").张三.says("缴党费 30")
    world.李梅.says("催党费")
    world.李梅.says("确认")
    with world.session() as session:
        texts = session.scalars(select(Outbox.text).where(Outbox.kind.like("dues%"))).all()
    assert texts
    assert not [text for text in texts if "张三" in text]
