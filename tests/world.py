"""The stage for scenes: a cast, a clock and the simulated platform around the real program.

Everything goes over the wire as in life: words through the signed webhook, time through tick(). Start at World.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import create_app
from bot.clock import FixedClock
from bot.settings import Settings
from bot.simulator import people
from bot.simulator.account import VERIFIED_SERVICE, Profile
from bot.simulator.courier import Reply
from bot.simulator.platform import Platform
from bot.simulator.transport import wsgi_webhook
from data.db import make_sessions
from data.models import Base, Branch, Follower, Identity, Person
from data.plan_reader import read_plan
from handlers.plan import store_plan
from scheduler.tick import tick
from tests.shell import mark_as_migrated
from tests.wire import in_process_session

ZONE = ZoneInfo("Asia/Shanghai")
BEGINNING = datetime(2017, 1, 2, 8, 0, tzinfo=ZONE)
PLAN = Path(__file__).parent.parent / "data" / "seed" / "2017-plan.txt"
STRANGER = "oStranger0000000000000000000"
PUSHES = ("customer", "template", "mass")


@dataclass(frozen=True)
class Role:
    """A part in the cast: how the roster has the person."""

    name: str
    identity: Identity
    duties: str = ""
    group: str = ""
    bound: bool = True


CAST = {
    "陈静": Role("陈静", Identity.MEMBER, "书记", "第一党小组"),
    "林副": Role("林副", Identity.MEMBER, "副书记", "第二党小组"),
    "李梅": Role("李梅", Identity.MEMBER, "组织委员", "第一党小组"),
    "周敏": Role("周敏", Identity.MEMBER, "宣传委员", "第二党小组"),
    "吴兰": Role("吴兰", Identity.MEMBER, "纪检委员", "第二党小组"),
    "张三": Role("张三", Identity.MEMBER, "", "第一党小组"),
    "李四": Role("李四", Identity.MEMBER, "", "第二党小组"),
    "王五": Role("王五", Identity.PROBATIONARY, "", "第二党小组"),
    "赵六": Role("赵六", Identity.CANDIDATE),
    "孙琪": Role("孙琪", Identity.ACTIVIST),
    "钱多": Role("钱多", Identity.TEACHER),
    "何园": Role("何园", Identity.TEACHER, "园长"),
    "张伟甲": Role("张伟", Identity.MEMBER, "", "第一党小组"),
    "张伟乙": Role("张伟", Identity.TEACHER),
    "新人": Role("新人", Identity.TEACHER, bound=False),
}


def openid_of(key: str) -> str:
    """The openid of a member of the cast: 28 characters, as the platform's."""
    return f"oCast{list(CAST).index(key):023d}"


def prepare(engine: Engine) -> None:
    """Schema, the cast and the 2017 plan: what every scene begins with."""
    Base.metadata.create_all(engine)
    mark_as_migrated(engine)
    with make_sessions(engine).begin() as session:
        branch = Branch(name="临平第二幼儿园党支部")
        session.add(branch)
        session.flush()
        for number, (key, role) in enumerate(CAST.items(), 1):
            person = Person(branch_id=branch.id, staff_no=f"T{number:03d}", name=role.name, identity=role.identity,
                            duties=role.duties, group=role.group, phone="", code_serial=1)
            session.add(person)
            session.flush()
            if role.bound:
                session.add(Follower(openid=openid_of(key), branch_id=branch.id, person_id=person.id))
        text = PLAN.read_text(encoding="utf-8")
        store_plan(session, branch.id, read_plan(text), text, BEGINNING)


class Actor:
    """Somebody with a phone."""

    def __init__(self, world: "World", openid: str) -> None:
        self.world, self.openid = world, openid
        self.last: Reply | None = None
        self._read = 0

    def says(self, text: str) -> "Actor":
        """Send a text; the answer is checked with hears()."""
        self.last = self.world.platform.says(self.openid, text)
        return self

    @property
    def heard(self) -> str:
        """The text of the last answer, "" when there was none."""
        return (self.last.text if self.last else "") or ""

    def hears(self, *parts: str) -> "Actor":
        """The last answer contains all of these."""
        missing = [part for part in parts if part not in self.heard]
        assert not missing, f"missing {missing} in the answer:\n{self.heard}"
        return self

    def hears_not(self, *parts: str) -> "Actor":
        """The last answer contains none of these."""
        present = [part for part in parts if part in self.heard]
        assert not present, f"unexpected {present} in the answer:\n{self.heard}"
        return self

    def pushed(self) -> list[str]:
        """The pushes not yet looked at, oldest first; looking marks them read."""
        pushes = [seen.text for seen in self.world.platform.seen(self.openid) if seen.kind in PUSHES]
        unread, self._read = pushes[self._read:], len(pushes)
        return unread

    def receives(self, *parts: str) -> "Actor":
        """Among the unread pushes is one that contains all of these."""
        unread = self.pushed()
        assert any(all(part in text for part in parts) for text in unread), f"{parts} not in {unread}"
        return self

    def receives_nothing(self) -> "Actor":
        """No unread push."""
        unread = self.pushed()
        assert not unread, f"unexpected pushes: {unread}"
        return self


class World:
    """One branch, its people and the platform; each cast member is an attribute: world.张三."""

    def __init__(self, settings: Settings, folder: Path, profile: Profile = VERIFIED_SERVICE) -> None:
        self.settings = settings
        self.clock = FixedClock(BEGINNING)
        self.platform = Platform(
            str(folder / "platform.db"), token=settings.token, app_id=settings.app_id, app_secret=settings.app_secret,
            aes_key=settings.aes_key, mode="safe" if settings.aes_key else "raw", profile=profile,
            now=self.clock.now, webhook=lambda method, path, body: self._webhook(method, path, body))
        self.app: Flask = create_app(settings, self.clock, make_session=lambda: in_process_session(self.platform))
        self._webhook = wsgi_webhook(self.app)
        self.assistant = self.app.extensions["assistant"]
        self._actors = {key: Actor(self, openid_of(key)) for key in CAST}
        self.stranger = Actor(self, STRANGER)
        with self.platform.store.write() as db:
            for actor in (*self._actors.values(), self.stranger):
                people.follow(db, actor.openid, BEGINNING.timestamp(), "")

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["_actors"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def at(self, moment: str) -> "World":
        """It becomes this time in Shanghai: 2017-03-10 14:05."""
        self.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
        return self

    def tick(self) -> Mapping[str, int]:
        """One turn of the scheduler now, with delivery."""
        return tick(self.assistant, self.now)

    def session(self) -> Session:
        """A session to look into, or prepare, the database."""
        return self.assistant.sessions()

    def close(self) -> None:
        self.assistant.engine.dispose()
        self.platform.store.close()
