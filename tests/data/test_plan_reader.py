"""The 2017 plan as the reader sees it, line by line, with every trap that its text holds."""

import json
import re
from pathlib import Path

import pytest

from data.plan_reader import KINDS, PlanDocument, Section, audience_of, kinds_in, passages, read_plan, read_plan_file

SEED = Path(__file__).parents[2] / "data" / "seed" / "2017-plan.txt"


@pytest.fixture(scope="module")
def plan() -> PlanDocument:
    return read_plan_file(SEED)


def section(plan: PlanDocument, place: str) -> Section:
    def walk(sections):
        for one in sections:
            yield one
            yield from walk(one.children)
    found = [one for one in walk(plan.sections) if one.place == place]
    assert len(found) == 1, place
    return found[0]


def warned(plan: PlanDocument, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in plan.warnings)


def test_title_and_year_are_those_printed(plan):
    assert (plan.title, plan.year) == ("2017年临平第二幼儿园党建工作计划", 2017)


def test_the_year_can_be_given_and_a_difference_is_said():
    plan = read_plan_file(SEED, year=2018)
    assert plan.year == 2018
    assert warned(plan, "2017年", "2018年")


def test_top_sections_stand_as_printed_with_three_twice(plan):
    assert [(one.number, one.title) for one in plan.sections] == [
        ("一", "指导思想"), ("二", "工作目标"), ("三", "工作内容"), ("三", "加强党的组织建设"),
        ("四", "加强幼儿园党风行风建设"), ("", ""), ("", "附：具体行事历")]
    assert warned(plan, "编号“三”出现了2次", "工作内容", "加强党的组织建设")


def test_the_closing_words_are_no_part_of_the_last_item(plan):
    assert plan.sections[5].text.startswith("总知在教育局统一领导下")
    assert section(plan, "四、加强幼儿园党风行风建设 3").text.endswith("搞好民主监督工作。")


@pytest.mark.parametrize(("place", "numbers"), [
    ("二、工作目标", ["1", "2", "3", "4", "5"]),
    ("三、工作内容", ["1", "2", "3", "4", "5"]),
    ("三、工作内容 1", ["（1）", "（2）", "（3）"]),
    ("三、工作内容 5", ["(1)", "(2)", "(3)", "(4)", "(5)"]),
    ("三、加强党的组织建设", ["1", "2", "3", "4", "5", "6"]),
    ("四、加强幼儿园党风行风建设", ["1", "2", "3"]),
    ("附：具体行事历", []),
])
def test_items_hang_under_their_heading_whatever_their_mark(plan, place, numbers):
    assert [child.number for child in section(plan, place).children] == numbers


@pytest.mark.parametrize(("place", "title", "begins"), [
    ("三、加强党的组织建设 2", "坚持“三会一课”制度", "坚持并活跃党小组的活动"),  # text in the next paragraph
    ("三、工作内容 1（1）", "聚焦师德", "要加大先进典型的宣传力度"),  # text on the same line
    ("三、工作内容 4", "寻亮点，找差距", "寻找身边的闪光点"),  # a title with a comma
    ("四、加强幼儿园党风行风建设 1", "“崇廉修德，以德正己”", "开展示范和警示教育"),
    ("三、加强党的组织建设 5", "积极分子培养考察", ""),
    ("三、加强党的组织建设 6", "", "推行培养联系人责任制"),  # the text that belongs to 5
])
def test_a_title_ends_at_its_first_stop(plan, place, title, begins):
    found = section(plan, place)
    assert found.title == title
    assert found.text.startswith(begins)
    assert bool(found.text) == bool(begins)


def test_a_title_without_text_is_said_and_the_next_number_named(plan):
    assert warned(plan, "三、加强党的组织建设 5", "积极分子培养考察", "“6”像是它的正文")


def test_a_list_of_sentences_is_not_called_titles_without_text(plan):
    assert not warned(plan, "二、工作目标")
    assert not warned(plan, "三、工作内容 5(2)")


