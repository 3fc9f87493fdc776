"""The classifier: probabilities that add up, moods that rule out, and weights of today's phrases."""

from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu import train
from bot.nlu.features import read_sentence
from bot.nlu.linear import Linear, load_weights
from bot.nlu.moods import Mood
from bot.nlu.phrases import load_teaching
from bot.nlu.slots import Slots
from tests.bot.understanding import CHANGES, INTENTS, weights


@pytest.fixture(scope="module")
def linear() -> Linear:
    return Linear(load_weights(), CHANGES)


def test_the_weights_were_trained_from_the_phrases_as_they_are() -> None:
    taught = train.read_taught(load_teaching(), {spec.name: spec.commands for spec in INTENTS})
    assert load_weights()["digest"] == train.digest_of(taught), "run make train"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_said_the_probabilities_add_up_and_the_likeliest_comes_first(linear: Linear, text: str) -> None:
    scores = [one.score for one in linear.rank(read_sentence(text, Slots()))]
    assert isclose(sum(scores), 1.0)
    assert scores == sorted(scores, reverse=True)


def test_what_changes_something_is_never_meant_in_a_mood_in_which_nobody_taught_it() -> None:
    denied = read_sentence("先不要催党费", Slots())
    assert denied.mood & Mood.NEGATION
    both = weights(remind_dues=300, unknown=0)
    assert [one.intent for one in Linear(both, frozenset()).rank(denied)] == ["remind_dues", "unknown"]
    assert [one.intent for one in Linear(both, frozenset({"remind_dues"})).rank(denied)] == ["unknown"]


def test_words_that_nobody_taught_make_it_less_sure(linear: Linear) -> None:
    plain, strange = (linear.rank(read_sentence(text, Slots()))[0] for text in ("签到情况怎么样", "签到情况怎么样龘靐齉爩"))
    assert strange.score < plain.score
