"""A delivering process that is going to be killed: python -m tests.scheduler.doomed URL FOLDER.

Writes one line to FOLDER/sent for each message that the platform has got.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bot.wechat.gateway import Result, Sent
from scheduler.delivery import Courier
from tests.scheduler.stage import NOON, FakePlatform, Works, load_settings, make_engine


class SlowPlatform(FakePlatform):
    """Takes a moment for each message and keeps a record that survives this process."""

    def __init__(self, record: Path) -> None:
        super().__init__()
        self._record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def send_text(self, openid: str, text: str) -> Result:
        return self._took(f"{openid} customer")

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> Result:
        return self._took(f"{openid} {client_msg_id}")

    def _took(self, line: str) -> Result:
        os.write(self._record, f"{line}\n".encode())
        time.sleep(0.02)
        return Sent("1")


def main(url: str, folder: Path) -> None:
    """Deliver until killed."""
    works = Works(make_engine(url), load_settings(folder, url), SlowPlatform(folder / "sent"))
    Courier(works).deliver(lambda: NOON)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