def test_residue_and_signature_are_left_out_and_listed(plan):
    everything = json.dumps(plan.as_json(), ensure_ascii=False)
    for line in ("[bookmark: _GoBack]", "杭州市余杭区临平第二幼儿园党支部", "二〇一七年一月"):
        assert line not in everything
        assert line in plan.left_out


def test_the_calendar_has_eleven_blocks_and_twenty_eight_entries(plan):
    assert [(block.months, len(block.entries)) for block in plan.calendar] == [
        ((1, 2), 5), ((3,), 2), ((4,), 3), ((5,), 2), ((6,), 3), ((7,), 2), ((8,), 2), ((9,), 2), ((10,), 2),
        ((11,), 2), ((12,), 3)]
    assert [block.heading for block in plan.calendar][::6] == ["一、二月", "八月"]


def test_entries_stand_without_number_and_stop_and_name_their_place(plan):
    texts = [[entry.text for entry in block.entries] for block in plan.calendar]
    assert texts[0] == ["召开支部会议，研究学期党务工作", "制定并启动主题党日活动方案",
                        "民主生活会及书记、组织委员上党课", "专题讲座", "上缴党费"]
    assert texts[10] == ["开展党员结对教学展示活动，做总结工作", "党员个人总结，开展双争双评工作",
                         "抓好材料收集整理、汇总上报"]
    assert plan.calendar[0].entries[2].place == "附：具体行事历 一、二月 3"
    assert all(entry.date is None for block in plan.calendar for entry in block.entries)


def test_every_entry_of_the_calendar_has_its_kind(plan):
    assert [[entry.kind for entry in block.entries] for block in plan.calendar] == [
        ["支部会议", "主题党日", "民主生活会", "专题讲座", "缴党费"],
        ["主题党日", "自学"], ["主题党日", "自学", "公开课"], ["主题党日", "党日专题活动"],
        ["主题党日", "入党积极分子培训", "缴党费"], ["暑期师德培训", "民主生活会"], ["主题党日", "党日专题活动"],
        ["主题党日", "自学"], ["研修", "主题党日"], ["主题党日", "党日专题活动"], ["教学展示", "评优", "材料"]]


@pytest.mark.parametrize(("what", "frequency", "who", "per", "times", "place"), [
    ("党课教育", "一个季度一次", "党员", "quarter", 1, "三、加强党的组织建设 2"),
    ("党日活动", "一个季度一次", "党员", "quarter", 1, "三、加强党的组织建设 2"),  # the quarter is said once for both
    ("党员民主生活会", "一个学期一次", "党员", "term", 1, "三、加强党的组织建设 2"),
    ("班子民主生活会", "一个年度二次", "班子", "year", 2, "三、加强党的组织建设 2"),
    ("优秀党员", "年末10%", "党员", "year", None, "三、加强党的组织建设 2"),
    ("发展党员", "本年度两名", "支部", "year", 2, "三、加强党的组织建设 4"),
    ("指导培养教师", "1—2名", "党员", "", None, "三、工作内容 5(5)"),
    ("佩带党徽", "每天", "党员", "day", None, "三、加强党的组织建设 1"),
])
def test_a_duty_is_found_with_its_sentence(plan, what, frequency, who, per, times, place):
    found = next(duty for duty in plan.duties if duty.what == what)
    assert (found.frequency, found.who, found.per, found.times, found.place) == (frequency, who, per, times, place)
    assert found.source in section(plan, place).text


def test_no_other_duty_is_invented(plan):
    assert len(plan.duties) == 8
    assert plan.recurring == ()


@pytest.mark.parametrize("words", [
    ("党课", "第二季度、第三季度、第四季度没有安排"),
    ("党员民主生活会", "秋季学期没有安排"),
    ("党员民主生活会", "班子民主生活会", "一、二月、七月份", "没有写明是哪一种"),
    ("7月、12月没有党日活动", "2018年"),
    ("只在一、二月、六月份写了缴党费",),
    ("28项都没有写日期、时间和地点",),
], ids=lambda words: words[0])
def test_what_the_plan_lacks_or_contradicts_is_said(plan, words):
    assert warned(plan, *words)


