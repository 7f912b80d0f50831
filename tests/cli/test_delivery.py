"""Exit codes 0 and 1 are verdicts that somebody could read; everything else has a code of its own.

Each test is a process of its own: what is held is what a shell sees.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.output import write_file
from facecompare.errors import BadField
from tests.support import pictures

OBAMA, OBAMA2, BIDEN = map(str, (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN))
SAME, DIFFERENT = ("compare", OBAMA, OBAMA2), ("compare", OBAMA, BIDEN)
UNCERTAIN = (*SAME, "--threshold", "0.2")
VERDICTS = [
    (SAME, ExitCode.SAME),
    (DIFFERENT, ExitCode.DIFFERENT),
    (UNCERTAIN, ExitCode.UNCERTAIN),
]
PRINTING = [
    *(DIFFERENT, (*SAME, "--json"), ("predict", OBAMA, OBAMA2, BIDEN), ("detect", OBAMA)),
    *(("models", "list"), ("--help",), ("compare", "--help"), ("--version",), ()),
]
FULL = "/dev/full"  # Linux: takes nothing, as a full disk
needs_full = pytest.mark.skipif(not Path(FULL).exists(), reason=f"there is no {FULL} here")
BUFFERINGS = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])


def shell(
    command: tuple[str, ...], around: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """What bash makes of `facecompare …` with these redirections."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {around}', "bash", sys.executable, "-m", "facecompare", *command],
        capture_output=True,
        env=os.environ | environment,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def assert_one_line(result: subprocess.CompletedProcess[str]) -> None:
    assert result.stderr.startswith(
        ("facecompare: found ", '{"code": "internal_error", "message": "found ')
    )
    assert (result.stderr.count("\n"), result.stderr[-1]) == (1, "\n")


@pytest.mark.parametrize(("command", "code"), VERDICTS)
@pytest.mark.parametrize(
    "around", ["", "2>&-", pytest.param(f"2>{FULL}", marks=needs_full), "<&-", "--json"]
)
def test_a_verdict_that_is_delivered_is_the_exit_code(
    command: tuple[str, ...], code: ExitCode, around: str
) -> None:
    result = shell(command, around)
    assert (result.returncode, bool(result.stdout)) == (code, True)


@BUFFERINGS
@pytest.mark.parametrize("command", PRINTING)
@pytest.mark.parametrize("around", [pytest.param(f">{FULL}", marks=needs_full), ">&-"])
def test_a_stdout_that_takes_nothing_is_told(
    command: tuple[str, ...], around: str, unbuffered: str
) -> None:
    result = shell(command, around, PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == ExitCode.FAULT
    assert_one_line(result)


@BUFFERINGS
@pytest.mark.parametrize("command", PRINTING)
def test_a_reader_that_left_is_no_verdict(command: tuple[str, ...], unbuffered: str) -> None:
    # The reader has left for certain before anything is written: its end of the pipe is closed.
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        result = subprocess.run(
            [sys.executable, "-m", "facecompare", *command],
            stdout=pipe,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            check=False,
        )
    assert (result.returncode, result.stderr) == (ExitCode.BROKEN_PIPE, b"")


def test_without_any_stream_there_is_no_verdict() -> None:
    assert shell(DIFFERENT, "<&- >&- 2>&-").returncode == ExitCode.FAULT
    missing = shell(("compare", "-", OBAMA), "<&-")
    assert (missing.returncode, "[missing_image]" in missing.stderr) == (ExitCode.BAD_INPUT, True)


@pytest.mark.parametrize("encoding", ["ascii", "ascii:strict", "latin-1", "utf-8:strict"])
def test_names_that_a_terminal_cannot_show_are_escaped(tmp_path: Path, encoding: str) -> None:
    names = ["bä.jpg", "写真.jpg", os.fsdecode(b"\xff.jpg")]
    for name in names:
        (tmp_path / name).write_bytes(pictures.BIDEN.read_bytes())
        present, absent = str(tmp_path / name), str(tmp_path / f"no {name}")
        compared = shell(("compare", OBAMA, present, "--json"), PYTHONIOENCODING=encoding)
        assert compared.returncode == ExitCode.DIFFERENT
        assert json.loads(compared.stdout)["verdict"] == "different"
        refused = shell(("compare", OBAMA, absent), PYTHONIOENCODING=encoding)
        assert (refused.returncode, refused.stdout) == (ExitCode.BAD_INPUT, "")
        assert refused.stderr.count("\n") == 1


def test_json_is_json_on_a_terminal_without_unicode() -> None:
    script = "from facecompare.cli.output import print_json; print_json([{'caller': 'änn'}])"
    for encoding in ("ascii", "latin-1", "utf-8"):
        result = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONIOENCODING": encoding},
        )
        assert json.loads(result.stdout.decode(encoding)) == [{"caller": "änn"}]


def pairs_file(folder: Path, count: int = 1) -> Path:
    path = folder / "pairs.csv"
    path.write_text("image1,image2\n" + f"{OBAMA},{BIDEN}\n" * count)
    return path


def test_pairs_that_can_be_read_once_are_refused(tmp_path: Path) -> None:
    pairs, out = pairs_file(tmp_path), str(tmp_path / "results.csv")
    piped = shell(("batch", "/dev/stdin", "--out", out), f"< <(cat {pairs})")
    assert piped.returncode == ExitCode.BAD_INPUT
    assert_one_line(piped)
    assert "save them to one" in piped.stderr
    assert shell(("batch", "/dev/stdin", "--out", out), f"< {pairs}").returncode == 0


def test_a_working_directory_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    command = (sys.executable, "-m", "facecompare", "batch", str(pairs_file(tmp_path)))
    for where in (
        ("--out", "results.csv"),
        ("--out", str(tmp_path / "results.csv")),
        ("--out", "results.csv", "--images", str(tmp_path)),
    ):
        gone.mkdir()
        run = subprocess.run(
            ["bash", "-c", 'rmdir "$PWD"; exec "$@"', "bash", *command, *where],
            cwd=gone,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == ExitCode.BAD_INPUT
        assert (run.stderr.count("\n"), run.stderr[:13]) == (1, "facecompare: ")


def test_a_disk_that_is_full_is_told_and_the_batch_resumes(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk, and ends writing in the same way."""
    command = [sys.executable, "-m", "facecompare", "batch", str(pairs_file(tmp_path, 20_000))]
    command += ["--out", str(tmp_path / "results.csv")]
    small = 1_000_000  # bytes; 20,000 rows are more
    full = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (small, small)),
    )
    assert full.returncode == ExitCode.SERVICE
    assert full.stderr.splitlines()[-1].endswith("[records_unavailable]")
    assert "Traceback" not in full.stderr
    assert not (tmp_path / "results.csv").exists()
    resumed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (resumed.returncode, "2 photos are done already" in resumed.stderr) == (0, True)


def test_of_a_picture_that_found_no_room_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    new, kept = tmp_path / "new.png", tmp_path / "kept.png"
    kept.touch()
    for path in (new, kept):
        with pytest.raises(BadField, match="No space left on device"):
            write_file(path, b"a picture of faces")
    assert not new.exists()
    assert kept.exists()  # it was somebody's before
