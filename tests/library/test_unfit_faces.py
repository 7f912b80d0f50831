"""What covers a face, what to do about it, refusing such faces, and what a distance depends on."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from facecompare.cli.main import main
from facecompare.compare import compare, detect_faces
from facecompare.engines.protocol import Box, Engine
from facecompare.errors import PoorQuality
from facecompare.evaluation import degradations
from facecompare.options import FacePolicy, MinQuality, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.quality import Measure
from facecompare.pipeline.remedies import REMEDIES, remedy_for
from facecompare.results.heat_map import STEPS, explain
from tests.support import covered_faces, pictures

PORTRAITS = (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
# In a large photo a little noise is gone once it is scaled.
LITTLE = "noise, deviation 25"
COVERED = {
    each: kind for each, kind in covered_faces.KINDS.items() if kind.right and each != LITTLE
}
REFUSE = RequestOptions(min_quality=MinQuality.REFUSE)


def measures(data: bytes, engine: Engine) -> tuple[Measure, ...]:
    return detect_faces(Photo(data), engine).compared.quality


def changed(path: Path, kind: covered_faces.Kind, engine: Engine) -> bytes:
    picture = pictures.portrait(path)
    report = detect_faces(Photo(path.read_bytes()), engine)
    box: Box = report.image.box_in_photo(report.compared.face.box)
    return pictures.encoded(kind.change(picture, box, np.random.default_rng(3)), "PNG")


@pytest.fixture(scope="module")
def masked(engine: Engine) -> bytes:
    return changed(pictures.OBAMA, covered_faces.Kind(degradations.mask), engine)


def test_every_measure_that_can_warn_has_a_remedy_for_each_side(engine: Engine) -> None:
    sides = {
        (each.name, side)
        for each in measures(pictures.OBAMA.read_bytes(), engine)
        for side, limit in (("low", each.minimum), ("high", each.maximum))
        if limit is not None
    }
    assert sides == set(REMEDIES)
    for name, side in sides:
        assert remedy_for(name, 0.0 if side == "low" else 9.0, 1.0 if side == "low" else None)


def test_the_page_has_words_for_each_of_them() -> None:
    texts = (Path(__file__).parents[2] / "web" / "js" / "texts" / "en.js").read_text("utf-8")
    part = texts[texts.index("  quality: {") : texts.index("  qualityOther:")]
    names = set(re.findall(r"^    (\w+): \{", part, re.MULTILINE))
    assert names == {name for name, _ in REMEDIES}


@pytest.mark.parametrize("path", PORTRAITS, ids=lambda path: path.stem)
def test_a_portrait_has_no_warning(path: Path, engine: Engine) -> None:
    assert [each.name for each in measures(path.read_bytes(), engine) if each.warns] == []


@pytest.mark.parametrize("name", COVERED)
@pytest.mark.parametrize("path", PORTRAITS, ids=lambda path: path.stem)
def test_what_is_wrong_with_a_face_is_told(path: Path, name: str, engine: Engine) -> None:
    kind = COVERED[name]
    warned = {each.name for each in measures(changed(path, kind, engine), engine) if each.warns}
    assert kind.right in warned


def test_the_remedy_is_told_everywhere(
    masked: bytes, client: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    remedy = REMEDIES["mouth_seen", "low"]
    path = tmp_path / "masked.png"
    path.write_bytes(masked)
    main(["compare", str(path), str(pictures.OBAMA2)])
    assert remedy in capsys.readouterr().err
    files = {"image1": masked, "image2": pictures.OBAMA2.read_bytes()}
    (face,) = client.post("/api/compare", files=files).json()["image1"]["faces"]
    told = {each["name"]: each["remedy"] for each in face["quality"]}
    assert told["mouth_seen"] == remedy
    assert told["eyes_seen"] is None


def test_an_unfit_face_is_refused_on_demand(masked: bytes, engine: Engine) -> None:
    fit, unfit = Photo(pictures.OBAMA2.read_bytes()), Photo(masked)
    assert compare(fit, fit, engine, REFUSE).match.same_person
    with pytest.raises(PoorQuality, match="take off the mask") as caught:
        compare(unfit, unfit, engine, REFUSE)
    assert caught.value.image == "image1"
    assert [each.image for each in caught.value.others] == ["image2"]


def test_best_match_holds_only_faces_that_are_fit(masked: bytes, engine: Engine) -> None:
    one, other = Image.open(io.BytesIO(masked)), pictures.portrait(pictures.OBAMA2)
    canvas = Image.new("RGB", (one.width + other.width, max(one.height, other.height)))
    canvas.paste(one, (0, 0))
    canvas.paste(other, (one.width, 0))
    group = Photo(pictures.encoded(canvas, "PNG"))
    options = RequestOptions(face=FacePolicy.BEST_MATCH, min_quality=MinQuality.REFUSE)
    found = compare(Photo(pictures.OBAMA.read_bytes()), group, engine, options)
    assert (len(found.image2.faces), found.match.face_pairs) == (2, 1)
    assert found.match.same_person


@pytest.mark.parametrize("operation", ["compare", "verify", "predict", "detect"])
def test_the_api_refuses_with_the_remedy(masked: bytes, client: TestClient, operation: str) -> None:
    names = {"detect": ["image"], "predict": ["anchor", "image1", "image2"]}
    files = dict.fromkeys(names.get(operation, ["image1", "image2"]), masked)
    response = client.post(f"/api/{operation}", files=files, data={"min_quality": "refuse"})
    assert (response.status_code, response.json()["code"]) == (422, "poor_quality")
    assert "take off the mask" in response.json()["message"]
    assert client.post(f"/api/{operation}", files=files).status_code == 200


def test_the_command_line_refuses_too(
    masked: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "masked.png"
    path.write_bytes(masked)
    for command in (["compare", str(path), str(pictures.OBAMA2)], ["detect", str(path)]):
        assert main([*command, "--min-quality", "refuse"]) == 2
        assert "poor_quality" in capsys.readouterr().err


def format_of(path: Path) -> str | None:
    with Image.open(path) as picture:
        return picture.format


PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}


def test_a_distance_depends_on_the_face_and_not_on_what_is_around(engine: Engine) -> None:
    one, other = (Photo(each) for each in PAIR.values())
    found = explain(one, other, engine, RequestOptions())
    expected = compare(one, other, engine).match
    assert found.comparison.match == expected
    for each in (found.image1, found.image2):
        assert each.changes.shape == (STEPS, STEPS)
        assert each.picture.shape == each.chip.shape
        middle = np.abs(each.changes[2:6, 2:6]).mean()
        corners = np.abs(each.changes[np.ix_([0, -1], [0, -1])]).mean()
        assert middle > 3 * corners


def test_the_api_explains_as_json_and_as_a_picture(client: TestClient) -> None:
    found = client.post("/api/explain", files=PAIR)
    assert found.status_code == 200, found.text
    for name in PAIR:
        assert np.array(found.json()[name]["changes"]).shape == (STEPS, STEPS)
        assert Image.open(io.BytesIO(b64decode(found.json()[name]["picture"]))).format == "PNG"
    drawn = client.post("/api/explain?overlay=png", files=PAIR)
    assert Image.open(io.BytesIO(drawn.content)).width > 1000
    assert client.get("/api/comparisons").json()["comparisons"] == []
    several = [("image1", PAIR["image1"]), ("image1", PAIR["image1"]), ("image2", PAIR["image2"])]
    assert client.post("/api/explain", files=several).json()["code"] == "bad_field"


def test_the_command_line_draws_the_maps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.jpg"
    command = ["explain", str(pictures.OBAMA), str(pictures.OBAMA2)]
    assert main([*command, "--out", str(out)]) == 0
    assert format_of(out) == "JPEG"
    assert capsys.readouterr().out.count("covering a part changes the distance by") == 2
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["engine"] == "dlib-sface"


@pytest.mark.parametrize(("policy", "face"), [("largest", 0), ("best-match", 1)])
def test_a_map_says_which_face_it_is_of(
    client: TestClient,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    policy: str,
    face: int,
) -> None:
    group = tmp_path / "group.jpg"
    group.write_bytes(pictures.group_of(pictures.BIDEN, pictures.OBAMA2))
    sent = {"image1": PAIR["image1"], "image2": group.read_bytes()}
    told = client.post("/api/explain", files=sent, data={"image2_face": policy}).json()
    compared = client.post("/api/compare", files=sent, data={"image2_face": policy}).json()
    assert (told["image1"]["face"], told["image2"]["face"]) == (0, face)
    assert compared["image2"]["faces"][face]["compared"]
    warned = []
    for command in ("explain", "compare"):
        main([command, str(pictures.OBAMA), str(group), "--face2", policy])
        printed = capsys.readouterr()
        warned.append([line for line in printed.err.splitlines() if line.startswith("warning")])
        if command == "explain":
            assert f"image2, face {face}: covering a part" in printed.out
    assert warned[0] == warned[1]
    assert ("image2: found 2 faces" in "".join(warned[0])) == (policy != "best-match")


@pytest.mark.parametrize(
    ("command", "option"), [("compare", "--overlay"), ("detect", "--overlay"), ("explain", "--out")]
)
def test_a_picture_is_written_as_its_name_says(
    command: str,
    option: str,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    photos = [str(path) for path in PORTRAITS[: 1 if command == "detect" else 2]]
    for name, kind in (("a.png", "PNG"), ("a.JPG", "JPEG"), ("a.jpeg", "JPEG")):
        main([command, *photos, option, str(tmp_path / name)])
        assert format_of(tmp_path / name) == kind
    assert main([command, *photos, option, str(tmp_path / "a.gif")]) == 2
    assert not (tmp_path / "a.gif").exists()
    capsysbinary.readouterr()
    main([command, *photos, option, "-"])
    printed = capsysbinary.readouterr()
    assert Image.open(io.BytesIO(printed.out)).format == "PNG"
    assert printed.err  # the words
