"""Scenes of exports: who gets which link, what the page does with it, and what stands in the file."""

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import process_time
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from data.links import make_link
from data.models import (
    Activity,
    AuditRecord,
    Branch,
    CheckIn,
    DuesPayment,
    DuesState,
    Follower,
    Identity,
    Leave,
    OneTimeLink,
    Person,
    StudyRecord,
)
from data.roster_reader import read_roster
from handlers.export.table import Column, Table
from handlers.export.workbook import looks_like_formula, write
from tests.world import CAST, ZONE, Actor, World

NOW = datetime(2017, 4, 1, 10, 0, tzinfo=ZONE)
EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1+1", "\r=1", "\ufeff=1", "=cmd|' /C calc'!A0", "#N/A")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def person_of(world: World, key: str) -> int:
    with world.session() as session:
        return session.scalars(select(Person.id).where(Person.staff_no == f"T{list(CAST).index(key) + 1:03d}")).one()


def add(world: World, *rows: object) -> None:
    with world.session() as session, session.begin():
        session.add_all(rows)


def plans(world: World, title: str, start: str, audience: tuple[str, ...] = ("党员",), kind: str = "主题党日") -> int:
    begins = moment(start)
    with world.session() as session, session.begin():
        activity = Activity(branch_id=1, plan_entry_id=None, year=begins.year, title=title, kind=kind, place="多功能厅",
                            starts_at=begins, ends_at=begins + timedelta(hours=2), audience=list(audience))
        session.add(activity)
        session.flush()
        return activity.id


def studies(person_id: int, text: str, day: str, branch_id: int = 1, **more: object) -> StudyRecord:
    return StudyRecord(branch_id=branch_id, person_id=person_id, studied_on=date.fromisoformat(day), text=text,
                       digest=sha256(text.encode()).hexdigest(), entered_at=NOW, entered_by=person_id, **more)


def path_in(actor: Actor) -> str:
    """The path of the link in the last answer, which ends with it."""
    found = re.search(r"http://\S+?(/console/file/[\w-]+)$", actor.heard)
    assert found, actor.heard
    return found[1]


def fetched(world: World, actor: Actor, said: str) -> Worksheet:
    """The sheet behind the link that the words get."""
    answer = world.app.test_client().post(path_in(actor.says(said)))
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.data)).active


def rows_of(sheet: Worksheet) -> list[tuple[object, ...]]:
    """The rows below the header."""
    return [tuple(row) for row in sheet.iter_rows(min_row=4, values_only=True)]


def links(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(OneTimeLink))


@pytest.fixture
def march(world: World) -> World:
    """Two activities in March: five of the cast did something at the first, nobody checked in at the second."""
    first, _ = plans(world, "主题党日活动", "2017-03-10 14:00"), plans(world, "党课", "2017-03-20 14:00", kind="党课")
    came = moment("2017-03-10 14:05")
    for key, by in (("张三", "张三"), ("李四", "陈静"), ("赵六", "赵六"), ("陈静", "陈静")):
        add(world, CheckIn(branch_id=1, activity_id=first, person_id=person_of(world, key), happened_at=came,
                           entered_at=came, entered_by=person_of(world, by)))
    add(world, Leave(branch_id=1, activity_id=first, person_id=person_of(world, "王五"), entered_at=came))
    return world.at("2017-04-01 10:00")


# The link and its page

def test_looking_uses_nothing_up_and_the_button_gives_the_file_once(march):
    march.陈静.says("导出 签到 三月").hears("2017年3月签到表可以下载了", "2项活动", "10:10前", "只能下载一次")
    path, browser = path_in(march.陈静), march.app.test_client()
    for look in (browser.get, browser.head, browser.get):
        page = look(path)
        assert page.status_code == 200
    assert all(part in page.text for part in ("签到_2017年3月.xlsx", "10:10前有效", 'lang="zh-CN"', 'name="viewport"',
                                              f'<form method="post" action="{path}">', "下载"))
    assert re.findall(r"<script[^>]*>", page.text) == re.findall(
        r'<script src="/console/static/file\.js\?v=\w{12}" defer>', page.text)
    assert "style=" not in page.text
    file = browser.post(path)
    assert file.status_code == 200
    assert file.data[:2] == b"PK"
    assert f"filename*=UTF-8''{quote('签到_2017年3月.xlsx')}" in file.headers["Content-Disposition"]
    for answer in (page, file):
        keeps_to_itself(answer)
    for again in (browser.post(path), browser.get(path)):
        assert again.status_code == 410
        assert "这个链接不能用了" in again.text
        assert "导出 签到 三月" in again.text


