"""Every way a photo or a request can be wrong, from the command line and the API alike."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient

from facecompare import errors
from facecompare.api.app import local_app
from facecompare.api.examples import EXAMPLES
from facecompare.cli.main import main
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support import pictures

OBAMA = pictures.OBAMA.read_bytes()


class BadPhoto(NamedTuple):
    title: str
    data: bytes
    name: str
    code: str
    status: int


BAD_PHOTOS = [
    BadPhoto("empty file", b"", "photo.jpg", "empty_image", 422),
    BadPhoto("text file", b"hello, this is text\n" * 40, "photo.txt", "unsupported_image", 415),
    BadPhoto("text with a JPEG name", b"hello " * 40, "photo.jpg", "unsupported_image", 415),
    BadPhoto("truncated JPEG", pictures.truncated(OBAMA), "photo.jpg", "damaged_image", 422),
    BadPhoto("cut in its header", OBAMA[:300], "photo.jpg", "damaged_image", 422),
    BadPhoto("PNG bomb", pictures.png_header(60_000, 60_000), "b.png", "too_many_pixels", 413),
    BadPhoto("JPEG bomb", pictures.jpeg_header(60_000, 60_000), "b.jpg", "too_many_pixels", 413),
    BadPhoto("lying PNG header", pictures.png_header(900, 900), "b.png", "damaged_image", 422),
    BadPhoto("100-frame GIF", pictures.animated_gif(100), "photo.gif", "no_face", 422),
    BadPhoto("one pixel", pictures.plain(1, 1), "photo.png", "image_too_small", 422),
    BadPhoto("photo without a face", pictures.plain(), "photo.png", "no_face", 422),
    BadPhoto("300 scans", pictures.many_scans(300), "photo.jpg", "image_too_costly", 422),
    BadPhoto("too many bytes", OBAMA + bytes(15_000_000), "photo.jpg", "image_too_large", 413),
]
# Told of elsewhere: which face of several is meant, what was not uploaded, and what is refused on
# demand only.
ELSEWHERE = {
    errors.SeveralFaces,
    errors.UploadNotFound,
    errors.MislabelledImage,
    errors.PoorQuality,
}
every_bad_photo = pytest.mark.parametrize("bad", BAD_PHOTOS, ids=lambda bad: bad.title)


def test_every_fault_of_a_photo_is_among_them() -> None:
    faults = {fault.code for fault in set(errors.ImageError.__subclasses__()) - ELSEWHERE}
    assert faults - {bad.code for bad in BAD_PHOTOS} == set()


@pytest.fixture
def nothing_left_behind(log: SqliteLog, tmp_path: Path) -> object:
    """After the test: no record, and no file that was not there before."""
    before = set(tmp_path.rglob("*"))

    def check() -> None:
        assert log.page(10).records == ()
        new = {path for path in set(tmp_path.rglob("*")) - before if path.is_file()}
        assert {path.parent.name for path in new} <= {"log"}

    return check


@every_bad_photo
@pytest.mark.parametrize("place", ["image1", "image2"])
def test_the_api_refuses_a_bad_photo(
    bad: BadPhoto, place: str, client: TestClient, nothing_left_behind: Callable[[], None]
) -> None:
    files = dict.fromkeys(("image1", "image2"), ("obama.jpg", OBAMA))
    answer = client.post("/api/compare", files=files | {place: (bad.name, bad.data)})
    error = answer.json()
    assert (answer.status_code, error["code"], error["image"]) == (bad.status, bad.code, place)
    assert len(error["message"]) > 30
    nothing_left_behind()


@every_bad_photo
def test_the_command_line_refuses_a_bad_photo(
    bad: BadPhoto,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    nothing_left_behind: Callable[[], None],
) -> None:
    photo = tmp_path / bad.name
    photo.write_bytes(bad.data)
    code = main(["compare", "--record", str(pictures.OBAMA), str(photo)])
    output = capsys.readouterr()
    assert (code, output.out) == (2, "")
    assert output.err.startswith("facecompare: image2: ")
    assert output.err.endswith(f"[{bad.code}]\n")
    assert output.err.count("\n") == 1
    photo.unlink()
    nothing_left_behind()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_api_tells_of_each_unfit_photo_in_the_photos_order(
    threads: str, settings: Settings, log: SqliteLog, engine: Engine
) -> None:
    service = FaceService(replace(settings, threads=int(threads)), log, [engine])
    client = TestClient(local_app(settings, log, SqliteKeys(settings.records), service))
    good = ("obama.jpg", OBAMA)
    for first, second in pairwise(BAD_PHOTOS[:-1]):  # two of the last are too large for a request
        unfit = {"anchor": first, "image2": second}
        files = {"anchor": good, "image1": good, "image2": good}
        files |= {name: (bad.name, bad.data) for name, bad in unfit.items()}
        answer = client.post("/api/predict", files=files)
        body = answer.json()
        assert answer.status_code == first.status
        told = [(error["image"], error["code"]) for error in body["errors"]]
        assert told == [(name, bad.code) for name, bad in unfit.items()]
        assert body["errors"][0] == {name: body[name] for name in ("code", "message", "image")}
        alone = client.post("/api/predict", files=files | {"anchor": good}).json()
        assert (alone["image"], alone["errors"]) == ("image2", None)
        assert alone["message"] == body["errors"][1]["message"]


def test_the_schema_of_errors_is_what_is_sent(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    schemas = document["components"]["schemas"]
    files = dict.fromkeys(("image1", "image2"), ("wall.png", pictures.plain()))
    body = client.post("/api/compare", files=files).json()
    assert body.keys() == schemas["ErrorResponse"]["properties"].keys()
    assert body["errors"][0].keys() == schemas["PhotoErrorResponse"]["properties"].keys()


PHOTOS_OF = {
    "verify": ("image1", "image2"),
    "explain": ("image1", "image2"),
    "predict": ("anchor", "image1", "image2"),
    "detect": ("image",),
}


@pytest.mark.parametrize("operation", sorted(EXAMPLES.keys() - {"compare"}))
@every_bad_photo
def test_every_operation_refuses_a_bad_photo(
    bad: BadPhoto, operation: str, client: TestClient
) -> None:
    first, *others = PHOTOS_OF[operation]
    files = dict.fromkeys(others, ("obama.jpg", OBAMA)) | {first: (bad.name, bad.data)}
    answer = client.post(f"/api/{operation}", files=files)
    assert (answer.status_code, answer.json()["code"]) == (bad.status, bad.code)


def test_a_group_under_only_one_is_refused_by_the_api(
    client: TestClient, nothing_left_behind: Callable[[], None]
) -> None:
    group = pictures.group(pictures.OBAMA, pictures.BIDEN)
    answer = client.post(
        "/api/compare", files={"image1": OBAMA, "image2": group}, data={"face": "only-one"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "several_faces")
    assert answer.json()["image"] == "image2"
    nothing_left_behind()


def test_a_group_under_only_one_is_refused_by_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = tmp_path / "group.jpg"
    group.write_bytes(pictures.group(pictures.OBAMA, pictures.BIDEN))
    assert main(["compare", str(pictures.OBAMA), str(group), "--face", "only-one"]) == 2
    assert "2 faces were found" in capsys.readouterr().err


BAD_THRESHOLDS = ["nan", "-0.1", "0", "1e9", "inf", "half", "2.5"]


@pytest.mark.parametrize("threshold", BAD_THRESHOLDS)
def test_the_api_refuses_a_bad_threshold(
    threshold: str, client: TestClient, nothing_left_behind: Callable[[], None]
) -> None:
    answer = client.post(
        "/api/compare", files={"image1": OBAMA, "image2": OBAMA}, data={"threshold": threshold}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_threshold")
    nothing_left_behind()


@pytest.mark.parametrize("threshold", ["NaN", "-1", "true", '"half"', "[0.5]", "1e999"])
def test_the_api_refuses_a_bad_threshold_in_json(threshold: str, client: TestClient) -> None:
    body = f'{{"image1": "AAAA", "image2": "AAAA", "threshold": {threshold}}}'
    answer = client.post("/api/compare", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_threshold")


@pytest.mark.parametrize("threshold", BAD_THRESHOLDS)
def test_the_command_line_refuses_a_bad_threshold(
    threshold: str, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(pictures.OBAMA)
    assert main(["compare", photo, photo, f"--threshold={threshold}"]) == 2
    assert capsys.readouterr().err.endswith("[bad_threshold]\n")


@pytest.mark.parametrize(
    ("fields", "code", "image"),
    [
        ({}, "missing_image", "image1"),
        ({"image1": "AAAA"}, "missing_image", "image2"),
        ({"image1": "", "image2": "AAAA"}, "missing_image", "image1"),
        ({"image1": None, "image2": "AAAA"}, "missing_image", "image1"),
        ({"image1": 5, "image2": "AAAA"}, "bad_field", "image1"),
        ({"image1": "not base64!", "image2": "AAAA"}, "bad_field", "image1"),
        ({"image1": "AAAA", "image2": "AAAA", "colour": "red"}, "unknown_field", None),
        ({"image1": "AAAA", "image2": "AAAA", "anchor": "AAAA"}, "unknown_field", None),
        ({"image1": "AAAA", "image2": "AAAA", "face": "ugliest"}, "bad_field", None),
        ({"image1": "AAAA", "image2": "AAAA", "engine": "skynet"}, "unknown_engine", None),
        ({"image1": "AAAA", "image2": "AAAA", "landmarks68": True}, "landmarks68_off", None),
        ({"image1": "AAAA", "file1": "AAAA", "image2": "AAAA"}, "bad_field", None),
    ],
)
def test_the_api_refuses_malformed_fields(
    fields: dict[str, object], code: str, image: str | None, client: TestClient
) -> None:
    path = "/api/predict" if "file1" in fields else "/api/compare"
    answer = client.post(path, json=fields | ({"anchor": "AAAA"} if "file1" in fields else {}))
    error = answer.json()
    assert (answer.status_code, error["code"], error["image"]) == (400, code, image)


@pytest.mark.parametrize(
    ("content_type", "body", "code", "status"),
    [
        ("text/plain", b"hello", "unsupported_content_type", 415),
        ("", b"hello", "unsupported_content_type", 415),
        ("application/x-www-form-urlencoded", b"a=b", "unsupported_content_type", 415),
        ("image/jpeg", OBAMA, "unsupported_content_type", 415),
        ("application/json", b"{", "bad_request", 400),
        ("application/json", b"\xff\xfe", "bad_request", 400),
        ("application/json", b"[1]", "bad_request", 400),
        ("application/json", b"[" * 100_000, "bad_request", 400),
        ("multipart/form-data", b"no boundary", "bad_request", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nno header", "bad_request", 400),
        ("multipart/form-data; boundary=x", b"--x\r\ncut", "bad_request", 400),
    ],
)
def test_the_api_refuses_a_body_it_cannot_read(
    content_type: str, body: bytes, code: str, status: int, client: TestClient
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = client.post("/api/compare", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_api_refuses_a_photo_that_is_sent_twice(client: TestClient) -> None:
    files = [("image1", OBAMA), ("image2", OBAMA), ("image2", OBAMA)]
    answer = client.post("/api/compare", files=files)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


@pytest.mark.parametrize("claim", [("obama.png", "image/jpeg"), ("obama.jpg", "image/png")])
def test_the_api_warns_of_a_false_claim_and_refuses_it_on_demand(
    claim: tuple[str, str], client: TestClient
) -> None:
    name, content_type = claim
    files = {"image1": (name, OBAMA, content_type), "image2": ("b", OBAMA, "image/jpeg")}
    answer = client.post("/api/compare", files=files)
    told = [each["code"] for each in answer.json()["image1"]["warnings"]]
    assert (answer.status_code, told) == (200, ["mislabelled_image"])
    assert answer.json()["image2"]["warnings"] == []
    strict = client.post("/api/compare", files=files, data={"strict": "true"})
    assert (strict.status_code, strict.json()["code"]) == (415, "mislabelled_image")


def test_the_command_line_warns_of_a_false_name_and_refuses_it_on_demand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "obama.png"
    photo.write_bytes(OBAMA)
    assert main(["compare", str(pictures.OBAMA), str(photo)]) == 0
    assert "warning: image2: the file is named 'obama.png'" in capsys.readouterr().err
    assert main(["compare", str(pictures.OBAMA), str(photo), "--strict"]) == 2
    assert capsys.readouterr().err.endswith("[mislabelled_image]\n")


def test_a_body_beyond_all_limits_is_refused_by_its_announced_length(client: TestClient) -> None:
    answer = client.post("/api/compare", content=b"", headers={"Content-Length": str(10**9)})
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")


def test_a_body_that_does_not_announce_its_length_is_refused_once_it_is_too_long(
    client: TestClient,
) -> None:
    def endless() -> Iterator[bytes]:
        yield b"--x\r\nContent-Disposition: form-data; name=image1; filename=a\r\n\r\n"
        for _ in range(70):
            yield bytes(1_000_000)

    answer = client.post(
        "/api/compare",
        content=endless(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["compare", "nowhere.jpg", str(pictures.OBAMA)], "missing_image"),
        (["compare", str(pictures.FACES), str(pictures.OBAMA)], "missing_image"),
        (["compare", "-", "-"], "bad_field"),
        (["detect", str(pictures.OBAMA), "--engine", "skynet"], "unknown_engine"),
        (["detect", str(pictures.OBAMA), "--landmarks68"], "landmarks68_off"),
        (["detect", str(pictures.OBAMA), "--overlay", "/no/such/folder/out.png"], "bad_field"),
        (["embed", "nowhere.jpg"], "missing_image"),
        (["log", "--since", "yesterday"], "bad_field"),
        (["log", "--limit", "-3"], "bad_field"),
        (["log", "--limit", "9" * 5_000], "bad_field"),
        (["serve", "--port", "99999"], "bad_field"),
        (["serve", "--port", "0", "--trusted-proxy", "*"], "bad_field"),
        (["serve", "--port", "0", "--trusted-proxy", "10.0.0.0/8"], "bad_field"),
        (["log", "--delete", "\udcff", "--yes"], "bad_field"),
        (["log", "--caller", "\udcff"], "bad_field"),
        (["keys", "revoke", "\udcff"], "bad_field"),
        (["compare", "a", "b", "--fmr", "1"], "bad_field"),
        (["compare", "a", "b", "--face", "ugliest"], "bad_field"),
        (["evaluate", "--images", "a", "--pairs", "b", "--processes", "0"], "bad_field"),
    ],
)
def test_the_command_line_refuses_malformed_arguments(
    argv: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.endswith(f"[{code}]\n")
    assert output.err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (["compare", "a"], "missing argument 'IMAGE2'"),
        (["compare", "a", "b", "--face", "ugliest"], "--face is 'ugliest'; expected one of"),
        (["compare", "a", "b", "--treshold", "1"], "did you mean --threshold?"),
        (["dance"], "no such command 'dance'"),
        (
            [str(pictures.OBAMA), str(pictures.OBAMA2)],
            "to compare photos: facecompare compare IMAGE1 IMAGE2. See",
        ),
        (["log", "x"], "unexpected extra argument (x)"),
        (["plan", "--pairs"], "option '--pairs' requires an argument"),
        (["batch", "pairs.csv"], "missing option '--out'"),
        (["keys", "create", "ann", "--role", "queen"], "expected one of caller, admin"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    argv: list[str], found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("facecompare: ")
    assert output.err.count("\n") == 1
    assert found in output.err
    assert re.search(rf"[sS]ee: facecompare( {argv[0]}( create)?)? --help", output.err)


@pytest.mark.parametrize("group", [[], ["batches"], ["keys"], ["models"]])
def test_without_a_command_the_help_is_printed_and_the_exit_code_is_2(
    group: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*group, "--help"]) == 0
    shown = capsys.readouterr().out
    assert main(group) == 2
    assert capsys.readouterr() == (shown, "")


BOMBS = {
    "header of 60,000 × 60,000": pictures.png_header(60_000, 60_000),
    "JPEG of 60,000 × 60,000": pictures.jpeg_header(60_000, 60_000),
    "100 frames": pictures.animated_gif(100),
}

MEASURE_GROWTH = """
import json, resource, sys
from facecompare.decoding.limits import ImageLimits
from facecompare.errors import FaceCompareError
from facecompare.pipeline.decode import Photo, decode
data = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(Photo(data), ImageLimits(cell=False))
except FaceCompareError:
    pass
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit))
"""


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_does_not_fill_the_memory(bomb: bytes, tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(bomb)
    result = subprocess.run(
        [sys.executable, "-c", MEASURE_GROWTH, str(tmp_path / "bomb")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout) < 300_000_000
