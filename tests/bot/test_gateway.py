"""Scenes at the wire to the platform: one token for all, every answer has one meaning, and no secret leaks."""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
import requests
from redis.backoff import NoBackoff
from redis.retry import Retry as Retries
from requests.adapters import BaseAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.shared import DatabaseStore, Kept, SharedStore, StoreDown, open_store
from bot.shared_redis import RedisStore
from bot.wechat.gateway import Effect, HttpGateway, Refused, Result, Retry, Sent, Wait
from bot.wechat.tokens import renew_after
from data.db import make_engine, make_sessions
from data.models import Base
from tests.databases import IN_CI
from tests.scheduler.stage import load_settings

WALL = datetime(2030, 1, 1, tzinfo=UTC)
REDIS = "redis://127.0.0.1:6379/13"
TEMPLATE = {"thing1": "三月主题党日"}


class Wire(BaseAdapter):
    """The platform's end: gives out tokens, answers as told, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str, dict[str, object]]] = []  # path, token, body
        self.tokens = 0
        self.dead: set[str] = set()
        self.answers: list[object] = []
        self.token_answers: list[object] = []
        self.stable = False
        self.lock = Lock()

    def close(self) -> None:
        """Nothing is open."""

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        url = urlsplit(request.url)
        token = parse_qs(url.query).get("access_token", [""])[0]
        with self.lock:
            body = json.loads(request.body)
            self.asked.append((url.path, token, body))
            answer = self._token(body) if url.path.endswith("/stable_token") else self._api(token)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer if isinstance(answer, tuple) else (200, json.dumps(answer).encode())
        response = requests.Response()
        response.status_code, response.url, response._content = status, request.url, content
        return response

    def _token(self, body: dict[str, object]) -> object:
        if self.token_answers:
            return self.token_answers.pop(0)
        if not self.stable or not self.tokens or body["force_refresh"]:
            self.tokens += 1
        return {"access_token": f"SECRET-TOKEN-{self.tokens}", "expires_in": 7200}

    def _api(self, token: str) -> object:
        if token in self.dead:
            return {"errcode": 40001, "errmsg": "invalid credential rid: 1"}
        return self.answers.pop(0) if self.answers else {"errcode": 0, "errmsg": "ok", "msgid": 7}

    def count(self, path: str) -> int:
        return sum(asked.endswith(path) for asked, _, _ in self.asked)


class Clock:
    """Machine time, moved by hand."""

    def __init__(self) -> None:
        self.now = WALL

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SharedStore]:
    engine = make_engine(f"sqlite:///{tmp_path / 'shared.db'}")
    Base.metadata.create_all(engine)
    yield DatabaseStore(make_sessions(engine))
    engine.dispose()


@pytest.fixture
def make_gateway(wire: Wire, store: SharedStore, clock: Clock, tmp_path: Path) -> Callable[[], HttpGateway]:
    """Each gateway is like another process: its own memory, the same store and platform."""
    def session() -> requests.Session:
        made = requests.Session()
        made.mount("http://", wire)
        return made
    settings = load_settings(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")
    return lambda: HttpGateway(settings, store, session, clock)


@pytest.fixture
def gateway(make_gateway: Callable[[], HttpGateway]) -> HttpGateway:
    return make_gateway()


def test_a_template_is_sent_as_the_platform_wants_it(gateway: HttpGateway, wire: Wire) -> None:
    assert gateway.send_template("o1", "T1", TEMPLATE, "42-1") == Sent("7")
    assert wire.asked[-1] == ("/cgi-bin/message/template/send", "SECRET-TOKEN-1", {
        "touser": "o1", "template_id": "T1", "client_msg_id": "42-1", "data": {"thing1": {"value": "三月主题党日"}}})


def test_text_menu_and_check_work_too(gateway: HttpGateway, wire: Wire) -> None:
    wire.answers = [{"errcode": 0, "errmsg": "ok"}] * 2
    assert gateway.send_text("o1", "您好") == Sent("")
    assert wire.asked[-1][2] == {"touser": "o1", "msgtype": "text", "text": {"content": "您好"}}
    assert gateway.create_menu({"button": []}) == Sent("")
    assert wire.asked[-1][0] == "/cgi-bin/menu/create"
    assert gateway.check() == Sent("")


# One token for all

def test_threads_that_start_together_fetch_one_token(gateway: HttpGateway, wire: Wire) -> None:
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda n: gateway.send_text(f"o{n}", "您好"), range(20)))
    assert results == [Sent("7")] * 20
    assert wire.count("stable_token") == 1


def test_processes_share_the_token(make_gateway: Callable[[], HttpGateway], wire: Wire) -> None:
    for process in (make_gateway(), make_gateway(), make_gateway()):
        assert process.send_text("o1", "您好") == Sent("7")
    assert wire.count("stable_token") == 1


def test_processes_that_start_together_fetch_one_token(make_gateway: Callable[[], HttpGateway], wire: Wire) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda process: process.send_text("o1", "您好"), [make_gateway() for _ in range(4)]))
    assert results == [Sent("7")] * 4
    assert wire.count("stable_token") == 1


def test_a_token_is_renewed_five_minutes_before_its_end(gateway: HttpGateway, wire: Wire, clock: Clock) -> None:
    gateway.send_text("o1", "您好")
    clock.now += timedelta(seconds=6899)
    gateway.send_text("o1", "您好")
    assert wire.count("stable_token") == 1
    clock.now += timedelta(seconds=2)
    gateway.send_text("o1", "您好")
    assert wire.count("stable_token") == 2


@pytest.mark.parametrize(("seconds", "after"), [(7200, 6900), (600, 300), (299, 60), (20, 10)])
def test_near_its_end_a_token_is_not_asked_for_with_every_call(seconds: float, after: float) -> None:
    assert renew_after(seconds) == after


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_stale_token_is_replaced_once_and_the_message_goes_out(gateway: HttpGateway, wire: Wire,
                                                                   errcode: int) -> None:
    wire.answers = [{"errcode": errcode, "errmsg": "access_token expired"}]
    assert gateway.send_text("o1", "您好") == Sent("7")
    assert wire.count("stable_token") == 2
    assert wire.count("custom/send") == 2


def test_what_another_process_has_renewed_is_not_renewed_again(make_gateway: Callable[[], HttpGateway],
                                                               wire: Wire) -> None:
    one, other = make_gateway(), make_gateway()
    one.send_text("o1", "您好")
    other.send_text("o1", "您好")
    wire.dead.add("SECRET-TOKEN-1")
    assert one.send_text("o1", "您好") == other.send_text("o1", "您好") == Sent("7")
    assert wire.count("stable_token") == 2


def test_a_token_that_is_never_taken_costs_two_calls_and_ends_in_a_retry(gateway: HttpGateway, wire: Wire) -> None:
    wire.dead |= {f"SECRET-TOKEN-{n}" for n in range(50)}
    assert gateway.send_text("o1", "您好") == Retry(2, "公众号的访问凭证失效")
    assert wire.count("custom/send") == 2
    assert wire.count("stable_token") == 2


def test_where_the_platform_keeps_giving_the_dead_token_a_new_one_is_forced_but_rarely(
        gateway: HttpGateway, wire: Wire, clock: Clock) -> None:
    wire.stable = True
    gateway.send_text("o1", "您好")
    wire.dead |= {"SECRET-TOKEN-1", "SECRET-TOKEN-2"}
    gateway.send_text("o1", "您好")
    gateway.send_text("o1", "您好")
    forced = [body for path, _, body in wire.asked if body.get("force_refresh")]
    assert len(forced) == 1
    clock.now += timedelta(minutes=6)
    assert gateway.send_text("o1", "您好") == Sent("7")


def test_a_lease_that_a_dead_process_left_is_taken_over(make_gateway: Callable[[], HttpGateway], wire: Wire,
                                                        store: SharedStore, clock: Clock) -> None:
    store.lease("token/wx00000000000tests", "dead", WALL, 25)
    clock.now += timedelta(seconds=26)
    assert make_gateway().send_text("o1", "您好") == Sent("7")


@pytest.mark.parametrize(("answer", "result"), [
    ({"errcode": 40001, "errmsg": "invalid credential"}, "AppSecret有误"),
    ({"errcode": 40125, "errmsg": "invalid appsecret"}, "AppSecret有误"),
    ({"errcode": 40164, "errmsg": "invalid ip 1.2.3.4"}, "白名单"),
    ({"errcode": 89503, "errmsg": "confirm"}, "管理员确认"),
])
def test_what_only_an_operator_can_mend_stops_everything(gateway: HttpGateway, wire: Wire, answer: object,
                                                         result: str) -> None:
    wire.token_answers = [answer]
    refused = gateway.send_text("o1", "您好")
    assert isinstance(refused, Refused)
    assert refused.effect is Effect.STOP
    assert result in refused.why
    assert refused.seconds >= 60
    assert wire.count("custom/send") == 0


@pytest.mark.parametrize("answer", [
    (502, b"<html>"), (200, b"<html>"), {"access_token": None}, {}, requests.ReadTimeout("no"),
    {"errcode": -1, "errmsg": "busy"},
], ids=["502", "html", "no expiry", "empty", "time-out", "busy"])
def test_when_no_token_can_be_had_nothing_is_ambiguous(gateway: HttpGateway, wire: Wire, answer: object) -> None:
    wire.token_answers = [answer]
    result = gateway.send_text("o1", "您好")
    assert isinstance(result, Wait) or (isinstance(result, Retry) and not result.ambiguous)
    assert gateway.send_text("o1", "您好") == Sent("7")


# Every answer has one meaning

@pytest.mark.parametrize(("errcode", "kind", "effect"), [
    (-1, Retry, None), (45009, Wait, None), (43116, Wait, None), (40037, Wait, None),
    (40003, Refused, Effect.GONE), (43004, Refused, Effect.GONE), (50005, Refused, Effect.GONE),
    (43019, Refused, Effect.GONE), (46004, Refused, Effect.GONE), (48002, Refused, Effect.MUTED),
    (43101, Refused, Effect.TEMPLATE_REFUSED),
    (45015, Refused, Effect.WINDOW_SHUT), (45047, Refused, Effect.WINDOW_SHUT),
    (48001, Refused, Effect.CHANNEL_CLOSED), (40200, Refused, Effect.CHANNEL_CLOSED),
    (45103, Refused, Effect.CHANNEL_CLOSED),
    (40013, Refused, Effect.STOP), (40125, Refused, Effect.STOP), (40243, Refused, Effect.STOP),
    (40164, Refused, Effect.STOP), (89503, Refused, Effect.STOP), (48004, Refused, Effect.STOP),
    (45011, Refused, Effect.STOP),
    (47003, Refused, Effect.BUG), (45002, Refused, Effect.BUG), (99999, Refused, Effect.BUG),
])
def test_each_return_code_has_one_reaction(gateway: HttpGateway, wire: Wire, errcode: int, kind: type[Result],
                                           effect: Effect | None) -> None:
    wire.answers = [{"errcode": errcode, "errmsg": "some words rid: 5f-1"}]
    result = gateway.send_template("o1", "T1", TEMPLATE, "1")
    assert isinstance(result, kind)
    assert getattr(result, "effect", None) is effect
    assert any("\u4e00" <= sign <= "\u9fff" for sign in result.why)


def _no_connection() -> Exception:
    return requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))


@pytest.mark.parametrize(("answer", "result"), [
    (requests.ReadTimeout("no"), Retry(1, "微信平台没有及时应答", ambiguous=True)),
    (requests.ConnectionError("Connection aborted"), Retry(1, "与微信平台的连接中断", ambiguous=True)),
    (requests.exceptions.ChunkedEncodingError("cut"), Retry(1, "与微信平台的连接中断", ambiguous=True)),
    ((503, b"busy"), Retry(2, "微信平台出错（HTTP 503）", ambiguous=True)),
    ((200, b"<html>login</html>"), Retry(2, "微信平台的应答无法识别", ambiguous=True)),
    ((200, b"[]"), Retry(2, "微信平台的应答无法识别", ambiguous=True)),
    ((200, b"{}"), Retry(2, "微信平台的应答无法识别", ambiguous=True)),
    ((200, b'{"errcode": "x"}'), Retry(2, "微信平台的应答无法识别", ambiguous=True)),
    ((404, b"nothing here"), Retry(10, "微信平台的地址没有正常应答（HTTP 404）")),
    ((302, b""), Retry(10, "微信平台的地址没有正常应答（HTTP 302）")),
    (requests.ConnectTimeout("no"), Wait(1, "连不上微信平台")),
    (_no_connection(), Wait(1, "连不上微信平台")),
], ids=lambda value: str(value)[:30])
def test_only_what_may_have_arrived_is_ambiguous(gateway: HttpGateway, wire: Wire, answer: object,
                                                 result: Result) -> None:
    wire.answers = [answer]
    assert gateway.send_text("o1", "您好") == result


class Careless(BaseRequestHandler):
    """Takes the request, executes it, and hangs up without an answer."""

    def handle(self) -> None:
        self.request.recv(65536)


def test_over_a_real_connection_a_lost_answer_is_ambiguous_and_a_closed_port_is_not(
        tmp_path: Path, store: SharedStore, clock: Clock) -> None:
    store.put("token/wx00000000000tests", "T", WALL + timedelta(hours=1))
    with ThreadingTCPServer(("127.0.0.1", 0), Careless) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        settings = load_settings(tmp_path, f"sqlite:///{tmp_path / 'x.db'}", WECHAT_API_BASE=base)
        lost = HttpGateway(settings, store, wall=clock).send_text("o1", "您好")
        server.shutdown()
    assert lost == Retry(1, "与微信平台的连接中断", ambiguous=True)
    assert HttpGateway(settings, store, wall=clock).send_text("o1", "您好") == Wait(1, "连不上微信平台")


def test_neither_token_nor_secret_gets_into_a_log_or_a_result(gateway: HttpGateway, wire: Wire,
                                                              caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wire.answers = [{"errcode": 47003, "errmsg": "x"}, (503, b""), requests.ConnectionError(
        "/cgi-bin/message?access_token=SECRET-TOKEN-1"), {"errcode": 0}]
    results = [gateway.send_text("oPERSON", "很私密的话") for _ in range(4)]
    said = repr(results) + "".join(f"{record.getMessage()} {vars(record)} {record.exc_text}"
                                   for record in caplog.records)
    for secret in ("SECRET-TOKEN", "secret4tests", "oPERSON", "很私密的话"):
        assert secret not in said


# What all processes share

@pytest.fixture(params=["database", "redis"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SharedStore]:
    if request.param == "database":
        yield request.getfixturevalue("store")
        return
    client = redis.Redis.from_url(REDIS)
    try:
        client.flushdb()
    except redis.RedisError as error:
        (pytest.fail if IN_CI else pytest.skip)(f"Redis does not answer: {type(error).__name__}")
    settings = load_settings(tmp_path, f"sqlite:///{tmp_path / 'x.db'}", REDIS_URL=REDIS)
    yield open_store(settings, make_sessions(make_engine(settings.database_url)))
    client.flushdb()
    client.close()


def test_a_shared_value_is_kept_with_its_term_and_replaced(any_store: SharedStore) -> None:
    assert any_store.find("token") is None
    any_store.put("token", "一", WALL)
    any_store.put("token", "二", WALL + timedelta(hours=1))
    assert any_store.find("token") == Kept("二", WALL + timedelta(hours=1))


def test_a_lease_has_one_holder_who_alone_can_give_it_back(any_store: SharedStore) -> None:
    assert any_store.lease("token", "one", WALL, 30)
    assert not any_store.lease("token", "other", WALL, 30)
    any_store.release("token", "other")
    assert not any_store.lease("token", "other", WALL, 30)
    any_store.release("token", "one")
    assert any_store.lease("token", "other", WALL, 30)


def test_of_many_who_want_a_lease_one_gets_it(any_store: SharedStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: any_store.lease("token", f"process {n}", WALL, 30), range(8)))
    assert sum(got) == 1


def test_a_store_that_is_away_is_a_reason_to_wait(tmp_path: Path, wire: Wire, clock: Clock) -> None:
    away = RedisStore(redis.Redis(port=1, socket_connect_timeout=1, retry=Retries(NoBackoff(), 0)))
    with pytest.raises(StoreDown):
        away.find("token")
    settings = load_settings(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")
    assert HttpGateway(settings, away, wall=clock).send_text("o1", "您好") == Wait(5, "暂时取不到公众号的访问凭证")
