"""The platform as tests, benchmarks and the sandbox page meet it: people write, the webhook is called, all is recorded.

Never looks into the bot; the two meet on the wire only. Start at Platform.says(), then Platform.seen().
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

from bot.simulator import faults, ledger, mass, people, tokens
from bot.simulator.account import DEMO_TEMPLATE, VERIFIED_SERVICE, Profile, Template
from bot.simulator.courier import MARK_FAIL_AFTER, Courier, Reply
from bot.simulator.faults import Fault
from bot.simulator.ledger import Kind, Seen
from bot.simulator.pushes import Value, event_push, message_push
from bot.simulator.store import Store, get_setting, next_number, put_setting
from bot.simulator.transport import Answer, Webhook
from bot.simulator.wire import Mode, Request, Wire, random_text

FIRST_MSG_ID = 24_000_000_000_000_001
SHOWN_AS = {
    "image": "[图片]",
    "video": "[视频]",
    "shortvideo": "[小视频]",
    "location": "[位置]",
    "link": "[链接]",
    "file": "[文件]",
}


class NotFollowing(Exception):
    """This person has left the account and cannot write to it."""


class Platform:
    """One official account on the platform. Safe to share among threads, and among processes by a file path."""

    def __init__(
        self,
        path: str,
        *,
        token: str,
        app_id: str,
        app_secret: str,
        aes_key: str | None = None,
        mode: Mode | str = Mode.RAW,
        profile: Profile = VERIFIED_SERVICE,
        now: Callable[[], datetime],
        webhook: Webhook,
        account: str = "gh_5a0d3c1b9e7f",
        templates: Iterable[Template] = (DEMO_TEMPLATE,),
        token_grace: float = 0,
        allowed_ips: frozenset[str] | None = None,
        mark_fail_after: int = MARK_FAIL_AFTER,
    ) -> None:
        """`path` may be ":memory:" within one process; `allowed_ips` None means that no IP whitelist is set."""
        self.wire = Wire(token, app_id, aes_key, Mode(mode))
        self.app_secret = app_secret
        self.profile = profile
        self.now = now
        self.account = account
        self.templates = {template.template_id: template for template in templates}
        self.token_grace = token_grace
        self.allowed_ips = allowed_ips
        self.store = Store(path)
        self._courier = Courier(self.wire, self.store, now, webhook, mark_fail_after)

    # What people do

    def says(self, openid: str, text: str, *, msg_id: int | None = None) -> Reply | None:
        """A text message; None when the platform has stopped pushing for a minute. Raises NotFollowing."""
        return self._writes(openid, "text", {"Content": text}, text, msg_id)

    def sends(self, openid: str, msgtype: str, *, msg_id: int | None = None, **fields: Value) -> Reply | None:
        """Another message, in the platform's names: sends(o, "voice", Recognition="签到"). May raise NotFollowing."""
        shown = (
            f"[语音] {fields.get('Recognition', '')}".strip() if msgtype == "voice" else SHOWN_AS.get(msgtype, "[表情]")
        )
        return self._writes(openid, msgtype, fields, shown, msg_id)

    def follows(self, openid: str, scene: str | None = None) -> Reply | None:
        """Follow the account, by a QR code of `scene` if given."""
        with self._writing() as (db, now):
            people.follow(db, openid, now, scene or "")
            people.acted(db, openid, now)
            ledger.record(db, openid, now, Kind.NOTE, "已关注公众号")
        fields: dict[str, Value] = {"EventKey": ""}
        if scene:
            fields = {"EventKey": f"qrscene_{scene}", "Ticket": self._ticket_of(scene)}
        return self._happens(openid, "subscribe", fields)

    def unfollows(self, openid: str) -> Reply | None:
        with self._writing() as (db, now):
            people.unfollow(db, openid, now)
            ledger.record(db, openid, now, Kind.NOTE, "已取消关注公众号")
        return self._happens(openid, "unsubscribe", {"EventKey": ""})

    def scans(self, openid: str, scene: str) -> Reply | None:
        """Scan a QR code of the account; who does not follow it yet follows it by this."""
        if not self.is_following(openid):
            return self.follows(openid, scene)
        return self._acts(openid, "SCAN", {"EventKey": scene, "Ticket": self._ticket_of(scene)})

    def clicks(self, openid: str, key: str) -> Reply | None:
        """Tap a menu button of type click. Raises NotFollowing."""
        self._must_follow(openid)
        return self._acts(openid, "CLICK", {"EventKey": key})

    def event(self, openid: str, name: str, **fields: Value) -> Reply | None:
        """Any other event; it opens no window. A list becomes repeated elements, a dict nested ones."""
        return self._happens(openid, name, fields)

    def verify(self) -> bool:
        """The platform's check of the URL: does the webhook return exactly what was sent?"""
        return self._courier.verify()

    # What hostile and unlucky networks do

    def raw_post(self, request: Request) -> Answer:
        """Send anything, once, unrecorded; forge it with `replace(platform.wire, …).deliver(…)`. May raise NoAnswer."""
        return self._courier.post(request)

    def redeliver(self, reply: Reply, *, fresh: bool = True, copies: int = 1) -> list[Answer]:
        """Repeat a push, `copies` at once; `fresh` signs each anew, else they are the same bytes. Not recorded."""
        requests = [self._courier.sealed(reply.push) if fresh else reply.request for _ in range(copies)]
        if copies == 1:
            return [self._courier.post(requests[0])]
        with ThreadPoolExecutor(copies) as pool:
            return list(pool.map(self._courier.post, requests))

    def fail_next(
        self,
        path: str,
        *,
        errcode: int | None = None,
        times: int = 1,
        http_status: int | None = None,
        html: bool = False,
        drop: bool = False,
        slow: float = 0,
    ) -> None:
        """Order trouble for the next calls of an API path, such as "message/custom/send"; see faults.Fault."""
        with self.store.write() as db:
            faults.order(db, short_path(path), Fault(errcode, http_status, html, drop, slow), times)

    def expire_tokens(self) -> None:
        """Every token issued so far answers 42001 from now on."""
        with self._writing() as (db, now):
            tokens.expire_all(db, now)

    def limit(self, path: str, per_day: int) -> None:
        """Set the daily quota of an API path, so that a test reaches it."""
        with self.store.write() as db:
            put_setting(db, f"limit {short_path(path)}", str(per_day))

    def set_template_outcome(self, openid: str, status: str) -> None:
        """How template jobs end: success, failed:user block, failed: system failed or failed:freq limit."""
        with self._writing() as (db, now):
            people.meet(db, openid, now)
            db.execute("UPDATE person SET outcome = ? WHERE openid = ?", (status, openid))

    def set_mass_verdict(self, status: str) -> None:
        """How the next mass job ends, such as err(20001) or err(40001)."""
        with self.store.write() as db:
            put_setting(db, "mass_verdict", status)

    def flush_events(self) -> int:
        """Run mass jobs and push the events that wait, each by one caller only; how many were pushed."""
        with self._writing() as (db, now):
            mass.run_jobs(db, now, service=self.profile.service)
        pushed = 0
        while (event := self._claim_event()) is not None:
            self._happens(event["openid"], event["name"], json.loads(event["fields"]))
            pushed += 1
        return pushed

    # What can be looked at

    def seen(self, openid: str) -> list[Seen]:
        """Everything this person saw from the account, in order: replies, pushes, fault notices."""
        return [line for line in self.chat(openid) if line.kind not in ledger.NOT_SEEN]

    def chat(self, openid: str | None = None, *, after: int = 0, limit: int = 1_000_000) -> list[Seen]:
        """The newest lines of one person's chat, or of all, with what people said."""
        with self.store.read() as db:
            return ledger.find_lines(db, openid=openid, after=after, limit=limit)

    def latest(self) -> int:
        """The id of the newest line of all chats, 0 before the first."""
        with self.store.read() as db:
            return db.execute("SELECT coalesce(max(id), 0) FROM line").fetchone()[0]

    def is_following(self, openid: str) -> bool:
        """Whether messages can pass; someone never seen counts as a follower once they write."""
        with self.store.read() as db:
            return people.is_following(db, openid)

    def leavers(self) -> frozenset[str]:
        """Those who followed once and do no longer."""
        with self.store.read() as db:
            return frozenset(row["openid"] for row in db.execute("SELECT openid FROM person WHERE following = 0"))

    def has_left(self, openid: str) -> bool:
        with self.store.read() as db:
            person = people.find(db, openid)
        return person is not None and not person["following"]

    def calls(self, path: str | None = None) -> int:
        """How often an API path was called, or all of them together."""
        counts = self.calls_by_path()
        return counts.get(short_path(path), 0) if path else sum(counts.values())

    def calls_by_path(self) -> dict[str, int]:
        with self.store.read() as db:
            return dict(db.execute("SELECT path, sum(total) FROM call GROUP BY path ORDER BY path").fetchall())

    def menu(self) -> list[dict[str, object]]:
        """The buttons of the custom menu, empty when none was made."""
        with self.store.read() as db:
            return json.loads(get_setting(db, "menu", "[]"))

    def set_menu(self, buttons: Sequence[object]) -> None:
        """Give the account its custom menu as if somebody had made it in the back office."""
        with self.store.write() as db:
            put_setting(db, "menu", json.dumps(buttons, ensure_ascii=False))

    # How it is done

    def _writes(
        self, openid: str, msgtype: str, fields: dict[str, Value], shown: str, msg_id: int | None
    ) -> Reply | None:
        self._must_follow(openid)
        with self._writing() as (db, now):
            people.meet(db, openid, now)
            people.wrote(db, openid, now)
            ledger.record(db, openid, now, Kind.SAID, shown)
            msg_id = msg_id or next_number(db, "msg_id", FIRST_MSG_ID)
        return self._courier.push(message_push(self.account, openid, int(now), msg_id, msgtype, fields))

    def _acts(self, openid: str, name: str, fields: dict[str, Value]) -> Reply | None:
        with self._writing() as (db, now):
            people.meet(db, openid, now)
            people.acted(db, openid, now)
        return self._happens(openid, name, fields)

    def _happens(self, openid: str, name: str, fields: dict[str, Value]) -> Reply | None:
        return self._courier.push(event_push(self.account, openid, int(self.now().timestamp()), name, fields))

    def _must_follow(self, openid: str) -> None:
        if self.has_left(openid):
            raise NotFollowing(openid)

    def _ticket_of(self, scene: str) -> str:
        with self.store.write() as db:
            row = db.execute("SELECT ticket FROM scene WHERE scene = ?", (scene,)).fetchone()
            if row:
                return row["ticket"]
            ticket = random_text(96)
            db.execute("INSERT INTO scene VALUES (?, ?)", (ticket, scene))
            return ticket

    def _claim_event(self) -> sqlite3.Row | None:
        with self.store.write() as db:
            first = "DELETE FROM event WHERE id = (SELECT min(id) FROM event) RETURNING *"
            return next(iter(db.execute(first).fetchall()), None)

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, float]]:
        now = self.now().timestamp()
        with self.store.write() as db:
            yield db, now


def short_path(path: str) -> str:
    return path.removeprefix("/").removeprefix("cgi-bin/")
