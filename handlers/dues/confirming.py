"""确认党费: officers confirm what members have reported, or book what was handed to them, by name or all at once.

Of two officers at once one wins, and both get a right answer. Start at hear_confirm().
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.whom import Named, add_chosen, ask_who, find_named, people_by_id
from data.chinese import format_fen
from data.dues import awaiting, payments_of
from data.dues_rounds import Round, get_round
from data.models import DuesPayment, DuesState, Person
from data.people import MEMBER_IDENTITIES
from handlers.dues import payments
from handlers.dues.amounts import check_amount, parse_amount
from handlers.dues.heard import confirmation, sum_of, talk
from handlers.dues.officer import viewed_round
from handlers.dues.reminding import NOTICE
from scheduler import outbox
from scheduler.quiet import after_quiet

_ALL = re.compile(r"(?:全部|所有|全体)(?:人|的|待确认的?)*|大家")


@talk.on("dues_confirm", "确认党费", "党费确认", who=Who.ORGANISERS, takes=True, changes=True,
         usage="确认党费 张三 · 确认党费 全部——确认收到")
def hear_confirm(turn: Turn) -> Reply:
    """Confirm by name, all at once, or say what there is to confirm."""
    words = turn.rest or "、".join(turn.match.slots.people)
    if _ALL.fullmatch(words):
        return _preview_all(turn)
    if not words:
        return _list_awaiting(turn)
    named = find_named(turn.session, turn.branch_id, words)
    fen = amount_beside(turn, named)
    if not named.ids and not named.shared:
        raise Sorry(f"名册里没有找到“{words[:20]}”。请发送“确认党费 姓名”，姓名与名册一致。")
    return _go_on(turn, named, fen, viewed_round(turn).period)


def amount_beside(turn: Turn, named: Named) -> int | None:
    """The sum beside the name; other words that are no sum are taken for a name that nobody has."""
    if not turn.rest:
        said = turn.match.slots.amount
        return None if said is None else check_amount(said)
    if not re.search(r"\d|[元块角毛]", named.rest) and re.search(r"[一-鿿]", re.sub("[的党费]", "", named.rest)):
        raise Sorry(f"名册里没有找到“{named.rest[:20]}”，什么都没有确认。请核对姓名后再发一次。")
    return parse_amount(named.rest)


def _go_on(turn: Turn, named: Named, fen: int | None, period: str) -> Reply:
    """Ask about equal names one after the other, then confirm."""
    if fen is not None and len(named.ids) + len(named.shared) > 1:
        raise Sorry("带金额时请一次说一个人，例如“确认党费 张三 30”。")
    if named.shared:
        return ask_who(turn.session, turn.branch_id, named, "dues.confirm_who", fen=fen, period=period)
    people = people_by_id(turn.session, turn.branch_id, named.ids)
    if fen is None:
        return Reply("\n".join(_confirm(turn, person, period) for person in people))
    return _confirm_sum(turn, people[0], get_round(turn.session, turn.branch_id, period), fen)


@talk.answer("dues.confirm_who")
def hear_who(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several people of one name."""
    return _go_on(turn, add_chosen(data, chosen), data["fen"], data["period"])


def _confirm(turn: Turn, person: Person, period: str) -> str:
    """Confirm everything that the person has reported; says so where there is nothing."""
    reported = awaiting(turn.session, turn.branch_id, person.id)
    if reported:
        return "\n".join(_confirm_one(turn, person, payment) for payment, _ in reported)
    standing = payments.find_standing(turn.session, person.id, period)
    if standing is not None:
        return _told_before(turn, person, standing)
    if person.identity not in MEMBER_IDENTITIES:
        return f"{person.name}不是党员或预备党员，不用缴党费。"
    name = get_round(turn.session, turn.branch_id, period).name
    missing = f"{person.name}还没有登记{name}。如果钱已收到，回复“确认党费 {person.name} 金额”代为登记。"
    before = payments_of(turn.session, person, turn.now.year)
    return f"{_told_before(turn, person, before[-1])}\n{missing}" if before else missing


def _confirm_one(turn: Turn, person: Person, payment: DuesPayment) -> str:
    if payments.confirm(turn.session, payment, turn.person, turn.now):
        tell_payer(turn, payment, f"您的{sum_of(turn.session, payment)}已由{turn.person.name}确认。")
        return f"已确认：{person.name}{sum_of(turn.session, payment)}。"
    if payment.state is DuesState.CONFIRMED:
        return _told_before(turn, person, payment)
    return f"{person.name}刚刚更正了金额，没有确认。回复“缴费情况”查看后再确认。"


def _told_before(turn: Turn, person: Person, payment: DuesPayment) -> str:
    what, before = sum_of(turn.session, payment), confirmation(turn.session, payment, turn.now)
    return f"{person.name}的{what}已{before}，没有重复确认。金额要更正，回复“更正党费 {person.name} 金额”。"


