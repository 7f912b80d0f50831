"""What the running service does when its log, models, clock, process or AWS fail.

    python -m tests.benchmarks.faults [NAME …]

Starts `facecompare serve` for each fault, also with an emulated AWS account, and prints what
health, ready and a comparison answered meanwhile and after it, and how many answered records were
lost. Ends with 1 when a bound is broken: health lives, ready names what fails, nothing is lost.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

from facecompare.config import Settings
from tests.support.faults import ON_ONE_MACHINE, Trouble, aws_account, aws_troubles, undergo
from tests.support.faulty_service import FaultyService


def show(trouble: Trouble, environment: Mapping[str, str]) -> bool:
    """Run it and print its line; whether all bounds hold."""
    if trouble.sandboxed and shutil.which("bwrap") is None:
        print(f"{trouble.name:24} NOT RUN; run: apt-get install bubblewrap")
        return True
    with tempfile.TemporaryDirectory() as folder:
        service = FaultyService(Path(folder), environment)
        service.bring_models(Settings.from_env().models_dir)
        outcome = undergo(trouble, service)
    wrong = outcome.wrong(trouble)
    status, code = outcome.compare
    named = ", ".join(sorted(outcome.failing)) or "–"
    print(
        f"{trouble.name:24} health {outcome.health}, ready {outcome.ready} ({named}), "
        f"compare {status} {code:20} after it: ready {outcome.ready_after}, compare "
        f"{outcome.compare_after}, lost {outcome.lost}{'  BROKEN: ' if wrong else ''}"
        f"{'; '.join(wrong)}"
    )
    return not wrong


def main(names: list[str]) -> int:
    """Those of these names, or all."""

    def wanted(trouble: Trouble) -> bool:
        return not names or trouble.name in names

    held = [show(trouble, {}) for trouble in filter(wanted, ON_ONE_MACHINE)]
    with contextmanager(aws_account)() as (aws, environment):
        held += [show(trouble, environment) for trouble in filter(wanted, aws_troubles(aws))]
    print(f"{sum(held)} of {len(held)} faults are held")
    return 0 if held and all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
