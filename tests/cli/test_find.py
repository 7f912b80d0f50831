"""`facecompare find`: every photo has its row, nearest first, and the exit code is the verdict."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.main import main
from facecompare.pipeline.decode import Photo, decode
from tests.support import pictures
from tests.support.processes import obey_interrupts

OBAMA, OBAMA2, BIDEN = map(str, (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN))
NO_PHOTO = pictures.FACES / "SOURCES.md"
MANY = 150  # photos: seconds of work


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two people in folders and below, files that are no usable photo, and other files."""
    folder = tmp_path / "photos"
    (folder / "below" / "deep").mkdir(parents=True)
    (folder / ".thumbnails").mkdir()
    (folder / "biden.jpg").write_bytes(pictures.BIDEN.read_bytes())
    (folder / "below" / "deep" / "no suffix").write_bytes(pictures.OBAMA2.read_bytes())
    (folder / "below" / "empty.jpg").write_bytes(b"")
    (folder / "wall.PNG").write_bytes(pictures.plain(200, 150))
    (folder / "notes.txt").write_text("no photo")
    (folder / ".hidden.jpg").write_bytes(pictures.OBAMA2.read_bytes())
    (folder / ".thumbnails" / "a.jpg").write_bytes(pictures.OBAMA2.read_bytes())
    return folder


def found(capsys: pytest.CaptureFixture[str], *argv: str | Path, code: int = 0) -> str:
    assert main(["find", *map(str, argv)]) == code
    return capsys.readouterr().out


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_nearest_is_first_and_what_has_no_verdict_last(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["find", OBAMA, str(photos)]) == ExitCode.SAME
    output = capsys.readouterr()
    assert [re.split(r"  +", line.strip()) for line in output.out.splitlines()] == [
        ["rank", "file", "verdict", "combined", "score"],
        ["1", f"{photos}/below/deep/no suffix", "same person", "0.300", "100"],
        ["2", f"{photos}/biden.jpg", "different people", "0.856", "0"],
        ["–", f"{photos}/below/empty.jpg", "empty_image"],
        ["–", f"{photos}/wall.PNG", "no_face"],
    ]
    begun, summary, skipped = output.err.splitlines()
    assert begun == "4 photos to compare"
    assert re.fullmatch(
        r"2 photos compared: 1 same person, 0 uncertain, 1 different people; "
        r"2 failed: 1 empty_image, 1 no_face; \d+\.\d s, \d+\.\d photos/s",
        summary,
    )
    assert skipped == "not compared: 2 hidden, 1 no photo"


def test_the_distance_is_that_of_a_single_comparison(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["compare", OBAMA, OBAMA2, "--json"])
    compared = json.loads(capsys.readouterr().out)
    (row,) = rows(found(capsys, OBAMA, OBAMA2, "--csv"))
    for name in ("verdict", "distance", "threshold", "combined_distance", "score", "decided_by"):
        assert row[name] == str(compared[name])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((OBAMA, OBAMA2, BIDEN), ExitCode.SAME),
        ((OBAMA, BIDEN), ExitCode.DIFFERENT),
        ((OBAMA, OBAMA2, BIDEN, "--threshold", "0.2"), ExitCode.UNCERTAIN),
        ((OBAMA, OBAMA2, BIDEN, "--threshold", "0.2", "--decide"), ExitCode.DIFFERENT),
        ((OBAMA, BIDEN, "nowhere.jpg"), ExitCode.DIFFERENT),
        ((OBAMA, OBAMA2, "nowhere.jpg"), ExitCode.SAME),
        ((OBAMA, str(NO_PHOTO)), ExitCode.INCOMPLETE),
    ],
)
def test_the_exit_code_is_the_best_verdict(arguments: tuple[str, ...], code: ExitCode) -> None:
    assert main(["find", *arguments]) == code


