"""How the lines of a table file that cannot be taken are reported."""

from collections.abc import Sequence

import click

from data.tables import Problem


def refuse_problems(problems: Sequence[Problem]) -> None:
    """List every bad line with its number and reason on stderr and stop; nothing has been stored. No problem: go on."""
    for problem in problems:
        click.echo(f"第{problem.line}行：{problem.reason}", err=True)
    if problems:
        raise click.ClickException(f"{len(problems)}行有问题，什么都没有导入；改好后请再导入一次。")
