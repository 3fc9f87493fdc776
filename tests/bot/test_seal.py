"""What is kept of a reply is opened by the message that it answered, and by nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.seal import open_sealed, seal
from bot.wechat.messages import Incoming

MESSAGE = Incoming(openid="oSomebody", account="gh_1", type="text", text="匿名信箱 操场的灯坏了", event="", event_key="",
                   key="0" * 64, number="6054768590064713728")
SECRET = "a key that only tests know"


@given(text=st.text(st.characters(exclude_characters="\0")), said=st.text())
def test_the_repeat_of_a_message_opens_its_reply(text: str, said: str) -> None:
    message = replace(MESSAGE, text=said)
    text = text.encode(errors="ignore").decode()
    assert open_sealed(seal(text, message, SECRET), message, SECRET) == text


@pytest.mark.parametrize("other", [{"openid": "oElse"}, {"number": "6054768590064713729"}, {"text": "匿名信箱"}])
def test_another_message_does_not_open_it(other: dict[str, str]) -> None:
    assert open_sealed(seal("编号1234567890", MESSAGE, SECRET), replace(MESSAGE, **other), SECRET) == ""


def test_another_secret_does_not_open_it_and_what_an_older_release_kept_is_no_reply() -> None:
    assert open_sealed(seal("编号1234567890", MESSAGE, SECRET), MESSAGE, "another") == ""
    assert open_sealed("签到成功：主题党日，您是第1位。", MESSAGE, SECRET) == ""
    assert open_sealed("", MESSAGE, SECRET) == ""


def test_nothing_of_the_reply_shows() -> None:
    sealed = seal("编号1234567890", MESSAGE, SECRET)
    assert sealed.isascii()
    assert "1234567890" not in sealed


def test_replies_can_be_made_to_look_equally_long() -> None:
    short, long = (seal(text, MESSAGE, SECRET, size=200) for text in ("好的", "编号1234567890" * 5))
    assert len(short) == len(long)
    assert open_sealed(short, MESSAGE, SECRET) == "好的"
