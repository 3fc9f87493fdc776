"""确认党费: officers confirm what members have reported, or book what was handed to them, by name or all at once.

Of two officers at once one wins, and both get a right answer. Start at hear_confirm().
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.whom import Named, add_chosen, ask_who, find_named, people_by_id
from data.chinese import format_fen
from data.dues import awaiting, payments_of
from data.dues_rounds import Round, get_round
from data.models import DuesPayment, DuesState, Outbox, Person
from data.people import MEMBER_IDENTITIES
from data.undo import note_final, note_step
from handlers.dues import payments
from handlers.dues.amounts import check_amount, parse_amount
from handlers.dues.heard import confirmation, said_round, sum_of, talk
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
    plain = re.sub("[一二三四五六七八九十、]+月份?|[的党费]", "", named.rest)
    if not re.search(r"\d|[元块角毛]", plain) and re.search(r"[一-鿿]", plain):
        raise Sorry(f"名册里没有找到“{named.rest[:20]}”，什么都没有确认。请核对姓名后再发一次。")
    return parse_amount(named.rest)


def _go_on(turn: Turn, named: Named, fen: int | None, period: str) -> Reply:
    """Ask about equal names one after the other, then confirm."""
    if fen is not None and len(named.ids) + len(named.shared) > 1:
        raise Sorry("带金额时请一次说一个人，例如“确认党费 张三 30”。")
    if named.shared:
        return ask_who(turn.session, turn.branch_id, named, "dues.confirm_who", fen=fen, period=period)
    people = people_by_id(turn.session, turn.branch_id, named.ids)
    meant = [_meant(turn, person, fen) for person in people]
    if any(len(payments_) > 1 for payments_ in meant):
        return _preview([pair for payments_ in meant for pair in payments_], turn)
    if fen is None:
        done: list[int] = []
        lines = [_confirm(turn, person, period, done) for person in people]
        note_confirmed(turn, done)
        return Reply("\n".join(lines))
    return _confirm_sum(turn, people[0], get_round(turn.session, turn.branch_id, period), fen)


def _meant(turn: Turn, person: Person, fen: int | None) -> Sequence[tuple[DuesPayment, Person]]:
    """What of the person's awaits confirmation: of the month that was named, and of that sum where there is one."""
    reported, month = awaiting(turn.session, turn.branch_id, person.id), said_round(turn)
    return [pair for pair in reported if (month is None or pair[0].period == month.period)
            and (fen is None or pair[0].amount_fen == fen)]


@talk.answer("dues.confirm_who")
def hear_who(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several people of one name."""
    return _go_on(turn, add_chosen(data, chosen), data["fen"], data["period"])


def note_confirmed(turn: Turn, ids: Sequence[int]) -> None:
    """One step for 撤销, however many were confirmed with one message."""
    if ids:
        note_step(turn.session, turn.person, "dues.confirm", turn.now, ids=list(ids))


def _confirm(turn: Turn, person: Person, period: str, done: list[int]) -> str:
    """Confirm everything that the person has reported, adding it to `done`; says so where there is nothing."""
    reported = _meant(turn, person, None)
    if reported:
        return "\n".join(_confirm_one(turn, person, payment, done) for payment, _ in reported)
    standing = payments.find_standing(turn.session, person.id, period)
    if standing is not None:
        return _told_before(turn, person, standing)
    if person.identity not in MEMBER_IDENTITIES:
        return f"{person.name}不是党员或预备党员，不用缴党费。"
    name = get_round(turn.session, turn.branch_id, period).name
    missing = f"{person.name}还没有登记{name}。如果钱已收到，回复“确认党费 {person.name} 金额”代为登记。"
    before = payments_of(turn.session, person, turn.now.year)
    return f"{_told_before(turn, person, before[-1])}\n{missing}" if before else missing


def _confirm_one(turn: Turn, person: Person, payment: DuesPayment, done: list[int]) -> str:
    if confirm_and_tell(turn.session, turn.office.settings, payment, turn.person, turn.now):
        done.append(payment.id)
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
    same = [payment for payment, _ in _meant(turn, person, fen)]
    if same:
        done: list[int] = []
        text = _confirm_one(turn, person, same[0], done)
        note_confirmed(turn, done)
        return Reply(text)
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
        done: list[int] = []
        text = _confirm(turn, person, round_.period, done)
        note_confirmed(turn, done)
        return text
    note_step(turn.session, turn.person, "dues.record", turn.now, id=payment.id)
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
    note_final(turn.session, turn.person, f"更正党费已通知本人。金额不对，请回复“更正党费 {payer.name} 金额”再改一次。",
               turn.now)
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
    return _preview(reported, turn) if reported else Reply("现在没有待确认的党费。回复“缴费情况”查看。")


def _preview(reported: Sequence[tuple[DuesPayment, Person]], turn: Turn) -> Reply:
    """Months and sums before anything is confirmed."""
    total = format_fen(sum(payment.amount_fen for payment, _ in reported))
    return Reply(f"将确认{len(reported)}笔，共{total}：{_names(turn, reported)}。\n"
                 "回复“确认”全部确认，回复“取消”放弃。",
                 Question("dues.confirm_all", "confirm", {"payments": [payment.id for payment, _ in reported]}))


@talk.answer("dues.confirm_all")
def hear_confirm_all(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认 to the list as it was shown: what came later is not in it, what somebody else confirmed is counted apart."""
    shown = set(data["payments"])
    reported = [pair for pair in awaiting(turn.session, turn.branch_id) if pair[0].id in shown]
    done = [payment.id for payment, _ in reported
            if confirm_and_tell(turn.session, turn.office.settings, payment, turn.person, turn.now)]
    note_confirmed(turn, done)
    apart = f"另有{len(shown) - len(done)}笔刚刚已被确认或更正。" if len(done) < len(shown) else ""
    return Reply(f"已确认{len(done)}笔党费。{apart}回复“缴费情况”查看。")


def confirm_and_tell(session: Session, settings: Settings, payment: DuesPayment, by: Person, now: datetime) -> bool:
    """Confirm a payment, in the chat or in the console, and tell the payer; False when somebody else was first."""
    if not payments.confirm(session, payment, by, now):
        return False
    _tell(session, settings, payment, by, now, f"您的{sum_of(session, payment)}已由{by.name}确认。")
    return True


def tell_payer(turn: Turn, payment: DuesPayment, text: str) -> None:
    """The payer hears of it, outside the quiet hours, unless it is the officer's own payment."""
    _tell(turn.session, turn.office.settings, payment, turn.person, turn.now, text)


def subject_of_payment(payment: DuesPayment) -> str:
    """What a word to the payer is about."""
    return f"payment/{payment.id}"


def _tell(session: Session, settings: Settings, payment: DuesPayment, by: Person, now: datetime, text: str) -> None:
    if payment.person_id == by.id:
        return
    subject = subject_of_payment(payment)  # confirmed, taken back, confirmed again: each word is one of its own
    before = session.scalar(select(func.count()).select_from(Outbox).where(
        Outbox.branch_id == payment.branch_id, Outbox.kind == NOTICE.name, Outbox.subject == subject))
    outbox.enqueue(session, payment.branch_id, [payment.person_id], kind=NOTICE.name, text=text, now=now,
                   key=f"dues/confirmed/{payment.id}/{before}", subject=subject, due=after_quiet(now, settings))
