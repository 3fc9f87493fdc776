"""The console in real Chromium, on a phone and on a desktop: the door, 今日 that moves by itself, keyboard, paper."""

import re
from collections.abc import Iterator
from pathlib import Path
from socket import socket
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from data.models import Outbox, OutboxState
from tests.conftest import load_settings
from tests.databases import Sqlite
from tests.test_browser import SIZES, WAIT, browser
from tests.test_console import person_id
from tests.world import World

__all__ = ["browser"]  # a fixture of the other browser tests

# What hangs out of the window, and what a finger cannot hit.
TOO_WIDE = """[...document.querySelectorAll("body *")].filter((one) => !one.closest(".unseen, .skip")
    && one.getBoundingClientRect().right > window.innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))"""
TOO_SMALL = """[...document.querySelectorAll("a, button")].filter((one) => !one.matches(".skip"))
    .map((one) => [one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([text]) => text)"""

# How far down each of the two columns goes.
BOTTOMS = """[(box) => box.left < 600, (box) => box.left >= 600].map((side) => Math.max(0,
    ...[...document.querySelectorAll(".columns .group")].map((one) => one.getBoundingClientRect()).filter(side)
        .map((box) => box.bottom)))"""


@pytest.fixture
def world(sqlite_databases: Sqlite, tmp_path: Path) -> Iterator[World]:
    """A world with a morning's work in it, and with its pages behind a real socket."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = sqlite_databases.fresh()
    world = World(load_settings(tmp_path, DATABASE_URL=url, PUBLIC_URL=f"http://127.0.0.1:{port}"), tmp_path)
    fill(world)
    server = make_server("127.0.0.1", port, world.app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield world
    server.shutdown()
    thread.join()
    server.server_close()
    world.close()
    sqlite_databases.drop(url)


def fill(world: World) -> None:
    """Dues, a leave, a failed message, and an activity that is open."""
    world.at("2017-02-20 12:00")
    for who, sum_ in (("张三", "30"), ("李四", "45.5")):
        getattr(world, who).says(f"缴党费 {sum_}").hears("已登记")
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日 3月10日 14:00-15:30 多功能厅").hears("3月10日")
    world.李四.says("请假 出差").hears("请假")
    world.at("2017-03-10 13:50").钱多.says("园长信箱 秋千的链条松了").says("确认")
    with world.session() as session, session.begin():
        session.add(Outbox(branch_id=1, person_id=person_id(world, "王五"), key="failed", kind="broadcast",
                           text="明天下午三点开会", fields={"note": "明天下午三点开会"}, due=world.now, why="对方已取消关注",
                           state=OutboxState.FAILED, created_at=world.now, settled_at=world.now))


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, world: World) -> Iterator[Page]:
    """今日 at both sizes, entered by the link; fails on any error and on whatever the policy stops."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN",
                                  timezone_id="Asia/Shanghai")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: said.type in ("error", "warning") and troubles.append(said.text))
    page.clock.install()
    page.goto(re.search(r"http://\S+/console/enter/\S+", world.陈静.says("登录后台").heard).group())
    expect(page.get_by_role("heading", level=1)).to_have_text("登录后台")
    page.troubles = troubles
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("下午好，陈静", timeout=WAIT)
    page.wait_for_load_state()
    yield page
    context.close()
    assert page.troubles == []


def number(page: Page, label: str) -> str:
    return page.locator(".numbers > div").filter(has=page.get_by_text(label, exact=True)).locator("dd").inner_text()


def test_a_check_in_shows_within_the_poll_without_loading_the_page_anew(page: Page, world: World) -> None:
    page.evaluate("window.sameDocument = true")
    names = page.locator(".names > div").first
    assert (number(page, "应到"), number(page, "已签到"), number(page, "请假"), number(page, "未签到")) \
        == ("9", "0", "1", "8")
    expect(names).to_contain_text("张三")
    world.at("2017-03-10 13:51").张三.says("签到").hears("签到成功")
    page.clock.fast_forward(10_500)
    expect(page.locator(".numbers .good dd")).to_have_text("1", timeout=WAIT)
    expect(page.locator("#fresh")).to_have_text("更新于 13:51:00")
    expect(page.locator("[aria-live=polite]")).to_contain_text("已签到1人")
    expect(names).not_to_contain_text("张三")
    assert page.evaluate("window.sameDocument")


def test_other_lists_move_too_and_neither_focus_nor_place_is_lost(page: Page, world: World) -> None:
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="确认李四").focus()
    page.evaluate("window.scrollTo(0, 150)")
    place = page.evaluate("window.scrollY")
    world.at("2017-03-10 13:51").陈静.says("确认党费 张三").hears("已确认")
    world.钱多.says("园长信箱 操场的灯坏了").says("确认")
    page.clock.fast_forward(10_500)
    expect(page.get_by_role("button", name="确认张三")).to_have_count(0, timeout=WAIT)
    expect(page.get_by_role("button", name="确认李四")).to_be_focused()
    assert page.evaluate("window.scrollY") == place
    expect(page.locator("[aria-labelledby=h-letters]")).to_contain_text("操场的灯坏了")
    world.at("2017-03-10 13:52").陈静.says("确认党费 李四").hears("已确认")
    page.clock.fast_forward(10_500)
    expect(page.get_by_text("没有待确认的党费")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("heading", name="待确认的党费")).to_be_focused()
    world.陈静.says("撤销").hears("李四")
    page.clock.fast_forward(10_500)
    expect(page.get_by_role("button", name="确认李四")).to_be_visible(timeout=WAIT)
    assert page.evaluate("window.sameDocument")


