"""`serve`: prepares the database and runs the program under gunicorn. Start at serve()."""

import errno
import gc
import os
import signal
import socket
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click
from flask import Flask, current_app
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from bot.clock import find_shift
from bot.log import configure
from bot.nlu import match
from bot.shared import StoreDown
from handlers.commands.door import Command, assistant, opened
from handlers.commands.time import move_clock
from handlers.ops import share_between_workers
from handlers.seed import DEMO_START, seed

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.config import Config
    from gunicorn.workers.base import Worker

    from bot.settings import Settings
    from handlers import Assistant

THREADS = 4
PORT_WAIT_SECONDS = 3  # workers whose master was killed let go of the port within this time
STOP_SECONDS = 4
MEMORY = Path("/dev/shm")  # noqa: S108 - where gunicorn's workers show that they live; a disk may be slow


@click.command("serve", cls=Command)
def serve() -> None:
    """Prepare the database and serve until Ctrl-C or SIGTERM."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] - gunicorn needs the thing itself
    settings = assistant().settings
    configure(settings.secret_key)
    os.umask(0o077)  # the database, the keys and the backups are for this user only
    listener = listen(settings)
    here = opened()
    check_shared_store(here)
    begins = set_clock_at_start(here)
    with here.sessions.begin() as session:
        seed(session, here.clock.now(), settings.sandbox)
    share_between_workers(settings.instance / "metrics")
    match.load()
    here.engine.dispose()
    Server(app, here, listener, [where_to_open(settings), *what_time_it_is(here, begins)]).run()


def check_shared_store(here: "Assistant") -> None:
    """Raises click.ClickException with one line when nobody answers at REDIS_URL; the database is known to answer."""
    try:
        here.shared.find("anything")
    except StoreDown as error:
        raise click.ClickException(f"REDIS_URL: does not answer: {error}") from None


def set_clock_at_start(here: "Assistant") -> datetime | None:
    """Set the program's clock to CLOCK_START, or a new sandbox's to where its plan lives; None: it goes on as it was.

    The clock of a real account without CLOCK_START is never touched.
    """
    settings = here.settings
    with here.sessions.begin() as session:
        begins = settings.clock_start
        if begins is None and settings.sandbox and find_shift(session, None) is None:
            begins = DEMO_START
        if begins is not None:
            move_clock(session, begins, settings.clock_start)
    here.clock.reread()
    return begins


def listen(settings: "Settings") -> socket.socket:
    """A socket that is bound to HOST and PORT, so that nobody else takes them while the rest is prepared.

    Raises click.ClickException with one line that names the variable.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise click.ClickException(f"HOST: {settings.host!r} is no address to listen on: {error.strerror}") from None
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    until = monotonic() + PORT_WAIT_SECONDS
    while True:
        try:
            listener.bind(address)
            return listener
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.ClickException(f"HOST: cannot listen on {settings.host}: {error.strerror}") from None
            if monotonic() > until:
                raise click.ClickException(f"PORT: {settings.port} on {settings.host} is in use") from None
        sleep(0.1)


class Server(BaseApplication):
    """gunicorn around the application that is already made: loaded once, then forked."""

    def __init__(self, app: Flask, here: "Assistant", listener: socket.socket, says: list[str]) -> None:
        self._app, self._here, self._says = app, here, says
        self._fd = listener.detach()
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"fd://{self._fd}", "workers": self._here.settings.web_workers, "worker_class": "gthread",
            "threads": THREADS, "preload_app": True, "timeout": 30, "graceful_timeout": STOP_SECONDS, "keepalive": 5,
            "limit_request_line": 4094, "limit_request_fields": 60, "limit_request_field_size": 8190,
            "worker_tmp_dir": str(MEMORY) if MEMORY.is_dir() else None, "control_socket_disable": True,
            "loglevel": "warning", "logger_class": QuietLogger, "proc_name": "assistant",
            "when_ready": self._ready, "post_worker_init": self._begin, "worker_exit": self._end,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app

    def _ready(self, _master: "Arbiter") -> None:
        gc.collect()
        gc.freeze()  # what is loaded stays shared between the workers instead of being copied by the collector
        print(*self._says, sep="\n", flush=True)

    def _begin(self, _worker: "Worker") -> None:
        # Ctrl-C goes to every process of the terminal; the master alone acts on it and tells the workers.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._here.runner.start()

    def _end(self, _master: "Arbiter", worker: "Worker") -> None:
        self._here.runner.stop()
        if worker.booted:
            # Requests had their time; Python would wait for their threads until the master loses patience and kills.
            os._exit(0)


class QuietLogger(Logger):
    """gunicorn's messages go the way of all others: as JSON lines, through the root logger."""

    def setup(self, cfg: "Config") -> None:
        super().setup(cfg)
        for logger in (self.error_log, self.access_log):
            logger.handlers.clear()
            logger.propagate = True


def where_to_open(settings: "Settings") -> str:
    """The line that says where the program is to be found."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "", "::") else settings.host  # noqa: S104 - compared, not bound
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    if settings.sandbox:
        return f"请在浏览器打开 {address}"
    return f"正在 {address} 服务；公众号后台的服务器地址填写“https://您的域名/wechat”"


def what_time_it_is(here: "Assistant", begins: datetime | None) -> list[str]:
    """In the sandbox the line that says which time it is there; `begins` as set_clock_at_start() has it."""
    if not here.settings.sandbox:
        return []
    now = (begins or here.clock.now()).astimezone(here.clock.zone)
    shown = f"{now.year}年{now.month}月{now.day}日{now.hour}:{now:%M}"
    return [f"演示时间从{shown}开始，可在页面上调整" if begins else f"演示时间接着上次，现在是{shown}，可在页面上调整"]
