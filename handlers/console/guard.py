"""What every page under /console obeys: headers on all answers, no requests of other sites, a token in every form.

Start at protect(), which puts it on a blueprint.
"""

import hmac
import logging
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from handlers.console.heard import AGAIN

if TYPE_CHECKING:
    from handlers import Assistant

COOKIE = "console"
FORM_FIELD = "csrf"
STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
FOREVER = "public, max-age=31536000, immutable"
WRONG = {
    400: ("没有看懂这个请求", "请回到上一页再试一次。"),
    401: ("请先登录", f"登录后一段时间没有操作、时间满了或已退出，都要重新登录。{AGAIN}"),
    403: ("没有办成", "这一步不是从后台页面点的，或页面已经旧了，什么都没有改变。请刷新后台页面再点一次。"),
    404: ("没有这个页面", f"后台从“今日”开始。还没有登录的话，{AGAIN}"),
    405: ("没有这个页面", f"后台从“今日”开始。还没有登录的话，{AGAIN}"),
    410: ("这个链接不能用了", f"登录链接10分钟内有效，只能用一次。{AGAIN}"),
    413: ("没有办成", "提交的内容太大，什么都没有改变。"),
    500: ("出了点问题", "这一步没有办成，已记录下来由维护人员查看。请稍后再试。"),
    503: ("系统正忙", "请稍等一会儿再刷新。"),
}

log = logging.getLogger(__name__)


def assistant() -> "Assistant":
    """The assembled program."""
    return current_app.extensions["assistant"]


def protect(blueprint: Blueprint) -> None:
    """Put the rules on a blueprint and all that is nested in it, and on what Flask itself answers under its path."""
    blueprint.before_request(refuse_other_sites)
    blueprint.after_app_request(with_headers)
    blueprint.app_errorhandler(HTTPException)(calmly)
    blueprint.errorhandler(HTTPException)(calmly)
    blueprint.errorhandler(Exception)(failed)
    blueprint.errorhandler(DBAPIError)(busy)
    blueprint.errorhandler(PoolTimeout)(busy)
    blueprint.context_processor(lambda: {"asset": asset})


def under_console() -> bool:
    """Whether the request is for the console, found or not."""
    return request.path == "/console" or request.path.startswith("/console/")


def refuse_other_sites() -> None:
    """403 for a change that a page of another site asks for.

    Our own pages send no referrer, so browsers write `Origin: null` for them; where they say same-origin in
    Sec-Fetch-Site that decides, in older ones the token of the form and the cookie's SameSite do.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    fetched, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    own = {request.host, urlsplit(assistant().settings.public_url).netloc}
    if (fetched is not None and fetched != "same-origin") or (origin != "null" and urlsplit(origin).netloc not in own):
        abort(403)


def form_token(secret: str) -> str:
    """What every form of a session carries: nobody can make it who does not have the cookie."""
    key = assistant().settings.secret_key.encode()
    return hmac.new(key, b"console form " + secret.encode(), sha256).hexdigest()


def check_form(secret: str) -> None:
    """403 unless the form carries the session's token."""
    if not hmac.compare_digest(request.form.get(FORM_FIELD, "").encode(), form_token(secret).encode()):
        abort(403)


def with_headers(response: Response) -> Response:
    """The headers on every answer under /console; pages are kept nowhere, static files of a version for ever."""
    if not under_console():
        return response
    for name, value in HEADERS.items():
        response.headers[name] = value
    file = request.path.removeprefix("/console/static/")
    is_version = request.endpoint == "console.static" and request.args.get("v") == _version(file)
    if response.status_code in (200, 304) and is_version:
        response.headers["Cache-Control"] = FOREVER
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def calmly(error: HTTPException) -> HTTPException | tuple[str, int]:
    """An error under /console as a page that says how to go on; elsewhere as Flask has it."""
    return say_wrong(error.code) if under_console() and error.code else error


def busy(error: Exception) -> tuple[str, int]:
    """The database does not answer just now."""
    log.error("the console found no database", extra={"why": type(error).__name__})
    return say_wrong(503)


def failed(error: Exception) -> tuple[str, int]:
    """Logged here, because Flask's own line would have the path, and a link in it may still work."""
    log.error("a page of the console failed", exc_info=error, extra={"page": request.endpoint})
    return say_wrong(500)


def say_wrong(code: int) -> tuple[str, int]:
    """The page for what is not to be had, with its status."""
    title, text = WRONG.get(code, WRONG[400 if code < 500 else 500])
    return render_template("notice.html", title=title, text=text, asset=asset), code


def asset(file: str) -> str:
    """The address of a static file, with its version."""
    return url_for("console.static", filename=file, v=_version(file))


@cache
def _version(file: str) -> str:
    path = STATIC / file
    return sha256(path.read_bytes()).hexdigest()[:12] if path.name == file and path.is_file() else ""
