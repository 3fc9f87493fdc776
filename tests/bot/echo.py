"""A bot as small as one can be, and the stage that puts it on the simulated platform.

It reads and answers with wechatpy, a second opinion on every signature and cipher. Start at Stage.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, Response, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.messages import BaseMessage
from wechatpy.replies import create_reply
from wechatpy.utils import check_signature

from bot.simulator.account import VERIFIED_SERVICE, Profile
from bot.simulator.api import api_blueprint
from bot.simulator.platform import Platform
from bot.simulator.transport import wsgi_webhook

TOKEN, APP_ID, SECRET = "sandboxtoken", "wx5a0d3c1b9e7f2a44", "5" * 32
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ZHANG, LI = "oZhangSan0000000000000000001", "oLiSi0000000000000000000000"
NINE = datetime(2017, 3, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CRYPTO = WeChatCrypto(TOKEN, AES_KEY, APP_ID)


class HandClock:
    """A clock that goes only when told."""

    def __init__(self) -> None:
        self.moment = NINE

    def now(self) -> datetime:
        return self.moment

    def wait(self, **span: float) -> None:
        self.moment += timedelta(**span)


def echo(message: BaseMessage) -> bytes:
    """What was said, said back; nothing to events."""
    text = getattr(message, "content", None)
    return create_reply(text, message).render().encode() if text else b"success"


class Stage:
    """Platform, clock and bot. `answers` are taken one by one, then the bot goes on with the last."""

    def __init__(self, path: str, mode: str = "safe", profile: Profile = VERIFIED_SERVICE, **options: object) -> None:
        self.clock = HandClock()
        self.heard: list[BaseMessage] = []
        self.requests: list[tuple[str, bytes]] = []
        self.answers: list[Callable[[BaseMessage], bytes | Response]] = [echo]
        self.seals_answers = mode == "safe"
        self.bot = Flask("echo")
        self.bot.add_url_rule("/wechat", "verify", lambda: request.args["echostr"], methods=["GET"])
        self.bot.add_url_rule("/wechat", "hear", self._hear, methods=["POST"])
        self.platform = Platform(
            path, token=TOKEN, app_id=APP_ID, app_secret=SECRET, aes_key=None if mode == "raw" else AES_KEY, mode=mode,
            profile=profile, now=self.clock.now, webhook=wsgi_webhook(self.bot), **options,
        )
        server = Flask("platform")
        server.register_blueprint(api_blueprint(self.platform, "/api"))
        self.client = server.test_client()

    def bot_answers(self, *answers: Callable[[BaseMessage], bytes | Response] | bytes | Response) -> None:
        """A function, or fixed bytes or a whole response. Responses are callable too, as WSGI applications."""
        self.answers = [(lambda _, fixed=answer: fixed) if isinstance(answer, bytes | Response) else answer
                        for answer in answers]

    def token(self) -> str:
        return self.post("stable_token", grant_type="client_credential", appid=APP_ID, secret=SECRET)["access_token"]

    def post(self, path: str, **payload: object) -> dict[str, object]:
        """As wechatpy does: UTF-8 JSON without a Content-Type."""
        return self.client.post(f"/api/cgi-bin/{path}", data=json.dumps(payload, ensure_ascii=False).encode()).json

    def call(self, path: str, **payload: object) -> dict[str, object]:
        """POST with a valid token."""
        return self.post(f"{path}?access_token={self.token()}", **payload)

    def get(self, path: str, **query: str) -> dict[str, object]:
        return self.client.get(f"/api/cgi-bin/{path}", query_string=query).json

    def ask(self, path: str, **query: str) -> dict[str, object]:
        """GET with a valid token."""
        return self.get(path, access_token=self.token(), **query)

    def send_text(self, openid: str, text: str = "您好") -> int:
        return self.call("message/custom/send", touser=openid, msgtype="text", text={"content": text})["errcode"]

    def _hear(self) -> Response:
        query, body = request.args, request.get_data()
        self.requests.append((request.full_path, body))
        try:
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
            if "encrypt_type" in query:
                body = CRYPTO.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        except (InvalidSignatureException, InvalidAppIdException, UnicodeDecodeError, ValueError):
            return Response(status=403)
        message = parse_message(body)
        self.heard.append(message)
        answer = (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(message)
        if self.seals_answers and isinstance(answer, bytes) and answer.startswith(b"<xml>"):
            answer = CRYPTO.encrypt_message(answer.decode(), query["nonce"], query["timestamp"])
        return answer if isinstance(answer, Response) else Response(answer, content_type="text/xml")
