"""What the suites share lives in tests/support; a suite borrows nothing from another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent


def suite_of(module: str) -> str:
    """library for tests.library.test_compare, documentation for tests.test_documentation."""
    return module.split(".")[1].removeprefix("test_")


def imported_tests(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports, at whatever place in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tests."))
        elif isinstance(node, ast.ImportFrom) and node.module == "tests":
            yield from (f"tests.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: tests import by absolute names"
            if (node.module or "").startswith("tests."):
                yield str(node.module)


def test_no_suite_imports_another() -> None:
    crossing = [
        f"{path.relative_to(TESTS)} imports {module}"
        for path in sorted(TESTS.rglob("*.py"))
        for module in imported_tests(path)
        if suite_of(module) not in ("support", suite_of(_module(path)))
    ]
    assert crossing == []


def _module(path: Path) -> str:
    return ".".join(("tests", *path.relative_to(TESTS).with_suffix("").parts))