def _confirm_sum(turn: Turn, person: Person, round_: Round, fen: int) -> Reply:
    """Confirm with a sum: book it where nothing was reported, ask where another sum was."""
    reported = awaiting(turn.session, turn.branch_id, person.id)
    same = [payment for payment, _ in reported if payment.amount_fen == fen]
    if same:
        return Reply(_confirm_one(turn, person, same[0]))
    standing = payments.find_standing(turn.session, person.id, round_.period) or (reported[0][0] if reported else None)
    if standing is None:
        return Reply(_record(turn, person, round_, fen))
    if standing.amount_fen == fen:
        return Reply(_told_before(turn, person, standing))
    return preview_correction(turn, person, standing, fen)


def preview_correction(turn: Turn, person: Person, standing: DuesPayment, fen: int) -> Reply:
    """What 确认 would replace, with its state and both sums."""
    state = f"已{confirmation(turn.session, standing, turn.now)}，是" if standing.state is DuesState.CONFIRMED \
        else "登记的是"
    return Reply(f"{person.name}的{get_round(turn.session, turn.branch_id, standing.period).name}"
                 f"{state}{format_fen(standing.amount_fen)}，与{format_fen(fen)}不同。要更正为{format_fen(fen)}并确认吗？本人会收到通知。\n"
                 "回复“确认”更正，回复“取消”放弃。",
                 Question("dues.correct_for", "confirm", {"payment": standing.id, "fen": fen}))


def _record(turn: Turn, person: Person, round_: Round, fen: int) -> str:
    if person.identity not in MEMBER_IDENTITIES:
        raise Sorry(f"{person.name}不是党员或预备党员，没有登记。请核对姓名。")
    payment = payments.record_for(turn.session, person, round_.period, fen, turn.person, turn.now)
    if payment is None:  # the member reported in this very moment
        return _confirm(turn, person, round_.period)
    tell_payer(turn, payment, f"{turn.person.name}已为您登记并确认{sum_of(turn.session, payment)}。")
    return f"已代为登记并确认：{person.name}{sum_of(turn.session, payment)}。"


@talk.answer("dues.correct_for")
def hear_correct_for(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认 to a sum that differs from what was booked."""
    old = turn.session.get(DuesPayment, data["payment"], populate_existing=True)
    if old is None or old.branch_id != turn.branch_id or old.state is DuesState.REPLACED:
        raise Sorry("这笔党费刚刚已被更正，没有改动。回复“缴费情况”查看。")
    new = payments.correct(turn.session, old, data["fen"], DuesState.CONFIRMED, turn.person, turn.now)
    if new is None:
        raise Sorry("这笔党费刚刚有了变化，没有改动。回复“缴费情况”查看。")
    payer = turn.session.get(Person, new.person_id)
    now_and_before = f"{sum_of(turn.session, new)}（原为{format_fen(old.amount_fen)}）"
    tell_payer(turn, new, f"{turn.person.name}已更正并确认您的{now_and_before}。")
    return Reply(f"已更正并确认：{payer.name}{now_and_before}。")


def _list_awaiting(turn: Turn) -> Reply:
    reported = awaiting(turn.session, turn.branch_id)
    if not reported:
        return Reply("现在没有待确认的党费。回复“缴费情况”查看。")
    return Reply(f"待确认：{_names(turn, reported)}。\n收到后回复“确认党费 姓名”或“确认党费 全部”。")


def _names(turn: Turn, reported: Sequence[tuple[DuesPayment, Person]]) -> str:
    return "、".join(f"{person.name}{sum_of(turn.session, payment)}" for payment, person in reported)


def _preview_all(turn: Turn) -> Reply:
    reported = awaiting(turn.session, turn.branch_id)
    if not reported:
        return Reply("现在没有待确认的党费。回复“缴费情况”查看。")
    total = format_fen(sum(payment.amount_fen for payment, _ in reported))
    return Reply(f"将确认{len(reported)}笔，共{total}：{_names(turn, reported)}。\n"
                 "回复“确认”全部确认，回复“取消”放弃。",
                 Question("dues.confirm_all", "confirm", {"payments": [payment.id for payment, _ in reported]}))


@talk.answer("dues.confirm_all")
def hear_confirm_all(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认 to the list as it was shown: what came later is not in it, what somebody else confirmed is counted apart."""
    shown = set(data["payments"])
    reported = [pair for pair in awaiting(turn.session, turn.branch_id) if pair[0].id in shown]
    done = 0
    for payment, _ in reported:
        if payments.confirm(turn.session, payment, turn.person, turn.now):
            tell_payer(turn, payment, f"您的{sum_of(turn.session, payment)}已由{turn.person.name}确认。")
            done += 1
    apart = f"另有{len(shown) - done}笔刚刚已被确认或更正。" if done < len(shown) else ""
    return Reply(f"已确认{done}笔党费。{apart}回复“缴费情况”查看。")


def tell_payer(turn: Turn, payment: DuesPayment, text: str) -> None:
    """The payer hears of it, outside the quiet hours, unless it is the officer's own payment."""
    if payment.person_id != turn.person.id:
        outbox.enqueue(turn.session, turn.branch_id, [payment.person_id], kind=NOTICE.name, text=text, now=turn.now,
                       key=f"dues/confirmed/{payment.id}", subject=f"payment/{payment.id}",
                       due=after_quiet(turn.now, turn.office.settings))
