"""活动: 书记 dates, moves, cancels and adds activities; those concerned are told and reminded.

What is heard stands here; flow.py leads from the words to the change, changes.py has the use cases,
reminders.py and monthly.py what is pushed by itself, undoing.py 撤销. Start at hear_set().
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.talk import Reply, Talk, Turn, Who
from data.activities import next_for, year_view
from data.chinese import format_dated
from handlers.activities import flow, monthly, undoing
from handlers.activities import reminders as dated
from handlers.activities.notices import NOTICE
from handlers.activities.order import Verb, order_from_json, parse_order, read_piece

NEAR = timedelta(days=7)

talk = Talk("activities", title="活动安排")


@talk.on("set_event", "设置", who=Who.SECRETARY, takes=True, changes=True,
         usage="设置 三月主题党日 3月10日 14:00 多功能厅")
def hear_set(turn: Turn) -> Reply:
    return _hear(turn, Verb.SET)


@talk.on("reschedule", "改期", who=Who.SECRETARY, takes=True, changes=True, usage="改期 三月主题党日 3月17日 14:00")
def hear_move(turn: Turn) -> Reply:
    return _hear(turn, Verb.MOVE)


@talk.on("cancel_event", "取消活动", who=Who.SECRETARY, takes=True, changes=True, usage="取消活动 三月主题党日")
def hear_cancel(turn: Turn) -> Reply:
    return _hear(turn, Verb.CANCEL)


@talk.on("add_event", "添加活动", "增加活动", who=Who.SECRETARY, takes=True, changes=True,
         usage="添加活动 消防演练 3月20日 15:00 操场 全体")
def hear_add(turn: Turn) -> Reply:
    return _hear(turn, Verb.ADD)


def _hear(turn: Turn, verb: Verb) -> Reply:
    words = turn.rest if turn.match.command else turn.said
    return flow.proceed(turn, parse_order(verb, words, turn.now, turn.lexicon))


@talk.answer(flow.WHICH)
def hear_which(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    return flow.proceed(turn, replace(order_from_json(data["order"]), target=data["keys"][chosen]))


@talk.answer(flow.PIECE)
def hear_piece(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:
    return flow.proceed(turn, read_piece(order_from_json(data["order"]), chosen, turn.now, turn.lexicon))


@talk.answer(flow.SURE)
def hear_sure(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    return flow.proceed(turn, replace(order_from_json(data["order"]), sure=True))


@talk.answer(flow.YEAR)
def hear_year(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    return flow.proceed(turn, order_from_json(data["order"]))


@talk.answer(flow.CANCEL)
def hear_cancel_confirmed(turn: Turn, data: Mapping[str, Any], _chosen: str) -> Reply:
    return flow.cancel_now(turn, order_from_json(data["order"]), data)


@talk.undo(undoing.STEP, words="活动|改期|日期|时间|设置|党日|地点")
def hear_undo(turn: Turn, data: Mapping[str, Any]) -> Reply:
    return undoing.put_back(turn, data)


@talk.hint
def hint_next(turn: Turn) -> str | None:
    """The next activity of this person, if it is near."""
    if turn.person is None:
        return None
    coming = next_for(turn.session, turn.person, turn.now)
    if not coming or coming[0].starts_at > turn.now + NEAR:
        return None
    return f"最近的活动：{coming[0].title}，{format_dated(coming[0].starts_at, turn.now)}，{coming[0].place or '地点待定'}"


@talk.hint
def hint_undated(turn: Turn) -> str | None:
    """For 书记: what of this month still has no date."""
    if turn.person is None or not Who.SECRETARY.allows(turn.person):
        return None
    view = year_view(turn.session, turn.branch_id, turn.now.year, turn.now.tzinfo)
    count = sum(item.wants_date for item in view.in_month(turn.now.month))
    return f"本月还有{count}项没有定时间，回复“本月安排”查看，用“设置”定下。" if count else None


reminders = (*monthly.monthly, *dated.reminders)
pushes = (NOTICE, undoing.CORRECTION)
