"""The stage on which everything that the handbooks name is said: a spring day with all that can be asked about.

What was said is undone after each sentence, so that none depends on another. Start at Stage.begin().
"""

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from data.models import Letter, Person
from handlers.binding.codes import derive
from tests.world import Actor, World

NOW = "2017-03-10 13:50"
# When, and who said what. A line without a time is the next word in the same minute.
STORY = """
2017-03-01 10:00 陈静：设置 三月主题党日 3月10日 14:00 会议室
陈静：添加活动 读书会 3月2日 15:00 图书室 党员
2017-03-02 10:00 李四：请假 孩子发烧
2017-03-02 15:05 张三：签到
周敏：签到
2017-03-06 10:00 李四：缴党费 30
王五：缴党费 20
李梅：确认党费 王五
2017-03-07 10:00 周敏：自学打卡 读完《论党建》第二章
张三：园长信箱 门口的路太滑
李四：园长信箱 操场的灯坏了
赵六：匿名信箱 园长开会总是拖很久
孙琪：转给书记 工会的福利怎么领
钱多：匿名转给书记 职称材料交给谁
孙琪：转给书记 新教师怎么报名
陈静：答复 1 请到工会办公室领
2017-03-09 16:00 陈静：广播 党员 回执 明天下午的活动请带好学习笔记和党徽，两点以前到，会后留下来讨论
陈静：确认
陈静：定时广播 3月12日9点 全体 下周一交计划
陈静：确认
2017-03-09 16:30 李四：参加
王五：不参加
王五：收到
"""


class Stage:
    """The world of the story; begin() makes it again what it was at its end."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.real = world, {}
        for line in STORY.strip().splitlines():
            self.play(line)
        world.at(NOW).tick()
        self._file = world.settings.database_url.removeprefix("sqlite:///")
        self._kept = str(folder / "as-it-was.db")
        _copy(self._file, self._kept)
        self.real = self._real_numbers()

    def begin(self, before: Sequence[str] = ()) -> None:
        """Everything is as the story ended; then `before` is said (who：what)."""
        self.world.assistant.engine.dispose()
        _copy(self._kept, self._file)
        self.world.at(NOW)
        for line in before:
            self.play(line)

    def play(self, line: str) -> Actor:
        """A line of the story; whoever spoke, with the answer."""
        head, said = line.split("：", 1)
        *when, who = head.split()
        if when:
            self.world.tick()
            self.world.at(" ".join(when)).tick()
        return self.say(who, said)

    def say(self, who: str, said: str) -> Actor:
        """Somebody says what a handbook names, with the numbers that are theirs."""
        actor = self.world.stranger if who == "新手机" else getattr(self.world, who)
        for written, real in self.real.items():
            said = re.sub(rf"(?<!\d){written}(?!\d)", real, said)
        return actor.says(said)

    def _real_numbers(self) -> dict[str, str]:
        """What stands in the handbooks for a number that everybody gets another one of."""
        with self.world.session() as session:
            numbers = {letter.text: letter.number for letter in session.scalars(select(Letter))}
            codes = {person.name: derive(self.world.settings.secret_key, person)
                     for person in session.scalars(select(Person))}
        key = re.search(r"(?<!\d)\d{10}(?!\d)", self.world.赵六.heard)
        assert key, self.world.赵六.heard
        return {"绑定 陈静 482913": f"绑定 陈静 {codes['陈静']}", "绑定 张三 482913": f"绑定 张三 {codes['张三']}",
                "查信 12345": f"查信 {numbers['门口的路太滑']}", "12345": numbers["操场的灯坏了"], "1234567890": key[0]}


def _copy(source: str, target: str) -> None:
    with sqlite3.connect(source) as read, sqlite3.connect(target) as write:
        read.backup(write)
    read.close()
    write.close()
