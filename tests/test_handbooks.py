"""What the handbooks and 帮助 tell people to say is understood, as what is meant for them and not by chance."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.dispatch import FAILED, NOT_UNDERSTOOD
from bot.nlu.match import Matcher, Outcome
from bot.nlu.slots import Lexicon
from bot.talk import Who
from data.models import InboundMessage
from handlers import CAPABILITIES
from tests.bot.understanding import make_matcher
from tests.conftest import load_settings
from tests.databases import Sqlite
from tests.world import World

DOCS = Path(__file__).parent.parent / "docs"
NOW = datetime(2017, 3, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
BRANCH = Lexicon(people={"张三": (1,), "李四": (2,), "陈静": (3,)}, groups=frozenset({"第一党小组"}))
INTENTS = {name: intent for capability in CAPABILITIES for name, intent in capability.talk.intents.items()}
SAID = [(path.stem, said) for path in sorted(DOCS.glob("*.md"))
        for said in dict.fromkeys(re.findall(r"`([^`]+)`", path.read_text("utf-8")))]
EXAMPLES = {name: re.split(r"——|：", intent.usage)[0].split(" · ") for name, intent in INTENTS.items() if intent.usage}
OFFICERS_ONLY = [name for name in EXAMPLES if INTENTS[name].who in (Who.SECRETARY, Who.ORGANISERS)]
DIALOG = {"confirm", "cancel"}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return make_matcher()


def test_the_handbooks_name_what_can_be_said() -> None:
    assert {stem for stem, _ in SAID} == {"书记手册", "教师手册"}
    assert len(SAID) > 30


@pytest.mark.parametrize(("handbook", "said"), SAID, ids=lambda value: value)
def test_a_sentence_of_a_handbook_is_understood_and_permitted(matcher: Matcher, handbook: str, said: str) -> None:
    role = "书记" if handbook == "书记手册" else "党员"
    match = matcher.match(said, NOW, BRANCH, role)
    assert match.outcome is Outcome.SURE, match.reason
    if match.intent in DIALOG:
        return
    who = INTENTS[match.intent].who
    assert handbook == "书记手册" or who in (Who.ANYONE, Who.BOUND, Who.MEMBERS), (match.intent, who)


@pytest.mark.parametrize(("intent", "examples"), EXAMPLES.items(), ids=EXAMPLES)
def test_the_examples_of_the_help_are_understood_and_the_first_means_its_intent(
        matcher: Matcher, intent: str, examples: list[str]) -> None:
    heard = [matcher.match(said, NOW, BRANCH, "书记") for said in examples]
    assert heard[0].intent == intent, heard[0].reason
    assert {match.outcome for match in heard} == {Outcome.SURE}


@pytest.mark.parametrize("intent", OFFICERS_ONLY)
def test_what_only_officers_may_is_in_their_handbook(matcher: Matcher, intent: str) -> None:
    heard = {matcher.match(said, NOW, BRANCH, "书记").intent for stem, said in SAID if stem == "书记手册"}
    assert intent in heard


@pytest.fixture(scope="module")
def stage(sqlite_databases: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A spring day with a dated activity, on which everything that the handbooks name is said."""
    url, folder = sqlite_databases.fresh(), tmp_path_factory.mktemp("handbooks")
    world = World(load_settings(folder, DATABASE_URL=url), folder)
    world.at("2017-03-01 10:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
    yield world.at("2017-03-10 13:50")
    world.close()
    sqlite_databases.drop(url)


@pytest.mark.parametrize(("handbook", "said"), SAID, ids=lambda value: value)
def test_a_sentence_of_a_handbook_works(stage: World, handbook: str, said: str) -> None:
    speaker = stage.陈静 if handbook == "书记手册" else stage.张三
    with stage.session() as session:
        before = set(session.scalars(select(InboundMessage.key)))
    speaker.says(said)
    with stage.session() as session:
        meant = session.scalar(select(InboundMessage.intent).where(InboundMessage.key.not_in(before)))
    assert speaker.heard not in ("", FAILED, NOT_UNDERSTOOD)
    assert not meant.startswith("refused:"), speaker.heard
    assert meant not in ("fallback", "unsure"), speaker.heard
