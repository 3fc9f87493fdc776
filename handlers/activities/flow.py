"""From an order to a changed calendar: finds the line, asks for what is missing or doubtful, then does it.

Every question keeps the order, and every answer comes back to proceed(). Never commits. Start there.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.talk import Question, Reply, Sorry, Turn
from data.activities import end_of, year_view
from data.chinese import format_date, format_dated
from handlers.activities import changes, said
from handlers.activities.changes import Slot
from handlers.activities.doubts import find_doubts, find_other_month, find_twins
from handlers.activities.notices import enqueue_notice
from handlers.activities.order import Order, Verb, in_next_year
from handlers.activities.targets import Target, find_target, find_targets, year_of
from handlers.activities.undoing import note

MOST_CHOICES = 9
LONGEST_TITLE = 60
WHICH, PIECE, SURE, CANCEL = "activities.which", "activities.piece", "activities.sure", "activities.cancel"
YEAR = "activities.year"
NOON = time(12)


def proceed(turn: Turn, order: Order) -> Reply:
    """Do the order, or ask the next thing that it lacks. Raises Sorry where it cannot be done."""
    if not order.words and not order.old_day:
        raise Sorry(said.usage(order.verb))
    if order.verb in (Verb.SET, Verb.ADD) and _is_past(order, turn.now):
        return _ask_year(order, turn.now)
    if order.verb is Verb.ADD:
        return _proceed_adding(turn, order)
    target = _find_one(turn, order)
    if isinstance(target, Reply):
        return target
    order = replace(order, target=target.key)
    return _preview_cancel(turn, order, target) if order.verb is Verb.CANCEL else _proceed_dating(turn, order, target)


def _find_one(turn: Turn, order: Order) -> Target | Reply:
    if order.target:
        target = find_target(turn.session, turn.branch_id, order.target, turn.now.tzinfo)
        if target is None:
            raise Sorry("这项安排刚刚被改动了，没有执行。回复“本月安排”看看现在的情况，再重新发送。")
        return target
    found = find_targets(turn.session, turn.branch_id, order, turn.now)
    if not found and order.place and not order.day and not order.begins:  # 消防 演练: the second word is no place
        order = replace(order, words=f"{order.words}{order.place}", place="")
        found = find_targets(turn.session, turn.branch_id, order, turn.now)
    if len(found) == 1:
        return found[0]
    if found:
        return _ask_which(order, found[:MOST_CHOICES], turn.now)
    view = year_view(turn.session, turn.branch_id, year_of(order, turn.now), turn.now.tzinfo)
    raise Sorry(said.not_found(order, view, turn.now))


def _ask_which(order: Order, found: list[Target], now: datetime) -> Reply:
    keys: dict[str, str] = {}
    for target in found:
        label = said.label(target.view, target.item, now)
        keys[f"{label}（另一项）" if label in keys else label] = target.key
    lines = "\n".join(f"{number}. {label}" for number, label in enumerate(keys, 1))
    return Reply(f"有{len(keys)}项都像，请问是哪一项？请回复数字：\n{lines}",
                 Question(WHICH, "choice", {"order": order.to_json(), "keys": keys}, tuple(keys)))


def _proceed_dating(turn: Turn, order: Order, target: Target) -> Reply:
    item, now = target.item, turn.now
    if item.starts_at and item.activity and end_of(item.activity) <= now:
        raise Sorry(f"{said.label(target.view, item, now)}已经结束，不能再改。要加一项新的活动，请用“添加活动”。")
    if _is_past(order, now):
        return _ask_year(order, now)
    if order.changes_nothing and item.starts_at:
        return _ask_piece(order, said.what_to_change(target, now))
    if order.shift and not item.starts_at:
        return _ask_piece(replace(order, shift=0), said.nothing_to_shift(target, now))
    slot = slot_from(order, item.activity and changes.slot_of(item.activity), now)
    missing = _ask_missing(order, slot, said.label(target.view, item, now), now)
    if missing is not None:
        return missing
    doubts = [*_day_doubts(order, slot, now), *find_other_month(target.view, item, slot)]
    before = changes.slot_of(item.activity)
    if doubts and not order.sure and (before is None or before.starts_at != slot.starts_at):
        return _ask_sure(order, item.title, slot, doubts, now)
    change = changes.schedule(turn.session, target.view, item, slot, order.audience, now, turn.person)
    if not change.changed:
        return Reply(said.unchanged(target.view, item, now))
    note(turn, change)
    told = enqueue_notice(turn.session, change, turn.person, now, turn.office.settings)
    return Reply(said.dated(turn.session, target, change, told, now))


def _proceed_adding(turn: Turn, order: Order) -> Reply:
    if len(order.words) > LONGEST_TITLE:
        raise Sorry(f"活动名称有{len(order.words)}字，太长了，请不超过{LONGEST_TITLE}字。{said.usage(Verb.ADD)}")
    slot = slot_from(order, None, turn.now)
    missing = _ask_missing(order, slot, order.words, turn.now)
    if missing is not None:
        return missing
    year = slot.starts_at.astimezone(turn.now.tzinfo).year
    view = year_view(turn.session, turn.branch_id, year, turn.now.tzinfo)
    doubts = [*_day_doubts(order, slot, turn.now), *find_twins(view, order.words, slot, turn.now)]
    if doubts and not order.sure:
        return _ask_sure(order, order.words, slot, doubts, turn.now)
    change = changes.add(turn.session, turn.branch_id, order.words, slot, order.audience, turn.now, turn.person)
    note(turn, change)
    told = enqueue_notice(turn.session, change, turn.person, turn.now, turn.office.settings)
    return Reply(said.added(turn.session, change, told, turn.now))


def slot_from(order: Order, before: Slot | None, now: datetime) -> Slot | None:
    """When and where the order puts it; what it does not say stays as before. None while day or hour are missing."""
    if order.shift and before:
        by = timedelta(minutes=order.shift)
        ends = before.ends_at and before.ends_at + by
        return Slot(before.starts_at.astimezone(now.tzinfo) + by, ends, order.place or before.place)
    was = before and before.starts_at.astimezone(now.tzinfo)
    day, begins = order.day or (was and was.date()), order.begins or (was and was.time())
    if day is None or begins is None or order.impossible:
        return None
    start = datetime.combine(day, begins, now.tzinfo)
    place = order.place or (before.place if before else "")
    return Slot(start, _end(order, before, start), place)


def _end(order: Order, before: Slot | None, start: datetime) -> datetime | None:
    if order.ends is not None:
        end = datetime.combine(order.last_day or start.date(), order.ends, start.tzinfo)
        return end if end > start else end + timedelta(days=1)
    if order.last_day is not None:
        return datetime.combine(order.last_day, start.time(), start.tzinfo) + timedelta(hours=2)
    if order.begins is None and before and before.ends_at:
        return start + (before.ends_at - before.starts_at)
    return None


def _ask_missing(order: Order, slot: Slot | None, what: str, now: datetime) -> Reply | None:
    """The question for a day or an hour that is missing, impossible or past; None when all is there."""
    sample = (now + timedelta(days=7)).date()
    example = f"例如：{sample.month}月{sample.day}日 14:00"
    if order.impossible:
        text = f"没有“{order.impossible}”这个日期或时间。{what}定在什么时候？请回复日期和时间，{example}。"
        order = _without_time(order)
    elif slot is not None:
        if slot.starts_at > now:
            return None
        text = f"{format_dated(slot.starts_at, now)}已经过去了。{what}改在什么时候？请回复以后的日期和时间，{example}。"
        order = _without_time(order)
    elif order.day is None:
        text = f"{what}定在哪一天、几点？请回复日期和时间，{example}。"
    else:
        text = f"{what}，{format_date(order.day, now)}几点开始？请回复时间，例如：14:00 或 14:00-15:30。"
    return _ask_piece(order, text)


def _without_time(order: Order) -> Order:
    return replace(order, impossible="", day=None, begins=None, ends=None, last_day=None, shift=0, no_year=False)


def _ask_piece(order: Order, text: str) -> Reply:
    return Reply(text, Question(PIECE, "slot", {"order": order.to_json()}))


def _is_past(order: Order, now: datetime) -> bool:
    """Whether the day is one without a year that has just passed, so that next year's may be meant."""
    today = now.date()
    return order.no_year and order.day is not None and order.day < today <= _next_day(order)


