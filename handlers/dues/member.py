"""What a member says about their own dues, and what everybody may ask: how much, and what is booked.

Shows nobody another person's dues. Start at hear_report().
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.talk import MEMBERS, QUESTION_MINUTES, Question, Reply, Sorry, Turn, Who
from data.chinese import format_day, format_fen, format_months
from data.dues import payments_of
from data.dues_rounds import Round, get_round, months_text, rounds_of
from data.models import DuesPayment, DuesState
from handlers.dues import payments
from handlers.dues.amounts import check_amount, parse_amount
from handlers.dues.heard import collector, confirmation, round_to_book, said_round, sum_of, talk, this_round
from handlers.dues.payments import Outcome

JUST_NOW = timedelta(minutes=QUESTION_MINUTES)  # so long a report can be said again with its month


@talk.on("dues_record", "缴党费", "交党费", "补缴党费", "补交党费", who=Who.MEMBERS, takes=True, changes=True,
         usage="缴党费 30——登记已交的党费")
def hear_report(turn: Turn) -> Reply:
    """A member says what they have paid."""
    said = turn.match.slots.amount
    fen = parse_amount(turn.rest) if turn.rest else None if said is None else check_amount(said)
    named = said_round(turn)
    round_ = named or round_to_book(turn)
    if fen is None:
        return _ask_amount(round_)
    return (_move(turn, named, fen) if named else None) or _report(turn, round_, fen)


def _ask_amount(round_: Round, trouble: str = "") -> Reply:
    text = trouble or f"请问{round_.name}交了多少？"
    again = "请回复金额，例如“30”；不登记请回复“取消”。"
    return Reply(f"{text}\n{again}",
                 Question("dues.amount", "amount", {"period": round_.period}, again=f"{round_.name}交了多少？{again}"))


@talk.answer("dues.amount")
def hear_amount(turn: Turn, data: Mapping[str, Any], said: str) -> Reply:
    """The sum that was asked for."""
    round_ = get_round(turn.session, turn.branch_id, data["period"])
    try:
        fen = parse_amount(said)
    except Sorry as wrong:
        return _ask_amount(round_, str(wrong))
    return _ask_amount(round_) if fen is None else _report(turn, round_, fen)


def _report(turn: Turn, round_: Round, fen: int) -> Reply:
    outcome, payment = payments.report(turn.session, turn.person, round_.period, fen, turn.now)
    what = sum_of(turn.session, payment)
    match outcome:
        case Outcome.NEW:
            return _booked(turn, payment)
        case Outcome.SAME:
            return Reply(f"您已登记过{what}，正在等待确认，不用再发。")
        case Outcome.OTHER_AMOUNT:
            return Reply(f"您已登记过{what}，还没有确认。要改成{format_fen(fen)}吗？\n"
                         f"回复“确认”改成{format_fen(fen)}，回复“取消”放弃。",
                         Question("dues.correct", "confirm", {"payment": payment.id, "fen": fen}))
    return Reply(f"您的{what}已{confirmation(turn.session, payment, turn.now)}，没有重复登记。"
                 f"金额要更正，请联系{collector(turn.session, turn.branch_id)}。")


def _booked(turn: Turn, payment: DuesPayment) -> Reply:
    """The receipt; one that was booked on a round that is over says so, and how to name another month."""
    round_, who = get_round(turn.session, turn.branch_id, payment.period), collector(turn.session, turn.branch_id)
    if turn.now.date() <= round_.ends:
        return Reply(f"已登记：{sum_of(turn.session, payment)}，待{who}确认。")
    text = f"已登记：补交{sum_of(turn.session, payment)}，待{who}确认。"
    if said_round(turn):
        return Reply(text)
    this, yuan = format_months((turn.now.month,)), format_fen(payment.amount_fen).removesuffix("元")
    return Reply(f"{text}\n{round_.name}还没有您的登记，所以记为补交。如果交的是{this}的，请回复“缴党费 {yuan} {this}”。")


def _move(turn: Turn, named: Round, fen: int) -> Reply | None:
    """缴党费 30 三月 right after the same sum was booked as late: it was meant for this month; None where it was not."""
    just = [payment for payment in payments_of(turn.session, turn.person, turn.now.year)
            if payment.state is DuesState.AWAITING and payment.amount_fen == fen
            and turn.now - payment.entered_at <= JUST_NOW]
    late = [payment for payment in just
            if get_round(turn.session, turn.branch_id, payment.period).ends < min(turn.now.date(), named.starts)]
    if not late or payments.has_paid(turn.session, turn.person.id, named.period):
        return None
    before = get_round(turn.session, turn.branch_id, late[0].period)
    moved = payments.move(turn.session, late[0].id, named.period, turn.person, turn.now)
    if moved is None:
        raise Sorry("这笔党费刚刚有了变化，没有改动。回复“我的党费”查看。")
    yuan = format_fen(fen).removesuffix("元")
    return Reply(f"已改为：{sum_of(turn.session, moved)}，待{collector(turn.session, turn.branch_id)}确认；"
                 f"刚才记的{before.name}已撤回。\n两笔都交了，请再回复“缴党费 {yuan} {format_months(before.months[-1:])}”。")


@talk.answer("dues.correct")
def hear_correct(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认 to another amount while the first still awaits confirmation."""
    old = turn.session.get(DuesPayment, data["payment"], populate_existing=True)
    new = None
    if old is not None and old.person_id == turn.person.id and old.state is DuesState.AWAITING:
        new = payments.correct(turn.session, old, data["fen"], DuesState.AWAITING, turn.person, turn.now)
    if new is None:
        raise Sorry("这笔党费刚刚已被确认或更正，没有改动。回复“我的党费”查看。")
    return Reply(f"已改为：{sum_of(turn.session, new)}，待{collector(turn.session, turn.branch_id)}确认。")