def keeps_to_itself(answer: TestResponse) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_two_clicks_at_once_give_one_file_and_one_audit_record_without_names(march):
    path = path_in(march.陈静.says("导出 张三的签到"))
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: march.app.test_client().post(path).status_code, range(4)))
    assert sorted(codes) == [200, 410, 410, 410]
    with march.session() as session:
        made = session.scalars(select(AuditRecord).where(AuditRecord.action == "export.make")).all()
    assert [(one.by_person_id, one.subject, one.detail["kind"], one.detail["period"]) for one in made] == [
        (person_of(march, "陈静"), "export/checkin", "签到", "2017-01-01/2017-12-31")]
    assert "张三" not in str(made[0].detail)


def test_a_link_survives_a_restart_and_ends_after_ten_minutes(march, make_world):
    path = path_in(march.陈静.says("导出 名册"))
    again = make_world().at("2017-04-01 10:09")
    assert again.app.test_client().get(path).status_code == 200
    again.at("2017-04-01 10:11")
    for answer in (again.app.test_client().get(path), again.app.test_client().post(path)):
        assert answer.status_code == 410
        assert "10分钟" in answer.text


def test_used_old_unknown_and_foreign_links_look_the_same(march):
    with march.session() as session, session.begin():
        console = make_link(session, session.get_one(Person, person_of(march, "陈静")), "console", march.now)
    old, used = (path_in(march.陈静.says("导出 名册")).rpartition("/")[2] for _ in range(2))
    march.at("2017-04-01 10:05").app.test_client().post(f"/console/file/{used}")
    march.at("2017-04-01 10:11")
    answers = {(answer.status_code, answer.text) for token in (console, old, used, "x", "%00", "a" * 500)
               for answer in (march.app.test_client().open(f"/console/file/{token}", method=method)
                              for method in ("GET", "POST"))}
    (status, said), = answers
    assert status == 410
    assert "这个链接不能用了" in said
    assert "导出 签到" in said


def test_who_has_lost_the_office_or_the_phone_gets_no_file(march):
    paths = [path_in(actor.says("导出 党费")) for actor in (march.李梅, march.陈静)]
    with march.session() as session, session.begin():
        session.get_one(Person, person_of(march, "李梅")).duties = "宣传委员"
        session.get_one(Follower, march.陈静.openid).person_id = None
    for path in paths:
        answer = march.app.test_client().post(path)
        assert answer.status_code == 403
        assert "您现在不能下载" in answer.text
    with march.session() as session:
        assert session.scalar(select(func.count()).where(OneTimeLink.used_at.is_not(None))) == 0


def test_a_failure_is_a_calm_page_and_the_link_stays_good(march, caplog):
    path = path_in(march.陈静.says("导出 名册"))
    with march.session() as session, session.begin():
        link = session.scalars(select(OneTimeLink)).one()
        link.data = link.data | {"kind": "nonsense"}
    answer = march.app.test_client().post(path)
    assert answer.status_code == 500
    assert "出了点问题" in answer.text
    assert "Traceback" not in answer.text
    assert path.rpartition("/")[2] not in caplog.text
    with march.session() as session:
        assert session.scalars(select(OneTimeLink)).one().used_at is None


# What is asked for

@pytest.mark.parametrize(("key", "may", "may_not"), [
    ("陈静", ("签到", "党费", "名册"), ()), ("林副", ("签到", "党费", "名册"), ()),
    ("李梅", ("签到", "党费"), ("名册", "自学")), ("周敏", (), ("签到", "党费", "名册"))])
def test_each_office_exports_its_own(march, key, may, may_not):
    actor = getattr(march, key)
    for kind in may:
        path_in(actor.says(f"导出 {kind}"))
    for kind in may_not:
        actor.says(f"导出 {kind}").hears("由书记", "您可以导出").hears_not("http")
    assert links(march) == len(may)


