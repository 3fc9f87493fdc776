"""Scenes: a secret address for the phone's calendar, what is in it, how it follows changes, and how it dies.

Every feed is read by two parsers that know nothing of each other: icalendar, which also writes it, and ical.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import thread_time

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from data.links import digest_of
from data.models import Activity, AuditRecord, Branch, CalendarFeed, Follower, Person
from data.plan_reader import read_plan
from handlers.calendar.feed import Event
from handlers.calendar.rfc5545 import clean, write_calendar
from handlers.plan import store_plan
from tests.world import PLAN, ZONE, Actor, World

SET_MARCH = "设置 三月主题党日 3月10日 14:00 多功能厅"
ADDRESS = re.compile(r"^http://127\.0\.0\.1:8000(/calendar/[a-z2-7]{32}\.ics)$", re.MULTILINE)


@dataclass(frozen=True)
class Seen:
    """An entry as both parsers read it."""

    uid: str
    summary: str
    start: datetime | date
    end: datetime | date
    sequence: int
    status: str
    place: str
    description: str
    stamp: datetime
    alarms: tuple[timedelta, ...]


def address(actor: Actor, said: str = "日历订阅") -> str:
    """The path of the address in the answer."""
    found = ADDRESS.search(actor.says(said).heard)
    assert found, actor.heard
    return found[1]


def get(world: World, path: str, **headers: str) -> TestResponse:
    return world.app.test_client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def read_first(body: bytes) -> dict[str, Seen]:
    calendar = icalendar.Calendar.from_ical(body)
    assert not calendar.errors
    seen = [Seen(str(one["uid"]), str(one["summary"]), one.start, one.end, int(one["sequence"]), str(one["status"]),
                 str(one.get("location", "")), str(one["description"]), one.DTSTAMP,
                 tuple(alarm.TRIGGER for alarm in one.walk("VALARM"))) for one in calendar.events]
    return {one.uid: one for one in seen}


def read_second(body: bytes) -> dict[str, Seen]:
    calendar = IcsCalendarStream.calendar_from_ics(body.decode())
    seen = [Seen(one.uid, one.summary or "", one.dtstart, one.end, one.sequence or 0, str(one.status.value),
                 one.location or "", one.description or "", one.dtstamp,
                 tuple(alarm.trigger for alarm in one.alarm)) for one in calendar.events]
    return {one.uid: one for one in seen}


def read(body: bytes) -> Mapping[str, Seen]:
    """The feed by UID, as both parsers have it."""
    first, second = read_first(body), read_second(body)
    assert first == second
    return first


def feed(world: World, actor: Actor) -> Mapping[str, Seen]:
    response = get(world, address(actor))
    assert response.status_code == 200
    return read(response.data)


def find(events: Mapping[str, Seen], *parts: str) -> Seen:
    """The one entry whose summary contains all parts."""
    found = [one for one in events.values() if all(part in one.summary for part in parts)]
    assert len(found) == 1, [one.summary for one in events.values()]
    return found[0]


def march(events: Mapping[str, Seen]) -> Seen:
    """三月主题党日, dated or not."""
    found = [one for one in events.values() if "主题党日活动" in one.summary and one.start.month == 3]
    assert len(found) == 1
    return found[0]


# --- the address ---

def test_the_address_is_the_same_again_and_each_has_their_own(world: World) -> None:
    world.张三.says("日历订阅").hears("苹果手机", "安卓手机和电脑", "不要转发", "重置日历订阅", "取消日历订阅")
    mine = address(world.张三)
    assert mine == address(world.张三, "订阅日历")
    assert mine != address(world.李四)
    assert get(world, mine).status_code == 200


def test_somebody_not_bound_gets_no_address(world: World) -> None:
    for said in ("日历订阅", "重置日历订阅", "取消日历订阅"):
        world.stranger.says(said).hears("请先绑定身份")
    with world.session() as session:
        assert session.scalars(select(CalendarFeed)).all() == []


def test_a_reset_kills_the_old_address_and_cannot_be_taken_back(world: World) -> None:
    world.张三.says("重置日历订阅").hears("您还没有日历订阅")
    old = address(world.张三)
    new = address(world.张三, "重置日历订阅")
    assert [get(world, path).status_code for path in (old, new)] == [404, 200]
    assert address(world.张三) == new
    world.张三.says("撤销").hears("旧的日历地址已经作废")
    assert [get(world, path).status_code for path in (old, new)] == [404, 200]


def test_a_reset_in_free_words_is_asked_about_first(world: World) -> None:
    old = address(world.张三)
    world.张三.says("我的日历链接让别人知道了").hears("确认")
    assert get(world, old).status_code == 200
    new = address(world.张三, "确认")
    assert [get(world, path).status_code for path in (old, new)] == [404, 200]
    world.李四.says("我的日历链接让别人知道了").hears("您还没有日历订阅")


def test_a_stop_kills_the_address_until_it_is_taken_back(world: World) -> None:
    world.张三.says("取消日历订阅").hears("您还没有日历订阅")
    old = address(world.张三)
    world.张三.says("取消日历订阅").hears("已取消日历订阅")
    assert get(world, old).status_code == 404
    world.张三.says("取消日历订阅").hears("您还没有日历订阅")
    world.张三.says("撤销").hears("已恢复日历订阅")
    assert get(world, old).status_code == 200
    world.张三.says("取消日历订阅")
    new = address(world.张三)
    assert new != old
    world.张三.says("撤销").hears("不能再恢复")
    assert [get(world, path).status_code for path in (old, new)] == [404, 200]


def test_whoever_is_no_longer_bound_has_no_feed_and_another_phone_gets_another_address(world: World) -> None:
    mine = address(world.张三)
    world.张三.says("解绑").says("确认").hears("解绑")
    assert get(world, mine).status_code == 404
    with world.session() as session, session.begin():  # the same person, bound to another openid
        person = session.scalars(select(Person).where(Person.name == "张三")).one()
        session.add(Follower(openid="oAnotherPhone000000000000000", branch_id=person.branch_id, person_id=person.id))
    assert get(world, mine).status_code == 404


def test_nothing_tells_a_wrong_address_from_a_dead_one(world: World) -> None:
    mine, old = address(world.张三), address(world.李四)
    address(world.李四, "重置日历订阅")
    guess = mine[:-5] + ("a" if mine[-5] != "a" else "b") + ".ics"
    paths = (old, guess, mine.upper().replace("/CALENDAR", "/calendar").replace(".ICS", ".ics"),
             "/calendar/" + "a" * 32 + ".ics", "/calendar/x.ics", "/calendar/张.ics", "/calendar/" + "a" * 400 + ".ics")
    answers = {(one.status_code, one.data, one.headers["Content-Type"], one.headers["Cache-Control"])
               for one in (get(world, path) for path in paths)}
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_an_address_says_nothing_of_whose_it_is_and_is_not_stored(world: World) -> None:
    mine = address(world.张三).removeprefix("/calendar/").removesuffix(".ics")
    with world.session() as session:
        stored = " ".join(str(row) for row in session.execute(text("SELECT * FROM calendar_feeds")))
        person_id = session.scalars(select(Person.id).where(Person.name == "张三")).one()
    assert mine not in stored
    assert digest_of(mine) in stored
    assert not re.search(rf"(?<![a-z2-7]){person_id}(?![a-z2-7])", mine)


def test_two_who_ask_at_once_get_one_address(world: World) -> None:
    heard: list[str] = []

    def ask(number: int) -> None:
        actor = Actor(world, world.张三.openid)
        heard.append(address(actor, ("日历订阅", "订阅日历")[number % 2]))
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 4
    assert len(set(heard)) == 1


def test_no_address_gets_into_the_log(world: World, capsys: pytest.CaptureFixture[str],
                                      caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    mine = address(world.张三)
    get(world, mine)
    get(world, mine[:-6] + ".ics")
    written = caplog.text + "".join(capsys.readouterr())
    assert mine.removeprefix("/calendar/")[:12] not in written


# --- what is in it ---

def test_a_dated_activity_is_read_alike_by_both_parsers(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH).hears("已定")
    one = march(feed(world, world.张三))
    assert one.start.astimezone(UTC) == datetime(2017, 3, 10, 6, 0, tzinfo=UTC)
    assert one.start.utcoffset() == timedelta(hours=8)
    assert one.end - one.start == timedelta(hours=2)
    assert (one.summary, one.place, one.status, one.sequence) == ("主题党日活动", "多功能厅", "CONFIRMED", 1)
    for part in ("地点：多功能厅", "参加对象：党员", "附：具体行事历 三月份 1", "回复“签到”"):
        assert part in one.description
    assert one.stamp == world.now


def test_the_phone_rings_when_the_reminders_go_out(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("设置 三月主题党日 3月10日 8:30-9:30 多功能厅").hears("已定")
    one = march(feed(world, world.张三))
    assert [one.start + before for before in one.alarms] == [
        datetime(2017, 3, 9, 16, 45, tzinfo=ZONE), datetime(2017, 3, 10, 7, 30, tzinfo=ZONE)]  # not at half past six
    assert one.end == datetime(2017, 3, 10, 9, 30, tzinfo=ZONE)


def test_what_has_no_date_is_a_note_on_the_months_first_working_day_and_becomes_the_activity(world: World) -> None:
    world.at("2017-03-01 09:00")
    before = feed(world, world.张三)
    note = march(before)
    assert note.summary == "主题党日活动（时间未定）"
    assert (note.start, note.end, note.sequence, note.alarms) == (date(2017, 3, 1), date(2017, 3, 2), 0, ())
    assert find(before, "党员个人总结").start == date(2017, 12, 1)
    assert {one.start for one in before.values() if one.start.month == 10} == {date(2017, 10, 9)}  # after the holidays
    assert not [one for one in before.values() if one.start.month < 3]  # 一、二月 is over
    world.陈静.says(SET_MARCH)
    after = feed(world, world.张三)
    assert set(after) == set(before)
    assert after[note.uid].start == datetime(2017, 3, 10, 14, 0, tzinfo=ZONE)
    assert after[note.uid].sequence > note.sequence


def test_an_entry_for_two_months_stands_in_the_first_until_both_are_over(world: World) -> None:
    note = find(feed(world.at("2017-02-20 09:00"), world.张三), "专题讲座")
    assert note.start == date(2017, 1, 3)  # after the new year's holiday
    assert "一、二月的安排" in note.description


def test_another_date_keeps_the_name_and_raises_the_sequence(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    before = march(feed(world, world.张三))
    world.at("2017-03-02 09:00").陈静.says("改期 三月主题党日 3月17日 15:00").hears("已改")
    after = march(feed(world, world.张三))
    assert after.uid == before.uid
    assert after.sequence > before.sequence
    assert after.stamp == world.now
    assert after.start == datetime(2017, 3, 17, 15, 0, tzinfo=ZONE)


def test_a_cancelled_activity_stays_as_cancelled_and_may_come_back(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    before = march(feed(world, world.张三))
    world.陈静.says("取消活动 三月主题党日").says("确认").hears("已取消")
    off = march(feed(world, world.张三))
    assert (off.uid, off.status, off.alarms) == (before.uid, "CANCELLED", ())
    assert off.sequence > before.sequence
    assert "已取消" in off.summary
    world.陈静.says(SET_MARCH)
    again = march(feed(world, world.张三))
    assert (again.uid, again.status) == (before.uid, "CONFIRMED")
    assert again.sequence > off.sequence


def cancelled(world: World, title: str) -> list[Seen]:
    return [one for one in feed(world, world.张三).values() if title in one.summary]


def test_what_was_called_off_before_anybody_could_see_it_was_never_there(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("添加活动 植树 3月13日 9:00 操场 对象全体").hears("已")
    assert cancelled(world, "植树")
    world.at("2017-03-01 09:05").陈静.says("撤销").hears("已撤销")
    world.陈静.says("添加活动 采茶 3月14日 9:00 茶园 对象全体").hears("已")
    world.at("2017-03-01 09:15").陈静.says("取消活动 采茶").says("确认").hears("已取消")
    assert not cancelled(world, "植树") + cancelled(world, "采茶")


def test_a_cancelled_activity_is_struck_out_until_it_is_long_past(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("添加活动 植树 6月13日 9:00 操场 对象全体").hears("已")
    world.陈静.says("添加活动 采茶 3月14日 9:00 茶园 对象全体").hears("已")
    world.at("2017-03-01 09:11").陈静.says("取消活动 植树").says("确认").hears("已取消")
    world.陈静.says("取消活动 采茶").says("确认").hears("已取消")
    for moment, planting, tea in (("2017-03-30 09:00", 1, 1), ("2017-04-01 09:00", 1, 0), ("2017-06-14 09:00", 0, 0)):
        world.at(moment)
        assert (len(cancelled(world, "植树")), len(cancelled(world, "采茶"))) == (planting, tea), moment


def test_what_everybody_does_in_the_course_of_the_month_waits_for_no_date(world: World) -> None:
    notes = feed(world.at("2017-02-20 09:00"), world.张三)
    assert find(notes, "上缴党费").summary == "上缴党费（一、二月内）"
    study, = [one for one in notes.values() if "自学" in one.summary and one.start.month == 3]
    assert study.summary == "自学（本月内）"
    assert "三月的安排，本月内各自完成就可以" in study.description


def test_a_date_that_is_taken_back_makes_it_a_note_again(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    dated = march(feed(world, world.张三))
    world.陈静.says("撤销")
    note = march(feed(world, world.张三))
    assert (note.uid, note.start, note.summary) == (dated.uid, date(2017, 3, 1), "主题党日活动（时间未定）")
    assert note.sequence > dated.sequence
    with world.session() as session, session.begin():  # the same, after a new plan has no such line any more
        session.scalars(select(Activity)).one().plan_entry_id = None
    assert note.uid in feed(world, world.张三)  # the line of the plan itself, never dated
    assert not [one for one in feed(world, world.张三).values() if one.uid.startswith("activity-")]


def test_an_undated_entry_that_is_cancelled_is_gone(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says("取消活动 三月主题党日").says("确认").hears("已取消")
    assert not [one for one in feed(world, world.张三).values()
                if "主题党日活动" in one.summary and one.start.month == 3]


def test_everybody_sees_what_concerns_them_and_the_secretary_everything(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    world.陈静.says("添加活动 植树 3月13日 9:00 操场 对象全体").hears("已")
    member, teacher, secretary = (feed(world, actor) for actor in (world.张三, world.钱多, world.陈静))
    assert find(member, "植树").uid == find(teacher, "植树").uid
    assert not [one for one in teacher.values() if "党日" in one.summary]
    assert find(secretary, "入党积极分子培训")
    assert not [one for one in member.values() if "积极分子培训" in one.summary]
    assert set(member) | set(teacher) < set(secretary)


def test_an_own_state_is_not_shown(world: World) -> None:
    world.at("2017-03-08 09:00").陈静.says(SET_MARCH)
    before = get(world, address(world.张三))
    world.张三.says("请假 孩子发烧").hears("已请假")
    after = get(world, address(world.张三))
    assert after.data == before.data


def test_from_december_on_the_next_year_is_there_and_what_is_over_stays(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    in_march = march(feed(world, world.张三))
    assert {one.start.year for one in feed(world.at("2017-11-30 09:00"), world.张三).values()} == {2017}
    world.at("2017-12-05 09:00").陈静.says("设置 十二月教学展示 2018年1月5日 14:00 多功能厅")
    world.陈静.says("确认").hears("已定")
    december = feed(world, world.张三)
    assert december[in_march.uid] == in_march
    moved, = [one for one in feed(world, world.陈静).values() if one.start == datetime(2018, 1, 5, 14, 0, tzinfo=ZONE)]
    assert moved.summary == "开展党员结对教学展示活动，做总结工作"
    assert "沿用2017年计划" in find(december, "专题讲座").description
    january = feed(world.at("2018-01-03 09:00"), world.陈静)
    assert january[moved.uid].start == moved.start
    assert {one.start.year for one in january.values()} == {2018}


# --- how it is served ---

def test_an_unchanged_feed_is_not_sent_again(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    path = address(world.张三)
    first = get(world, path)
    tag = first.headers["ETag"]
    assert re.fullmatch('"[0-9a-f]{32}"', tag)
    world.at("2017-03-01 09:10")
    for told in (tag, f'"other", {tag}', f"W/{tag}"):  # a proxy that compresses makes the tag a weak one
        again = get(world, path, If_None_Match=told)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    world.陈静.says("改期 三月主题党日 3月17日 15:00")
    changed = get(world, path, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert parsedate_to_datetime(changed.headers["Last-Modified"]) == world.now


def test_the_headers_are_those_of_a_private_calendar(world: World) -> None:
    path = address(world.张三)
    response = get(world, path)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"].startswith("private, max-age=")
    assert "Set-Cookie" not in response.headers
    head = world.app.test_client().head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == response.headers["ETag"]
    assert int(head.headers["Content-Length"]) == len(response.data)
    assert world.app.test_client().post(path).status_code == 405


def test_without_the_database_the_calendar_asks_for_patience(world: World) -> None:
    path = address(world.张三)
    with world.assistant.engine.begin() as connection:
        connection.execute(text("ALTER TABLE calendar_feeds RENAME TO gone"))
    try:
        response = get(world, path)
    finally:
        with world.assistant.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO calendar_feeds"))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert get(world, path).status_code == 200


def test_the_file_keeps_to_the_form(world: World) -> None:
    body = get(world, address(world.张三)).data
    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", body)
    assert max(map(len, lines)) <= 75
    unfolded = body.replace(b"\r\n ", b"").decode()
    for part in ("PRODID:-//party-assistant//", "X-WR-CALNAME:临平第二幼儿园党支部", "X-WR-TIMEZONE:Asia/Shanghai",
                 "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "TZID:Asia/Shanghai",
                 "TZOFFSETTO:+0800", "DTSTART;VALUE=DATE:2017", "TRANSP:TRANSPARENT"):
        assert part in unfolded, part


def test_the_plan_read_again_keeps_the_names_of_what_it_still_has(world: World) -> None:
    world.at("2017-03-01 09:00").陈静.says(SET_MARCH)
    before = feed(world, world.张三)
    source = PLAN.read_text(encoding="utf-8").replace("语言领域公开课展示", "艺术领域公开课展示")
    with world.session() as session, session.begin():
        store_plan(session, session.scalars(select(Branch.id)).one(), read_plan(source), source, world.now)
    after = feed(world, world.张三)
    assert {one.summary for uid, one in before.items() if uid not in after} == {"语言领域公开课展示（时间未定）"}
    assert len(after) == len(before)
    assert march(after) == march(before)


def test_a_full_year_is_quick(world: World) -> None:
    world.at("2017-03-01 09:00")
    with world.session() as session, session.begin():
        branch = session.scalars(select(Branch.id)).one()
        session.add_all(Activity(
            branch_id=branch, year=2017, title=f"读书会{number}", kind="其他", audience=["全体"], place="图书室",
            starts_at=datetime(2017, 4, 1, 14, 0, tzinfo=ZONE) + timedelta(days=number)) for number in range(60))
    path = address(world.张三)
    get(world, path)
    begun = thread_time()
    body = get(world, path).data
    taken = thread_time() - begun
    assert len(read(body)) > 75
    assert taken < 0.5  # of this thread alone: the machine may be busy


# --- any text ---

ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)


@given(title=ANY_TEXT, place=ANY_TEXT)
@example(title="学习;讨论,发言\\n：“一、二”", place="3号楼\r\n二层\\")
@example(title="很长的标题" * 30, place="a" * 74 + "党" * 40)
@example(title="BEGIN:VEVENT\r\nEND:VCALENDAR", place='"x";y=^n:z')
def test_any_text_survives_both_parsers(title: str, place: str) -> None:
    at = datetime(2017, 3, 10, 14, 0, tzinfo=ZONE)
    event = Event("one@party-assistant", 3, at.astimezone(UTC), title, f"{title}\n{place}", at, at, place,
                  (timedelta(hours=-2),))
    body = write_calendar([event], title, ZONE, (2017,))
    assert max(map(len, body.split(b"\r\n"))) <= 75
    one = read(body)["one@party-assistant"]
    assert (one.summary, one.place, one.description) == (clean(title), clean(place), clean(f"{title}\n{place}"))


def test_the_name_of_the_calendar_is_escaped_too() -> None:
    body = write_calendar([], "一;二,三\\四\nBEGIN:VEVENT", ZONE, (2017,))
    assert "\r\nX-WR-CALNAME:一\\;二\\,三\\\\四\\nBEGIN:VEVENT\r\n" in body.decode()
    assert read(body) == {}


def test_the_audit_of_who_comes_is_no_change_of_the_activity(world: World) -> None:
    world.at("2017-03-10 08:00").陈静.says(SET_MARCH)
    one = march(feed(world, world.李四))
    world.at("2017-03-10 14:05").陈静.says("补签 张三").hears("张三")
    with world.session() as session:
        assert session.scalars(select(AuditRecord.action).where(AuditRecord.subject.like("activity/%"))).all()[1:]
    assert march(feed(world, world.李四)) == one


def test_one_word_gives_the_address(world: World) -> None:
    world.张三.says("日历").hears("您的日历订阅地址")
