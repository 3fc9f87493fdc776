"""GET /calendar/<token>.ics: the feed, for whoever knows the address. No cookies, no log of addresses.

A wrong address, a dead one and one of somebody no longer bound get the same answer. Start at show_feed().
"""

import hashlib
import logging
from typing import Protocol

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.clock import Clock
from bot.settings import Settings
from handlers.calendar.addresses import Subscriber, find_subscriber
from handlers.calendar.feed import Event, events_for, years_at

TYPE = "text/calendar; charset=utf-8"
KEEP = "private, max-age=300"
WAIT_SECONDS = 60

log = logging.getLogger(__name__)
pages = Blueprint("calendar", __name__)


class Assembled(Protocol):
    """What is needed here of the assembled program."""

    settings: Settings
    clock: Clock
    reading: sessionmaker[Session]


@pages.get("/calendar/<token>.ics")
def show_feed(token: str) -> Response:
    """The calendar of the address, or 304 to whoever has it already."""
    here: Assembled = current_app.extensions["assistant"]
    now = here.clock.now().astimezone(here.settings.timezone)
    try:
        with here.reading() as session:
            found = find_subscriber(session, here.settings.secret_key, token)
            events = events_for(session, found.person, found.since, now, here.settings) if found else []
    except SQLAlchemyError as error:
        log.warning("calendar unavailable", extra={"error": type(error).__name__})
        return _plain("系统正忙，请稍后再试。", 503, {"Retry-After": str(WAIT_SECONDS)})
    if found is None:
        return _plain("没有这个日历。订阅地址请在公众号里回复“日历订阅”查看。", 404, {})
    from handlers.calendar.rfc5545 import write_calendar  # its library is loaded when the first calendar is asked for
    return _answer(found, events, write_calendar(events, found.branch, here.settings.timezone, years_at(now)))


def _answer(found: Subscriber, events: list[Event], body: bytes) -> Response:
    response = Response(body, content_type=TYPE)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    # Only the tag decides about 304: another 身份 on the roster changes the feed and no date in it.
    response.last_modified = max([found.since, *(event.changed_at for event in events)])
    response.headers["Cache-Control"] = KEEP
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.status_code = 304
        response.data = b""
        for name in ("Content-Type", "Content-Length", "Content-Disposition"):
            response.headers.pop(name, None)
    return response


def _plain(text: str, status: int, headers: dict[str, str]) -> Response:
    return Response(text, status, {"Cache-Control": "no-store", **headers}, content_type="text/plain; charset=utf-8")
