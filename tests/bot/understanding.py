"""The intents as the capabilities declare them, and a small branch: what tests and benchmark of understanding share."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.nlu.linear import load_weights
from bot.nlu.match import DIALOG, Matcher
from bot.nlu.moods import Mood
from bot.nlu.slots import Lexicon
from handlers import CAPABILITIES

NOW = datetime(2017, 3, 7, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
BRANCH = Lexicon(people={"张三": (1,), "李四": (2,), "王芳": (3, 4), "周一鸣": (5,)},
                 groups=frozenset({"第一党小组", "第二党小组"}))
INTENTS = (*(intent.spec for capability in CAPABILITIES for intent in capability.talk.intents.values()), *DIALOG)
CHANGES = frozenset(spec.name for spec in INTENTS if spec.changes)


def make_matcher() -> Matcher:
    return Matcher(INTENTS, load_weights())


def weights(**bias: int) -> dict[str, object]:
    """Weights by which words say nothing: each intent is as likely as its bias, in hundredths, makes it."""
    return {"intents": list(bias), "bias": list(bias.values()), "unseen": 0, "features": {},
            "moods": {intent: [mood.value for mood in (Mood.PLAIN, Mood.QUESTION)] for intent in bias}}