def test_nobody_else_exports_and_letters_are_never_exported(march):
    for actor in (march.张三, march.何园, march.吴兰, march.钱多):
        actor.says("导出 签到 三月").hears("书记、副书记、组织委员或宣传委员").hears_not("http")
    march.stranger.says("导出 名册").hears("绑定").hears_not("http")
    for words in ("导出 信箱", "导出 匿名来信", "导出 来信 三月"):
        march.陈静.says(words).hears("来信不导出").hears_not("http")
    assert links(march) == 0


def test_a_missing_kind_is_asked_about_and_the_month_is_kept(march):
    march.陈静.says("导出 三月").hears("导出哪一种", "1. 签到", "4. 自学")
    march.陈静.says("1").hears("2017年3月签到表")
    march.李梅.says("导出").hears("1. 签到", "2. 党费").hears_not("名册")
    march.李梅.says("党费").hears("2017年党费登记表")
    march.陈静.says("导出 签到和名册").hears("一次导出一种", "2. 名册").hears_not("党费")
    march.周敏.says("导出").hears("没有自学记录")


NOTHING_THERE = (
    ("导出 签到 六月", "2017年6月还没有到"), ("导出 党费 2018年", "2018年还没有到"), ("导出 签到 二月", "2017年2月没有"),
    ("导出 自学", "2017年没有自学记录"), ("导出 签到 4月31号", "没有“4月31号”"), ("导出 签到 运动会", "没有找到已经开始的“运动会”"),
    ("导出 签到 民主生活会", "没有找到已经开始的“民主生活会”"), ("导出 自学 最近三个月", "2017年2月至4月没有"),
    ("导出 签到 去年", "2016年没有"))
THERE = (
    ("导出 签到 一月到三月", "2017年1月至3月签到表可以下载了：2项"), ("导出 签到 第一季度", "2017年1月至3月"), ("导出 签到", "2017年签到表"),
    ("导出 签到 2017-03", "2017年3月签到表"), ("导出 签到 3月10日", "2017年3月10日签到表可以下载了：1项"),
    ("导出 签到 党课", "2017年3月20日党课签到表可以下载了：1项"), ("把三月的签到表导出来给我", "2017年3月签到表"),
    ("导出 名册 三月", "名册只有今天的"), ("导出党员名册", "名册（党员）可以下载了：9人"), ("导出 党费 二月", "2017年2月党费登记表"))


def test_where_there_is_nothing_there_is_no_link(march):
    for said, heard in NOTHING_THERE:
        march.陈静.says(said).hears(heard, "例如" if "4月31" not in said else "核对").hears_not("http")
    assert links(march) == 0


def test_periods_activities_and_groups_may_be_named(march):
    for said, heard in THERE:
        assert path_in(march.陈静.says(said).hears(heard))


def test_in_january_december_is_last_years(march):
    plans(march, "民主生活会", "2017-12-20 14:00")
    march.at("2018-01-10 09:00").陈静.says("导出 签到 十二月").hears("2017年12月签到表", "1项活动")


# What stands in the files

def test_attendance_shows_every_state_and_counts_leave_apart(march):
    sheet = fetched(march, march.陈静, "导出 签到 三月")
    assert sheet.title == "签到"
    assert sheet["A1"].value == "临平第二幼儿园党支部2017年3月签到表"
    assert sheet["A2"].value == "制表日期：2017年4月1日　制表人：陈静"
    assert [cell.value for cell in sheet[3]] == [
        "序号", "姓名", "3月10日\n主题党日活动", "3月20日\n党课（没有签到记录）", "应到", "实到", "请假"]
    states = {row[1]: row[2:] for row in rows_of(sheet)}
    assert states["张三"] == ("14:05", None, 1, 1, 0)
    assert states["李四"] == ("补签", None, 1, 1, 0)
    assert states["王五"] == ("请假", None, 1, 0, 1)
    assert states["周敏"] == ("未签到", None, 1, 0, 0)
    assert states["赵六"] == ("列席14:05", "—", 0, 0, 0)
    assert "钱多" not in states
    assert states["应到"] == (9, None, 9, None, None)
    assert states["实到"] == (3, None, None, 3, None)
    assert states["请假"] == (1, None, None, None, 1)
    assert states["列席"][0] == 1