def _next_day(order: Order) -> date:
    day = in_next_year(order).day
    assert day is not None
    return day


def _ask_year(order: Order, now: datetime) -> Reply:
    """Whether the day is next year's; what else is odd about that day is asked in the same question."""
    later, day = replace(in_next_year(order), day_sure=True), _next_day(order)
    slot = Slot(datetime.combine(day, order.begins or NOON, now.tzinfo), None, "")
    doubts = "".join(f"{doubt}。" for doubt in find_doubts(slot, now, weekday_said=True))
    return Reply(f"{order.day.month}月{order.day.day}日已经过去。{doubts}定在{format_date(day, now)}吗？\n"
                 "要定在别的日子，请重新发送。回复“确认”就这样定，回复“取消”放弃。",
                 Question(YEAR, "confirm", {"order": later.to_json()}))


def _day_doubts(order: Order, slot: Slot, now: datetime) -> list[str]:
    return [] if order.day_sure else find_doubts(slot, now)


def _ask_sure(order: Order, title: str, slot: Slot, doubts: list[str], now: datetime) -> Reply:
    return Reply(f"{'；'.join(doubts)}。\n“{title}”仍然定在{format_dated(slot.starts_at, now, slot.ends_at)}吗？\n"
                 "回复“确认”就这样定，回复“取消”放弃。", Question(SURE, "confirm", {"order": order.to_json()}))


def _preview_cancel(turn: Turn, order: Order, target: Target) -> Reply:
    item = target.item
    if item.activity is not None and item.starts_at and end_of(item.activity) <= turn.now:
        raise Sorry(f"{said.label(target.view, item, turn.now)}已经结束，不能再取消。")
    version = item.activity.version if item.activity else 0
    return Reply(said.cancel_preview(turn.session, target, turn.person, turn.now),
                 Question(CANCEL, "confirm", {"order": order.to_json(), "version": version}))


def cancel_now(turn: Turn, order: Order, data: Mapping[str, object]) -> Reply:
    """What was previewed is cancelled, unless it has changed since."""
    target = _find_one(turn, order)
    activity = target.item.activity if isinstance(target, Target) else None
    if not isinstance(target, Target) or (activity.version if activity else 0) != data["version"]:
        raise Sorry("这项活动刚刚有了新的安排，没有取消。回复“本月安排”看看现在的情况，再重新发送。")
    change = changes.cancel(turn.session, target.view, target.item, turn.now, turn.person)
    note(turn, change)
    told = enqueue_notice(turn.session, change, turn.person, turn.now, turn.office.settings)
    return Reply(said.cancelled(target, told, turn.now))

