"""Present-day rules for what a plan leaves out. Each is said with its year, and not before it.

Pure. Start at say_rule(). Only rules that are in force for every branch; local customs are not among them.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: words that ask for it, since which year, where it stands, and what it says."""

    words: tuple[str, ...]
    year: int
    origin: str
    text: str


_BRANCH = 2018, "《中国共产党支部工作条例（试行）》"
_RULES = (
    Rule(("支委会", "支部委员会"), *_BRANCH, "支部委员会会议一般每月召开1次"),
    Rule(("党小组会", "党小组"), *_BRANCH, "党小组会一般每月召开1次"),
    Rule(("党员大会", "支部大会"), *_BRANCH, "党支部党员大会一般每季度召开1次"),
    Rule(("主题党日", "党日"), *_BRANCH, "主题党日每月相对固定1天开展"),
    Rule(("组织生活会",), *_BRANCH, "组织生活会每年至少召开1次，一般安排在第四季度"),
    Rule(("民主评议",), *_BRANCH, "民主评议党员一般每年开展1次"),
    Rule(("谈心谈话", "谈心"), *_BRANCH, "支部委员之间、支部委员和党员之间、党员和党员之间，每年谈心谈话一般不少于1次"),
    Rule(("学时", "学习时间"), 2019, "《中国共产党党员教育管理工作条例》", "党员每年集中学习培训时间一般不少于32学时"),
    Rule(("党费",), 2008, "《关于中国共产党党费收缴、使用和管理的规定》", "党员应当按月交纳党费"),
)


def find_rule(text: str) -> Rule | None:
    """The rule that the words ask about, whether it is in force yet or not."""
    return next((rule for rule in _RULES if any(word in text for word in rule.words)), None)


def say_rule(text: str, now: datetime) -> str:
    """`现行规定是：…（2018年…）。` for what the words ask about; "" where no rule speaks of it, or not yet in `now`."""
    found = find_rule(text)
    return f"现行规定是：{found.text}（{found.year}年{found.origin}）。" if found and found.year <= now.year else ""
