"""The roster file as people save it: encodings, sheets, columns in any order; and what is refused, with its line."""

import io
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from data.models import Identity
from data.roster_reader import read_roster
from data.tables import MAX_BYTES, NotATable, cell_text

HEADER = "姓名,工号,手机号,身份,职务,党小组"
SEED = Path(__file__).parents[2] / "data" / "seed" / "demo-roster.csv"


def csv_file(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> bytes:
    return "\n".join((header, *lines, "")).encode(encoding)


def sheet(*rows: tuple[object, ...]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def problem_of(line: str) -> str:
    roster = read_roster(csv_file("张三,T01,,党员,,", line))
    (problem,) = roster.problems
    assert problem.line == 3
    return problem.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_the_encodings_that_office_programs_write(encoding):
    line = "张三,T01,13800000000,预备党员,组织委员、宣传委员,第一党小组"
    (row,) = read_roster(csv_file(line, encoding=encoding)).rows
    assert (row.name, row.staff_no, row.phone, row.identity, row.duties, row.group) == (
        "张三", "T01", "13800000000", Identity.PROBATIONARY, "组织委员、宣传委员", "第一党小组")


def test_a_sheet_is_read_with_numbers_for_staff_numbers_and_phones():
    roster = read_roster(sheet(("工号", "姓名", "身份", "手机号"),
                               (1001.0, "张三", "党员", 13800000000), (1002, "李四", "教师", None)))
    assert [(row.staff_no, row.phone) for row in roster.rows] == [("1001", "13800000000"), ("1002", "")]
    assert roster.problems == ()


def test_a_title_above_the_header_and_empty_lines_do_no_harm():
    roster = read_roster(sheet(("临平二幼教职工名册",), ("姓名", "工号", "身份"), (None,), ("张三", "T01", "党员")))
    assert [(row.name, row.line) for row in roster.rows] == [("张三", 4)]


@pytest.mark.parametrize(("header", "line"), [
    ("身份,工号,姓名", "党员,T01,张三"),
    (" 姓 名 ,工号：,身份*", "张三,T01,党员"),
    ("姓名\t工号\t身份", "张三\tT01\t党员"),
    ("姓名;工号;身份;备注", "张三;T01;党员;第二季度退休"),
    ("姓名，工号，身份", "张三，T01，党员"),
    ("序号,姓名,教工号,政治面貌", "1,张 三,Ｔ０１,中共党员"),
], ids=["other order", "spaces and signs", "tabs", "semicolons and a remark", "full-width commas", "other words"])
def test_columns_are_found_however_they_stand(header, line):
    (row,) = read_roster(csv_file(line, header=header)).rows
    assert (row.name, row.staff_no, row.identity, row.duties, row.group) == ("张三", "T01", Identity.MEMBER, "", "")


@pytest.mark.parametrize("duties", ["书记、园长", "书记，园长", "书记/园长", "书记, 园长", "书记 园长",
                                    "书记、书记、园长"])
def test_several_duties_are_separated_as_people_do(duties):
    (row,) = read_roster(csv_file(f'陈静,T01,,党员,"{duties}",')).rows
    assert row.duties == "书记、园长"


@pytest.mark.parametrize(("line", "reason"), [
    (",T02,,党员,,", "没有写姓名"),
    ("李四,,,党员,,", "没有写工号"),
    ("李四,T02,,,,", "没有写身份"),
    ("李四,T01,,党员,,", "工号T01与第2行重复"),
    ("李四,Ｔ０１,,党员,,", "工号T01与第2行重复"),
    ("李四,T02,,群众,,", "身份“群众”不认识"),
    ("李四,T02,,党员,大队长,", "职务“大队长”不认识"),
    ("李四,T02,,党员,书记、大队长,", "职务“大队长”不认识"),
    ("李四,T02,call me,党员,,", "手机号“call me”不对"),
    ("李" * 41 + ",T02,,党员,,", "姓名超过40个字"),
    ("李四," + "T" * 33 + ",,党员,,", "工号超过32个字"),
    ("李四,T02,,党员,," + "组" * 41, "党小组超过40个字"),
    ("=HYPERLINK(1),T02,,党员,,", "不能用的符号"),
    ("<b>李四</b>,T02,,党员,,", "不能用的符号"),
    ("李四,=T02,,党员,,", "工号“=T02”里有不能用的符号"),
    ("全体,T02,,党员,,", "与组名相同"),
    ("李四,T02,,党员,,党员", "与组名相同"),
])
def test_a_wrong_line_is_named_with_its_reason(line, reason):
    assert reason in problem_of(line)


def test_every_wrong_line_is_listed_not_only_the_first():
    roster = read_roster(csv_file("张三,T01,,党员,,", ",T02,,党员,,", "李四,T03,,党员,,", "王五,T04,,路人,,"))
    assert [problem.line for problem in roster.problems] == [3, 5]
    assert str(roster.problems[0]) == "第3行：没有写姓名"


@pytest.mark.parametrize(("content", "said"), [
    (b"", "空的"),
    (b" \r\n ", "空的"),
    ("姓名,工号,身份\n".encode(), "表头下面没有内容"),
    ("今天天气很好。\n明天开会。\n".encode(), "缺少：姓名、工号、身份"),
    ("姓名,身份\n张三,党员\n".encode(), "缺少：工号"),
    ("姓名,工号,工号,身份\n张三,1,2,党员\n".encode(), "“工号”出现了不止一次"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "不是表格文件"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
    (b"PK\x03\x04 not really a zip", "打不开"),
    (b"x" * (MAX_BYTES + 1), "5MB"),
    (('姓名,工号,身份\n"' + "张" * 200_000).encode(), "读不下去"),
], ids=["empty", "blank", "only a header", "a text", "no staff numbers", "a column twice", "a picture", "old Excel",
        "broken zip", "too large", "an open quote"])
def test_what_is_no_table_is_refused_in_one_sentence(content, said):
    with pytest.raises(NotATable, match=said):
        read_roster(content)


def test_the_demo_roster_is_good_and_has_what_the_demonstration_needs():
    roster = read_roster(SEED.read_bytes())
    names = [row.name for row in roster.rows]
    assert roster.problems == ()
    assert {row.identity for row in roster.rows} == set(Identity)
    assert {duty for row in roster.rows for duty in row.duties.split("、")} - {""} == {
        "书记", "副书记", "组织委员", "宣传委员", "纪检委员", "园长"}
    assert {row.group for row in roster.rows} == {"第一党小组", "第二党小组", ""}
    assert len(names) - len(set(names)) == 1


BELOW_A_HEADER = st.text(max_size=200).map(lambda text: f"{HEADER}\n{text}".encode("utf-8", "ignore"))


@given(st.binary(max_size=400) | BELOW_A_HEADER)
def test_no_file_makes_the_reader_fail_otherwise_than_with_its_sentence(content):
    try:
        rows = read_roster(content).rows
    except NotATable:
        rows = ()
    assert len({row.staff_no for row in rows}) == len(rows)


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (True, ""), (12, "12"), (12.0, "12"), (12.5, "12.5"), (" 张\n三 ", "张 三"), (time(14, 0), "14:00"),
    (date(2017, 3, 10), "2017-03-10"), (datetime.fromisoformat("2017-03-10"), "2017-03-10"),
    (datetime.fromisoformat("2017-03-10 14:00"), "2017-03-10 14:00"),
])
def test_a_cell_is_read_as_a_person_would_read_it(value, text):
    assert cell_text(value) == text
