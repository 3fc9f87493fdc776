"""The shell door: what each command prints, changes and refuses."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app import create_app
from bot.nlu.slots import Lexicon
from data.models import Activity, Follower, Person, Plan, SharedValue
from handlers.menu import menu
from tests.conftest import load_settings
from tests.shell import Shell
from tests.world import PLAN, World

HEADER = "姓名,工号,手机号,身份,职务,党小组\n"


@pytest.fixture
def shell(world: World) -> Shell:
    return Shell(world.app)


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return str(path)


def names_with(shell: Shell, world: World, number: str) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Person.name).where(Person.staff_no == number)))


@pytest.fixture(scope="module")
def empty_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A program with nothing in it: enough for what is refused before anything is looked up."""
    app = create_app(load_settings(tmp_path_factory.mktemp("empty")))
    yield Shell(app)
    app.extensions["assistant"].engine.dispose()


@pytest.mark.parametrize("words", [
    "plan import", "roster import", "roster codes", "activities import", "stats", "tick", "understand", "clock set",
    "db upgrade", "backup", "restore", "menu push", "serve"])
def test_every_command_explains_itself(empty_shell: Shell, words: str) -> None:
    empty_shell.run(*words.split(), "--help").prints("Usage:", "--help")


@pytest.mark.parametrize(("words", "wrong"), [
    ("plan eat", "No such command 'eat'"), ("plan import", "Missing argument 'FILE'"),
    ("plan import nowhere.txt", "nowhere.txt"), ("plan import data/seed/2017-plan.txt --year soon", "--year"),
    ("plan import data", "directory"), ("roster import nowhere.csv", "nowhere.csv"), ("roster codes --renew X9", "X9"),
    ("roster codes --renew", "--renew"), ("activities import nowhere.csv", "nowhere.csv"), ("stats --xml", "--xml"),
    ("tick --now yesterday", "yesterday"), ("understand", "TEXT"), ("understand ", "empty"),
    ("understand 签到 --as 皇帝", "皇帝"),
    ("understand 签到 --now noon", "noon"), ("clock set", "ISO"), ("clock set noon", "noon"),
    ("restore nowhere", "nowhere"),
    ("backup /no/such/folder/file", "/no/such/folder"), ("menu eat", "eat"), ("db eat", "eat")])
def test_what_is_wrong_is_said_in_one_line(empty_shell: Shell, words: str, wrong: str) -> None:
    empty_shell.run(*words.split(" ")).fails(wrong)


class TestPlanImport:
    def test_shows_what_was_understood_and_stores_it(self, world: World, shell: Shell) -> None:
        shell.run("plan", "import", str(PLAN), "--year", "2018").prints(
            "三 加强党的组织建设", "行事历：28项", "一、二月", "已保存", "2018年")
        world.at("2018-03-01 09:00").张三.says("三月有什么活动").hears_not("沿用")

    def test_prints_the_agreed_json(self, shell: Shell) -> None:
        plan = shell.run("plan", "import", str(PLAN), "--json").json
        assert list(plan) == ["title", "year", "sections", "calendar", "recurring", "duties", "warnings"]
        assert plan["year"] == 2017
        assert sum(len(block["entries"]) for block in plan["calendar"]) == 28
        assert plan["calendar"][0]["months"] == [1, 2]

    def test_a_dry_run_stores_nothing(self, world: World, shell: Shell) -> None:
        shell.run("plan", "import", str(PLAN), "--year", "2030", "--dry-run").prints("没有保存")
        with world.session() as session:
            assert session.scalars(select(Plan.year)).all() == [2017]

    def test_refuses_what_is_no_plan(self, world: World, shell: Shell, tmp_path: Path) -> None:
        shell.run("plan", "import", write(tmp_path, "letter.txt", "亲爱的妈妈，我在这里很好。")).fails("不像工作计划")
        shell.run("plan", "import", write(tmp_path, "page.pdf", "%PDF")).fails(".pdf")
        with world.session() as session:
            assert session.scalars(select(Plan.year)).all() == [2017]

    def test_asks_for_the_year_that_the_plan_does_not_say(self, shell: Shell, tmp_path: Path) -> None:
        text = re.sub(r"20\d\d|[〇○零一二三四五六七八九]{4}年", "", PLAN.read_text(encoding="utf-8"))
        file = write(tmp_path, "plan.txt", text)
        shell.run("plan", "import", file).fails("--year")
        shell.run("plan", "import", file, "--year", "2019").prints("2019年的计划")


