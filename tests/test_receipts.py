"""收到: what asks for it, who has confirmed, who is reminded; and what 撤销 does to a broadcast."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from bot.nlu.slots import Lexicon
from data.models import Activity, Branch, Broadcast, Outbox, OutboxState, Person, Receipt
from data.receipts import confirm
from handlers.broadcast.draft import asks_in_text, read_draft
from tests.world import World

LEXICON = Lexicon(people={"张三": (6,)}, groups=frozenset({"第一党小组"}))
ASKED = "请回复“收到”"


def send(world: World, words: str) -> None:
    """书记 sends a broadcast, and it is delivered."""
    world.陈静.says(f"广播 {words}").says("确认").hears("已开始发送")
    world.tick()


def greet(world: World, *names: str) -> None:
    """They have written lately, so that a push comes as a whole and not as a template."""
    for name in names:
        getattr(world, name).says("你好")


def receipts_in(world: World) -> list[tuple[str, str]]:
    with world.session() as session:
        rows = select(Person.name, Receipt.subject).join(Person, Person.id == Receipt.person_id)
        return sorted(tuple(row) for row in session.execute(rows))


def settle(world: World, name: str, state: OutboxState, why: str = "") -> None:
    """The broadcast's message to one person ended like this."""
    with world.assistant.sessions.begin() as session:
        row = session.scalars(select(Outbox).join(Person, Outbox.person_id == Person.id).where(
            Person.name == name, Outbox.kind == "broadcast")).one()
        row.state, row.why = state, why


@pytest.mark.parametrize(("words", "wants", "text"), [
    ("党员 回执 明天下午三点开会", True, "明天下午三点开会"),
    ("党员 要回执：明天下午三点开会", True, "明天下午三点开会"),
    ("党员，需回执，明天开会", True, "明天开会"),
    ("党员 请回复收到 明天开会", True, "明天开会"),
    ("党员 请回复“收到” 明天开会", True, "明天开会"),
    ("回执 党员 明天开会", True, "明天开会"),
    ("给党员发个通知，要回执：明天开会", True, "明天开会"),
    ("党员 回执", True, ""),
    ("党员 回执请于周五前交到办公室", False, "回执请于周五前交到办公室"),
    ("党员 请把体检回执交到办公室", False, "请把体检回执交到办公室"),
    ("党员 明天交回执", False, "明天交回执"),
])
def test_only_a_word_between_audience_and_text_asks_for_receipts(words: str, wants: bool, text: str) -> None:
    draft = read_draft(words, LEXICON)
    assert (draft.wants_receipt, draft.text, bool(draft.groups)) == (wants, text, True)


@pytest.mark.parametrize(("text", "asks"), [
    ("明天开会，收到请回复。", True), ("明天开会，请大家回复“收到”！", True), ("开会，请收到后回复收到", True),
    ("不用回复收到", False), ("请勿回复收到", False), ("收到请回复的人数已统计", False), ("材料收到了吗？", False),
])
def test_a_text_may_ask_at_its_end(text: str, asks: bool) -> None:
    assert asks_in_text(text) is asks


def test_a_broadcast_asks_for_receipts_and_counts_them(world: World) -> None:
    greet(world.at("2017-03-01 10:00"), "张三")
    world.陈静.says("广播 党员 回执 明天下午三点开会")
    world.陈静.hears("共9人", "要求回复“收到”", "明天下午三点开会").hears_not("回执")
    world.陈静.says("确认").hears("回执情况")
    world.tick()
    world.张三.receives("明天下午三点开会", ASKED)
    world.王五.receives("明天下午三点开会", "请回复收到")
    world.张三.says("收到").hears("已记下", "3月1日（周三）10:00", "明天下午三点开会")
    world.李四.says("收到，谢谢").hears("已记下")
    world.陈静.says("回执情况").hears("已回复2人，未回复（已送达）6人，未送达0人。", "已回复：张三、李四。", "未回复：林副",
                                "张伟（工号尾号013）", "催回执").hears_not("陈静")
    world.陈静.says("谁没收到").hears("未回复（已送达）6人")
    world.陈静.says("收到").hears("没有等您回复")  # her own notice


