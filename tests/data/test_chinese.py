"""Numbers, months and sums as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.chinese import format_fen, half_width, parse_fen, parse_month, parse_number, to_chinese

UNITS = ("", "十", "百", "千")
DIGITS = "零一二三四五六七八九"


def spell(number: int) -> str:
    """The school form of 0 to 9999, written independently of the module: 1030 → 一千零三十."""
    if number == 0:
        return "零"
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10 ** place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + UNITS[place]
            gap = False
        else:
            gap = True
    return text


@given(st.integers(0, 9999))
def test_every_spelled_number_is_read_back(number):
    assert parse_number(spell(number)) == number


@given(st.integers(1, 9999), st.integers(0, 9999))
def test_ten_thousands_are_read(high, low):
    zero = "零" if low and low < 1000 else ""
    assert parse_number(f"{spell(high)}万{zero}{spell(low) if low else ''}") == high * 10_000 + low


@given(st.integers(0, 99))
def test_the_short_form_comes_back(number):
    assert parse_number(to_chinese(number)) == number


@pytest.mark.parametrize("number", [-1, 100])
def test_only_two_digits_are_written(number):
    with pytest.raises(ValueError, match=str(number)):
        to_chinese(number)


@pytest.mark.parametrize(("text", "number"), [
    ("12", 12), ("１２", 12), ("十二", 12), ("十", 10), ("二十", 20), ("廿三", 23), ("卅", 30), ("两", 2),
    ("兩百", 200), ("一百零三", 103), ("一百三", 130),
    ("一千二", 1200), ("二〇一七", 2017), ("二零一七", 2017), ("叁拾", 30), ("壹佰贰拾", 120), ("一万二", 12000),
    ("一万零三", 10003), (" 7 ", 7),
])
def test_the_usual_forms(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "三五十", "十百", "万", "百", "三会", "-3", "3.5",
    "一二三四五六七八九零一二三四五六七", "几", "二十廿", "十万百万"])
def test_what_is_no_number(text):
    assert parse_number(text) is None


@given(st.text(max_size=20))
def test_any_text_is_read_without_error(text):
    for parse in (parse_number, parse_fen, parse_month):
        parse(text)


@given(st.integers(0, 10_000_000))
def test_a_written_sum_is_read_back(fen):
    assert parse_fen(format_fen(fen)) == fen
    assert parse_fen(format_fen(-fen)) == -fen


@pytest.mark.parametrize(("text", "fen"), [
    ("30", 3000), ("30元", 3000), ("30.5元", 3050), ("３０．５元", 3050), ("￥30", 3000), ("¥30.50", 3050),
    ("三十块", 3000), ("三十块钱", 3000), ("三块五", 350),
    ("三块五毛", 350), ("三块五毛二", 352), ("五毛", 50), ("5分", 5), ("1,200元", 120000), ("1200", 120000),
    ("一百二十元整", 12000), ("30元整", 3000), ("两百", 20000),
    ("0", 0), ("-5元", -500), ("30rmb", 3000), ("三十", 3000), ("30块5", 3050), ("0.5元", 50),
])
def test_sums_as_people_write_them(text, fen):
    assert parse_fen(text) == fen


@pytest.mark.parametrize("text", ["", "元", "三十多", "30.555元", "30元20元", "张三", "3月", "30美元", "1,20元",
    "五十五十", "30.", "NaN", "1e3"])
def test_what_is_no_single_sum(text):
    assert parse_fen(text) is None


@pytest.mark.parametrize(("text", "month"),
    [("3月", 3), ("三月份", 3), ("十二", 12), ("１２月", 12), ("叁月", 3), ("0月", None), ("十三月", None),
        ("月", None), ("", None)])
def test_months(text, month):
    assert parse_month(text) == month


@given(st.text())
def test_half_width_is_done_once(text):
    assert half_width(half_width(text)) == half_width(text)
