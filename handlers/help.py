"""帮助 and the small talk around it: what this person can do now, 继续, greetings, and what is no text at all.

Knows no capability by name: it prints the usage lines and hints that the others registered. Start at hear_help().
"""

from bot.talk import Intent, Reply, Talk, Turn, Who

AFTER_BINDING = "绑定后可以在这里查支部安排、签到、接收通知。"

EXPLAINS = "——"  # stands in a usage line between what to say and what it does
MOST_WORDS = 12
EXAMPLE = 2  # which of the parts is named as an example: none of the first, which are about the account itself

talk = Talk("help", "其他")


@talk.on("help", "帮助", "使用说明", who=Who.ANYONE, takes=True, verbatim=True, usage="帮助 · 继续")
def hear_help(turn: Turn) -> Reply:
    """What is open now, then what this person may say, by capability; 帮助 签到 explains one of them.

    Somebody not bound hears of binding only.
    """
    if turn.person is None:
        return Reply(f"{Who.BOUND.value}\n{AFTER_BINDING}")
    sections = {talk.title: usages for talk in turn.office.talks if (usages := _usages(talk, turn))}
    if turn.rest:
        return Reply(_explained(turn, turn.rest, sections))
    hints = [f"· {hint}" for talk in turn.office.talks for find in talk.hints if (hint := find(turn))]
    now = ["现在可以办：", *hints, ""] if hints else []
    lines = [f"【{title}】{' · '.join(usage.split(EXPLAINS)[0] for usage in usages)}"
             for title, usages in sections.items()]
    return Reply("\n".join([*now, "您可以这样说，也可以用自己的话：", *lines, f"看一项的用法，例如“帮助 {list(sections)[EXAMPLE]}”。"]))


def _usages(talk: Talk, turn: Turn) -> list[str]:
    """The capability's examples of use that are for this person, each with its explanation: what everybody may
    comes before the officers' affairs, and what gave the capability its name before all."""
    def rank(intent: Intent) -> tuple[bool, bool]:
        return talk.title not in intent.spec.commands, intent.who not in (Who.ANYONE, Who.BOUND, Who.MEMBERS)
    intents = [intent for intent in talk.intents.values() if intent.usage and intent.who.allows(turn.person)]
    return [line for intent in sorted(intents, key=rank) for line in intent.usage.splitlines()]


def _explained(turn: Turn, words: str, sections: dict[str, list[str]]) -> str:
    """The examples of the part that is named by its title, or by a word that stands in one of its examples."""
    titles = [title for title in sections if title in words or words in title]
    titles = titles or [title for title, usages in sections.items() if any(words in usage for usage in usages)]
    titles = titles or [talk.title for talk in turn.office.talks if talk.title in sections and any(
        words.startswith(command) for intent in talk.intents.values() for command in intent.spec.commands)]
    if not titles:
        return f"没有“{words[:MOST_WORDS]}”这一项。可以看：{'、'.join(sections)}，例如“帮助 {list(sections)[EXAMPLE]}”。"
    return "\n".join("\n".join((f"【{title}】", *sections[title])) for title in titles)


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
