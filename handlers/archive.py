"""我的档案: all of one's own in one place, and only one's own: nobody reads another's, 书记 included.

Computed from the records each time; nothing is kept for it. Start at hear_mine().
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.talk import MEMBERS, Reply, Sorry, Talk, Turn
from data.activities import EARLY, end_of, next_for
from data.attendance import OwnState, own_attendance, own_leaves
from data.chinese import format_date, format_dated, format_day, format_fen, format_months
from data.dues import payments_of
from data.dues_rounds import Round, get_round, rounds_of
from data.models import Activity, DuesPayment, DuesState, Letter, StudyRecord
from data.study import StudyBlock, records_of, study_blocks

MOST_LISTED = 5  # activities missed, and those to come
NOT_ANOTHERS = ("个人档案只有本人能看，别人的不能查，书记也一样。查自己的请回复“我的档案”。\n"
                "需要了解工作进展的，书记、副书记可以问“签到情况”“缴费情况”“自学情况”，组织委员可以问前两项，宣传委员可以问“自学情况”。")

talk = Talk("archive", "我的档案")


@talk.on("archive_mine", "我的档案", "我的记录", "个人档案", usage="我的档案——本年的出席、党费、自学，以及还缺什么")
def hear_mine(turn: Turn) -> Reply:
    """The person's own year: attendance, dues, study, letters, what comes and what is missing."""
    if any(name != turn.person.name for name in turn.match.slots.people):
        raise Sorry(NOT_ANOTHERS)
    year = _said_year(turn)
    if year > turn.now.year:
        raise Sorry(f"{year}年还没有到，没有可查的记录。回复“我的档案”查看今年的。")
    own = _read(turn, year)
    lines = [f"您{year}年的档案：", _say_attendance(own.states, turn.now), *_say_dues(turn, own), _say_study(own, turn.now),
             _say_letters(turn.session, turn.person.id, year)]
    if year == turn.now.year:
        lines += ["接下来：" + _say_coming(turn), *_say_missing(turn, own)]
    return Reply("\n".join(line for line in lines if line))


def _said_year(turn: Turn) -> int:
    starts = (span.start for span in turn.match.slots.times if span.start is not None)
    return next((start.year for start in starts), turn.now.year)


@dataclass(frozen=True, slots=True)
class _Own:
    """What the records and the plan say about one person's year."""

    year: int
    states: Sequence[OwnState]
    payments: Sequence[DuesPayment]
    open_rounds: Sequence[Round]
    records: Sequence[StudyRecord]
    blocks: Sequence[StudyBlock]


def _read(turn: Turn, year: int) -> _Own:
    session, person = turn.session, turn.person
    new_year = datetime(year, 1, 1, tzinfo=turn.now.tzinfo)
    until = min(turn.now + EARLY, datetime(year + 1, 1, 1, tzinfo=turn.now.tzinfo))
    payments = payments_of(session, person, year)
    paid = {payment.period for payment in payments}
    due = [round_ for round_ in rounds_of(session, person.branch_id, year)
           if round_.starts <= turn.now.date() and round_.period not in paid]
    return _Own(year, own_attendance(session, person, new_year, until), payments,
                due if person.identity in MEMBERS else (),
                records_of(session, person.id, date(year, 1, 1), date(year, 12, 31)),
                [block for block in study_blocks(session, person.branch_id, year) if block.concerns(person)])


def _name(activity: Activity, now: datetime) -> str:
    return f"{activity.title.strip('。 ')}（{format_dated(activity.starts_at, now)}）"


def _say_attendance(states: Sequence[OwnState], now: datetime) -> str:
    """Leave stands apart; what is still open for check-in is not missed yet."""
    if not states:
        return "出席：还没有签到记录。"
    came = sum(state.record is not None for state in states)
    leave = sum(state.on_leave for state in states)
    missed = len(_missed(states, now))
    running = len(states) - came - leave - missed
    now_open = f"，正在进行{running}次" if running else ""
    return f"出席：应到{len(states)}次，签到{came}次，请假{leave}次，未签到{missed}次{now_open}。"


