"""What the running service does when its log, models, clock, process or AWS fail.

    python -m tests.benchmarks.faults [NAME …]

Starts `facecompare serve` for each fault, also with an emulated AWS account, and prints what
health, ready and a comparison answered meanwhile and after it, and how many answered records were
lost. Ends with 1 when a bound is broken: health lives, ready names what fails, nothing is lost.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from facecompare.config import Settings
from tests.support.faults import (
    NAMES,
    ON_ONE_MACHINE,
    ON_THE_WAY_TO_AWS,
    Trouble,
    aws_account,
    aws_troubles,
    undergo,
)
from tests.support.faulty_service import FaultyService
from tests.support.measured.arguments import benchmark_parser


def show(trouble: Trouble, environment: Mapping[str, str]) -> bool | None:
    """Run it and print its line; whether all bounds hold, or None where it cannot be run here."""
    if trouble.sandboxed and shutil.which("bwrap") is None:
        print(f"{trouble.name:24} NOT RUN; run: apt-get install bubblewrap")
        return None
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


def main(names: Sequence[str]) -> int:
    """Those of these names; 0 when some were run and every one of them holds."""
    shown = [show(each, {}) for each in ON_ONE_MACHINE if each.name in names]
    if not ON_THE_WAY_TO_AWS.keys().isdisjoint(names):
        with contextmanager(aws_account)() as (aws, environment):
            shown += [show(each, environment) for each in aws_troubles(aws) if each.name in names]
    held = [each for each in shown if each is not None]
    print(f"{sum(held)} of {len(held)} faults are held, {len(shown) - len(held)} not run")
    return 0 if held and all(held) else 1


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("names", nargs="*", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    raise SystemExit(main(line.parse_args().names or NAMES))
