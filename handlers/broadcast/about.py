"""回执 for an activity: a broadcast that gives its date and place, and holds only as long as these do.

Start at draft_of(); what became of the activity since is said by say_changed().
"""

from bot.talk import Turn
from bot.which import name
from data.activities import find_activity
from data.chinese import format_dated
from data.models import Activity, ActivityState
from data.people import people_named
from data.receipts import is_out_of_date, version_of
from handlers.broadcast.broadcasts import known_groups
from handlers.broadcast.draft import Draft


def draft_of(turn: Turn, activity: Activity) -> Draft:
    """Time and place of the activity as it is now, to those whom it concerns."""
    known = known_groups(turn.session, turn.branch_id, turn.office)
    groups = tuple(group for group in activity.audience if group in known)
    people = tuple(person.id for one in activity.audience if one not in known
                   for person in people_named(turn.session, turn.branch_id, one))
    text = (f"{_title(activity)}\n时间：{format_dated(activity.starts_at, turn.now, activity.ends_at)}\n"
            f"地点：{activity.place or '待定'}")
    return Draft(groups=groups, people=people, text=text, wants_receipt=True, about=version_of(activity))


def find_about(turn: Turn, about: str) -> Activity | None:
    """The activity that a broadcast is about, as it is now; None where it does not take place or has no date."""
    activity = find_activity(turn.session, turn.branch_id, int(about.split("/")[1]))
    return activity if activity and activity.state is ActivityState.PLANNED and activity.starts_at else None


def say_changed(turn: Turn, about: str) -> str:
    """What has become of the activity since the broadcast gave its date; "" while that date holds."""
    if not is_out_of_date(turn.session, about):
        return ""
    activity = find_about(turn, about)
    if activity is None:
        return "这项活动已经取消"
    return f"这项活动后来有变动，现在是{name(activity, turn.now)}，地点{activity.place or '待定'}"


def say_begun(turn: Turn, about: str) -> str:
    """`主题党日活动（3月10日（周五）14:00）已经开始`; "" while it is still to come."""
    activity = find_about(turn, about) if about else None
    return f"{name(activity, turn.now)}已经开始" if activity and activity.starts_at <= turn.now else ""


def again(turn: Turn, about: str) -> str:
    """How the new date is sent with a receipt."""
    activity = find_about(turn, about)
    return f"要请大家对新的时间地点回复“收到”，请发送“回执 {_title(activity)}”。" if activity else ""


def _title(activity: Activity) -> str:
    return activity.title.strip("。 ")
