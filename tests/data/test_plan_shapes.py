"""Plans of other shapes than ours, all invented: numbering, month headings, tables, school years."""

import pytest

from data.plan_reader import PlanDocument, read_plan

POINTS = """红星小学党支部
2019年度党建工作要点
为深入贯彻区教育局党委的部署，结合我校实际，制定本要点。
（一）总体要求
以政治建设为统领，全面推进学校党建工作。
（二）重点任务
1、抓学习。每月组织一次集中学习，每位党员每学期撰写心得体会不少于2篇。
2、抓制度。支部党员大会每季度至少召开一次，支委会每月一次。
3、抓队伍。全年发展党员3名，群众满意率达到95%以上。
（三）月份安排
1月：召开民主评议会；慰问困难党员。
2-3月：
①学雷锋志愿服务，3.5走进社区
②3.8妇女节座谈
③3月22日前上报计划
4月　清明祭扫烈士墓
第二季度
1.党课一次；2.观看影片。
七、八月份
• 暑期师德培训
• 自学
9、10月份工作：
（1）主题党日。
（2）公开课。
11~12月：民主生活会
全年
1、主题党日：每月第二周周三，遇节假日顺延。
（四）保障措施
1、加强领导。
总之，我们将扎实工作。
红星小学党支部
2019年1月5日
"""

TERM = """# 2020—2021学年第一学期党支部工作计划

## 指导思想
坚持立德树人，加强党员教育。

## 主要工作
- 每周五下午开展政治学习
- 党员上示范课，每人每学期一节

## 工作安排表

| 月份 | 主要内容 | 负责人 |
|---|---|---|
| 9月 | 1.开学第一课<br>2.师德培训，9.10前完成 | 张老师 |
| 10月 | 国庆主题党日 | 李老师 |
| | 参观展览 | 王老师 |
| 2021年1月 | 述职评议，1月15日 | 书记 |
"""

ORDINALS = """2018年党支部工作计划
一、工作思路
围绕中心，服务大局，开展党员教育活动，加强支部建设。
二、具体安排
一、二月：1、召开支部大会。2、缴纳党费。
二、三月：学雷锋活动
三、四月：清明祭扫
三、工作要求
加强组织领导，落实工作责任。
"""

PROSE = """向阳幼儿园党支部2022年工作计划
三月份召开专题组织生活会。二是做好发展党员工作。
第一部分 工作目标
加强党员教育，建设学习型支部。
第二部分 主要活动
上半年完成党员档案整理，下半年迎接检查。
在7月组织党员参观，九月的开学工作也要抓好。
七、八年级学生活动由团支部组织。
"""

ONE_LINE = """工会工作计划
一、加强组织建设，开展会员学习活动
二、活动安排
三月：女教师健步走；四月：春季踏青活动。五月：会员技能培训
二〇二三年一月
"""


def calendar(plan: PlanDocument) -> list[tuple[tuple[int, ...], list[str]]]:
    return [(block.months, [entry.text for entry in block.entries]) for block in plan.calendar]


def test_a_plan_in_points_gives_every_kind_of_month_heading():
    plan = read_plan(POINTS)
    assert plan.title == "红星小学党支部2019年度党建工作要点"
    assert calendar(plan) == [
        ((1,), ["召开民主评议会", "慰问困难党员"]),
        ((2, 3), ["学雷锋志愿服务，3.5走进社区", "3.8妇女节座谈", "3月22日前上报计划"]),
        ((4,), ["清明祭扫烈士墓"]),
        ((4, 5, 6), ["党课一次", "观看影片"]),
        ((7, 8), ["暑期师德培训", "自学"]),
        ((9, 10), ["主题党日", "公开课"]),
        ((11, 12), ["民主生活会"]),
        (tuple(range(1, 13)), ["主题党日：每月第二周周三，遇节假日顺延"])]
    assert [one.title for one in plan.sections] == ["", "总体要求", "重点任务", "月份安排", "保障措施", ""]
    assert plan.sections[4].children[0].title == "加强领导"
    assert [rule.rule for rule in plan.recurring] == ["每月第二周周三"]


