"""撤销: takes back one's own last change within ten minutes, or says why it cannot.

How a change is taken back is known where it is made (Talk.undo); one step only, never a second one further back.
Start at hear_undo().
"""

from bot import dialog
from bot.dispatch import READING
from bot.talk import HearUndo, Reply, Sorry, Talk, Turn, Who
from data.models import OpenQuestion, UndoStep
from data.undo import UNDO_WITHIN, WHY, find_last, mark_undone

MINUTES = UNDO_WITHIN.seconds // 60

talk = Talk("undo", "撤销")


@talk.on("undo", "撤销", "撤回", "撤销上一步", "撤消", "撤销签到", "撤回签到", "撤销补签", "撤销改期", "撤销登记", "撤销党费",
         "撤销缴党费", "撤销自学", "撤销自学打卡", changes=True,
         usage=f"撤销——收回您刚才的一步（{MINUTES}分钟内）")
def hear_undo(turn: Turn) -> Reply:
    """Take back the last change; a preview or question that came after it is dropped instead."""
    step, question = find_last(turn.session, turn.person, turn.now), _find_question(turn)
    named = _named(turn)
    if question is not None and not named and _is_last(question, step):
        dropped = dialog.say_dropped(question)
        dialog.close(turn.session, turn.openid)
        return Reply(dropped)
    if step is None:
        raise Sorry(_nothing(turn))
    if not step.name:
        raise Sorry(f"这一步不能撤销：{step.data[WHY]}")
    if named and step.name not in named:
        raise Sorry("您最近的一步不是这一项，没有撤销。要收回最近的一步，请回复“撤销”；更早的请按“帮助”里的说法更正。")
    if not mark_undone(turn.session, step, turn.now):
        raise Sorry("只能收回最近的一步，那一步已经撤销过，没有再改动。更早的操作不能接着撤销，要改请回复“帮助”看办法。")
    return _undo_of(turn, step.name)(turn, step.data)


def _find_question(turn: Turn) -> OpenQuestion | None:
    """The question that is open; which reading of a sentence was meant is none that could change anything by itself."""
    question = turn.session.get(OpenQuestion, turn.openid)
    return question if question is not None and question.name != READING and turn.now <= question.expires_at else None


def _named(turn: Turn) -> set[str]:
    """The steps that the words name, as each capability calls its own: 撤销签到 must not take back a payment."""
    return {step for one in turn.office.talks for step, words in one.undo_words.items()
            if words.search(turn.match.text)}


def _is_last(question: OpenQuestion, step: UndoStep | None) -> bool:
    return step is None or step.undone_at is not None or question.asked_at >= step.at


def _undo_of(turn: Turn, name: str) -> HearUndo:
    for one in turn.office.talks:
        if name in one.undos:
            return one.undos[name]
    raise LookupError(f"nobody takes back {name}")


def _nothing(turn: Turn) -> str:
    """What to do where there is nothing to take back, by role."""
    if Who.SECRETARY.allows(turn.person):
        others = "活动改时间用“改期”，不办用“取消活动”，党费登记错了用“更正党费”。"
    elif Who.ORGANISERS.allows(turn.person):
        others = "党费登记错了用“更正党费”。"
    else:
        others = "签到、党费登记错了，请告诉组织委员或书记。"
    return f"最近{MINUTES}分钟里您没有可以撤销的操作，更早的不能撤销。请了假又能来，请回复“销假”；{others}"
