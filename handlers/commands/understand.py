"""`understand`: shows how a sentence is understood. Changes nothing, answers nobody."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.exc import DBAPIError

from bot.nlu.dates import to_json
from bot.nlu.match import Match
from bot.nlu.slots import Lexicon
from data.models import Duty, Identity
from data.people import find_only_branch
from handlers.activities.order import Verb, parse_order
from handlers.broadcast.draft import UnknownGroup, WrongTime, read_draft, split_time
from handlers.commands.door import Command, Moment, assistant, in_zone

if TYPE_CHECKING:
    from handlers import Assistant

UNBOUND = "未绑定"
ROLES = (*(duty.value for duty in Duty), *(identity.value for identity in Identity), UNBOUND)
ORDERS = {"set_event": Verb.SET, "reschedule": Verb.MOVE, "cancel_event": Verb.CANCEL, "add_event": Verb.ADD}
PASSED_ON = {"study_record": "content", "mailbox": "content", "mailbox_reply": "content", "leave_request": "reason"}


class BadLine(Exception):
    """A line of the input is not what it should be; str() says what is wrong."""


@click.command("understand", cls=Command)
@click.argument("text")
@click.option("--as", "role", type=click.Choice(ROLES), default=Identity.MEMBER.value, metavar="ROLE",
              help=f"Who says it: {'、'.join(ROLES)}.")
@click.option("--now", type=Moment(), help="The time it is said at; without an offset in TIMEZONE.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(text: str, role: str, now: datetime | None, as_json: bool) -> None:
    """Show how TEXT is understood, and change nothing.

    With - instead of TEXT: read JSON lines {"text", "as", "now"} and answer each with one line of JSON. A line that
    cannot be read is answered with {"error"}, and the exit code is above 0 at the end.
    """
    if not text.strip():
        raise click.UsageError("TEXT is empty")
    here = assistant()
    moment = in_zone(now or here.clock.now(), here.settings.timezone)
    lexicon = _lexicon(here)
    if text == "-":
        _answer_lines(here, lexicon, role, moment)
        return
    found = understand(here, lexicon, text, role, moment)
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else _readable(found))


def understand(here: "Assistant", lexicon: Lexicon, text: str, role: str, now: datetime) -> dict[str, Any]:
    """How a sentence is understood, in the shape of interface.md."""
    match = here.matcher.match(text, now, lexicon, role, None)
    times = [to_json(span) for span in match.slots.times]
    slots: dict[str, Any] = {
        "group": list(match.slots.groups), "person": list(match.slots.people), "time": times,
        "amount": match.slots.amount} | _words(match, text, now, lexicon)
    return {
        "text": text, "intent": match.intent, "score": match.score, "reason": match.reason,
        "candidates": [{"intent": one.intent, "score": one.score} for one in match.candidates],
        "slots": {name: value for name, value in slots.items() if value not in (None, "", [])},
        "times": times, "impossible": list(match.slots.impossible),
    }


def _words(match: Match, text: str, now: datetime, lexicon: Lexicon) -> dict[str, Any]:
    """What the intent's own capability would take out of the words: content, title, place, reason, audience."""
    words = match.rest.strip() if match.command else text
    if match.intent in ORDERS:
        order = parse_order(ORDERS[match.intent], words, now, lexicon)
        audience = {"group": list(order.audience)} if order.audience else {}
        return {"title": order.words, "place": order.place} | audience
    if match.intent in ("broadcast", "broadcast_scheduled"):
        return _broadcast(words, match.intent == "broadcast_scheduled", now, lexicon)
    if match.intent in PASSED_ON and match.command:
        return {PASSED_ON[match.intent]: words}
    return {}


def _broadcast(words: str, scheduled: bool, now: datetime, lexicon: Lexicon) -> dict[str, Any]:
    if scheduled:
        try:
            _, words = split_time(words, now)
        except WrongTime as wrong:
            words = wrong.rest
    try:
        draft = read_draft(words, lexicon)
    except UnknownGroup:
        return {"content": words}
    return {"group": list(draft.groups), "person": list(draft.names), "content": draft.text}


def _lexicon(here: "Assistant") -> Lexicon:
    """The names and groups of the roster; without a database there are none, and that is no reason to fail."""
    try:
        with here.reading() as session:
            branch = find_only_branch(session)
            return here.dispatcher.hooks.lexicon(session, branch.id if branch else None)
    except DBAPIError:
        return Lexicon()


def _answer_lines(here: "Assistant", lexicon: Lexicon, role: str, now: datetime) -> None:
    bad: list[str] = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            found = understand(here, lexicon, *_read_line(line, role, now))
        except BadLine as wrong:
            bad.append(f"line {number}: {wrong}")
            found = {"error": bad[-1]}
        click.echo(json.dumps(found, ensure_ascii=False))
    if bad:
        raise click.ClickException(f"{bad[0]} (and {len(bad) - 1} more bad lines)" if len(bad) > 1 else bad[0])


def _read_line(line: bytes, role: str, now: datetime) -> tuple[str, str, datetime]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLine("is no JSON") from None
    if not isinstance(asked, Mapping) or not isinstance(asked.get("text"), str):
        raise BadLine('must be an object with "text", and may have "as" and "now"')
    role = asked.get("as") or role
    if role not in ROLES:
        raise BadLine(f"as must be one of {'、'.join(ROLES)}")
    try:
        moment = in_zone(datetime.fromisoformat(asked["now"]), now.tzinfo) if asked.get("now") else now
    except (ValueError, TypeError):
        raise BadLine("now must be an ISO time such as 2017-03-01T08:00") from None
    return asked["text"], role, moment


def _readable(found: Mapping[str, Any]) -> str:
    others = "，".join(f"{one['intent']} {one['score']:.2f}" for one in found["candidates"])
    lines = [f"意图：{found['intent']}（{found['score']:.2f}，{found['reason']}）", f"相近：{others or '无'}"]
    lines += [f"{name}：{json.dumps(value, ensure_ascii=False)}" for name, value in found["slots"].items()]
    if found["impossible"]:
        lines.append(f"没有这样的日期或时间：{'、'.join(found['impossible'])}")
    return "\n".join(lines)
