"""Homophones of our words, as phones offer them."""

import pytest

from bot.nlu.normalize import normalize
from bot.nlu.segment import read_words
from bot.nlu.typos import mend


@pytest.mark.parametrize(("typed", "meant"), [
    ("签倒", "签到"), ("三会一可是什么", "三会一课是什么"), ("三月主题当日什么时候", "三月主题党日什么时候"),
    ("我交了党匪", "我交了党费"),
    ("三点前到会议室", "三点前到会议室"), ("当日来回", "当日来回"), ("入党可以吗", "入党可以吗"),
])
def test_the_word_that_was_meant(typed, meant):
    assert mend(typed) == meant


def test_what_is_meant_needs_no_mending_and_is_written_as_it_is_read():
    for word, ways in read_words("typos.txt").items():
        assert mend(word) == word
        assert all(normalize(way) == way for way in ways)