def test_what_the_plan_fulfils_is_not_complained_about(plan):
    assert not warned(plan, "“党日活动”一个季度一次")
    assert len(plan.warnings) == 8


def test_the_json_has_the_agreed_shape(plan):
    shown = plan.as_json()
    assert list(shown) == ["title", "year", "sections", "calendar", "recurring", "duties", "warnings"]
    assert list(shown["sections"][0]) == ["number", "title", "text", "children"]
    assert shown["calendar"][0]["months"] == [1, 2]
    assert shown["calendar"][1]["entries"][0] == {"text": "主题党日活动", "kind": "主题党日", "date": None}
    assert list(shown["duties"][0]) == ["what", "frequency", "who", "source"]


def test_passages_cover_the_whole_plan_with_places(plan):
    found = list(passages(plan))
    assert ("三、加强党的组织建设 5", "积极分子培养考察。") in found
    assert ("附：具体行事历 四月份 3", "语言领域公开课展示") in found
    assert all(place for place, _ in found)


def test_every_character_of_the_plan_is_somewhere_in_its_order(plan):
    """Numbers, titles, texts, months, entries, signature: put together again they are the file but for its marks."""
    parts = [plan.title]

    def add(one: Section) -> None:
        parts.extend((one.number, one.title, one.text))
        for child in one.children:
            add(child)
    for one in plan.sections:
        add(one)
    for block in plan.calendar:
        parts.append(block.heading)
        for entry in block.entries:
            parts.extend((entry.place.rsplit(" ", 1)[-1], entry.text))
    parts.extend(plan.left_out[1:])
    printed = SEED.read_text("utf-8").replace("[bookmark: _GoBack]", "")
    assert re.sub(r"\W", "", "".join(parts)) == re.sub(r"\W", "", printed)


@pytest.mark.parametrize(("line", "kinds"), [
    ("民主生活会及书记、组织委员上党课", ("民主生活会", "党课")),
    ("党日专题活动", ("党日专题活动",)),  # not also 主题党日
    ("入党积极分子培训活动", ("入党积极分子培训",)),  # not also 培训
    ("党员个人总结，开展双争双评工作", ("评优", "材料")),  # the summary only accompanies
    ("召开支部党员大会", ("党员大会",)),
    ("支委会暨党小组会", ("支委会", "党小组会")),
    ("召开专题组织生活会，开展民主评议党员", ("组织生活会", "评优")),
    ("收缴一季度党费", ("缴党费",)),
    ("慰问困难党员", ("其他",)),
    ("", ("其他",)),
])
def test_a_line_names_its_kinds_the_main_one_first(line, kinds):
    assert kinds_in(line) == kinds
    assert set(kinds) <= set(KINDS)


@pytest.mark.parametrize(("kind", "text", "groups"), [
    ("主题党日", "主题党日活动", ("党员",)),
    ("支委会", "支委会", ("党员",)),
    ("党课", "书记上党课", ("党员", "积极分子")),
    ("专题讲座", "专题讲座", ("党员", "积极分子")),
    ("入党积极分子培训", "入党积极分子培训活动", ("积极分子", "发展对象")),
    ("暑期师德培训", "暑期师德培训", ("全体",)),
    ("教学展示", "开展党员结对教学展示活动", ("全体",)),
    ("党课", "面向全体教职工的党课", ("全体",)),  # the words say more than the kind
    ("培训", "发展对象短期培训", ("积极分子", "发展对象")),
    ("其他", "教师读书会", ("全体",)),
    ("其他", "慰问困难党员", ("党员",)),
])
def test_an_entry_concerns_groups_by_kind_and_words(kind, text, groups):
    assert audience_of(kind, text) == groups


def test_reading_twice_gives_the_same(plan):
    assert read_plan(SEED.read_text("utf-8")) == plan
