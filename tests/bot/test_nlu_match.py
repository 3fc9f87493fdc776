"""Understanding as a whole: commands, taught phrases, moods, what is left out, and the judging sentences."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.match import Context, IntentSpec, Match, Matcher, Outcome
from bot.nlu.normalize import normalize
from bot.nlu.phrases import Judged, PhraseError, load_judging, load_teaching
from tests.bot.understanding import BRANCH, CHANGES, INTENTS, NOW, make_matcher, weights

JUDGING = Path(__file__).parents[1] / "phrases"
JUDGED = load_judging(JUDGING)
MISSES = frozenset(yaml.safe_load((JUDGING / "misses.yaml").read_text("utf-8"))["misses"])
HARMLESS = yaml.safe_load((JUDGING / "harmless.yaml").read_text("utf-8"))["harmless"]
COMMANDS = frozenset(command for spec in INTENTS for command in spec.commands)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return make_matcher()


def heard(matcher: Matcher, text: str, **context: object) -> Match:
    return matcher.match(text, NOW, BRANCH, **context)  # type: ignore[arg-type]


def is_right(match: Match, judged: Judged) -> bool:
    slots = ("months", "people", "kinds", "amount")
    return match.intent == judged.intent and all(
        getattr(judged, slot) is None or getattr(match.slots, slot) == getattr(judged, slot) for slot in slots)


@pytest.mark.parametrize("judged", [one for one in JUDGED if one.say not in MISSES],
    ids=lambda one: f"{one.intent}: {one.say}")
def test_a_judging_sentence_is_understood(matcher, judged):
    match = heard(matcher, judged.say)
    assert is_right(match, judged), (match.intent, match.reason, match.slots)


@pytest.mark.parametrize("judged", [one for one in JUDGED if one.say in MISSES],
    ids=lambda one: f"{one.intent}: {one.say}")
def test_a_known_miss_still_fails_and_changes_nothing(matcher, judged):
    match = heard(matcher, judged.say)
    assert not is_right(match, judged), "understood now: take it off misses.yaml"
    assert match.intent not in CHANGES or match.intent == judged.intent


def test_every_known_miss_is_a_judging_sentence():
    assert {one.say for one in JUDGED} >= MISSES


@pytest.mark.parametrize("text", HARMLESS)
def test_questions_denials_and_hearsay_change_nothing(matcher, text):
    match = heard(matcher, text)
    assert match.intent not in CHANGES, match.reason


@pytest.mark.parametrize("particle", ["", "。", "!", " 🙏", "了没有", "了吗？", "要找谁", "怎么弄"])
@pytest.mark.parametrize("spec", [spec for spec in INTENTS if spec.changes and spec.commands],
    ids=lambda spec: spec.name)
def test_a_question_about_a_command_is_not_the_command(matcher, spec, particle):
    match = heard(matcher, spec.commands[0] + particle)
    asked = particle[:1] in "了要怎" and particle
    assert (match.intent == spec.name) is not bool(asked), match.reason


def test_judging_sentences_are_not_taught():
    taught = {normalize(phrase).strip("!。? ") for phrases in load_teaching().values() for phrase in phrases}
    both = {one.say for one in JUDGED if normalize(one.say).strip("!。? ") in taught}
    assert not {say for say in both if not normalize(say).startswith(tuple(COMMANDS))}


def test_every_intent_is_taught_and_judged_broadly():
    taught = load_teaching()
    for spec in INTENTS:
        assert len(taught[spec.name]) >= 20, spec.name
        assert sum(one.intent == spec.name for one in JUDGED) >= 12, spec.name


@pytest.mark.parametrize(("text", "intent"), [
    ("三月有什么活动", "plan_month"), ("本月安排", "plan_month"), ("下次党日是什么时候", "next_event"),
    ("三会一课有什么要求", "plan_topic"),
    ("五个抓手是什么", "plan_topic"), ("党课多久一次", "plan_quota"), ("今年发展几名党员", "plan_quota"),
    ("园长信箱怎么用", "plan_topic"),
    ("今年还有几次党日", "quota_progress"), ("我交了党费", "dues_record"), ("党费交了没", "dues_mine"),
    ("党费什么时候交", "dues_when"),
    ("党费交多少", "dues_howmuch"), ("还欠着没交", "dues_mine"), ("谁没交", "dues_overview"), ("不要确认", "cancel"),
    ("谁没签到", "checkin_missing"),
    ("怎么签到", "checkin_help"), ("上次忘签到了", "makeup_checkin"), ("下午的会我去不成了", "leave_request"),
    ("党日取消了吗", "when_event"),
    ("取消党日", "cancel_event"),
])
def test_promised_forms_and_look_alikes(matcher, text, intent):
    assert heard(matcher, text).intent == intent


@pytest.mark.parametrize(("text", "command", "rest"), [
    ("请假 孩子发烧", "请假", "孩子发烧"),
    ("请假孩子发烧", "请假", "孩子发烧"),
    ("請假：孩子發燒😷", "请假", "孩子發燒😷"),  # passed on as typed
    ("缴党费30", "缴党费", "30"),
    ("缴党费 三十块", "缴党费", "三十块"),
    ("确认党费 张三", "确认党费", "张三"),  # longer than 确认
    ("签到情况", "签到情况", ""),  # longer than 签到
    ("广播 党员 明天下午三点开会。\n请带好《章程》，收到了吗？", "广播",
    "党员 明天下午三点开会。\n请带好《章程》，收到了吗？"),
    ("定时广播 3月8日9点 全体 節日快樂🌹", "定时广播", "3月8日9点 全体 節日快樂🌹"),
    ("  “签到”  ", "签到", ""),
    ("签到啦！！", "签到", ""),
    ("好的，确认", "确认", ""),
    ("绑定 张三 482913", "绑定", "张三 482913"),
    ("\u200b签到\ufe0f", "签到", ""),
])
def test_a_command_is_sure_and_keeps_its_argument_as_typed(matcher, text, command, rest):
    match = heard(matcher, text)
    assert (match.command, match.rest, match.outcome, match.score) == (command, rest, Outcome.SURE, 1.0)


@pytest.mark.parametrize(("text", "previous", "intent", "months", "kinds"), [
    ("那六月呢", Context("plan_month", (), (3,)), "plan_month", (6,), ()),
    ("下个月呢", Context("plan_month", (), (3,)), "plan_month", (4,), ()),
    ("那党课呢", Context("next_event", ("主题党日",)), "next_event", (), ("党课",)),
    ("那党课呢？", Context("when_event", ("主题党日",), (3,)), "when_event", (3,), ("党课",)),
    ("那六月呢", Context("when_event", ("主题党日",), (3,)), "when_event", (6,), ("主题党日",)),
    ("六月呢", None, "plan_month", (6,), ()),
    ("六月", Context("next_event", ("主题党日",)), "when_event", (6,), ("主题党日",)),
    ("六月", Context("plan_month", ("党课",), (5,)), "plan_month", (6,), ("党课",)),
    ("六月", Context("plan_quota", ("评优",)), "plan_month", (6,), ()),
    ("那六月呢", Context("plan_quota", ("党课",)), "when_event", (6,), ("党课",)),
    ("明天呢", Context("when_event", ("主题党日",), (3,)), "when_event", (), ("主题党日",)),
    ("那六月呢", Context("thanks"), "plan_month", (6,), ()),
])
def test_what_is_left_out_comes_from_the_last_turn(matcher, text, previous, intent, months, kinds):
    match = heard(matcher, text, previous=previous)
    assert (match.intent, match.slots.months, match.slots.kinds) == (intent, months, kinds)


def test_the_last_turn_never_makes_a_change(matcher):
    assert heard(matcher, "那六月呢", previous=Context("cancel_event", ("主题党日",))).intent not in CHANGES


def test_an_unsure_sentence_offers_its_likeliest_readings(matcher):
    match = heard(matcher, "缴党费了吗")
    assert match.intent == "unknown" or match.outcome is Outcome.SURE
    assert match.candidates[0].intent == "dues_mine"
    assert match.candidates[0].score >= match.candidates[-1].score


def test_a_role_breaks_ties_and_permits_nothing():
    two = Matcher((IntentSpec("mine"), IntentSpec("all", who=frozenset({"书记"}))), weights(mine=100, all=110))
    assert heard(two, "看看党费缴了没有", role="书记").candidates[0].intent == "all"
    assert heard(two, "看看党费缴了没有", role="教师").candidates[0].intent == "mine"
    alone = Matcher((IntentSpec("all", who=frozenset({"书记"})),), weights(all=300, unknown=0))
    assert heard(alone, "看看党费缴了没有", role="教师").intent == "all"


def test_a_command_of_two_intents_is_the_one_that_this_role_may(matcher):
    assert heard(matcher, "党费情况", role="组织委员").intent == "dues_overview"
    assert heard(matcher, "党费情况", role="党员").intent == "dues_mine"


@pytest.mark.parametrize("text", ["你是谁", "谁是书记", "谁上党课", "党课谁讲", "计划的落款是谁", "党小组有哪些人", "名单", "谁没绑定"])
@pytest.mark.parametrize("role", ["党员", "书记"])
def test_a_question_of_who_is_no_list_of_the_missing(matcher, text, role):
    assert heard(matcher, text, role=role).intent in ("help", "plan_topic", "roster_query", "unknown")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_a_match_and_no_error(matcher, text):
    match = heard(matcher, text)
    assert 0.0 <= match.score <= 1.0
    assert (match.intent == "unknown") is (match.outcome is not Outcome.SURE)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="签到了吗没请假取消党费广播不要确认催补三月", max_size=12))
def test_the_same_sentence_is_always_understood_alike(matcher, text):
    assert heard(matcher, text) == heard(matcher, text)


def test_a_very_long_message_is_read_by_its_beginning(matcher):
    text = "广播 党员 " + "明天开会。" * 5000
    assert heard(matcher, text).rest == text.removeprefix("广播 ")


def test_phrases_for_an_intent_that_nobody_handles_are_an_error():
    with pytest.raises(ValueError, match="nobody"):
        Matcher((IntentSpec("help"),), weights(help=0, nobody=0))


def test_a_command_belongs_to_one_intent():
    with pytest.raises(ValueError, match="签到"):
        Matcher((IntentSpec("a", ("签到",)), IntentSpec("b", ("签到",))), weights(a=0, b=0))


@pytest.mark.parametrize(("content", "trouble"), [
    ("capability: x\nintents: {a: [1]}", "is not a text"),
    ("capability: y\nintents: {a: [啊]}", "capability must be x"),
    ("capability: x\nintents: {a: []}", "must be a list"),
    ("capability: x\nintents: {a: [啊, 啊]}", "taught already"),
    ("capability: x\nintents: {a: ['  ']}", "1 to 120 characters"),
    ("capability: x\nextra: 1\nintents: {a: [啊]}", "nothing else"),
    ("capability: [", "not readable as YAML"),
    ("- 啊", "must be capability and intents"),
])
def test_a_wrong_phrase_file_is_refused_with_its_place(tmp_path, content, trouble):
    (tmp_path / "x.yaml").write_text(content, "utf-8")
    with pytest.raises(PhraseError, match=trouble) as error:
        load_teaching(tmp_path)
    assert str(error.value).startswith("x.yaml")
    assert "\n" not in str(error.value)


def test_a_judging_phrase_with_an_unknown_slot_is_refused(tmp_path):
    (tmp_path / "x.yaml").write_text("capability: x\nintents: {a: [{say: 啊, place: 家}]}", "utf-8")
    with pytest.raises(PhraseError, match="neither a text"):
        load_judging(tmp_path)
