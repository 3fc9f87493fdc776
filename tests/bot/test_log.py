"""The log: one JSON line per event, and nothing personal in it, whoever logs what."""

import json
import logging

import pytest

from bot.log import configure, short
from tests.world import World

OPENID = "oCast00000000000000000000001"


class Log:
    """What has gone to stderr so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._text = capsys, ""

    @property
    def text(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text

    @property
    def last(self) -> dict[str, object]:
        return json.loads(self.text.splitlines()[-1])


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Log:
    configure("a secret key for tests", logging.DEBUG)
    return Log(capsys)


def test_an_event_is_one_line_with_its_keys(log: Log) -> None:
    logging.getLogger("bot.dispatch").info("answered", extra={"intent": "checkin", "ms": 3.5, "who": short(OPENID)})
    line = log.last
    assert (line["event"], line["intent"], line["ms"], line["level"]) == ("answered", "checkin", 3.5, "info")
    assert len(str(line["who"])) == 8


@pytest.mark.parametrize("extra", [
    {"said": "签到"}, {"openid": OPENID}, {"who": OPENID}, {"reason": "孩子发烧"}, {"kind": "张三"},
    {"why": "code 482913 is wrong"},
    {"error": "token=72_Rhb1Qd9xkPmZ0123456789abcdef"}, {"state": "13800138000"}])
def test_no_text_name_code_token_or_openid_gets_in(log: Log, extra: dict[str, str]) -> None:
    logging.getLogger("handlers.checkin").warning("refused", extra=extra)
    [value] = extra.values()
    assert value not in log.text
    assert log.last["event"] == "refused"


def test_the_platform_s_long_event_names_are_no_secrets(log: Log) -> None:
    logging.getLogger("bot.wechat.webhook").info("answered", extra={"intent": "templatesendjobfinish"})
    assert log.last["intent"] == "templatesendjobfinish"


def test_a_message_that_is_prose_is_replaced_by_its_place(log: Log) -> None:
    logging.getLogger("handlers.checkin").warning(f"张三 said 签到 {OPENID}")  # noqa: G004 - the mistake it guards against
    assert "张三" not in log.text
    assert str(log.last["event"]).startswith("test_log.py:")


def test_of_a_library_s_message_only_the_pattern_is_kept(log: Log) -> None:
    logging.getLogger("urllib3.connectionpool").warning("Retrying after %r: %s", "broken", "/token?secret=hush")
    assert log.last["event"] == "Retrying after …: …"
    assert "hush" not in log.text


def test_an_exception_gives_its_type_and_place_but_not_its_text(log: Log) -> None:
    try:
        raise ValueError(f"张三 {OPENID}")
    except ValueError:
        logging.getLogger("bot.dispatch").exception("handler_failed")
    line = log.last
    assert line["error"] == "ValueError"
    assert str(line["place"]).startswith("tests/bot/test_log.py:")
    assert "张三" not in log.text


def test_the_same_person_has_the_same_mark_which_depends_on_the_key() -> None:
    configure("one secret key")
    first = short(OPENID)
    assert first == short(OPENID) != short(OPENID + "x")
    configure("another secret key")
    assert short(OPENID) != first


def test_a_whole_conversation_leaves_no_words_or_names_in_the_log(world: World, log: Log) -> None:
    world.at("2017-03-10 09:00")
    words = ("广播 党员 明天下午三点开会", "确认", "请假 孩子发烧", "缴党费 30", "补签 李四", "绑定 新人 482913", "]]>今天天气不错")
    for said in words:
        world.陈静.says(said)
    world.stranger.says("绑定 新人 482913")
    world.tick()
    shown = log.text
    assert "broadcast" in shown
    assert all(json.loads(line)["event"] for line in shown.splitlines())
    personal = [*words, "开会", "发烧", "李四", "陈静", "482913", world.陈静.openid, world.stranger.openid,
                world.settings.app_secret, world.settings.token]
    assert not [word for word in personal if word in shown]
