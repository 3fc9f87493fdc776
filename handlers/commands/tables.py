"""How the lines of a table file that cannot be taken are reported."""

from collections.abc import Sequence

import click

from data.tables import Problem


def refuse_problems(problems: Sequence[Problem]) -> None:
    """List every bad line with its number and reason on stderr and stop; nothing has been stored. No problem: go on."""
    reasons: dict[int, list[str]] = {}
    for problem in sorted(problems, key=lambda problem: problem.line):
        reasons.setdefault(problem.line, []).append(problem.reason)
    for line, wrong in reasons.items():
        click.echo(f"第{line}行：{'；'.join(wrong)}", err=True)
    if reasons:
        raise click.ClickException(f"{len(reasons)}行有问题，什么都没有导入；改好后请再导入一次。")
