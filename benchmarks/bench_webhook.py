"""Throughput and latency of whole webhook turns beside a bare wechatpy + Flask echo, under the same server settings.

Both run under gunicorn (2 processes, 4 threads) on this machine, and so does what puts the load on them: believe the
ratios. Start at run().
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from socket import socket
from statistics import median, quantiles

from sqlalchemy import func, select

from bot.simulator.pushes import message_push
from bot.simulator.wire import Request, Wire
from data.db import make_engine, make_sessions
from data.models import Branch, Follower, Identity, InboundMessage, Person
from data.upgrade import upgrade

TOKEN, APP_ID, AES_KEY = "token4bench", "wx000000000000bench", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CONNECTIONS = 8
SECONDS = 6
PEOPLE = 200
SAID = ("三月有什么活动", "本月安排", "签到", "下次党日是什么时候", "五个抓手是什么", "党课多久一次", "我的党费", "帮助",
        "今年发展几名党员", "那六月呢", "党费什么时候交", "我的签到")
MODES = {"明文": None, "安全模式": AES_KEY}


@dataclass(frozen=True)
class Load:
    """What a server did under load; latencies in ms."""

    per_second: float
    p50: float
    p99: float
    refused: int
    cpu_ms: float


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]


def run() -> None:
    """Print the table: both servers in both modes, the ratio, and the budget of the design."""
    print(f"{'':12}{'echo/s':>9}{'ours/s':>9}{'ratio':>8}{'CPU ms echo':>13}{'ours':>7}"
          f"{'p50 ms':>9}{'p99 ms':>9}"
          f"{'p99 at 80 %':>13}{'start s':>9}{'PSS MB':>8}")
    for mode, key in MODES.items():
        with tempfile.TemporaryDirectory() as folder, echo_server(key) as server:
            echo = put_load(server, make_requests(key, 12_000), SECONDS)
            ours_line(mode, key, Path(folder), echo)
    print("budget       whole turn in 安全模式: ratio ≥ 0.34, goal 0.50; p99 at 80 % ≤ 60 ms, goal 30 ms;\n"
          "             start ≤ 2.5 s, goal 1.5 s; PSS of 2 workers ≤ 220 MB, goal 150 MB")


def ours_line(mode: str, key: str | None, folder: Path, echo: Load) -> None:
    """Measure our server and print one line."""
    began = time.perf_counter()
    with our_server(key, folder) as server:
        started = time.perf_counter() - began
        requests = make_requests(key, 12_000)
        full = put_load(server, requests[:8_000], SECONDS)
        eased = put_load(server, requests[8_000:], SECONDS, pause=CONNECTIONS / (0.8 * full.per_second))
        memory = pss(server.process.pid)
        answered = count_answered(folder)
    assert full.refused == eased.refused == 0, "requests were refused: the figures would mean nothing"
    assert answered > 0, "nothing was stored: the figures would mean nothing"
    print(f"{mode:10}{echo.per_second:9.0f}{full.per_second:9.0f}{full.per_second / echo.per_second:8.2f}"
          f"{echo.cpu_ms:13.2f}{full.cpu_ms:7.2f}{full.p50:9.1f}{full.p99:9.1f}{eased.p99:13.1f}"
          f"{started:9.2f}{memory:8.0f}")


def make_requests(key: str | None, count: int) -> list[Request]:
    """Signed pushes of many people, each with its own number and signature."""
    wire = Wire(TOKEN, APP_ID, key, "safe" if key else "raw")
    now = int(datetime.now(UTC).timestamp())
    return [wire.deliver(openid(n), message_push("gh_bench", openid(n), now, 10_000 + n, "text",
                                                 {"Content": SAID[n % len(SAID)]}).xml, now, nonce=f"n{n}")
            for n in range(count)]


def openid(number: int) -> str:
    return f"oBench{number % PEOPLE:022d}"


def put_load(server: Served, requests: Sequence[Request], seconds: float, pause: float = 0) -> Load:
    """Send over keep-alive connections until the time or the requests are over; `pause` is between two of one."""
    until, waits, refused = time.perf_counter() + seconds, [], []
    cpu_before = cpu_seconds(server.process.pid)
    began = time.perf_counter()

    def work(part: Sequence[Request]) -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        due = time.perf_counter()
        for request in part:
            if pause:
                due += pause
                time.sleep(max(0.0, due - time.perf_counter()))
            start = time.perf_counter()
            if start > until:
                break
            connection.request("POST", request.path, request.body, {"Content-Type": "text/xml"})
            answer = connection.getresponse()
            body = answer.read()
            waits.append(time.perf_counter() - start)
            if answer.status != 200 or len(body) < 20:
                refused.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=work, args=(requests[n::CONNECTIONS],)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    cpu = cpu_seconds(server.process.pid) - cpu_before
    return Load(len(waits) / took, median(waits) * 1000, quantiles(waits, n=100)[98] * 1000, len(refused),
                cpu / len(waits) * 1000)


@contextmanager
def echo_server(key: str | None) -> Iterator[Served]:
    """The baseline, under the server settings of `serve`."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "benchmarks.echo_app:app", "--bind", f"127.0.0.1:{port}",
               "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--preload", "--no-control-socket",
               "--log-level", "error", "--keep-alive", "5"]
    with served(command, port, environment(port, key)) as process:
        yield Served(port, process)


