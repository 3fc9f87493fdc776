"""Scenes: what the calendar pushes by itself, to whom, when, and never twice or too late."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from data.models import Outbox, Person, PlanEntry
from handlers.activities.reminders import dues_of
from tests.world import ZONE, World

SET_MARCH = "设置 三月主题党日 3月10日 14:00 多功能厅"


def set_march(world: World, said: str = SET_MARCH) -> World:
    """The date is set on the first of March, and the notices of it have been read."""
    world.at("2017-03-01 12:30").陈静.says(said).hears("已定")
    world.tick()
    for actor in (world.陈静, world.张三, world.李四, world.王五, world.孙琪, world.钱多):
        actor.pushed()
    return world


def queued(world: World, kind: str) -> list[tuple[str, str]]:
    """Who has what of this kind in the outbox: (name, text)."""
    with world.session() as session:
        rows = session.execute(select(Person.name, Outbox.text).join(Outbox, Outbox.person_id == Person.id)
                               .where(Outbox.kind == kind).order_by(Outbox.id))
        return [(name, text) for name, text in rows]


# --- dated activities ---

@pytest.mark.parametrize("moment", ["2017-03-03 16:45", "2017-03-09 16:45", "2017-03-10 12:00"])
def test_an_activity_is_reminded_of_a_week_a_day_and_two_hours_before(world: World, moment: str) -> None:
    set_march(world)
    at = datetime.fromisoformat(moment)
    world.at((at - timedelta(minutes=1)).isoformat()).tick()
    world.李四.pushed()
    world.at(moment).tick()
    world.李四.receives("主题党日活动", "3月10日", "14:00", "多功能厅")
    world.孙琪.receives_nothing()
    world.at((at + timedelta(minutes=1)).isoformat()).tick()
    world.李四.receives_nothing()


def test_the_text_names_day_weekday_time_and_place_and_never_tomorrow(world: World) -> None:
    set_march(world).at("2017-03-09 16:45").tick()
    texts = {text for _, text in queued(world, "activity_reminder")}
    assert len(texts) == 1
    text = texts.pop()
    assert "时间：3月10日（周五）14:00\n地点：多功能厅" in text
    assert "明天" not in text


def test_whoever_is_on_leave_is_left_in_peace_until_they_withdraw_it(world: World) -> None:
    set_march(world).at("2017-03-08 09:00").张三.says("请假 孩子发烧")
    world.at("2017-03-09 16:45").tick()
    assert "张三" not in [name for name, _ in queued(world, "activity_reminder")]
    world.李四.receives("主题党日活动")
    world.张三.says("销假")
    world.at("2017-03-10 12:00").tick()
    assert "张三" in [name for name, _ in queued(world, "activity_reminder")]


def test_moved_and_cancelled_ones_are_not_reminded_of(world: World) -> None:
    set_march(world).陈静.says("改期 三月主题党日 3月24日")
    world.at("2017-03-09 16:45").tick()
    assert not queued(world, "activity_reminder")
    world.at("2017-03-17 16:45").tick()
    assert "3月24日" in queued(world, "activity_reminder")[0][1]
    world.陈静.says("取消活动 三月主题党日").says("确认")
    before = len(queued(world, "activity_reminder"))
    world.at("2017-03-23 16:45").tick()
    assert len(queued(world, "activity_reminder")) == before


def test_after_a_pause_only_the_nearest_reminder_is_sent(world: World) -> None:
    set_march(world).at("2017-03-09 18:00").tick()
    assert len([name for name, _ in queued(world, "activity_reminder") if name == "李四"]) == 1
    world.at("2017-03-10 12:30").tick()
    assert len([name for name, _ in queued(world, "activity_reminder") if name == "李四"]) == 2


def test_after_a_pause_over_the_activity_nothing_is_sent(world: World) -> None:
    set_march(world).at("2017-03-10 14:30").tick()
    assert not queued(world, "activity_reminder")
    world.李四.receives_nothing()


def test_a_training_is_reminded_of_like_any_other(world: World) -> None:
    world.at("2017-06-02 13:00").陈静.says("设置 六月入党积极分子培训 6月16日 13:30-15:30 会议室")
    world.tick()
    world.孙琪.pushed()
    world.at("2017-06-09 16:45").tick()
    world.孙琪.receives("入党积极分子培训活动", "会议室")
    assert {name for name, _ in queued(world, "activity_reminder")} == {"孙琪", "赵六"}


@pytest.mark.parametrize(("start", "last"), [
    ("2017-03-10 14:00", "2017-03-10 12:00"),
    ("2017-03-10 08:30", "2017-03-10 07:30"),  # two hours before is too early, so it waits for the morning
    ("2017-03-10 07:30", "2017-03-09 19:59"),  # the morning would be too late, so it goes the evening before
    ("2017-03-10 22:30", "2017-03-10 19:59"),
    ("2017-03-10 00:30", "2017-03-09 19:59"),
])
def test_the_last_reminder_keeps_out_of_the_quiet_hours(world: World, start: str, last: str) -> None:
    starts_at = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    dues = dues_of(starts_at, world.settings)
    assert dues[-1].at == datetime.fromisoformat(last).replace(tzinfo=ZONE)
    assert dues[-1].expires == starts_at
    assert all(one.expires < following.at for one, following in pairwise(dues))


# --- the month's overview ---

def test_the_overview_comes_on_the_first_working_day(world: World) -> None:
    world.at("2017-05-01 12:30").tick()
    assert not queued(world, "month_overview")
    world.at("2017-05-02 12:20").tick()
    overviews = dict(queued(world, "month_overview"))
    assert set(overviews) >= {"陈静", "张三", "王五"}
    assert "【五月安排】共2项：\n1. 主题党日活动：时间未定\n2. 党日专题活动：时间未定" in overviews["张三"]
    world.at("2017-05-02 12:21").tick()
    assert len(queued(world, "month_overview")) == 9


def test_others_get_what_concerns_them_and_nobody_an_empty_list(world: World) -> None:
    world.at("2017-04-05 12:20").tick()
    assert not {name for name, _ in queued(world, "month_overview")}
    world.at("2017-06-01 12:20").tick()
    june = dict(queued(world, "month_overview"))
    assert "共3项" in june["张三"]
    assert "共1项" in june["孙琪"]
    assert "入党积极分子培训活动" in june["孙琪"]
    assert "缴党费" not in june["孙琪"]
    assert "钱多" not in june


def test_teachers_hear_of_what_is_for_everybody(world: World) -> None:
    world.at("2017-07-03 12:20").tick()
    july = dict(queued(world, "month_overview"))
    assert "共1项" in july["钱多"]
    assert "暑期师德培训" in july["钱多"]
    assert "民主生活会" not in july["钱多"]


def test_an_overview_is_stale_after_three_days(world: World) -> None:
    world.at("2017-02-20 09:00").tick()
    world.at("2017-03-04 12:21").tick()
    assert not queued(world, "month_overview")


def test_the_overview_of_a_later_year_says_whose_plan_it_is(world: World) -> None:
    world.at("2026-03-02 12:20").tick()
    assert dict(queued(world, "month_overview"))["张三"].endswith("（沿用2017年计划）")


# --- the secretary's undated entries ---

def test_the_secretary_is_asked_in_time_with_sentences_that_work(world: World) -> None:
    world.at("2017-03-20 12:19").tick()
    assert not queued(world, "undated_entries")
    world.at("2017-03-20 12:20").tick()
    (name, text), = queued(world, "undated_entries")
    assert name == "陈静"
    assert "四月）还有3项没有定时间" in text
    sentences = [line for line in text.split("\n") if line.startswith("设置 ")]
    assert len(sentences) == 3
    for sentence in sentences:
        world.陈静.says(sentence).hears("已定：四月", "4月14日（周五）14:00", "多功能厅")
    world.张三.says("四月有什么活动").hears_not("时间未定")


def test_on_a_weekend_the_question_comes_on_the_working_day_before(world: World) -> None:
    world.at("2017-05-19 12:20").tick()
    assert "六月" in queued(world, "undated_entries")[0][1]
    world.at("2017-05-20 12:20").tick()
    assert len(queued(world, "undated_entries")) == 1


def test_what_has_a_date_is_not_asked_for(world: World) -> None:
    world.at("2017-04-18 09:00").陈静.says("设置 五月主题党日 5月12日 14:00")
    world.陈静.says("取消活动 五月党日专题活动").says("确认")
    world.at("2017-04-20 12:20").tick()
    assert not queued(world, "undated_entries")


def test_what_stands_for_the_whole_year_is_never_asked_for(world: World) -> None:
    with world.session() as session:
        for entry in session.scalars(select(PlanEntry)):
            entry.months = list(range(1, 13)) if entry.text == "自学" else entry.months
        session.commit()
    world.at("2017-03-20 12:20").tick()
    (_, text), = queued(world, "undated_entries")
    assert "还有2项" in text
    assert "自学" not in text


def test_december_asks_for_january_of_the_plan_carried_over(world: World) -> None:
    world.at("2017-12-20 12:20").tick()
    (_, text), = queued(world, "undated_entries")
    assert "（2018年一月）还有5项" in text
    assert text.endswith("（沿用2017年计划）")
    sentence = next(line for line in text.split("\n") if line.startswith("设置 一月专题讲座"))
    world.陈静.says(sentence).hears("已定：2018年一、二月专题讲座", "2018年1月15日（周一）14:00")
    world.张三.says("一月有什么活动").hears("今年一月有5项", "2018年一月有5项", "专题讲座：1月15日（周一）14:00，多功能厅")


# --- the notes of template messages ---

@pytest.mark.parametrize(("moment", "note"), [
    ("2017-03-03 16:45", "周五，提前7天提醒；不能来请回复请假"),
    ("2017-03-09 16:45", "周五，提前1天提醒；不能来请回复请假"),
    ("2017-03-10 12:00", "周五，提前2小时提醒；不能来请回复请假"),
])
def test_the_note_of_a_reminder_has_the_weekday_and_which_one_it_is(world: World, moment: str, note: str) -> None:
    set_march(world).at(moment).tick()
    with world.session() as session:
        newest = session.scalars(select(Outbox).where(Outbox.kind == "activity_reminder").order_by(Outbox.id)).all()[-1]
    assert newest.fields["note"] == note
    assert len(note) <= 20


@pytest.mark.parametrize(("said", "note"), [
    ("设置 三月自学 3月15日 14:00", "周三；请准时参加，不能来请回复请假"),
    ("设置 六月缴党费 6月16日 14:00", "周五；请备好党费，交给组织委员"),
    ("改期 三月主题党日 3月17日", "周五；改期，原定3月10日14:00"),
    ("改期 三月主题党日 地点改成会议室", "周五；安排有变，以此为准"),
])
def test_the_note_of_a_notice_has_the_weekday_and_fits_the_kind(world: World, said: str, note: str) -> None:
    set_march(world).陈静.says(said).hears("通知")
    with world.session() as session:
        newest = session.scalars(select(Outbox).where(Outbox.kind == "activity_notice").order_by(Outbox.id)).all()[-1]
    assert newest.fields["note"] == note
    assert len(note) <= 20


def test_without_a_secretary_the_deputy_is_asked(world: World) -> None:
    with world.session() as session:
        for person in session.scalars(select(Person).where(Person.duties == "书记")):
            person.duties = ""
        session.commit()
    world.at("2017-03-20 12:20").tick()
    assert [name for name, _ in queued(world, "undated_entries")] == ["林副"]


def test_a_week_without_the_program_repeats_nothing(world: World) -> None:
    set_march(world).at("2017-03-02 09:00").tick()
    before = len(queued(world, "month_overview"))
    world.at("2017-03-09 17:00").tick()
    world.at("2017-03-09 17:01").tick()
    reminded = [name for name, _ in queued(world, "activity_reminder")]
    assert len(reminded) == len(set(reminded)) == 9
    assert len(queued(world, "month_overview")) == before


def test_a_tick_at_night_after_a_pause_waits_for_the_morning(world: World) -> None:
    world.at("2017-02-28 09:00").tick()
    world.张三.pushed()
    world.at("2017-03-01 22:00").tick()
    world.张三.receives_nothing()
    world.at("2017-03-02 07:29").tick()
    world.张三.receives_nothing()
    world.at("2017-03-02 07:30").tick()
    world.张三.receives("三月")
