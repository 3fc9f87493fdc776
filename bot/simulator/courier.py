"""Brings a push to the webhook as the platform does: three tries, a strict look, a pause after repeated failures.

Decides nothing about who writes what. Start at Courier.push().
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.simulator import ledger, people
from bot.simulator.ledger import FAULT_NOTICE, Kind
from bot.simulator.pushes import Push
from bot.simulator.replies import BadReply, Heard, read_reply
from bot.simulator.store import Store, get_setting, put_setting
from bot.simulator.transport import Answer, NoAnswer, Webhook
from bot.simulator.wire import Request, Wire, new_nonce

TRIES = 3
MARK_FAIL_AFTER = 5  # pushes in a row that failed all their tries
MARK_FAIL_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one push. `text` is None when the bot said nothing or was refused; `rejected` says why.

    `status` is the last HTTP status, 0 when no answer came; `tries` counts deliveries; `request` is the last one made.
    """

    status: int
    text: str | None
    kind: str | None
    msg_id: int | None
    tries: int
    rejected: str | None
    push: Push
    request: Request


@dataclass(frozen=True, slots=True)
class Courier:
    wire: Wire
    store: Store
    now: Callable[[], datetime]
    webhook: Webhook
    mark_fail_after: int = MARK_FAIL_AFTER

    def push(self, push: Push) -> Reply | None:
        """Deliver, with a new signature at each try; None while the platform has stopped pushing (its MarkFail)."""
        if self._is_suspended():
            self._record_fault(push)
            return None
        for tries in range(1, TRIES + 1):
            request = self.sealed(push)
            status, rejected = 0, ""
            try:
                status, body, _ = self.post(request)
                heard = read_reply(self.wire, push, status, body)
            except (NoAnswer, BadReply) as trouble:
                rejected = str(trouble)
                continue
            self._record_reply(push, heard)
            return Reply(status, heard.text, heard.kind, push.msg_id, tries, None, push, request)
        self._count_failure()
        self._record_fault(push)
        return Reply(status, None, None, push.msg_id, tries, rejected, push, request)

    def verify(self) -> bool:
        """Whether the webhook returns exactly the echostr it was sent."""
        echostr = new_nonce() + new_nonce()
        try:
            status, body, _ = self.post(self.wire.verification(echostr, int(self.now().timestamp())))
        except NoAnswer:
            return False
        return status == 200 and body == echostr.encode()

    def sealed(self, push: Push) -> Request:
        return self.wire.deliver(push.openid, push.xml, int(self.now().timestamp()))

    def post(self, request: Request) -> Answer:
        return self.webhook(request.method, request.path, request.body)

    def _record_reply(self, push: Push, heard: Heard) -> None:
        with self.store.write() as db:
            if get_setting(db, "failures", "0") != "0":
                put_setting(db, "failures", "0")
            if heard.text is not None and people.is_following(db, push.openid):
                at = self.now().timestamp()
                ledger.record(db, push.openid, at, Kind.REPLY, heard.text, title=heard.title, url=heard.url)

    def _record_fault(self, push: Push) -> None:
        with self.store.write() as db:
            if push.expects_answer and people.is_following(db, push.openid):
                ledger.record(db, push.openid, self.now().timestamp(), Kind.FAULT, FAULT_NOTICE)

    def _count_failure(self) -> None:
        with self.store.write() as db:
            failures = int(get_setting(db, "failures", "0")) + 1
            if failures >= self.mark_fail_after:
                put_setting(db, "suspended_until", str(self.now().timestamp() + MARK_FAIL_SECONDS))
                failures = 0
            put_setting(db, "failures", str(failures))

    def _is_suspended(self) -> bool:
        now = self.now().timestamp()
        with self.store.read() as db:
            until = float(get_setting(db, "suspended_until", "0"))
        # A clock moved back must not stretch the minute.
        return now < until <= now + MARK_FAIL_SECONDS
