"""The pages behind the door; one for now, 今日. Each view is called only for somebody who is inside (door.let_in)."""

import re
from datetime import datetime
from hashlib import sha256

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for

from data.models import DuesPayment
from data.undo import note_step
from handlers.console import door
from handlers.console.guard import assistant
from handlers.console.today import Today, look
from handlers.dues.confirming import confirm_and_tell
from scheduler.outbox import WRITTEN

blueprint = Blueprint("rooms", __name__)
blueprint.before_request(door.let_in)
blueprint.add_url_rule("/leave", view_func=door.leave, methods=["POST"])
blueprint.context_processor(lambda: {"person": g.get("person"), "form_token": g.get("form_token")})


@blueprint.get("/")
def today() -> str:
    """今日: what is due, who is there, what waits for the secretary."""
    now = assistant().clock.now()
    seen = _look(now)
    part = render_template("live.html", today=seen)
    return render_template("today.html", today=seen, live=part, etag=_etag(part), now=now, clicked=_clicked())


@blueprint.get("/today/live")
def live() -> Response:
    """All lists of 今日, which the page asks for by itself; 304 while they are as the page has them."""
    now = assistant().clock.now()
    answer = Response(part := render_template("live.html", today=_look(now)), content_type="text/html; charset=utf-8")
    answer.set_etag(_etag(part))
    answer.headers["X-Updated"] = f"{now:%H:%M:%S}"
    return answer.make_conditional(request)


@blueprint.post("/dues/<int:payment_id>/confirm")
def confirm_dues(payment_id: int) -> Response:
    """确认 of one payment, the same as 确认党费 in the chat; twice confirms once."""
    here = assistant()
    now = here.clock.now()
    with here.sessions.begin() as session:
        payment = session.get(DuesPayment, payment_id)
        if payment is None or payment.branch_id != g.person.branch_id:
            abort(404)
        won = confirm_and_tell(session, here.settings, payment, g.person, now)
        if won:
            note_step(session, g.person, "dues.confirm", now, ids=[payment.id])
        pushes_wait = bool(session.info.get(WRITTEN))
    if pushes_wait:
        here.runner.wake()
    return redirect(url_for("console.rooms.today", clicked=payment_id, _anchor="said"), 303)


def _look(now: datetime) -> Today:
    here = assistant()
    with here.reading() as session:
        return look(session, g.person, _clicked(), now, here.settings)


def _clicked() -> int | None:
    """The payment whose button was clicked before this page; what is said of it is how it stands now."""
    clicked = request.args.get("clicked", "")
    return int(clicked) if re.fullmatch("[0-9]{1,9}", clicked) else None


def _etag(part: str) -> str:
    return sha256(part.encode()).hexdigest()[:32]
