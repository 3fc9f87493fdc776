"""Which way a push takes: the account's kind, the person and the moment decide (invariant 4).

Pure; knows no table. Start at choose().
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.settings import Account

WINDOW_MARGIN = timedelta(minutes=1)  # the platform counts by its own clock


class Channel(StrEnum):
    """How a message reaches its person."""

    CUSTOMER = "customer"
    TEMPLATE = "template"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Reach:
    """How a bound person can be reached; times are program time."""

    openid: str
    subscribed: bool = True
    unreachable: str = ""
    template_refused: bool = False
    window_until: datetime | None = None
    window_left: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Kept for the head of the person's next reply, because of `why`."""

    why: str


def choose(account: Account, reach: Reach, now: datetime, *, template: bool,
           closed: Collection[Channel] = ()) -> Channel | Held:
    """Customer-service message inside the person's window, else template, else held.

    `template`: whether one is configured. `closed`: what the platform does not let this account use at present.
    """
    if account is Account.SUBSCRIPTION:
        return Held("订阅号不能主动推送，对方下次发消息时送达")
    if reach.unreachable:
        return Held(f"{reach.unreachable}，对方下次发消息时送达")
    if Channel.CUSTOMER not in closed and _window_is_open(reach, now):
        return Channel.CUSTOMER
    if not template:
        return Held("未设置模板，且对方不在48小时客服消息时段内，对方下次发消息时送达")
    if reach.template_refused:
        return Held("对方拒收模板消息，下次发消息时送达")
    if Channel.TEMPLATE in closed:
        return Held("公众号暂不能发模板消息，对方下次发消息时送达")
    return Channel.TEMPLATE


def _window_is_open(reach: Reach, now: datetime) -> bool:
    return reach.window_left > 0 and reach.window_until is not None and now + WINDOW_MARGIN < reach.window_until
