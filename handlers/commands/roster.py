"""`roster import` and `roster codes`: who is in the branch, and the codes by which they bind."""

import csv
import io
from pathlib import Path

import click

from data.roster_reader import read_roster
from data.tables import NotATable
from handlers.binding import UnknownStaffNumber, import_roster, list_codes, renew
from handlers.commands.door import FILE, Group, opened
from handlers.commands.tables import refuse_problems
from handlers.seed import first_branch


@click.group("roster", cls=Group)
def group() -> None:
    """The roster: who belongs to the branch."""


@group.command("import")
@click.argument("file", type=FILE)
def import_file(file: Path) -> None:
    """Read a roster (.csv in UTF-8 or GBK, .xlsx) and update people by 工号.

    Columns: 姓名, 工号, 手机号, 身份 (党员, 预备党员, 发展对象, 积极分子, 教师), 职务 (several separated by 、), 党小组.
    With a bad line nothing is imported. People who are not in the file stay.
    """
    try:
        roster = read_roster(file.read_bytes())
    except NotATable as error:
        raise click.ClickException(str(error)) from None
    refuse_problems(roster.problems)
    here = opened()
    with here.sessions.begin() as session:
        done = import_roster(session, first_branch(session).id, roster.rows, here.clock.now())
    click.echo(f"名册已导入：新增{done.new}人，更新{done.changed}人，不变{done.unchanged}人。")
    if done.not_in_file:
        click.echo(f"另有{done.not_in_file}人不在这份文件里，仍保留在名册上。")


@group.command("codes")
@click.option("--renew", "staff_no", metavar="工号", help="A new code for this person; the old one is void.")
def codes(staff_no: str | None) -> None:
    """Print CSV 姓名,工号,绑定码 for those who are not bound yet.

    The codes stay the same until they are used or renewed.
    """
    here = opened()
    with here.sessions.begin() as session:
        branch, key = first_branch(session), here.settings.secret_key
        try:
            shown = [renew(session, key, branch.id, staff_no.strip(), here.clock.now())] if staff_no else \
                list_codes(session, key, branch.id)
        except UnknownStaffNumber as error:
            raise click.ClickException(str(error)) from None
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(("姓名", "工号", "绑定码"))
    table.writerows((code.name, code.staff_no, code.code) for code in shown)
    click.echo(lines.getvalue(), nl=False)
    for code in shown:
        if code.stopped:
            click.echo(f"{code.name}（{code.staff_no}）的绑定码因多次输错已停用，请用 --renew {code.staff_no} 换新的。", err=True)
