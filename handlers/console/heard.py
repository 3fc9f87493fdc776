"""登录后台 and 退出后台: a one-time link into the console, and the end of all that is open there."""

from bot.talk import Reply, Talk, Turn, Who
from data import audit, console_sessions
from data.links import LINK_LASTS, make_link, withdraw_links
from data.undo import note_final

PURPOSE = "console"
AGAIN = "在公众号里发送“登录后台”，会收到新的登录链接。"

talk = Talk("console", "后台")


@talk.on("console_login", "登录后台", "进入后台", "打开后台", who=Who.SECRETARY, changes=True,
         usage="登录后台——在手机或电脑上查看今日要办、签到、党费、来信")
def hear_login(turn: Turn) -> Reply:
    """A link that works once; an older one that was not used works no more."""
    withdraw_links(turn.session, turn.person, PURPOSE, turn.now)
    token = make_link(turn.session, turn.person, PURPOSE, turn.now)
    note_final(turn.session, turn.person, "登录链接不能撤销。要让它作废，回复“退出后台”。", turn.now)
    return Reply(f"请在{LINK_LASTS.seconds // 60}分钟内打开登录链接，只能用一次，请不要转发：\n"
                 f"{turn.office.settings.public_url}/console/enter/{token}\n"
                 "要在电脑上用，请把链接发到电脑的浏览器里打开。用完回复“退出后台”。")


@talk.on("console_logout", "退出后台", "退出登录", "关闭后台", who=Who.BOUND, changes=True,
         usage="")
def hear_logout(turn: Turn) -> Reply:
    """Ends every browser of this person. For everybody bound: whoever has lost the office may still close the door."""
    withdraw_links(turn.session, turn.person, PURPOSE, turn.now)
    if not console_sessions.end_all(turn.session, turn.person, turn.now):
        return Reply("您没有登录着的后台，之前发的登录链接也不能再用。")
    audit.record(turn.session, turn.branch_id, turn.now, turn.person, "console.leave_all", f"person/{turn.person.id}")
    note_final(turn.session, turn.person, "退出后台不能撤销。要再进去，回复“登录后台”。", turn.now)
    return Reply("已退出后台，所有浏览器都要重新登录，之前发的登录链接也不能再用。要再进去，回复“登录后台”。")
