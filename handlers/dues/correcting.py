"""更正党费 and 退回党费: officers put right a wrong sum, or give back a report whose money has not come.

Both are previewed; the payer hears of it, and the old row stays as REPLACED. Start at hear_correct().
"""

from collections.abc import Mapping
from typing import Any

from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.whom import Named, add_chosen, ask_who, find_named, people_by_id
from data.chinese import format_fen
from data.dues import payments_of
from data.models import DuesPayment, DuesState, Person
from data.undo import note_final
from handlers.dues import payments
from handlers.dues.confirming import amount_beside, preview_correction, tell_payer
from handlers.dues.heard import confirmation, said_round, sum_of, talk

HOW = "请这样说：“更正党费 张三 50”改金额，“退回党费 张三”退回还没有确认的登记。"


@talk.on("dues_correct", "更正党费", "党费更正", "退回党费", "退回", who=Who.ORGANISERS, takes=True, changes=True,
         usage="更正党费 张三 50 · 退回党费 张三——登记错了时用")
def hear_correct(turn: Turn) -> Reply:
    """更正党费 张三 50 · 退回党费 张三 · 退回 张三 党费."""
    words = turn.rest or "、".join(turn.match.slots.people)
    named = find_named(turn.session, turn.branch_id, words)
    if words and not named.ids and not named.shared:
        raise Sorry(f"名册里没有找到“{words[:20]}”，没有改动。{HOW}")
    fen = None if "退" in turn.said else amount_beside(turn, named)
    if len(named.ids) + len(named.shared) != 1 or fen is None and "退" not in turn.said:
        raise Sorry(f"没有改动。{HOW}一次说一个人。")
    round_ = said_round(turn)
    period = round_.period if round_ else ""
    if named.shared:
        return ask_who(turn.session, turn.branch_id, named, "dues.correct_who", fen=fen, period=period)
    return _go_on(turn, named, fen, period)


@talk.answer("dues.correct_who")
def hear_who(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several people of one name."""
    return _go_on(turn, add_chosen(data, chosen), data["fen"], data["period"])


def _go_on(turn: Turn, named: Named, fen: int | None, period: str) -> Reply:
    """The preview for the payment that is meant: that of the month named, else the person's latest of the year."""
    person = people_by_id(turn.session, turn.branch_id, named.ids)[0]
    standing = [payment for payment in payments_of(turn.session, person, turn.now.year)
                if not period or payment.period == period]
    if not standing:
        raise Sorry(f"{person.name}没有登记过{'这个月的' if period else '今年的'}党费，没有可以更正的。回复“缴费情况”查看。")
    payment = standing[-1]
    if fen is None:
        return _preview_return(turn, person, payment)
    if payment.amount_fen == fen:
        return Reply(f"{person.name}的{sum_of(turn.session, payment)}本来就是{format_fen(fen)}，没有改动。")
    return preview_correction(turn, person, payment, fen)


def _preview_return(turn: Turn, person: Person, payment: DuesPayment) -> Reply:
    what = sum_of(turn.session, payment)
    if payment.state is DuesState.CONFIRMED:
        raise Sorry(f"{person.name}的{what}已{confirmation(turn.session, payment, turn.now)}，不能退回。"
                    f"金额不对，回复“更正党费 {person.name} 金额”。")
    return Reply(f"将退回{person.name}登记的{what}，并通知本人。\n回复“确认”退回，回复“取消”放弃。",
                 Question("dues.return", "confirm", {"payment": payment.id}))


@talk.answer("dues.return")
def hear_return(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认 to giving back a report."""
    payment = turn.session.get(DuesPayment, data["payment"], populate_existing=True)
    if payment is None or payment.branch_id != turn.branch_id \
            or not payments.send_back(turn.session, payment, turn.person, turn.now):
        raise Sorry("这笔党费刚刚已被确认或更正，没有退回。回复“缴费情况”查看。")
    name, what = turn.session.get_one(Person, payment.person_id).name, sum_of(turn.session, payment)
    note_final(turn.session, turn.person, "退回的党费已通知本人。钱已收到的，请回复“确认党费 姓名 金额”代为登记。", turn.now)
    tell_payer(turn, payment, f"您登记的{what}已由{turn.person.name}退回，没有确认。请与{turn.person.name}核对后，"
                              "再回复“缴党费 金额”登记。")
    return Reply(f"已退回：{name}{what}，已通知本人。")
