"""Scenes: what people ask about the plan and its calendar, and that nothing is answered which the plan does not say."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from data.models import Activity, AuditRecord, Plan, PlanEntry
from data.plan_reader import PlanDocument, read_plan
from handlers.plan import NoYear, document_of, find_plan_for, store_plan
from tests.world import PLAN, ZONE, World

CARRIED = "（沿用2017年计划）"


def read_2017() -> tuple[PlanDocument, str]:
    text = PLAN.read_text(encoding="utf-8")
    return read_plan(text), text


# --- what a month holds ---

@pytest.mark.parametrize(("said", "count", "parts"), [
    ("三月有什么活动", 2, ("主题党日活动：时间未定", "自学：时间未定", "〔附：具体行事历 三月份〕")),
    ("一月有什么活动", 5, ("召开支部会议，研究学期党务工作", "上缴党费", "〔附：具体行事历 一、二月〕")),
    ("二月有什么活动", 5, ("召开支部会议，研究学期党务工作", "上缴党费")),
    ("十月有什么活动", 2, ("一日生活中语言核心经验研修", "主题党日")),
    ("12月有什么活动", 3, ("开展党员结对教学展示活动，做总结工作", "抓好材料收集整理、汇总上报")),
    ("第二季度有什么安排", 8, ("【四月】", "【五月】", "【六月】", "语言领域公开课展示", "入党积极分子培训活动")),
    ("全年安排", 28, ("【一、二月】", "【八月】", "【十二月】", "28. ")),
])
def test_a_month_is_answered_with_every_entry_of_the_plan(
        world: World, said: str, count: int, parts: tuple[str, ...]) -> None:
    world.at("2017-03-06 09:00").张三.says(said).hears(f"有{count}项安排", f"\n{count}. ", *parts)
    world.张三.hears_not(f"\n{count + 1}. ", "沿用")


def test_this_month_and_the_next_follow_the_calendar(world: World) -> None:
    world.at("2017-03-31 23:59").张三.says("本月安排").hears("三月有2项")
    world.张三.says("下个月呢").hears("四月有3项")
    world.at("2017-04-01 00:00").张三.says("本月安排").hears("四月有3项")


def test_december_asks_for_the_next_year_and_gets_the_plan_carried_over(world: World) -> None:
    world.at("2017-12-20 09:00").张三.says("下个月有什么活动").hears("2018年一月有5项", CARRIED)


def test_a_year_before_every_plan_has_none(world: World) -> None:
    world.张三.says("2016年三月有什么活动").hears("没有2016年的工作计划", "2017年")


def test_a_month_asked_for_a_kind_it_lacks_says_where_it_is(world: World) -> None:
    world.at("2017-03-06 09:00").张三.says("五月的党课是哪天").hears("五月的计划里没有党课", "一、二月")


def test_single_days_show_what_is_dated_and_what_may_still_come(world: World) -> None:
    world.at("2017-03-06 09:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.张三.says("这周有活动吗").hears("3月10日（周五）14:00，多功能厅", "时间未定", "自学")
    world.张三.says("3月14日有活动吗").hears("3月14日（周二）没有已定好时间的活动")


# --- the text of the plan ---

@pytest.mark.parametrize(("said", "quoted", "place"), [
    ("五个抓手是什么", "以“建设学习型党组织”为抓手", "〔三、工作内容 5〕"),
    ("三会一课有什么要求", "保持一个季度对党员进行一次党课教育", "〔三、加强党的组织建设 2〕"),
    ("园长信箱怎么用", "通过“校务公开”、园长信箱、访谈日、宣传栏等形式", "〔四、加强幼儿园党风行风建设 2〕"),
    ("师德有什么要求", "结合师德大讨论，大力加强师德建设", "〔二、工作目标 3〕"),
    ("今年的工作目标", "做好新党员发展工作", "〔二、工作目标〕"),
    ("指导思想是什么", "构筑和谐幼儿园，推进精神文明建设", "〔一、指导思想〕"),
    ("党员要戴党徽吗", "我们每天佩带党徽", "〔三、加强党的组织建设 1〕"),
    ("送教到哪里去", "同时将好的教学活动送教到特殊学校", "〔三、工作内容 3〕"),
])
def test_a_fact_is_quoted_word_for_word_with_its_place(world: World, said: str, quoted: str, place: str) -> None:
    document, source = read_2017()
    assert quoted in source
    world.张三.says(said).hears(quoted, place)
    assert document.year == 2017


def test_the_five_handles_are_all_there(world: World) -> None:
    world.张三.says("五个抓手是什么").hears("(1)", "(2)", "(3)", "(4)", "(5)开展结对活动")


def test_two_parts_with_the_same_number_are_told_apart_by_their_titles(world: World) -> None:
    world.张三.says("计划第三部分讲什么").hears("三、工作内容", "三、加强党的组织建设")


@pytest.mark.parametrize("said", ["计划里关于食品安全怎么说", "计划里有没有提到两学一做"])
def test_what_the_plan_does_not_say_is_said_not_to_be_there(world: World, said: str) -> None:
    world.张三.says(said).hears("计划里没有提到", "可以问").hears_not("〔")


def test_a_rule_of_today_is_labelled_with_its_year(world: World) -> None:
    world.at("2026-03-02 09:00").张三.says("党员大会多久一次").hears("计划里没有", "现行规定", "每季度", "2018年")


def test_a_rule_is_not_cited_before_its_year(world: World) -> None:
    world.at("2017-03-06 09:00").张三.says("党员大会多久一次").hears("计划里没有").hears_not("现行规定", "2018年")


# --- how often, how many ---

@pytest.mark.parametrize(("said", "fact", "quoted"), [
    ("党课多久一次", "一个季度一次", "一个季度对党员进行一次党课教育"),
    ("班子民主生活会一年开几次", "一个年度二次", "一个年度开好二次班子民主生活会"),
    ("今年发展几名党员", "两名", "本年度计划发展党员两名"),
    ("优秀党员评百分之几", "10%", "在年末评选出10%的优秀党员"),
    ("每个党员要带几个老师", "1—2名", "重点指导培养1—2名教师"),
])
def test_a_number_comes_with_its_sentence(world: World, said: str, fact: str, quoted: str) -> None:
    world.张三.says(said).hears(fact, quoted, "〔三、")


def test_where_the_plan_sets_no_number_the_calendar_is_counted(world: World) -> None:
    world.张三.says("一共有多少次自学").hears("没有规定", "3次", "三月、四月、九月")


def test_progress_counts_what_is_planned_dated_and_held(world: World) -> None:
    world.at("2017-03-06 09:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.张三.says("三会一课进度").hears("【党日】", "第一季度：计划1项，已开展0项，已定时间1项", "行事历没有安排")
    world.at("2017-03-11 09:00").张三.says("三会一课进度").hears("第一季度：计划1项，已开展1项\n")


# --- when ---

def test_the_next_event_is_undated_until_it_is_dated(world: World) -> None:
    world.at("2017-03-06 09:00").张三.says("下次党日是什么时候").hears("三月", "时间未定，由书记确定")
    world.陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.张三.says("下次党日是什么时候").hears("主题党日活动，3月10日（周五）14:00，多功能厅")
    world.张三.hears("〔附：具体行事历 三月份 1〕")
    world.at("2017-03-10 17:00").张三.says("下次党日是什么时候").hears("四月", "时间未定")


def test_a_kind_is_answered_with_its_months(world: World) -> None:
    world.张三.says("民主生活会什么时候开").hears("一、二月", "七月", "时间未定", "由书记确定")


def test_a_cancelled_one_is_said_to_be_off(world: World) -> None:
    world.at("2017-03-06 09:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.陈静.says("取消活动 三月主题党日").says("确认")
    world.张三.says("三月有什么活动").hears("主题党日活动：已取消")
    world.张三.says("党日取消了吗").hears("三月　主题党日活动：已取消")
    world.张三.says("下次党日是什么时候").hears("四月")


def test_the_dues_are_answered_from_the_calendar(world: World) -> None:
    world.at("2017-03-06 09:00").张三.says("党费什么时候交").hears("一、二月、六月", "下一轮：六月", "六月份 3")
    world.at("2017-06-06 09:00").张三.says("党费什么时候交").hears("本轮：六月")


def test_every_answer_from_an_old_plan_says_so(world: World) -> None:
    world.at("2026-03-02 09:00")
    for said in ("三月有什么活动", "五个抓手是什么", "党课多久一次", "下次党日是什么时候", "民主生活会什么时候开",
                 "党费什么时候交", "三会一课进度", "计划里关于食品安全怎么说"):
        world.张三.says(said)
        assert world.张三.heard.split("\n要请书记来答")[0].endswith(CARRIED), world.张三.heard


def test_strangers_get_no_answers_from_the_plan(world: World) -> None:
    world.stranger.says("三月有什么活动").hears("绑定").hears_not("主题党日活动")


# --- which year ---

def test_a_past_month_without_a_date_is_not_promised_one(world: World) -> None:
    world.at("2017-05-02 09:00").张三.says("三月有什么活动").hears("主题党日活动：没有定过时间")
    world.张三.hears_not("时间未定", "定了会通知您", "2018年")
    world.张三.says("三月主题党日什么时候").hears("没有定过时间").hears_not("时间未定", "2018年")
    world.张三.says("3月10号有活动吗").hears("没有已定好时间的活动").hears_not("时间未定", "2018年")
    world.张三.says("全年安排").hears("主题党日活动：没有定过时间", "主题党日活动：时间未定", "定了会通知您")


def test_a_month_of_a_year_that_was_named_is_that_years(world: World) -> None:
    world.at("2018-03-05 09:00").张三.says("去年三月有什么活动").hears("2017年三月有2项", "没有定过时间")
    world.张三.hears_not("定了会通知您", "2018年三月")


def test_a_past_month_that_is_near_again_shows_both_years(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅").hears("已定")
    world.at("2017-12-06 09:00").张三.says("三月有什么活动").hears(
        "今年三月有2项", "3月10日（周五）14:00，多功能厅", "没有定过时间", "2018年三月有2项", "时间未定", CARRIED)
    world.张三.says("一月有什么活动").hears("今年一月有5项", "2018年一月有5项")
    world.张三.says("八月有什么活动").hears("八月有2项").hears_not("2018年")


@pytest.mark.parametrize("moment", ["2017-03-15 09:00", "2017-08-01 09:00", "2017-12-20 09:00", "2018-02-01 09:00"])
def test_answers_about_the_next_one_agree_at_every_date(world: World, moment: str) -> None:
    world.at("2017-03-14 09:00").陈静.says("设置 2018年三月主题党日 3月9日 14:00 多功能厅").hears("2018年3月9日（周五）14:00")
    world.at(moment).张三.says("三月主题党日什么时候").hears("3月9日（周五）14:00，多功能厅")
    world.张三.says("3月9号几点在哪").hears("3月9日（周五）14:00，多功能厅")
    world.张三.says("三月有什么活动").hears("3月9日（周五）14:00，多功能厅")
    world.张三.says("下次党日").hears("3月9日（周五）14:00，多功能厅")


def test_a_kind_that_is_over_for_this_year_leads_to_the_next(world: World) -> None:
    world.at("2017-12-20 09:00").张三.says("民主生活会什么时候开").hears("没有定过时间", "2018年一、二月", "由书记确定")


def test_a_plan_for_party_days_is_none_itself(world: World) -> None:
    world.at("2017-01-03 09:00").张三.says("下次党日是什么时候").hears("三月的“主题党日活动”").hears_not("方案")
    world.张三.says("主题党日有几次").hears_not("一、二月")


# --- days that no calendar has ---

@pytest.mark.parametrize(("said", "wrong", "instead"), [
    ("2月30号有活动吗", "没有2月30日这一天", "您是想问二月吗？"),
    ("四月三十一号有什么活动", "没有4月31日这一天", "您是想问四月吗？"),
    ("十三月有什么活动", "没有十三月", "您想问哪个月？"),
])
def test_a_day_that_does_not_exist_is_said_to_be_none(world: World, said: str, wrong: str, instead: str) -> None:
    world.at("2017-03-06 09:00").张三.says(said).hears(wrong, instead).hears_not("项安排")


# --- keeping plans ---

def test_a_new_version_keeps_the_dates_of_the_entries_that_stay(world: World) -> None:
    world.at("2017-03-06 09:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    world.陈静.says("设置 四月语言领域公开课展示 4月12日 9:00")
    text = read_2017()[1].replace("3．语言领域公开课展示。", "3．科学领域公开课展示。")
    with world.session() as session:
        plan = session.scalars(select(Plan)).one()
        newer = store_plan(session, plan.branch_id, read_plan(text), text, world.now)
        session.commit()
        assert find_plan_for(session, plan.branch_id, 2017) == (newer, False)
        assert not session.get(Plan, plan.id).active
    world.张三.says("三月有什么活动").hears("主题党日活动：3月10日（周五）14:00，多功能厅", "有2项")
    world.张三.says("四月有什么活动").hears("科学领域公开课展示：时间未定", "语言领域公开课展示：4月12日", "有4项")


def test_the_same_plan_again_changes_nothing(world: World) -> None:
    document, text = read_2017()
    with world.session() as session:
        branch_id = session.scalars(select(Plan.branch_id)).one()
        first = find_plan_for(session, branch_id, 2017)[0]
        assert store_plan(session, branch_id, document, text, world.now) is first
        assert session.scalar(select(func.count(PlanEntry.id))) == 28
        assert session.scalar(select(func.count(AuditRecord.id)).where(AuditRecord.action == "plan.import")) == 1


def test_next_years_plan_takes_over_what_was_dated_ahead(world: World) -> None:
    world.at("2017-12-21 09:00").陈静.says("设置 一月专题讲座 1月12日 14:00 多功能厅").hears("已定", CARRIED)
    text = read_2017()[1]
    with world.session() as session:
        branch_id = session.scalars(select(Plan.branch_id)).one()
        plan = store_plan(session, branch_id, read_plan(text, 2018), text, world.now)
        session.commit()
        assert session.scalars(select(Activity)).one().plan_entry_id in set(
            session.scalars(select(PlanEntry.id).where(PlanEntry.plan_id == plan.id)))
        assert find_plan_for(session, branch_id, 2017)[0].year == 2017
    world.张三.says("下个月有什么活动").hears("专题讲座：1月12日（周五）14:00，多功能厅").hears_not("沿用")


def test_a_stored_plan_is_read_again_as_it_was(world: World) -> None:
    with world.session() as session:
        assert document_of(session.scalars(select(Plan)).one()) == read_2017()[0]


def test_a_plan_without_a_year_is_not_stored(world: World) -> None:
    document, text = read_2017()
    nameless = read_plan(text.replace("2017", "").replace("二〇一七年", ""))
    assert nameless.year is None
    with world.session() as session, pytest.raises(NoYear):
        store_plan(session, 1, nameless, text, datetime(2017, 1, 2, tzinfo=ZONE))
    assert document.year == 2017


# --- what no intent is for ---

@pytest.mark.parametrize(("said", "quoted"), [
    ("服务型党组织", "服务型基层党组织"), ("责任追究制是什么", "责任追究制"), ("讨论票决制", "讨论票决制"),
    ("身边典型大家学", "身边典型大家学"), ("访困问暖是怎么回事", "访困问暖"),
])
def test_the_name_of_a_thing_in_the_plan_is_a_question_about_it(world: World, said: str, quoted: str) -> None:
    world.张三.says(said).hears(quoted, "〔三、").hears_not("没有提到")


@pytest.mark.parametrize(("said", "thing"), [
    ("计划里有没有疫情防控", "疫情防控"), ("计划里有疫苗接种吗", "疫苗接种"), ("有没有运动会", "运动会"), ("有没有春游", "春游"),
    ("今年的预算是多少", "预算"), ("国庆放假几天", "国庆放假"),
])
def test_what_the_plan_has_not_is_said_and_what_can_be_asked(world: World, said: str, thing: str) -> None:
    world.张三.says(said).hears(f"计划里没有提到“{thing}”", "可以问")


def test_an_added_activity_is_found_by_its_name(world: World) -> None:
    world.at("2017-03-06 09:00").陈静.says("添加活动 观看红色电影 3月20日 15:00 操场 党员")
    for said in ("观看红色电影是什么时候", "红色电影在哪", "观看红色电影"):
        world.张三.says(said).hears("3月20日（周一）15:00，操场")


@pytest.mark.parametrize("said", ["今天中午吃啥", "asdfgh", "孩子"])
def test_other_words_are_not_taken_for_a_question_about_the_plan(world: World, said: str) -> None:
    world.张三.says(said).hears("没有看懂").hears_not("〔", "没有提到")


def test_a_stranger_learns_nothing_by_the_name_of_a_thing(world: World) -> None:
    world.stranger.says("服务型党组织").hears("绑定").hears_not("〔")


def test_a_bare_month_does_not_carry_a_kind_over_another_question(world: World) -> None:
    world.at("2017-03-06 09:00").张三.says("评优什么时候开始").hears("十二月")
    world.张三.says("五个抓手是什么")
    world.张三.says("下下个月").hears("五月有2项").hears_not("没有评优")
