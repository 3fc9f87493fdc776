"""What is heard about the calendar feed: 日历订阅, 重置日历订阅, 取消日历订阅. Everything here is one's own."""

from collections.abc import Mapping
from typing import Any

from bot.talk import Question, Reply, Sorry, Talk, Turn
from data.models import CalendarFeed
from data.undo import note_final, note_step
from handlers.calendar import addresses

talk = Talk("calendar", "日历")

HOW = ("苹果手机：复制地址，打开“日历”应用，点“日历”“添加日历”“添加订阅日历”，粘贴。\n"
       "安卓手机和电脑：在日历应用里找“订阅日历”或“通过网址添加”，粘贴；手机上没有这一项的，可在电脑的 Outlook 里添加。")
CARE = "地址只属于您，谁有了它都能看到您的安排，请不要转发。泄露了请回复“重置日历订阅”，不用了请回复“取消日历订阅”。"
NONE_YET = "您还没有日历订阅。需要请回复“日历订阅”。"


@talk.on("calendar_feed", "日历订阅", "订阅日历", usage="日历订阅——把活动放进手机日历，改期自动更新")
def hear_feed(turn: Turn) -> Reply:
    """The address of one's own feed; asked again, the same."""
    feed = addresses.subscribe(turn.session, turn.person, turn.now)
    return Reply(f"您的日历订阅地址，活动改期、取消会自动更新：\n{address_of(turn, feed)}\n{HOW}\n{CARE}")


@talk.on("calendar_reset", "重置日历订阅", "重置日历地址", changes=True)
def hear_reset(turn: Turn) -> Reply:
    """Another address, the old one is dead at once; asked about first where it was not said in so many words."""
    if turn.match.command:
        return _reset(turn)
    if not addresses.is_subscribed(turn.session, turn.person):
        raise Sorry(NONE_YET)
    ask = "回复“确认”重置，回复“取消”不改。"
    return Reply(f"要重置日历订阅吗？重置以后旧地址打不开，手机里要用新地址重新添加。{ask}",
                 Question("calendar.reset", "confirm", again=f"请问要重置日历订阅吗？{ask}"))


@talk.answer("calendar.reset")
def hear_reset_confirmed(turn: Turn, data: Mapping[str, Any], chosen: str) -> Reply:  # noqa: ARG001 - nothing to know
    """The answer to whether the address is to be reset."""
    return _reset(turn)


def _reset(turn: Turn) -> Reply:
    feed = addresses.reset(turn.session, turn.person, turn.now)
    if feed is None:
        raise Sorry(NONE_YET)
    note_final(turn.session, turn.person, "旧的日历地址已经作废，不能恢复。请在日历里用新地址重新添加。", turn.now)
    return Reply(f"已重置，旧地址从现在起打不开。新的日历订阅地址：\n{address_of(turn, feed)}\n"
                 "请在日历里删除旧的订阅，再粘贴新地址添加。")


@talk.on("calendar_stop", "取消日历订阅", "停止日历订阅", "退订日历", changes=True)
def hear_stop(turn: Turn) -> Reply:
    """The address is dead; 撤销 within ten minutes brings the same one back."""
    serial = addresses.stop(turn.session, turn.person, turn.now)
    if serial is None:
        return Reply(NONE_YET)
    note_step(turn.session, turn.person, "calendar.stop", turn.now, serial=serial)
    return Reply("已取消日历订阅，原来的地址从现在起打不开。手机里的那个日历请自己删除。再要订阅，请回复“日历订阅”。")


@talk.undo("calendar.stop", words="日历|订阅")
def undo_stop(turn: Turn, data: Mapping[str, Any]) -> Reply:
    """The stopped address works again, unless there has been a new one since."""
    if not addresses.restore(turn.session, turn.person, data["serial"]):
        raise Sorry("日历订阅后来又有改动，不能再恢复原来的地址。现在的地址请回复“日历订阅”查看。")
    return Reply("已恢复日历订阅，原来的地址又能用了。")


def address_of(turn: Turn, feed: CalendarFeed) -> str:
    """The whole address; webcal:// in front of the same works too."""
    settings = turn.office.settings
    token = addresses.give(turn.session, settings.secret_key, feed, turn.openid)
    return f"{settings.public_url}/calendar/{token}.ics"
