"""What the bot hears of a broadcast that was confirmed: taking one for later back, and what became of one.

Start at hear_cancel() and hear_status().
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot.clock import wall
from bot.talk import Question, Reply, Sorry, Turn, Who
from data.chinese import format_dated, parse_number
from data.models import Broadcast
from data.undo import note_step
from handlers.broadcast import broadcasts
from handlers.broadcast.hear import HOW, permit, talk
from handlers.broadcast.status import describe, names_by_state
from scheduler.pauses import find_pauses

_NUMBER = r"(?P<number>\d+|[一二三四五六七八九十]+)"
_NUMBERED = re.compile(rf"编号\s*[:是为]?\s*{_NUMBER}")
_COUNTED = re.compile(rf"第\s*{_NUMBER}\s*条")
_BARE = re.compile(rf"\s*{_NUMBER}\s*(?:名单|的?名字)?")
NAMES = re.compile("名单|名字|谁|哪些|哪几")


@talk.undo("broadcast.schedule", words="广播|群发|通知")
def undo_schedule(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """撤销 of a broadcast for later, while it waits."""
    permit(turn)
    broadcast = _locked(turn, data["id"])
    if not broadcasts.cancel(turn.session, broadcast, turn.person, turn.now):
        raise Sorry("这条定时广播已经发出或已经取消，不能撤销。回复“广播状态”看结果。")
    return Reply(f"已撤销定时广播，不会发出：{one_line(broadcast, turn)}")


def _locked(turn: Turn, number: int) -> Broadcast:
    return turn.session.get_one(Broadcast, number, with_for_update=True, populate_existing=True)


@talk.on("broadcast_cancel", "取消定时广播", "撤销定时广播", who=Who.SECRETARY, changes=True, usage="取消定时广播")
def hear_cancel(turn: Turn) -> Reply:
    """取消定时广播: asks which where there are several, then for 确认."""
    waiting = broadcasts.pending(turn.session, turn.branch_id, turn.now)
    if not waiting:
        raise Sorry("现在没有待发的定时广播。已经发出的广播收不回来，可以再发一条更正。")
    if len(waiting) == 1:
        return _ask_to_cancel(turn, waiting[0])
    options = tuple(dict.fromkeys(one_line(broadcast, turn) for broadcast in waiting))
    lines = "\n".join(f"{number}. {option}" for number, option in enumerate(options, 1))
    return Reply(f"有{len(waiting)}条待发的定时广播，取消哪一条？请回复数字：\n{lines}",
                 Question("broadcast.cancel_which", "choice", {"ids": [one.id for one in waiting]}, options))


def one_line(broadcast: Broadcast, turn: Turn) -> str:
    words = broadcast.text.replace("\n", " ")
    return (f"{format_dated(broadcast.due, turn.now)}发给{'、'.join(broadcast.audience)}（编号{broadcast.id}）："
            f"{words[:20]}{'…' if len(words) > 20 else ''}")


@talk.answer("broadcast.cancel_which")
def hear_cancel_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several broadcasts for later."""
    permit(turn)
    waiting = turn.session.scalars(select(Broadcast).where(
        Broadcast.branch_id == turn.branch_id, Broadcast.id.in_(data["ids"])))
    return _ask_to_cancel(turn, next(one for one in waiting if one_line(one, turn) == chosen))


def _ask_to_cancel(turn: Turn, broadcast: Broadcast) -> Reply:
    return Reply(f"取消这条定时广播：{one_line(broadcast, turn)}\n回复“确认”取消发送，回复“取消”保留。",
                 Question("broadcast.cancel", "confirm", {"id": broadcast.id}))


@talk.answer("broadcast.cancel")
def hear_cancel_confirmed(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    """确认 to taking back a broadcast."""
    permit(turn)
    broadcast = _locked(turn, data["id"])
    if not broadcasts.cancel(turn.session, broadcast, turn.person, turn.now):
        raise Sorry("这条定时广播已经发出或已经取消。回复“广播状态”看结果。")
    note_step(turn.session, turn.person, "broadcast.cancel", turn.now, id=broadcast.id)
    return Reply("已取消这条定时广播，不会发出。")


@talk.undo("broadcast.cancel", words="广播|群发|通知")
def undo_cancel(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """撤销 of 取消定时广播: it goes out at its time after all."""
    permit(turn)
    broadcast = _locked(turn, data["id"])
    if not broadcasts.restore(turn.session, broadcast, turn.person, turn.now):
        raise Sorry("原定的发送时间已过，不能恢复。需要的话请重新发送广播。")
    return Reply(f"已恢复定时广播，按时发出：{one_line(broadcast, turn)}")


@talk.on("broadcast_status", "广播状态", who=Who.SECRETARY, takes=True, usage="广播状态——谁收到了，谁没有")
def hear_status(turn: Turn) -> Reply:
    """广播状态 [第几条] [名单]."""
    broadcast, head = find_said(turn)
    waiting = broadcasts.pending(turn.session, turn.branch_id, turn.now)
    later = "".join(f"\n待发：{one_line(one, turn)}" for one in waiting)
    if broadcast is None:
        return Reply(f"{head}{later}" if waiting else f"{head}{HOW}")
    found = broadcasts.outcomes(turn.session, broadcast)
    unbound = broadcasts.names_of(turn.session, turn.branch_id, broadcast.unbound)
    body = names_by_state(found, unbound) if NAMES.search(turn.said) else describe(found, unbound)
    stopped = find_pauses(turn.session, wall()).stopped  # a pause is of the machine's time, whatever the program's is
    paused = f"\n现在暂停推送：{stopped}。恢复后自动继续。" if stopped else ""
    return Reply(f"{head}{one_line(broadcast, turn)}\n{body}{paused}{later}")


def find_said(turn: Turn, receipts: bool = False) -> tuple[Broadcast | None, str]:
    """Which broadcast is meant, and how it is called, or why there is none; with `receipts` of those that ask for one.

    `编号3` is the number that every answer prints, and so is a bare 3 where there is such a broadcast; `第2条` counts
    back from the last.
    """
    asking = "要求回复“收到”的" if receipts else ""
    text = turn.match.text
    numbered, bare = _NUMBERED.search(text), _BARE.fullmatch(turn.rest)
    if said := numbered or bare:
        number = parse_number(said["number"]) or 0
        found = broadcasts.find_numbered(turn.session, turn.branch_id, turn.now, number)
        if found is not None and receipts and not found.wants_receipt:
            return None, f"编号{number}的广播没有要求回复“收到”。"
        if found is not None:
            return found, "这条广播："
        if numbered:
            return None, f"没有编号{number}的、已经发出的广播。"
    counted = _COUNTED.search(text) or bare
    nth = parse_number(counted["number"]) or 1 if counted else 1
    found = broadcasts.find_recent(turn.session, turn.branch_id, turn.now, nth, receipts)
    if found is not None:
        return found, "最近一次广播：" if nth == 1 else f"往前第{nth}条广播："
    return None, f"没有往前第{nth}条{asking}广播。" if nth > 1 else f"还没有{'' if receipts else '发过'}{asking}广播。"
