"""The corpus of tests/plans: 34 invented plans in as many shapes, read as a whole and compared entry by entry."""

import re
from collections import Counter

import pytest

from data.plan_reader import NotAPlan, PlanDocument, Section, SeveralPlans, read_plan, text_of_file
from tests.plans.score import PLANS, compare, expected, score

REFUSED = {"15-news-article", "31-docx-roster"}


@pytest.mark.parametrize("name", PLANS)
def test_every_entry_stands_under_its_month_and_none_is_invented(name):
    result = score(name)
    assert (result.missing, result.invented) == ([], [])
    rest = ("title", "year", "section", "warning", "entry", "date")
    assert [one for one in result.other if one.startswith(rest)] == []


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_plan_is_refused_with_what_to_hand_in_instead(name):
    with pytest.raises(NotAPlan, match="请交年度工作计划"):
        read_plan(text_of_file(PLANS[name]))


def test_a_file_with_two_plans_asks_which_and_reads_the_one_that_is_named():
    text = text_of_file(PLANS["14-two-plans"])
    with pytest.raises(SeveralPlans, match="--plan 1") as asked:
        read_plan(text)
    assert asked.value.titles == ["启澜路小学党支部2018年工作计划", "启澜路小学工会2018年工作计划"]
    for which, want in enumerate(expected("14-two-plans")["plans"], 1):
        result = compare(want | {"must_warn": []}, read_plan(text, which=which))
        assert (result.missing, result.invented) == ([], [])
    with pytest.raises(NotAPlan, match="没有第3份"):
        read_plan(text, which=3)


def test_most_kinds_rules_and_duties_are_as_a_person_would_have_them():
    """Union and school plans have kinds of their own; what is left is listed by `python -m tests.plans.score NN`."""
    kinds = Counter(one.split()[0] for name in PLANS for one in score(name).other)
    assert kinds["kind"] <= 14
    assert kinds["recurring"] <= 2
    assert kinds["duty"] <= 6


def pieces(plan: PlanDocument) -> str:
    """All words of a plan as read, each once."""
    def walk(sections: tuple[Section, ...]):
        for one in sections:
            yield from (one.number, one.title, one.text, *walk(one.children))

    return "\n".join([plan.title, *walk(plan.sections), *plan.left_out,
                      *(text for block in plan.calendar for text in (block.heading, *(e.text for e in block.entries)))])


def words(text: str) -> Counter[str]:
    """Chinese characters, apart from those that numbers and month headings are made of."""
    return Counter(re.findall(r"[\u4e00-\u9fff]", re.sub("[一二三四五六七八九十月份第年]", "", text)))


@pytest.mark.parametrize("name", [name for name in PLANS if name not in REFUSED])
def test_every_character_is_in_one_section_one_entry_or_left_out(name):
    text = text_of_file(PLANS[name])
    plan = read_plan(text, which=1)
    assert words(pieces(plan)) == words(text)
