"""What a push can come to, and the one reaction to each return code of the platform (protocol part 3).

Pure values. The reasons are read by 书记, so they are in Chinese. Start at reaction_to().
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType


class Effect(Enum):
    """What a refusal means beyond the one message."""

    GONE = "this person cannot be reached until they follow or write again"
    MUTED = "this person takes no pushes until they write"
    TEMPLATE_REFUSED = "this person refuses the template"
    WINDOW_SHUT = "no customer-service message to this person until they write"
    CHANNEL_CLOSED = "this account may not use this kind of message"
    STOP = "nothing can be sent until somebody mends it"
    BUG = "this message is wrong"


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it. `platform_id` is the msgid of a template message, whose delivery is reported later."""

    platform_id: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """It went wrong by chance: again after so many seconds.

    `ambiguous`: it may have been delivered although no good answer came.
    """

    after: float
    why: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Surely not sent, and not this message's fault: again after so many seconds, however often."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Surely not sent, and not to be repeated as it is. `seconds`: how long a STOP or CHANNEL_CLOSED is believed."""

    why: str
    effect: Effect
    seconds: float = 0
    errcode: int = 0


Result = Sent | Retry | Wait | Refused

MINUTE, HOUR = 60.0, 3600.0
BUSY = Retry(1, "微信平台繁忙")

STALE_TOKEN = frozenset({40001, 40014, 42001})  # a new token and one more try

REACTIONS: Mapping[int, Result] = MappingProxyType({
    -1: BUSY,
    **dict.fromkeys(STALE_TOKEN, Retry(2, "公众号的访问凭证失效")),
    40003: Refused("对方未关注公众号", Effect.GONE),
    43004: Refused("对方已取消关注", Effect.GONE),
    50005: Refused("对方已取消关注", Effect.GONE),
    46004: Refused("微信查不到这位用户", Effect.GONE),
    43019: Refused("对方在公众号的黑名单里，请到公众号后台移出", Effect.GONE),
    50002: Refused("对方的微信账号受限", Effect.GONE),
    48002: Refused("对方关闭了接收消息", Effect.MUTED),
    43101: Refused("对方拒收这个模板的消息", Effect.TEMPLATE_REFUSED),
    45015: Refused("对方48小时内没有发过消息", Effect.WINDOW_SHUT),
    45047: Refused("对方这48小时内的客服消息已用完", Effect.WINDOW_SHUT),
    43116: Wait(HOUR, "对方收到的模板消息过于频繁，平台要求稍后再发"),
    43117: Wait(HOUR, "对方收到的模板消息过于频繁，平台要求稍后再发"),
    45009: Wait(HOUR, "公众号今天的接口次数已用完，次日自动继续"),
    40037: Wait(10 * MINUTE, "模板编号无效，请维护人员核对模板设置"),
    45011: Refused("推送过快，平台要求稍等", Effect.STOP, MINUTE),
    48001: Refused("公众号没有这种消息的权限", Effect.CHANNEL_CLOSED, HOUR),
    40200: Refused("公众号的类型不能发这种消息", Effect.CHANNEL_CLOSED, HOUR),
    45103: Refused("这种消息的接口已被平台收回", Effect.CHANNEL_CLOSED, HOUR),
    40002: Refused("公众号的设置有误，请维护人员核对", Effect.STOP, MINUTE),
    41002: Refused("公众号的设置有误，请维护人员核对", Effect.STOP, MINUTE),
    41004: Refused("公众号的设置有误，请维护人员核对", Effect.STOP, MINUTE),
    40013: Refused("公众号的AppID有误，请维护人员核对", Effect.STOP, MINUTE),
    40125: Refused("公众号的AppSecret有误，请维护人员核对", Effect.STOP, MINUTE),
    40243: Refused("公众号的AppSecret已被冻结，请维护人员处理", Effect.STOP, HOUR),
    40164: Refused("服务器的IP不在公众号的白名单里，请维护人员添加", Effect.STOP, MINUTE),
    48004: Refused("公众号的接口被平台封禁，请维护人员处理", Effect.STOP, HOUR),
    **dict.fromkeys(range(89501, 89506), Refused("服务器的IP要由公众号管理员确认", Effect.STOP, HOUR)),
    45002: Refused("内容过长，平台未接受", Effect.BUG),
    47003: Refused("模板字段的内容平台未接受", Effect.BUG),
})

# The same number means something else where a token is asked for: there is no token to renew, the secret is wrong.
TOKEN_REACTIONS: Mapping[int, Result] = MappingProxyType({
    **REACTIONS,
    40001: Refused("公众号的AppSecret有误，请维护人员核对", Effect.STOP, MINUTE),
    45009: Refused("公众号今天取访问凭证的次数已用完", Effect.STOP, HOUR),
})


def reaction_to(errcode: int, table: Mapping[int, Result] = REACTIONS) -> Result:
    """The reaction to a return code other than 0; an unknown one is taken for a fault of ours."""
    known = table.get(errcode, Refused("平台未接受这条消息", Effect.BUG))
    if not isinstance(known, Refused):
        return known
    return replace(known, why=f"{known.why}（{errcode}）", errcode=errcode)
