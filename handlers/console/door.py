"""Entering the console by a link and leaving it, and who is inside. Start at enter()."""

from datetime import timedelta

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for

from bot.talk import Who
from data import audit, console_sessions
from data.links import find_link, use_link
from data.models import Person
from handlers.console.guard import COOKIE, assistant, check_form, form_token, say_wrong
from handlers.console.heard import PURPOSE

POLLED = "console.rooms.live"  # what a page asks for by itself is nobody's doing: it does not put off the idle limit

blueprint = Blueprint("door", __name__)


@blueprint.get("/enter/<token>")
def enter(token: str) -> str:
    """The page that asks for a click; a look, such as a chat program's preview, changes nothing."""
    here = assistant()
    now = here.clock.now()
    with here.reading() as session:
        link = find_link(session, token, PURPOSE, now)
        person = link and session.get(Person, link.person_id)
        if person is None or not Who.SECRETARY.allows(person):
            abort(410)
    limits = here.settings
    return render_template(
        "confirm.html", title="登录后台", button="登录", action=url_for("console.door.use", token=token),
        lines=[f"以{person.name}的身份登录党务后台。",
               f"{_minutes(limits.console_idle)}分钟没有操作，或满{_minutes(limits.console_total) // 60}小时，会自动退出。",
               "请只在自己的手机或电脑上登录。"])


@blueprint.post("/enter/<token>")
def use(token: str) -> Response:
    """The click: uses the link up and begins a session; what was open in this browser before ends."""
    here = assistant()
    now = here.clock.now()
    with here.sessions.begin() as session:
        link = find_link(session, token, PURPOSE, now)
        person = link and session.get(Person, link.person_id)
        if person is None or not Who.SECRETARY.allows(person) or not use_link(session, link, now):
            abort(410)
        if before := request.cookies.get(COOKIE):
            console_sessions.end(session, before, now)
        secret = console_sessions.begin(session, person, now)
        audit.record(session, person.branch_id, now, person, "console.enter", f"person/{person.id}")
    answer = redirect(url_for("console.rooms.today"), 303)
    # Strict is enough: the page that comes next is asked for by our own page, not by the chat that had the link.
    answer.set_cookie(COOKIE, secret, path="/console", max_age=here.settings.console_total, httponly=True,
                      samesite="Strict", secure=here.settings.public_url.startswith("https:"))
    return answer


def let_in() -> tuple[str, int] | None:
    """Before every room: who is there, still in office, and with the form's token where something is to change."""
    here = assistant()
    now, settings, secret = here.clock.now(), here.settings, request.cookies.get(COOKIE, "")
    with here.reading() as session:
        found = console_sessions.find_session(session, secret, now, settings.console_idle, settings.console_total)
    if found is None:
        return say_wrong(401)
    opened, person = found
    if not Who.SECRETARY.allows(person):
        with here.sessions.begin() as session:
            console_sessions.end(session, secret, now)
        return say_wrong(401)
    g.person = person
    g.form_token = form_token(secret)
    if request.method == "POST":
        check_form(secret)
    if request.endpoint != POLLED:
        with here.sessions.begin() as session:
            console_sessions.note_seen(session, opened.digest, now)
    return None


def leave() -> Response | tuple[str, int]:
    """退出: this browser's session ends. A room of its own, so that its form is checked like the others."""
    here = assistant()
    now = here.clock.now()
    with here.sessions.begin() as session:
        if console_sessions.end(session, request.cookies.get(COOKIE, ""), now):
            audit.record(session, g.person.branch_id, now, g.person, "console.leave", f"person/{g.person.id}")
    answer = redirect(url_for("console.door.left"), 303)
    answer.delete_cookie(COOKIE, path="/console", httponly=True, samesite="Strict",
                         secure=here.settings.public_url.startswith("https:"))
    return answer


@blueprint.get("/left")
def left() -> str:
    """What is seen after 退出."""
    return render_template("notice.html", title="已退出后台", text="要再进去，在公众号里发送“登录后台”，会收到新的登录链接。")


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
