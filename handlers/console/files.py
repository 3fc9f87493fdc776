"""The page behind an export's link: a look changes nothing, the button uses the link up and gives the file.

What is in the file belongs to handlers/export. Start at show() and give().
"""

import logging
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Response, render_template, url_for
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from data.chinese import format_time
from data.links import find_link, use_link
from data.models import OneTimeLink, Person
from handlers.console.guard import assistant, busy, say_wrong
from handlers.export.files import File, find_file, find_holder, note_made, requested
from handlers.export.hear import PURPOSE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AGAIN = "需要的话，请在公众号里再发送一次“导出”，例如“导出 签到 三月”，会收到新的链接。"
# The same for a link that is used up, too old or was never given: nobody learns which there have been.
OVER = (HTTPStatus.GONE, "这个链接不能用了", f"下载链接10分钟内有效，只能下载一次，请核对是否复制完整。{AGAIN}")
NOT_ALLOWED = (HTTPStatus.FORBIDDEN, "不能下载", "这份表格由现任的书记或有关委员下载，您现在不能下载。请联系支部书记。")
EMPTY = (HTTPStatus.GONE, "没有可以下载的内容", f"相关的记录刚才已经没有了。{AGAIN}")

blueprint = Blueprint("files", __name__, template_folder="templates")

log = logging.getLogger(__name__)


class _Wrong(Exception):
    """Why there is no file: status, title and text of the page."""


@blueprint.errorhandler(_Wrong)
def say(wrong: _Wrong) -> tuple[str, int]:
    """The page that says why, and how to get a new link."""
    status, title, text = wrong.args
    return render_template("notice.html", title=title, text=text), status


@blueprint.errorhandler(Exception)
def fail(error: Exception) -> tuple[str, int]:
    """Logged here, because Flask's own line would have the path, and the link in it still works."""
    if isinstance(error, HTTPException):
        return say_wrong(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, DBAPIError | PoolTimeout):
        return busy(error)
    log.error("export_failed", exc_info=error)
    return say_wrong(HTTPStatus.INTERNAL_SERVER_ERROR)


@blueprint.get("/file/<token>")
def show(token: str) -> str:
    """What the link is for and until when; for people, previews and HEAD alike."""
    here = assistant()
    with here.reading() as session:
        link, _ = _open(session, token)
    until = format_time(link.expires_at, here.clock.zone)
    return render_template(
        "confirm.html", title=f"导出{requested(link).name}", button="下载", script="file.js",
        action=url_for(".give", token=token),
        lines=[f"文件：{requested(link).filename}", f"{until}前有效，只能下载一次。",
               "微信里打不开文件的话，先点右上角的“…”，选择在浏览器打开，再点“下载”。",
               "文件里有个人信息，请只用于支部工作，不要转发。"])


@blueprint.post("/file/<token>")
def give(token: str) -> Response:
    """The click. The file is made before the link is used up: who gets no file keeps the link, and nobody waits."""
    here = assistant()
    now = here.clock.now()
    with here.reading() as session:
        link, holder = _open(session, token)
        file = find_file(session, link, holder, now)
    if file is None:
        raise _Wrong(*EMPTY)
    with here.sessions.begin() as session:
        link, holder = _open(session, token)
        if not use_link(session, link, now):
            raise _Wrong(*OVER)
        note_made(session, link, holder, now)
    return _attached(file)


def _open(session: Session, token: str) -> tuple[OneTimeLink, Person]:
    """The link while it can be used, and its holder while they may; else _Wrong."""
    link = find_link(session, token, PURPOSE, assistant().clock.now())
    if link is None:
        raise _Wrong(*OVER)
    holder = find_holder(session, link)
    if holder is None:
        raise _Wrong(*NOT_ALLOWED)
    return link, holder


def _attached(file: File) -> Response:
    """With its Chinese name as RFC 5987 has it, and a plain one for what does not know that."""
    answer = Response(file.content, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(file.name)}"
    return answer
