"""The sandbox page: a phone-like chat in which a visitor is anybody of the demo roster, and moves the clock.

Talks to the simulated platform only, never to the bot. Start at sandbox_blueprint().
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from bot.simulator.cast import STRANGER, DemoPerson, chips_for, group_of, ordered
from bot.simulator.clockwork import ClockControl, advance, find_target
from bot.simulator.ledger import SHANGHAI, Seen
from bot.simulator.platform import NotFollowing, Platform, Reply

People = Callable[[], Sequence[DemoPerson]]

LINES_AT_ONCE = 1000
LONGEST_TEXT = 2000  # characters
FARTHEST = timedelta(days=400)
YEARS = range(2000, 2100)
KINDS = ("image", "location", "sticker")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Trouble(Exception):
    """What the visitor asked for cannot be done; the text is for the visitor."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def sandbox_blueprint(platform: Platform, people: People, clock: ClockControl) -> Blueprint:
    """`/` and `/sandbox/*`; `people` is asked each time, because they bind and unbind."""
    blueprint = Blueprint(
        "sandbox", __name__, template_folder="templates", static_folder="static", static_url_path="/sandbox/static"
    )
    blueprint.before_request(_refuse_other_sites)
    blueprint.after_request(_with_policy)
    blueprint.register_error_handler(Exception, _calmly)
    blueprint.add_url_rule("/", "page", lambda: render_template("sandbox.html"))
    _add_chat(blueprint, platform, people)

    @blueprint.get("/sandbox/state")
    def state() -> Response:
        lines = platform.chat(after=request.args.get("after", 0, type=int), limit=LINES_AT_ONCE)
        return jsonify(
            now=_moment(clock.now()),
            people=_listed(people(), platform.leavers()),
            menu=platform.menu(),
            lines=[_line(line) for line in lines],
            latest=platform.latest(),
        )

    @blueprint.post("/sandbox/clock")
    def move_clock() -> Response:
        target = _find_target(clock)
        if target is None:
            return jsonify(done=True, note="日历上还没有待发的提醒。请先以书记身份设置活动时间，或把时间往后调。")
        done = advance(clock, target)
        platform.flush_events()
        return jsonify(done=done, target=target.isoformat(), now=_moment(clock.now()))

    return blueprint


def _add_chat(blueprint: Blueprint, platform: Platform, people: People) -> None:
    @blueprint.post("/sandbox/say")
    def say() -> Response:
        openid, text = _get_openid(people), _get_text("text").strip()
        if not text:
            raise Trouble("还没有输入内容。")
        if len(text) > LONGEST_TEXT:
            raise Trouble(f"消息太长，最多{LONGEST_TEXT}字。")
        if _is_on("voice"):
            return _answered(platform, platform.sends(openid, "voice", Recognition=text))
        return _answered(platform, platform.says(openid, text))

    @blueprint.post("/sandbox/send")
    def send() -> Response:
        kind = _get_text("kind")
        if kind not in KINDS:
            raise Trouble("这里只能发图片、位置或表情。")
        return _answered(platform, platform.sends(_get_openid(people), kind))

    @blueprint.post("/sandbox/click")
    def click() -> Response:
        return _answered(platform, platform.clicks(_get_openid(people), _get_text("key")))

    @blueprint.post("/sandbox/follow")
    def follow() -> Response:
        turn = platform.follows if _is_on("following") else platform.unfollows
        return _answered(platform, turn(_get_openid(people)))


# What comes in


def _refuse_other_sites() -> None:
    """A page of another site can neither set this header nor send JSON here without the browser asking us first."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("X-Sandbox") != "1" or not request.is_json:
        raise Trouble("请在演示页面里操作。", 403)


def _said() -> dict[str, object]:
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        raise Trouble("没有看懂这个请求，请刷新页面再试。")
    return said


def _get_text(name: str) -> str:
    value = _said().get(name)
    # A lone half of an emoji is valid JSON and nothing else; it could be neither stored nor sent.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _is_on(name: str) -> bool:
    return _said().get(name) is True


def _get_openid(people: People) -> str:
    openid = _get_text("openid")
    if openid != STRANGER and openid not in {person.openid for person in people()}:
        raise Trouble("名单里没有这个人，请重新选择。")
    return openid


def _find_target(clock: ClockControl) -> datetime | None:
    minutes = _said().get("minutes")
    try:
        target = find_target(clock, _get_text("to"), minutes if isinstance(minutes, int) else 0)
    except (ValueError, OverflowError) as unreadable:
        raise Trouble("没有看懂这个时间，请从日期框里选。") from unreadable
    if target is not None and target.year not in YEARS:
        raise Trouble("年份要在2000到2099之间。")
    if target is not None and target - clock.now() > FARTHEST:
        raise Trouble("一次最多往后调400天。")
    return target


# What goes out


def _answered(platform: Platform, reply: Reply | None) -> Response:
    platform.flush_events()
    if reply is None:
        return jsonify(note="连续多次没有正常应答，平台暂停推送一分钟。")
    if reply.rejected:
        current_app.logger.warning("reply refused", extra={"why": reply.rejected})
        return jsonify(note="机器人的应答没有被平台接受，请稍后再发一次。")
    return jsonify(note="")


def _listed(people: Sequence[DemoPerson], leavers: frozenset[str]) -> list[dict[str, object]]:
    found = [
        {
            "openid": person.openid,
            "name": person.name,
            "title": person.title,
            "group": group_of(person),
            "bound": person.bound,
            "following": person.openid not in leavers,
            "chips": [asdict(chip) for chip in chips_for(person)],
        }
        for person in ordered(people)
    ]
    if STRANGER in {person.openid for person in people}:  # the stranger has bound and is listed by name
        return found
    stranger = {
        "openid": STRANGER,
        "name": "陌生人",
        "title": "不在名单里",
        "group": "其他",
        "bound": False,
        "following": STRANGER not in leavers,
        "chips": [asdict(chip) for chip in chips_for(None)],
    }
    return [*found, stranger]


def _line(line: Seen) -> dict[str, object]:
    return asdict(line) | {"at": _moment(line.at)}


def _moment(moment: datetime) -> dict[str, str]:
    """A time as the page shows it; the browser's own zone must not matter."""
    here = moment.astimezone(SHANGHAI)
    return {
        "iso": here.isoformat(timespec="seconds"),
        "date": f"{here.year}年{here.month}月{here.day}日",
        "weekday": "周" + "一二三四五六日"[here.weekday()],
        "time": f"{here:%H:%M}",
    }


def _calmly(error: Exception) -> tuple[Response, int] | HTTPException:
    if isinstance(error, Trouble):
        return jsonify(error=str(error)), error.status
    if isinstance(error, NotFollowing):
        return jsonify(error="您已取消关注，先点“重新关注”再发消息。"), 409
    if isinstance(error, HTTPException):
        return error
    current_app.logger.error("sandbox request failed", exc_info=error)
    return jsonify(error="演示服务出了点问题，请稍后再试。"), 500


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint != "sandbox.static":
        response.headers["Cache-Control"] = "no-store"
    return response
