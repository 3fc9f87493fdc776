"""What the handbooks and 帮助 tell people to say is understood, and does what they promise.

Each sentence of a handbook has its answer in handbooks.yaml and is said on the stage of handbooks.py.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.nlu.match import Matcher, Outcome
from bot.nlu.slots import Lexicon
from bot.talk import Who
from handlers import CAPABILITIES
from tests.bot.understanding import make_matcher
from tests.conftest import load_settings
from tests.databases import Sqlite
from tests.handbooks import Stage
from tests.world import World

DOCS = Path(__file__).parent.parent / "docs"
NOW = datetime(2017, 3, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
BRANCH = Lexicon(people={"张三": (1,), "李四": (2,), "陈静": (3,)}, groups=frozenset({"第一党小组"}))
INTENTS = {name: intent for capability in CAPABILITIES for name, intent in capability.talk.intents.items()}
SAID = [(path.stem, said) for path in sorted(DOCS.glob("*.md"))
        for said in dict.fromkeys(re.findall(r"`([^`]+)`", path.read_text("utf-8")))]
EXAMPLES = {name: re.split(r"——|：", intent.usage)[0].split(" · ") for name, intent in INTENTS.items() if intent.usage}
OFFICERS_ONLY = [name for name in EXAMPLES if INTENTS[name].who not in (Who.ANYONE, Who.BOUND, Who.MEMBERS)]
DIALOG = {"confirm", "cancel"}
PROMISED = {(handbook, said): promise for handbook, sentences in yaml.safe_load(
    (Path(__file__).parent / "handbooks.yaml").read_text("utf-8")).items() for said, promise in sentences.items()}
LINK = re.compile(r"https?://[^/\s]+(/\S+)")


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
def stage(sqlite_databases: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    url, folder = sqlite_databases.fresh(), tmp_path_factory.mktemp("handbooks")
    world = World(load_settings(folder, DATABASE_URL=url), folder)
    yield Stage(world, folder)
    world.close()
    sqlite_databases.drop(url)


def test_every_sentence_of_a_handbook_has_its_answer_written_down() -> None:
    assert set(SAID) == set(PROMISED)


@pytest.mark.parametrize(("handbook", "said"), PROMISED, ids=lambda value: value)
def test_a_sentence_of_a_handbook_does_what_it_promises(stage: Stage, handbook: str, said: str) -> None:
    promise = PROMISED[handbook, said]
    who = promise.get("by", "陈静" if handbook == "书记手册" else "张三")
    stage.begin(promise.get("before", ()))
    answer = stage.say(who, said).hears(*promise["hears"]).heard
    for line, parts in promise.get("then", {}).items():
        stage.play(line).hears(*parts)
    if "opens" in promise:
        page = stage.world.app.test_client().get(LINK.search(answer)[1])
        assert page.status_code == 200, page.text
        assert promise["opens"] in page.text


def test_the_stage_is_the_same_for_each_sentence(stage: Stage) -> None:
    """Else an answer could be due to what was said before, and change with the order of the tests."""
    stage.begin()
    before = stage.say("张三", "我的党费").heard
    stage.say("张三", "缴党费 30").hears("已登记")
    stage.begin()
    assert stage.say("张三", "我的党费").heard == before
