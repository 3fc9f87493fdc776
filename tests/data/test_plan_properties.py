"""What holds for any text whatever: only NotAPlan is raised, time stays linear, entries come from the text."""

import re
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.plan_reader import KINDS, NotAPlan, PlanDocument, audience_of, kinds_in, passages, read_plan, read_plan_file
from data.plan_reader.items import split_items, tidy

SEED = (Path(__file__).parents[2] / "data" / "seed" / "2017-plan.txt").read_text("utf-8")
HEAD = "2017年党支部工作计划\n一、加强党员学习\n二、组织开展活动\n"
PIECES = ["一、", "（一）", "1．", "(1)", "①", "第一部分", "三月份", "3月：", "一、二月", "3-13月", "13月",
          "第一季度", "全年", "\n", "\t", "|", "。", "；", "：", "每季度一次", "10%", "两名", "党课", "主题党日",
          "2.30", "2月31日", "附：", "总之", "# ", "二〇一七年一月", "党支部", "月", "0月", "〇", "\x0b", "\x00",
          "\ufeff", "²月", "①月", "每月第二周", "工作安排表", "月份\t内容\n", "\u2028", "〃\t", "周次", "3.2-3.8", "【行政】", "责任人：",
          "第二篇", "2018年工会工作计划", "附件2", "民國一〇八學年度", "黨會計劃學動員", "上一篇：", "---\n", "**二月**　", "- [ ] ",
          "1、3月5日", "三月三", "\t1月\t2月\t3月\n", "&nbsp;", "……3", "　　"]
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


@settings(max_examples=300, deadline=None)
@given(texts, st.one_of(st.none(), st.integers(1, 9999)))
def test_any_text_is_read_or_refused(text, year):
    for whole in (text, HEAD + text, SEED[:3000] + text + SEED[3000:]):
        try:
            plan = read_plan(whole, year)
        except NotAPlan:
            continue
        assert all(1 <= month <= 12 for block in plan.calendar for month in block.months)
        assert all(entry.kind in KINDS for block in plan.calendar for entry in block.entries)
        assert all(text for _, text in passages(plan))
        plan.as_json()


def words(text: str) -> Counter[str]:
    """Characters that no number, month or blank is made of."""
    return Counter(re.findall(r"[\u4e00-\u9fffa-wyzA-Z]", re.sub("[一二三四五六七八九十月份第年]", "", text)))


def pieces(plan: PlanDocument) -> str:
    """All words of a plan as read, each once."""
    def walk(sections):
        for one in sections:
            yield from (one.number, one.title, one.text, *walk(one.children))

    headed = [rule for rule in plan.recurring if rule.rule in ("每月", "每个月")]
    return "\n".join([plan.title, *walk(plan.sections), *plan.left_out, *(f"{one.rule}{one.text}" for one in headed),
                      *(text for block in plan.calendar for text in (block.heading, *(e.text for e in block.entries)))])


LINES = ["三月份", "3月：植树", "四月", "一、二月", "1．党课。", "2、自学", "（1）缴党费；（2）慰问", "①评优", "- 走访", "公开课",
         "【行政】", "责任人：书记", "保教：", "一、工作思路", "二、工作安排", "（一）抓学习", "第一季度", "全年", "七、八年级不参加。",
         "月份\t内容\t负责人", "5月\t运动会\t甲", "\t春游\t乙", "〃\t扫墓\t丙", "下半年工作另定。", "3.8妇女节", "附：行事历", "总之，努力。",
         "上一篇：总结", "第 3 页", "某某支部", "2017年1月5日", "九月份1、甲2、乙十月份1、丙", "第二周（3.9-3.15）", "说明：略"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_every_character_is_in_one_section_one_entry_or_left_out(lines):
    text = HEAD + "\n".join(lines)
    plan = read_plan(text, which=1)
    assert words(pieces(plan)) == words(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".txt", ".md", ".docx", ".pdf"]))
def test_any_file_is_read_or_refused(tmp_path_factory, content, ending):
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(content)
    with pytest.raises(NotAPlan):
        read_plan_file(path)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.lists(st.sampled_from(
    ["主题党日活动", "自学", "召开支部会议，研究工作", "缴党费", "专题讲座（地点另定）"]), min_size=1, max_size=5)),
    min_size=2, max_size=12, unique_by=lambda block: block[0]))
def test_a_calendar_written_out_is_read_back(blocks):
    lines = [line for month, items in blocks
             for line in (f"{month}月份", *(f"{n}．{item}。" for n, item in enumerate(items, 1)))]
    plan = read_plan(HEAD + "附：行事历\n" + "\n".join(lines))
    assert [(block.months, [entry.text for entry in block.entries]) for block in plan.calendar] == \
        [((month,), items) for month, items in blocks]


@given(st.text(max_size=200))
def test_an_item_is_always_a_piece_of_its_line(line):
    for _, item in split_items(line):
        assert item in line
        assert tidy(item) == item


@given(st.text(max_size=100))
def test_every_line_has_a_kind_and_an_audience(line):
    kinds = kinds_in(line)
    assert set(kinds) <= set(KINDS)
    assert audience_of(kinds[0], line)


@pytest.mark.parametrize("junk", ["一", "1.", "每", "三月：", "一、", "（", "|a", "每个月第一", "5-", "一次", "2020-",
                                  " ", "“", "①", "\n", "三月\n", "1．党课\n", "党员每学期"])
def test_a_megabyte_of_anything_takes_no_time_worth_mentioning(junk):
    begun = time.perf_counter()
    with suppress(NotAPlan):
        read_plan(HEAD + "附：行事历\n三月\n" + junk * (1_000_000 // len(junk)))
    assert time.perf_counter() - begun < 5  # linear: about half a second; quadratic would be hours
