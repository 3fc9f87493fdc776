"""The platform's API side: tokens, quotas, errcodes, menu and followers as the real one has them."""

from collections.abc import Iterator

import pytest

from bot.simulator.account import UNVERIFIED_SERVICE, UNVERIFIED_SUBSCRIPTION, VERIFIED_SERVICE, VERIFIED_SUBSCRIPTION
from bot.simulator.ledger import Kind
from tests.bot.echo import APP_ID, LI, SECRET, ZHANG, Stage

NOBODY = "oNobody000000000000000000000"


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(":memory:")
    stage.platform.follows(ZHANG)
    stage.platform.follows(LI)
    stage.clock.wait(minutes=5)
    yield stage
    stage.platform.store.close()


# Tokens


def plain_token(stage: Stage, **wrong: str) -> dict[str, object]:
    return stage.get("token", **({"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | wrong))


@pytest.mark.parametrize(
    ("wrong", "errcode"),
    [({"grant_type": "password"}, 40002), ({"appid": "wx0"}, 40013), ({"appid": ""}, 41002), ({"secret": ""}, 41004),
     ({"secret": "x"}, 40125)],
)
def test_a_token_is_given_to_its_owner_only(stage, wrong, errcode):
    assert plain_token(stage, **wrong)["errcode"] == errcode


def test_a_caller_outside_the_whitelist_gets_no_token(stage):
    stage.platform.allowed_ips = frozenset({"203.0.113.7"})
    answer = plain_token(stage)
    assert answer["errcode"] == 40164
    assert "127.0.0.1" in answer["errmsg"]


def test_each_plain_token_kills_the_one_before_and_no_stable_one(stage):
    stable = stage.token()
    first, second = plain_token(stage)["access_token"], plain_token(stage)["access_token"]
    codes = [stage.get("getcallbackip", access_token=token).get("errcode", 0) for token in (first, second, stable)]
    assert codes == [40001, 0, 0]


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("garbage", 40014), ("x" * 157, 40001)])
def test_a_token_that_was_never_given_is_refused(stage, token, errcode):
    assert stage.get("getcallbackip", access_token=token)["errcode"] == errcode


def test_the_stable_token_is_renewed_five_minutes_before_its_end_and_both_work_until_then(stage):
    first = stage.token()
    stage.clock.wait(seconds=7200 - 301)
    assert stage.token() == first
    stage.clock.wait(seconds=2)
    second = stage.token()
    assert second != first
    assert "ip_list" in stage.get("getcallbackip", access_token=first)
    stage.clock.wait(seconds=300)
    assert stage.get("getcallbackip", access_token=first)["errcode"] == 42001


def test_a_forced_refresh_kills_the_old_token_but_not_within_thirty_seconds(stage):
    force = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, "force_refresh": True}
    first = stage.post("stable_token", **force)["access_token"]
    assert stage.post("stable_token", **force)["access_token"] == first
    stage.clock.wait(seconds=31)
    second = stage.post("stable_token", **force)["access_token"]
    assert stage.get("getcallbackip", access_token=first)["errcode"] == 40001
    assert "ip_list" in stage.get("getcallbackip", access_token=second)


def test_expired_tokens_answer_42001_until_a_new_one_is_fetched(stage):
    token = stage.token()
    stage.platform.expire_tokens()
    assert stage.get("getcallbackip", access_token=token)["errcode"] == 42001
    assert "ip_list" in stage.ask("getcallbackip")


# The frame of every call


def test_a_refusal_is_http_200_with_a_changing_rid(stage):
    answers = [stage.client.get("/api/cgi-bin/user/get") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "rid: " in answers[0].json["errmsg"]
    assert answers[0].json["errmsg"] != answers[1].json["errmsg"]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b"\xff", 47001), (rb'{"touser": "\u5f20"}', 40033),
     (rb'{"touser": "\\u5f20"}', 40008)],
)
def test_a_body_must_be_plain_utf8_json(stage, body, errcode):
    path = f"/api/cgi-bin/message/custom/send?access_token={stage.token()}"
    assert stage.client.post(path, data=body).json["errcode"] == errcode


def test_the_wrong_verb_is_named(stage):
    assert stage.get("stable_token")["errcode"] == 43002
    assert stage.call("user/get")["errcode"] == 43001


