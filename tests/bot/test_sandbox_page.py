"""The sandbox page's own answers: whom one can be, what passes, how the clock moves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.nlu.slots import Lexicon
from bot.simulator.cast import RANK, STRANGER, DemoPerson, chips_for
from bot.simulator.ledger import Kind
from bot.simulator.page import sandbox_blueprint
from data.models import Identity
from tests.bot.echo import LI, NINE, ZHANG, HandClock, Stage
from tests.world import World

SECRETARY = DemoPerson("李四", "T001", "党员", ("书记",), "第一党小组", LI, True, "")
TEACHER = DemoPerson("张三", "T002", "教师", (), "", ZHANG, False, "482913")
HEADERS = {"X-Sandbox": "1"}


class Calendar(HandClock):
    """A clock with reminders on it; `ticked` is when the scheduler had its turns."""

    def __init__(self, *reminders: datetime) -> None:
        super().__init__()
        self.waiting = list(reminders)
        self.ticked: list[datetime] = []

    def set(self, moment: datetime) -> None:
        self.moment = moment

    def next_reminder(self) -> datetime | None:
        return min(self.waiting, default=None)

    def tick(self) -> dict[str, int]:
        self.ticked.append(self.moment)
        self.waiting = [at for at in self.waiting if at > self.moment]
        return {}


class Visitor:
    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def does(self, action: str, **said: object) -> TestResponse:
        return self.client.post(f"/sandbox/{action}", json=said, headers=HEADERS)

    def sees(self, after: int = 0) -> dict[str, object]:
        return self.client.get(f"/sandbox/state?after={after}").json


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(":memory:")
    yield stage
    stage.platform.store.close()


@pytest.fixture
def calendar(stage: Stage) -> Calendar:
    stage.clock = Calendar()
    return stage.clock


@pytest.fixture
def visitor(stage: Stage, calendar: Calendar) -> Visitor:
    app = Flask("sandbox")
    app.register_blueprint(sandbox_blueprint(stage.platform, lambda: [TEACHER, SECRETARY], calendar))
    return Visitor(app.test_client())


def test_the_page_allows_only_its_own_scripts_and_styles(visitor):
    page = visitor.client.get("/")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert b'lang="zh-CN"' in page.data
    assert b"<style" not in page.data
    assert b" style=" not in page.data
    with visitor.client.get("/sandbox/static/main.js") as script:
        assert script.status_code == 200


def test_the_secretary_comes_first_and_the_stranger_last(visitor):
    people = visitor.sees()["people"]
    assert [person["openid"] for person in people] == [LI, ZHANG, STRANGER]
    assert [person["group"] for person in people] == ["支部班子", "教师", "其他"]


def test_a_stranger_who_has_bound_is_listed_by_name_only(stage, calendar):
    app = Flask("sandbox")
    app.register_blueprint(sandbox_blueprint(stage.platform, lambda: [replace(TEACHER, openid=STRANGER)], calendar))
    assert [person["name"] for person in Visitor(app.test_client()).sees()["people"]] == ["张三"]


def test_who_is_not_bound_is_offered_the_binding_sentence_to_look_at(visitor):
    secretary, teacher, _ = visitor.sees()["people"]
    assert teacher["chips"][0] == {"text": "绑定 张三 482913", "at_once": False}
    assert "广播状态" in [chip["text"] for chip in secretary["chips"]]


@pytest.mark.parametrize("bound", [True, False], ids=["bound", "not bound"])
@pytest.mark.parametrize("duties", [(), *((duty,) for duty in RANK)], ids=["no duty", *RANK])
@pytest.mark.parametrize("identity", [identity.value for identity in Identity])
def test_every_offered_sentence_is_understood(world: World, identity: str, duties: tuple[str, ...],
                                              bound: bool) -> None:
    person = replace(TEACHER, identity=identity, duties=duties, bound=bound)
    role = (duties or (identity,))[0] if bound else "未绑定"
    for chip in (*chips_for(person), *chips_for(None)):
        found = world.assistant.matcher.match(chip.text, world.now, Lexicon(), role, None)
        assert found.intent in world.assistant.dispatcher.intents.keys() | {"confirm", "cancel"}, chip.text


def test_what_is_said_comes_back_with_its_answer_and_only_once(visitor):
    assert visitor.does("say", openid=ZHANG, text=" 帮助 ").status_code == 200
    lines = visitor.sees()["lines"]
    assert [(line["kind"], line["text"]) for line in lines] == [("said", "帮助"), ("reply", "帮助")]
    assert visitor.sees(after=lines[-1]["id"])["lines"] == []


def test_a_voice_message_is_read_by_its_recognition(visitor, stage):
    visitor.does("say", openid=ZHANG, text="签到", voice=True)
    assert (stage.heard[-1].type, stage.heard[-1].recognition) == ("voice", "签到")


def test_half_an_emoji_does_no_harm(visitor, stage):
    body = f'{{"openid": "{ZHANG}", "text": "\\ud83d"}}'
    answer = visitor.client.post("/sandbox/say", data=body, headers=HEADERS, content_type="application/json")
    assert answer.status_code == 200
    assert stage.heard[-1].content == "?"


@pytest.mark.parametrize(
    ("action", "said", "told"),
    [
        ("say", {"openid": ZHANG, "text": "  "}, "还没有输入内容"),
        ("say", {"openid": ZHANG, "text": "长" * 2001}, "最多2000字"),
        ("say", {"openid": "oSomebodyElse", "text": "你好"}, "名单里没有这个人"),
        ("say", {"openid": 7, "text": "你好"}, "名单里没有这个人"),
        ("send", {"openid": ZHANG, "kind": "file"}, "图片、位置或表情"),
        ("clock", {"to": "明天"}, "没有看懂这个时间"),
        ("clock", {"to": "1999-12-31T09:00"}, "2000到2099"),
        ("clock", {"minutes": 10**12}, "没有看懂这个时间"),
        ("clock", {"to": "2018-12-01T09:00"}, "最多往后调400天"),
    ],
)
def test_what_cannot_be_done_is_said_calmly(visitor, stage, action, said, told):
    answer = visitor.does(action, **said)
    assert answer.status_code == 400
    assert told in answer.json["error"]
    assert stage.heard == []
    assert stage.clock.moment == NINE


@pytest.mark.parametrize(
    ("headers", "content_type"),
    [
        ({}, "application/json"),
        (HEADERS, "text/plain"),
        (HEADERS | {"Origin": "https://example.com"}, "application/json"),
    ],
    ids=["no header", "not JSON", "another site"],
)
def test_another_site_cannot_act_in_the_visitors_name(visitor, stage, headers, content_type):
    body = f'{{"openid": "{ZHANG}", "text": "签到"}}'
    answer = visitor.client.post("/sandbox/say", data=body, headers=headers, content_type=content_type)
    assert answer.status_code == 403
    assert stage.heard == []


def test_who_has_left_is_told_to_come_back_first(visitor):
    visitor.does("follow", openid=ZHANG, following=False)
    assert [person["following"] for person in visitor.sees()["people"]] == [True, False, True]
    answer = visitor.does("say", openid=ZHANG, text="在吗")
    assert (answer.status_code, answer.json["error"]) == (409, "您已取消关注，先点“重新关注”再发消息。")
    visitor.does("follow", openid=ZHANG, following=True)
    assert visitor.does("say", openid=ZHANG, text="在吗").status_code == 200


def test_a_refused_answer_is_told_without_its_technical_reason(visitor, stage):
    stage.bot_answers(b"<html>")
    answer = visitor.does("say", openid=ZHANG, text="在吗")
    assert answer.json["note"] == "机器人的应答没有被平台接受，请稍后再发一次。"
    assert [line.kind for line in stage.platform.seen(ZHANG)] == [Kind.FAULT]


def test_a_broken_roster_is_a_calm_line_and_no_traceback(stage, calendar):
    def broken() -> list[DemoPerson]:
        raise OSError("disk")

    app = Flask("sandbox")
    app.register_blueprint(sandbox_blueprint(stage.platform, broken, calendar))
    answer = app.test_client().get("/sandbox/state")
    assert (answer.status_code, answer.json) == (500, {"error": "演示服务出了点问题，请稍后再试。"})


def test_the_next_reminder_is_reached_and_ticked(visitor, calendar):
    calendar.waiting = [NINE + timedelta(days=2), NINE + timedelta(days=9)]
    answer = visitor.does("clock", to="next").json
    assert answer["done"]
    assert answer["now"] == {
        "iso": "2017-03-03T09:00:00+08:00", "date": "2017年3月3日", "weekday": "周五", "time": "09:00"}
    assert calendar.ticked == [NINE + timedelta(days=2)]


def test_without_reminders_the_clock_stays_and_says_why(visitor, calendar):
    assert "还没有待发的提醒" in visitor.does("clock", to="next").json["note"]
    assert (calendar.moment, calendar.ticked) == (NINE, [])


def test_a_week_stops_at_every_reminder_on_the_way(visitor, calendar):
    reminders = [NINE + timedelta(days=days) for days in (1, 3, 20)]
    calendar.waiting = list(reminders)
    assert visitor.does("clock", minutes=7 * 24 * 60).json["done"]
    assert calendar.ticked == [*reminders[:2], NINE + timedelta(days=7)]


def test_a_year_is_walked_in_several_requests(visitor, calendar):
    calendar.waiting = [NINE + timedelta(days=10 * number) for number in range(1, 31)]
    target, requests = {"to": "2017-12-31T09:00"}, 0
    done = False
    while not done:
        answer = visitor.does("clock", **target).json
        done, target, requests = answer["done"], {"to": answer["target"]}, requests + 1
    assert requests == 4
    assert calendar.moment == datetime.fromisoformat("2017-12-31T09:00+08:00")
    assert len(calendar.ticked) == 31


def test_a_reminder_that_stays_next_does_not_hold_the_clock(visitor, calendar):
    stuck = NINE + timedelta(hours=1)
    calendar.next_reminder = lambda: stuck
    assert visitor.does("clock", minutes=24 * 60).json["done"]
    assert calendar.moment == NINE + timedelta(days=1)


def test_the_clock_can_go_back(visitor, calendar):
    calendar.waiting = [NINE - timedelta(days=3)]
    visitor.does("clock", to="2017-02-01T09:00")
    assert calendar.moment == datetime.fromisoformat("2017-02-01T09:00+08:00")
