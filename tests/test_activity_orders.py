"""How orders about the calendar are read: every part of `三月主题党日 3月10日 14:00 多功能厅 党员` at its place."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.slots import Lexicon
from handlers.activities.order import Order, Verb, order_from_json, parse_order, read_piece
from tests.world import ZONE

NOW = datetime(2017, 3, 1, 9, 0, tzinfo=ZONE)
LEXICON = Lexicon(people={"张三": (1,), "李四": (2,)}, groups=frozenset({"第一党小组"}))
MARCH_10 = date(2017, 3, 10)
TWO = time(14, 0)


def read(verb: Verb, text: str, now: datetime = NOW) -> Order:
    return parse_order(verb, text, now, LEXICON)


@pytest.mark.parametrize(("text", "words", "months", "day", "begins", "place"), [
    ("三月主题党日 3月10日 14:00 多功能厅", "主题党日", (3,), MARCH_10, TWO, "多功能厅"),
    ("主题党日 3月10日下午两点 多功能厅", "主题党日", (), MARCH_10, TWO, "多功能厅"),
    ("三月 主题党日 3月10日 14:00", "主题党日", (3,), MARCH_10, TWO, ""),
    ("3月10日 14:00 主题党日 多功能厅", "主题党日", (), MARCH_10, TWO, "多功能厅"),
    ("本月的主题党日 2017-03-10 14:00", "主题党日", (3,), MARCH_10, TWO, ""),
    ("一、二月上缴党费 3月10日 14:00", "上缴党费", (1, 2), MARCH_10, TWO, ""),
    ("一二月上缴党费 3月10日 14:00", "上缴党费", (1, 2), MARCH_10, TWO, ""),
    ("十月一日生活中语言核心经验研修 3月10日 14:00", "一日生活中语言核心经验研修", (10,), MARCH_10, TWO, ""),
    ("召开支部会议，研究学期党务工作 3月10日 14:00", "召开支部会议，研究学期党务工作", (), MARCH_10, TWO, ""),
    ("五四主题党日 3月10日 14:00 五一广场", "五四主题党日", (), MARCH_10, TWO, "五一广场"),
    ("三月主题党日 3月10日 14:00 多功能厅 二楼", "主题党日", (3,), MARCH_10, TWO, "多功能厅 二楼"),
    ("三月主题党日 地点 会议室", "主题党日", (3,), None, None, "会议室"),
    ("三月主题党日 3月10日", "主题党日", (3,), MARCH_10, None, ""),
    ("三月主题党日 3月10日下午 多功能厅", "主题党日", (3,), MARCH_10, None, "多功能厅"),
    ("三月主题党日", "主题党日", (3,), None, None, ""),
    ("", "", (), None, None, ""),
])
def test_each_part_finds_its_place(
        text: str, words: str, months: tuple[int, ...], day: date | None, begins: time | None, place: str) -> None:
    order = read(Verb.SET, text)
    assert (order.words, order.months, order.day, order.begins, order.place) == (words, months, day, begins, place)


def test_a_range_has_an_end_and_may_run_over_days() -> None:
    assert read(Verb.SET, "培训 6月16日 13:30-15:30 会议室").ends == time(15, 30)
    training = read(Verb.SET, "暑期师德培训 7月10日8:30到7月12日16:30 礼堂")
    assert (training.day, training.last_day, training.ends) == (date(2017, 7, 10), date(2017, 7, 12), time(16, 30))


@pytest.mark.parametrize(("text", "audience", "place"), [
    ("消防演练 3月20日 15:00 操场 全体", ("全体",), "操场"),
    ("消防演练 3月20日 15:00 操场 党员、积极分子", ("党员", "积极分子"), "操场"),
    ("谈心 3月20日 15:00 张三、李四", ("张三", "李四"), ""),
    ("组会 3月20日 15:00 第一党小组 会议室", ("第一党小组",), "会议室"),
    ("座谈 3月20日 15:00 党员活动室", (), "党员活动室"),
    ("补课 3月20日 15:00 未签到", (), "未签到"),
])
def test_groups_and_names_after_the_time_are_the_audience(text: str, audience: tuple[str, ...], place: str) -> None:
    order = read(Verb.ADD, text)
    assert (order.audience, order.place) == (audience, place)


def test_the_old_day_names_what_is_moved_or_cancelled() -> None:
    moved = read(Verb.MOVE, "3月10日的主题党日 3月17日")
    assert (moved.words, moved.old_day, moved.day) == ("主题党日", MARCH_10, date(2017, 3, 17))
    cancelled = read(Verb.CANCEL, "3月10日的主题党日")
    assert (cancelled.words, cancelled.old_day, cancelled.day) == ("主题党日", MARCH_10, None)


def test_a_day_that_does_not_exist_is_kept_apart() -> None:
    order = read(Verb.SET, "四月主题党日 4月31日 14:00 多功能厅")
    assert (order.impossible, order.day, order.words, order.place) == ("4月31日", None, "主题党日", "多功能厅")


def test_january_said_in_december_is_the_next_one() -> None:
    december = datetime(2017, 12, 21, 9, 0, tzinfo=ZONE)
    assert read(Verb.SET, "专题讲座 1月12日 14:00", december).day == date(2018, 1, 12)
    assert read(Verb.SET, "专题讲座 2017年1月12日 14:00", december).day == date(2017, 1, 12)


def test_an_answer_fills_only_what_it_says() -> None:
    order = read_piece(read(Verb.SET, "主题党日 3月10日 多功能厅"), "14:00-15:30", NOW, LEXICON)
    assert (order.day, order.begins, order.ends, order.place) == (MARCH_10, TWO, time(15, 30), "多功能厅")
    assert read_piece(order, "不知道", NOW, LEXICON).day == MARCH_10
    assert read_piece(order, "2月30日", NOW, LEXICON).impossible == "2月30日"


PIECES = st.sampled_from([
    "三月", "主题党日", "3月10日", "14:00", "4月31日", "多功能厅", "党员", "的", "、", "，", " ", "把", "改到",
    "十月一日", "生活", "张三", "下周五", "每周", "到", "活动", "取消", "\ufeff", "1", "二", "年"])


@given(st.sampled_from(Verb), st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=9).map("".join)))
def test_no_words_break_the_reading_and_every_order_survives_a_question(verb: Verb, text: str) -> None:
    order = read(verb, text)
    assert order_from_json(order.to_json()) == order
    read_piece(order, text, NOW, LEXICON)
