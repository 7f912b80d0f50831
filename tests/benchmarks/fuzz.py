"""Mutated photos through the service, bytes through our own readers, requests from the document.

    python -m tests.benchmarks.fuzz [--files 20000] [--runs 100000] [--cases 5000] [--seed 11]

Three runs; 0 leaves one out. Seeds are made by code from the bundled portraits, in every accepted
format, and mutated: bits, runs of bytes, cuts, splices, lengths, and the order of their parts. Each
file's faces are detected in a process that is counted when it dies. Each reader of untrusted bytes
then runs under atheris, which is guided by coverage (`pip install '.[fuzz]'`; without it, on
mutated inputs). Last, schemathesis asks every operation with all of its checks. The exit code is 1
for a crash, an untyped error, a photo over its budget, or an answer that is not as documented.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest
from moto import mock_aws

from facecompare.config import Settings
from tests.support.api_application import api_application
from tests.support.aws_credentials import use_credentials
from tests.support.hostile.parser_runs import mutated_inputs
from tests.support.hostile.parsers import PARSERS
from tests.support.measured.arguments import benchmark_parser, none_or_more
from tests.support.measured.fuzz_runs import RUN, fuzz
from tests.support.schema_requests import KEPT_AFTER_DELETE, LENIENT, PHOTO, mend
from tests.support.schema_run import run_schema

MOST_EXAMPLES = 4_000
SHOWN = 20


def files(number: int, seed: int) -> list[str]:
    begun = time.monotonic()
    found = fuzz(number, seed, os.cpu_count() or 1)
    print(
        f"{found.outcomes.total():,} mutated photos, seed {seed}, {time.monotonic() - begun:.0f} s"
    )
    print("  " + ", ".join(f"{name} {times:,}" for name, times in found.outcomes.most_common()))
    print(f"  at most {found.most_cpu_s:.2f} s of CPU and {found.most_bytes / 1e6:.0f} MB for one")
    return found.faults


def readers(runs: int, seed: int) -> list[str]:
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed; the readers get mutated inputs, without its guidance")
        faults = [fault for name in PARSERS for fault in mutated_inputs(name, runs // 10, seed)]
        print(f"{len(PARSERS)} readers, {runs // 10:,} inputs each: {len(faults)} faults")
        return faults
    return [fault for name in PARSERS for fault in guided(name, runs, seed)]


def guided(name: str, runs: int, seed: int) -> list[str]:
    """A reader's faults; libFuzzer gives up at the first one."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.fuzz_target", name, folder]
        limits = [f"-runs={runs}", f"-seed={seed}", "-timeout=25", "-rss_limit_mb=4096"]
        limits += ["-max_len=200000", f"-artifact_prefix={folder}/fault-", "-print_final_stats=1"]
        begun = time.monotonic()
        ran = subprocess.run([*command, *limits], capture_output=True, text=True, errors="replace")
        covered = [line for line in ran.stderr.splitlines() if " cov: " in line][-1:]
        print(f"{name}: {runs:,} inputs, {time.monotonic() - begun:.0f} s {''.join(covered)[:60]}")
        kept = [each.read_bytes()[:200] for each in Path(folder).glob("fault-*")]
    if ran.returncode == 0:
        return []
    return [f"{name}: {ran.stderr[-1_500:]}\n{kept}"]


def requests(cases: int) -> list[str]:
    """Schemathesis, with as many examples as it needs for so many cases."""
    done, examples, failures = 0, 20, list[str]()
    while done < cases and examples <= MOST_EXAMPLES and not failures:
        with (
            tempfile.TemporaryDirectory() as folder,
            pytest.MonkeyPatch.context() as environment,
            mock_aws(),
        ):
            use_credentials(environment)
            settings = replace(Settings.from_env(), records=Path(folder) / "records.sqlite3")
            api = api_application(settings, PHOTO)
            run = run_schema(
                api.app,
                lambda case, api=api: mend(case, api.uploads),  # type: ignore[misc]
                examples=examples,
                headers=api.admin,
                without=dict.fromkeys(KEPT_AFTER_DELETE, "use_after_free"),
                lenient=LENIENT,
            )
        done, failures, examples = run.cases, run.failures, 3 * examples
    print(f"{done:,} requests by schemathesis, all checks: {len(failures)} failures")
    return failures if done >= cases or failures else [f"only {done:,} of {cases:,} requests"]


def main(options: Namespace) -> int:
    """0 when there is no fault."""
    faults = files(options.files, options.seed) if options.files else []
    faults += readers(options.runs, options.seed) if options.runs else []
    faults += requests(options.cases) if options.cases else []
    print("\n".join(faults[:SHOWN]))
    print(f"{len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("--files", type=none_or_more, default=20_000, metavar="N")
    line.add_argument("--runs", type=none_or_more, default=100_000, metavar="N")
    line.add_argument("--cases", type=none_or_more, default=5_000, metavar="N")
    line.add_argument("--seed", type=none_or_more, default=RUN, metavar="N")
    options = line.parse_args()
    if not options.files and not options.runs and not options.cases:
        line.error("found nothing to run; expected --files, --runs or --cases above 0")
    raise SystemExit(main(options))