@talk.on("dues_mine", "我的党费", "党费情况", usage="我的党费——本年登记和确认的情况")
def hear_mine(turn: Turn) -> Reply:
    """A person's own records of the year."""
    year = turn.now.year
    own = payments_of(turn.session, turn.person, year)
    if turn.person.identity not in MEMBERS and not own:
        return Reply("党费由党员和预备党员缴纳，您没有缴费记录。")
    lines = {payment.period: _own_line(turn, payment) for payment in own}
    for round_ in rounds_of(turn.session, turn.branch_id, year) if turn.person.identity in MEMBERS else ():
        if round_.period not in lines and round_.starts <= turn.now.date():
            lines[round_.period] = f"{round_.name}：还没有登记{_until(round_, turn)}"
    if not lines:
        return Reply(f"{year}年还没有您的党费记录。交后请回复“缴党费 金额”登记。")
    total = sum(payment.amount_fen for payment in own if payment.state is DuesState.CONFIRMED)
    return Reply("\n".join((f"您{year}年的党费：", *(lines[period] for period in sorted(lines)),
                            f"已确认共{format_fen(total)}。")))


def _own_line(turn: Turn, payment: DuesPayment) -> str:
    state = "待确认" if payment.state is DuesState.AWAITING else f"已{confirmation(turn.session, payment, turn.now)}"
    name = get_round(turn.session, turn.branch_id, payment.period).name
    return f"{name}：{format_fen(payment.amount_fen)}，{state}"


def _until(round_: Round, turn: Turn) -> str:
    return f"，{format_day(round_.ends)}截止" if turn.now.date() <= round_.ends else f"，已过{format_day(round_.ends)}"


@talk.on("dues_howmuch", "党费交多少", "党费标准", "党费怎么算", usage="党费交多少——一般标准和由谁核定")
def hear_how_much(turn: Turn) -> Reply:
    """The plan names no sums, so the general rule is given and labelled (domain part 3); pay is never asked for."""
    months = months_text(turn.session, turn.branch_id, turn.now.year)
    plan = f"计划里只写了缴纳的月份（{months}），没有写金额。" if months else "计划里没有写党费的金额。"
    who = collector(turn.session, turn.branch_id)
    return Reply(
        f"{plan}您每月应交多少，以{who}核定的为准。\n"
        "计划之外的一般规定（中组发〔2008〕3号，2008年4月起执行）：\n"
        "在职党员按每月税后固定收入：3000元及以下交0.5%，3000元以上至5000元交1%，5000元以上至10000元交1.5%，10000元以上交2%。\n"
        "离退休党员按养老金：5000元及以下交0.5%，5000元以上交1%。\n"
        "预备党员从支部大会通过之日起交。\n"
        f"请不要在这里发送工资数，具体金额请问{who}。")


@talk.hint
def hint_round(turn: Turn) -> str | None:
    """While a round runs: what is still to do for it."""
    if turn.person is None or turn.person.identity not in MEMBERS:
        return None
    round_ = this_round(turn)
    if not round_.plan_year or payments.has_paid(turn.session, turn.person.id, round_.period):
        return None
    return f"{round_.name}请在{format_day(round_.ends)}前交，交后回复“缴党费 金额”。"
