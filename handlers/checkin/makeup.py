"""补签: officers enter those who were there and could not check in; it counts the same. Start at hear_makeup()."""

from collections.abc import Mapping
from typing import Any

from bot.talk import Question, Reply, Sorry, Turn, Who
from bot.which import choose_named
from bot.whom import Named, add_chosen, ask_who, find_named, label, people_by_id
from data.activities import EARLY, concerns, find_activity, find_open
from data.attendance import begun
from data.chinese import format_time
from data.models import Activity, Person
from data.people import people_named
from data.undo import note_step
from handlers.checkin import records
from handlers.checkin.heard import LOOK_BACK, ask_which, chosen_activity, name, talk, words_of
from handlers.checkin.records import CheckedIn


@talk.on("makeup_checkin", "补签", "补签到", who=Who.ORGANISERS, takes=True, changes=True,
         usage="补签 张三——登记到场没签上的人")
def hear_makeup(turn: Turn) -> Reply:
    """Enter one or several people for the activity that is named, open or latest."""
    words = turn.rest or "、".join(turn.match.slots.people)
    if not words:
        again = "请回复姓名，几个人用顿号隔开，例如“张三、李四”。"
        return Reply(f"请问给谁补签？{again}", Question("makeup.names", "person", again=again))
    return _begin(turn, words)


@talk.answer("makeup.names")
def hear_names(turn: Turn, _data: Mapping[str, Any], said: str) -> Reply:
    """The names that were asked for."""
    return _begin(turn, said)


def _begin(turn: Turn, words: str) -> Reply:
    named = find_named(turn.session, turn.branch_id, words)
    if not named.ids and not named.shared:
        raise Sorry(f"名册里没有找到“{words[:20]}”，没有补签。请发送“补签 姓名”，姓名与名册一致。")
    activities = _meant(turn, named.rest)
    if len(activities) > 1:
        return ask_which(activities, turn.now, "makeup.which", "补签到哪一项活动？",
                         ids=list(named.ids), shared=list(named.shared))
    return _go_on(turn, named, activities[0])


def _meant(turn: Turn, rest: str) -> list[Activity]:
    """What has begun and is named; else everything open, or the latest. Raises Sorry for words that name nothing."""
    words = words_of(turn, rest or " ")
    past = begun(turn.session, turn.branch_id, turn.now - LOOK_BACK, turn.now + EARLY)
    found = choose_named(words, past, turn.now.tzinfo)
    if found:
        return found[:1] if not words.days else found
    if words.names_any:
        raise Sorry("没有找到已经开始的这项活动，没有补签。活动开始前30分钟起可以补签，回复“本月安排”查看。")
    if words.says_more and turn.rest:
        raise Sorry(f"“{words.others[:20]}”不是名册里的姓名，也不是活动的名称，没有补签。请核对后再发一次。")
    if not past:
        raise Sorry("还没有开始过的活动，没有补签。")
    return find_open(turn.session, turn.branch_id, turn.now) or [past[0]]


@talk.answer("makeup.which")
def hear_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several activities."""
    return _go_on(turn, Named(tuple(data["ids"]), tuple(data["shared"]), ""), chosen_activity(turn, data, chosen))


@talk.answer("makeup.who")
def hear_who(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    """Which of several people of one name."""
    return _go_on(turn, add_chosen(data, chosen), find_activity(turn.session, turn.branch_id, data["activity"]))


def _go_on(turn: Turn, named: Named, activity: Activity | None) -> Reply:
    """Ask about equal names one after the other, then enter everybody."""
    if activity is None or activity.starts_at is None:
        raise Sorry("这项活动已经不在了，没有补签。")
    named, notes = _settle_by_audience(turn, named, activity)
    if named.shared:
        return ask_who(turn.session, turn.branch_id, named, "makeup.who", activity=activity.id)
    people = people_by_id(turn.session, turn.branch_id, named.ids)
    done = [records.make_up(turn.session, person, activity, turn.person, turn.now) for person in people]
    _note(turn, [one for one in done if one.is_new])
    lines = [_line(turn, person, activity, one) for person, one in zip(people, done, strict=True)]
    return Reply("\n".join((f"{name(activity, turn.now)}：", *lines, *notes)))


def _settle_by_audience(turn: Turn, named: Named, activity: Activity) -> tuple[Named, list[str]]:
    """Of several people of one name the one whom the activity concerns is meant; and what is said about that."""
    ids, shared, notes = list(named.ids), [], []
    for one in named.shared:
        people = people_named(turn.session, turn.branch_id, one)
        concerned = [person for person in people if concerns(person, activity)]
        if len(concerned) != 1:
            shared.append(one)
            continue
        ids.append(concerned[0].id)
        others = "、".join(label(person) for person in people if person is not concerned[0])
        notes.append(f"参加对象中的{one}是{label(concerned[0])}；要登记的是{others}，请回复“补签 工号”。")
    return Named(tuple(dict.fromkeys(ids)), tuple(shared), named.rest), notes


def _note(turn: Turn, new: list[CheckedIn]) -> None:
    """One step for 撤销, however many names were said."""
    if new:
        note_step(turn.session, turn.person, "checkin.make_up", turn.now, ids=[one.record.id for one in new],
                  on_leave=[one.record.id for one in new if one.was_on_leave])


def _line(turn: Turn, person: Person, activity: Activity, done: CheckedIn) -> str:
    if not done.is_new:
        at = format_time(done.record.happened_at, turn.now.tzinfo)
        how = "已补签过" if done.record.entered_by != person.id else f"已在{at}签到"
        return f"{person.name}{how}，不用补签。"
    notes = ["原来的请假已撤销"] if done.was_on_leave else []
    if not concerns(person, activity):
        notes.append("不在参加对象中，仍已登记")
    return f"已补签{person.name}{'（' + '；'.join(notes) + '）' if notes else ''}。"
