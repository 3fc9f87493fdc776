"""`serve`: prepares the database and runs the program under gunicorn. Start at serve()."""

import errno
import gc
import os
import socket
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click
from flask import Flask, current_app
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from bot.clock import write_shift
from bot.log import configure
from bot.nlu import match
from handlers.commands.door import Command, assistant, opened
from handlers.ops import share_between_workers
from handlers.seed import seed
from scheduler.tick import rewind

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.config import Config
    from gunicorn.workers.base import Worker

    from bot.settings import Settings
    from handlers import Assistant

THREADS = 8
PORT_WAIT_SECONDS = 6  # workers whose master was killed let go of the port within this time
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
    if settings.clock_start:
        with here.sessions.begin() as session:
            write_shift(session, settings.clock_start, settings.clock_start)
            rewind(session, settings.clock_start)
        here.clock.reread()
    with here.sessions.begin() as session:
        seed(session, here.clock.now(), settings.sandbox)
    share_between_workers(settings.instance / "metrics")
    match.load()
    here.engine.dispose()
    Server(app, here, listener).run()


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

    def __init__(self, app: Flask, here: "Assistant", listener: socket.socket) -> None:
        self._app, self._here = app, here
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
        print(where_to_open(self._here.settings), flush=True)

    def _begin(self, _worker: "Worker") -> None:
        self._here.runner.start()

    def _end(self, _master: "Arbiter", _worker: "Worker") -> None:
        self._here.runner.stop()


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
