"""Platform XML into Incoming, and a reply's text into XML; escaping and length limits live here.

Knows no database and no keys. wechatpy parses; what it gets wrong is guarded here. Start at parse().
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from xml.parsers.expat import ExpatError

from wechatpy import parse_message

REPLY_BYTES = 2000  # the platform cuts off silently at 2047 (protocol 1.6)
MORE = "\n……回复「继续」看后文"
PAGE = "\f"  # where a capability wants one reply to end and the next to begin; never sent itself
# XML 1.0 has no place for these; a phone keyboard sends them now and then (protocol part 5).
ILLEGAL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
ILLEGAL_REFERENCE = re.compile(rb"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.IGNORECASE)
SENTENCE_ENDS = "。！？；\n"
UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"
EXTRA_FIELDS = ("Status", "MsgID", "Recognition", "Ticket", "ErrorCode")
NUMBER = re.compile(r"[0-9]{1,20}")
OPENID = re.compile(r"[\w-]{1,64}", re.ASCII)


class Unreadable(Exception):
    """A body that is not a message of this platform."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or event as it came in.

    `type` is the lower-case MsgType, and for events `event` the lower-case Event. `key` tells repeats: a digest of
    openid + MsgId, for events of openid + CreateTime + Event + EventKey (protocol 1.5); `number` is that MsgId or time.
    """

    openid: str
    account: str
    type: str
    text: str
    event: str
    event_key: str
    key: str
    number: str = ""
    extra: dict[str, str] = field(default_factory=dict)


def parse(body: bytes) -> Incoming:
    """Read a plain XML body. Raises Unreadable for anything that is no message."""
    body = ILLEGAL_REFERENCE.sub(b"", ILLEGAL_BYTES.sub(b"", body))
    try:
        # wechatpy raises a different exception for each kind of nonsense (protocol part 4, 12); none may pass.
        message = parse_message(body.decode())
        fields = {k: v for k, v in message._data.items() if isinstance(v, str)}
    except (ExpatError, KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from None
    openid, msg_type = fields.get("FromUserName", ""), fields.get("MsgType", "").lower()
    if not OPENID.fullmatch(openid) or not msg_type:
        raise Unreadable("no sender or no type")
    if not fields.get("ToUserName") or not NUMBER.fullmatch(fields.get("CreateTime", "")):
        raise Unreadable("no account or no time")
    event = fields.get("Event", "").lower() if msg_type == "event" else ""
    if event == "subscribe_scan":  # wechatpy's own name for following by a QR code
        event = "subscribe"
    return Incoming(
        openid=openid, account=fields.get("ToUserName", ""), type=msg_type, event=event,
        text=_text(fields, msg_type), event_key=fields.get("EventKey", ""), key=_key(fields, openid, msg_type, event),
        number=fields.get("CreateTime", "") if event else fields.get("MsgId", ""),
        extra={name: fields[name] for name in EXTRA_FIELDS if name in fields})


def _text(fields: dict[str, str], msg_type: str) -> str:
    if msg_type == "text":
        return fields.get("Content", "").strip()
    if msg_type == "voice":
        return fields.get("Recognition", "").strip()
    return ""


def _key(fields: dict[str, str], openid: str, msg_type: str, event: str) -> str:
    if msg_type == "event":
        parts = ("e", openid, fields.get("CreateTime", ""), event, fields.get("EventKey", ""), fields.get("MsgID", ""))
    elif NUMBER.fullmatch(fields.get("MsgId", "")):
        parts = ("m", openid, fields["MsgId"])
    else:
        raise Unreadable("a message without MsgId")
    return sha256("\0".join(parts).encode()).hexdigest()


def cdata(text: str) -> str:
    """Text as CDATA that cannot be broken out of, without what XML does not admit."""
    return "<![CDATA[" + ILLEGAL.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def render(incoming: Incoming, text: str, now: datetime) -> str:
    """The passive reply to a message, as plain XML (protocol 1.6)."""
    return (f"<xml><ToUserName>{cdata(incoming.openid)}</ToUserName>"
            f"<FromUserName>{cdata(incoming.account)}</FromUserName>"
            f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content>{cdata(text)}</Content></xml>")


def cut(text: str, limit: int = REPLY_BYTES) -> tuple[str, str]:
    """Split a text at its first PAGE, or where it is too long at a sentence end: (what fits with a note, the rest)."""
    page, _, after = text.partition(PAGE)
    if after and len(f"{page.rstrip()}{MORE}".encode()) <= limit:
        return page.rstrip() + MORE, after.lstrip()
    if len(text.encode()) <= limit:
        return text, ""
    room = text.encode()[:limit - len(MORE.encode())].decode(errors="ignore")
    end = max(room.rfind(mark) for mark in SENTENCE_ENDS) + 1
    if end < len(room) // 2:  # one endless sentence: better a hard cut than a nearly empty message
        end = len(room)
    return room[:end].rstrip() + MORE, text[end:].lstrip()
