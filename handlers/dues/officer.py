"""What 组织委员, 书记 and 副书记 do about dues: see a round, and remind those who have not said anything.

Confirming is in confirming.py. Start at hear_overview().
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.whom import say_unreached
from data import audit
from data.chinese import format_day, format_fen
from data.dues import awaiting, outside, overview, unpaid_ids
from data.dues_rounds import Round, get_round, round_in_view, rounds_of
from data.models import DuesPayment, DuesState, Person
from data.undo import note_final
from handlers.dues import payments
from handlers.dues.heard import said_round, sum_of, talk
from handlers.dues.reminding import URGE, fields_of, reminder_text, subject_of
from scheduler import outbox

MISSING = "还没有您的登记"


def unpaid_group(session: Session, branch_id: int, now: datetime) -> Sequence[int]:
    """未缴费: who has neither paid nor reported in the round that runs, or the latest one."""
    return unpaid_ids(session, branch_id, round_in_view(session, branch_id, now.date()).period)


groups = {"未缴费": unpaid_group}


def viewed_round(turn: Turn) -> Round:
    """The round that the words name, else the one that runs or was last."""
    return said_round(turn) or round_in_view(turn.session, turn.branch_id, turn.now.date())


@talk.on("dues_overview", "缴费情况", "党费情况", "党费缴纳情况", who=Who.ORGANISERS, takes=True,
         usage="缴费情况——本轮党费谁已缴、待确认、未缴")
def hear_overview(turn: Turn) -> Reply:
    """A round with names and sums; only officers get here."""
    round_ = viewed_round(turn)
    seen = overview(turn.session, turn.branch_id, round_.period)
    ended = "截止" if turn.now.date() <= round_.ends else "已截止"
    lines = [f"{round_.name}（{format_day(round_.ends)}{ended}）{round_.origin}：应缴{seen.owing}人，"
             f"已缴{len(seen.confirmed)}人，待确认{len(seen.awaiting)}人，未缴{len(seen.unpaid)}人。",
             _sums("已缴", seen.confirmed), _sums("待确认", seen.awaiting)]
    if seen.unpaid:
        lines.append(f"未缴：{'、'.join(person.name for person in seen.unpaid)}。")
    waiting = [pair for pair in awaiting(turn.session, turn.branch_id) if pair[0].period != round_.period]
    lines += [_elsewhere(turn, "待确认", waiting), _elsewhere(turn, "已确认", _confirmed_outside(turn, round_))]
    if seen.awaiting or waiting:
        lines.append("收到后回复“确认党费 姓名”或“确认党费 全部”。")
    if seen.unpaid:
        lines.append("提醒未缴的人，回复“催党费”。")
    return Reply("\n".join(line for line in lines if line))


def _elsewhere(turn: Turn, state: str, paid: Sequence[tuple[DuesPayment, Person]]) -> str:
    names = "、".join(f"{person.name}{sum_of(turn.session, payment)}" for payment, person in paid)
    return f"其他月份{state}：{names}。" if names else ""


def _confirmed_outside(turn: Turn, round_: Round) -> list[tuple[DuesPayment, Person]]:
    """What was paid for months that the plan has no round for: no round would ever show it."""
    rounds = {one.period for one in rounds_of(turn.session, turn.branch_id, round_.year)} | {round_.period}
    return [pair for pair in outside(turn.session, turn.branch_id, round_.year, rounds)
            if pair[0].state is DuesState.CONFIRMED]


def _sums(title: str, paid: Sequence[tuple[Person, int]]) -> str:
    """`待确认：张三30元、李四20元，共50元。`; nothing where nobody is."""
    if not paid:
        return ""
    names = "、".join(f"{person.name}{format_fen(fen)}" for person, fen in paid)
    return f"{title}：{names}，共{format_fen(sum(fen for _, fen in paid))}。"


@talk.on("remind_dues", "催党费", "催缴党费", "催缴", who=Who.ORGANISERS, takes=True, changes=True,
         usage="催党费——提醒还没有缴的人（先预览）")
def hear_urge(turn: Turn) -> Reply:
    """The preview of a reminder to all who have neither paid nor reported."""
    round_ = viewed_round(turn)
    unpaid = unpaid_ids(turn.session, turn.branch_id, round_.period)
    if not unpaid:
        return Reply(f"{round_.name}没有未缴的人，不需要提醒。回复“缴费情况”查看。")
    apart = say_unreached(turn.session, turn.branch_id, unpaid)
    return Reply(f"将提醒{len(unpaid)}人缴{round_.name}{f'，{apart}' if apart else ''}。每人一天最多提醒一次。内容：\n"
                 f"{urge_text(turn, round_)}\n回复“确认”发送，回复“取消”放弃。",
                 Question("dues.urge", "confirm", {"period": round_.period}))


def urge_text(turn: Turn, round_: Round) -> str:
    """What the unpaid read."""
    if turn.now.date() <= round_.ends:
        return reminder_text(turn.session, turn.branch_id, round_, MISSING)
    return f"{round_.name}已过截止日期，{MISSING}。请尽快补交，交后回复“缴党费 {round_.months[-1]}月 金额”登记。"


@talk.answer("dues.urge")
def hear_urge_confirmed(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认: queue the reminder for those who are unpaid now, each at most once a day."""
    round_ = get_round(turn.session, turn.branch_id, data["period"])
    unpaid = unpaid_ids(turn.session, turn.branch_id, round_.period)
    if not unpaid:
        raise Sorry(f"{round_.name}刚刚都已缴或登记，没有发送。")
    new = outbox.enqueue(
        turn.session, turn.branch_id, unpaid, kind=URGE.name, key=f"dues/{round_.period}/urge/{turn.now:%Y-%m-%d}",
        text=urge_text(turn, round_), now=turn.now, expires=turn.now.replace(hour=23, minute=59),
        subject=subject_of(round_.period),
        fields=_urge_fields(turn, round_))
    audit.record(turn.session, turn.branch_id, turn.now, turn.person, "dues.urge", subject_of(round_.period),
                 people=new)
    if new:
        note_final(turn.session, turn.person, "催党费的提醒已经发出，收不回来。不再提醒就不用再操作。", turn.now)
    before = f"{len(unpaid) - new}人今天已提醒过，没有重复发。" if new < len(unpaid) else ""
    apart = say_unreached(turn.session, turn.branch_id, unpaid) if new == len(unpaid) else ""
    return Reply(f"已安排提醒{new}人缴{round_.name}{f'，{apart}' if apart else ''}。{before}回复“缴费情况”查看进展。")


def _urge_fields(turn: Turn, round_: Round) -> dict[str, str]:
    fields = fields_of(turn.session, turn.branch_id, round_, MISSING)
    if turn.now.date() <= round_.ends:
        return fields
    return fields | {"note": f"{format_day(round_.ends)}已截止，请尽快补交"}


@talk.hint
def hint_awaiting(turn: Turn) -> str | None:
    """For officers: how much waits for their confirmation."""
    if turn.person is None or not Who.ORGANISERS.allows(turn.person):
        return None
    count = payments.count_awaiting(turn.session, turn.branch_id)
    return f"有{count}笔党费待确认，回复“缴费情况”查看。" if count else None
