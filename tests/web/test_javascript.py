"""The page's JavaScript: its types, its linter, node's own tests, and the size of functions."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
BIN = CHECKOUT / "node_modules" / ".bin"
NOT_INSTALLED = "node_modules is missing: the JavaScript is NOT checked; see: make node_modules"
MAX_MEDIAN_LINES, MAX_P90_LINES, MAX_LINES = 8, 20, 50  # of a function


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """From the checkout, with the tools that package.json pins."""
    if not BIN.is_dir():
        pytest.skip(NOT_INSTALLED)
    env = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)


def test_the_types_in_comments_hold() -> None:
    done = run("tsc", "--project", "jsconfig.json")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_linter_finds_nothing() -> None:
    done = run("biome", "check", "--error-on-warnings")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pure_modules_pass_their_own_tests() -> None:
    done = run("npm", "test", "--silent")
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ℹ pass [1-9]\d", done.stdout, re.MULTILINE)


def test_functions_are_small() -> None:
    functions = json.loads(run("node", "tests/web/function_lengths.mjs").stdout)
    lengths = sorted(function["lines"] for function in functions)
    p90 = lengths[len(lengths) * 9 // 10]
    longest = max(functions, key=lambda function: function["lines"])
    print(f"{len(lengths)} functions, median {statistics.median(lengths)}, p90 {p90}, {longest}")
    assert len(lengths) > 300
    assert statistics.median(lengths) <= MAX_MEDIAN_LINES
    assert p90 <= MAX_P90_LINES
    assert longest["lines"] <= MAX_LINES, longest
