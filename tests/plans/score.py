"""How well the reader reads the plans of this folder: `python -m tests.plans.score [number …]` prints a line a plan.

A plan `NN-name.docx` stands beside `NN-name.json`, which says what is to be found. Start at score().
"""

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from data.plan_reader import NotAPlan, PlanDocument, read_plan_file

HERE = Path(__file__).resolve().parent
PLANS = {path.stem: next(one for one in HERE.glob(f"{path.stem}.*") if one.suffix != ".json")
         for path in sorted(HERE.glob("*.json"))}
_EDGES = "。；;，,、.：:·"


@dataclass
class Score:
    """`asked` entries, those `missing` from what was read, those `invented`; and in `other` what else is not right."""

    asked: int = 0
    missing: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def right(self) -> int:
        return self.asked - len(self.missing)


def expected(name: str) -> dict:
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


def score(name: str) -> Score:
    """One plan read and compared; of a file with two plans the first is meant."""
    want = expected(name)
    try:
        plan = read_plan_file(PLANS[name], which=1 if "plans" in want else None)
    except NotAPlan as error:
        asked = sum(len(block["entries"]) for block in want["calendar"])
        return Score(asked, ["refused: " + str(error)] * asked) if asked or not want["refuse"] else Score()
    if want["refuse"]:
        return Score(invented=["not refused"])
    return compare(want, plan)


def compare(want: dict, plan: PlanDocument) -> Score:
    found = Counter((frozenset(block.months), plain(entry.text)) for block in plan.calendar for entry in block.entries)
    read = [(block, entry) for block in plan.calendar for entry in block.entries]
    result = Score()
    for block in want["calendar"]:
        for entry in block["entries"]:
            months = [frozenset(one) for one in (block["months"], *block.get("alt_months", ()))]
            keys = [(month, plain(text)) for text in (entry["text"], *entry.get("alt_texts", ())) for month in months]
            key = next((key for key in keys if found[key]), None)
            result.asked += not entry.get("optional")
            if key:
                found[key] -= 1
                result.other += _details(entry, [one for block, one in read if
                                                 (frozenset(block.months), plain(one.text)) == key], plan.year)
            elif not entry.get("optional"):
                result.missing.append(f"{sorted(months[0])} {entry['text']}")
    result.invented = [f"{sorted(months)} {text}" for (months, text), count in found.items() for _ in range(count)]
    result.other += _about(want, plan)
    return result


def plain(text: str) -> str:
    """A text without what printing adds: spaces, full width, closing marks."""
    import unicodedata
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).strip(_EDGES)


def _details(entry: dict, same: list, year: int | None) -> list[str]:
    kinds = {entry["kind"], *entry.get("alt_kinds", ()), *entry.get("kinds", ())}
    days = {entry["date"]} | ({None, entry.get("alt_date")} if entry.get("date_optional") else set())
    if entry.get("date_optional") and "alt_date" not in entry:
        days.add(None)
    problems = []
    if not any(one.date in days for one in same):
        problems.append(f"date {same[0].date} not {entry['date']}: {entry['text']}")
    if not any(KIND.get(one.kind, one.kind) in kinds for one in same):
        problems.append(f"kind {same[0].kind} not {entry['kind']}: {entry['text']}")
    return problems


# Finer kinds of the reader under the names that the expectations use.
KIND = {"入党积极分子培训": "培训", "暑期师德培训": "培训", "专题讲座": "其他", "教学展示": "公开课", "研修": "培训", "支部会议": "其他"}


def _about(want: dict, plan: PlanDocument) -> list[str]:
    problems = []
    if plain(plan.title) != plain(want["title"] or ""):
        problems.append(f"title {plan.title}")
    if plan.year != want["year"]:
        problems.append(f"year {plan.year} not {want['year']}")
    titles = [plain(one.title) for one in plan.sections]
    problems += [f"section {title}" for title in want["sections"]
                 if not any(one.endswith(plain(title)) for one in titles)]
    everything = " ".join(plan.warnings)
    problems += [f"warning {words}" for words in want["must_warn"] if not re.search(words, everything)]
    entries = [entry.text for block in plan.calendar for entry in block.entries]
    problems += [f"entry {words}" for words in want.get("not_entries") or () if any(words in one for one in entries)]
    problems += [f"recurring {one['rule']} {one['text']}" for one in want.get("recurring", ())
                 if not any(plain(re.split("，", one["rule"])[0]) in plain(rule.rule) and one["text"] in rule.text
                            for rule in plan.recurring)]
    problems += [f"duty {one['what']} {one['frequency']}" for one in want.get("duties", ())
                 if not any(one["what"] in duty.source and one["what"][-2:] in duty.what for duty in plan.duties)]
    return problems


def main(wanted: list[str]) -> None:
    total = Score()
    for name in PLANS:
        if wanted and not any(name.startswith(number) for number in wanted):
            continue
        one = score(name)
        print(f"{name:38} {one.right:3}/{one.asked:<3} invented {len(one.invented):2} other {len(one.other)}")
        if wanted:
            print(*(f"   - {line}" for line in one.missing), *(f"   + {line}" for line in one.invented),
                  *(f"   ? {line}" for line in one.other), sep="\n")
        total.asked += one.asked
        total.missing += one.missing
        total.invented += one.invented
        total.other += one.other
    print(f"{'all':38} {total.right}/{total.asked} ({total.right / max(1, total.asked):.1%}), "
          f"invented {len(total.invented)}, other {len(total.other)}")


if __name__ == "__main__":
    main(sys.argv[1:])