def test_a_confirmation_taken_back_in_the_chat_is_said_where_it_was_said(page: Page, world: World) -> None:
    page.get_by_role("button", name="确认张三").click()
    expect(page.locator("#said")).to_contain_text("10分钟内可在公众号回复“撤销”", timeout=WAIT)
    world.at("2017-03-10 13:51").陈静.says("撤销").hears("张三")
    page.clock.fast_forward(10_500)
    expect(page.locator("#said")).to_have_text("确认已撤销，恢复为待确认：张三一、二月党费30元。", timeout=WAIT)
    expect(page.get_by_role("button", name="确认张三")).to_be_visible()


def test_a_file_says_that_its_download_has_begun(page: Page, world: World) -> None:
    page.goto(re.search(r"http://\S+/console/file/\S+", world.陈静.says("导出 名册").heard).group())
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载").click()
    assert coming.value.suggested_filename.startswith("名册")
    expect(page.get_by_role("button")).to_have_text("已开始下载…")
    expect(page.get_by_role("button")).to_be_disabled()
    expect(page.get_by_role("status")).to_contain_text("下载列表")


def test_a_broken_line_is_said_and_mends_itself(page: Page, world: World) -> None:
    page.route("**/today/live", lambda route: route.abort())
    page.clock.fast_forward(10_500)
    expect(page.locator("#fresh")).to_have_text("连接中断，会自动重试", timeout=WAIT)
    page.unroute("**/today/live")
    page.clock.fast_forward(20_500)
    expect(page.locator("#fresh")).to_have_text("更新于 13:50:00", timeout=WAIT)
    page.troubles[:] = [trouble for trouble in page.troubles if "ERR_FAILED" not in trouble]


def test_when_the_session_ends_nothing_personal_stays_on_the_screen(page: Page, world: World) -> None:
    world.陈静.says("退出后台").hears("已退出后台")
    page.clock.fast_forward(10_500)
    expect(page.get_by_role("heading", level=1)).to_have_text("请先登录", timeout=WAIT)
    assert "张三" not in page.content()
    page.troubles[:] = [trouble for trouble in page.troubles if "401" not in trouble]


def test_dues_are_confirmed_and_the_console_left_by_keyboard_alone(page: Page, world: World) -> None:
    assert tabbed(page) == ["跳到正文", "今日", "退出", "刷新", "确认张三的一、二月党费30元", "确认李四的一、二月党费45.5元"]
    page.get_by_role("button", name="确认张三").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    said = page.get_by_role("status").filter(has_text="已确认：张三一、二月党费30元")
    expect(said).to_be_in_viewport(timeout=WAIT)
    expect(said).to_be_focused()
    expect(page.get_by_role("button", name="确认张三")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="确认李四")).to_be_focused()
    page.reload()
    expect(said).to_have_count(0)
    page.get_by_role("button", name="退出").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("已退出后台", timeout=WAIT)
    page.go_back()
    assert "张三" not in page.content()
    page.troubles[:] = [trouble for trouble in page.troubles if "401" not in trouble]


def tabbed(page: Page) -> list[str]:
    """What the tab key reaches, in order, from the top of the page."""
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement === document.body ? '' : "
                             "document.activeElement.ariaLabel || document.activeElement.textContent")
        if not name or name in reached:
            break
        reached.append(name)
    return reached


def test_nothing_hangs_over_the_edge_and_fingers_hit_what_they_mean(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(TOO_SMALL) == []
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.title() == "今日 · 党务后台"
    if page.viewport_size["width"] > 900:
        left, right = page.evaluate(BOTTOMS)
        assert abs(left - right) < 0.3 * max(left, right)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 17, 17)"


def test_on_paper_it_is_black_on_white_with_names_and_without_buttons(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.names dd')).color") == "rgb(0, 0, 0)"
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
    expect(page.locator(".names")).to_be_visible()
    expect(page.locator(".names")).to_contain_text("李四")
    for private in page.locator(".private .group, .private .sub").all():
        expect(private).to_be_hidden()
    expect(page.get_by_text("待回1封，最早的一封今天收到。")).to_be_visible()
    expect(page.get_by_text("秋千")).to_be_hidden()


def test_without_scripts_the_page_is_whole_and_has_its_link_to_renew(browser: Browser, world: World) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(re.search(r"http://\S+/console/enter/\S+", world.陈静.says("登录后台").heard).group())
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".numbers .good dd")).to_have_text("0", timeout=WAIT)
    world.张三.says("签到").hears("签到成功")
    page.get_by_role("link", name="刷新").click()
    expect(page.locator(".numbers .good dd")).to_have_text("1", timeout=WAIT)
    context.close()
