"""`serve` as a process of its own: start, stop, being killed, and every setting that cannot work."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
import requests

from bot.clock import wall

ROOT = Path(__file__).resolve().parent.parent
FLASK = str(Path(sys.executable).with_name("flask"))
SECONDS = 40  # patience with a busy machine; nothing below waits so long by itself


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One installation on a port of its own; start it, kill it, start it again."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        ours = ("WECHAT_", "DATABASE_", "REDIS_", "CLOCK_", "SECRET_")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.environment |= {"INSTANCE_DIR": str(folder), "PORT": str(self.port), "WEB_WORKERS": "2"}
        self.process: subprocess.Popen[str] | None = None
        self._log = folder.with_suffix(".log")

    def command(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run([FLASK, "--app", "app", *words], cwd=ROOT, env=self.environment | variables,
                              capture_output=True, text=True, timeout=SECONDS, check=False)

    def start(self, **variables: str) -> "Server":
        """Start to serve, and wait for the line that says where."""
        with self._log.open("w") as log:
            self.process = subprocess.Popen([FLASK, "--app", "app", "serve"], cwd=ROOT, text=True,
                                            env=self.environment | variables, stdout=subprocess.PIPE, stderr=log,
                                            start_new_session=True)
        self.said = self.says_next()
        return self

    def says_next(self) -> str:
        """The next line on stdout, "" when there is none and the server has ended."""
        return self.process.stdout.readline().strip()

    def logged(self) -> list[dict[str, object]]:
        """What the last start has written to its log."""
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def get(self, path: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=SECONDS)

    def becomes_healthy(self) -> dict[str, object]:
        """Wait for the first tick."""
        pause = Event()
        for _ in range(SECONDS * 5):
            with suppress(requests.ConnectionError):
                answer = self.get("/healthz")
                if answer.status_code == 200:
                    return answer.json()
            pause.wait(0.2)
        raise AssertionError(answer.text)

    def last_tick(self) -> str:
        """Up to when everything that is due has been queued: program time, UTC."""
        with closing(sqlite3.connect(self.folder / "assistant.db")) as database:
            return database.execute("SELECT value FROM shared_values WHERE name = 'last_tick'").fetchone()[0]

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in children.split()]

    def end(self, how: signal.Signals) -> int:
        """Send a signal to the master and wait for it."""
        self.process.send_signal(how)
        return self.process.wait(SECONDS)

    def clean_up(self) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(SECONDS)
            self.process.stdout.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "instance")
    yield server
    server.clean_up()


def is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def all_go(processes: list[int]) -> bool:
    pause = Event()
    return any(all(map(is_gone, processes)) or pause.wait(0.2) for _ in range(SECONDS * 5))


def test_a_new_installation_serves_the_sandbox_and_says_where(server: Server) -> None:
    server.start()
    assert server.said == f"请在浏览器打开 http://127.0.0.1:{server.port}"
    assert (server.folder / "simulator.db").stat().st_mode & 0o077 == 0
    assert server.get("/").status_code == 200
    assert server.becomes_healthy()["database"] == "ok"
    assert 'assistant_people 21.0' in server.get("/metrics").text
    server.end(signal.SIGTERM)


def test_a_new_sandbox_begins_where_its_plan_lives_and_goes_on_from_there(server: Server) -> None:
    server.start()
    assert server.says_next() == "演示时间从2017年3月1日8:00开始，可在页面上调整"
    assert str(server.becomes_healthy()["clock"]).startswith("2017-03-01T08:0")
    server.command("clock", "set", "2017-03-05T09:00")
    server.end(signal.SIGTERM)
    server.process.stdout.close()
    server.start()
    assert server.says_next().startswith("演示时间接着上次，现在是2017年3月5日9:0")
    assert str(server.becomes_healthy()["clock"]).startswith("2017-03-05T09:0")


def test_the_clock_of_a_real_account_is_the_machine_s(server: Server) -> None:
    account = {"WECHAT_TOKEN": "token", "WECHAT_APP_ID": "wx0", "WECHAT_APP_SECRET": "s",
               "WECHAT_API_BASE": "http://127.0.0.1:9"}
    server.start(**account)
    assert "公众号后台" in server.said
    shown = datetime.fromisoformat(str(server.becomes_healthy()["clock"]))
    assert abs((wall() - shown).total_seconds()) < SECONDS
    server.end(signal.SIGTERM)
    assert server.says_next() == ""


def test_ctrl_c_in_a_terminal_reaches_every_process_and_stops_quietly(server: Server) -> None:
    server.start().becomes_healthy()
    workers = server.workers()
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(SECONDS) == 0
    assert all_go(workers)
    assert [line["event"] for line in server.logged() if line["level"] != "info"] == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_stopping_ends_every_process_cleanly(server: Server, how: signal.Signals) -> None:
    server.start().becomes_healthy()
    workers = server.workers()
    assert len(workers) == 2
    assert server.end(how) == 0
    assert all_go(workers)


def test_after_the_master_is_killed_a_new_start_gets_the_port_and_the_data(server: Server) -> None:
    server.start().becomes_healthy()
    workers = server.workers()
    server.end(signal.SIGKILL)
    server.process.stdout.close()
    server.start()
    assert server.said.startswith("请在浏览器打开")
    assert all_go(workers)
    assert "assistant_people 21.0" in server.get("/metrics").text


def test_a_port_in_use_is_said_in_one_line(server: Server) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        ran = server.command("serve")
    assert ran.returncode > 0
    assert ran.stderr.splitlines() == [f"Error: PORT: {server.port} on 127.0.0.1 is in use"]


def test_the_clock_starts_where_it_is_told_at_every_start(server: Server) -> None:
    server.start(CLOCK_START="2017-03-01T08:00")
    assert str(server.becomes_healthy()["clock"]).startswith("2017-03-01T08:0")
    moved = server.command("clock", "set", "2017-06-01T08:00", CLOCK_START="2017-03-01T08:00")
    assert (moved.returncode, moved.stderr) == (0, "")
    wait_until(lambda: str(server.get("/healthz").json()["clock"]).startswith("2017-06-01"))
    assert server.command("tick", CLOCK_START="2017-03-01T08:00").returncode == 0
    assert server.last_tick().startswith("2017-06-01T00:0")
    server.end(signal.SIGTERM)
    server.process.stdout.close()
    server.start(CLOCK_START="2017-03-01T08:00")
    assert str(server.becomes_healthy()["clock"]).startswith("2017-03-01T08:0")
    assert server.last_tick().startswith("2017-03-01T00:0")  # UTC; else nothing would fall due until June


def wait_until(true: Callable[[], bool]) -> None:
    pause = Event()
    assert any(true() or pause.wait(0.2) for _ in range(SECONDS * 5))


@pytest.mark.parametrize(("variable", "value", "wrong"), [
    ("HOST", "no.such.host.invalid", "no address"), ("DATABASE_URL", "sqlite:////proc/nowhere/x.db", "no folder"),
    ("REDIS_URL", "redis://:hush@127.0.0.1:1/0", "does not answer"), ("WECHAT_AES_KEY", "a" * 42, "43 characters"),
    ("DATABASE_URL", "postgresql+psycopg://u:hush@127.0.0.1:1/x", "does not answer"), ("PORT", "http", "whole number")])
def test_what_cannot_work_stops_the_start_with_one_line(server: Server, variable: str, value: str, wrong: str) -> None:
    ran = server.command("serve", **{variable: value})
    assert ran.returncode > 0
    [line] = ran.stderr.splitlines()
    assert line.startswith(f"Error: {variable}: ")
    assert wrong in line
    assert "hush" not in line


def test_other_commands_refuse_wrong_settings_too(server: Server) -> None:
    ran = server.command("stats", WECHAT_AES_KEY="x")
    assert (ran.returncode, ran.stderr) == (1, "Error: WECHAT_AES_KEY: must have 43 characters, has 1\n")


def test_a_sandbox_s_clock_can_be_set_from_the_shell(server: Server) -> None:
    moved = server.command("clock", "set", "2017-06-01T08:00")
    assert moved.stdout == "The clock shows 2017-06-01T08:00:00+08:00.\n"
    assert server.command("clock", "set", "2017-05-01T08:00").returncode == 0
