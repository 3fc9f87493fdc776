"""A file of dated activities: dates and times as people write them, and what is refused, with its line."""

import io
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from data.activity_reader import parse_date, parse_time, read_activities
from data.tables import NotATable

HEADER = "名称,日期,开始,结束,地点,对象"


def table(*lines: str):
    return read_activities("\n".join((HEADER, *lines)).encode(), 2017)


def test_a_line_becomes_an_activity():
    (row,) = table("三月主题党日,2017-03-10,14:00,16:00,多功能厅,党员、积极分子").rows
    assert (row.title, row.day, row.start, row.end, row.place, row.audience) == (
        "三月主题党日", date(2017, 3, 10), time(14), time(16), "多功能厅", ("党员", "积极分子"))


def test_end_place_and_audience_may_be_left_out():
    (row,) = table("专题讲座,3月10日,下午2点,,,").rows
    assert (row.end, row.place, row.audience) == (None, "", ())


def test_a_sheet_with_real_dates_and_times_is_read():
    book, file = Workbook(), io.BytesIO()
    book.active.append(HEADER.split(","))
    book.active.append(("主题党日", datetime.fromisoformat("2017-03-10"), time(14), time(15, 30), "多功能厅", "全体"))
    book.save(file)
    (row,) = read_activities(file.getvalue(), 2020).rows
    assert (row.day, row.start, row.end) == (date(2017, 3, 10), time(14), time(15, 30))


@pytest.mark.parametrize(("written", "day"), [
    ("2017-03-10", date(2017, 3, 10)), ("2017/3/10", date(2017, 3, 10)), ("2017.3.10", date(2017, 3, 10)),
    ("2017年3月10日", date(2017, 3, 10)), ("3月10日", date(2017, 3, 10)), ("3月10号（周五）", date(2017, 3, 10)),
    ("３月１０日", date(2017, 3, 10)), ("2016-02-29", date(2016, 2, 29)),
    ("2017-02-29", None), ("4月31日", None), ("十号", None), ("明天", None), ("", None), ("13月1日", None),
])
def test_days_are_read_as_people_write_them(written, day):
    assert parse_date(written, 2017) == day


@pytest.mark.parametrize(("written", "hour"), [
    ("14:00", time(14)), ("14：30", time(14, 30)), ("14点", time(14)), ("14点半", time(14, 30)), ("下午2点", time(14)),
    ("9:05:00", time(9, 5)), ("中午12点", time(12)), ("24:00", None), ("14:75", None), ("下午", None), ("", None),
])
def test_hours_are_read_as_people_write_them(written, hour):
    assert parse_time(written) == hour


@pytest.mark.parametrize(("line", "reason"), [
    (",3月10日,14:00,,,", "没有写名称"),
    ("党课,,14:00,,,", "没有写日期"),
    ("党课,2月30日,14:00,,,", "日期“2月30日”不对"),
    ("党课,3月10日,,,,", "没有写开始"),
    ("党课,3月10日,两点多,,,", "开始“两点多”不对"),
    ("党课,3月10日,14:00,13:00,,", "结束时间不晚于开始时间"),
    ("党课,3月10日,14:00,25:00,,", "结束“25:00”不对"),
    ("课" * 201 + ",3月10日,14:00,,,", "名称超过200个字"),
    ("党课,3月10日,14:00,," + "厅" * 101 + ",", "地点超过100个字"),
])
def test_a_wrong_line_is_named_with_its_reason(line, reason):
    (problem,) = table("党课,3月3日,14:00,,,", line).problems
    assert problem.line == 3
    assert reason in problem.reason


def test_a_file_without_the_columns_is_refused():
    with pytest.raises(NotATable, match="缺少：开始"):
        read_activities("名称,日期\n党课,3月3日".encode(), 2017)