class TestRoster:
    def test_new_people_are_added_and_known_ones_updated(self, world: World, shell: Shell, tmp_path: Path) -> None:
        file = write(tmp_path, "roster.csv", HEADER + "张三丰,T006,,党员,,第一党小组\n小林,T900,,教师,,\n")
        shell.run("roster", "import", file).prints("新增1人", "更新1人", "仍保留")
        assert names_with(shell, world, "T006") == ["张三丰"]
        shell.run("roster", "import", file).prints("新增0人", "更新0人", "不变2人")

    def test_a_file_from_an_office_computer_is_read(self, world: World, shell: Shell, tmp_path: Path) -> None:
        shell.run("roster", "import", write(tmp_path, "r.csv", HEADER + "小林,T900,,教师,,\n", "gbk")).prints("新增1人")
        assert names_with(shell, world, "T900") == ["小林"]

    def test_with_a_bad_line_nothing_is_imported(self, world: World, shell: Shell, tmp_path: Path) -> None:
        file = write(tmp_path, "roster.csv", HEADER + "小林,T900,,教师,,\n小周,,,教师,,\n小陈,T901,,皇帝,,\n")
        shell.run("roster", "import", file).fails("第3行", "工号", "第4行", "皇帝", "2行有问题", lines=3)
        assert names_with(shell, world, "T900") == []

    def test_refuses_what_is_no_roster(self, shell: Shell, tmp_path: Path) -> None:
        shell.run("roster", "import", write(tmp_path, "note.csv", "hello")).fails("表头")

    def test_codes_are_for_those_not_bound_and_stay_until_used(self, world: World, shell: Shell) -> None:
        codes = shell.run("roster", "codes").lines
        assert codes[0] == "姓名,工号,绑定码"
        assert [line.split(",")[:2] for line in codes[1:]] == [["新人", "T015"]]
        assert shell.run("roster", "codes").lines == codes
        code = codes[1].split(",")[2]
        world.stranger.says(f"绑定 新人 {code}").hears("新人")
        assert shell.run("roster", "codes").lines == codes[:1]

    def test_a_renewed_code_replaces_the_old_one(self, world: World, shell: Shell) -> None:
        old = shell.run("roster", "codes").lines[1].split(",")[2]
        new = shell.run("roster", "codes", "--renew", "T015").lines[1].split(",")[2]
        assert new != old
        world.stranger.says(f"绑定 新人 {old}")
        with world.session() as session:
            assert session.scalars(select(Follower.openid).where(Follower.openid == world.stranger.openid,
                                                                 Follower.person_id.is_not(None))).all() == []


class TestActivitiesImport:
    COLUMNS = "名称,日期,开始,结束,地点,对象\n"

    def test_an_entry_of_the_plan_gets_its_date(self, world: World, shell: Shell, tmp_path: Path) -> None:
        file = write(tmp_path, "a.csv", self.COLUMNS + "主题党日活动,2017-03-10,14:00,16:00,多功能厅,党员\n")
        shell.run("activities", "import", file).prints("新增1项")
        with world.session() as session:
            activity = session.scalars(select(Activity)).one()
            assert activity.plan_entry_id is not None
        world.张三.says("三月有什么活动").hears("3月10日", "多功能厅")

    def test_importing_again_changes_nothing(self, world: World, shell: Shell, tmp_path: Path) -> None:
        file = write(tmp_path, "a.csv", self.COLUMNS + "主题党日活动,3月10日,14:00,,,\n读书会,2017/3/12,9:00,,,全体\n")
        shell.run("activities", "import", file).prints("新增2项")
        shell.run("activities", "import", file).prints("新增0项", "更新0项", "不变2项")
        with world.session() as session:
            assert len(session.scalars(select(Activity)).all()) == 2

    def test_past_dates_are_taken_and_nobody_is_told(self, world: World, shell: Shell, tmp_path: Path) -> None:
        world.at("2017-06-01 09:00")
        file = write(tmp_path, "a.csv", self.COLUMNS + "读书会,2017-03-12,9:00,,,全体\n")
        shell.run("activities", "import", file).prints("新增1项", "其中0项已安排通知")
        world.tick()
        assert [text for text in world.张三.pushed() if "读书会" in text] == []

    def test_those_concerned_are_told_of_what_is_near_or_has_changed(self, world: World, shell: Shell,
                                                                      tmp_path: Path) -> None:
        world.at("2017-03-08 09:00")
        near = "读书会,2017-03-12,9:00,,{},全体\n"
        shell.run("activities", "import", write(tmp_path, "a.csv", self.COLUMNS + near.format("一楼"))).prints("1项已安排")
        world.tick()
        world.张三.receives("读书会", "一楼")
        shell.run("activities", "import", write(tmp_path, "a.csv", self.COLUMNS + near.format("二楼"))).prints(
            "更新1项", "1项已安排")
        world.tick()
        world.张三.receives("读书会", "二楼")

    def test_what_was_called_off_is_not_brought_back(self, world: World, shell: Shell, tmp_path: Path) -> None:
        file = write(tmp_path, "a.csv", self.COLUMNS + "读书会,2017-03-12,9:00,,,全体\n")
        shell.run("activities", "import", file)
        world.陈静.says("取消活动 3月12日读书会")
        world.陈静.says("确认").hears("取消")
        shell.run("activities", "import", file).prints("不变1项")
        world.张三.says("三月有什么活动").hears_not("3月12日（周日）09:00")

    def test_bad_lines_are_listed_and_nothing_is_imported(self, world: World, shell: Shell, tmp_path: Path) -> None:
        rows = "读书会,2017-03-12,9:00,,,全体\n茶会,2017-02-30,9:00,,,全体\n舞会,2017-03-12,9:00,,,保安队\n"
        shell.run("activities", "import", write(tmp_path, "a.csv", self.COLUMNS + rows)).fails(
            "第3行", "2017-02-30", "第4行", "保安队", "2行有问题", lines=3)
        row = ",2017-02-30,,25点,,保安队\n"
        shell.run("activities", "import", write(tmp_path, "b.csv", self.COLUMNS + row)).fails(
            "第2行：没有写名称；日期“2017-02-30”", "没有写开始", "25点", "保安队", "1行有问题", lines=2)
        with world.session() as session:
            assert session.scalars(select(Activity)).all() == []


