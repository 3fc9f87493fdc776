"""缴党费: a member says what they have paid; what may be the same payment said twice is asked about, not booked.

Nothing is booked twice for a period, whatever is said at once. Start at hear_report().
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.talk import QUESTION_MINUTES, Question, Reply, Sorry, Turn, Who
from data.chinese import NUMERAL, format_day, format_fen, format_months
from data.dues import payments_of
from data.dues_rounds import Round, get_round
from data.models import DuesPayment, DuesState
from data.undo import find_last, note_step
from handlers.dues import payments
from handlers.dues.amounts import check_amount, parse_amount
from handlers.dues.heard import collector, confirmation, round_to_book, said_round, sum_of, talk
from handlers.dues.payments import Outcome

JUST_NOW = timedelta(minutes=QUESTION_MINUTES)  # so long a report can be said again with its month
A_DAY = timedelta(days=1)  # so long a second report may be the first one, said again
_MISTYPED = re.compile(rf"(?:哎呀?|不好意思|抱歉|刚才|刚刚|我|[\s,。!~])*(?:金额|数字|数|钱|党费)?(?:打|写|输|填|发|报|说|登记?|记|弄|搞)?"
                       rf"(?:错|不对)(?:了|啦|金额|数字|数)*[\s,。!:~]*(?:应该?|其实)?(?:是|为|改成|改为)?[\s:]*"
                       rf"(?P<sum>[\d{NUMERAL}][\d{NUMERAL}.点元块钱角毛分整]*)(?:才对|才是|吧|的|[\s。!~])*")


@talk.on("dues_record", "缴党费", "交党费", "补缴党费", "补交党费", who=Who.MEMBERS, takes=True, changes=True,
         usage="缴党费 30——登记已交的党费")
def hear_report(turn: Turn) -> Reply:
    """A member says what they have paid, or what they meant to say a moment ago."""
    if _MISTYPED.fullmatch(turn.match.text):
        return hear_mistyped(turn) or Reply("最近10分钟里没有您登记的、还可以改的党费，没有改动。要登记，请回复“缴党费 30”。")
    said = turn.match.slots.amount
    fen = parse_amount(turn.rest) if turn.rest else None if said is None else check_amount(said)
    named = said_round(turn)
    round_ = named or round_to_book(turn)
    if fen is None:
        return _ask_amount(round_, is_named=named is not None)
    return (_move(turn, named, fen) if named else _ask_if_another(turn, round_, fen)) or _report(turn, round_, fen)


def _ask_amount(round_: Round, trouble: str = "", is_named: bool = False) -> Reply:
    text = trouble or f"请问{round_.name}交了多少？"
    again = "请回复金额，例如“30”；不登记请回复“取消”。"
    return Reply(f"{text}\n{again}",
                 Question("dues.amount", "amount", {"period": round_.period, "named": is_named},
                          again=f"{round_.name}交了多少？{again}"))


@talk.answer("dues.amount")
def hear_amount(turn: Turn, data: Mapping[str, Any], said: str) -> Reply:
    """The sum that was asked for."""
    round_, is_named = get_round(turn.session, turn.branch_id, data["period"]), data["named"]
    try:
        fen = parse_amount(said)
    except Sorry as wrong:
        return _ask_amount(round_, str(wrong), is_named)
    if fen is None:
        return _ask_amount(round_, is_named=is_named)
    return (None if is_named else _ask_if_another(turn, round_, fen)) or _report(turn, round_, fen)


def _ask_if_another(turn: Turn, round_: Round, fen: int) -> Reply | None:
    """缴党费 30 said twice is mostly one payment: what would go on another period within a day is asked about."""
    own = payments_of(turn.session, turn.person, round_.year)
    lately = [one for one in own if turn.now - one.entered_at <= A_DAY]
    before = max(lately, key=lambda one: one.entered_at, default=None)
    if before is None or any(one.period == round_.period for one in own):
        return None
    months, is_just = round_.name.removesuffix("党费"), turn.now - before.entered_at <= JUST_NOW
    when = "刚才" if is_just else f"{format_day(before.entered_at.astimezone(turn.now.tzinfo))}"
    other = "" if before.amount_fen == fen else format_fen(fen)
    wrong = f"金额打错了，请回复“打错了，是{format_fen(fen)}”。" \
        if other and is_just and before.state is DuesState.AWAITING else ""
    how = f"回复“确认”登记，回复“取消”不登记。{wrong}"
    return Reply(f"{when}已登记{sum_of(turn.session, before)}。这是另一笔（{months}{other}）吗？\n{how}",
                 Question("dues.another", "confirm", {"period": round_.period, "fen": fen},
                          again=f"另外再登记{round_.name}{format_fen(fen)}吗？\n{how}"))


@talk.answer("dues.another")
def hear_another(turn: Turn, data: Mapping[str, Any], _confirmed: str) -> Reply:
    """确认: it is another payment."""
    return _report(turn, get_round(turn.session, turn.branch_id, data["period"]), data["fen"])


def _report(turn: Turn, round_: Round, fen: int) -> Reply:
    outcome, payment = payments.report(turn.session, turn.person, round_.period, fen, turn.now)
    what = sum_of(turn.session, payment)
    match outcome:
        case Outcome.NEW:
            note_step(turn.session, turn.person, "dues.report", turn.now, id=payment.id)
            return _booked(turn, payment)
        case Outcome.SAME:
            return Reply(f"您已登记过{what}，正在等待确认，不用再发。")
        case Outcome.OTHER_AMOUNT:
            return _ask_correction(turn, payment, fen)
    return Reply(f"您的{what}已{confirmation(turn.session, payment, turn.now)}，没有重复登记。"
                 f"金额要更正，请联系{collector(turn.session, turn.branch_id)}。")


def _ask_correction(turn: Turn, payment: DuesPayment, fen: int) -> Reply:
    return Reply(f"您已登记过{sum_of(turn.session, payment)}，还没有确认。要改成{format_fen(fen)}吗？\n"
                 f"回复“确认”改成{format_fen(fen)}，回复“取消”放弃。",
                 Question("dues.correct", "confirm", {"payment": payment.id, "fen": fen}))


@talk.fallback
def hear_mistyped(turn: Turn) -> Reply | None:
    """打错了，是三十, right after a report: its sum was meant."""
    said = _MISTYPED.fullmatch(turn.match.text)
    step = find_last(turn.session, turn.person, turn.now) if said else None
    if step is None or step.undone_at is not None or step.name not in ("dues.report", "dues.correct", "dues.move"):
        return None
    payment = turn.session.get_one(DuesPayment, step.data["id"], populate_existing=True)
    fen = parse_amount(said["sum"])
    if fen is None or payment.state is not DuesState.AWAITING:
        return None
    if payment.amount_fen == fen:
        return Reply(f"登记的就是{sum_of(turn.session, payment)}，没有改动。")
    return _ask_correction(turn, payment, fen)


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
    note_step(turn.session, turn.person, "dues.move", turn.now, id=moved.id, period=before.period)
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
    note_step(turn.session, turn.person, "dues.correct", turn.now, id=new.id, fen=old.amount_fen)
    return Reply(f"已改为：{sum_of(turn.session, new)}，待{collector(turn.session, turn.branch_id)}确认。")
