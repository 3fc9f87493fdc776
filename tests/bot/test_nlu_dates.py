"""Time in sentences: what is read, what is impossible, and which numbers are no times at all."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.dates import TimeKind, find_coming, find_times, to_json

SHANGHAI = ZoneInfo("Asia/Shanghai")
TIME_CHARACTERS = ("0123456789一二三四五六七八九十廿两半月日号年周星期点分时上下本这个每第最后到至-~:：./"
                   "午早晚明后天今季度底中前过 元")
TUESDAY = datetime(2017, 3, 7, 10, 0, tzinfo=SHANGHAI)


def read(text: str, now: datetime = TUESDAY):
    times = find_times(text, now)
    assert len(times.found) == 1, times
    assert not times.impossible, times
    return times.found[0]


@pytest.mark.parametrize(("said", "day"), [
    ("今天", "2017-03-07"), ("明天", "2017-03-08"), ("后天", "2017-03-09"), ("大后天", "2017-03-10"),
    ("昨天", "2017-03-06"),
    ("前天", "2017-03-05"), ("大前天", "2017-03-04"), ("明儿", "2017-03-08"),
    ("周五", "2017-03-10"), ("星期五", "2017-03-10"), ("礼拜天", "2017-03-12"), ("周二", "2017-03-07"),
    ("周一", "2017-03-13"), ("周3", "2017-03-08"),
    ("这周五", "2017-03-10"), ("本周一", "2017-03-06"), ("下周三", "2017-03-15"), ("下下周三", "2017-03-22"),
    ("上周五", "2017-03-03"),
    ("下个星期五", "2017-03-17"), ("下周的周五", "2017-03-17"),
    ("3月10日", "2017-03-10"), ("３月１０号", "2017-03-10"), ("三月十号", "2017-03-10"),
    ("三月十五下午", "2017-03-15"), ("3月10日（周五）", "2017-03-10"),
    ("2017-03-10", "2017-03-10"), ("2017年3月10日", "2017-03-10"), ("2017/3/10", "2017-03-10"),
    ("2017.3.10", "2017-03-10"),
    ("二〇一八年三月十日", "2018-03-10"), ("明年3月10日", "2018-03-10"), ("1月5日", "2017-01-05"),
    ("4.20", "2017-04-20"), ("3/10", "2017-03-10"), ("3-10", "2017-03-10"), ("3·8", "2017-03-08"),
    ("二十号", "2017-03-20"), ("7号", "2017-03-07"), ("5号", "2017-04-05"), ("31号", "2017-03-31"),
    ("廿三日", "2017-03-23"),
    ("下个月10号", "2017-04-10"), ("下个月第一个周五", "2017-04-07"), ("下个月最后一个周五", "2017-04-28"),
    ("三月第三个周二", "2017-03-21"),
    ("五一", "2017-05-01"), ("六一儿童节", "2017-06-01"), ("教师节", "2017-09-10"), ("国庆", "2017-10-01"),
    ("三天后", "2017-03-10"), ("两周后", "2017-03-21"), ("过两天", "2017-03-09"), ("3天前", "2017-03-04"),
    ("一个月后", "2017-04-07"),
    ("后天一早", "2017-03-09"), ("明天下午", "2017-03-08"), ("今晚", "2017-03-07"), ("下午的会", "2017-03-07"),
])
def test_one_day(said, day):
    span = read(said)
    assert (span.kind, span.start, span.end) == (TimeKind.POINT, date.fromisoformat(day), date.fromisoformat(day))


@pytest.mark.parametrize(("said", "start"), [
    ("3月10日 14:00", "2017-03-10T14:00"), ("3月10号下午两点半", "2017-03-10T14:30"),
    ("3月10日,下午2点", "2017-03-10T14:00"),
    ("3月10日(周五)14:00", "2017-03-10T14:00"), ("明天下午三点", "2017-03-08T15:00"), ("明天3点", "2017-03-08T15:00"),
    ("这周四上午十点一刻", "2017-03-09T10:15"), ("6.18上午九点", "2017-06-18T09:00"), ("今晚八点", "2017-03-07T20:00"),
    ("明早8点", "2017-03-08T08:00"),
    ("中午12点", "2017-03-07T12:00"), ("中午一点", "2017-03-07T13:00"), ("晚上12点", "2017-03-08T00:00"),
    ("今天24:00", "2017-03-08T00:00"),
    ("九点四十分", "2017-03-07T09:40"), ("十点零五", "2017-03-07T10:05"), ("9时30分", "2017-03-07T09:30"),
    ("下午2:30", "2017-03-07T14:30"),
    ("2:30", "2017-03-07T14:30"), ("半小时后", "2017-03-07T10:30"), ("一个钟头后", "2017-03-07T11:00"),
    ("两个半小时后", "2017-03-07T12:30"),
    ("一刻钟后", "2017-03-07T10:15"), ("20分钟前", "2017-03-07T09:40"), ("周二9点", "2017-03-14T09:00"),
    ("周二11点", "2017-03-07T11:00"),
    ("7号9点", "2017-04-07T09:00"), ("7点", "2017-03-07T19:00"), ("明天一点", "2017-03-08T13:00"),
])
def test_an_hour(said, start):
    span = read(said)
    assert (span.kind, span.start) == (TimeKind.POINT, datetime.fromisoformat(start).replace(tzinfo=SHANGHAI))


@pytest.mark.parametrize(("said", "start", "end", "month"), [
    ("三月", "2017-03-01", "2017-03-31", 3), ("3月份", "2017-03-01", "2017-03-31", 3),
    ("叁月", "2017-03-01", "2017-03-31", 3),
    ("一月", "2017-01-01", "2017-01-31", 1), ("十二月份", "2017-12-01", "2017-12-31", 12),
    ("本月", "2017-03-01", "2017-03-31", 3),
    ("这个月", "2017-03-01", "2017-03-31", 3), ("下个月", "2017-04-01", "2017-04-30", 4),
    ("下月", "2017-04-01", "2017-04-30", 4),
    ("下下个月", "2017-05-01", "2017-05-31", 5), ("上个月", "2017-02-01", "2017-02-28", 2),
    ("去年12月", "2016-12-01", "2016-12-31", 12),
    ("一、二月", "2017-01-01", "2017-02-28", None), ("3到5月", "2017-03-01", "2017-05-31", None),
    ("三四月份", "2017-03-01", "2017-04-30", None),
    ("第二季度", "2017-04-01", "2017-06-30", None), ("下季度", "2017-04-01", "2017-06-30", None),
    ("上半年", "2017-01-01", "2017-06-30", None),
    ("今年", "2017-01-01", "2017-12-31", None), ("明年", "2018-01-01", "2018-12-31", None),
    ("去年", "2016-01-01", "2016-12-31", None),
    ("下学期", "2017-09-01", "2018-01-31", None), ("这学期", "2017-02-01", "2017-06-30", None),
    ("暑假", "2017-07-01", "2017-08-31", None),
    ("月底", "2017-03-27", "2017-03-31", None), ("月中", "2017-03-11", "2017-03-20", None),
    ("五月上旬", "2017-05-01", "2017-05-10", None),
    ("本周", "2017-03-06", "2017-03-12", None), ("周末", "2017-03-11", "2017-03-12", None),
    ("周一到周五", "2017-03-13", "2017-03-17", None),
    ("3月10日到12日", "2017-03-10", "2017-03-12", None), ("3月10-12日", "2017-03-10", "2017-03-12", None),
    ("28号到2号", "2017-03-28", "2017-04-02", None),
    ("12月到2月", "2017-12-01", "2018-02-28", None),
])
def test_a_range_of_days(said, start, end, month):
    span = read(said)
    assert (span.kind, span.start, span.end) == (TimeKind.RANGE, date.fromisoformat(start), date.fromisoformat(end))
    assert span.month == month


@pytest.mark.parametrize(("said", "start", "end"), [
    ("下午三点到五点", "2017-03-07T15:00", "2017-03-07T17:00"), ("14:00-16:00", "2017-03-07T14:00", "2017-03-07T16:00"),
    ("明天下午3-5点", "2017-03-08T15:00", "2017-03-08T17:00"), ("9点到11点半", "2017-03-07T09:00", "2017-03-07T11:30"),
    ("3月10日14:00至16:00", "2017-03-10T14:00", "2017-03-10T16:00"),
    ("上午九点到下午四点", "2017-03-07T09:00", "2017-03-07T16:00"),
])
def test_a_range_of_hours_takes_the_day_and_its_half_from_the_beginning(said, start, end):
    span = read(said)
    assert span.kind is TimeKind.RANGE
    assert (span.start, span.end) == tuple(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI) for at in (start, end))


@pytest.mark.parametrize(("said", "rule", "first"), [
    ("每月第一个周五", "FREQ=MONTHLY;BYDAY=1FR", "2017-04-07"),
    ("每个月最后一个周五", "FREQ=MONTHLY;BYDAY=-1FR", "2017-03-31"),
    ("每月20号", "FREQ=MONTHLY;BYMONTHDAY=20", "2017-03-20"), ("每周三", "FREQ=WEEKLY;BYDAY=WE", "2017-03-08"),
    ("每周一三五", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "2017-03-08"),
    ("每逢单周周三", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2017-03-08"),
    ("每天", "FREQ=DAILY", None), ("每季度", "FREQ=MONTHLY;INTERVAL=3", None), ("每年", "FREQ=YEARLY", None),
])
def test_a_repetition(said, rule, first):
    span = read(said)
    assert (span.kind, span.rrule, span.end) == (TimeKind.RECURRENCE, rule, None)
    assert span.start == (first and date.fromisoformat(first))


@pytest.mark.parametrize("said", ["4月31号", "24点半", "14月", "2月30日", "2月29日", "25点", "8:75", "32号", "3月0日",
    "13月1日",
                                  "3月10日（周六）", "每月32号", "三月第六个周五", "2017年2月29日",
                                  "十三月", "0月", "2月30号", "四月31号"])
def test_what_no_calendar_has_is_impossible_and_not_guessed(said):
    times = find_times(f"改到{said}吧", TUESDAY)
    assert (times.found, times.impossible) == ((), (said,))


@pytest.mark.parametrize("said", ["三会一课", "一两名教师", "3个人", "五个抓手", "30元", "10%的优秀党员", "一日生活",
    "2号楼", "第三部分", "第一党小组",
                                  "一级抓一级", "四讲一争", "缴党费4.20", "3.5元", "晚一点", "一点建议", "三点要求",
                                  "早上好", "小时候", "及时",
                                  "提前10分钟", "十九大", "前提", "每一个孩子", "学号12", "几点", "几号", "三个月",
                                  "半天", "周到", "明白", "日常"])
def test_numbers_and_words_that_are_no_times_are_left_alone(said):
    assert find_times(said, TUESDAY) == find_times("", TUESDAY)


@pytest.mark.parametrize(("said", "now", "start"), [
    ("周六", "2017-03-11T08:00", "2017-03-11"), ("二十号", "2017-03-20T22:00", "2017-03-20"),
    ("二十号", "2017-12-21T08:00", "2018-01-20"),
    ("31号", "2017-04-01T08:00", "2017-05-31"), ("下个月", "2017-12-31T23:59", "2018-01-01"),
    ("三月", "2017-05-09T08:00", "2017-03-01"),
    ("2月29日", "2016-01-01T08:00", "2016-02-29"), ("月初", "2017-03-20T08:00", "2017-04-01"),
    ("本学期", "2017-01-10T08:00", "2016-09-01"),
    ("明天", "2017-12-31T12:00", "2018-01-01"), ("下学期", "2017-10-01T08:00", "2018-02-01"),
])
def test_the_reading_depends_on_the_day_it_is_said(said, now, start):
    assert read(said, datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)).start == date.fromisoformat(start)


def test_several_times_keep_their_places():
    text = "从三月改到四月，4月7日下午两点"
    spans = find_times(text, TUESDAY).found
    assert [text[span.begin:span.finish] for span in spans] == [span.text for span in spans] == ["三月", "四月",
        "4月7日下午两点"]


def test_the_year_is_remembered_when_it_was_said():
    assert [read(said).year_said for said in ("三月", "2017年三月", "明年3月1日")] == [False, True, True]


def test_json_has_offsets_only_where_an_hour_was_said():
    assert to_json(read("明天下午三点")) == {"text": "明天下午三点", "kind": "point",
        "start": "2017-03-08T15:00:00+08:00",
                                      "end": "2017-03-08T15:00:00+08:00", "rrule": None}
    assert to_json(read("三月"))["start"] == "2017-03-01"


def test_a_naive_now_is_refused():
    with pytest.raises(ValueError, match="aware"):
        find_times("三月", TUESDAY.replace(tzinfo=None))


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=TIME_CHARACTERS, max_size=16),
       st.dates(date(2017, 1, 1), date(2030, 12, 31)))
def test_any_mixture_is_read_without_error_and_spans_are_in_the_text(text, day):
    times = find_times(text, datetime.combine(day, TUESDAY.timetz()))
    for span in times.found:
        assert text[span.begin:span.finish] == span.text != ""
        assert span.start is None or span.end is None or to_json(span)["start"] <= to_json(span)["end"]
    assert all(said in text for said in times.impossible)


@given(st.dates(date(2017, 1, 1), date(2030, 12, 31)))
def test_every_date_written_out_is_read_back(day):
    for form in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}"):
        assert read(form).start == day


@pytest.mark.parametrize(("said", "on", "day"), [
    ("3月8日9点", "2017-11-20", "2018-03-08"), ("1月2日9点", "2017-12-20", "2018-01-02"),
    ("3月8日9点", "2017-03-08", "2017-03-08"),  # today's stays today's, also when its hour is over
    ("3月8日9点", "2017-03-09", "2018-03-08"), ("3.8 9点", "2017-11-20", "2018-03-08"),
    ("三月第二个周五9点", "2017-11-20", "2018-03-09"),  # another day of the month in another year
    ("1月2日（周二）9点", "2017-12-20", "2018-01-02"),  # the weekday tells the year
    ("2月29日9点", "2017-11-20", "2020-02-29"), ("三八节", "2017-11-20", "2018-03-08"),
    ("2017年3月8日9点", "2017-11-20", "2017-03-08"), ("明年3月8日9点", "2017-02-01", "2018-03-08"),
    ("今天8点", "2017-11-20", "2017-11-20"), ("上个月8日9点", "2017-11-20", "2017-10-08"),
    ("12月25日9点", "2017-11-20", "2017-12-25"),
])
def test_a_day_without_a_year_is_the_coming_one(said, on, day):
    found = find_coming(said, datetime.fromisoformat(f"{on}T10:00+08:00")).found
    assert [(f"{span.start:%Y-%m-%d}", span.begin) for span in found] == [(day, 0)]


@pytest.mark.parametrize("said", ["1月2日（周四）9点", "12月25日（周二）9点", "4月31日"])
def test_what_the_coming_year_has_not_stays_impossible(said):
    times = find_coming(f"改到{said}", datetime.fromisoformat("2017-11-20T10:00+08:00"))
    assert times.impossible == (said,)


@given(st.text(alphabet="一二三月日号0123456789年明今周五点到 -./（）", max_size=24))
def test_what_lies_ahead_is_found_where_it_stands(text):
    now = datetime.fromisoformat("2017-11-20T10:00+08:00")
    assert all(text[span.begin:span.finish] == span.text for span in find_coming(text, now).found)