class TestStatsAndTick:
    def test_stats_count_everything(self, world: World, shell: Shell) -> None:
        world.at("2017-03-10 09:00").陈静.says("设置 三月主题党日 3月10日 14:00 多功能厅")
        world.at("2017-03-10 13:50").张三.says("签到").hears("签到成功")
        numbers = shell.run("stats", "--json").json
        assert (numbers["people"], numbers["bound"], numbers["activities"], numbers["checkins"]) == (15, 14, 1, 1)
        assert set(numbers["deliveries"]) >= {"waiting", "sent", "held", "failed", "dropped", "unsure"}
        shell.run("stats").prints("名册人数：15", "签到：1")

    def test_tick_delivers_once_and_prints_the_counts(self, world: World, shell: Shell) -> None:
        world.at("2017-03-10 09:00").陈静.says("广播 党员 明天下午三点开会")
        world.陈静.says("确认")
        [line] = shell.run("tick", "--now", "2017-03-10T09:01").lines
        counts = dict(part.split("=") for part in line.split())
        assert int(counts["sent"]) > 0
        world.李四.receives("明天下午三点开会")
        [again] = shell.run("tick", "--now", "2017-03-10T09:01").lines
        assert "queued=0 sent=0" in again

    def test_a_time_without_offset_is_in_the_branch_s_zone(self, world: World, shell: Shell) -> None:
        shell.run("tick", "--now", "2017-03-01T12:20").prints("queued=")
        world.张三.receives("三月")


class TestClockSet:
    def test_is_refused_for_a_clock_that_is_the_machine_s(self, shell: Shell) -> None:
        shell.run("clock", "set", "2017-03-01T08:00").fails("CLOCK_START")


