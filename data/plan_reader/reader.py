"""Turns the text of a work plan into a PlanDocument: sections, calendar, duties, warnings.

Pure: no clock, no database, no file. Raises nothing but NotAPlan, in time linear in the text. Start at read_plan().
"""

import re
from collections.abc import Iterator

from data.plan_reader.blocks import Item, RawBlock
from data.plan_reader.calendar import find_calendar
from data.plan_reader.checks import warn, warn_cut
from data.plan_reader.clean import clean_lines
from data.plan_reader.days import find_date
from data.plan_reader.duties import find_duties, find_recurring
from data.plan_reader.front import Years, check_is_plan, choose_years, read_front
from data.plan_reader.lines import Line
from data.plan_reader.loose_tables import restore_tables
from data.plan_reader.model import Block, Entry, NotAPlan, PlanDocument, Recurring, Section
from data.plan_reader.outline import build_outline
from data.plan_reader.script import Printed, in_print, simplified
from data.plan_reader.split import choose_plan
from data.plan_rules import kinds_in

MOST_CHARACTERS, MOST_LINES = 2_000_000, 20_000  # ten times a very long plan


def read_plan(text: str, year: int | None = None, which: int | None = None) -> PlanDocument:
    """Reads a plan; `year` wins over the year printed in it, `which` chooses one of several (from 1).

    Raises NotAPlan for what is no work plan, SeveralPlans where `which` is needed.
    """
    if len(text) > MOST_CHARACTERS or text.count("\n") > MOST_LINES:
        raise NotAPlan("文件太长，不像一份工作计划；请只交计划本身。")
    read = simplified(text)
    lines, residue = clean_lines(read)
    if not lines:
        raise NotAPlan("文件是空的；请交写有内容的年度工作计划（.docx、.pdf、.txt 或 .md）。")
    lines, others = choose_plan(restore_tables(lines), which)
    document = _read(lines, [*residue, *(line.text for line in others)], year)
    return document if read is text else in_print(document, Printed(text, read))


def _read(lines: list[Line], residue: list[str], year: int | None) -> PlanDocument:
    front = read_front(lines)
    found = find_calendar(front.body)
    blocks = found.blocks
    outline = build_outline(front.body, found.taken, frozenset(block.start for block in blocks))
    numbered = sum(1 for section in _walk(outline.sections) if section.number or section.title)
    check_is_plan(front, "\n".join(line.text for line in lines), numbered, len(blocks))
    years, warnings = choose_years(front, year)
    calendar = tuple(_block(raw, outline.place_of.get(raw.start, ""), years, front.title)
                     for raw in blocks if not raw.rule)
    prose = [pair for section in outline.sections for pair in _paragraphs(section)]
    duties = find_duties(prose)
    standing = [Recurring(raw.rule, item.text) for raw in blocks if raw.rule for item in raw.items]
    entries = [(entry.place, entry.text) for block in calendar for entry in block.entries]
    untitled = [] if front.title else ["没有找到计划的标题；请核对是不是完整的计划。"]
    return PlanDocument(
        title=front.title, year=years.year, sections=outline.sections, calendar=calendar,
        recurring=(*standing, *find_recurring([*prose, *entries])), duties=duties,
        warnings=(*untitled, *warnings, *warn_cut(front), *warn(outline.sections, calendar, duties, years)),
        left_out=(*residue, *front.left_out, *found.left_out))


def passages(document: PlanDocument) -> Iterator[tuple[str, str]]:
    """(place, paragraph) over the whole plan in order: sections with their titles, then the calendar's entries."""
    for section in document.sections:
        yield from _paragraphs(section)
    for block in document.calendar:
        for entry in block.entries:
            yield entry.place, entry.text


def _walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _walk(section.children)


def _paragraphs(section: Section) -> Iterator[tuple[str, str]]:
    """A section's paragraphs; the title stands before the first, as it does in print."""
    paragraphs = section.text.split("\n") if section.text else []
    if section.title:
        stop = "" if section.title[-1] in "。！？" else "。"
        yield section.place, section.title + stop + (paragraphs.pop(0) if paragraphs else "")
    for paragraph in paragraphs:
        yield section.place, paragraph
    for child in section.children:
        yield from _paragraphs(child)


def _block(raw: RawBlock, above: str, years: Years, title: str) -> Block:
    place = f"{above} {raw.heading}".strip()
    return Block(raw.months, raw.heading, tuple(_entry(item, raw, place, years, title) for item in raw.items))


def _kind(item: Item, title: str) -> str:
    """The kind of an entry: that of its column's head (党课) if it has one; the themes of a plan of 主题党日 are such."""
    named = kinds_in(item.label)[0] if item.label else "其他"
    own = kinds_in(item.text)[0]
    if named == "其他" and own == "其他" and "主题" in item.label and "党日" in title:
        return "主题党日"
    return named if named != "其他" else own


def _entry(item: Item, raw: RawBlock, place: str, years: Years, title: str) -> Entry:
    dated = find_date(item.text, raw.months, years.of_month) or find_date(item.day, raw.months, years.of_month)
    number = re.sub(r"\s", "", item.number)
    return Entry(item.text, _kind(item, title), dated, f"{place} {number}".strip())
