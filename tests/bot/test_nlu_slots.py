"""Spelling, names, groups, kinds and sums in a sentence, each with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.normalize import clean, fold, normalize
from bot.nlu.segment import cut, read_words
from bot.nlu.slots import Lexicon, find_slots, parse_groups
from tests.bot.understanding import BRANCH, NOW


def slots(text: str):
    return find_slots(normalize(text), NOW, BRANCH)


@pytest.mark.parametrize(("typed", "read"), [
    ("簽到", "签到"), ("三月有甚麼活動", "三月有什么活动"), ("３月１０日　１４：００", "3月10日 14:00"),
    ("签到👍👍", "签到"), ("签到[微笑]", "签到"),
    ("“签到”", '"签到"'), ("  签\u200b到\ufe0f\n ", "签到"), ("①签到", "1签到"), ("签到！？", "签到!?"),
    ("乾淨裡面", "干净里面"), ("\ud83d坏", "坏"), ("", ""),
])
def test_one_spelling_for_what_people_type(typed, read):
    assert normalize(typed) == read


@given(st.text())
def test_any_text_is_normalised_once_and_for_all(text):
    assert normalize(normalize(text)) == normalize(text)


@given(st.text())
def test_folding_keeps_every_position(text):
    assert len(fold(text)) == len(text)
    assert clean(text) in text or len(clean(text)) < len(text)


@pytest.mark.parametrize(("text", "amount"), [
    ("缴党费30", 3000), ("缴党费：30", 3000), ("缴党费 三十块", 3000), ("我交了30.5元党费", 3050),
    ("党费三十块五", 3050), ("￥20 党费", 2000), ("交一百二十块", 12000),
    ("三月有什么活动", None), ("五个抓手", None), ("一两名教师", None), ("一块去", None), ("交3月的党费", None),
    ("来了30个人", None), ("缴党费", None),
])
def test_a_sum_of_money(text, amount):
    assert slots(text).amount == amount


@pytest.mark.parametrize(("text", "people"), [
    ("补签 张三", ("张三",)), ("给张三和王芳补签", ("张三", "王芳")), ("周一鸣请假", ("周一鸣",)),
    ("张三三月来过", ("张三",)), ("补签赵六", ()),
])
def test_people_are_those_of_the_branch(text, people):
    assert slots(text).people == people


def test_names_of_any_length_are_found():
    branch = Lexicon(people={"欧阳": (1,), "欧阳娜娜": (2,), "阿依古丽·买买提": (3,)})
    assert find_slots("补签欧阳娜娜和阿依古丽·买买提", NOW, branch).people == ("欧阳娜娜", "阿依古丽·买买提")
    assert parse_groups("阿依古丽·买买提、欧阳 来一下", branch).people == ("阿依古丽·买买提", "欧阳")


def test_a_name_is_not_read_as_a_day():
    assert slots("周一鸣请假").times == ()
    assert [time.text for time in slots("周一鸣周五请假").times] == ["周五"]


@pytest.mark.parametrize(("text", "kinds"), [
    ("下次党日是什么时候", ("主题党日",)), ("五月党日专题活动", ("党日专题活动",)),
    ("党课和民主生活会", ("党课", "民主生活会")), ("积极分子培训", ("入党积极分子培训",)),
    ("支部大会几点", ("支部会议",)), ("暑期师德培训", ("暑期师德培训",)), ("你好", ()),
])
def test_kinds_of_activities_by_their_many_names(text, kinds):
    assert slots(text).kinds == kinds


def test_a_branch_adds_its_own_kinds():
    branch = Lexicon(kinds=frozenset({"红歌会"}))
    assert find_slots("红歌会几点", NOW, branch).kinds == ("红歌会",)


@pytest.mark.parametrize(("text", "months"),
    [("三月", (3,)), ("一、二月做什么", (1, 2)), ("11月到1月", (11, 12, 1)), ("3月10日", ()), ("第二季度", ())])
def test_months_that_were_named(text, months):
    assert slots(text).months == months


@pytest.mark.parametrize("text", ["缴党费30元给张三", "三月的党课在周五下午两点", "第一党小组三会一课"])
def test_every_span_is_where_it_says(text):
    found = slots(text)
    for span in found.spans:
        assert 0 <= span.begin < span.finish <= len(text)
    for time in found.times:
        assert text[time.begin:time.finish] == time.text
    assert all(text[span.begin:span.finish] == span.value for span in found.spans if span.what == "person")


@pytest.mark.parametrize(("text", "groups", "people", "rest"), [
    ("党员 明天下午三点开会", ("党员",), (), "明天下午三点开会"),
    ("党员明天开会", ("党员",), (), "明天开会"),
    ("黨員和積極分子：明天開會🌹", ("党员", "积极分子"), (), "明天開會🌹"),
    ("党员、预备党员 交材料", ("党员", "预备党员"), (), "交材料"),
    ("全体老师 明天 9点 集合", ("全体",), (), "明天 9点 集合"),
    ("全体党员 开会", ("党员",), (), "开会"),
    ("第一党小组，明天碰头", ("第一党小组",), (), "明天碰头"),
    ("2组 开会", (), (), "2组 开会"),
    ("第2小组 开会", ("第二党小组",), (), "开会"),
    ("未签到 请尽快", ("未签到",), (), "请尽快"),
    ("未缴费：请交党费", ("未缴费",), (), "请交党费"),
    ("大家 明天开会", ("全体",), (), "明天开会"),
    ("给大家发通知：明天开会", ("全体",), (), "通知：明天开会"),
    ("各位老师，明天开会", ("教师",), (), "明天开会"),
    ("各位党员明天开会", ("党员",), (), "明天开会"),
    ("大家好，明天开会", (), (), "大家好，明天开会"),
    ("老师们好！明天开会", (), (), "老师们好！明天开会"),
    ("各位家长 明天开会", (), (), "各位家长 明天开会"),
    ("张三、李四 下午来一下", (), ("张三", "李四"), "下午来一下"),
    ("积极分子和张三 交思想汇报", ("积极分子",), ("张三",), "交思想汇报"),
    ("明天开会", (), (), "明天开会"),
    ("党员活动室今天关门", (), (), "党员活动室今天关门"),
    ("党员", ("党员",), (), ""),
    ("", (), (), ""),
])
def test_the_audience_at_the_head_of_a_broadcast(text, groups, people, rest):
    audience = parse_groups(text, BRANCH)
    assert (audience.groups, audience.people, audience.rest) == (groups, people, rest)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="党员全体和、，,张三李四第一小组 \n明天abc🌹開", max_size=20))
def test_what_follows_the_audience_is_passed_on_as_typed(text):
    assert text.rstrip().endswith(parse_groups(text, BRANCH).rest)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_slots_of_any_text(text):
    found = slots(text)
    assert found.amount is None or found.amount >= 0


def test_our_own_words_stay_whole():
    assert {"主题党日", "三会一课", "未签到"} <= set(cut("主题党日讲三会一课，未签到"))


def test_no_way_of_saying_a_kind_is_listed_twice():
    ways = [way for ways in read_words("kinds.txt").values() for way in ways]
    assert len(ways) == len(set(ways))
