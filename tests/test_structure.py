"""The house rules that a program can check; each test lists the places that break its rule.

Which folder may import which is checked by import-linter; its contracts stand in pyproject.toml.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = [ROOT / "app.py", ROOT / "sandbox.py", *sorted(
    path for folder in ("bot", "data", "handlers", "scheduler") for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts)]
TESTS = sorted(path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
MOST_LINES, MOST_IN_FUNCTION, MOST_COLUMNS = 320, 45, 120


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def uses(wanted: set[str], apart_from: str = "") -> list[str]:
    """Where the program uses one of these names."""
    return [f"{name(path)}:{node.lineno} {dotted(node)}" for path in CODE if name(path) != apart_from
            for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and dotted(node) in wanted]


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Functions that hold no other function; those that do are only the room for them."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef) and not any(
                isinstance(inner, ast.FunctionDef) for inner in ast.walk(node) if inner is not node):
            yield node


def test_only_the_clock_reads_the_system_time() -> None:
    kinds, reads = ("datetime", "date", "datetime.datetime"), ("now", "utcnow", "today")
    calls = {f"{kind}.{read}" for kind in kinds for read in reads}
    assert uses(calls | {"time.time"}, apart_from="bot/clock.py") == []


def test_only_the_settings_read_the_environment() -> None:
    assert uses({"os.environ", "os.getenv"}, apart_from="bot/settings.py") == []


def test_capabilities_and_use_cases_never_commit() -> None:
    assert uses({"session.commit", "turn.session.commit"}) == []


def test_every_module_says_in_few_lines_what_it_is_for() -> None:
    docs = {name(path): ast.get_docstring(tree(path)) or "" for path in CODE if path.stat().st_size > 1}
    assert [path for path, doc in docs.items() if not doc or len(doc.splitlines()) > 6] == []


def test_files_and_functions_are_short_enough_to_read() -> None:
    assert [name(path) for path in CODE if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES] == []
    assert [f"{name(path)} {one.name}" for path in CODE for one in functions(path)
            if one.end_lineno - one.lineno >= MOST_IN_FUNCTION] == []


def test_lines_are_short_enough_to_read() -> None:
    assert [f"{name(path)}:{number}" for path in [*CODE, *TESTS]
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if len(line) > MOST_COLUMNS] == []


def test_nothing_imports_what_puts_the_program_together() -> None:
    modules = [(name(path), alias) for path in CODE if path.parent != ROOT for node in ast.walk(tree(path))
               for alias in ([node.module] if isinstance(node, ast.ImportFrom) else
                             [one.name for one in node.names] if isinstance(node, ast.Import) else [])]
    assert [(path, module) for path, module in modules if module in ("app", "sandbox", "tests")] == []


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]


def test_what_few_need_is_not_loaded_at_the_start() -> None:
    heavy = {"alembic", "openpyxl", "docx", "celery", "redis", "prometheus_client", "icalendar", "pdfminer"}
    code = "import app, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert heavy & set(loaded.stdout.split()) == set()


@pytest.mark.parametrize("file", [".env.example", "README.md"])
def test_every_variable_is_described(file: str) -> None:
    read = {node.value for node in ast.walk(tree(ROOT / "bot" / "settings.py")) if isinstance(node, ast.Constant)
            and isinstance(node.value, str) and re.fullmatch(r"[A-Z]{3,}(_[A-Z]+)*", node.value)}
    parts = {"TOKEN", "APP_ID", "APP_SECRET"}
    variables = read - parts | {f"WECHAT_{part}" for part in parts}
    described = (ROOT / file).read_text(encoding="utf-8")
    assert [one for one in sorted(variables) if one not in described] == []