@pytest.mark.parametrize("arguments", [(OBAMA, "nowhere"), ("nowhere.jpg", OBAMA2)])
def test_what_is_not_there_is_bad_input_as_in_other_commands(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(capsys, *arguments, code=ExitCode.BAD_INPUT) == ""
    assert main(["compare", OBAMA, "nowhere.jpg"]) == ExitCode.BAD_INPUT


def test_csv_and_json_have_the_same_rows(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = found(capsys, OBAMA, photos, "--csv")
    assert text.count("\r\n") == 5
    table = rows(text)
    assert [row["rank"] for row in table] == ["1", "2", "", ""]
    assert [row["error_code"] for row in table] == ["", "", "empty_image", "no_face"]
    document = json.loads(found(capsys, OBAMA, photos, "--json"))
    counts = {name: document[name] for name in ("compared", "same", "uncertain", "different")}
    assert counts == {"compared": 2, "same": 1, "uncertain": 0, "different": 1}
    assert (document["reference"], document["engine"]) == ([OBAMA], "dlib-sface")
    for row, result in zip(table, document["results"], strict=False):
        assert (row["file"], row["verdict"]) == (result["file"], result["verdict"])
        assert float(row["distance"]) == result["distance"]
    assert [each["code"] for each in document["failed"]] == ["empty_image", "no_face"]
    for name, option in (("a.csv", ()), ("a.json", ()), ("b.json", ("--json",))):
        out = tmp_path / name
        assert found(capsys, OBAMA, photos, "--out", out, *option) == ""
        written = out.read_bytes().decode()
        assert written == text if name == "a.csv" else json.loads(written) == document
        assert not (tmp_path / f"{name}.unfinished").exists()


def test_a_spreadsheet_runs_no_name_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("=1+1.jpg").write_bytes(pictures.OBAMA2.read_bytes())
    (row,) = rows(found(capsys, OBAMA, "=1+1.jpg", "--csv"))
    assert row["file"] == "'=1+1.jpg"


def test_a_link_that_cannot_be_followed_is_one_other_file(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As /proc/1/cwd is for most users; root may follow any."""
    (photos / "link").symlink_to("elsewhere")
    ordinary = Path.is_file

    def refusing(path: Path) -> bool:
        if path.name == "link":
            raise PermissionError(13, "Permission denied", str(path))
        return ordinary(path)

    monkeypatch.setattr(Path, "is_file", refusing)
    assert "no suffix" in found(capsys, OBAMA, photos)


def test_results_can_be_few(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (nearest,) = json.loads(found(capsys, OBAMA, photos, "--top", "1", "--json"))["results"]
    assert nearest["file"].endswith("no suffix")
    document = json.loads(found(capsys, OBAMA, photos, "--same-only", "--json"))
    assert (len(document["results"]), document["compared"]) == (1, 2)
    assert found(capsys, OBAMA, BIDEN, "--same-only", code=ExitCode.DIFFERENT) == ""


def test_more_photos_of_the_reference_are_one_person(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = rows(found(capsys, OBAMA, BIDEN, "--also", OBAMA2, "--csv", code=ExitCode.DIFFERENT))
    assert row["reference_photos"] == "2"


def test_the_reference_itself_is_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (pictures.OBAMA, pictures.BIDEN):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert main(["find", str(tmp_path / "obama.jpg"), str(tmp_path)]) == ExitCode.DIFFERENT
    assert "not compared: 1 the reference itself" in capsys.readouterr().err


def test_one_face_of_a_group_is_the_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = tmp_path / "group.jpg"
    group.write_bytes(pictures.group_of(pictures.OBAMA, pictures.BIDEN))
    assert main(["find", str(group), OBAMA2]) == ExitCode.SAME
    assert "another one with --face-reference" in capsys.readouterr().err
    assert main(["find", str(group), OBAMA2, "--face-reference", "1"]) == ExitCode.DIFFERENT
    assert main(["find", BIDEN, str(group)]) == ExitCode.DIFFERENT
    assert main(["find", BIDEN, str(group), "--face", "best-match"]) == ExitCode.SAME


def test_each_photo_is_looked_at_once(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looked_at: Counter[str] = Counter()

    def counted(photo: Photo, *arguments: Any, **options: Any) -> Any:
        looked_at[photo.name] += 1
        return decode(photo, *arguments, **options)

    monkeypatch.setattr("facecompare.compare.decode", counted)
    main(["find", OBAMA, str(photos), f"{photos}/biden.jpg", f"{photos}/./biden.jpg"])
    names = ("obama.jpg", "biden.jpg", "no suffix", "empty.jpg", "wall.PNG")
    assert looked_at == dict.fromkeys(names, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.jpg", BIDEN), "reference: nowhere.jpg cannot be read"),
        ((OBAMA, "-"), "only REFERENCE may be stdin"),
        ((OBAMA, "{empty}"), "found no photo in"),
        ((OBAMA, BIDEN, "--csv", "--json"), "--csv and --json were both given"),
        ((OBAMA, BIDEN, "--out", "{taken}"), "exists already"),
        ((OBAMA, BIDEN, "--out", "{empty}/a/b.csv"), "cannot be written"),
    ],
)
def test_what_cannot_work_is_told_before_it_begins(
    arguments: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken").write_text("precious")
    places = {name: str(tmp_path / name) for name in ("empty", "taken")}
    assert main(["find", *(each.format(**places) for each in arguments)]) == ExitCode.BAD_INPUT
    assert told in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "precious"


def test_an_unfit_reference_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wall = tmp_path / "wall.png"
    wall.write_bytes(pictures.plain())
    assert main(["find", OBAMA, BIDEN, "--also", str(wall)]) == ExitCode.BAD_INPUT
    assert re.match(r"facecompare: reference_2: .+ \[no_face\]\n", capsys.readouterr().err)


def test_the_reference_comes_from_stdin() -> None:
    command = [sys.executable, "-m", "facecompare", "find", "-", OBAMA2]
    run = subprocess.run(command, input=pictures.OBAMA.read_bytes(), capture_output=True)
    assert run.returncode == ExitCode.SAME


@pytest.mark.parametrize("keeps", [True, False])
def test_an_interrupted_search_says_how_to_go_on(
    keeps: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(MANY):
        (many / f"{number}.jpg").symlink_to(pictures.OBAMA2 if number % 2 else pictures.BIDEN)
    out = tmp_path / "out.csv"
    arguments = ["find", OBAMA, str(many), *(("--out", str(out)) if keeps else ())]
    told = interrupted(arguments, out if keeps else None)
    if not keeps:
        assert told == "interrupted; nothing was kept; with --out FILE the same command would go on"
        return
    assert told == "interrupted; the same command goes on from here"
    assert not out.exists()
    assert main([*arguments, "--threshold", "0.3"]) == ExitCode.BAD_INPUT
    assert "other pairs, photos or options" in capsys.readouterr().err
    assert main(arguments) == ExitCode.SAME
    done = re.search(r"(\d+) photos are done already", capsys.readouterr().err)
    assert done
    assert int(done[1]) >= 32
    resumed = out.read_bytes()
    out.unlink()
    assert main(arguments) == ExitCode.SAME
    assert out.read_bytes() == resumed
    assert resumed.count(b"\r\n") == MANY + 1


def interrupted(arguments: list[str], out: Path | None) -> str:
    """What a run says last that is interrupted when it has kept something, or is at work."""
    command = [sys.executable, "-m", "facecompare", *arguments]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, preexec_fn=obey_interrupts
    ) as run:
        assert run.stderr
        run.stderr.readline()  # what is to be done
        if out is not None:
            kept = out.with_name("out.csv.unfinished") / "photos.sqlite3-wal"
            begun = kept.stat().st_size
            while run.poll() is None and kept.stat().st_size <= begun:
                time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        told = run.stderr.read().splitlines()
    assert run.returncode == ExitCode.INTERRUPTED
    return told[-1]
