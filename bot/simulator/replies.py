"""Whether the platform takes what the webhook answered, and what the person then reads.

Strict where the real platform shows 该公众号提供的服务出现故障. Never sends or stores. Start at read_reply().
"""

from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree

from bot.simulator.pushes import Push
from bot.simulator.wire import BadSeal, Mode, Wire

TEXT_LIMIT = 2048  # bytes of UTF-8
ONE_ARTICLE_FOR = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link", "file"})
NEEDED = {
    "text": "Content",
    "image": "Image/MediaId",
    "voice": "Voice/MediaId",
    "video": "Video/MediaId",
    "music": "Music/ThumbMediaId",
    "news": "Articles/item",
    "transfer_customer_service": "MsgType",
}
SHOWN = {
    "image": "[图片]",
    "voice": "[语音]",
    "video": "[视频]",
    "music": "[音乐]",
    "transfer_customer_service": "[转接人工客服]",
}


class BadReply(Exception):
    """The platform refuses this answer; the text says why, as its alarm would."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An accepted answer; all empty when the bot chose to say nothing."""

    kind: str | None = None
    text: str | None = None
    title: str = ""
    url: str = ""


def read_reply(wire: Wire, push: Push, status: int, body: bytes) -> Heard:
    """What the person hears. Raises BadReply with the reason."""
    if status != 200:
        raise BadReply(f"HTTP {status}")
    if body in (b"", b"success"):
        return Heard()
    reply = _opened(wire, _parsed(body))
    if not push.expects_answer:
        raise BadReply(f"no answer is allowed to {push.kind}")
    _check_head(push, reply)
    kind = reply.findtext("MsgType") or ""
    if kind not in NEEDED:
        raise BadReply(f"MsgType {kind[:30]!r} is not a reply type")
    if not _has(reply, NEEDED[kind]):
        raise BadReply(f"{NEEDED[kind]} missing or empty")
    if kind == "text":
        return _heard_text(reply)
    if kind == "news":
        return _heard_news(push, reply)
    return Heard(kind, SHOWN[kind])


def _parsed(body: bytes) -> ElementTree.Element:
    if b"<!" in body.partition(b"<xml")[0]:
        raise BadReply("a reply has no document type")
    try:
        root = ElementTree.fromstring(body.decode("utf-8"))  # noqa: S314 — no document type, so no entities to expand
    except (ElementTree.ParseError, UnicodeDecodeError, ValueError) as broken:
        raise BadReply("not XML, not empty, not success") from broken
    if root.tag != "xml":
        raise BadReply("root element is not xml")
    return root


def _opened(wire: Wire, root: ElementTree.Element) -> ElementTree.Element:
    if root.find("Encrypt") is None:
        if wire.mode == Mode.SAFE:
            raise BadReply("plain XML in safe mode")
        return root
    if wire.mode == Mode.RAW:
        raise BadReply("encrypted reply in raw mode")
    try:
        return _parsed(wire.open_reply(root))
    except BadSeal as broken:
        raise BadReply(str(broken)) from broken


def _check_head(push: Push, reply: ElementTree.Element) -> None:
    repeated = [tag for tag, times in Counter(child.tag for child in reply).items() if times > 1]
    if repeated:
        raise BadReply(f"element repeated: {repeated[0]}")
    if reply.findtext("ToUserName") != push.openid:
        raise BadReply("ToUserName is not the person who wrote")
    if reply.findtext("FromUserName") != push.account:
        raise BadReply("FromUserName is not the account")
    if not (reply.findtext("CreateTime") or "").isdecimal():
        raise BadReply("CreateTime is not a number")


def _has(reply: ElementTree.Element, path: str) -> bool:
    found = reply.find(path)
    return found is not None and bool(len(found) or (found.text or "").strip())


def _heard_text(reply: ElementTree.Element) -> Heard:
    text = reply.findtext("Content") or ""
    if len(text.encode()) > TEXT_LIMIT:
        raise BadReply(f"text of {len(text.encode())} bytes, {TEXT_LIMIT} allowed")
    return Heard("text", text)


def _heard_news(push: Push, reply: ElementTree.Element) -> Heard:
    items = reply.findall("Articles/item")
    allowed = 1 if push.kind in ONE_ARTICLE_FOR and not push.is_event else 8
    if len(items) > allowed or reply.findtext("ArticleCount") != str(len(items)):
        raise BadReply(f"{len(items)} articles, {allowed} allowed and ArticleCount must agree")
    shown = [f"{item.findtext('Title') or ''}\n{item.findtext('Description') or ''}".strip() for item in items]
    return Heard("news", "\n\n".join(shown), title=items[0].findtext("Title") or "", url=items[0].findtext("Url") or "")
