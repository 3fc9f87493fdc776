"""Settings: read once, whole; a wrong one is named in one line, a secret is never shown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from app import create_app
from bot import settings
from bot.settings import BadSetting, load
from tests.conftest import ACCOUNT


@pytest.mark.parametrize(("variable", "value", "wrong"), [
    ("PORT", "http", "whole number"), ("PORT", "0", "whole number"), ("PORT", "70000", "whole number"),
    ("WEB_WORKERS", "0", "whole number"), ("WEB_WORKERS", "many", "whole number"),
    ("DATABASE_URL", "mysql://x/y", "postgresql+psycopg://"), ("DATABASE_URL", "here", "no database address"),
    ("DATABASE_URL", "sqlite://", "file"), ("REDIS_URL", "http://x", "redis://"),
    ("REDIS_URL", "redis://x:port", "redis://"),
    ("WECHAT_AES_KEY", "x" * 42, "has 42"), ("WECHAT_AES_KEY", "!" * 43, "letters and digits"),
    ("WECHAT_TOKEN", "a b", "without spaces"), ("WECHAT_ACCOUNT", "personal", "service or subscription"),
    ("WECHAT_API_BASE", "api.weixin.qq.com", "https://"), ("WECHAT_TEMPLATE_FIELDS", "thing1:title", "thing1=title"),
    ("WECHAT_TEMPLATE_FIELDS", "thing1=nose", "place"),
    ("CLOCK_START", "noon", "ISO time"), ("TIMEZONE", "Mars/Olympus", "time zone"),
    ("QUIET_FROM", "late", "time of day"),
    ("REMIND_MONTHLY_AT", "25:00", "time of day"), ("REMIND_ACTIVITY_DAYS", "soon", "7,1"),
    ("REMIND_UNDATED_DAY", "31", "1 to 28"), ("WEEKLY_CAP", "0", "whole number")])
def test_a_wrong_value_is_refused_in_one_line_that_names_the_variable(tmp_path: Path, variable: str, value: str,
                                                                       wrong: str) -> None:
    with pytest.raises(BadSetting) as bad:
        load(ACCOUNT | {variable: value}, tmp_path)
    assert str(bad.value).startswith(f"{variable}: ")
    assert wrong in str(bad.value)
    assert "\n" not in str(bad.value)


@pytest.mark.parametrize(("variable", "value"), [
    ("WECHAT_AES_KEY", "a" * 43), ("WECHAT_TEMPLATE_ID", "x"), ("WECHAT_ACCOUNT", "subscription"),
    ("WECHAT_API_BASE", "https://api.example"), ("WECHAT_TEMPLATE_FIELDS", "thing1=title")])
def test_what_belongs_to_an_account_is_no_silent_sandbox_either(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^WECHAT_TOKEN: is missing, while {variable} is set"):
        load({variable: value}, tmp_path)


def test_a_database_gets_no_folder_made_outside_the_instance(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "x.db"
    with pytest.raises(BadSetting, match=r"^DATABASE_URL: there is no folder "):
        load({"DATABASE_URL": f"sqlite:///{elsewhere}"}, tmp_path / "instance")
    assert not elsewhere.parent.exists()
    elsewhere.parent.mkdir()
    assert load({"DATABASE_URL": f"sqlite:///{elsewhere}"}, tmp_path / "instance").sandbox


@pytest.mark.parametrize("missing", ["WECHAT_TOKEN", "WECHAT_APP_ID", "WECHAT_APP_SECRET"])
def test_part_of_an_account_is_no_silent_sandbox(tmp_path: Path, missing: str) -> None:
    with pytest.raises(BadSetting, match=f"^{missing}: is missing"):
        load({name: value for name, value in ACCOUNT.items() if name != missing}, tmp_path)


def test_without_an_account_it_is_the_sandbox(tmp_path: Path) -> None:
    sandbox = load({"PORT": "8123"}, tmp_path)
    assert sandbox.sandbox
    assert sandbox.api_base == "http://127.0.0.1:8123/simulator"
    assert sandbox.database_url == f"sqlite:///{tmp_path / 'assistant.db'}"


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first = load({}, tmp_path).secret_key
    assert len(first) >= 40
    assert load({}, tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_start_without_offset_is_in_the_branch_s_zone(tmp_path: Path) -> None:
    here = load({"CLOCK_START": "2017-03-01T08:00", "TIMEZONE": "Asia/Shanghai"}, tmp_path).clock_start
    assert here == datetime(2017, 3, 1, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    database = "postgresql+psycopg://user:hush@127.0.0.1/assistant"
    shown = repr(load(ACCOUNT | {"WECHAT_AES_KEY": "a" * 43, "DATABASE_URL": database}, tmp_path))
    secrets = (ACCOUNT["WECHAT_TOKEN"], ACCOUNT["WECHAT_APP_SECRET"], ACCOUNT["SECRET_KEY"], "a" * 43, "hush")
    assert not [secret for secret in secrets if secret in shown]


def test_the_program_reports_a_wrong_setting_as_a_command_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_AES_KEY", "x" * 42)
    with pytest.raises(click.ClickException, match=r"^WECHAT_AES_KEY: must have 43 characters, has 42$"):
        create_app()


def test_the_environment_goes_before_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=8111\nTIMEZONE=Asia/Urumqi\n")
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setenv("PORT", "8222")
    monkeypatch.delenv("TIMEZONE", raising=False)
    read = load(instance=tmp_path)
    assert (read.port, str(read.timezone)) == (8222, "Asia/Urumqi")


def test_processes_that_start_at_once_agree_on_the_generated_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(12) as pool:
        keys = list(pool.map(lambda _: load({}, instance=tmp_path).secret_key, range(48)))
    assert len(set(keys)) == 1
    assert len(keys[0]) >= 48
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
