"""撤销 of a check-in, 补签, leave or 销假: what each puts back, and what it says. Start at undo_check_in().

A check-in that is taken back leaves the list and stays in the audit; a leave that it had withdrawn stands again.
"""

from collections.abc import Mapping
from typing import Any

from bot.talk import Reply, Sorry, Turn, Who
from data.activities import find_activity, is_open
from data.models import Activity, Person
from handlers.checkin import records
from handlers.checkin.heard import name, talk
from handlers.checkin.leave import NOTICE, TAKEN, WITHDRAWN, subject_of, tell_secretary, tell_withdrawn
from scheduler.recall import recall

GONE = "这条签到记录刚刚已经不在了，没有改动。回复“我的签到”查看。"


def _named(activity: Activity, turn: Turn) -> str:
    """The activity's name; its date may have been taken back since."""
    return name(activity, turn.now) if activity.starts_at else activity.title


@talk.undo("checkin.check_in", words="签|打卡")
def undo_check_in(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """签到 by mistake."""
    record = records.take_back(turn.session, data["id"], turn.person, turn.now)
    if record is None:
        raise Sorry(GONE)
    activity = turn.session.get_one(Activity, record.activity_id)
    on_leave = data["on_leave"] and records.restore_leave(turn.session, turn.person.id, activity, turn.person, turn.now)
    leave = "您原来的请假已恢复。" if on_leave else ""
    again = "到场后请回复“签到”。" if is_open(activity, turn.now) else "到场了的，请书记或组织委员补签。"
    return Reply(f"已撤销签到：{_named(activity, turn)}。{leave}{again}")


@talk.undo("checkin.make_up", words="签|打卡")
def undo_make_up(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """补签 by an officer, all of one message together."""
    if not Who.ORGANISERS.allows(turn.person):
        raise Sorry(Who.ORGANISERS.refusal(turn.person))
    taken = [record for record_id in data["ids"]
             if (record := records.take_back(turn.session, record_id, turn.person, turn.now))]
    if not taken:
        raise Sorry(GONE)
    activity = turn.session.get_one(Activity, taken[0].activity_id)
    back = [record.person_id for record in taken if record.id in data["on_leave"]
            and records.restore_leave(turn.session, record.person_id, activity, turn.person, turn.now)]
    leave = f"{_names(turn, back)}原来的请假已恢复。" if back else ""
    return Reply(f"已撤销补签：{_names(turn, [record.person_id for record in taken])}，{_named(activity, turn)}。{leave}"
                 "要重新登记，请回复“补签 姓名”。")


def _names(turn: Turn, ids: list[int]) -> str:
    return "、".join(turn.session.get_one(Person, person_id).name for person_id in ids)


@talk.undo("leave.take", words="请假|销假")
def undo_leave(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """请假: the same as 销假."""
    activity = find_activity(turn.session, turn.branch_id, data["id"])
    if activity is None or not records.withdraw_leave(turn.session, turn.person, activity, turn.person, turn.now):
        raise Sorry("这次请假已经销假，或者您已签到，没有改动。回复“我的签到”查看。")
    if activity.starts_at is None:
        return Reply(f"已撤销请假：{activity.title}。")
    return Reply(f"已撤销请假：{_named(activity, turn)}。{tell_withdrawn(turn, activity)}到场后请回复“签到”。")


@talk.undo("leave.withdraw", words="请假|销假")
def undo_withdrawal(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """销假: the leave stands again, without its reason, which nobody keeps."""
    activity = find_activity(turn.session, turn.branch_id, data["id"])
    if activity is None or records.find_check_in(turn.session, turn.person.id, activity.id):
        raise Sorry("您已经签到，或者活动已经不在了，请假没有恢复。回复“我的签到”查看。")
    if not records.restore_leave(turn.session, turn.person.id, activity, turn.person, turn.now):
        raise Sorry("请假本来就有效，没有改动。回复“我的签到”查看。")
    what = _named(activity, turn)
    notice = recall(turn.session, turn.branch_id, (NOTICE,), [subject_of(turn, activity, WITHDRAWN)], "后来又请假", turn.now)
    told = ""
    if activity.starts_at and not (notice.stopped and not notice.told):
        told = tell_secretary(turn, activity, TAKEN, f"{turn.person.name}仍然请假：{what}（撤销了刚才的销假）。")
    return Reply(f"已撤销销假，请假恢复：{what}。{told}又能来了，请回复“销假”。")
