"""The sandbox page in real Chromium, on the real server: what a newcomer does in the first minute."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from socket import socket

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.databases import IN_CI

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
WAIT = 20_000  # milliseconds, with a busy machine in mind
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        (pytest.fail if IN_CI else pytest.skip)("Debian's chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox of its own, started as `make run` does."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WECHAT_", "CLOCK_", "DATABASE_"))}
    env |= {"PORT": str(port), "INSTANCE_DIR": str(tmp_path_factory.mktemp("sandbox")), "WEB_WORKERS": "2"}
    server = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "serve"], cwd=ROOT, env=env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until_it_answers(port)
    yield f"http://127.0.0.1:{port}/"
    server.terminate()
    server.wait(15)


def wait_until_it_answers(port: int) -> None:
    for _ in range(300):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the sandbox did not start within 30 seconds")


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The page at both sizes, failing on any error of its scripts."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    expect(page.locator("#guide")).to_be_visible()
    expect(page.locator("#people button").first).to_be_attached()
    yield page
    context.close()
    assert errors == []


def follow_the_guide(page: Page, step: str) -> None:
    if not page.locator("#guide").is_visible():
        page.get_by_role("button", name="四步上手").click()
    page.locator("#guide").get_by_role("button", name=step).click()


def send(page: Page) -> None:
    page.get_by_role("button", name="发送").click()


def test_the_guide_s_four_steps_lead_from_the_first_start_to_a_check_in(page: Page) -> None:
    chat = page.locator("#chat")
    expect(page.locator("#now-date")).to_have_text("2017年3月1日")
    expect(page.locator("#menu")).to_contain_text("活动安排")
    follow_the_guide(page, "选书记")
    send(page)
    expect(chat).to_contain_text("绑定成功", timeout=WAIT)
    follow_the_guide(page, "填好这句")
    send(page)
    expect(chat).to_contain_text("3月10日（周五）14:00", timeout=WAIT)
    follow_the_guide(page, "换成党员")
    send(page)
    expect(chat).to_contain_text("绑定成功", timeout=WAIT)
    page.get_by_role("button", name="到下一个提醒").click()
    expect(page.locator("#now-time")).to_have_text("12:20", timeout=WAIT)
    expect(chat).to_contain_text("三月", timeout=WAIT)
    follow_the_guide(page, "走到那时")
    expect(page.locator("#now-date")).to_have_text("2017年3月10日", timeout=WAIT)
    expect(page.locator("#now-time")).to_have_text("14:00", timeout=WAIT)
    send(page)
    expect(chat).to_contain_text("签到成功", timeout=WAIT)
    assert quiet_hours_were_kept(page)


def quiet_hours_were_kept(page: Page) -> bool:
    """Whether everything that came by itself is stamped with a time of the demonstration and of the day."""
    lines = page.evaluate("fetch('/sandbox/state?after=0').then((answer) => answer.json())")["lines"]
    pushes = [line["at"] for line in lines if line["kind"] in ("customer", "template", "mass")]
    return bool(pushes) and all(at["date"].startswith("2017年3月") and "07:30" <= at["time"] < "20:00" for at in pushes)


def test_nothing_hangs_over_the_edge_and_no_sentence_is_cut_through(page: Page) -> None:
    page.get_by_role("button", name="知道了").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    chips = "document.querySelector('#chips')"
    assert page.evaluate(f"{chips}.scrollHeight <= {chips}.clientHeight")


def test_a_notice_leaves_the_chat_s_header_free(page: Page) -> None:
    page.get_by_role("button", name="知道了").click()
    page.locator(".moves").get_by_role("button", name="+1小时").click()
    expect(page.locator("#toast")).to_contain_text("到了", timeout=WAIT)
    assert page.evaluate("document.querySelector('#toast').getBoundingClientRect().top >= "
                         "document.querySelector('.phone-top').getBoundingClientRect().bottom")