ACCOUNTS = (VERIFIED_SERVICE, VERIFIED_SUBSCRIPTION, UNVERIFIED_SERVICE, UNVERIFIED_SUBSCRIPTION)


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("menu/create", (40016, 40016, 40016, 48001)),
        ("message/custom/send", (40008, 40008, 48001, 48001)),
        ("message/custom/typing", (40003, 40003, 40200, 40200)),
        ("message/mass/sendall", (45159, 45159, 48001, 48001)),
        ("message/mass/send", (40031, 48001, 48001, 48001)),
        ("message/template/send", (40037, 48001, 48001, 48001)),
        ("qrcode/create", (40053, 48001, 48001, 48001)),
    ],
)
def test_an_account_may_call_what_its_kind_may_call(stage, path, codes):
    heard = []
    for stage.platform.profile in ACCOUNTS:
        heard.append(stage.call(path, nothing="of use")["errcode"])
    assert tuple(heard) == codes


def test_a_daily_quota_ends_and_can_be_cleared_ten_times_a_month(stage):
    stage.platform.limit("user/get", 2)
    assert [stage.ask("user/get").get("errcode", 0) for _ in range(3)] == [0, 0, 45009]
    assert stage.call("clear_quota", appid=APP_ID)["errcode"] == 0
    assert "total" in stage.ask("user/get")
    assert [stage.call("clear_quota", appid=APP_ID)["errcode"] for _ in range(10)] == [0] * 9 + [48006]
    stage.clock.wait(days=1)
    assert "total" in stage.ask("user/get")


# Menu, QR codes, followers


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([{"type": "click", "name": "签到", "key": "say:签到"}], 0),
        ([{"name": "我的", "sub_button": [{"type": "view", "name": "后台", "url": "https://example.com"}]}], 0),
        ([], 40016),
        ([{"type": "click", "name": "签到", "key": "k"}] * 4, 40016),
        ([{"type": "click", "name": "六个汉字太长", "key": "k"}], 40018),
        ([{"type": "press", "name": "签到", "key": "k"}], 40017),
        ([{"type": "click", "name": "签到", "key": "k" * 129}], 40019),
        ([{"type": "view", "name": "网页", "url": "example.com"}], 40055),
        ([{"name": "我的", "sub_button": [{"type": "click", "name": "签到", "key": "k"}] * 6}], 40023),
        ([{"name": "我的", "sub_button": [{"type": "click", "name": "字" * 21, "key": "k"}]}], 40025),
    ],
)
def test_a_menu_keeps_to_its_limits(stage, buttons, errcode):
    assert stage.call("menu/create", button=buttons)["errcode"] == errcode
    assert stage.platform.menu() == ([] if errcode else buttons)


def test_a_menu_can_be_read_and_deleted(stage):
    buttons = [{"type": "click", "name": "签到", "key": "k"}]
    stage.call("menu/create", button=buttons)
    assert stage.ask("menu/get")["menu"]["button"] == buttons
    assert stage.ask("menu/delete")["errcode"] == 0
    assert stage.ask("menu/get")["errcode"] == 46003


def test_a_qr_code_leads_back_to_its_scene(stage):
    made = stage.call("qrcode/create", action_name="QR_STR_SCENE", action_info={"scene": {"scene_str": "meeting"}})
    assert made["expire_seconds"] == 60
    stage.platform.scans(NOBODY, "meeting")
    assert stage.heard[-1].ticket == made["ticket"]
    assert stage.ask("user/info", openid=NOBODY)["qr_scene_str"] == "meeting"


def test_followers_are_listed_and_those_who_left_are_bare(stage):
    stage.platform.unfollows(LI)
    assert stage.ask("user/get")["data"] == {"openid": [ZHANG]}
    assert "data" not in stage.ask("user/get", next_openid=ZHANG)
    assert stage.ask("user/info", openid=LI) == {"subscribe": 0, "openid": LI}
    assert "nickname" not in stage.ask("user/info", openid=ZHANG)
    assert stage.ask("user/info", openid=NOBODY)["errcode"] == 40003


# Trouble on order


def test_an_ordered_errcode_comes_so_often_and_nothing_is_sent(stage):
    stage.platform.says(ZHANG, "在吗")
    stage.platform.fail_next("/cgi-bin/message/custom/send", errcode=-1, times=2)
    assert [stage.send_text(ZHANG) for _ in range(3)] == [-1, -1, 0]
    assert [line.kind for line in stage.platform.seen(ZHANG)] == [Kind.REPLY, Kind.CUSTOMER]
    assert stage.platform.calls("message/custom/send") == 3


@pytest.mark.parametrize(("trouble", "status"), [({"http_status": 502}, 502), ({"html": True}, 200)])
def test_a_gateway_page_can_stand_in_for_the_answer(stage, trouble, status):
    token = stage.token()
    stage.platform.fail_next("getcallbackip", **trouble)
    answer = stage.client.get(f"/api/cgi-bin/getcallbackip?access_token={token}")
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
