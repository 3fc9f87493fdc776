"""`stats`: how much there is of everything, in numbers only."""

import json

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import (
    Activity,
    ActivityState,
    Broadcast,
    CheckIn,
    DuesPayment,
    DuesState,
    Follower,
    Leave,
    Letter,
    Outbox,
    OutboxState,
    Person,
    StudyRecord,
)
from handlers.commands.door import Command, opened

LABELS = {"people": "名册人数", "bound": "已绑定", "activities": "活动", "checkins": "签到", "leaves": "请假",
          "dues": "党费记录", "study": "自学记录", "letters": "来信", "broadcasts": "广播"}
STATES = {OutboxState.WAITING: "等待", OutboxState.SENDING: "发送中", OutboxState.SENT: "已送达", OutboxState.HELD: "待取",
          OutboxState.FAILED: "失败", OutboxState.DROPPED: "不再需要", OutboxState.UNSURE: "待核实"}


@click.command("stats", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Print how many people, activities, records, letters, broadcasts and deliveries there are."""
    with opened().reading() as session:
        numbers = count(session)
    if as_json:
        click.echo(json.dumps(numbers, ensure_ascii=False))
        return
    for name, label in LABELS.items():
        click.echo(f"{label}：{numbers[name]}")
    click.echo("推送：" + "，".join(f"{STATES[state]}{numbers['deliveries'][state]}" for state in OutboxState))


def count(session: Session) -> dict[str, int | dict[str, int]]:
    """Everything counted; what was cancelled, withdrawn or replaced does not count."""
    def number(*where: object, of: type) -> int:
        return session.scalar(select(func.count()).select_from(of).where(*where)) or 0
    states = dict(session.execute(select(Outbox.state, func.count()).group_by(Outbox.state)).all())
    return {
        "people": number(of=Person), "bound": number(Follower.person_id.is_not(None), of=Follower),
        "activities": number(Activity.state != ActivityState.CANCELLED, Activity.starts_at.is_not(None), of=Activity),
        "checkins": number(of=CheckIn), "leaves": number(Leave.withdrawn_at.is_(None), of=Leave),
        "dues": number(DuesPayment.state != DuesState.REPLACED, of=DuesPayment),
        "study": number(StudyRecord.withdrawn_at.is_(None), of=StudyRecord), "letters": number(of=Letter),
        "broadcasts": number(of=Broadcast),
        "deliveries": {state.value: states.get(state, 0) for state in OutboxState},
    }
