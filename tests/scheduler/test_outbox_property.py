"""Whatever happens in whatever order, no message is lost, and none is seen twice where the platform knows repeats."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.wechat.gateway import Wait
from bot.wechat.reactions import BUSY, reaction_to
from data.models import OutboxState
from scheduler import outbox
from scheduler.channels import Channel
from tests.scheduler.stage import LOST, NAMES, NOTICE, REMINDER, Stage, prepare

FAULTS = st.sampled_from([BUSY, LOST, Wait(1, "连不上微信平台"), reaction_to(45015), reaction_to(40001)])
PEOPLE = st.sampled_from(NAMES)
END_STATES = {OutboxState.SENT, OutboxState.FAILED, OutboxState.DROPPED, OutboxState.UNSURE, OutboxState.HELD}


class OutboxLife(RuleBasedStateMachine):
    """A branch's outbox among crashes, repeats, faults of the platform and people who write."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.stage = Stage(f"sqlite:///{self.folder.name}/a.db", Path(self.folder.name))
        prepare(self.stage.works.engine)
        self.number, self.queued = 0, 0

    @rule(names=st.sets(PEOPLE, min_size=1), kind=st.sampled_from([NOTICE, REMINDER]), again=st.booleans(),
          wait=st.sampled_from([0, 0, 90]))
    def queue(self, names: set[str], kind: object, again: bool, wait: int) -> None:
        self.number += not again or not self.number
        self.queued += self.stage.queue(*names, key=f"n/{self.number}", text=f"第{self.number}条", kind=kind,
                                        due=self.stage.now + timedelta(seconds=wait))

    @rule(name=PEOPLE, faults=st.lists(FAULTS, max_size=4))
    def platform_stumbles(self, name: str, faults: list[object]) -> None:
        self.stage.platform.answers(name, *faults)

    @rule(name=PEOPLE)
    def somebody_writes(self, name: str) -> None:
        self.stage.open_window(name)

    @rule(seconds=st.sampled_from([1, 31, 120, 700]))
    def time_passes(self, seconds: int) -> None:
        self.stage.later(seconds=seconds)

    @rule()
    def deliver(self) -> None:
        self.stage.deliver()

    @rule(sent=st.booleans(), channel=st.sampled_from([Channel.TEMPLATE, Channel.CUSTOMER]))
    def a_process_dies_while_sending(self, sent: bool, channel: Channel) -> None:
        with self.stage.sessions.begin() as session:
            rows = [row for row in outbox.claim(session, 2, self.stage.now, self.stage.wall) if not row.again]
            outbox.mark_channel(session, [row.id for row in rows], channel)
        for row in rows if sent else ():
            send = self.stage.platform.send_template if channel is Channel.TEMPLATE else None
            name = f"o-{NAMES[row.person_id - 1]}"
            if send:
                send(name, "t", {"thing4": row.text}, row.client_msg_id)
            else:
                self.stage.platform.send_text(name, row.text)

    @invariant()
    @precondition(lambda self: hasattr(self, "stage"))
    def nothing_is_lost_and_nothing_seen_twice_by_template(self) -> None:
        assert len(self.stage.rows()) == self.queued
        templates = Counter((name, text) for name, channel, text in self.stage.platform.seen if channel == "template")
        assert not templates or max(templates.values()) == 1

    def teardown(self) -> None:
        if not hasattr(self, "stage"):
            return
        self.stage.platform._script.clear()
        for _ in range(4):
            self.stage.later(minutes=12).deliver()
        seen = Counter((name, text) for name, _, text in self.stage.platform.seen)
        names = dict(enumerate(NAMES, 1))
        for row in self.stage.rows():
            assert row.state in END_STATES
            assert row.state is OutboxState.SENT or row.why
            if row.state is OutboxState.SENT:
                assert seen[names[row.person_id], row.text] >= 1
            if row.kind == NOTICE.name:
                assert seen[names[row.person_id], row.text] <= 1
        self.stage.close()
        self.folder.cleanup()


OutboxLife.TestCase.settings = settings(max_examples=25, stateful_step_count=18, deadline=None,
                                        suppress_health_check=list(HealthCheck))
TestOutboxLife = OutboxLife.TestCase
