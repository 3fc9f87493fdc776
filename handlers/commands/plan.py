"""`plan import`: reads a work plan, shows what was understood, stores and activates it."""

import json
from pathlib import Path

import click

from data.plan_reader import NotAPlan, PlanDocument, Section, read_plan, text_of_file
from handlers.commands.door import FILE, Group, opened
from handlers.plan import store_plan
from handlers.seed import first_branch


@click.group("plan", cls=Group)
def group() -> None:
    """The yearly work plan."""


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--year", type=click.IntRange(1990, 2100), help="The plan's year, where the file does not say it.")
@click.option("--plan", "which", type=click.IntRange(1), help="Which one, where the file holds several plans.")
@click.option("--dry-run", is_flag=True, help="Only show what was understood; store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was understood as JSON.")
def import_file(file: Path, year: int | None, which: int | None, dry_run: bool, as_json: bool) -> None:
    """Read a work plan (.docx, .pdf, .txt, .md), print what was understood, store and activate it."""
    try:
        text = text_of_file(file)
        document = read_plan(text, year, which)
    except NotAPlan as error:
        raise click.ClickException(str(error)) from None
    if document.year is None and not dry_run:
        raise click.ClickException("计划里没有写年份，请用 --year 指明，例如 --year 2017。")
    if not dry_run:
        here = opened()
        with here.sessions.begin() as session:
            store_plan(session, first_branch(session).id, document, text, here.clock.now())
    if as_json:
        click.echo(json.dumps(document.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(describe(document))
        click.echo("试读，没有保存。" if dry_run else f"已保存，作为{document.year}年的计划使用。")


def describe(document: PlanDocument) -> str:
    """The plan as it was understood, for reading through: outline, calendar, duties, warnings."""
    lines = [f"{document.title}（{document.year or '年份未定'}）", "", "一览"]
    lines += [line for section in document.sections for line in _outline(section, 1)]
    lines += ["", f"行事历：{sum(len(block.entries) for block in document.calendar)}项"]
    for block in document.calendar:
        lines.append(f"  {block.heading}")
        lines += [f"    {entry.text}（{entry.kind}{'，' + entry.date if entry.date else ''}）" for entry in block.entries]
    if document.recurring:
        lines += ["", "反复进行"] + [f"  {item.rule}：{item.text}" for item in document.recurring]
    if document.duties:
        lines += ["", "应做的事"]
        lines += [f"  {duty.what}：{duty.frequency}{'，' + duty.who if duty.who else ''}（{duty.place}）"
                  for duty in document.duties]
    if document.warnings:
        lines += ["", "请核对"] + [f"  {warning}" for warning in document.warnings]
    return "\n".join(lines)


def _outline(section: Section, depth: int) -> list[str]:
    words = section.title or section.text.replace("\n", " ")[:30]
    name = f"{section.number} {words}".strip()
    return ["  " * depth + name, *(line for child in section.children for line in _outline(child, depth + 1))]
