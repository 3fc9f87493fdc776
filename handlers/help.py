"""帮助 and the small talk around it: what this person can do now, 继续, greetings, and what is no text at all.

Knows no capability by name: it prints the usage lines and hints that the others registered. Start at hear_help().
"""

from bot.talk import Reply, Talk, Turn, Who

AFTER_BINDING = "绑定后可以在这里查支部安排、签到、接收通知。"

talk = Talk("help", "其他")


@talk.on("help", "帮助", "使用说明", who=Who.ANYONE, usage="帮助 · 继续")
def hear_help(turn: Turn) -> Reply:
    """What is open now, then what this person may say, by capability. Somebody not bound hears of binding only."""
    if turn.person is None:
        return Reply(f"{Who.BOUND.value}\n{AFTER_BINDING}")
    hints = [f"· {hint}" for talk in turn.office.talks for find in talk.hints if (hint := find(turn))]
    now = ["现在可以办：", *hints, ""] if hints else []
    sections = [section for talk in turn.office.talks if (section := _section(talk, turn))]
    return Reply("\n".join([*now, "您可以这样说，也可以用自己的话：", *sections]))


def _section(talk: Talk, turn: Turn) -> str:
    lines = [intent.usage for intent in talk.intents.values() if intent.usage and intent.who.allows(turn.person)]
    return f"【{talk.title}】\n" + "\n".join(lines) if lines else ""


@talk.on("more", "继续", "看后文", who=Who.ANYONE)
def hear_more(turn: Turn) -> Reply:
    """继续: the rest of the last answer that was too long for one message."""
    rest, turn.follower.rest = turn.follower.rest, ""
    return Reply(rest or "没有后文了。回复“帮助”看看可以做什么。")


@talk.on("greeting", who=Who.ANYONE)
def hear_greeting(turn: Turn) -> Reply:
    """您好."""
    if turn.person is None:
        return Reply(f"您好，这里是党务助手。{Who.BOUND.value}")
    return Reply(f"{turn.person.name}，您好。可以问“本月安排”，或回复“帮助”看看我能做什么。")


@talk.on("thanks", who=Who.ANYONE)
def hear_thanks(_turn: Turn) -> Reply:
    """谢谢."""
    return Reply("不客气，有需要随时说。")


@talk.message("image")
def hear_image(_turn: Turn) -> Reply:
    """A picture; children may be on it, so it is neither fetched nor kept."""
    return Reply("图片我看不了，也不会保存；请不要把幼儿的照片发到这里。有事请用文字说，例如“本月安排”。")


@talk.message("voice")
def hear_voice(_turn: Turn) -> Reply:
    """Speech that the platform could not turn into words."""
    return Reply("这段语音没有听清。请再说一遍，或者改用文字。")


@talk.message("location")
def hear_place(_turn: Turn) -> Reply:
    """A place; whereabouts are not kept (domain part 7)."""
    return Reply("签到不需要位置，位置我也不会保存。活动开始时回复“签到”就可以。")


@talk.message("video", "shortvideo", "link", "file")
def hear_file(_turn: Turn) -> Reply:
    """What cannot be read here."""
    return Reply("视频、链接和文件我看不了，也不会保存。有事请用文字说，例如“本月安排”。")


@talk.message("unsupported", "text")
def hear_unsupported(_turn: Turn) -> Reply:
    """A sticker or an empty text."""
    return Reply("收到，不过表情我看不懂。有事请用文字说，例如“本月安排”，或回复“帮助”。")
