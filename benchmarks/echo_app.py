"""The baseline of bench_webhook: a bare wechatpy + Flask echo, as its documentation shows it."""

import os

from flask import Flask, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

TOKEN, APP_ID, AES_KEY = os.environ["WECHAT_TOKEN"], os.environ["WECHAT_APP_ID"], os.environ.get("WECHAT_AES_KEY")

app = Flask(__name__)
crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID) if AES_KEY else None


@app.post("/wechat")
def echo() -> str:
    """Give every text back."""
    args = request.args
    check_signature(TOKEN, args["signature"], args["timestamp"], args["nonce"])
    body = request.get_data()
    if crypto:
        body = crypto.decrypt_message(body, args["msg_signature"], args["timestamp"], args["nonce"])
    message = parse_message(body)
    reply = create_reply(message.content, message).render()
    return crypto.encrypt_message(reply, args["nonce"], args["timestamp"]) if crypto else reply


@app.get("/healthz")
def healthz() -> str:
    """Tells that the server answers."""
    return "ok"
