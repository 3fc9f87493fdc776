"""The stage for scenes of delivery and time: a few people, two clocks, a platform that answers as told.

Knows no capability. Start at Stage.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from bot import settings as settings_module
from bot.settings import Settings
from bot.wechat.gateway import Result, Retry, Sent
from data.db import make_engine, make_sessions, reading_sessions
from data.models import Base, Branch, Follower, Identity, Outbox, OutboxState, Person
from scheduler import outbox
from scheduler.delivery import Courier
from scheduler.reminder import PushKind, Reminder
from scheduler.tick import queue_due, tick

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2017, 3, 10, 12, 0, tzinfo=ZONE)
WALL = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = ("张三", "李四", "王五")
NOTICE = PushKind("notice", repeat_unsure=False)
REMINDER = PushKind("reminder")
LOST = Retry(1, "微信平台没有及时应答", ambiguous=True)
ACCOUNT = {"WECHAT_TOKEN": "token4tests", "WECHAT_APP_ID": "wx00000000000tests", "WECHAT_APP_SECRET": "secret4tests",
           "SECRET_KEY": "a key that only tests know", "WECHAT_API_BASE": "http://platform.test",
           "WECHAT_TEMPLATE_ID": "Sandbox0Template0Of0The0Assistant0000000001"}


def load_settings(folder: Path, url: str, **variables: str) -> Settings:
    """Settings of a service account with a template; an empty variable is not set."""
    return settings_module.load(ACCOUNT | {"DATABASE_URL": url, "DELIVERY_THREADS": "16"} | variables, instance=folder)


def prepare(engine: Engine) -> None:
    """Schema and three people who are bound and follow."""
    Base.metadata.create_all(engine)
    with make_sessions(engine).begin() as session:
        session.add(Branch(id=1, name="临平第二幼儿园党支部"))
        session.flush()
        add_people(session, NAMES)


def add_people(session: Session, names: tuple[str, ...]) -> None:
    """More people of the branch, bound and following; the openid is o- and the name."""
    people = [Person(branch_id=1, staff_no=name, name=name, identity=Identity.MEMBER) for name in names]
    session.add_all(people)
    session.flush()
    session.add_all(Follower(openid=f"o-{person.name}", branch_id=1, person_id=person.id) for person in people)


class FakePlatform:
    """The gateway's other side: answers as told, else well, and records what each person saw.

    `executed` results are answers to a message that arrived all the same.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []  # name, channel, text
        self.calls = 0
        self.before: Callable[[], object] = lambda: None
        self.arrived = Event()
        self._script: dict[str, deque[Result]] = defaultdict(deque)
        self._known: set[tuple[str, str]] = set()
        self._lock = Lock()

    def answers(self, name: str, *results: Result) -> None:
        """The next answers to messages for this person."""
        self._script[name].extend(results)

    def send_text(self, openid: str, text: str) -> Result:
        return self._send(openid, "customer", text, "")

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> Result:
        return self._send(openid, "template", data["thing4"], client_msg_id)

    def create_menu(self, menu: Mapping[str, object]) -> Result:
        return Sent()

    def check(self) -> Result:
        return Sent()

    def _send(self, openid: str, channel: str, text: str, client_msg_id: str) -> Result:
        self.before()
        name = openid.removeprefix("o-")
        with self._lock:
            self.calls += 1
            result = self._script[name].popleft() if self._script[name] else Sent(f"msg{self.calls}")
            executed = isinstance(result, Sent) or (isinstance(result, Retry) and result.ambiguous)
            if executed and (not client_msg_id or (openid, client_msg_id) not in self._known):
                self._known.add((openid, client_msg_id))
                self.seen.append((name, channel, text))
        self.arrived.set()
        return result


@dataclass
class Works:
    """What delivery needs, as the assembled program gives it."""

    engine: Engine
    settings: Settings
    gateway: FakePlatform
    reminders: tuple[Reminder, ...] = ()
    kinds: dict[str, PushKind] = field(default_factory=lambda: {kind.name: kind for kind in (NOTICE, REMINDER)})

    def __post_init__(self) -> None:
        self.sessions, self.reading = make_sessions(self.engine), reading_sessions(self.engine)


class Stage:
    """One branch in the middle of a day; program time stands still, machine time passes by waiting."""

    def __init__(self, url: str, folder: Path, **variables: str) -> None:
        self.url = url
        self.platform = FakePlatform()
        self.works = Works(make_engine(url), load_settings(folder, url, **variables), self.platform)
        self.sessions = self.works.sessions
        self.now, self.wall, self.waited = NOON, WALL, 0.0

    def courier(self) -> Courier:
        """A courier whose waiting is the passing of this stage's machine time."""
        return Courier(self.works, wall=lambda: self.wall, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        self.waited += seconds
        self.wall += timedelta(seconds=seconds)

    def later(self, **span: float) -> "Stage":
        """Both clocks go on."""
        self.now += timedelta(**span)
        self.wall += timedelta(**span)
        return self

    def queue(self, *names: str, text: str = "下午三点开会", kind: PushKind = NOTICE, key: str = "n/1",
              subject: str = "", due: datetime | None = None, expires: datetime | None = None) -> int:
        """Put a message for these people into the outbox."""
        with self.sessions.begin() as session:
            people = session.scalars(select(Person.id).where(Person.name.in_(names)).order_by(Person.id)).all()
            return outbox.enqueue(session, 1, people, kind=kind.name, key=key, text=text, now=self.now, due=due,
                                  expires=expires, subject=subject)

    def deliver(self) -> dict[str, int]:
        """One delivery, without queueing; only counts that are not zero."""
        with self.courier() as courier:
            counts = courier.deliver(lambda: self.now)
        return {name: number for name, number in counts.items() if number}

    def tick(self) -> dict[str, int]:
        """One tick; only counts that are not zero."""
        with self.courier() as courier:
            return {name: number for name, number in tick(self.works, self.now, courier).items() if number}

    def queue_due(self) -> int:
        """The first half of a tick."""
        return queue_due(self.works, self.now)

    def change(self, name: str, **values: object) -> None:
        """Change how somebody can be reached."""
        with self.sessions.begin() as session:
            session.execute(update(Follower).where(Follower.openid == f"o-{name}").values(**values))

    def open_window(self, name: str, left: int = 5) -> None:
        """They have just written."""
        self.change(name, window_until=self.now + timedelta(hours=48), window_left=left)

    def follower(self, name: str) -> Follower:
        with self.sessions() as session:
            return session.get_one(Follower, f"o-{name}")

    def rows(self, name: str = "") -> list[Outbox]:
        """The outbox, or one person's part, in order of time."""
        with self.sessions() as session:
            mine = select(Outbox).join(Person, Person.id == Outbox.person_id).order_by(Outbox.due, Outbox.id)
            return list(session.scalars(mine.where(Person.name == name) if name else mine))

    def state(self, name: str) -> tuple[OutboxState, str]:
        """State and reason of a person's only message."""
        (row,) = self.rows(name)
        return row.state, row.why

    def seen_by(self, name: str) -> list[tuple[str, str]]:
        """Channel and text of what somebody saw."""
        return [(channel, text) for who, channel, text in self.platform.seen if who == name]

    def use(self, *kinds: PushKind) -> None:
        """Know these kinds too."""
        self.works.kinds |= {kind.name: kind for kind in kinds}

    def with_settings(self, **changes: object) -> "Stage":
        """Other settings from now on."""
        self.works.settings = replace(self.works.settings, **changes)
        return self

    def close(self) -> None:
        self.works.engine.dispose()
