"""How the platform signs, encrypts and addresses what it posts, and opens what comes back encrypted.

Written from the protocol, apart from the library the bot uses, so that both must agree. Start at Wire.deliver().
"""

import base64
import hashlib
import secrets
import string
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # the platform pads to 32 bytes, twice the block of AES


class Mode(StrEnum):
    RAW = "raw"
    COMPAT = "compat"
    SAFE = "safe"


class BadSeal(Exception):
    """What came encrypted cannot be opened: wrong key, wrong signature, wrong account."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request of the platform to the webhook; `path` carries the query."""

    method: str
    path: str
    body: bytes = b""


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def new_nonce() -> str:
    return str(1_000_000_000 + secrets.randbelow(9_000_000_000))


def random_text(length: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


@dataclass(frozen=True, slots=True)
class Wire:
    """The secrets and the mode of one account. A copy with one secret replaced forges what hostile tests send."""

    token: str
    app_id: str
    aes_key: str | None = None
    mode: Mode = Mode.RAW
    path: str = "/wechat"

    def __post_init__(self) -> None:
        if self.mode != Mode.RAW and len(self.aes_key or "") != 43:
            raise ValueError(f"{self.mode} mode needs an EncodingAESKey of 43 characters")

    def verification(self, echostr: str, at: int) -> Request:
        """The GET that checks whether the webhook belongs to who knows the token."""
        return Request("GET", f"{self.path}?{urlencode(self._signed(at, new_nonce()) | {'echostr': echostr})}")

    def deliver(self, openid: str, xml: bytes, at: int, nonce: str | None = None) -> Request:
        """The POST of one push: signed, and encrypted as the mode asks."""
        query = self._signed(at, nonce or new_nonce()) | {"openid": openid}
        if self.mode == Mode.RAW:
            return Request("POST", f"{self.path}?{urlencode(query)}", xml)
        sealed = self.encrypt(xml)
        query |= {"encrypt_type": "aes", "msg_signature": sign(self.token, query["timestamp"], query["nonce"], sealed)}
        return Request("POST", f"{self.path}?{urlencode(query)}", self._envelope(xml, sealed))

    def encrypt(self, plain: bytes) -> str:
        """AES-256-CBC over 16 random bytes, the length, the message and the app id, in base64."""
        filled = random_text(16).encode() + len(plain).to_bytes(4, "big") + plain + self.app_id.encode()
        padding = BLOCK - len(filled) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(filled + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def decrypt(self, sealed: str) -> bytes:
        """Raises BadSeal when the key or the app id inside is not ours."""
        try:
            decryptor = self._cipher().decryptor()
            filled = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        except ValueError as broken:
            raise BadSeal("not AES in base64") from broken
        filled = filled[: -filled[-1]] if filled else b""
        end = 20 + int.from_bytes(filled[16:20], "big")
        if filled[end:] != self.app_id.encode():
            raise BadSeal("wrong key or app id")
        return filled[20:end]

    def open_reply(self, envelope: ElementTree.Element) -> bytes:
        """The XML inside an encrypted reply. Raises BadSeal; TimeStamp in milliseconds is a known mistake."""
        sealed, signature, at, nonce = (
            envelope.findtext(tag) or "" for tag in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
        )
        if not (at.isdecimal() and len(at) <= 10 and nonce):
            raise BadSeal("TimeStamp or Nonce missing or malformed")
        if not secrets.compare_digest(signature.encode(), sign(self.token, at, nonce, sealed).encode()):
            raise BadSeal("MsgSignature does not match")
        return self.decrypt(sealed)

    def _signed(self, at: int, nonce: str) -> dict[str, str]:
        return {"signature": sign(self.token, str(at), nonce), "timestamp": str(at), "nonce": nonce}

    def _envelope(self, xml: bytes, sealed: str) -> bytes:
        encrypt = f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
        if self.mode == Mode.COMPAT:
            return xml.removesuffix(b"</xml>") + encrypt
        account = xml[xml.index(b"<ToUserName>") : xml.index(b"</ToUserName>")] + b"</ToUserName>"
        return b"<xml>" + account + encrypt

    def _cipher(self) -> Cipher:
        key = base64.b64decode(f"{self.aes_key}=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