def test_days_count_where_they_fit_the_month_and_a_holiday_name_does_not():
    dates = [entry.date for entry in read_plan(POINTS).calendar[1].entries]
    assert dates == ["2019-03-05", None, "2019-03-22"]


def test_duties_of_another_plan_are_found_by_the_same_rules():
    found = {duty.what: (duty.frequency, duty.who, duty.times) for duty in read_plan(POINTS).duties}
    assert found == {
        "集中学习": ("每月一次", "党员", 1), "撰写心得体会": ("每学期不少于2篇", "党员", 2),
        "支部党员大会": ("每季度一次", "党员", 1), "支委会": ("每月一次", "支委", 1),
        "发展党员": ("全年3名", "支部", 3), "群众满意率": ("95%以上", "", None)}


def test_a_school_year_runs_over_new_year_and_tables_are_read_by_their_header():
    plan = read_plan(TERM)
    assert plan.year == 2020
    assert calendar(plan) == [((9,), ["开学第一课", "师德培训，9.10前完成"]), ((10,), ["国庆主题党日", "参观展览"]),
                              ((1,), ["述职评议，1月15日"])]
    assert plan.calendar[0].entries[1].date == "2020-09-10"
    assert plan.calendar[2].entries[0].date == "2021-01-15"
    assert [rule.rule for rule in plan.recurring] == ["每周五"]


def test_numbers_before_single_months_are_no_pairs_of_months():
    plan = read_plan(ORDINALS)
    assert calendar(plan) == [((2,), ["召开支部大会", "缴纳党费"]), ((3,), ["学雷锋活动"]), ((4,), ["清明祭扫"])]
    assert [one.title for one in plan.sections] == ["工作思路", "具体安排", "工作要求"]


def test_months_in_running_text_make_no_calendar_and_that_is_said():
    plan = read_plan(PROSE)
    assert plan.calendar == ()
    assert any("没有找到行事历" in warning for warning in plan.warnings)
    assert [one.number for one in plan.sections] == ["", "第一部分", "第二部分"]


def test_months_in_one_line_are_taken_apart_and_the_signature_gives_the_year():
    plan = read_plan(ONE_LINE)
    assert calendar(plan) == [((3,), ["女教师健步走"]), ((4,), ["春季踏青活动"]), ((5,), ["会员技能培训"])]
    assert plan.year == 2023
    assert any("落款" in warning for warning in plan.warnings)


def test_without_any_year_there_is_none_and_days_stay_open():
    plan = read_plan(POINTS.replace("2019年度", "").replace("2019年1月5日", ""))
    assert plan.year is None
    assert any("年份" in warning and "--year" in warning for warning in plan.warnings)
    assert {entry.date for block in plan.calendar for entry in block.entries} == {None}
    assert read_plan(POINTS.replace("2019年度", ""), year=2021).year == 2021


@pytest.mark.parametrize("heading", ["三月份", "3月：", "３月份", "三月", "【三月】", "（一）3月份", "1．三月份",
                                     "三月工作安排：", "2019年3月", "## 三月", "03月"])
def test_a_month_may_be_written_in_many_ways(heading):
    text = f"2019年党支部工作计划\n一、加强党员学习\n二、工作安排\n{heading}\n1．主题党日。\n四月份\n1．自学。\n"
    assert calendar(read_plan(text)) == [((3,), ["主题党日"]), ((4,), ["自学"])]


@pytest.mark.parametrize(("heading", "months"), [
    ("一、二月", (1, 2)), ("七、八月份", (7, 8)), ("3-4月", (3, 4)), ("11~12月", (11, 12)), ("3月—5月", (3, 4, 5)),
    ("4月~6月/9月~11月", (4, 5, 6, 9, 10, 11)), ("12月至次年2月", (12, 1, 2)), ("第一季度", (1, 2, 3)),
    ("上半年", (1, 2, 3, 4, 5, 6)), ("全年", tuple(range(1, 13)))])