class TestUnderstand:
    def test_prints_the_agreed_json(self, shell: Shell) -> None:
        found = shell.run("understand", "三月有什么活动", "--json", "--now", "2017-03-01").json
        assert list(found) == ["text", "intent", "score", "reason", "candidates", "slots", "times", "impossible"]
        assert found["intent"] == "plan_month"
        assert found["times"] == [{"text": "三月", "kind": "range", "start": "2017-03-01", "end": "2017-03-31",
                                   "rrule": None}]

    def test_takes_a_broadcast_apart(self, shell: Shell) -> None:
        found = shell.run("understand", "广播 党员 明天下午三点开会", "--as", "书记", "--json", "--now", "2017-03-01T08:00").json
        assert found["intent"] == "broadcast"
        assert found["slots"]["group"] == ["党员"]
        assert found["slots"]["content"] == "明天下午三点开会"
        assert found["times"][0]["start"] == "2017-03-02T15:00:00+08:00"

    @pytest.mark.parametrize(("text", "slots"), [
        ("设置 三月主题党日 3月10日 14:00 多功能厅", {"title": "主题党日", "place": "多功能厅"}),
        ("请假 孩子发烧", {"reason": "孩子发烧"}), ("缴党费 30", {"amount": 3000}),
        ("补签 张三", {"person": ["张三"]})])
    def test_names_what_the_words_hold(self, shell: Shell, text: str, slots: dict[str, object]) -> None:
        found = shell.run("understand", text, "--as", "书记", "--json", "--now", "2017-03-01T08:00").json
        assert slots.items() <= found["slots"].items()

    def test_an_impossible_date_is_named(self, shell: Shell) -> None:
        assert shell.run("understand", "4月31号开会", "--json").json["impossible"] == ["4月31号"]

    def test_answers_many_lines_in_one_go(self, shell: Shell) -> None:
        asked = ['{"text": "签到", "as": "党员"}', "", '{"text": "本月安排", "now": "2017-03-01T08:00"}', '{"text": ""}']
        found = [json.loads(line) for line in shell.run("understand", "-", stdin="\n".join(asked)).lines]
        assert [(one["text"], one["intent"]) for one in found] == [
            ("签到", "checkin"), ("本月安排", "plan_month"), ("", "unknown")]

    @pytest.mark.parametrize("line", [
        "nonsense", "[]", '{"say": "签到"}', '{"text": 5}', '{"text": "签到", "as": "皇帝"}', '{"text": "签到", "now": "noon"}',
        '{"text": "签到", "now": 5}', '{"text": "签到", "as": ["党员"]}', b"\xff\xfe"])
    def test_a_bad_line_is_named_by_its_number(self, shell: Shell, line: str | bytes) -> None:
        shell.run("understand", "-", stdin=line).fails("line 1")

    def test_after_a_bad_line_it_goes_on(self, shell: Shell) -> None:
        asked = '{"text": "签到"}\nnonsense\n[]\n{"text": "本月安排"}'
        ran = shell.run("understand", "-", stdin=asked).fails("line 2", "1 more")
        found = [json.loads(line) for line in ran.result.stdout.splitlines()]
        assert [one.get("intent") for one in found] == ["checkin", None, None, "plan_month"]
        assert found[2]["error"].startswith("line 3: ")

    def test_reads_well(self, shell: Shell) -> None:
        shell.run("understand", "签到").prints("意图：checkin", "命令“签到”")


class TestBackup:
    def test_everything_comes_back_and_the_token_is_not_in_the_file(self, world: World, shell: Shell,
                                                                     tmp_path: Path) -> None:
        file = tmp_path / "saved"
        world.at("2017-03-10 09:00").陈静.says("广播 党员 开会").says("确认")
        world.tick()  # gets an access token
        with world.session() as session:
            tokens = session.scalars(select(SharedValue.value).where(SharedValue.name.like("%token%"))).all()
        shell.run("backup", str(file)).prints("Saved")
        assert tokens
        assert not [token for token in tokens if token.encode() in file.read_bytes()]
        shell.run("roster", "import", write(tmp_path, "r.csv", HEADER + "小林,T900,,教师,,\n"))
        shell.run("restore", str(file)).prints("Restored", "before-restore")
        assert names_with(shell, world, "T900") == []
        world.陈静.says("广播状态").hears("开会")

    def test_only_a_backup_is_restored(self, world: World, shell: Shell, tmp_path: Path) -> None:
        shell.run("restore", write(tmp_path, "note", "hello")).fails("no backup")
        shell.run("restore", write(tmp_path, "empty", "")).fails("no backup")
        assert names_with(shell, world, "T006") == ["张三"]


class TestMenu:
    def test_is_created_on_the_platform(self, shell: Shell) -> None:
        shell.run("menu", "push").prints("菜单已建好")

    def test_the_platform_s_refusal_is_said(self, world: World, shell: Shell) -> None:
        world.platform.fail_next("menu/create", errcode=48001)
        shell.run("menu", "push").fails("菜单没有建成")

    def test_every_line_is_short_enough_and_understood(self, world: World) -> None:
        for button in menu()["button"]:
            assert len(button["name"].encode()) <= 16
            assert 1 <= len(button["sub_button"]) <= 5
            for line in button["sub_button"]:
                assert len(line["name"].encode()) <= 60
                assert len(line["key"].encode()) <= 128
                words = line["key"].removeprefix("say:")
                found = world.assistant.matcher.match(words, world.now, Lexicon(), "党员", None)
                assert found.intent != "unknown"
