"""The house rules that a program can check: who may read the clock and the environment, and how long things may be.

Which folder may import which is checked by import-linter (`make lint`); its contracts stand in pyproject.toml.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(path for folder in ("bot", "data", "handlers", "scheduler") for path in (ROOT / folder).rglob("*.py")
              if "versions" not in path.parts)
CODE += [ROOT / "app.py", ROOT / "sandbox.py"]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES, MOST_IN_FUNCTION, MOST_COLUMNS = 320, 45, 120
CLOCKS = {"now", "utcnow", "today"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def found(path: Path, wanted: set[str]) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and dotted(node) in wanted:
            yield f"{name(path)}:{node.lineno} {dotted(node)}"


@pytest.mark.parametrize("path", CODE, ids=name)
def test_only_the_clock_reads_the_system_time(path: Path) -> None:
    if name(path) == "bot/clock.py":
        return
    calls = {f"{kind}.{call}" for kind in ("datetime", "date", "datetime.datetime") for call in CLOCKS}
    assert not list(found(path, calls | {"time.time"}))


@pytest.mark.parametrize("path", CODE, ids=name)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    if name(path) == "bot/settings.py":
        return
    assert not list(found(path, {"os.environ", "os.getenv"}))


@pytest.mark.parametrize("path", CODE, ids=name)
def test_only_the_doors_of_the_database_commit(path: Path) -> None:
    if path.is_relative_to(ROOT / "data") or path.is_relative_to(ROOT / "bot" / "simulator"):
        return
    assert not [line for line in found(path, {"session.commit", "turn.session.commit"})]


@pytest.mark.parametrize("path", CODE, ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    doc = ast.get_docstring(tree(path))
    assert doc or not path.read_text().strip()
    assert len((doc or "").splitlines()) <= 6


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=name)
def test_files_and_lines_are_short_enough_to_read(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES or path in TESTS
    assert not [number for number, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS]


@pytest.mark.parametrize("path", CODE, ids=name)
def test_functions_are_short_enough_to_read(path: Path) -> None:
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                 and not any(isinstance(inner, ast.FunctionDef) for inner in ast.walk(node) if inner is not node)]
    assert not [f"{one.name}: {one.end_lineno - one.lineno + 1}" for one in functions
                if one.end_lineno - one.lineno + 1 > MOST_IN_FUNCTION]


@pytest.mark.parametrize("path", [path for path in CODE if path.parent != ROOT], ids=name)
def test_nothing_imports_what_puts_the_program_together(path: Path) -> None:
    imports = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {alias.name for node in imports for alias in node.names if isinstance(node, ast.Import)}
    modules |= {node.module for node in imports if isinstance(node, ast.ImportFrom) and node.module}
    assert not modules & {"app", "sandbox", "tests"}


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.mark.parametrize("heavy", ["alembic", "openpyxl", "docx", "celery", "redis", "prometheus_client"])
def test_what_few_need_is_not_loaded_at_the_start(heavy: str) -> None:
    code = f"import app, sys; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_variable_is_in_the_example_file() -> None:
    read = {node.value for node in ast.walk(tree(ROOT / "bot" / "settings.py")) if isinstance(node, ast.Constant)
            and isinstance(node.value, str) and re.fullmatch(r"[A-Z]{3,}(_[A-Z]+)*", node.value)}
    example = (ROOT / ".env.example").read_text()
    parts = {"TOKEN", "APP_ID", "APP_SECRET"}  # of WECHAT_…
    assert not [one for one in sorted(read - parts) if f"#{one}=" not in example]
