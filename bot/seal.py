"""Seals the reply that a repeat of a message gets, so that only the message itself opens it.

Replies have sums, names and the numbers of anonymous letters in them; the table of messages must not tell those to
anybody who reads it. The platform's repeat brings the same words, and with them the key. Start at seal().
"""

from base64 import b64decode, b64encode
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.wechat.messages import Incoming

NONCE = bytes(12)  # a key is used for one reply only
FILL = b"\0"  # never part of a reply


def seal(text: str, incoming: Incoming, secret: str, size: int = 0) -> str:
    """The reply to `incoming` in a form that can be kept, as if it had `size` bytes at least; "" stays empty."""
    if not text:
        return ""
    return b64encode(AESGCM(_key(incoming, secret)).encrypt(NONCE, text.encode().ljust(size, FILL), None)).decode()


def open_sealed(sealed: str, incoming: Incoming, secret: str) -> str:
    """The reply that was sealed for this message; "" where it was forgotten meanwhile or belongs to another secret."""
    try:
        opened = AESGCM(_key(incoming, secret)).decrypt(NONCE, b64decode(sealed), None) if sealed else b""
        return opened.rstrip(FILL).decode()
    except (ValueError, InvalidTag):
        return ""


def _key(incoming: Incoming, secret: str) -> bytes:
    """From what the platform repeats and the table does not keep: the number of the message and its words."""
    parts = (incoming.openid, incoming.number, incoming.text, incoming.event_key)
    return blake2b("\0".join(parts).encode(), key=blake2b(secret.encode(), digest_size=32).digest(),
                   digest_size=32).digest()
