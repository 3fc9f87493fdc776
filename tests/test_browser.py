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
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        (pytest.fail if IN_CI else pytest.skip)("Debian's chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox of its own, started as `make run` does, on the first of March 2017."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("WECHAT_")}
    env |= {"PORT": str(port), "INSTANCE_DIR": str(tmp_path_factory.mktemp("sandbox")),
            "CLOCK_START": "2017-03-01T08:00"}
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
    if page.locator("#guide").is_visible():
        page.get_by_role("button", name="知道了").click()
    yield page
    context.close()
    assert errors == []


def become(page: Page, name: str) -> None:
    if page.locator(".tabs").is_visible():
        page.locator(".tabs").get_by_role("button", name="选人").click()
    page.locator("#people").get_by_role("button", name=name).first.click()
    expect(page.locator("#who-name")).to_have_text(name)


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.get_by_role("button", name="发送").click()


def test_a_newcomer_binds_the_secretary_asks_and_sees_a_reminder_come(page: Page) -> None:
    become(page, "陈静")
    binding = page.locator("#chips").get_by_role("button", name="绑定 陈静")
    chat = page.locator("#chat")
    if binding.count():
        binding.click()
        page.get_by_role("button", name="发送").click()
        expect(chat).to_contain_text("绑定成功", timeout=10_000)
    say(page, "三月有什么活动")
    expect(chat).to_contain_text("主题党日", timeout=10_000)
    say(page, "设置 三月主题党日 3月10日 14:00 多功能厅")
    expect(chat).to_contain_text("3月10日（周五）14:00", timeout=10_000)
    page.get_by_role("button", name="到下一个提醒").click()
    expect(page.locator("#feed")).to_contain_text("陈静", timeout=20_000)


def test_nothing_hangs_over_the_edge(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