def test_dues_are_numbers_with_their_sum(world):
    when = moment("2017-02-10 09:00")
    paid = {"branch_id": 1, "period": "2017-01", "happened_at": when, "entered_at": when}
    add(world, DuesPayment(person_id=person_of(world, "张三"), amount_fen=3050, state=DuesState.CONFIRMED,
                           confirmed_at=when, confirmed_by=person_of(world, "李梅"), **paid),
        DuesPayment(person_id=person_of(world, "王五"), amount_fen=1000, **paid),
        DuesPayment(person_id=person_of(world, "李四"), amount_fen=99900, state=DuesState.REPLACED, **paid))
    sheet = fetched(world.at("2017-04-01 10:00"), world.李梅, "导出 党费 二月")
    lines = {row[1]: row[2:] for row in rows_of(sheet)}
    day = datetime(2017, 2, 10)  # noqa: DTZ001 - a cell has no zone
    assert (sheet.title, sheet["C3"].value) == ("党费", "月份")
    assert lines["张三"] == ("一、二月", 30.5, "已缴", day, "李梅", day)
    assert lines["王五"] == ("一、二月", 10, "待确认", day, None, None)
    assert lines["李四"] == ("一、二月", None, "未缴", None, None, None)
    assert "钱多" not in lines
    assert [lines[name][1:3] for name in ("已缴合计", "待确认合计", "未缴")] == [
        (30.5, "1笔"), (10, "1笔"), (None, "7笔")]
    assert 40.5 not in [value for row in lines.values() for value in row]
    amount = next(cell for cell in sheet["D"] if cell.value == 30.5)
    assert amount.data_type == "n"
    assert amount.number_format == "#,##0.00"


def test_a_roster_can_be_imported_again_and_has_no_phone_numbers(world):
    with world.session() as session, session.begin():
        session.get_one(Person, person_of(world, "张三")).phone = "13800000000"
    answer = world.app.test_client().post(path_in(world.陈静.says("导出 名册")))
    roster = read_roster(answer.data)
    assert roster.problems == ()
    assert len(roster.rows) == len(CAST)
    assert [(row.name, row.identity, row.duties, row.group) for row in roster.rows] == [
        (role.name, role.identity, role.duties, role.group) for role in CAST.values()]
    rows = rows_of(load_workbook(io.BytesIO(answer.data)).active)
    assert rows[-1] == (15, "新人", "T015", "教师", None, None, "未绑定")
    assert "13800000000" not in str(rows)


def test_study_is_in_roster_order_without_what_was_taken_back_or_belongs_to_another_branch(world):
    with world.session() as session, session.begin():
        session.add(Branch(id=77, name="别的支部"))
        session.flush()
        session.add(Person(id=7777, branch_id=77, staff_no="B1", name="外人", identity=Identity.MEMBER))
    zhang, chen = person_of(world, "张三"), person_of(world, "陈静")
    add(world, studies(zhang, "三月五日的体会", "2017-03-05", book="论党建"), studies(zhang, "三月一日的", "2017-03-01"),
        studies(chen, "书记的", "2017-03-09"), studies(zhang, "收回的", "2017-03-02", withdrawn_at=NOW),
        studies(zhang, "四月的", "2017-04-01"), studies(7777, "别人的", "2017-03-03", branch_id=77),
        *(studies(person_of(world, key), key, "2017-03-01") for key in ("张伟甲", "张伟乙")))
    sheet = fetched(world.at("2017-04-01 10:00"), world.周敏, "导出 自学 三月")
    assert [row[2:] for row in rows_of(sheet)] == [
        ("陈静", None, "书记的"), ("张三", None, "三月一日的"), ("张三", "《论党建》", "三月五日的体会"),
        ("张伟（T013）", None, "张伟甲"), ("张伟（T014）", None, "张伟乙")]
    roster = rows_of(fetched(world, world.陈静, "导出 名册"))
    assert "外人" not in [row[1] for row in roster]


# The workbook itself, without a scene

