"""What the bot hears of 绑定 and 解绑, and what it says when somebody begins or ceases to follow.

A wrong code gets a Reply, not a Sorry, because the attempt has to stay counted. Start at hear_bind().
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.talk import MEMBERS, Question, Reply, Sorry, Talk, Turn, Who, duties_of
from data.chinese import half_width
from data.models import Duty, Follower, Person
from data.people import officers
from data.undo import note_final
from handlers.binding import attempts, bindings

HOW_TO_BIND = "请发送“绑定 姓名 绑定码”，例如：绑定 张三 482913。绑定码是6位数字，请向支部书记索取。"
WELCOME = ("您好，这里是党务助手：查支部的活动安排，签到、缴党费，接收支部通知。\n"
           f"先绑定身份。{HOW_TO_BIND}\n绑定时会说明保存什么、用来做什么；随时可以解绑。")
CONSENT = ("这里保存名册里您的姓名、工号、身份、职务和党小组，以及您以后的签到、请假、报名、党费、自学、署名来信、提问和“收到”，"
           "只用于支部工作，由您本人、书记和有关负责人按分工查看；请假原因、位置、照片不保存，匿名来信不记是谁写的。"
           "绑定即表示同意，可随时解绑，线下办理同样有效。")
WRONG = "姓名或绑定码不对，没有绑定。请核对后再发：绑定 姓名 绑定码。没有绑定码，或一直不对，请向支部书记索取新的。"

talk = Talk("binding", "身份")
pushes = (attempts.CODE_STOPPED,)


@talk.on("bind", "绑定", who=Who.ANYONE, takes=True, changes=True, usage="绑定 姓名 绑定码——换人或换手机时用")
def hear_bind(turn: Turn) -> Reply:
    """绑定 张三 482913."""
    return _hear_claim(turn, turn.rest or re.sub(r"^.*?绑定(?!码)", "", turn.said, count=1, flags=re.DOTALL))


@talk.answer("binding.details")
def hear_details(turn: Turn, _data: Mapping[str, Any], words: str) -> Reply:
    """Name and code, sent after a bare 绑定."""
    return _hear_claim(turn, words)


def _hear_claim(turn: Turn, words: str) -> Reply:
    attempts.lock_openid_row(turn.session, turn.openid)
    if locked := attempts.find_locked_until(turn.session, turn.openid, turn.now):
        return Reply(f"绑定码输错了{attempts.MOST_PER_OPENID}次，{locked:%H:%M}之前不能再试。"
                     "请先向支部书记核对绑定码，到时再发。")
    claim = bindings.parse_claim(words)
    if not claim.code or not 0 < len(claim.name) <= Person.name.type.length:
        return _ask_for_both(turn, claim, words)
    people = bindings.lock_named(turn.session, claim.name)
    person = bindings.find_claimed(turn.office.settings.secret_key, people, claim.code)
    if person is not None:
        return _claimed(turn, person)
    if turn.person is not None and [named.id for named in people] == [turn.person.id]:
        return _already(turn.person)
    return _wrong_code(turn, people)


def _ask_for_both(turn: Turn, claim: bindings.Claim, words: str) -> Reply:
    if turn.person is not None and not words.strip():
        return _already(turn.person)
    if claim.code and not claim.name:
        text = "还缺姓名。请把姓名和绑定码一起发，例如：绑定 张三 482913。"
    elif not claim.code and re.search(r"\d", half_width(words)):
        text = "绑定码是6位数字，请核对后把姓名和绑定码一起发，例如：绑定 张三 482913。"
    else:
        text = HOW_TO_BIND
    return Reply(text, Question("binding.details", "slot"))


def _already(person: Person) -> Reply:
    return Reply(f"这个微信已经绑定为{_called(person)}，不用再绑定。回复“帮助”看看可以做什么。")


def _wrong_code(turn: Turn, people: list[Person]) -> Reply:
    others = [person for person in people if turn.person is None or person.id != turn.person.id]
    attempts.record_wrong(turn.session, turn.openid, others, turn.now)
    if locked := attempts.find_locked_until(turn.session, turn.openid, turn.now):
        return Reply(f"{WRONG}\n已经输错{attempts.MOST_PER_OPENID}次，{locked:%H:%M}之前不能再试。")
    return Reply(WRONG)


def _claimed(turn: Turn, person: Person) -> Reply:
    if turn.follower.person_id == person.id:
        return _already(person)
    holder = bindings.find_holder(turn.session, person)
    if turn.person is None and holder is None:
        return _bound(turn, person)
    notes = []
    if turn.person is not None:
        notes.append(f"这个微信现在绑定的是{_called(turn.person)}，确认后改为{_called(person)}，原来的绑定结束。")
    if holder is not None:
        notes.append(f"{_called(person)}已绑定在另一个微信上，确认后改到这个微信，那个微信不再收到通知。")
    return Reply("\n".join((*notes, "回复“确认”改绑，回复“取消”放弃。")),
                 Question("binding.rebind", "confirm", {"person": person.id, "serial": person.code_serial}))


@talk.answer("binding.rebind")
def hear_rebind(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    """确认 to a change of who is tied to which phone; the code is used up only now."""
    person = turn.session.get(Person, data["person"], with_for_update=True, populate_existing=True)
    if person is None or person.code_serial != data["serial"] or person.code_stopped_at is not None:
        raise Sorry("这个绑定码刚刚已经失效，没有改绑。请向支部书记索取新的绑定码。")
    return _bound(turn, person)


def _bound(turn: Turn, person: Person) -> Reply:
    bindings.bind(turn.session, turn.follower, person, turn.now)
    note_final(turn.session, person, "绑定码只能用一次。要解除这个绑定，请回复“解绑”。", turn.now)
    return Reply(f"绑定成功。{_called(person)}，您好。\n{CONSENT}\n{_first_steps(person)}")


def _called(person: Person) -> str:
    return f"{person.name}（{person.duties or person.identity.value}）"


def _first_steps(person: Person) -> str:
    """What to try first, by role."""
    duties = duties_of(person)
    if duties & {Duty.SECRETARY, Duty.DEPUTY}:
        return ("先从这里开始：回复“本月安排”看计划；给活动定日期，例如“设置 三月主题党日 3月10日 14:00 多功能厅”；"
                "发通知，例如“广播 党员 明天下午三点开会”。回复“帮助”看全部。")
    if Duty.ORGANISER in duties:
        return "先从这里开始：回复“本月安排”看计划；“缴费情况”“签到情况”看进度。回复“帮助”看全部。"
    if person.identity in MEMBERS:
        return "先从这里开始：回复“本月安排”看计划；活动开始时回复“签到”；缴党费后回复“缴党费 30”。回复“帮助”看全部。"
    return "先从这里开始：回复“本月安排”看计划；活动开始时回复“签到”。回复“帮助”看全部。"


@talk.on("unbind", "解绑", "解除绑定", "取消绑定", changes=True, usage="解绑——这个微信不再代表您")
def hear_unbind(turn: Turn) -> Reply:
    """解绑: asks first."""
    note = ""
    if _is_last_secretary(turn.session, turn.person):
        note = "支部没有其他已绑定的书记或副书记，解绑后暂时没有人能在这里发通知、定日期。\n"
    return Reply(f"解绑后，这个微信不再代表{_called(turn.person)}，也收不到支部通知；"
                 f"签到、党费等记录仍保留在支部。\n{note}回复“确认”解绑，回复“取消”放弃。",
                 Question("binding.unbind", "confirm", {"person": turn.person.id}))


@talk.answer("binding.unbind")
def hear_unbind_confirmed(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    """确认 to 解绑."""
    if turn.person is None or turn.person.id != data["person"]:
        raise Sorry(f"这个微信现在没有绑定。{HOW_TO_BIND}")
    bindings.unbind(turn.session, turn.follower, turn.person, turn.now)
    note_final(turn.session, turn.person, "已解绑的微信要再用，请用新的绑定码重新绑定。", turn.now)
    return Reply("已解绑，您的记录仍保留在支部。以后要再用，请向支部书记索取新的绑定码，发送“绑定 姓名 绑定码”。")


def _is_last_secretary(session: Session, person: Person) -> bool:
    secretaries = {officer.id for officer in officers(session, person.branch_id, Duty.SECRETARY, Duty.DEPUTY)}
    others = select(Follower.person_id).where(Follower.person_id.in_(secretaries - {person.id})).limit(1)
    return person.id in secretaries and session.scalar(others) is None


@talk.event("subscribe", "scan")
def hear_subscribe(turn: Turn) -> Reply:
    """Somebody begins to follow, or scans the account's code again; a refusal of template messages is over then."""
    turn.follower.template_refused = False
    if turn.person is not None:
        return Reply(f"{_called(turn.person)}，欢迎回来。回复“本月安排”看计划，回复“帮助”看看可以做什么。")
    return Reply(WELCOME)


@talk.event("unsubscribe")
def hear_unsubscribe(turn: Turn) -> None:
    """Somebody ceases to follow: pushes end, and what is kept of the openid goes (protocol 1.4)."""
    if turn.person is not None:
        bindings.unbind(turn.session, turn.follower, turn.person, turn.now, action="binding.unsubscribe")
    bindings.forget(turn.session, turn.follower)
