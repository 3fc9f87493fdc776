"""The program's settings: read once, whole, from the environment (or a .env file); the only reader of os.environ.

A wrong value raises BadSetting, whose one line names the variable. Start at load().
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE_PARTS = ("title", "time", "place", "note")
ACCOUNT = ("WECHAT_TOKEN", "WECHAT_APP_ID", "WECHAT_APP_SECRET")  # all of them, or none: then it is the sandbox
OF_AN_ACCOUNT = ("WECHAT_AES_KEY", "WECHAT_TEMPLATE_ID", "WECHAT_TEMPLATE_FIELDS", "WECHAT_ACCOUNT", "WECHAT_API_BASE")
SANDBOX_APP_ID = "wx0000000000sandbox"
SANDBOX_TEMPLATE_ID = "Sandbox0Template0Of0The0Assistant0000000001"  # the simulated account's only template


class BadSetting(Exception):
    """A variable holds what the program cannot work with; str() is the one line to show."""

    def __init__(self, variable: str, wrong: str) -> None:
        super().__init__(f"{variable}: {wrong}")
        self.variable = variable


class Account(StrEnum):
    """What kind of official account it is: decides which ways of pushing exist (protocol part 0)."""

    SERVICE = "service"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator can choose; README explains each variable. Secrets stay out of repr()."""

    host: str
    port: int
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    token: str = field(repr=False)
    app_id: str
    app_secret: str = field(repr=False)
    aes_key: str | None = field(repr=False)
    api_base: str
    account: Account
    template_id: str | None
    template_fields: tuple[tuple[str, str], ...]
    secret_key: str = field(repr=False)
    clock_start: datetime | None
    timezone: ZoneInfo
    web_workers: int
    sandbox: bool
    instance: Path
    public_url: str
    console_idle: timedelta = timedelta(minutes=30)
    console_total: timedelta = timedelta(hours=8)
    letter_days: int = 5
    delivery_threads: int = 8
    weekly_cap: int = 15
    monthly_time: time = time(12, 20)
    activity_time: time = time(16, 45)
    quiet_from: time = time(20, 0)
    quiet_until: time = time(7, 30)
    undated_day: int = 20
    dues_last_days: int = 3
    activity_days: tuple[int, ...] = (7, 1)
    activity_hours: int = 2


def load(environ: Mapping[str, str] | None = None, instance: Path | None = None) -> Settings:
    """Read and check all variables. Raises BadSetting for the first that is wrong."""
    env = _environment() if environ is None else {k: v for k, v in environ.items() if v}
    instance = instance or ROOT / env.get("INSTANCE_DIR", "instance")
    token, app_id, app_secret = (env.get(name, "") for name in ACCOUNT)
    missing = [name for name in ACCOUNT if not env.get(name)]
    if 0 < len(missing) < len(ACCOUNT):
        raise BadSetting(missing[0], "is missing, while the other WECHAT_* variables of the account are set")
    sandbox = bool(missing)
    host, port = env.get("HOST", "127.0.0.1"), _number(env, "PORT", 8000, 1, 65535)
    if sandbox:
        token, app_id, app_secret = "sandbox", SANDBOX_APP_ID, "sandbox-secret"
    elif not re.fullmatch(r"[!-~]{3,64}", token):
        raise BadSetting("WECHAT_TOKEN", "must have 3 to 64 signs without spaces, as in the account's back office")
    timezone = _zone(env.get("TIMEZONE", "Asia/Shanghai"))
    own_host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    default_base = f"http://{own_host}:{port}/simulator" if sandbox else "https://api.weixin.qq.com"
    settings = Settings(
        host=host, port=port,
        database_url=_database_url(env.get("DATABASE_URL") or f"sqlite:///{instance / 'assistant.db'}", instance),
        redis_url=_url(env, "REDIS_URL", None, ("redis", "rediss", "unix")),
        token=token, app_id=app_id, app_secret=app_secret, aes_key=_aes_key(env.get("WECHAT_AES_KEY")),
        api_base=_url(env, "WECHAT_API_BASE", default_base, ("http", "https")).rstrip("/"),
        account=_account(env.get("WECHAT_ACCOUNT", "service")),
        template_id=env.get("WECHAT_TEMPLATE_ID") or (SANDBOX_TEMPLATE_ID if sandbox else None),
        template_fields=_template_fields(
            env.get("WECHAT_TEMPLATE_FIELDS", "thing1=title,time2=time,thing3=place,thing4=note")),
        secret_key=_secret_key(env.get("SECRET_KEY"), instance),
        clock_start=_clock_start(env.get("CLOCK_START"), timezone), timezone=timezone,
        web_workers=_number(env, "WEB_WORKERS", min(4, max(2, os.cpu_count() or 2)), 1, 64),
        sandbox=sandbox, instance=instance,
        public_url=_url(env, "PUBLIC_URL", f"http://{own_host}:{port}", ("http", "https")).rstrip("/"),
        console_idle=timedelta(minutes=_number(env, "CONSOLE_IDLE_MINUTES", 30, 1, 1440)),
        console_total=timedelta(hours=_number(env, "CONSOLE_HOURS", 8, 1, 168)),
        letter_days=_number(env, "LETTER_DAYS", 5, 1, 60),
        delivery_threads=_number(env, "DELIVERY_THREADS", 8, 1, 64),
        weekly_cap=_number(env, "WEEKLY_CAP", 15, 1, 1000),
        **_rhythm(env),
    )
    lone = next((name for name in OF_AN_ACCOUNT if env.get(name)), None) if sandbox else None
    if lone:
        raise BadSetting(ACCOUNT[0], f"is missing, while {lone} is set; without any WECHAT_* it is the sandbox")
    return settings


