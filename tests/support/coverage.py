"""Which lines and branches of the package the tests run, printed at the end, with a floor.

    python -m pytest -n auto -p tests.support.coverage

SlipCover rewrites the package's bytecode; coverage.py's tracer, on Python 3.11, costs half of the
suite's time again. What runs in processes that tests start is not counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import slipcover

PACKAGE = Path(__file__).resolve().parents[2] / "layers" / "core" / "python" / "facecompare"
FLOOR_PERCENT = 90
WORST = 10  # files that are named

# Before anything imports the package: `-p` comes before conftest.py, in every process of xdist.
# It would take its marks out of bytecode that runs often, while other threads run it: never.
_measured = slipcover.Slipcover(
    branch=True,
    source=[str(PACKAGE)],
    exclude_also=["TYPE_CHECKING"],
    d_miss_threshold=2**31 - 1,
)
_matcher = slipcover.FileMatcher(sources=[str(PACKAGE)])
slipcover.ImportManager(_measured, _matcher).__enter__()
_of_workers: list[dict[str, Any]] = []


def percent(summary: Mapping[str, int]) -> float:
    """Lines and branches together, as coverage.py counts them."""
    covered = summary["covered_lines"] + summary.get("covered_branches", 0)
    missing = summary["missing_lines"] + summary.get("missing_branches", 0)
    return 100 * covered / max(1, covered + missing)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it ran; the process that reports fails below the floor."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["coverage"] = json.dumps(_measured.get_coverage())
    elif session.exitstatus == pytest.ExitCode.OK and percent(_merged()["summary"]) < FLOOR_PERCENT:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of xdist ran."""
    if "coverage" in getattr(node, "workeroutput", {}):
        _of_workers.append(json.loads(node.workeroutput["coverage"]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The share of the whole, and the files that are furthest from it."""
    found = _merged()
    shares = {name: percent(file["summary"]) for name, file in found["files"].items()}
    terminalreporter.section("coverage")
    for name in sorted(shares, key=lambda name: shares[name])[:WORST]:
        terminalreporter.write_line(f"{shares[name]:5.1f} %  {name}")
    whole = percent(found["summary"])
    verdict = "" if whole >= FLOOR_PERCENT else f"; at least {FLOOR_PERCENT} % is expected"
    terminalreporter.write_line(f"{whole:5.1f} %  of lines and branches{verdict}")


def _merged() -> dict[str, Any]:
    merged: dict[str, Any] = _measured.get_coverage()
    for each in _of_workers:
        slipcover.merge_coverage(merged, each)
    return merged