def test_a_heading_may_mean_several_months(heading, months):
    text = f"2019年党支部工作计划\n一、加强党员学习\n二、工作安排\n{heading}\n1．主题党日。\n"
    assert calendar(read_plan(text)) == [(months, ["主题党日"])]


@pytest.mark.parametrize(("lines", "expected"), [
    (["三月份", "制定活动安排表", "自学", "四月份", "党课"], [((3,), ["制定活动安排表", "自学"]), ((4,), ["党课"])]),
    (["三月份", "1．学习教育：", "（1）自学", "（2）党课", "2．缴党费"], [((3,), ["自学", "党课", "缴党费"])]),
    (["三月主题：春风行动", "1．植树", "四月：读书"], [((3,), ["植树"]), ((4,), ["读书"])]),
    (["三月份", "1．主题党日", "地点在多功能厅", "2．自学"], [((3,), ["主题党日。地点在多功能厅", "自学"])]),
    (["三月份", "1．自学", "以上安排如有变动另行通知。"], [((3,), ["自学"])]),
    (["三月份", "1．自学", "四月份", "2．党课", "五月份", "3．缴党费"],
     [((3,), ["自学"]), ((4,), ["党课"]), ((5,), ["缴党费"])]),  # numbered through all months
    (["三月召开支部会议", "四月开展主题党日"], [((3,), ["召开支部会议"]), ((4,), ["开展主题党日"])]),
    (["每月：缴党费", "三月份：自学"], [((3,), ["自学"])]),
    (["第1周\t3.2-3.6\t召开支部会议", "第2周\t3.9-3.13\t自学", "第5周\t4.1-4.5\t祭扫"],
     [((3,), ["召开支部会议", "自学"]), ((4,), ["祭扫"])]),
], ids=["a title that is an entry", "a label above items", "a motto", "a line that goes on", "a word below",
        "numbered through", "no colon", "every month", "weeks"])
def test_items_are_told_from_what_stands_between_them(lines, expected):
    text = "2019年党支部工作计划\n一、加强党员学习\n二、工作安排\n" + "\n".join(lines) + "\n三、工作要求"
    plan = read_plan(text)
    assert calendar(plan) == expected
    assert [one.title for one in plan.sections] == ["加强党员学习", "工作安排", "工作要求"]


@pytest.mark.parametrize(("lines", "expected"), [
    (["（一）三月份", "（1）行政工作", "1．教师会。", "（2）保教工作", "1．家长会。", "（二）四月份", "1．春游。"],
     [((3,), ["教师会", "家长会"]), ((4,), ["春游"])]),
    (["三月", "【行政】", "1，教师会", "【保教】", "1，家长会", "四月", "1，春游"], [((3,), ["教师会", "家长会"]), ((4,), ["春游"])]),
    (["一月", "党员大会", "责任人：书记", "二月", "慰问"], [((1,), ["党员大会"]), ((2,), ["慰问"])]),
    (["第一季度", "1、1月份召开党员大会", "2、3月份书记上党课", "第二季度", "1、七一准备"],
     [((1, 2, 3), ["1月份召开党员大会", "3月份书记上党课"]), ((4, 5, 6), ["七一准备"])]),
    (["三月份1、植树2、扫墓四月份1、读书2、踏青"], [((3,), ["植树", "扫墓"]), ((4,), ["读书", "踏青"])]),
    (["第一周（2.24-2.28）", "1．开学典礼", "第二周（3.2-3.6）", "1．学雷锋"], [((2,), ["开学典礼"]), ((3,), ["学雷锋"])]),
    (["三月", "1．三月三踏青", "2．2月至3月走访", "3．3月12日植树", "四月", "1．自学"],
     [((3,), ["三月三踏青", "2月至3月走访", "3月12日植树"]), ((4,), ["自学"])]),
    (["月份 活动内容 负责人", "3月 植树 甲", "4月 祭扫 烈士墓 乙", "5月 参观 甲"],
     [((3,), ["植树"]), ((4,), ["祭扫 烈士墓"]), ((5,), ["参观"])]),
    (["月份", "活动内容", "负责人", "3月", "植树", "甲", "4月", "祭扫", "乙", "5月", "参观", "甲"],
     [((3,), ["植树"]), ((4,), ["祭扫"]), ((5,), ["参观"])]),
    (["\t三月\t四月", "党建\t党课\t祭扫", "队建\t/\t入队"], [((3,), ["党课"]), ((4,), ["祭扫", "入队"])]),
    (["季度\t类型\t内容\t时间", "一季度\t党课\t书记讲\t3月", "〃\t支委会\t研究发展\t4月"], [((3,), ["书记讲"]), ((4,), ["研究发展"])]),
    (["元月：团拜", "二月：走访", "以上安排如有变动另行通知。"], [((1,), ["团拜"]), ((2,), ["走访"])]),
], ids=["groups by number", "groups in brackets", "who does it", "months as items", "run together", "weeks", "dates",
        "a table of blanks", "a table of lines", "months across", "kinds and dates in columns", "the first month"])
