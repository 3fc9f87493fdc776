"""SIGKILL in the middle of a broadcast to 300 people: nobody twice, nobody forgotten, few unsure."""

import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import wall
from data.models import OutboxState
from tests.scheduler.stage import Stage, add_people

NAMES = tuple(f"老师{n:03}" for n in range(300))


def kill_in_the_middle(stage: Stage, folder: Path) -> list[str]:
    """Broadcast with another process, kill it after 100 messages; what the platform has got by then."""
    record = folder / "sent"
    process = subprocess.Popen([sys.executable, "-m", "tests.scheduler.doomed", stage.url, str(folder)])
    try:
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            if record.exists() and len(record.read_text().splitlines()) >= 100:
                break
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait()
    return record.read_text().splitlines()


@pytest.fixture
def broadcast(stage: Stage) -> Stage:
    """300 people, each with a message that waits."""
    with stage.sessions.begin() as session:
        add_people(session, NAMES)
    stage.queue(*NAMES)
    return stage


def test_by_template_everybody_gets_it_once(broadcast: Stage, tmp_path: Path) -> None:
    before = kill_in_the_middle(broadcast, tmp_path)
    assert 100 <= len(before) < 300
    for line in before:
        openid, client_msg_id = line.split()
        broadcast.platform.send_template(openid, "t", {"thing4": "下午三点开会"}, client_msg_id)
    broadcast.wall = wall() + timedelta(seconds=31)
    broadcast.deliver()
    assert Counter(row.state for row in broadcast.rows()) == {OutboxState.SENT: 300}
    assert Counter(name for name, _, _ in broadcast.platform.seen) == Counter(NAMES)


def test_by_customer_service_nobody_gets_it_twice_and_the_few_in_flight_are_unsure(
        broadcast: Stage, tmp_path: Path) -> None:
    for name in NAMES:
        broadcast.open_window(name)
    before = {line.split()[0].removeprefix("o-") for line in kill_in_the_middle(broadcast, tmp_path)}
    broadcast.wall = wall() + timedelta(seconds=31)
    broadcast.deliver()
    states = Counter(row.state for row in broadcast.rows())
    assert states[OutboxState.SENT] + states[OutboxState.UNSURE] == 300
    assert states[OutboxState.UNSURE] <= broadcast.works.settings.delivery_threads * 3 // 2
    after = [name for name, _, _ in broadcast.platform.seen]
    assert not before & set(after)
    assert len(before) + len(after) + states[OutboxState.UNSURE] >= 300