def test_a_receipt_twice_is_one_row_and_the_same_answer(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "党员 回执 明天开会")
    answer = world.张三.says("收到").hears("已记下").heard
    world.platform.redeliver(world.张三.last, copies=3)
    assert world.张三.says("收到了").heard == answer
    assert len(receipts_in(world)) == 1


def test_receipts_at_once_are_one_row(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三 回执 明天开会")
    now, new = world.now, []

    def arrive() -> None:
        with world.assistant.sessions.begin() as session:
            person = session.scalars(select(Person).where(Person.name == "张三")).one()
            new.append(confirm(session, person, session.scalars(select(Broadcast)).one(), now))
    threads = [threading.Thread(target=arrive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False, False, False, True]


def test_received_without_a_notice_that_asks_for_it_changes_nothing(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三 明天开会")
    world.张三.says("收到").hears("好的", "没有等您回复")
    send(world, "李四 回执 明天开会")
    world.张三.says("收到").hears("没有等您回复")
    world.钱多.says("收到红包").hears_not("已记下", "没有等您回复")
    world.stranger.says("收到").hears("绑定")
    assert receipts_in(world) == []


def test_one_word_confirms_all_that_wait_within_two_weeks(world: World) -> None:
    greet(world.at("2017-03-01 10:00"), "张三")
    send(world, "张三 回执 第一条")
    send(world, "张三 第二条，收到请回复")
    assert sum(ASKED in text for text in world.张三.pushed()) == 1  # the second says it in its own words
    world.at("2017-03-20 10:00")
    send(world, "张三 回执 第三条")
    world.张三.says("收到").hears("第三条").hears_not("第一条", "共")
    world.at("2017-03-21 09:00")
    send(world, "张三 回执 第四条")
    send(world, "张三 回执 第五条")
    world.张三.says("收到").hears("共2条", "1. ", "第五条", "第四条").hears_not("第三条")
    assert [subject for _, subject in receipts_in(world)] == ["broadcast/3", "broadcast/4", "broadcast/5"]


def test_a_broadcast_for_later_can_ask_too_and_the_question_for_the_text_keeps_it(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("定时广播 3月8日9点 积极分子 回执").hears("内容")
    world.陈静.says("节日快乐").hears("要求回复“收到”").says("确认").hears("已定好")
    world.陈静.says("回执情况").hears("还没有要求回复“收到”的广播")
    world.at("2017-03-08 09:00").tick()
    world.孙琪.receives("节日快乐", "请回复收到")
    world.孙琪.says("收到").hears("已记下")
    world.陈静.says("回执情况").hears("已回复1人")


def test_who_has_not_got_it_stands_apart_from_who_has_not_answered(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "教师、发展对象、积极分子 回执 明天停水")
    settle(world, "孙琪", OutboxState.HELD, "下次发消息时看到")
    settle(world, "钱多", OutboxState.FAILED, "已取消关注")
    world.赵六.says("收到")
    world.陈静.says("回执情况").hears("已回复1人，未回复（已送达）2人，未送达2人，未绑定1人。", "未回复：何园、张伟（工号尾号014）。",
                                "未送达（下次发消息时看到）：孙琪。", "未送达（已取消关注）：钱多。", "未绑定：新人。")
    send(world, "积极分子 不要回执的一条")
    world.陈静.says("回执情况").hears("明天停水")
    world.陈静.says("回执情况 第2条").hears("没有往前第2条")
    world.陈静.says("回执情况 2").hears("编号2的广播没有要求回复“收到”", "不要回执的一条")
    send(world, "积极分子 回执 后天停电")
    for said in ("谁没收到 编号1", "谁没收到 1", "编号1谁没收到", "回执情况 第2条"):
        world.陈静.says(said).hears("编号1", "明天停水").hears_not("后天停电")
    world.陈静.says("谁没收到 编号9").hears("没有编号9")


def test_without_any_such_broadcast_the_delivery_of_the_last_one_is_shown(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("谁没收到").hears("还没有要求回复“收到”的广播", "广播 党员 回执")
    world.陈静.says("催回执").hears("没有要催的")
    send(world, "积极分子 开会")
    world.陈静.says("谁没收到").hears("送达情况", "已送达1人")


@pytest.mark.parametrize("who", ["李梅", "何园"])
@pytest.mark.parametrize("said", ["回执情况", "催回执", "谁没收到", "要回执 主题党日"])
def test_only_the_secretaries_see_who_has_answered(world: World, who: str, said: str) -> None:
    getattr(world, who).says(said).hears("书记或副书记")


def test_only_who_has_not_confirmed_is_reminded_once_a_day(world: World) -> None:
    greet(world.at("2017-03-01 10:00"), "张三", "李四", "王五")
    send(world, "张三、李四、王五 回执 明天开会")
    world.张三.says("收到")
    for name in ("李四", "王五"):
        getattr(world, name).receives("明天开会")
    world.陈静.says("催回执").hears("将提醒2人", "明天开会", "一天最多提醒一次", "确认")
    world.李四.says("收到").hears("已记下")
    world.陈静.says("确认").hears("已安排提醒1人")
    world.tick()
    world.王五.receives("明天开会", "还没有您的回复", ASKED)
    world.李四.receives_nothing()
    world.陈静.says("撤销").hears("收不回来")
    world.陈静.says("催回执").hears("没有要催的人", "1人今天已提醒过").hears_not("确认")
    world.at("2017-03-02 10:00").陈静.says("催回执").says("确认").hears("已安排提醒1人")
    world.王五.says("收到").hears("已记下")
    world.陈静.says("催回执").hears("没有要催的人")
    world.陈静.says("撤销").hears_not("已撤销")


def test_who_confirms_before_the_reminder_goes_out_does_not_get_it(world: World) -> None:
    world.at("2017-03-01 19:00")
    send(world, "张三、李四 回执 明天开会")
    for name in ("张三", "李四"):
        getattr(world, name).receives("明天开会")
    world.at("2017-03-01 21:00").陈静.says("催回执").says("确认").hears("休息时间", "3月2日（周四）07:30")
    world.张三.says("收到")
    world.at("2017-03-02 07:31").tick()
    world.张三.receives_nothing()
    world.李四.receives("还没有您的回复，请回复收到", "明天开会")


def test_a_reminder_brings_the_text_to_whom_the_broadcast_could_not_reach(world: World) -> None:
    greet(world.at("2017-03-01 10:00"), "钱多")
    send(world, "钱多、新人 回执 明天停水")
    settle(world, "钱多", OutboxState.FAILED, "平台出错")
    world.钱多.pushed()
    world.陈静.says("催回执").hears("将提醒1人", "不提醒的：1人没有绑定")
    world.陈静.says("确认").hears("已安排提醒1人")
    world.tick()
    world.钱多.receives("明天停水", ASKED)
    world.钱多.says("收到").hears("已记下")
    world.陈静.says("回执情况").hears("已回复1人，未回复（已送达）0人，未送达0人，未绑定1人")


def test_somebody_who_lost_the_office_meanwhile_cannot_remind(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三 回执 明天开会")
    world.陈静.says("催回执").hears("确认")
    with world.assistant.sessions.begin() as session:
        session.scalars(select(Person).where(Person.name == "陈静")).one().duties = ""
    world.陈静.says("确认").hears("书记或副书记")


def test_receipts_of_another_branch_are_not_seen(world: World) -> None:
    with world.assistant.sessions.begin() as session:
        other = Branch(name="另一个党支部")
        session.add(other)
        session.flush()
        session.add(Broadcast(branch_id=other.id, author_id=1, audience=["全体"], text="别的支部", unbound=[],
                              wants_receipt=True, confirmed_at=world.now, due=world.now))
    world.陈静.says("回执情况").hears("还没有要求回复").hears_not("别的支部")


def test_an_activity_can_be_sent_with_a_receipt(world: World) -> None:
    greet(world.at("2017-03-01 10:00"), "张三")
    world.陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.陈静.says("确认")
    world.陈静.says("回执 三月主题党日").hears("发给党员", "3月10日（周五）14:00", "多功能厅", "要求回复“收到”", "确认")
    world.陈静.says("确认").hears("已开始发送")
    world.tick()
    world.张三.receives("主题党日", "3月10日（周五）14:00", ASKED)
    world.张三.says("收到").hears("已记下", "主题党日")
    world.陈静.says("回执 五月党课").hears("没有找到", "没有发送")
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 1


def test_help_names_what_waits_for_an_answer(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三 回执 明天开会")
    world.张三.says("帮助").hears("回复“收到”：3月1日（周三）10:00的通知“明天开会”")
    world.张三.says("收到").says("帮助").hears_not("回复“收到”：")


def test_undo_takes_a_broadcast_for_later_back_and_one_that_went_out_not(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("定时广播 3月8日9点 积极分子 节日快乐").says("确认").hears("已定好")
    world.陈静.says("撤销").hears("已撤销定时广播", "节日快乐")
    world.陈静.says("定时广播 3月9日9点 积极分子 周六培训").says("确认").hears("已定好")
    world.陈静.says("取消定时广播").says("确认").hears("已取消")
    world.陈静.says("撤销").hears("已恢复定时广播", "周六培训")
    world.at("2017-03-08 09:01").tick()
    world.孙琪.receives_nothing()
    world.at("2017-03-09 09:01").tick()
    world.孙琪.receives("周六培训")
    send(world, "积极分子 开会")
    world.陈静.says("撤销").hears("收不回来", "更正")


def test_a_receipt_is_not_taken_back_and_survives_a_restart(
        world: World, make_world: Callable[..., World]) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三 回执 明天开会")
    world.张三.says("收到").says("撤销").hears("“收到”已经记下")
    again = make_world().at("2017-03-01 10:05")
    again.陈静.says("回执情况").hears("已回复1人", "已回复：张三。")


@pytest.fixture
def theme_day(world: World) -> World:
    """主题党日 on 10 March; everybody has read of it."""
    greet(world.at("2017-03-01 10:00"), "张三", "李四")
    world.陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅").hears("已定")
    world.tick()
    world.张三.pushed()
    return world


def test_a_preview_with_a_date_that_has_changed_is_shown_anew(theme_day: World) -> None:
    theme_day.陈静.says("回执 三月主题党日").hears("3月10日（周五）14:00")
    theme_day.林副.says("改期 三月主题党日 3月9日 15:00").hears("已改")
    theme_day.陈静.says("确认").hears("没有发送", "现在是主题党日活动（3月9日（周四）15:00）", "新的预览", "时间：3月9日（周四）15:00",
                                "回复“确认”发送")
    theme_day.陈静.hears_not("时间：3月10日")
    with theme_day.session() as session:
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 0
    theme_day.陈静.says("确认").hears("已开始发送")
    theme_day.tick()
    theme_day.张三.receives("时间：3月9日（周四）15:00", ASKED)
    theme_day.陈静.says("回执 三月主题党日")
    theme_day.林副.says("取消活动 三月主题党日").says("确认").hears("已取消")
    theme_day.陈静.says("确认").hears("没有发送", "已经取消").hears_not("预览")


def test_nobody_is_reminded_of_a_date_that_has_changed(theme_day: World) -> None:
    theme_day.陈静.says("回执 三月主题党日").says("确认").hears("已开始发送")
    theme_day.tick()
    theme_day.陈静.says("催回执").hears("将提醒8人")
    theme_day.林副.says("改期 三月主题党日 3月9日 15:00").hears("已改")
    theme_day.陈静.says("确认").hears("没有提醒", "3月9日（周四）15:00", "回执 主题党日活动")
    theme_day.陈静.says("催回执").hears("没有提醒", "3月9日").hears_not("确认")
    theme_day.陈静.says("回执情况").hears("后来有变动", "3月9日").hears_not("催回执")


def test_what_waits_with_an_old_date_is_not_sent(theme_day: World) -> None:
    theme_day.陈静.says("回执 三月主题党日").says("确认").hears("已开始发送")
    theme_day.林副.says("改期 三月主题党日 3月9日 15:00").hears("已改")
    theme_day.tick()
    assert not [text for text in theme_day.张三.pushed() if "3月10日（周五）14:00\n" in text]
    with theme_day.session() as session:
        assert set(session.scalars(select(Outbox.why).where(Outbox.kind == "broadcast"))) == {"活动已改期或取消"}


def test_a_date_that_changed_in_the_night_stops_the_reminder(theme_day: World) -> None:
    theme_day.陈静.says("回执 三月主题党日").says("确认").hears("已开始发送")
    theme_day.tick()
    theme_day.at("2017-03-01 21:00").陈静.says("催回执").says("确认").hears("休息时间")
    theme_day.林副.says("改期 三月主题党日 3月9日 15:00").hears("已改")
    theme_day.at("2017-03-02 07:31").tick()
    assert not [text for text in theme_day.张三.pushed() if "还没有您的回复" in text]


@pytest.mark.parametrize("order", ["通知全体老师周五下午大扫除，收到请回复", "各位老师明天下午四点开会，收到请回复",
                                   "请各位同事三点到会议室领材料，收到请回复"])
def test_an_order_is_never_a_receipt(world: World, order: str) -> None:
    world.at("2017-03-01 10:00")
    send(world, "党员 回执 明天开会")
    world.陈静.says(order).hears("要求回复“收到”", "回复“确认”发送").hears_not("已记下")
    world.张三.says(order).hears_not("已记下")
    assert receipts_in(world) == []
    world.李四.says("通知党员明天开会，收到请回复").hears("由书记或副书记操作")
    assert receipts_in(world) == []


def test_an_order_without_an_audience_gets_the_form_of_a_broadcast(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("明天下午四点开会，收到请回复").hears("没有看出发给谁", "广播 党员")


@pytest.mark.parametrize("said", ["好的", "OK", "嗯", "知道了", "明白", "👌", "1", "好的谢谢", "嗯嗯，知道了"])
def test_any_yes_answers_the_one_notice_that_waits(world: World, said: str) -> None:
    world.at("2017-03-01 10:00").张三.says(said).hears_not("已记下")
    send(world, "张三 回执 明天开会")
    world.张三.says(said).hears("“收到”已记下", "明天开会")
    assert receipts_in(world) == [("张三", "broadcast/1")]


def test_a_yes_that_may_mean_something_else_confirms_nothing(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三 回执 第一条")
    world.张三.says("确认").hears("没有等待您确认")
    world.张三.says("解绑").hears("确认").says("取消")
    world.at("2017-03-01 10:30").张三.says("👎").hears_not("已记下")
    world.张三.says("缴党费").says("1").hears_not("“收到”")
    send(world, "张三 回执 第二条")
    world.at("2017-03-01 12:00").张三.says("好的").hears("2条", "“收到”").hears_not("已记下")
    world.at("2017-03-04 12:00").张三.says("好的").hears_not("已记下")
    assert receipts_in(world) == []
    world.张三.says("收到").hears("共2条")


def test_received_but_not_coming_says_how_leave_is_asked_for(world: World) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三、李四 回执 明天开会")
    world.张三.says("收到但是我有课来不了").hears("“收到”已记下", "来不了，请回复“请假”加原因")
    world.李四.says("收到，谢谢书记提醒，我会带好材料按时到的").hears("已记下").hears_not("请假")


def test_the_word_send_confirms_only_a_preview(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("发").hears_not("已开始发送")
    world.陈静.says("广播 张三 明天开会").says("发").hears("已开始发送")
    world.张三.says("解绑").says("发").hears_not("已解绑", "解除")


@pytest.mark.parametrize("said", ["谁没回", "还有谁没看"])
def test_short_questions_mean_the_receipts(world: World, said: str) -> None:
    world.at("2017-03-01 10:00")
    send(world, "张三 回执 明天开会")
    world.陈静.says(said).hears("未回复（已送达）1人")
