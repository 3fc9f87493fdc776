"""Understanding: right, refused, wrong, and milliseconds a sentence, beside keyword rules and the nearest phrase.

All three hear the same judging sentences in the same run, and then the held-out ones (tests/held_out). Changes on
harmless sentences (questions about commands, denials, hearsay) must be 0. Start at run().
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from bot.nlu import match as matching
from bot.nlu.linear import load_weights
from bot.nlu.match import Matcher
from bot.nlu.normalize import normalize
from bot.nlu.phrases import Judged, load_judging, load_teaching
from bot.nlu.slots import Lexicon
from tests.bot.understanding import BRANCH, CHANGES, INTENTS, NOW

JUDGING = Path(__file__).resolve().parents[1] / "tests" / "phrases"
HELD_OUT = JUDGING.parent / "held_out" / "single.jsonl"
ITS_BRANCH = Lexicon(people={name: (number,) for number, name in enumerate(
    ("张建国", "李敏", "王丽娟", "沈佳", "陈秀英", "周一鸣"), 1)}, groups=BRANCH.groups)
ROUNDS = 5

# What a quick program would do: the first rule of which all words are in the sentence.
KEYWORDS = (
    (("谁", "签到"), "checkin_missing"), (("怎么", "签到"), "checkin_help"), (("我的签到",), "checkin_mine"),
    (("签到情况",), "checkin_overview"),
    (("催", "签到"), "remind_missing"), (("补签",), "makeup_checkin"), (("签到",), "checkin"),
    (("销假",), "leave_cancel"), (("请假",), "leave_request"),
    (("催", "党费"), "remind_dues"), (("确认", "党费"), "dues_confirm"), (("我的党费",), "dues_mine"),
    (("谁", "党费"), "dues_overview"),
    (("党费", "什么时候"), "dues_when"), (("党费", "多少"), "dues_howmuch"), (("缴费情况",), "dues_overview"),
    (("党费",), "dues_record"),
    (("定时",), "broadcast_scheduled"), (("广播", "状态"), "broadcast_status"), (("广播",), "broadcast"),
    (("通知",), "broadcast"),
    (("取消", "活动"), "cancel_event"), (("改期",), "reschedule"), (("添加",), "add_event"), (("设置",), "set_event"),
    (("多久",), "plan_quota"), (("几次",), "plan_quota"), (("下次",), "next_event"), (("什么时候",), "when_event"),
    (("月",), "plan_month"),
    (("是什么",), "plan_topic"), (("解绑",), "unbind"), (("绑定",), "bind"), (("帮助",), "help"),
    (("你好",), "greeting"), (("谢",), "thanks"),
    (("确认",), "confirm"), (("取消",), "cancel"), (("继续",), "more"), (("详情",), "details"),
)


def by_keywords(text: str) -> str:
    return next((intent for words, intent in KEYWORDS if all(word in text for word in words)), "unknown")


def nearest_phrase() -> Callable[[str], str]:
    """The intent of the most alike taught phrase by rapidfuzz, unknown below 60 of 100."""
    taught = {normalize(phrase): intent for intent, phrases in load_teaching().items() for phrase in phrases}
    taught |= {command: spec.name for spec in INTENTS for command in spec.commands}
    phrases = list(taught)

    def find(text: str) -> str:
        best = process.extractOne(normalize(text), phrases, scorer=fuzz.ratio, score_cutoff=60)
        return taught[best[0]] if best else "unknown"
    return find


def measure(understand: Callable[[str], str], judged: tuple[Judged, ...], harmless: list[str]) -> tuple[float, float,
    int, int, float, float]:
    """Right and refused as parts of 1, wrong changes and changes on harmless sentences, median and p99 in ms."""
    took = []
    for _ in range(ROUNDS):
        for one in judged:
            begin = time.perf_counter()
            understand(one.say)
            took.append((time.perf_counter() - begin) * 1000)
    heard = [(one.intent, understand(one.say)) for one in judged]
    right = sum(wanted == got for wanted, got in heard) / len(heard)
    refused = sum(wanted != got == "unknown" for wanted, got in heard) / len(heard)
    wrong = sum(wanted != got and got in CHANGES for wanted, got in heard)
    harm = sum(understand(text) in CHANGES for text in harmless)
    return right, refused, wrong, harm, statistics.median(took), statistics.quantiles(took, n=100)[98]


def worst(matcher: Matcher, judged: tuple[Judged, ...]) -> list[tuple[str, int, int, str]]:
    """The intents with misses: (intent, right, all, what they were taken for)."""
    taken: dict[str, list[str]] = {}
    for one in judged:
        taken.setdefault(one.intent, []).append(matcher.match(one.say, NOW, BRANCH).intent)
    rows = [(intent, got.count(intent), len(got), ", ".join(sorted({other for other in got if other != intent})))
            for intent, got in taken.items()]
    return sorted((row for row in rows if row[1] < row[2]), key=lambda row: row[1] / row[2])


def hear_held_out(matcher: Matcher) -> None:
    """What is understood of sentences that nobody had seen, heard as the speaker's role."""
    rows = [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines()]

    def ours(row: dict[str, str]) -> str:
        return matcher.match(row["text"], datetime.fromisoformat(row["now"]), ITS_BRANCH, row["as"]).intent
    nearest = nearest_phrase()
    print(f"\nHeld out: {len(rows)} sentences\n{'':24}{'right':>8}{'refused':>9}{'wrong change':>14}")
    for name, hear in (("this program", ours), ("nearest phrase", lambda row: nearest(row["text"])),
                       ("keyword rules", lambda row: by_keywords(row["text"]))):
        heard = [(hear(row), {row["intent"], *row.get("also", ())}, row) for row in rows]
        right = sum(got in wanted for got, wanted, _ in heard) / len(heard)
        refused = sum(got not in wanted and got == "unknown" for got, wanted, _ in heard) / len(heard)
        wrong = sum(got not in wanted and got in CHANGES and not row["changes"] for got, wanted, row in heard)
        print(f"{name:24}{right:8.1%}{refused:9.1%}{wrong:14}")


def run() -> None:
    judged = load_judging(JUDGING)
    harmless = yaml.safe_load((JUDGING / "harmless.yaml").read_text("utf-8"))["harmless"]
    begin = time.perf_counter()
    matching.load()
    loaded = time.perf_counter()
    matcher = Matcher(INTENTS, load_weights())
    built = time.perf_counter()
    print(f"\nUnderstanding: {len(INTENTS)} intents, {sum(map(len, load_teaching().values()))} taught phrases, "
          f"{len(judged)} judging "
          f"and {len(harmless)} harmless sentences; dictionary {loaded - begin:.2f} s, weights {built - loaded:.2f} s")
    print(f"{'':24}{'right':>8}{'refused':>9}{'wrong change':>14}{'on harmless':>13}{'median ms':>11}{'p99 ms':>9}")
    for name, understand in (("this program", lambda text: matcher.match(text, NOW, BRANCH).intent),
                             ("nearest phrase", nearest_phrase()), ("keyword rules", by_keywords)):
        right, refused, wrong, harm, median, p99 = measure(understand, judged, harmless)
        print(f"{name:24}{right:8.1%}{refused:9.1%}{wrong:14}{harm:13}{median:11.3f}{p99:9.3f}")
    print("must: wrong changes 0, median ≤ 1 ms (goal ≤ 0.4 ms)\nIntents with misses:")
    for intent, right_count, total, others in worst(matcher, judged):
        print(f"  {intent:20}{right_count:4} of {total:3}  taken for {others}")
    hear_held_out(matcher)


if __name__ == "__main__":
    run()
