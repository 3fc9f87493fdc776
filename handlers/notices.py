"""Messages that could not be pushed: they come at the head of the next reply; 详情 brings what was sent shortened.

Decides nothing about sending; scheduler/held.py keeps the messages. Start at held_for().
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.talk import Reply, Talk, Turn
from data.models import Person
from scheduler.held import find_last_shortened, take_held
from scheduler.reminder import PushKind
from scheduler.reports import settle_report
from scheduler.templates import fit_text

HEAD = "【待您查看】\n"
LEAST_ROOM = 200  # bytes; below, not even the beginning of a long message would make sense

talk = Talk("notices", "消息")


HeldFor = Callable[[Session, Person, datetime, int], list[str]]


def held_for(_settings: Settings, kinds: Mapping[str, PushKind]) -> HeldFor:
    """What dispatch asks in each turn: the held messages of a person that fit into so many bytes of the reply.

    What does not fit waits for the next message.
    """
    def find(session: Session, person: Person, now: datetime, room: int) -> list[str]:
        room -= len(f"{HEAD}\n\n".encode())  # and the empty line before the reply
        if room < LEAST_ROOM:
            return []
        taken = take_held(session, kinds, person.id, now, room)
        texts = [fit_text(message.text, room) for message in taken]
        return [HEAD + texts[0], *texts[1:]] if texts else []
    return find


@talk.on("details", "详情", "看全文", usage="详情——刚才的通知没显示完时看全文")
def hear_details(turn: Turn) -> Reply:
    """The full text of the last message that was sent shortened."""
    text = find_last_shortened(turn.session, turn.person.id)
    return Reply(text or "最近没有缩短过的通知。回复“本月安排”看计划。")


@talk.event("templatesendjobfinish")
def hear_report(turn: Turn) -> None:
    """The platform says later whether a template message arrived; no answer is allowed."""
    settle_report(turn.session, turn.extra.get("MsgID", ""), turn.extra.get("Status", ""), turn.now)
