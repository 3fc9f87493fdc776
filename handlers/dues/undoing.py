"""撤销 of what somebody has just booked or confirmed of dues. Rows are never deleted: they stand no longer.

What somebody else has confirmed or corrected meanwhile stays as it is. Start at undo_report().
"""

from collections.abc import Mapping
from typing import Any

from bot.talk import Reply, Sorry, Turn, Who
from data.dues_rounds import get_round
from data.models import DuesPayment, DuesState, Person
from handlers.dues import payments
from handlers.dues.confirming import subject_of_payment, tell_payer
from handlers.dues.heard import confirmation, sum_of, talk
from handlers.dues.reminding import NOTICE
from scheduler.recall import recall

WORDS = "党费|缴费|交费|金额"  # what people call these steps


def _payment(turn: Turn, payment_id: int) -> DuesPayment:
    return turn.session.get_one(DuesPayment, payment_id, populate_existing=True)


def _too_late(turn: Turn, payment: DuesPayment) -> Sorry:
    """Why a member's own step stays."""
    turn.session.refresh(payment)
    if payment.state is DuesState.CONFIRMED:
        return Sorry(f"您的{sum_of(turn.session, payment)}已{confirmation(turn.session, payment, turn.now)}，没有撤销。"
                     "登记错了，请直接告诉确认的人。")
    return Sorry("这笔党费刚刚已被更正或退回，没有撤销。回复“我的党费”查看。")


@talk.undo("dues.report", words=WORDS)
def undo_report(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """缴党费: the report stands no longer, while it awaits confirmation."""
    payment = _payment(turn, data["id"])
    if payment.state is not DuesState.AWAITING or not payments.take_back(turn.session, payment, turn.person, turn.now):
        raise _too_late(turn, payment)
    return Reply(f"已撤销登记：{sum_of(turn.session, payment)}。交了党费，请回复“缴党费 金额”重新登记。")


@talk.undo("dues.correct", words=WORDS)
def undo_correction(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """Another amount by the member: the former one stands again."""
    payment = _payment(turn, data["id"])
    new = None
    if payment.state is DuesState.AWAITING:
        new = payments.correct(turn.session, payment, data["fen"], DuesState.AWAITING, turn.person, turn.now)
    if new is None:
        raise _too_late(turn, payment)
    return Reply(f"已撤销更正：改回{sum_of(turn.session, new)}，待确认。要改金额，请回复“缴党费 金额”。")


@talk.undo("dues.move", words=WORDS)
def undo_move(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """Another month by the member: booked on the former one again."""
    moved = payments.move(turn.session, data["id"], data["period"], turn.person, turn.now)
    if moved is None:
        raise _too_late(turn, _payment(turn, data["id"]))
    before = get_round(turn.session, turn.branch_id, _payment(turn, data["id"]).period)
    return Reply(f"已撤销：{before.name}的登记改回{sum_of(turn.session, moved)}，待确认。")


@talk.undo("dues.confirm", words=WORDS)
def undo_confirmation(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """确认党费, all of one message together: they await confirmation again, and the payers know."""
    _officers_only(turn)
    done, stay = [], []
    for payment in (_payment(turn, payment_id) for payment_id in data["ids"]):
        payer = turn.session.get_one(Person, payment.person_id).name
        what = f"{payer}{sum_of(turn.session, payment)}"
        if payments.unconfirm(turn.session, payment, turn.person, turn.now):
            _tell_back(turn, payment, "仍待确认，您不用再交")
            done.append(what)
        else:
            stay.append(what)
    if not done:
        raise Sorry("刚才确认的党费已经又有了变化，没有撤销。回复“缴费情况”查看。")
    rest = f"{'、'.join(stay)}已经又有了变化，没有改动。" if stay else ""
    return Reply(f"已撤销确认，恢复为待确认：{'、'.join(done)}。{rest}回复“缴费情况”查看。")


@talk.undo("dues.record", words=WORDS)
def undo_record(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """A payment that an officer booked for somebody."""
    _officers_only(turn)
    payment = _payment(turn, data["id"])
    if payment.state is not DuesState.CONFIRMED or payment.confirmed_by != turn.person.id \
            or not payments.take_back(turn.session, payment, turn.person, turn.now):
        raise Sorry("刚才代为登记的党费已经又有了变化，没有撤销。回复“缴费情况”查看。")
    _tell_back(turn, payment, "登记已撤销")
    payer = turn.session.get_one(Person, payment.person_id).name
    return Reply(f"已撤销代为登记：{payer}{sum_of(turn.session, payment)}。回复“缴费情况”查看。")


def _officers_only(turn: Turn) -> None:
    if not Who.ORGANISERS.allows(turn.person):
        raise Sorry(Who.ORGANISERS.refusal(turn.person))


def _tell_back(turn: Turn, payment: DuesPayment, now_is: str) -> None:
    """Whoever has read that it is confirmed hears that it is not; whoever has not hears nothing."""
    notice = recall(turn.session, turn.branch_id, (NOTICE,), [subject_of_payment(payment)], "已撤销", turn.now)
    if notice.told:
        tell_payer(turn, payment, f"刚才通知您的党费确认是误操作：您的{sum_of(turn.session, payment)}{now_is}。"
                                  f"有疑问请问{turn.person.name}。")
