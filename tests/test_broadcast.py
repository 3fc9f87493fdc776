"""广播: preview, 确认 once, to exactly those people; later, taken back, and what became of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select

from bot.nlu.slots import Lexicon
from data.models import Branch, Broadcast, Follower, Outbox, OutboxState, Person
from handlers.broadcast.draft import Draft, UnknownGroup, read_draft, split_time
from scheduler.outbox import claim
from tests.world import CAST, World

LEXICON = Lexicon(people={"张三": (6,), "李四": (7,), "张伟": (13, 14)}, groups=frozenset({"第一党小组", "第二党小组"}))


def rows_of(world: World) -> list[str]:
    """The names of those for whom a broadcast is queued, in roster order."""
    with world.session() as session:
        return list(session.scalars(select(Person.name).join(Outbox, Outbox.person_id == Person.id)
                                    .where(Outbox.kind == "broadcast").order_by(Person.id)))


def broadcasts_in(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(Broadcast)) or 0


def settle(world: World, name: str, state: OutboxState, why: str = "") -> None:
    """The queued row of one person ended like this."""
    with world.assistant.sessions.begin() as session:
        row = session.scalars(select(Outbox).join(Person, Outbox.person_id == Person.id).where(
            Person.name == name, Outbox.kind == "broadcast")).one()
        row.state, row.why = state, why


@pytest.mark.parametrize(("words", "groups", "names", "text"), [
    ("党员 明天下午三点开会", ("党员",), (), "明天下午三点开会"),
    ("党员：明天下午三点开会", ("党员",), (), "明天下午三点开会"),
    ("党员和积极分子 明天开会", ("党员", "积极分子"), (), "明天开会"),
    ("党员、发展对象，积极分子 开会", ("党员", "发展对象", "积极分子"), (), "开会"),
    ("第一党小组 明天碰头", ("第一党小组",), (), "明天碰头"),
    ("1组 明天碰头", (), (), "1组 明天碰头"),
    ("张三、李四：下午来办公室", (), ("张三", "李四"), "下午来办公室"),
    ("未签到 请补签", ("未签到",), (), "请补签"),
    ("党员\n第一行\n第二行  两个空格", ("党员",), (), "第一行\n第二行  两个空格"),
    ("党员 和往常一样，三点", ("党员",), (), "和往常一样，三点"),
    ("给党员发个通知：明天开会", ("党员",), (), "明天开会"),
    ("通知全体老师周五下午大扫除", ("全体",), (), "周五下午大扫除"),
    ("群发一条消息给党员：记得戴党徽", ("党员",), (), "记得戴党徽"),
    ("帮我通知一下第一党小组，明天碰头", ("第一党小组",), (), "明天碰头"),
    ("给党员们发消息说下午三点到会议室", ("党员",), (), "下午三点到会议室"),
    ("党员 通知：明天开会", ("党员",), (), "通知：明天开会"),
    ("党员 发展对象推荐会周五开", ("党员",), (), "发展对象推荐会周五开"),
    ("发展对象 周五谈话", ("发展对象",), (), "周五谈话"),
    ("明天下午三点开会", (), (), "明天下午三点开会"),
    ("", (), (), ""),
])
def test_audience_and_text_are_found_and_the_text_stays_word_for_word(
        words: str, groups: tuple[str, ...], names: tuple[str, ...], text: str) -> None:
    assert read_draft(words, LEXICON) == Draft(groups=groups, names=names, text=text)


@pytest.mark.parametrize(("words", "when", "rest"), [
    ("3月8日9点 全体 节日快乐", "2017-03-08 09:00", "全体 节日快乐"),
    ("3月8日9点全体 节日快乐", "2017-03-08 09:00", "全体 节日快乐"),
    ("：明天8点 党员 带党徽", "2017-03-02 08:00", "党员 带党徽"),
    ("明早八点发通知给党员们，带好笔记", "2017-03-02 08:00", "发通知给党员们，带好笔记"),
    ("帮我预约后天九点群发给全体", "2017-03-03 09:00", "群发给全体"),
    ("设个定时通知，周五三点发给党员", "2017-03-03 15:00", "发给党员"),
    ("定个明天中午12点的广播", "2017-03-02 12:00", "广播"),
    ("到周三下午三点再通知积极分子", "2017-03-01 15:00", "再通知积极分子"),
])
def test_the_time_is_found_at_the_head(words: str, when: str, rest: str) -> None:
    now = datetime.fromisoformat("2017-03-01T10:00:00+08:00")
    due, follows = split_time(words, now)
    assert (f"{due:%Y-%m-%d %H:%M}", follows) == (when, rest)


@pytest.mark.parametrize("words", ["党员和保安 明天开会", "党员、保安 明天开会"])
def test_a_group_that_does_not_exist_is_not_taken_for_text(words: str) -> None:
    with pytest.raises(UnknownGroup, match="保安"):
        read_draft(words, LEXICON)


def test_a_broadcast_is_previewed_and_sent_on_confirmation(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("广播 党员 明天下午三点开会")
    world.陈静.hears("发给党员", "共9人", "9人现在可以推送到", "明天下午三点开会", "确认", "取消")
    world.陈静.hears_not("未绑定", "休息")
    assert rows_of(world) == []
    world.陈静.says("确认").hears("已开始发送", "共9人", "广播状态")
    world.tick()
    for member in (world.陈静, world.张三, world.王五, world.张伟甲):
        member.receives("明天下午三点开会")
    world.钱多.receives_nothing()


@pytest.mark.parametrize(("audience", "people"), [
    ("全体", [role.name for role in CAST.values() if role.bound]),
    ("预备党员", ["王五"]), ("发展对象", ["赵六"]), ("积极分子", ["孙琪"]), ("教师", ["钱多", "何园", "张伟"]),
    ("第二党小组", ["林副", "周敏", "吴兰", "李四", "王五"]),
    ("发展对象和积极分子", ["赵六", "孙琪"]), ("预备党员、第二党小组", ["林副", "周敏", "吴兰", "李四", "王五"]),
    ("张三", ["张三"]), ("张三、钱多", ["张三", "钱多"]), ("发展对象，张三", ["张三", "赵六"]),
])
def test_the_groups_are_those_of_the_roster_and_nobody_gets_it_twice(
        world: World, audience: str, people: list[str]) -> None:
    world.陈静.says(f"广播 {audience} 下午交材料").hears("下午交材料", "确认")
    world.陈静.says("确认").hears("已开始发送")
    assert rows_of(world) == people


def test_a_group_that_a_capability_computes_is_taken_at_the_preview(world: World) -> None:
    world.at("2017-06-05 09:00").张三.says("缴党费 30")
    world.陈静.says("广播 未缴费 请在本周内交党费").hears("发给未缴费", "共8人", "确认")
    world.陈静.says("确认").hears("共8人")
    assert "张三" not in rows_of(world)


@pytest.mark.parametrize("who", ["李梅", "周敏", "吴兰", "张三", "王五", "赵六", "孙琪", "钱多", "何园"])
@pytest.mark.parametrize("said", ["广播 全体 你们好", "定时广播 3月8日9点 全体 你们好", "广播状态", "取消定时广播"])
def test_others_than_the_secretaries_are_refused_and_nothing_happens(world: World, who: str, said: str) -> None:
    getattr(world, who).says(said).hears("书记或副书记")
    getattr(world, who).says("确认").hears_not("已开始发送")
    assert broadcasts_in(world) == 0


def test_the_deputy_may_broadcast_too(world: World) -> None:
    world.林副.says("广播 党员 开会").hears("确认")
    world.林副.says("确认").hears("已开始发送")


def test_a_preview_that_is_taken_back_sends_nothing(world: World) -> None:
    world.陈静.says("广播 党员 开会").hears("确认")
    world.陈静.says("取消").hears("取消")
    world.陈静.says("确认").hears_not("已开始发送")
    assert broadcasts_in(world) == 0


@pytest.mark.parametrize(("minute", "sent"), [("10:10", 1), ("10:11", 0)])
def test_a_preview_expires_after_ten_minutes(world: World, minute: str, sent: int) -> None:
    world.at("2017-03-01 10:00").陈静.says("广播 党员 开会").hears("10分钟内有效")
    world.at(f"2017-03-01 {minute}").陈静.says("确认")
    assert broadcasts_in(world) == sent


def test_a_preview_belongs_to_the_one_who_asked(world: World) -> None:
    world.陈静.says("广播 党员 开会").hears("确认")
    world.林副.says("确认").hears_not("已开始发送")
    assert broadcasts_in(world) == 0
    world.陈静.says("确认").hears("已开始发送")


def test_another_question_in_between_is_answered_and_leaves_the_preview_open(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("广播 党员 开会").hears("确认")
    world.陈静.says("三月有什么活动").hears("主题党日")
    world.陈静.says("确认").hears("已开始发送")


def test_confirming_twice_sends_once(world: World) -> None:
    world.陈静.says("广播 党员 开会").hears("确认")
    first = world.陈静.says("确认").hears("已开始发送").last
    world.陈静.says("确认").hears_not("已开始发送")
    world.platform.redeliver(first, copies=5)
    assert broadcasts_in(world) == 1
    assert len(rows_of(world)) == 9


def test_somebody_who_lost_the_office_meanwhile_cannot_confirm(world: World) -> None:
    world.陈静.says("广播 党员 开会").hears("确认")
    with world.assistant.sessions.begin() as session:
        session.scalars(select(Person).where(Person.name == "陈静")).one().duties = ""
    world.陈静.says("确认").hears("书记或副书记")
    assert broadcasts_in(world) == 0


def test_the_preview_says_who_cannot_be_pushed_to(world: World) -> None:
    with world.assistant.sessions.begin() as session:
        person = session.scalars(select(Person.id).where(Person.name == "钱多")).one()
        session.scalars(select(Follower).where(Follower.person_id == person)).one().template_refused = True
    world.陈静.says("广播 教师 明天停水").hears(
        "共4人", "2人现在可以推送到", "1人下次给我发消息时看到", "1人未绑定、收不到")


def test_a_subscription_account_can_push_to_nobody_and_says_so(make_world: Callable[..., World]) -> None:
    world = make_world(WECHAT_ACCOUNT="subscription")
    world.陈静.says("广播 积极分子 开会").hears("0人现在可以推送到", "1人下次给我发消息时看到")


@pytest.mark.parametrize(("hour", "late"), [("07:29", True), ("07:30", False), ("19:59", False), ("20:00", True)])
def test_a_late_hour_is_mentioned_in_the_preview(world: World, hour: str, late: bool) -> None:
    world.at(f"2017-03-01 {hour}").陈静.says("广播 党员 开会").hears("确认")
    assert ("可能在休息" in world.陈静.heard) is late


@pytest.mark.parametrize("said", ["广播 保安 明天开会", "广播 明天下午三点开会", "广播 第九党小组 开会",
                                  "广播 李雷 开会"])
def test_an_unknown_audience_is_answered_with_the_groups_there_are(world: World, said: str) -> None:
    world.陈静.says(said).hears("还没有发送", "全体", "预备党员", "第一党小组", "未签到", "未缴费")
    world.陈静.says("确认").hears_not("已开始发送")


def test_a_group_without_people_is_said_to_be_empty(world: World) -> None:
    with world.assistant.sessions.begin() as session:
        session.scalars(select(Person).where(Person.name == "赵六")).one().identity = "积极分子"
    world.陈静.says("广播 发展对象 开会").hears("现在没有人")


def test_a_missing_text_is_asked_for(world: World) -> None:
    world.陈静.says("广播 党员").hears("内容")
    world.陈静.says("明天下午三点开会\n带好笔记本").hears("明天下午三点开会\n带好笔记本", "共9人", "确认")
    world.陈静.says("确认").hears("已开始发送")


def test_a_bare_command_is_asked_for_audience_and_text(world: World) -> None:
    world.陈静.says("广播").hears("发给谁", "第一党小组")
    world.陈静.says("积极分子 周六培训").hears("发给积极分子", "周六培训", "确认")


def test_the_text_goes_out_word_for_word(world: World) -> None:
    text = "各位老师：\n  １．明天《三会一课》；\n<b>不要</b>忘 ]]> & “带”笔 🙂"
    world.at("2017-03-01 10:00").李四.says("你好")
    world.陈静.says(f"广播 李四 {text}").hears(text)
    world.陈静.says("确认").hears("已开始发送")
    world.tick()
    world.李四.receives(text)


@pytest.mark.parametrize(("length", "heard"), [(600, "确认"), (601, "601字")])
def test_a_text_has_at_most_six_hundred_characters(world: World, length: int, heard: str) -> None:
    world.陈静.says("广播 党员 " + "会" * length)
    if "继续" in world.陈静.heard:
        world.陈静.says("继续")
    world.陈静.hears(heard)


def test_equal_names_are_asked_about(world: World) -> None:
    world.陈静.says("广播 张伟 请来办公室").hears("2位张伟", "1. ", "2. ", "3. 都发")
    world.陈静.says("2").hears("共1人", "请来办公室", "确认")
    world.陈静.says("确认").hears("已开始发送")
    world.tick()
    world.张伟乙.receives("请来办公室")
    world.张伟甲.receives_nothing()


def test_both_of_equal_names_can_be_meant(world: World) -> None:
    world.陈静.says("广播 张伟、张三 请来办公室").hears("都发")
    world.陈静.says("3").hears("共3人", "张三")


def test_a_broadcast_for_later_waits_for_its_time(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("定时广播 3月8日9点 积极分子 节日快乐")
    world.陈静.hears("3月8日（周三）09:00发给积极分子", "节日快乐", "确认").says("确认").hears("已定好", "取消定时广播")
    world.tick()
    world.at("2017-03-08 08:59").tick()
    world.孙琪.receives_nothing()
    world.at("2017-03-08 09:00").tick()
    world.孙琪.receives("节日快乐")


@pytest.mark.parametrize(("said", "why"), [
    ("定时广播 今天9点 积极分子 节日快乐", "已经过去"),
    ("定时广播 3月1日9点 积极分子 节日快乐", "已经过去"),
    ("定时广播 2016年3月8日9点 积极分子 节日快乐", "已经过去"),
    ("定时广播 4月31日9点 积极分子 节日快乐", "没有“4月31日"),
    ("定时广播 3月8日 积极分子 节日快乐", "没有说几点"),
    ("定时广播 每周五9点 积极分子 节日快乐", "不是一个时刻"),
    ("定时广播 积极分子 节日快乐", "没有看出什么时候发"),
])
def test_a_time_that_cannot_be_is_asked_about_and_the_rest_is_kept(world: World, said: str, why: str) -> None:
    world.at("2017-03-01 10:00").陈静.says(said).hears(why, "日期和时间")
    world.陈静.says("3月8日9点").hears("3月8日（周三）09:00", "积极分子", "节日快乐", "确认")


@pytest.mark.parametrize(("on", "when", "shown"), [
    ("2017-11-20", "3月8日9点", "2018年3月8日（周四）09:00"), ("2017-12-20", "1月2日9点", "2018年1月2日（周二）09:00"),
    ("2017-12-20", "1月2日（周二）9点", "2018年1月2日（周二）09:00"),
    ("2017-02-20", "明年3月8日9点", "2018年3月8日（周四）09:00"), ("2017-02-20", "2018年3月8日9点", "2018年3月8日（周四）09:00"),
])
def test_a_day_without_a_year_is_the_coming_one_and_another_year_is_named(
        world: World, on: str, when: str, shown: str) -> None:
    world.at(f"{on} 10:00").陈静.says(f"定时广播 {when} 积极分子 节日快乐").hears(f"{shown}发给积极分子", "确认")
    world.陈静.says("确认").hears(f"已定好：{shown}")
    world.陈静.says("广播状态").hears(f"待发：{shown}")


@pytest.mark.parametrize("said", ["三月有什么活动", "2018年3月有什么活动", "本月安排", "下次党日是什么时候"])
def test_a_question_is_answered_while_a_time_is_awaited(world: World, said: str) -> None:
    world.at("2017-03-01 10:00").陈静.says("定时广播 今天9点 积极分子 节日快乐").hears("已经过去")
    world.陈静.says(said).hears_not("还没有发送", "请回复发送的日期")
    world.陈静.says("确认").hears("还不用确认", "请回复发送的日期和时间").hears_not("已经过去")
    world.陈静.says("那就3月8日9点吧").hears("3月8日（周三）09:00发给积极分子", "节日快乐", "确认")


def test_a_broadcast_for_later_can_be_taken_back(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("定时广播 3月8日9点 积极分子 节日快乐").says("确认")
    world.陈静.says("取消定时广播").hears("节日快乐", "确认")
    world.陈静.says("确认").hears("已取消这条定时广播")
    world.at("2017-03-08 09:00").tick()
    world.孙琪.receives_nothing()
    world.陈静.says("取消定时广播").hears("没有待发的定时广播")


def test_which_of_several_is_taken_back_is_asked(world: World) -> None:
    world.at("2017-03-01 10:00")
    for words in ("3月8日9点 积极分子 节日快乐", "3月9日9点 积极分子 周六培训"):
        world.陈静.says(f"定时广播 {words}").says("确认").hears("已定好")
    world.陈静.says("取消定时广播").hears("1. 3月8日", "2. 3月9日")
    world.陈静.says("2").hears("周六培训", "确认")
    world.陈静.says("确认").hears("已取消这条定时广播")
    world.at("2017-03-09 10:00").tick()
    assert world.孙琪.pushed() != []
    world.孙琪.receives_nothing()


def test_a_broadcast_that_has_begun_cannot_be_taken_back(world: World) -> None:
    world.at("2017-03-08 08:55").陈静.says("定时广播 3月8日9点 积极分子 节日快乐").says("确认")
    world.陈静.says("取消定时广播").hears("确认")
    world.at("2017-03-08 09:01").陈静.says("确认").hears("已经发出")


def test_a_preview_for_a_time_that_has_passed_meanwhile_sends_nothing(world: World) -> None:
    world.at("2017-03-08 08:55").陈静.says("定时广播 3月8日9点 积极分子 节日快乐").hears("确认")
    world.at("2017-03-08 09:01").陈静.says("确认").hears("已经过去")
    assert broadcasts_in(world) == 0


def test_somebody_who_unbound_before_the_time_is_left_out_with_the_reason(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("定时广播 3月8日9点 积极分子 节日快乐").says("确认")
    world.孙琪.says("解绑").says("确认").hears("已解绑")
    world.at("2017-03-08 09:00").tick()
    world.孙琪.receives_nothing()
    world.陈静.says("广播状态").hears("已送达0人", "失败1人", "失败：")


def test_the_state_has_numbers_with_reasons_and_names_on_asking(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("广播 教师、发展对象、积极分子 停水").says("确认").hears("已开始发送")
    with world.assistant.sessions.begin() as session:
        claim(session, 100, world.now, world.now)
    settle(world, "赵六", OutboxState.SENT)
    settle(world, "孙琪", OutboxState.HELD, "对方拒收模板消息，下次发消息时送达")
    settle(world, "钱多", OutboxState.FAILED, "已取消关注")
    settle(world, "何园", OutboxState.UNSURE, "平台的应答丢失，不能确认是否送达")
    world.陈静.says("广播状态").hears(
        "最近一次广播", "已送达1人，等待2人，失败1人，待核实1人，未绑定1人", "等待：对方拒收模板消息",
        "等待：正在发送，1人", "失败：已取消关注，1人", "待核实：平台的应答丢失").hears_not("赵六", "新人")
    world.陈静.says("广播状态 名单")
    world.陈静.hears("已送达：赵六", "：孙琪", "失败（已取消关注）：钱多", "：何园", "未绑定：新人")


def test_the_state_of_earlier_broadcasts_can_be_asked_for(world: World) -> None:
    for minute, words in (("10:00", "第一条"), ("10:05", "第二条")):
        world.at(f"2017-03-01 {minute}").陈静.says(f"广播 积极分子 {words}").says("确认").hears("已开始发送")
    world.陈静.says("广播状态").hears("第二条").hears_not("第一条")
    world.陈静.says("广播状态 第2条").hears("往前第2条", "第一条")
    world.陈静.says("广播状态 编号1").hears("第一条")
    world.陈静.says("广播状态 1").hears("编号1", "第一条")
    world.陈静.says("广播状态 3").hears("没有往前第3条广播")


def test_before_any_broadcast_the_state_says_so_and_names_what_waits(world: World) -> None:
    world.at("2017-03-01 10:00").陈静.says("广播状态").hears("还没有发过广播")
    world.陈静.says("定时广播 3月8日9点 积极分子 节日快乐").says("确认")
    world.陈静.says("广播状态").hears("还没有发过广播", "待发：3月8日（周三）09:00")


def test_a_broadcast_of_another_branch_is_not_seen(world: World) -> None:
    with world.assistant.sessions.begin() as session:
        other = Branch(name="另一个党支部")
        session.add(other)
        session.flush()
        session.add(Person(branch_id=other.id, staff_no="X1", name="外人", identity="党员"))
        session.add(Broadcast(branch_id=other.id, author_id=1, audience=["全体"], text="别的支部", unbound=[],
                              confirmed_at=world.now, due=world.now))
    world.陈静.says("广播状态").hears("还没有发过广播").hears_not("别的支部")
    world.陈静.says("广播 全体 你们好").hears("共15人")


def test_the_state_of_a_broadcast_says_why_all_pushing_has_stopped(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("广播 张三 明天开会").says("确认")
    world.platform.fail_next("stable_token", errcode=40125, times=3)
    world.tick()
    world.陈静.says("广播状态").hears("现在暂停推送：公众号的AppSecret有误")


def test_following_by_a_scanned_code_welcomes_like_any_other(world: World) -> None:
    reply = world.platform.event(world.stranger.openid, "subscribe", EventKey="qrscene_7", Ticket="t")
    assert "绑定" in reply.text
