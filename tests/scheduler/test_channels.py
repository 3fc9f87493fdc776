"""The table of ways that a push can take, one reason a row; and how a message is made to fit."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Account
from bot.simulator.api.template_fields import RULES, shown_value
from scheduler.channels import Channel, Held, Reach, choose
from scheduler.templates import fill, fit_text
from tests.scheduler.stage import NOON

OPEN = {"window_until": NOON + timedelta(hours=1), "window_left": 1}
FIELDS = (("thing1", "title"), ("time2", "time"), ("thing3", "place"), ("thing4", "note"))


@pytest.mark.parametrize(("reach", "account", "template", "closed", "way"), [
    (OPEN, "service", True, (), Channel.CUSTOMER),
    (OPEN | {"window_left": 0}, "service", True, (), Channel.TEMPLATE),  # all five used
    (OPEN | {"window_until": NOON}, "service", True, (), Channel.TEMPLATE),  # 48 hours over
    (OPEN | {"window_until": NOON + timedelta(seconds=30)}, "service", True, (), Channel.TEMPLATE),  # on the brink
    ({}, "service", False, (), "未设置模板"),
    ({"template_refused": True}, "service", True, (), "拒收模板"),
    (OPEN | {"template_refused": True}, "service", True, (), Channel.CUSTOMER),
    (OPEN, "service", True, (Channel.CUSTOMER,), Channel.TEMPLATE),  # no such right
    ({}, "service", True, (Channel.TEMPLATE,), "暂不能发模板消息"),
    (OPEN | {"unreachable": "对方关闭了接收消息"}, "service", True, (), "对方关闭了接收消息"),
    (OPEN, "subscription", True, (), "订阅号不能主动推送"),
])
def test_the_way_fits_the_account_and_the_moment(reach: dict[str, object], account: str, template: bool,
                                                 closed: tuple[Channel, ...], way: Channel | str) -> None:
    chosen = choose(Account(account), Reach("o", **reach), NOON, template=template, closed=closed)
    if isinstance(way, Channel):
        assert chosen is way
    else:
        assert isinstance(chosen, Held)
        assert way in chosen.why


@pytest.mark.parametrize(("kind", "part", "given_text", "value"), [
    ("thing1", "title", "三月主题党日", "三月主题党日"),
    ("thing1", "title", "三月主题党日暨学习贯彻上级会议精神专题学习活动", "三月主题党日暨学习贯彻上级会议精神专题…"),
    ("thing4", "note", "明天下午三点在多功能厅开会，请带好笔记本准时参加", "明天下午三点在多功能…回复“详情”看全文"),
    ("thing4", "note", "第一行\n第二行😀①", "第一行 第二行"),
    ("thing3", "place", "", "见详情"),
    ("thing3", "place", "😀①\u200d", "见详情"),
    ("time2", "time", "2017-03-10 14:00", "2017年3月10日 14:00"),
    ("time2", "time", "2017年3月10日 14:00", "2017年3月10日 14:00"),
    ("time2", "time", "3月10日（周五）14:00", "2017年3月10日 14:00"),
    ("time2", "time", "3月10日（周五）14:00—15:30", "2017年3月10日 14:00~15:30"),
    ("time2", "time", "1月5日 9:00", "2018年1月5日 09:00"),  # the nearest one, seen from December
    ("time2", "time", "6月30日（周五）前", "2017年6月30日 23:59"),
    ("time2", "time", "", "2017年3月10日 12:00"),
    ("time2", "time", "13月45日", "2017年3月10日 12:00"),
    ("date2", "time", "3月10日", "2017年3月10日"),
    ("phrase1", "title", "请准时参加会议", "请准时参加"),
    ("name1", "title", "Lisa", "见详情"),
    ("character_string1", "title", "编号A-12", "A-12"),
])
def test_each_field_keeps_to_its_type(kind: str, part: str, given_text: str, value: str) -> None:
    due = NOON.replace(month=12) if "1月5日" in given_text else NOON
    assert fill([(kind, part)], {part: given_text}, given_text, due)[kind] == value


@given(text=st.text(max_size=80), parts=st.dictionaries(st.sampled_from(["title", "time", "place", "note"]),
                                                        st.text(max_size=60)),
       kind=st.sampled_from(sorted(RULES)), part=st.sampled_from(["title", "time", "place", "note"]),
       minutes=st.integers(0, 5_000_000))
def test_the_platform_takes_whatever_becomes_of_a_text(text: str, parts: dict[str, str], kind: str, part: str,
                                                       minutes: int) -> None:
    value = fill([(f"{kind}1", part)], parts, text, NOON + timedelta(minutes=minutes))[f"{kind}1"]
    assert shown_value(f"{kind}1", {"value": value}).strip()


def test_without_parts_the_text_itself_fills_the_template() -> None:
    values = fill(FIELDS, {}, "明天下午三点开会", NOON)
    assert values == {"thing1": "明天下午三点开会", "time2": "2017年3月10日 12:00", "thing3": "见详情",
                      "thing4": "明天下午三点开会"}


@given(st.text(max_size=3000))
def test_a_text_fits_one_message_and_keeps_its_beginning(text: str) -> None:
    text = text.encode(errors="ignore").decode()
    fitted = fit_text(text)
    assert len(fitted.encode()) <= 2000
    assert fitted == text or text.startswith(fitted.removesuffix("…回复“详情”看全文"))
