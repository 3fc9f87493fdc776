"""The official account's custom menu: what people tap instead of typing. Each button says its words for them."""

from bot.dispatch import SAY

# Three buttons at most, five lines under each; the platform shows four characters of a button, seven of a line.
LINES: dict[str, dict[str, str]] = {
    "活动安排": {"本月安排": "本月安排", "下次党日": "下次党日是什么时候", "签到": "签到", "请假": "请假"},
    "我的": {"我的签到": "我的签到", "我的党费": "我的党费", "自学记录": "自学打卡", "我的档案": "我的档案", "日历订阅": "日历订阅"},
    "更多": {"三会一课": "三会一课有什么要求", "年度要点": "五个抓手是什么", "园长信箱": "园长信箱", "撤销": "撤销", "帮助": "帮助"},
}


def menu() -> dict[str, object]:
    """The menu in the platform's form."""
    return {"button": [
        {"name": name, "sub_button": [{"type": "click", "name": line, "key": SAY + words}
                                      for line, words in lines.items()]}
        for name, lines in LINES.items()]}
