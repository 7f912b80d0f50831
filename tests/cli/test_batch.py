"""`facecompare batch`: every pair has one row, whatever happens on the way."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.main import main
from tests.support import pictures
from tests.support.processes import obey_interrupts

HEADER = "image1,image2"
MANY = 200  # photos: seconds of work, of which one is enough for a busy machine to kill it in time


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Three portraits, and three files that are no usable photo."""
    folder = tmp_path / "images"
    folder.mkdir()
    for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("not a photo")
    (folder / "wall.png").write_bytes(pictures.plain(200, 150))
    return folder


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def batch(tmp_path: Path, images: Path, *pairs: str, options: tuple[str, ...] = ()) -> int:
    pairs_file = written(tmp_path / "pairs.csv", HEADER, *pairs)
    out = tmp_path / "results.csv"
    return main(["batch", str(pairs_file), "--images", str(images), "--out", str(out), *options])


def rows(tmp_path: Path) -> list[dict[str, str]]:
    with (tmp_path / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_pair_has_its_row_in_order(tmp_path: Path, images: Path) -> None:
    pairs = ("obama.jpg,obama2.jpg", "obama.jpg,biden.jpg", "biden.jpg,./biden.jpg")
    assert batch(tmp_path, images, *pairs) == 0
    found = rows(tmp_path)
    assert [row["pair"] for row in found] == ["1", "2", "3"]
    assert [row["same_person"] for row in found] == ["true", "false", "true"]
    assert [round(float(row["distance"]), 2) for row in found] == [0.34, 0.84, 0.0]
    assert {row["threshold"] for row in found} == {"0.5"}
    assert {row["error_code"] for row in found} == {""}
    assert [float(row["score"]) > 50 for row in found] == [True, False, True]


def test_the_distance_is_that_of_a_single_comparison(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch(tmp_path, images, "obama.jpg,obama2.jpg")
    capsys.readouterr()
    main(["compare", str(images / "obama.jpg"), str(images / "obama2.jpg")])
    distance = float(rows(tmp_path)[0]["distance"])
    assert f"distance {distance:.3f}" in capsys.readouterr().out


def test_a_pipe_that_a_stranger_s_pairs_file_names_is_not_waited_for(
    tmp_path: Path, images: Path
) -> None:
    os.mkfifo(images / "pipe.jpg")
    assert batch(tmp_path, images, "obama.jpg,pipe.jpg") == ExitCode.INCOMPLETE
    assert [row["error_code"] for row in rows(tmp_path)] == ["missing_image"]


def test_bad_photos_become_rows_with_a_code(tmp_path: Path, images: Path) -> None:
    bad = ("empty.jpg", "text.jpg", "wall.png", "absent.jpg")
    pairs = [f"obama.jpg,{name}" for name in bad] + ["empty.jpg,obama.jpg", "obama.jpg,biden.jpg"]
    assert batch(tmp_path, images, *pairs) == ExitCode.INCOMPLETE
    found = [(row["error_code"], row["error_image"]) for row in rows(tmp_path)]
    assert found == [
        ("empty_image", "image2"),
        ("unsupported_image", "image2"),
        ("no_face", "image2"),
        ("missing_image", "image2"),
        ("empty_image", "image1"),
        ("", ""),
    ]


def test_the_last_line_counts_verdicts_and_errors(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [f"obama.jpg,{name}" for name in ("empty.jpg", "wall.png", "absent.jpg", "absent.jpg")]
    pairs = ("obama.jpg,obama2.jpg", "obama.jpg,biden.jpg", *bad)
    assert batch(tmp_path, images, *pairs) == ExitCode.INCOMPLETE
    output = capsys.readouterr()
    assert re.fullmatch(
        "2 pairs compared: 1 same person, 0 uncertain, 1 different people; 4 failed: 1 empty_image,"
        r" 2 missing_image, 1 no_face; \d+\.\d s, \d+\.\d pairs/s",
        output.err.splitlines()[-1],
    )
    assert output.out == f"results in {tmp_path / 'results.csv'}; pairs without a verdict: 4\n"


def test_every_verdict_is_exit_code_0(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = ("obama.jpg,obama2.jpg", "obama.jpg,biden.jpg")
    assert batch(tmp_path, images, *pairs, options=("--threshold", "0.2")) == 0
    told = "2 pairs compared: 0 same person, 1 uncertain, 1 different people; "
    assert capsys.readouterr().err.splitlines()[-1].startswith(told)


def test_an_interrupted_batch_says_how_to_go_on(tmp_path: Path, images: Path) -> None:
    interrupted(tmp_path, images, signal.SIGINT)


def test_json_lines_and_a_column_of_truths_are_read_as_well(tmp_path: Path, images: Path) -> None:
    pairs_file = written(
        tmp_path / "pairs.jsonl", '{"image1": "obama.jpg", "image2": "obama2.jpg", "same": true}'
    )
    out = tmp_path / "results.csv"
    assert main(["batch", str(pairs_file), "--images", str(images), "--out", str(out)]) == 0
    assert len(rows(tmp_path)) == 1


def test_the_threshold_can_be_chosen(tmp_path: Path, images: Path) -> None:
    batch(tmp_path, images, "obama.jpg,obama2.jpg", options=("--threshold", "0.2"))
    assert rows(tmp_path)[0]["same_person"] == "false"


def test_results_that_are_there_are_not_overwritten(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results.csv").write_text("precious")
    assert batch(tmp_path, images, "obama.jpg,biden.jpg") == 2
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "results.csv").read_text() == "precious"


def test_a_folder_that_is_not_there_is_told_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(tmp_path, tmp_path / "nowhere", "obama.jpg,biden.jpg") == 2
    assert "nowhere is no folder" in capsys.readouterr().err
    assert not list(tmp_path.glob("results.csv*"))


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ((), "empty"),
        ((HEADER,), "no pairs"),
        (("image1,photo2", "a,b"), "line 1 has the fields image1, photo2"),
        ((HEADER, "a,b", "a"), "line 3 has 1 cells"),
        ((HEADER, "a,"), "line 2: image2 is ''"),
        ((HEADER, '"a,b'), "no CSV"),
        (('{"image1": "a"}',), "line 1 has the fields image1"),
        (('{"image1": "a", "image2": "b"}', "nonsense"), "line 2 is no JSON"),
        (('{"image1": "a", "image2": 7}',), "line 1: image2 is int"),
    ],
)
def test_a_bad_pairs_file_is_refused_before_any_work(
    lines: tuple[str, ...], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs_file = tmp_path / "pairs.csv"
    pairs_file.write_text("".join(f"{line}\n" for line in lines))
    assert main(["batch", str(pairs_file), "--out", str(tmp_path / "results.csv")]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert "[bad_manifest]" in error
    assert list(tmp_path.glob("results*")) == []


def test_what_is_begun_with_other_pairs_is_not_resumed(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted(tmp_path, images)
    assert batch(tmp_path, images, "obama.jpg,biden.jpg") == 2
    assert "begun with other pairs" in capsys.readouterr().err


def test_a_killed_run_resumes_and_looks_at_no_photo_twice(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs_file = interrupted(tmp_path, images)
    unfinished = tmp_path / "results.csv.unfinished"
    assert unfinished.stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "results.csv").exists()

    out = str(tmp_path / "results.csv")
    assert main(["batch", str(pairs_file), "--images", str(images), "--out", out]) == 0
    done = int(capsys.readouterr().err.split("photos; ")[1].split()[0])
    assert done >= 32
    found = rows(tmp_path)
    assert [int(row["pair"]) for row in found] == list(range(1, MANY))
    assert {row["error_code"] for row in found} == {""}
    assert not unfinished.exists()


def test_rows_cut_short_by_a_crash_are_written_again(tmp_path: Path, images: Path) -> None:
    pairs_file = interrupted(tmp_path, images)
    results = tmp_path / "results.csv.unfinished" / "results.csv"
    results.write_text("pair,image1\r\n1,half a ro")
    out = str(tmp_path / "results.csv")
    assert main(["batch", str(pairs_file), "--images", str(images), "--out", out]) == 0
    assert [int(row["pair"]) for row in rows(tmp_path)] == list(range(1, MANY))


def interrupted(tmp_path: Path, images: Path, how: signal.Signals = signal.SIGKILL) -> Path:
    """The pairs file of a chain of pairs, whose run was killed when it had made something safe."""
    for number in range(MANY):  # the same face under many names
        os.link(images / "obama2.jpg", images / f"{number}.jpg")
    pairs = [f"{number}.jpg,{number + 1}.jpg" for number in range(MANY - 1)]
    pairs_file = written(tmp_path / "pairs.csv", HEADER, *pairs)
    command = [sys.executable, "-m", "facecompare", "batch", str(pairs_file)]
    options = ["--images", str(images), "--out", str(tmp_path / "results.csv")]
    with subprocess.Popen(
        [*command, *options], stderr=subprocess.PIPE, preexec_fn=obey_interrupts
    ) as run:
        assert run.stderr
        run.stderr.readline()  # what is to be done, said when the photos are noted
        saved = tmp_path / "results.csv.unfinished" / "photos.sqlite3-wal"
        begun = size(saved)
        while run.poll() is None and size(saved) <= begun:
            time.sleep(0.02)
        run.send_signal(how)
        told = run.stderr.read()
    if how is signal.SIGKILL:
        assert run.returncode == -signal.SIGKILL
    else:
        assert run.returncode == ExitCode.INTERRUPTED
        assert told == b"interrupted; the same command goes on from here\n"
    return pairs_file


def size(path: Path) -> int:
    """SQLite makes this file with the first write after it was opened, and may be about to."""
    return path.stat().st_size if path.exists() else 0
