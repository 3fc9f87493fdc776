"""What is asked about dues by those who pay them: what is booked, how much it should be, and how to hand it in.

Shows nobody another person's dues. Start at hear_mine().
"""

import re

from bot.talk import MEMBERS, Reply, Turn
from data.chinese import format_day, format_fen
from data.dues import payments_of
from data.dues_rounds import Round, get_round, months_text, rounds_of
from data.models import DuesPayment, DuesState
from handlers.dues import payments
from handlers.dues.heard import collector, confirmation, talk, this_round

_BY_WHAT = re.compile("微信|支付宝|现金|转账|转帐|扫码|银行卡|刷卡|网银|网上|手机上")


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
    if _BY_WHAT.search(turn.match.text):
        return _say_by_what(turn)
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


def _say_by_what(turn: Turn) -> Reply:
    who = collector(turn.session, turn.branch_id)
    return Reply(f"计划里没有写党费用什么方式交，请先问{who}。这里只登记、不收钱，交后回复“缴党费 金额”。")


@talk.hint
def hint_round(turn: Turn) -> str | None:
    """While a round runs: what is still to do for it."""
    if turn.person is None or turn.person.identity not in MEMBERS:
        return None
    round_ = this_round(turn)
    if not round_.plan_year or payments.has_paid(turn.session, turn.person.id, round_.period):
        return None
    return f"{round_.name}请在{format_day(round_.ends)}前交，交后回复“缴党费 金额”。"
