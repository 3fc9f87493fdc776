"""The state of a broadcast in words: numbers with reasons, or the names. Pure. Start at describe()."""

from collections import Counter
from collections.abc import Sequence

from data.models import OutboxState
from handlers.broadcast.broadcasts import Outcome, group_by_state

# 书记 knows four outcomes; a dropped row is a failed one to them, a held one still waits.
LABELS = {
    "已送达": (OutboxState.SENT,), "等待": (OutboxState.WAITING, OutboxState.SENDING, OutboxState.HELD),
    "失败": (OutboxState.FAILED, OutboxState.DROPPED), "待核实": (OutboxState.UNSURE,),
}
WHY = {OutboxState.WAITING: "排队发送", OutboxState.SENDING: "正在发送", OutboxState.HELD: "下次发消息时看到",
       OutboxState.UNSURE: "平台没有回音，请向本人核实"}


def describe(found: Sequence[Outcome], unbound: Sequence[str]) -> str:
    """Numbers by outcome, and the reasons for what did not arrive."""
    by_state = group_by_state(found)
    numbers = [f"{name}{sum(len(by_state.get(state, ())) for state in states)}人" for name, states in LABELS.items()]
    reasons = []
    for name, states in list(LABELS.items())[1:]:
        whys = Counter(_why(outcome) for state in states for outcome in by_state.get(state, ()))
        reasons += [f"{name}：{why}，{count}人" for why, count in whys.most_common()]
    more = ["要看名单，回复“广播状态 名单”。"] if found or unbound else []
    return "\n".join(["，".join([*numbers, f"未绑定{len(unbound)}人"]) + "。", *reasons, *more])


def names_by_state(found: Sequence[Outcome], unbound: Sequence[str]) -> str:
    """The names by outcome, with the reason where something did not arrive."""
    by_state = group_by_state(found)
    lines = []
    for name, states in LABELS.items():
        people = [outcome for state in states for outcome in by_state.get(state, ())]
        whys = dict.fromkeys(_why(outcome) for outcome in people)
        lines += [f"{name}{f'（{why}）' if why else ''}：{'、'.join(one.name for one in people if _why(one) == why)}"
                  for why in whys]
    return "\n".join([*lines, *([f"未绑定：{'、'.join(unbound)}"] if unbound else [])]) or "这条广播没有收件人。"


def _why(outcome: Outcome) -> str:
    if outcome.state is OutboxState.SENT:
        return ""
    return outcome.why or WHY.get(outcome.state, "原因未记录")