@contextmanager
def our_server(key: str | None, folder: Path) -> Iterator[Served]:
    """The program as `make run` starts it, on a database with people who are bound."""
    port = free_port()
    url = f"sqlite:///{folder / 'bench.db'}"
    bind_people(url)
    env = environment(port, key) | {"DATABASE_URL": url, "INSTANCE_DIR": str(folder), "WEB_WORKERS": "2",
                                    "WECHAT_API_BASE": "http://127.0.0.1:9"}
    with served([sys.executable, "-m", "flask", "--app", "app", "serve"], port, env) as process:
        yield Served(port, process)


@contextmanager
def served(command: list[str], port: int, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the first answer, at most 30 seconds."""
    until = time.perf_counter() + 30
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not answer")


def environment(port: int, key: str | None) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    account = {"WECHAT_TOKEN": TOKEN, "WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": "secret4bench", "PORT": str(port),
               "SECRET_KEY": "a key that only benchmarks know"}
    return keep | account | ({"WECHAT_AES_KEY": key} if key else {})


def bind_people(url: str) -> None:
    """A branch of members who are bound, so that every turn does the whole work."""
    upgrade(url)
    engine = make_engine(url)
    with make_sessions(engine).begin() as session:
        branch = Branch(name="性能测试支部")
        session.add(branch)
        session.flush()
        people = [Person(branch_id=branch.id, staff_no=f"B{n}", name=f"某{n}", identity=Identity.MEMBER)
                  for n in range(PEOPLE)]
        session.add_all(people)
        session.flush()
        session.add_all(Follower(openid=openid(n), branch_id=branch.id, person_id=person.id)
                        for n, person in enumerate(people))
    engine.dispose()


def count_answered(folder: Path) -> int:
    engine = make_engine(f"sqlite:///{folder / 'bench.db'}")
    with make_sessions(engine)() as session:
        count = session.scalar(select(func.count()).select_from(InboundMessage))
    engine.dispose()
    return count


def cpu_seconds(master: int) -> float:
    """CPU time of the server and its workers so far."""
    return sum(_cpu_ticks(pid) for pid in _family(master)) / os.sysconf("SC_CLK_TCK")


def _cpu_ticks(pid: int) -> int:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:13]
    return int(user) + int(system)


def _family(master: int) -> list[int]:
    return [master, *map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split())]


def pss(master: int) -> float:
    """Memory of the server and its workers in MB, shared pages counted once (proportional set size)."""
    return sum(_pss(pid) for pid in _family(master)) / 1024


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def free_port() -> int:
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
