"""The commands as typed: results on stdout, the rest on stderr, the verdict as exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.main import main
from facecompare.config import DEFAULT_ENGINE
from facecompare.engines.protocol import SecondOpinion
from facecompare.pipeline.quality import Measure
from facecompare.pipeline.remedies import ANY, REMEDIES
from facecompare.records.sqlite import SqliteLog
from tests.support import pictures
from tests.support.records import of_two_networks, record

OBAMA, OBAMA2, BIDEN = (str(path) for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN))


def run(*argv: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "facecompare", *argv], input=stdin, capture_output=True
    )


def test_the_same_person_is_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", OBAMA, OBAMA2]) == 0
    assert capsys.readouterr().out.startswith("same person   distance 0.3")


def test_different_people_are_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", OBAMA, BIDEN]) == 1
    assert capsys.readouterr().out.startswith("different people   distance 0.8")


def test_both_distances_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", OBAMA, OBAMA2, "--json"])
    response = json.loads(capsys.readouterr().out)
    main(["compare", OBAMA, OBAMA2])
    output = capsys.readouterr()
    assert output.out == (
        f"same person   distance {response['distance']:.3f} (threshold 0.50)   "
        f"second {response['second_distance']:.3f}   "
        f"combined {response['combined_distance']:.3f} (threshold 0.60)   "
        f"score {response['score']:g}   FMR < 0.001 %\n"
    )
    assert output.err == ""


def test_with_a_threshold_one_distance_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", OBAMA, BIDEN, "--threshold", "0.2"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("different people   distance 0.844 (threshold 0.20)   score ")
    assert "second" not in out
    assert "combined" not in out


def test_networks_that_contradict_each_other_are_warned_of(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SecondOpinion, "contradicts", lambda *_: True)
    words = "found two networks that contradict each other; expected one verdict; take other photos"
    assert main(["compare", OBAMA, OBAMA2]) == ExitCode.UNCERTAIN
    output = capsys.readouterr()
    assert output.out.startswith("uncertain   ")
    assert f"warning: image1 and image2: {words}" in output.err
    assert "contradict" not in output.out
    assert main(["predict", OBAMA, OBAMA2, BIDEN]) == ExitCode.UNCERTAIN
    errors = capsys.readouterr().err
    for name in ("image1", "image2"):
        assert f"warning: anchor and {name}: {words}" in errors
    main(["compare", OBAMA, OBAMA2, "--threshold", "0.5"])
    assert capsys.readouterr().err == ""


def test_an_uncertain_distance_is_warned_of_with_the_zone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["compare", OBAMA, OBAMA2, "--threshold", "0.2"]) == ExitCode.UNCERTAIN
    output = capsys.readouterr()
    assert output.out.startswith("uncertain   distance 0.344 (threshold 0.20)   score 100   FMR ")
    assert output.err == (
        "warning: image1 and image2: found a distance at which pairs of one person and of two "
        "both occur; expected one below 0.2000, or 0.6453 or more; take other photos of them\n"
    )


@pytest.mark.parametrize(("threshold", "code"), [("0.2", 1), ("0.34", 1), ("0.5", 0)])
def test_the_threshold_alone_decides_where_it_is_told_to(threshold: str, code: int) -> None:
    pair = (OBAMA, OBAMA2, "--threshold", threshold, "--decide")
    assert main(["compare", *pair]) == code
    assert main(["predict", *pair[:2], BIDEN, *pair[2:]]) == code


@pytest.mark.parametrize("threads", ["1", "2"])
def test_each_of_several_unfit_photos_has_its_line(
    threads: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FACECOMPARE_THREADS", threads)
    bad = {"wall.png": pictures.plain(), "empty.jpg": b"", "text.jpg": b"no photo"}
    wall, empty, text = (tmp_path / name for name in bad)
    for path in (wall, empty, text):
        path.write_bytes(bad[path.name])
    told = [
        (("compare", wall, empty), ["image1: no face", "image2: the photo is empty"]),
        (("compare", OBAMA, text), ["image2: the file is text"]),
        (("predict", text, OBAMA, wall), ["anchor: the file is text", "image2: no face"]),
        (("compare", tmp_path / "a", tmp_path / "b"), ["image1: ", "image2: "]),
    ]
    for command, expected in told:
        assert main([str(word) for word in command]) == ExitCode.BAD_INPUT
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == len(expected)
        for line, words in zip(lines, expected, strict=True):
            assert line.startswith(f"facecompare: {words}")


def test_the_log_shows_the_distance_that_decided(
    capsys: pytest.CaptureFixture[str], log: SqliteLog
) -> None:
    log.put(of_two_networks(2), record(1))
    main(["log"])
    two, one = capsys.readouterr().out.splitlines()
    assert "  uncertain  " in two
    assert "different people" in one
    assert "combined 0.475 (threshold 0.60)" in two
    assert two.endswith("dlib-sface")
    assert "distance 1.250 (threshold 0.50)" in one
    assert one.endswith("dlib-fast")


@pytest.mark.parametrize("command", ["compare", "detect", "embed"])
def test_an_engine_that_is_switched_off_is_exit_code_2(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [command, OBAMA, *([OBAMA2] * (command == "compare")), "--engine", "mtcnn-dlib"]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert "switch MTCNN on with FACECOMPARE_MTCNN=on" in error
    assert "[mtcnn_off]" in error
    monkeypatch.setenv("FACECOMPARE_MTCNN", "on")
    assert main(arguments) == 0


def test_json_is_what_the_api_answers(
    capsys: pytest.CaptureFixture[str], client: TestClient
) -> None:
    main(["compare", OBAMA, OBAMA2, "--json"])
    printed = json.loads(capsys.readouterr().out)
    files = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}
    answered = client.post("/api/compare", files=files).json()
    assert printed.keys() == answered.keys()
    for key in ("same_person", "distance", "threshold", "engine", "image1", "image2"):
        assert printed[key] == answered[key]


def test_without_record_nothing_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", OBAMA, OBAMA2, "--json"])
    assert json.loads(capsys.readouterr().out)["comparison_id"] is None
    assert main(["log"]) == 0
    assert capsys.readouterr().out == ""


def test_what_was_recorded_is_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", OBAMA, OBAMA2, "--record", "--json"])
    comparison_id = json.loads(capsys.readouterr().out)["comparison_id"]
    main(["compare", OBAMA, BIDEN, "--record"])
    capsys.readouterr()
    assert main(["log", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["same_person"] for row in rows] == ["false", "true"]
    assert rows[1]["comparison_id"] == comparison_id


def test_the_log_can_be_limited_and_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        main(["compare", OBAMA, OBAMA, "--record"])
    capsys.readouterr()
    main(["log", "--limit", "2", "--json", "--since", "1h"])
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_a_prediction_names_the_closer_photo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", OBAMA, BIDEN, OBAMA2]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"image2 ({OBAMA2}) is closer to the anchor"
    assert lines[1].startswith(f"image1 ({BIDEN}): different people")
    assert lines[2].startswith(f"image2 ({OBAMA2}): same person")


def test_a_prediction_among_strangers_is_exit_code_1() -> None:
    assert main(["predict", BIDEN, OBAMA, OBAMA2]) == 1


def test_a_prediction_leaves_a_record_for_each_candidate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["predict", OBAMA, BIDEN, OBAMA2, "--record"])
    capsys.readouterr()
    main(["log"])
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_detection_prints_a_line_a_face(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = tmp_path / "group.jpg"
    group.write_bytes(pictures.group(pictures.OBAMA, pictures.BIDEN))
    assert main(["detect", str(group)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:12] for line in lines] == ["face 0 at le", "face 1 at le"]


def test_the_overlay_shows_box_and_landmarks_where_the_face_is(tmp_path: Path) -> None:
    out = tmp_path / "faces.png"
    main(["detect", OBAMA, "--overlay", str(out)])
    drawn = np.asarray(Image.open(out)).astype(int)
    plain = np.asarray(pictures.portrait()).astype(int)
    rows, columns = np.nonzero(np.abs(drawn - plain).sum(axis=2) > 200)
    assert drawn.shape == plain.shape
    assert 80 < rows.min() < 140
    assert 270 < rows.max() < 340
    assert 230 < columns.min() < 270
    assert 420 < columns.max() < 470


def test_the_overlay_of_a_comparison_shows_both_photos(tmp_path: Path) -> None:
    out = tmp_path / "faces.png"
    main(["compare", OBAMA, OBAMA2, "--overlay", str(out)])
    with Image.open(out) as drawn:
        assert drawn.size == (640 + 16 + 501, 960)  # the second is 640 × 1227, and tall


def test_embeddings_are_written_as_numpy_arrays(tmp_path: Path) -> None:
    out = tmp_path / "embeddings.npz"
    assert main(["embed", OBAMA, BIDEN, "--out", str(out)]) == 0
    with np.load(out) as arrays:
        assert arrays["embeddings"].shape == (2, 256)  # dlib's 128 numbers, then SFace's
        assert arrays["images"].tolist() == [OBAMA, BIDEN]
        assert str(arrays["engine"]) == DEFAULT_ENGINE
        dlibs = arrays["embeddings"][:, :128]
    assert np.linalg.norm(dlibs[0] - dlibs[1]) > 0.7


def test_embeddings_are_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    for engine, numbers in (("dlib-sface", 256), ("dlib-fast", 128)):
        main(["embed", OBAMA, "--json", "--engine", engine])
        (row,) = json.loads(capsys.readouterr().out)
        assert (row["image"], row["engine"], len(row["embedding"])) == (OBAMA, engine, numbers)


def test_a_bad_photo_among_good_ones_is_named_and_the_others_are_embedded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"")
    assert main(["embed", OBAMA, str(bad), BIDEN]) == 2
    output = capsys.readouterr()
    assert [line.split()[0] for line in output.out.splitlines()] == [OBAMA, BIDEN]
    assert str(bad) in output.err


def test_a_photo_comes_from_stdin() -> None:
    result = run("compare", "-", OBAMA2, stdin=pictures.OBAMA.read_bytes())
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(b"same person")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m facecompare models list --json | head -n 1"
    result = subprocess.run(command, shell=True, capture_output=True)
    assert result.stderr == b""


def test_quality_warnings_go_to_stderr_and_leave_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = tmp_path / "small.png"
    pictures.portrait().resize((140, 175)).save(small)
    assert main(["compare", OBAMA, str(small)]) == 0
    output = capsys.readouterr()
    assert "warning: image2: face_width is 4" in output.err
    assert "warning" not in output.out


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (
            (9, None),
            f"is 5 px; at least 9 gives a surer verdict; {REMEDIES['face_width', 'low']}",
        ),
        ((None, 4), f"is 5 px; at most 4 gives a surer verdict; {ANY}"),
        ((1, 4), f"is 5 px; 1 to 4 gives a surer verdict; {ANY}"),
    ],
)
def test_a_quality_warning_names_the_limits_that_there_are(
    limits: tuple[float | None, float | None],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    measures = (Measure("face_width", 5, "px", *limits),)
    monkeypatch.setattr("facecompare.compare.quality", lambda *_: measures)
    assert main(["detect", OBAMA]) == 0
    assert capsys.readouterr().err == f"warning: image: face_width {words}\n"


def test_models_that_are_missing_are_exit_code_3_and_say_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACECOMPARE_MODELS_DIR", str(tmp_path))
    assert main(["compare", OBAMA, OBAMA2]) == 3
    assert "run: facecompare models build" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "argv", "extra"),
    [
        ("click", ["--help"], "cli"),
        ("click", ["log"], "cli"),
        ("dlib", ["compare", OBAMA, OBAMA2], "cpu"),
        ("numpy", ["embed", OBAMA], "cpu"),
        ("onnxruntime", ["detect", OBAMA], "cpu"),
        ("uvicorn", ["serve"], "api"),
        ("onnx", ["models", "build"], "models"),
    ],
)
def test_a_package_that_is_missing_is_exit_code_3_and_says_what_to_install(
    module: str,
    argv: list[str],
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("FACECOMPARE_WEB_DIR", str(tmp_path))
    script = f"import sys; sys.modules[{module!r}] = None\n" + (
        f"from facecompare.cli.main import main; sys.exit(main({argv!r}))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (3, "")
    assert f"pip install '.[{extra}]' [package_missing]" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_bad_setting_is_exit_code_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACECOMPARE_THREADS", "many")
    assert main(["log"]) == 3
    assert "FACECOMPARE_THREADS='many'" in capsys.readouterr().err


def test_a_log_that_cannot_be_used_is_exit_code_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FACECOMPARE_RECORDS", str(tmp_path / "file" / "log"))
    assert main(["compare", OBAMA, OBAMA2, "--record"]) == 4
    output = capsys.readouterr()
    assert output.out == ""
    assert "[records_unavailable]" in output.err


def test_an_error_is_shown_whole_with_debug_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", "nowhere.jpg"]) == ExitCode.BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("FACECOMPARE_DEBUG", "1")
    assert main(["detect", "nowhere.jpg"]) == ExitCode.BAD_INPUT
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facecompare.records.open_stores.open_stores", raising(KeyboardInterrupt))
    assert main(["log"]) == 130


@pytest.mark.parametrize("error", [EOFError, MemoryError, AssertionError, SystemExit, OSError])
def test_a_fault_is_one_line_and_no_exit_code_of_a_verdict(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("facecompare.records.open_stores.open_stores", raising(error))
    assert main(["log"]) == ExitCode.FAULT
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("facecompare: found ")
    assert output.err.count("\n") == 1


def raising(error: type[BaseException]) -> Callable[[object], None]:
    def function(_settings: object) -> None:
        raise error

    return function


def test_a_port_that_is_taken_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 3
    assert "--port 0" in capsys.readouterr().err


def test_serve_answers_until_it_is_interrupted() -> None:
    import signal
    import urllib.request

    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", "facecompare", "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert server.stderr is not None
        address = server.stderr.readline().split(" on ")[1].split()[0]
        with urllib.request.urlopen(f"{address}/api/health") as answer:
            assert json.load(answer)["status"] == "ok"
        rebound = urllib.request.Request(f"{address}/api/health", headers={"Host": "evil.test"})
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(rebound)
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(20) in (0, 130, -signal.SIGINT)
        server.stderr and server.stderr.close()