def sheet_of(rows: list[tuple[object, ...]], **more: object) -> tuple[Worksheet, str]:
    """The sheet as openpyxl reads it again, and its XML."""
    content = write(Table("某某党支部自学记录表", "", (Column("序号"), Column("内容", widest=70, left=True)), rows, **more),
                    "自学", "陈静", NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        xml = packed.read("xl/worksheets/sheet1.xml").decode()
    return load_workbook(io.BytesIO(content)).active, xml


@pytest.mark.parametrize("text", EVIL, ids=ascii)
def test_no_text_is_ever_run(text):
    sheet, xml = sheet_of([(1, text)])
    assert "<f>" not in xml
    assert 't="e"' not in xml
    assert re.search(r'<c r="B4"[^>]* t="inlineStr"', xml)
    cell = sheet["B4"]
    assert cell.data_type == "s"
    assert cell.value == text.replace("\r", "\n")
    assert cell.quotePrefix == (text != "#N/A") == looks_like_formula(text)


def test_a_name_that_is_a_formula_is_text_in_headings_and_the_sign_of_a_sum_is_not(world):
    assert not looks_like_formula("读完《论党建》")
    assert not looks_like_formula("3-5月")
    assert not looks_like_formula("—")
    content = write(Table("=1+1", "", (Column("=2"),), [("@x",)], [("-合计",)], foot="+脚注"), "自学",
                    "=HYPERLINK()", NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert "<f>" not in packed.read("xl/worksheets/sheet1.xml").decode()


def test_what_a_cell_cannot_hold_is_left_out_and_long_text_is_cut():
    sheet, xml = sheet_of([(1, "甲\x00\x0b\ud800\uffff乙"), (2, "长" * 40000), (3, "😀" * 20000), (4, "_x003D_1"), (5, "")])
    texts = [row[1] for row in rows_of(sheet)]
    assert texts[0] == "甲乙"
    assert len(texts[1]) == 32767
    assert texts[1].endswith("…")
    assert "_x005F_x003D_1" in xml
    assert len(texts[2].encode("utf-16-le")) <= 2 * 32767
    assert texts[2].endswith("😀…")
    assert texts[4] is None


def test_the_sheet_is_ready_for_the_printer():
    sheet, _ = sheet_of([(1, "读完第三章"), (2, "很" * 100)], landscape=True)
    assert "A1:B1" in map(str, sheet.merged_cells.ranges)
    assert sheet.freeze_panes == "C4"
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert "&P" in sheet.oddFooter.center.text
    assert sheet["A3"].font.bold
    assert sheet["A3"].border.left.style == "thin"
    assert sheet.column_dimensions["A"].width == 6
    assert sheet.column_dimensions["B"].width == 72
    narrow, _ = sheet_of([(1, "读完第三章")])
    assert narrow.column_dimensions["B"].width == 12  # five characters of two columns, and some air


def test_two_hundred_people_at_sixty_activities_take_less_than_two_seconds_and_few_queries(world):
    with world.session() as session, session.begin():
        people = [Person(branch_id=1, staff_no=f"X{n}", name=f"老师{n}", identity=Identity.MEMBER) for n in range(200)]
        activities = [Activity(branch_id=1, year=2017, title="主题党日活动", kind="主题党日", audience=["党员"],
                               starts_at=moment("2017-01-03 14:00") + timedelta(days=n)) for n in range(60)]
        session.add_all((*people, *activities))
        session.flush()
        came = [{"branch_id": 1, "activity_id": activity.id, "person_id": person.id, "entered_by": person.id,
                 "happened_at": activity.starts_at, "entered_at": activity.starts_at}
                for person in people for activity in activities]
        session.execute(CheckIn.__table__.insert(), came)
    path = path_in(world.at("2017-04-01 10:00").陈静.says("导出 签到"))
    statements: list[str] = []
    event.listen(world.assistant.engine, "before_cursor_execute", lambda *about: statements.append(about[2]))
    began = process_time()
    answer = world.app.test_client().post(path)
    assert answer.status_code == 200
    assert process_time() - began < 2
    assert len(statements) <= 15, statements
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet.max_column == 65
    assert sheet.page_setup.fitToWidth > 1
    assert sheet.print_title_cols == "$A:$B"
