"""GET and POST /wechat: verify, decrypt, parse, have it answered, encrypt.

Unsigned, stale or hostile requests get a 4xx and change nothing; what is signed but unreadable gets `success`
(protocol 1.1, 1.2, 1.5). Start at receive().
"""

import hmac
import logging
import re
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from time import perf_counter

from flask import Blueprint, Response, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge

from bot.clock import Clock
from bot.dispatch import Answer, Dispatcher, ReplayedSignature
from bot.settings import Settings
from bot.wechat.messages import Incoming, Unreadable, parse, render

MOST_BYTES = 64 * 1024
FRESH_SECONDS = 600  # interface.md: older or newer than ten minutes is refused
BUSY = "系统正忙，这条消息没有办成。请过一分钟再发一次。"
SUCCESS = "success"  # the platform's word for "received, no answer"
ENCRYPTED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=\s]{1,65536}?)(?:\]\]>)?\s*</Encrypt>")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signed:
    """The query of a request whose signature is right and fresh."""

    signature: str
    timestamp: str
    nonce: str


def make_webhook(settings: Settings, clock: Clock, dispatcher: Dispatcher, after: Callable[[Answer], None],
                 observe: Callable[[str, float], None]) -> Blueprint:
    """The blueprint. `after` runs once a turn is committed, `observe` gets the outcome and the seconds it took."""
    page = Blueprint("wechat", __name__)
    crypto = WeChatCrypto(settings.token, settings.aes_key, settings.app_id) if settings.aes_key else None

    @page.get("/wechat")
    def verify() -> Response:
        check_signature(settings.token, clock)
        echo = request.args.get("echostr", "")
        if not re.fullmatch(r"[\x21-\x7e]{1,512}", echo):
            raise BadRequest("echostr")
        return Response(echo, content_type="text/plain")

    @page.post("/wechat")
    def receive() -> Response:
        began = perf_counter()
        signed = check_signature(settings.token, clock)
        now = clock.now()
        body = read_body()
        try:
            incoming = parse(decrypt(crypto, body) if crypto else refuse_encrypted(body))
        except Unreadable as why:
            log.warning("unreadable", extra={"why": str(why)})
            return Response(SUCCESS, content_type="text/plain")
        answer = have_answered(dispatcher, incoming, signed, now)
        after(answer)
        seconds = perf_counter() - began
        observe(answer.outcome, seconds if answer.timed else 0.0)
        took = {"ms": round(seconds * 1000, 1)} if answer.timed else {}
        log.info("answered", extra={"intent": answer.outcome} | took)
        if not answer.text:
            return Response(SUCCESS, content_type="text/plain")
        xml = render(incoming, answer.text, now)
        if crypto:
            xml = crypto.encrypt_message(xml, secrets.token_hex(8), str(int(now.timestamp())))
        return Response(xml, content_type="text/xml; charset=utf-8")

    return page


def check_signature(token: str, clock: Clock) -> Signed:
    """The request's signature parameters. Raises Forbidden when missing, wrong or not of the last ten minutes."""
    signature, timestamp, nonce = (request.args.get(name, "") for name in ("signature", "timestamp", "nonce"))
    if not (signature and nonce and len(nonce) <= 128 and re.fullmatch(r"[0-9]{1,12}", timestamp)):
        raise Forbidden("unsigned")
    expected = sha1("".join(sorted((token, timestamp, nonce))).encode()).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Forbidden("wrong signature")
    if not _is_fresh(int(timestamp), clock):
        clock.reread()  # another process may just have moved it
        if not _is_fresh(int(timestamp), clock):
            raise Forbidden("stale")
    return Signed(signature, timestamp, nonce)


def _is_fresh(timestamp: int, clock: Clock) -> bool:
    return abs(clock.now().timestamp() - timestamp) <= FRESH_SECONDS


def read_body() -> bytes:
    """The body, at most 64 KB. Raises RequestEntityTooLarge."""
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge
    body = request.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise RequestEntityTooLarge
    return body


def decrypt(crypto: WeChatCrypto, body: bytes) -> bytes:
    """The message inside an encrypted body; plain fields beside it are ignored, since nothing vouches for them.

    Raises Forbidden for a plain body, a wrong msg_signature or another account's id, Unreadable for a signed
    message that our key does not open.
    """
    encrypted = ENCRYPTED.search(body)
    if request.args.get("encrypt_type") != "aes" or not request.args.get("msg_signature") or not encrypted:
        raise Forbidden("plain body in safe mode")
    args = request.args
    content = encrypted[1].decode("ascii")
    expected = sha1("".join(sorted((crypto.token, args["timestamp"], args["nonce"], content))).encode()).hexdigest()
    if not hmac.compare_digest(expected.encode(), args["msg_signature"].encode()):
        raise Forbidden("wrong msg_signature")
    try:
        plain = crypto.decrypt_message({"Encrypt": content}, expected, args["timestamp"], args["nonce"])
    except (InvalidAppIdException, InvalidSignatureException):
        raise Forbidden("another account's message") from None
    except (ValueError, struct.error, IndexError, TypeError, KeyError):
        raise Unreadable("our key does not open it") from None
    return plain.encode() if isinstance(plain, str) else plain


def refuse_encrypted(body: bytes) -> bytes:
    """The body of a plain-mode account: one that says it is encrypted cannot be read without a key."""
    if request.args.get("encrypt_type", "raw") != "raw":
        raise Unreadable("encrypted, and no key is set")
    return body


def have_answered(dispatcher: Dispatcher, incoming: Incoming, signed: Signed, now: datetime) -> Answer:
    """The answer, or an honest "busy" when the database does not answer in time (invariant 9)."""
    try:
        return dispatcher.answer(incoming, signed.signature, now)
    except ReplayedSignature:
        raise Forbidden("a signature that served another message") from None
    except (DBAPIError, PoolTimeout) as error:
        log.error("database", extra={"error": type(error).__name__})
        return Answer(BUSY if incoming.type != "event" else "", "busy")