def _rhythm(env: Mapping[str, str]) -> dict[str, Any]:
    """When what is pushed by itself (interface.md: "each a setting")."""
    return {
        "monthly_time": _time_of_day(env, "REMIND_MONTHLY_AT", time(12, 20)),
        "activity_time": _time_of_day(env, "REMIND_ACTIVITY_AT", time(16, 45)),
        "quiet_from": _time_of_day(env, "QUIET_FROM", time(20, 0)),
        "quiet_until": _time_of_day(env, "QUIET_UNTIL", time(7, 30)),
        "undated_day": _number(env, "REMIND_UNDATED_DAY", 20, 1, 28),
        "dues_last_days": _number(env, "REMIND_DUES_LAST_DAYS", 3, 1, 20),
        "activity_days": _days(env, "REMIND_ACTIVITY_DAYS", (7, 1)),
        "activity_hours": _number(env, "REMIND_ACTIVITY_HOURS", 2, 1, 12),
    }


def set_variable(name: str, value: str) -> None:
    """For libraries that can be told something only through the environment."""
    os.environ[name] = value


def _environment() -> dict[str, str]:
    file = {k: v for k, v in dotenv_values(ROOT / ".env").items() if v}
    return file | {k: v for k, v in os.environ.items() if v}


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        raise BadSetting(name, f"must be a whole number from {least} to {most}, is {text!r}")
    return int(text)


def _days(env: Mapping[str, str], name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    text = env.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"\d{1,2}(,\d{1,2})*", text) or "0" in text.split(","):
        raise BadSetting(name, f"must be numbers of days such as 7,1, is {text!r}")
    return tuple(sorted({int(part) for part in text.split(",")}, reverse=True))


def _time_of_day(env: Mapping[str, str], name: str, default: time) -> time:
    text = env.get(name, "")
    if not text:
        return default
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise BadSetting(name, f"must be a time of day such as 12:20, is {text!r}") from None


def _url(env: Mapping[str, str], name: str, default: str | None, schemes: tuple[str, ...]) -> str | None:
    text = env.get(name)
    if not text:
        return default
    try:
        parts = urlsplit(text)
        well_formed = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError:
        well_formed = False
    if not well_formed:
        raise BadSetting(name, f"must be an address that begins with {' or '.join(s + '://' for s in schemes)}")
    return text


def _database_url(text: str, instance: Path) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError
    try:
        url = make_url(text)
    except ArgumentError:
        raise BadSetting("DATABASE_URL", "is no database address, expected sqlite:///… or postgresql+psycopg://…") \
            from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise BadSetting("DATABASE_URL", "must begin with sqlite:/// or postgresql+psycopg://")
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:":
            raise BadSetting("DATABASE_URL", "must name a file, because several processes share it")
        if not Path(url.database).is_absolute():
            url = url.set(database=str(ROOT / url.database))
        folder = Path(url.database).parent
        if folder not in (instance.absolute(), ROOT / "instance") and not os.access(folder, os.X_OK):
            raise BadSetting("DATABASE_URL", f"there is no folder {folder}")
    return url.render_as_string(hide_password=False)


def _aes_key(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) != 43:
        raise BadSetting("WECHAT_AES_KEY", f"must have 43 characters, has {len(text)}")
    try:
        base64.b64decode(text + "=", validate=True)
    except binascii.Error:
        raise BadSetting("WECHAT_AES_KEY", "must consist of letters and digits, as in the account's back office") \
            from None
    return text


def _account(text: str) -> Account:
    try:
        return Account(text)
    except ValueError:
        raise BadSetting("WECHAT_ACCOUNT", f"must be service or subscription, is {text!r}") from None


def _template_fields(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [tuple(part.strip().split("=", 1)) for part in text.split(",") if part.strip()]
    for pair in pairs:
        if len(pair) != 2 or not re.fullmatch(r"[a-z_]+\d+", pair[0]) or pair[1] not in TEMPLATE_PARTS:
            raise BadSetting("WECHAT_TEMPLATE_FIELDS", "must look like thing1=title,time2=time with the parts "
                                                       f"{', '.join(TEMPLATE_PARTS)}, has {'='.join(pair)!r}")
    if not pairs:
        raise BadSetting("WECHAT_TEMPLATE_FIELDS", "names no field")
    return tuple(pairs)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise BadSetting("TIMEZONE", f"is no time zone such as Asia/Shanghai: {text!r}") from None


def _clock_start(text: str | None, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise BadSetting("CLOCK_START", f"must be an ISO time such as 2017-03-01T08:00, is {text!r}") from None
    return start if start.tzinfo else start.replace(tzinfo=zone)


def _secret_key(text: str | None, instance: Path) -> str:
    if text:
        return text
    path = instance / "secret_key"
    try:
        instance.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            own = instance / f"secret_key.{os.getpid()}.{secrets.token_hex(4)}"
            with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            # Two processes may start at once: the first to link wins, and nobody reads a file that is half written.
            with suppress(FileExistsError):
                os.link(own, path)
            own.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise BadSetting("SECRET_KEY", f"is not set and cannot be kept in {path.name}: {error.strerror}") from None
