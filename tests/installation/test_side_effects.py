"""Nothing is written that nobody asked for, and nobody is called: recorded over a whole run."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from tests.support.recorded_run import RecordedRun, missing_tool

SOURCES = CHECKOUT / "layers" / "core" / "python"
HEADING = "#### Every place that is written to\n"
RECORDER = """
import pathlib, socket, subprocess, sys
pathlib.Path(sys.argv[1], "asked").write_text("x")
subprocess.run([sys.executable, "-c", "open('unasked', 'w')"], cwd=sys.argv[1])
for host in ("127.0.0.1", "example.invalid"):
    try:
        socket.create_connection((host, 9))
    except OSError:
        pass
"""


UNNAMED_CACHE = re.compile(r"/pytest-cache-files-\w+")  # pytest's own, before it has its name


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    if missing := missing_tool():
        pytest.skip(f"what is written and who is called is NOT tested: {missing}")


def environment(folder: Path) -> dict[str, str]:
    """A user who has nothing yet."""
    for name in ("home", "tmp", "records"):
        (folder / name).mkdir()
    return {
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{SOURCES}:{CHECKOUT}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def documented(home: Path, scratch: Path) -> tuple[str, ...]:
    """The places of SECURITY.md's table, as they are in this run."""
    section = (CHECKOUT / "SECURITY.md").read_text("utf-8").split(HEADING)[1].split("\n#")[0]
    found = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    assert len(found) == 7
    roots = {"~": str(home), "$TMPDIR": str(scratch)}
    places = [re.sub(r"^(~|\$TMPDIR)", lambda root: roots[root[1]], place) for place in found]
    return tuple(str(CHECKOUT / place) for place in places)  # an absolute one stays


def belongs(path: str, place: str) -> bool:
    """Inside of the place, or a folder on the way to it."""
    return f"{path}/".startswith(f"{place}/") or place.startswith(f"{path}/")


def test_a_whole_run_writes_to_documented_places_and_calls_nobody(tmp_path: Path) -> None:
    env, out = environment(tmp_path), tmp_path / "out"
    run = RecordedRun.of(
        [sys.executable, "-m", "tests.support.whole_run", str(out)],
        env=env,
        cwd=CHECKOUT,
        records=tmp_path / "records",
    )
    assert run.code == 0, run.output[-3_000:]
    assert run.called == []
    places = (*documented(Path(env["HOME"]), Path(env["TMPDIR"])), str(out))
    written = {UNNAMED_CACHE.sub("/.pytest_cache", path) for path in run.written}
    undocumented = {path for path in written if not any(belongs(path, at) for at in places)}
    # What lies in the checkout may be there already, and is then not written again.
    unused = {
        place
        for place in places
        if not any(belongs(path, place) for path in written) and not Path(place).exists()
    }
    assert (undocumented, unused) == (set(), set())
    assert list(Path(env["TMPDIR"]).iterdir()) == [], "scratch files that stay"
    assert list(out.glob("*.unfinished")) == []


def test_the_recorder_sees_files_and_calls_of_all_processes(tmp_path: Path) -> None:
    """Or the test above could not fail."""
    run = RecordedRun.of(
        [sys.executable, "-c", RECORDER, str(tmp_path)],
        env=environment(tmp_path),
        cwd=tmp_path,
        records=tmp_path / "records",
    )
    assert run.code == 0, run.output
    assert {str(tmp_path / name) for name in ("asked", "unasked")} <= run.written
    assert run.called
    assert not any("127.0.0.1" in each and "htons(9)" in each for each in run.called)
