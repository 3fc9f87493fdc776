"""What the platform pushes to the webhook, as XML: people's messages and events.

Text goes out as people typed it, control characters included, because that is what the real platform does.
Start at message_push() and event_push().
"""

from collections.abc import Mapping
from dataclasses import dataclass

Value = str | int | float | Mapping[str, "Value"] | list["Value"]

UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"

# What a message of each type carries when the caller names nothing else.
SAMPLES: dict[str, dict[str, Value]] = {
    "text": {"Content": ""},
    "image": {"PicUrl": "http://mmbiz.qpic.cn/sandbox/0", "MediaId": "sandbox-image"},
    "voice": {"MediaId": "sandbox-voice", "Format": "amr"},
    "video": {"MediaId": "sandbox-video", "ThumbMediaId": "sandbox-thumb"},
    "shortvideo": {"MediaId": "sandbox-video", "ThumbMediaId": "sandbox-thumb"},
    "location": {"Location_X": 31.298886, "Location_Y": 120.585316, "Scale": 16, "Label": "示例路1号"},
    "link": {"Title": "示例文章", "Description": "一篇分享来的文章", "Url": "https://example.com/article"},
    "file": {
        "Title": "示例文件.docx",
        "Description": "12.5KB",
        "FileKey": "sandbox",
        "FileMd5": "0" * 32,
        "FileTotalLen": 12800,
    },
}

# Answers to these reach nobody, and an XML answer counts as a mistake.
SILENT_EVENTS = frozenset({"location", "templatesendjobfinish", "masssendjobfinish"})


@dataclass(frozen=True, slots=True)
class Push:
    """One push. `kind` is the MsgType, or for events the lower-case event name; events have no MsgId."""

    account: str
    openid: str
    kind: str
    is_event: bool
    xml: bytes
    msg_id: int | None = None

    @property
    def expects_answer(self) -> bool:
        return not (self.is_event and self.kind in SILENT_EVENTS)


def message_push(account: str, openid: str, at: int, msg_id: int, msgtype: str, fields: Mapping[str, Value]) -> Push:
    """A message of a person. Types the platform cannot show (stickers) arrive as a text that says so."""
    if msgtype not in SAMPLES:
        msgtype, fields = "text", {"Content": UNSUPPORTED}
    body = _head(account, openid, at, msgtype) | SAMPLES[msgtype] | dict(fields) | {"MsgId": msg_id}
    return Push(account, openid, msgtype, False, _document(body), msg_id)


def event_push(account: str, openid: str, at: int, name: str, fields: Mapping[str, Value]) -> Push:
    body = _head(account, openid, at, "event") | {"Event": name} | dict(fields)
    return Push(account, openid, name.lower(), True, _document(body))


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _head(account: str, openid: str, at: int, msgtype: str) -> dict[str, Value]:
    return {"ToUserName": account, "FromUserName": openid, "CreateTime": at, "MsgType": msgtype}


def _document(fields: Mapping[str, Value]) -> bytes:
    return f"<xml>{_children(fields)}</xml>".encode("utf-8", "replace")


def _children(fields: Mapping[str, Value]) -> str:
    return "".join(_element(tag, value) for tag, value in fields.items())


def _element(tag: str, value: Value) -> str:
    if isinstance(value, list):
        return "".join(_element(tag, one) for one in value)
    if isinstance(value, Mapping):
        return f"<{tag}>{_children(value)}</{tag}>"
    return f"<{tag}>{cdata(value) if isinstance(value, str) else value}</{tag}>"