def test_a_calendar_may_have_any_usual_shape(lines, expected):
    text = "2020年党支部工作计划\n一、加强党员学习\n二、工作安排\n" + "\n".join(lines) + "\n三、工作要求"
    plan = read_plan(text)
    assert calendar(plan) == expected
    assert [one.title for one in plan.sections] == ["加强党员学习", "工作安排", "工作要求"]


@pytest.mark.parametrize(("title", "year"), [
    ("二〇一七年党支部工作计划", 2017), ("二０一六年党支部工作计划", 2016), ("2018-2019学年工会工作计划", 2018),
    ("2014—2015学年第二学期工作计划", 2015), ("民国108年度工会工作计划", 2019), ("一〇八学年度教师会工作计划", 2019),
    ("党支部工作计划（2024年）", 2024), ("党支部工作计划", None)])
def test_the_year_may_be_written_in_many_ways(title, year):
    assert read_plan(f"{title}\n一、加强党员学习，开展活动\n二、组织培训").year == year


def test_a_plan_in_traditional_characters_keeps_them():
    plan = read_plan("濱海國小教師會2023年工作計劃\n一、組織學習，開展會員活動\n二、月度安排\n三月：慰問會員\n四月：幹部培訓\n")
    assert plan.title == "濱海國小教師會2023年工作計劃"
    assert calendar(plan) == [((3,), ["慰問會員"]), ((4,), ["幹部培訓"])]
    assert plan.calendar[1].entries[0].kind == "培训"


def test_what_a_web_page_puts_around_a_plan_is_left_out():
    text = ("首页 > 范文 > 工作计划\n2021年工会工作计划\n来源：网络 作者：佚名 时间：2021-01-02\n一、服务会员，开展活动\n二、安排\n"
            "三月：\n1、健步走\n相关链接：2020年工会工作总结\n四月：\n1、运动会\n上一篇：3月份总结\n【2021年工会工作计划】相关文章：\n"
            "1.学校工会工作总结\n2.工会活动方案\n")
    plan = read_plan(text)
    assert calendar(plan) == [((3,), ["健步走"]), ((4,), ["运动会"])]
    assert [line for line in plan.left_out if "：" not in line] == ["首页 > 范文 > 工作计划", "1.学校工会工作总结", "2.工会活动方案"]


@pytest.mark.parametrize(("lines", "words"), [
    (["三月", "1．2月30日前上报。", "四月", "1．自学。"], "2月30日不存在"),
    (["三月", "1．自学。", "四月", "1．党课。", "五月", "1．慰问。"], "没有一月、二月、六月"),
    (["三月", "1．自学。", "四月", "五月", "1．慰问。"], "四月下面没有内容"),
    (["三月", "1．自学党章。", "2．听党课讲座。", "3．慰问老党员。", "四月", "1．召开支部委员会，讨论"], "没有写完"),
])
def test_what_is_missing_or_cannot_be_is_said_with_its_place(lines, words):
    plan = read_plan("2020年党支部工作计划\n一、加强党员学习\n二、工作安排\n" + "\n".join(lines))
    assert any(words in warning for warning in plan.warnings), plan.warnings
