"""What 书记 reads about changes of the calendar: fact first, next step last. Reads only."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from data.activities import Item, YearView, audience_ids
from data.chinese import format_dated, format_months
from data.models import Person
from data.people import ids_in
from handlers.activities.changes import Change
from handlers.activities.doubts import find_overlaps, holiday_note
from handlers.activities.notices import Told, when_and_where
from handlers.activities.order import Order, Verb
from handlers.activities.targets import Target, name_of

_USAGE = {
    Verb.SET: "请这样说：设置 三月主题党日 3月10日 14:00 多功能厅",
    Verb.MOVE: "请这样说：改期 三月主题党日 3月17日 14:00，地点有变就写在后面。",
    Verb.CANCEL: "请这样说：取消活动 三月主题党日",
    Verb.ADD: "请这样说：添加活动 消防演练 3月20日 15:00 操场 全体",
}


def usage(verb: Verb) -> str:
    """How an order is said."""
    return f"没有看到活动名称。{_USAGE[verb]}"


def label(view: YearView, item: Item, now: datetime) -> str:
    """A line of the calendar as one names it among others: `主题党日活动（三月，时间未定）`."""
    if not item.entry:
        return f"{item.title}（{view.when(item, now)}）"
    year = "" if view.year == now.year else f"{view.year}年"
    return f"{item.title}（{year}{format_months(item.months)}，{view.when(item, now, view.year)}）"


def not_found(order: Order, view: YearView, now: datetime) -> str:
    """Nothing in the calendar is near enough: what is there, and what to say instead."""
    months = order.months or ((order.day.month,) if order.day else (now.month,))
    items = [item for item in view.in_months(months) if not item.is_cancelled]
    there = "\n".join(f"{number}. {item.title}：{view.when(item, now, view.year)}"
                      for number, item in enumerate(items, 1))
    name = f"{'' if view.year == now.year else f'{view.year}年'}{format_months(months)}"
    list_ = f"{name}有：\n{there}" if items else f"{name}没有安排。"
    add = "" if order.verb is Verb.CANCEL else f"\n计划外的活动请说：{_to_add(order, now)}"
    return f"没有找到“{order.words}”。{list_}{add}{view.note}"


def _to_add(order: Order, now: datetime) -> str:
    """The order as one that adds; with no time said, a sample of one that lies ahead."""
    sample = order.day or (now + timedelta(days=7)).date()
    day = f"{'' if sample.year == now.year else f'{sample.year}年'}{sample.month}月{sample.day}日"
    hour = f"{order.begins:%H:%M}" if order.begins else "14:00"
    return f"添加活动 {order.words} {day} {hour} {order.place or '地点'}"


def what_to_change(target: Target, now: datetime) -> str:
    """Nothing was said that could change."""
    view, item = target.view, target.item
    return (f"{item.title}现在是{view.when(item, now)}。要改成什么时候？请回复新的日期和时间，"
            "或“推迟一周”“地点改成会议室”这样的话。")


def nothing_to_shift(target: Target, now: datetime) -> str:
    """It is to be put off or brought forward, but has no date."""
    sample = (now + timedelta(days=7)).date()
    return (f"{name_of(target.view, target.item, now)}还没有定时间，不能推迟或提前。定在哪一天、几点？"
            f"请回复日期和时间，例如：{sample.month}月{sample.day}日 14:00。")


def unchanged(view: YearView, item: Item, now: datetime) -> str:
    return f"{item.title}本来就是{view.when(item, now)}，没有改动。{view.note}"


def dated(session: Session, target: Target, change: Change, told: Told, now: datetime) -> str:
    """A line of the plan, or an activity, has its date."""
    activity, name = change.activity, name_of(target.view, target.item, now)
    was = f"（原定{format_dated(change.before.starts_at, now)}）" \
        if change.before and change.before.starts_at != activity.starts_at else ""
    head = "已改" if change.before else "已定"
    return (f"{head}：{name}\n{when_and_where(activity, now, was)}\n{_people(change, told, now)}\n"
            f"{_notes(session, change, now)}"
            f"要改：改期 {name} 日期 时间 地点；不办：取消活动 {name}{target.view.note}")


def added(session: Session, change: Change, told: Told, now: datetime) -> str:
    """An activity beside the plan was added."""
    activity = change.activity
    return (f"已添加：{activity.title}\n{when_and_where(activity, now)}\n{_people(change, told, now)}\n"
            f"{_notes(session, change, now)}"
            f"要改：改期 {activity.title} 日期 时间 地点；不办：取消活动 {activity.title}")


def _people(change: Change, told: Told, now: datetime) -> str:
    return f"对象：{'、'.join(change.activity.audience)}。{_told(told, now)}"


def _told(told: Told, now: datetime) -> str:
    if not told.people:
        return "没有需要通知的人。"
    left = f"{told.unreachable}人还没有绑定或没有关注，请另行告知" if told.unreachable else ""
    if told.unreachable == told.people:
        return f"没有人能收到通知：{left}。"
    when = f"现在是休息时间，{format_dated(told.due, now)}" if told.due > now else "正在"
    return f"{when}通知{told.people - told.unreachable}人{f'，另{left}' if left else ''}。"


def _notes(session: Session, change: Change, now: datetime) -> str:
    zone, activity = now.tzinfo, change.activity
    notes = [f"提示：同一时间还有“{other.title}”（{format_dated(other.starts_at, now)}），人员有重叠。"
             for other in find_overlaps(session, activity)]
    notes.append(holiday_note(activity.starts_at.astimezone(zone).year))
    return "".join(f"{note}\n" for note in notes if note)


def cancel_preview(session: Session, target: Target, by: Person, now: datetime) -> str:
    """What 确认 would cancel, and how many people would be told."""
    view, item = target.view, target.item
    people = _audience_size(session, target, by)
    return (f"将取消：{label(view, item, now)}，并通知{people}人。{view.note}\n"
            "回复“确认”取消这项活动，回复“取消”放弃。")


def _audience_size(session: Session, target: Target, by: Person) -> int:
    item = target.item
    people = audience_ids(session, item.activity) if item.activity else ids_in(session, by.branch_id, item.audience)
    return len([person for person in people if person != by.id])


def cancelled(target: Target, told: Told, now: datetime) -> str:
    name = name_of(target.view, target.item, now)
    return (f"已取消：{name}。{_told(told, now)}\n"
            f"又要办的话：设置 {name} 日期 时间 地点{target.view.note}")