def _missed(states: Sequence[OwnState], now: datetime) -> list[Activity]:
    return [state.activity for state in states if state.is_missing and end_of(state.activity) < now]


def _say_dues(turn: Turn, own: _Own) -> Iterator[str]:
    """Only for those who pay dues, or have."""
    if turn.person.identity not in MEMBERS and not own.payments:
        return
    parts = {payment.period: _say_payment(turn, payment) for payment in own.payments}
    parts |= {round_.period: f"{round_.name.removesuffix('党费')}还没有登记" for round_ in own.open_rounds}
    yield "党费：" + ("；".join(parts[period] for period in sorted(parts)) or "还没有记录") + "。"


def _say_payment(turn: Turn, payment: DuesPayment) -> str:
    state = "待确认" if payment.state is DuesState.AWAITING else "已确认"
    name = get_round(turn.session, turn.branch_id, payment.period).name.removesuffix("党费")
    return f"{name}{format_fen(payment.amount_fen)}，{state}"


def _say_study(own: _Own, now: datetime) -> str:
    if not own.records:
        return "自学：还没有记录。"
    last = own.records[0]
    book = f"《{last.book}》" if last.book else ""
    return f"自学：{len(own.records)}条，最近一条是{format_date(last.studied_on, now)}{book}。"


def _say_letters(session: Session, person_id: int, year: int) -> str:
    """Letters that were signed, as numbers; of anonymous ones nobody can know who wrote them."""
    sent, answered = session.execute(select(func.count(), func.count(Letter.answered_at)).where(
        Letter.sender_id == person_id, Letter.received_on >= date(year, 1, 1),
        Letter.received_on <= date(year, 12, 31))).one()
    return f"信箱：署名来信{sent}封，已答复{answered}封（匿名来信不在内）。" if sent else ""


def _say_coming(turn: Turn) -> str:
    coming = next_for(turn.session, turn.person, turn.now, MOST_LISTED)
    if not coming:
        return "活动还没有定时间。"
    away = own_leaves(turn.session, turn.person.id, [activity.id for activity in coming])
    return "；".join(f"{_name(activity, turn.now)}{'，已请假' if activity.id in away else ''}" for activity in coming) + "。"


def _say_missing(turn: Turn, own: _Own) -> Iterator[str]:
    """还缺什么: what the plan asks of this person and has no evidence for yet, with what can be done about it."""
    lines = [*_missing_dues(own, turn.now.date()), *_missing_check_ins(own, turn.now), *_missing_study(own, turn.now)]
    if not lines:
        yield "还缺什么：按计划到今天没有要补的。"
        return
    yield "还缺什么："
    yield from (f"{number}. {line}" for number, line in enumerate(lines, 1))


def _missing_dues(own: _Own, today: date) -> Iterator[str]:
    for round_ in own.open_rounds:
        until = f"{format_day(round_.ends)}前交" if today <= round_.ends else f"已过{format_day(round_.ends)}，请补交"
        yield f"{round_.name}还没有登记，{until}{round_.origin}。交后回复“缴党费 金额”。"


def _missing_check_ins(own: _Own, now: datetime) -> Iterator[str]:
    missed = _missed(own.states, now)
    for activity in missed[-MOST_LISTED:]:
        yield f"{_name(activity, now)}未签到。到场了的，可以请组织委员补签。"
    if len(missed) > MOST_LISTED:
        yield f"更早的还有{len(missed) - MOST_LISTED}次未签到，回复“我的签到”查看。"


def _missing_study(own: _Own, now: datetime) -> Iterator[str]:
    """Study is voluntary: one line for all months together, and it says so."""
    studied = {record.studied_on.month for record in own.records}
    without = [block for block in own.blocks if block.months[0] <= now.month and studied.isdisjoint(block.months)]
    if without:
        months = "、".join(format_months(block.months) for block in without)
        yield f"{months}的计划里有自学，还没有您的记录{without[0].note}。自学自愿，愿意的话回复“自学打卡”加内容补记。"
