"""What is odd about a day that 书记 chose: free days, odd hours, another month than planned, something on it already.

Reads only. Each doubt is a clause for one question; none of them forbids anything. Start at find_doubts().
"""

from datetime import datetime, time

from sqlalchemy.orm import Session

from data.activities import Item, YearView, audience_ids, dated_between, day_of, end_of
from data.chinese import WEEKDAYS, format_date, format_months, format_time, to_chinese
from data.models import Activity
from data.workdays import holiday_name, is_announced, is_workday
from handlers.activities.changes import Slot
from handlers.activities.targets import NAMED, core, grade, name_of

EARLIEST, LATEST = time(7, 0), time(21, 0)


def find_doubts(slot: Slot, now: datetime, weekday_said: bool = False) -> list[str]:
    """What is odd about the day and the hour themselves; with `weekday_said` a mere weekend is no news."""
    start = slot.starts_at.astimezone(now.tzinfo)
    day, doubts = start.date(), []
    name = holiday_name(day)
    if name:
        doubts.append(f"{format_date(day, now)}是{name}放假")
    elif not is_workday(day) and not weekday_said:
        doubts.append(f"{day.month}月{day.day}日是周{WEEKDAYS[day.weekday()]}")
    if not EARLIEST <= start.time() <= LATEST:
        doubts.append(f"时间是{format_time(start)}")
    return doubts


def find_other_month(view: YearView, item: Item, slot: Slot) -> list[str]:
    """The day is in a month that the plan does not have for this line."""
    day = slot.starts_at.astimezone(view.zone)
    if item.entry is None or (day.year == view.year and day.month in item.months):
        return []
    planned, chosen = ("", "") if day.year == view.year else (f"{view.year}年", f"{day.year}年")
    return [f"计划安排在{planned}{format_months(item.months)}，这一天在{chosen}{to_chinese(day.month)}月"]


def find_twins(view: YearView, title: str, slot: Slot, now: datetime) -> list[str]:
    """What an added activity may already be: the same on that day, or an entry of the plan that has no date yet."""
    day, found = slot.starts_at.astimezone(view.zone).date(), []
    for item in view.in_month(day.month):
        if day_of(item, view.zone) == day and core(item.title) == core(title):
            found.append(f"{format_date(day, now)}已经有“{item.title}”")
        elif item.is_undated and item.entry is not None and grade(title, item) >= NAMED:
            name = name_of(view, item, now)
            found.append(f"计划里的{name}还没有定时间（如果就是它，请改用“设置 {name}”）")
    return found


def find_overlaps(session: Session, activity: Activity) -> list[Activity]:
    """Other activities at the same time that share somebody with this one."""
    assert activity.starts_at is not None
    end, mine = end_of(activity), set(audience_ids(session, activity))
    near = dated_between(session, activity.branch_id, activity.starts_at.replace(hour=0, minute=0), end)
    return [other for other in near if other.id != activity.id and end_of(other) > activity.starts_at
            and mine & set(audience_ids(session, other))]


def holiday_note(day_year: int) -> str:
    """A word where the public holidays of the year are not announced yet."""
    return "" if is_announced(day_year) else f"{day_year}年的放假安排还没有公布，公布后请再核对。"
