"""The console's door and its page 今日: who gets in and for how long, what is refused, and what the page knows."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from data.links import digest_of
from data.models import (
    AuditRecord,
    ConsoleSession,
    DuesPayment,
    DuesState,
    Follower,
    Letter,
    LetterBox,
    Outbox,
    OutboxState,
    PassedQuestion,
    Person,
)
from handlers import all_pushes
from handlers.console.waiting import KINDS, PRIVATE
from tests.world import Actor, World, openid_of

BASICS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
                               "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
}
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}  # what a browser sends from a page without referrer
GONE = "这个链接不能用了"


def link_for(actor: Actor) -> str:
    """The path of the link that the bot gives."""
    return re.search(r"(/console/enter/[\w-]+)", actor.says("登录后台").heard).group(1)


def enter(world: World, actor: Actor) -> FlaskClient:
    """A browser that has come in."""
    browser = world.app.test_client()
    assert browser.post(link_for(actor), headers=OWN).status_code == 303
    return browser


def page(browser: FlaskClient) -> str:
    answer = browser.get("/console/")
    assert answer.status_code == 200
    return answer.text


def token_in(browser: FlaskClient) -> str:
    return re.search(r'name="csrf" value="(\w+)"', page(browser)).group(1)


def section(html: str, heading: str) -> str:
    """The words of one section of the page, without its marks."""
    found = next(part for part in html.split("<section")[1:] if heading in part)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found.split(">", 1)[1]))


def change(world: World, model: type, key: object, **values: object) -> None:
    with world.session() as session, session.begin():
        row = session.get(model, key)
        for name, value in values.items():
            setattr(row, name, value)


def person_id(world: World, name: str) -> int:
    with world.session() as session:
        return session.scalars(select(Person.id).where(Person.name == name)).one()


# The link

@pytest.mark.parametrize("who", ["陈静", "林副"])
def test_a_look_changes_nothing_the_click_works_once(world: World, who: str) -> None:
    link = link_for(getattr(world, who))
    for _ in range(2):  # the preview of a chat program
        browser = world.app.test_client()
        assert browser.head(link).status_code == 200
        look = browser.get(link)
        assert who in look.text
        assert "Set-Cookie" not in look.headers
    with world.session() as session:
        assert session.scalars(select(ConsoleSession)).all() == []
    assert browser.post(link, headers=OWN).status_code == 303
    assert who in page(browser)
    again = world.app.test_client()
    for answer in (again.post(link, headers=OWN), again.get(link)):
        assert answer.status_code == 410
        assert GONE in answer.text
        assert "登录后台" in answer.text
    assert again.get("/console/").status_code == 401


@pytest.mark.parametrize("who", ["钱多", "李梅", "周敏", "何园"])
def test_others_get_no_link(world: World, who: str) -> None:
    getattr(world, who).says("登录后台").hears("书记或副书记").hears_not("/console/")


def test_only_a_digest_is_kept_of_link_and_cookie(world: World) -> None:
    link = link_for(world.陈静)
    answer = world.app.test_client().post(link, headers=OWN)
    secret = re.match(r"console=([\w-]+);", answer.headers["Set-Cookie"]).group(1)
    with world.session() as session:
        assert session.scalars(select(ConsoleSession.digest)).one() == digest_of(secret)
        stored = " ".join(str(row) for table in ("console_sessions", "one_time_links", "audit_records")
                          for row in session.execute(text(f"SELECT * FROM {table}")))
    assert secret not in stored
    assert link.rsplit("/", 1)[1] not in stored


def test_used_expired_unknown_and_foreign_links_look_the_same(world: World) -> None:
    world.at("2017-03-10 10:00")
    expired, other = link_for(world.陈静), link_for(world.林副)
    change(world, Person, person_id(world, "林副"), duties="")
    world.at("2017-03-10 10:11")
    browser = world.app.test_client()
    pages = {browser.open(path, method=method, headers=OWN).text for method in ("GET", "POST")
             for path in (expired, other, "/console/enter/neverwas", f"/console/enter/{'x' * 500}")}
    assert len(pages) == 1
    assert "10分钟内有效" in pages.pop()
    world.at("2017-03-10 11:00")
    on_time = link_for(world.陈静)
    world.at("2017-03-10 11:10")
    assert browser.post(on_time, headers=OWN).status_code == 303


def test_a_newer_link_and_leaving_take_the_older_one_back(world: World) -> None:
    first, second = link_for(world.陈静), link_for(world.陈静)
    browser = world.app.test_client()
    assert browser.get(first).status_code == 410
    assert browser.get(second).status_code == 200
    world.陈静.says("退出后台").hears("链接也不能再用")
    assert browser.post(second, headers=OWN).status_code == 410


def test_of_two_clicks_at_once_one_gets_in(world: World) -> None:
    link, codes = link_for(world.陈静), []
    start = threading.Barrier(4)

    def click() -> None:
        start.wait()
        codes.append(world.app.test_client().post(link, headers=OWN).status_code)
    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [303, 410, 410, 410]


# The session

@pytest.mark.parametrize(("address", "secure"), [("https://party.test", True), ("http://127.0.0.1:8000", False)])
def test_the_cookie_stays_with_the_console(make_world: Callable[..., World], address: str, secure: bool) -> None:
    world = make_world(PUBLIC_URL=address)
    link = link_for(world.陈静.says("登录后台").hears(f"{address}/console/enter/"))
    cookie = world.app.test_client().post(link, headers=OWN).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/console"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure


def test_the_session_ends_when_it_idles_and_a_page_that_asks_by_itself_is_idle(world: World) -> None:
    world.at("2017-03-10 10:00")
    browser = enter(world, world.陈静)
    world.at("2017-03-10 10:29")
    assert browser.get("/console/").status_code == 200
    world.at("2017-03-10 10:58")
    assert browser.get("/console/today/live").status_code == 200
    world.at("2017-03-10 10:59")
    for path in ("/console/", "/console/today/live"):
        answer = browser.get(path)
        assert answer.status_code == 401
        assert "登录后台" in answer.text
        assert "陈静" not in answer.text


def test_the_session_ends_after_eight_hours_however_busy(world: World) -> None:
    world.at("2017-03-10 08:00")
    browser = enter(world, world.陈静)
    for hour in range(8, 16):
        for minute in (10, 35, 59):
            world.at(f"2017-03-10 {hour:02d}:{minute}")
            assert browser.get("/console/").status_code == 200
    world.at("2017-03-10 16:00")
    assert browser.get("/console/").status_code == 401


def test_whoever_loses_the_office_or_unbinds_is_out_at_once_and_for_good(world: World) -> None:
    deputy, secretary = enter(world, world.林副), enter(world, world.陈静)
    own = person_id(world, "林副")
    change(world, Person, own, duties="组织委员")
    assert deputy.get("/console/").status_code == 401
    change(world, Person, own, duties="副书记")
    assert deputy.get("/console/").status_code == 401
    change(world, Follower, openid_of("陈静"), person_id=None)
    assert secretary.get("/console/").status_code == 401


def test_leaving_ends_this_browser_leaving_in_the_chat_ends_all(world: World) -> None:
    one, two = enter(world, world.陈静), enter(world, world.陈静)
    cookie = one.get_cookie("console", path="/console").value
    left = one.post("/console/leave", data={"csrf": token_in(one)}, headers=OWN, follow_redirects=True)
    assert "已退出后台" in left.text
    one.set_cookie("console", cookie, path="/console")  # kept by a thief
    assert one.get("/console/").status_code == 401
    assert two.get("/console/").status_code == 200
    world.陈静.says("退出后台").hears("已退出后台", "所有浏览器")
    assert two.get("/console/").status_code == 401
    world.陈静.says("退出后台").hears("没有登录着")
    with world.session() as session:
        actions = session.scalars(select(AuditRecord.action).where(AuditRecord.action.startswith("console."))
                                  .order_by(AuditRecord.id)).all()
    assert actions == ["console.enter", "console.enter", "console.leave", "console.leave_all"]


def test_the_session_outlives_a_restart(make_world: Callable[..., World]) -> None:
    before = make_world()
    cookie = enter(before, before.陈静).get_cookie("console", path="/console").value
    browser = make_world().app.test_client()
    browser.set_cookie("console", cookie, path="/console")
    assert "陈静" in page(browser)


# What is refused

@pytest.fixture
def reported(world: World) -> tuple[World, FlaskClient, str]:
    """张三 has reported dues, 陈静 is inside; the path that confirms it."""
    world.at("2017-02-20 12:00").张三.says("缴党费 30").hears("已登记")
    browser = enter(world, world.陈静)
    return world, browser, re.search(r'action="(/console/dues/\d+/confirm)"', page(browser)).group(1)


def states(world: World) -> list[DuesState]:
    with world.session() as session:
        return list(session.scalars(select(DuesPayment.state)))


def test_a_form_without_the_session_s_token_or_from_elsewhere_is_refused(reported: tuple) -> None:
    world, browser, path = reported
    token = token_in(browser)
    of_another = token_in(enter(world, world.林副))

    def refused(data: dict[str, str], headers: dict[str, str]) -> bool:
        return browser.post(path, data=data, headers=headers).status_code == 403
    assert refused({}, OWN)
    assert refused({"csrf": "no"}, OWN)
    assert refused({"csrf": "否"}, OWN)
    assert refused({"csrf": of_another}, OWN)
    assert refused({"csrf": token}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"})
    assert refused({"csrf": token}, {"Sec-Fetch-Site": "same-site"})
    assert refused({"csrf": token}, {"Origin": "https://elsewhere.test"})
    assert browser.get(path).status_code == 404
    assert world.app.test_client().post(path, data={"csrf": token}, headers=OWN).status_code == 401
    assert states(world) == [DuesState.AWAITING]
    assert browser.post(path, data={"csrf": token}, headers={"Origin": "http://localhost"}).status_code == 303
    assert states(world) == [DuesState.CONFIRMED]


def test_entering_by_a_form_of_another_site_is_refused(world: World) -> None:
    link, browser = link_for(world.陈静), world.app.test_client()
    assert browser.post(link, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.test"}
                        ).status_code == 403
    assert browser.post(link, headers=OWN).status_code == 303


def test_every_answer_has_the_headers(world: World) -> None:
    browser = enter(world, world.陈静)
    stranger = world.app.test_client()
    answers = [browser.get("/console/"), browser.get("/console/today/live"), stranger.get("/console/"),
               browser.get("/console/nothing/here"), stranger.post("/console/"), stranger.get("/console"),
               stranger.get("/console/enter/none"), stranger.get("/console/static/none.css"),
               stranger.get("/console/left"), browser.post("/console/leave")]
    assert [one.status_code for one in answers] == [200, 200, 401, 404, 405, 401, 410, 404, 200, 403]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in BASICS} == BASICS
        assert "Permissions-Policy" in answer.headers
    assert all("<html lang=\"zh-CN\">" in one.text for one in answers[2:] if one.status_code >= 400)
    assert "Content-Security-Policy" not in stranger.get("/healthz").headers


def test_static_files_are_kept_by_their_version(world: World) -> None:
    browser = enter(world, world.陈静)
    addresses = re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page(browser))
    addresses += re.findall(r'src="(/console/static/[^"]+)"', browser.get(
        re.search(r"(/console/file/[\w-]+)", world.陈静.says("导出 名册").heard).group()).text)
    assert len(addresses) == 4
    for address in addresses:
        with browser.get(address) as kept, browser.get(address.replace("v=", "v=0")) as other:
            assert kept.status_code == 200
            assert "immutable" in kept.headers["Cache-Control"]
            assert kept.headers["X-Content-Type-Options"] == "nosniff"
            assert other.headers["Cache-Control"] == "no-store"


@pytest.fixture
def broken(world: World) -> Iterator[tuple[World, FlaskClient]]:
    browser = enter(world, world.陈静)
    with world.assistant.engine.begin() as connection:
        connection.execute(text("ALTER TABLE console_sessions RENAME TO gone"))
    yield world, browser
    with world.assistant.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO console_sessions"))


def test_trouble_with_the_database_is_said_calmly(broken: tuple[World, FlaskClient]) -> None:
    answer: TestResponse = broken[1].get("/console/")
    assert answer.status_code == 503
    assert "系统正忙" in answer.text
    assert {name: answer.headers.get(name) for name in BASICS} == BASICS


# 今日

def test_an_empty_day_says_so_everywhere(world: World) -> None:
    html = page(enter(world.at("2017-03-01 09:00"), world.陈静))
    assert "早上好，陈静" in html
    assert "2017年3月1日 星期三 · 临平第二幼儿园党支部" in html
    for nothing in ("没有待确认的党费", "没有待回的来信", "没有待答复的问题", "没有发送失败的消息", "七天内没有定好时间的活动"):
        assert nothing in html
    assert "1人还没有绑定，收不到推送" in section(html, "没有送达")
    undated = section(html, "本月没有定时间的")
    assert "主题党日活动 时间未定" in undated
    assert "自学 本月内各自完成，不用定时间" in undated
    sample = re.search(r"设置 三月主题党日活动 3月6日 14:00 多功能厅", undated).group()  # the 4th is a Saturday
    world.陈静.says(sample).hears("3月6日", "14:00")
    later = section(page(enter(world, world.陈静)), "本月没有定时间的")
    assert "自学" in later
    assert "设置" not in later


def test_the_week_is_listed_with_the_dues_that_end(world: World) -> None:
    world.at("2017-02-24 09:00").张三.says("缴党费 30")
    world.陈静.says("设置 一月支部会议 2月24日 14:00-15:30 多功能厅").hears("14:00")
    world.陈静.says("添加活动 学雷锋座谈 3月3日 10:00 会议室").hears("3月3日")
    week = section(page(enter(world, world.陈静)), "今天与本周要办")
    assert "今天14:00-15:30，多功能厅" in week
    assert "学雷锋座谈 3月3日（周五）10:00，会议室" in week
    assert re.search(r"一、二月党费截止 2月28日（周二），未缴\d人，待确认1人", week)
    assert "已结束" not in week
    over = section(page(enter(world.at("2017-02-24 15:31"), world.陈静)), "今天与本周要办")
    assert "支部会议，研究学期党务工作 已结束 今天14:00-15:30" in over.replace("。", "")
    assert over.count("已结束") == 1
    later = section(page(enter(world.at("2017-03-04 09:00"), world.陈静)), "今天与本周要办")
    assert "学雷锋" not in later
    assert "截止" not in later


def test_attendance_is_live_and_304_while_nothing_changes(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日 3月10日 14:00-15:30 多功能厅").hears("3月10日")
    world.李四.says("请假 孩子发烧").hears("请假")
    browser = enter(world.at("2017-03-10 13:40"), world.陈静)
    before = section(page(browser), "签到情况")
    assert re.search(r"应到 9 已签到 0 请假 1 未签到 8 ", before)
    assert "还没有开始" in before
    assert "孩子" not in before
    first = browser.get("/console/today/live")
    assert f'data-etag="{first.get_etag()[0]}"' in page(browser)
    same = browser.get("/console/today/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.text, same.headers["X-Updated"]) == (304, "", "13:40:00")
    world.张三.says("签到").hears("签到成功")
    changed = browser.get("/console/today/live", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "已签到1人，请假1人，未签到7人" in changed.text
    assert "张三" not in changed.text
    assert "李四" in changed.text
    over = section(page(enter(world.at("2017-03-10 17:00"), world.陈静)), "签到情况")
    assert "已经结束" in over
    assert "今天没有" in section(page(enter(world.at("2017-03-11 09:00"), world.陈静)), "签到情况")


def test_all_lists_of_the_page_are_in_the_live_part(reported: tuple) -> None:
    world, browser, path = reported
    first = browser.get("/console/today/live")
    assert all(heading in first.text for heading in re.findall(r"<h2[^>]*>[^<]+</h2>", page(browser)))
    assert path in first.text
    me = person_id(world, "钱多")
    with world.session() as session, session.begin():
        session.add(Letter(id=11, branch_id=1, number="L1", text="操场的灯坏了", sender_id=me, announce_at=world.now,
                           received_on=world.now.date()))
    world.陈静.says("确认党费 张三").hears("已确认")
    changed = browser.get("/console/today/live", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "没有待确认的党费" in changed.text
    assert "操场的灯坏了" in changed.text


def test_of_equal_names_the_number_is_said_and_of_one_person_with_two_payments_not(world: World) -> None:
    world.at("2017-02-20 12:00").张三.says("缴党费 30")
    world.张伟甲.says("缴党费 30")
    with world.session() as session, session.begin():
        session.add(DuesPayment(branch_id=1, person_id=person_id(world, "张三"), period="2017-06", amount_fen=3000,
                                happened_at=world.now, entered_at=world.now))
    dues = section(page(enter(world, world.陈静)), "待确认的党费")
    assert dues.count("张三 ") == 2
    assert "张三（" not in dues
    assert "张伟（T013）" in dues


def test_dues_are_confirmed_once_the_payer_is_told_and_it_is_kept_who_did_it(reported: tuple) -> None:
    world, browser, path = reported
    assert re.search(r"张三 一、二月党费30元 · 2月20日（周一）登记", section(page(browser), "待确认的党费"))
    token = token_in(browser)
    answers = [browser.post(path, data={"csrf": token}, headers=OWN, follow_redirects=True) for _ in range(2)]
    said = "已确认：张三一、二月党费30元，会通知本人。10分钟内可在公众号回复“撤销”。"
    for answer in answers:
        assert said in section(answer.text, "待确认的党费")
        assert 'role="status" tabindex="-1"' in answer.text
        assert answer.request.path == "/console/"
    assert "没有待确认的党费" in answers[0].text
    other = enter(world, world.林副)
    late = other.post(path, data={"csrf": token_in(other)}, headers=OWN, follow_redirects=True)
    assert "张三一、二月党费30元已由陈静确认，没有重复确认。" in late.text
    with world.session() as session:
        assert len(session.scalars(select(AuditRecord).where(AuditRecord.action == "dues.confirm")).all()) == 1
    world.tick()
    world.张三.receives("已由陈静确认")
    assert browser.post("/console/dues/999/confirm", data={"csrf": token}, headers=OWN).status_code == 404
    clicked = "/console/today/live?clicked=1"
    assert said in browser.get(clicked).text
    world.陈静.says("撤销").hears("张三", "30元")
    assert states(world) == [DuesState.AWAITING]
    assert "确认已撤销，恢复为待确认：张三一、二月党费30元。" in browser.get(clicked).text
    for odd in ("999", "x", "9" * 40, "-1"):
        assert 'id="said"' not in browser.get(f"/console/?clicked={odd}").text


def test_what_was_said_of_a_click_goes_when_it_can_no_longer_be_taken_back(reported: tuple) -> None:
    world, browser, path = reported
    browser.post(path, data={"csrf": token_in(browser)}, headers=OWN)
    assert "10分钟内" in browser.get("/console/?clicked=1").text
    world.at("2017-02-20 12:10")
    assert 'id="said"' not in browser.get("/console/?clicked=1").text


def test_letters_are_listed_with_their_age_the_oldest_first_and_ten_at_most(world: World) -> None:
    world.at("2017-03-10 10:00")
    me = person_id(world, "钱多")
    with world.session() as session, session.begin():
        common = {"branch_id": 1, "announce_at": world.now}
        session.add_all(Letter(id=number, number=f"A{number:02d}", text=f"第{number}封", sender_id=me,
                               received_on=date(2017, 3, min(10, 14 - number)), **common) for number in range(1, 13))
        session.add(Letter(id=50, number="B1", text="转给领导看的信", box=LetterBox.DISCIPLINE, shared=True,
                           received_on=date(2017, 3, 1), **common))
    letters = section(page(enter(world, world.陈静)), "待回的来信")
    numbers = re.findall(r"编号(\w+)", letters)
    assert numbers == ["A12", "A11", "A10", "A09", "A08", "A07", "A06", "A05", "A01", "A02", "B1"]
    assert "编号A12 · 3月2日（周四） · 钱多 · 已等8天 超过5个工作日" in letters
    assert "编号A11 · 3月3日（周五） · 钱多 · 已等7天 编号" not in letters
    assert letters.count("超过5个工作日") == 2  # five working days are in time: A11, of Friday, is not late
    assert "钱多 · 今天收到" in letters
    assert "12封" in letters
    assert "还有2封，在公众号回复 “信箱” 查看。" in letters
    assert "纪检委员转交的1封，只供阅读" in letters
    assert "编号B1 · 3月1日（周三） · 由纪检委员转交并答复 · 已等9天" in letters
    assert "回信 A12 内容" in letters


def test_letters_and_questions_show_what_the_secretary_may_know(world: World) -> None:
    world.at("2017-03-10 10:00")
    me, late = person_id(world, "钱多"), world.now.replace(hour=16)
    with world.session() as session, session.begin():
        common = {"branch_id": session.get(Person, me).branch_id, "received_on": date(2017, 3, 9)}
        session.add_all([
            Letter(id=11, number="L1", text="<script>alert(1)</script>操场的灯坏了" + "很" * 60, sender_id=me,
                   announce_at=world.now, received_at=world.now, **common),
            Letter(id=12, number="L2", text="匿名说食堂的事", announce_at=world.now, **common),
            Letter(id=13, number="L3", text="刚刚才写的匿名信", announce_at=late, **common),
            Letter(id=14, number="L4", text="关于书记的信", sender_id=me, box=LetterBox.DISCIPLINE,
                   announce_at=world.now, **common),
            Letter(id=15, number="L5", text="回过的信", announce_at=world.now, answer="好", answered_at=world.now,
                   **common),
            PassedQuestion(branch_id=common["branch_id"], number=7, text="食堂几点开饭", asker_id=me, named=False,
                           asked_at=world.now),
            PassedQuestion(branch_id=common["branch_id"], number=8, text="停车位怎么分", asker_id=me, named=True,
                           asked_at=world.now),
        ])
    html = page(enter(world, world.陈静))
    assert "<script>alert" not in html
    letters = section(html, "待回的来信")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;操场的灯坏了" in letters
    assert "编号L1 · 3月9日（周四） · 钱多" in letters
    assert "编号L2 · 3月9日（周四） · 匿名" in letters
    assert "回信 L1 内容" in letters
    assert not any(hidden in letters for hidden in ("L3", "L4", "L5", "关于书记", "很" * 41))
    questions = section(html, "待答复的问题")
    assert "编号7 · 3月10日（周五） · 未具名" in questions
    assert "编号8 · 3月10日（周五） · 钱多" in questions
    assert "答复 7 内容" in questions


def test_failed_deliveries_have_names_and_reasons_but_no_secrets(world: World) -> None:
    world.at("2017-03-10 10:00")

    def row(name: str, kind: str, state: OutboxState, why: str, day: int = 9, **fields: str) -> Outbox:
        at = world.now.replace(day=day)
        return Outbox(branch_id=1, person_id=person_id(world, name), key=f"{name}/{kind}/{state}", kind=kind,
                      text="全文不显示", fields=fields, due=at, state=state, why=why, created_at=at, settled_at=at)
    with world.session() as session, session.begin():
        session.add_all([
            row("张三", "broadcast", OutboxState.FAILED, "对方已取消关注", note="<b>明天</b>开会"),
            row("李四", "broadcast", OutboxState.FAILED, "对方已取消关注", note="<b>明天</b>开会"),
            row("王五", "broadcast", OutboxState.UNSURE, "平台的应答丢失", note="<b>明天</b>开会"),
            row("赵六", "activity_reminder", OutboxState.DROPPED, "已过时，未发送", title="三月主题党日"),
            row("孙琪", "activity_reminder", OutboxState.DROPPED, "活动已改期", title="不用知道"),
            row("钱多", "letter_answer", OutboxState.FAILED, "对方已取消关注"),
            row("周敏", "broadcast", OutboxState.FAILED, "对方已取消关注", day=2, note="上周的"),
            row("何园", "broadcast", OutboxState.SENT, "", note="到了的"),
            row("李梅", "broadcast", OutboxState.HELD, "48小时内没有互动", note="等着的"),
        ])
        session.get(Follower, openid_of("王五")).subscribed = False
    failed = section(page(enter(world, world.陈静)), "七天内没有送达")
    for part in ("1人还没有绑定，收不到推送", "1人已取消关注", "1条消息要等本人下次"):
        assert part in failed
    assert "失败 张三、李四 广播：&lt;b&gt;明天&lt;/b&gt;开会 · 3月9日（周四） 对方已取消关注" in failed
    assert "待核实 王五" in failed
    assert "平台没有回音，请向本人核实" in failed
    assert "赵六 活动提醒：三月主题党日" in failed
    assert not any(hidden in failed for hidden in ("孙琪", "钱多", "周敏", "何园", "全文", "letter"))


def test_of_every_kind_of_message_it_is_decided_whether_its_addressee_may_be_seen() -> None:
    decided = KINDS.keys() | PRIVATE
    assert set(all_pushes()) == decided
    assert not KINDS.keys() & PRIVATE


def test_the_page_of_one_branch_knows_nothing_of_another(reported: tuple) -> None:
    world, browser, path = reported
    with world.session() as session, session.begin():
        session.execute(text("INSERT INTO branches (id, name) VALUES (77, '另一个支部')"))
        session.execute(text("UPDATE dues_payments SET branch_id = 77"))
    token = token_in(browser)
    assert "没有待确认的党费" in page(browser)
    assert browser.post(path, data={"csrf": token}, headers=OWN).status_code == 404
    assert states(world) == [DuesState.AWAITING]


def test_one_word_is_enough_and_is_refused_kindly(world: World) -> None:
    world.陈静.says("后台").hears("/console/enter/")
    for who in (world.吴兰, world.钱多):
        who.says("后台").hears("书记或副书记").hears_not("/console/")
