"""Encoders that users add: a tiny real ONNX network with the contract of a large one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from fastapi.testclient import TestClient
from onnx import TensorProto, helper, numpy_helper

from facecompare.api.app import local_app
from facecompare.cli.main import main
from facecompare.compare import compare
from facecompare.config import CHECKOUT, Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.encoder_cards import READY, encoder_card, read_card
from facecompare.engines.protocol import Engine
from facecompare.errors import BadEncoder, BadSetting, ModelFileDamaged, UnknownEngine
from facecompare.model_build.build import build_models
from facecompare.model_build.encoders import add_encoder
from facecompare.model_store.files import MANIFEST, ModelFolder
from facecompare.pipeline.align import similarity
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.match import distance_between
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support.pictures import BIDEN, OBAMA, OBAMA2

SIDE, DIMENSION = 112, 192
CARD = (READY / "arcface.toml").read_text().replace("512", str(DIMENSION))
CARD = CARD.replace('id = "arcface"', 'id = "tiny"')


def network(
    *, side: int = SIDE, dimension: int = DIMENSION, batch: int | str = "N", scale: float = 1.0
) -> bytes:
    """Means over a grid of 8 × 8 cells of each channel: a poor face encoder, and a real one."""
    cell = side // 8
    nodes = [
        helper.make_node(
            "AveragePool", ["in"], ["cells"], kernel_shape=(cell,) * 2, strides=(cell,) * 2
        ),
        helper.make_node("Mul", ["cells", "scale"], ["scaled"]),
        helper.make_node("Flatten", ["scaled"], ["out"]),
    ]
    taken = helper.make_tensor_value_info("in", TensorProto.FLOAT, (batch, 3, side, side))
    given = helper.make_tensor_value_info("out", TensorProto.FLOAT, (batch, dimension))
    factor = numpy_helper.from_array(np.array(scale, np.float32), "scale")
    graph = helper.make_graph(nodes, "tiny", [taken], [given], [factor])
    opset = [helper.make_opsetid("", 17)]
    model: bytes = helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    return model


@pytest.fixture
def folder(models_dir: Path, tmp_path: Path) -> Path:
    """A models folder of the test's own; the large files are links."""
    own = tmp_path / "models"
    own.mkdir()
    shutil.copy(models_dir / MANIFEST, own)
    for file in ModelFolder.at(models_dir).files:
        (own / file.file).symlink_to(models_dir / file.file)
    return own


def written(folder: Path, card: str = CARD, weights: bytes | None = None) -> tuple[str, Path]:
    path = folder.parent / "card.toml"
    path.write_text(card)
    file = folder.parent / "tiny.onnx"
    file.write_bytes(network() if weights is None else weights)
    return str(path), file


@pytest.fixture
def settings(folder: Path, tmp_path: Path) -> Settings:
    env = {"FACECOMPARE_MODELS_DIR": str(folder), "FACECOMPARE_RECORDS": str(tmp_path / "log")}
    return Settings.from_env(env)


@pytest.fixture
def tiny(folder: Path, settings: Settings) -> Engine:
    add_encoder(*written(folder), folder)
    return load_engine("tiny", settings)


def test_an_added_encoder_compares_faces_by_cosine(tiny: Engine) -> None:
    photos = [Photo(path.read_bytes()) for path in (OBAMA, OBAMA2, BIDEN)]
    same = compare(photos[0], photos[0], tiny)
    assert same.match.distance == pytest.approx(0, abs=1e-6)
    assert same.match.threshold == 0.65  # one less the card's similarity
    assert same.engine_id == "tiny"
    near, far = compare(photos[0], photos[1], tiny), compare(photos[0], photos[2], tiny)
    assert 0.001 < near.match.distance < 2
    assert far.match.distance != near.match.distance
    assert same.image1.compared.face.detector == "yunet"
    assert same.image1.compared.chip.picture.shape == (SIDE, SIDE, 3)


def test_the_chip_has_the_eyes_where_the_card_wants_them(tiny: Engine, engine: Engine) -> None:
    chip = compare(Photo(OBAMA.read_bytes()), Photo(OBAMA.read_bytes()), tiny).image1.compared.chip
    (found,) = tiny.detectors[1].find(np.ascontiguousarray(chip.picture))
    assert found.points is not None
    assert np.abs(found.points - np.array(tiny.card.template)).max() < 0.06 * SIDE


def test_embeddings_have_unit_length_and_can_be_made_together(tiny: Engine) -> None:
    chips = np.random.default_rng(1).integers(0, 256, (5, SIDE, SIDE, 3), dtype=np.uint8)
    together = tiny.embed(chips)
    assert together.shape == (5, DIMENSION)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.concatenate([tiny.embed(chip[None]) for chip in chips]) == pytest.approx(
        together, abs=1e-6
    )


def test_a_network_for_single_chips_is_run_one_by_one(folder: Path, settings: Settings) -> None:
    add_encoder(*written(folder, weights=network(batch=1)), folder)
    chips = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 3), dtype=np.uint8)
    assert load_engine("tiny", settings).embed(chips).shape == (3, DIMENSION)


def test_colour_and_layout_reach_the_network(folder: Path, settings: Settings) -> None:
    chips = np.zeros((1, SIDE, SIDE, 3), dtype=np.uint8)
    chips[..., 0] = 255  # red
    firsts = []
    for colour in ("RGB", "BGR"):
        card = CARD.replace('"RGB"', f'"{colour}"').replace('"l2"', '"none"')
        add_encoder(*written(folder, card), folder)
        firsts.append(load_engine("tiny", settings).embed(chips)[0].reshape(3, -1)[:, 0])
    assert firsts[0] == pytest.approx([1, -1, -1])
    assert firsts[1] == pytest.approx([-1, -1, 1])


def test_the_service_lists_and_uses_it(tiny: Engine, settings: Settings) -> None:
    log = SqliteLog(settings.records)
    service = FaceService(settings, log)
    with TestClient(local_app(settings, log, SqliteKeys(settings.records), service)) as client:
        engines = client.get("/api/engines").json()["engines"]
        [listed] = [each for each in engines if each["id"] == "tiny"]
        assert (listed["metric"], listed["dimension"]) == ("cosine", DIMENSION)
        files = {"image1": OBAMA.read_bytes(), "image2": OBAMA.read_bytes()}
        answer = client.post("/api/compare", files=files, data={"engine": "tiny"}).json()
    assert (answer["engine"], answer["same_person"], answer["score"]) == ("tiny", True, None)
    assert log.get(answer["comparison_id"]).model_digest == tiny.model_digest


def test_it_may_be_the_installation_s_own_engine(tiny: Engine, folder: Path) -> None:
    env = {"FACECOMPARE_MODELS_DIR": str(folder), "FACECOMPARE_ENGINE": "tiny"}
    assert Settings.from_env(env).engine == "tiny"
    with pytest.raises(BadSetting, match="dlib-reference, tiny;"):
        Settings.from_env(env | {"FACECOMPARE_ENGINE": "other"})
    with pytest.raises(UnknownEngine, match=r"expected .*tiny"):
        load_engine("other", Settings.from_env(env))


def test_building_the_models_again_keeps_it(tiny: Engine, folder: Path) -> None:
    for file in folder.glob("*"):
        if file.is_symlink():
            file.unlink()
    list(build_models(folder))
    models = ModelFolder.at(folder)
    assert [spec.id for spec in models.encoders] == ["tiny"]
    assert models.path_of("tiny").is_file()


def test_weights_that_were_changed_are_refused(
    tiny: Engine, folder: Path, settings: Settings
) -> None:
    (folder / "tiny.onnx").write_bytes(network(scale=2.0) + b" ")
    with pytest.raises(ModelFileDamaged):
        load_engine("tiny", settings)


def test_the_command_adds_lists_and_verifies(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACECOMPARE_MODELS_DIR", str(folder))
    card, weights = written(folder)
    assert main(["models", "add", card, "--weights", str(weights)]) == 0
    assert main(["models", "list"]) == 0
    assert "engine tiny: ArcFace" in capsys.readouterr().out
    assert main(["models", "verify"]) == 0
    assert "tiny: SHA-256" in capsys.readouterr().out


@pytest.mark.parametrize("card", sorted(READY.glob("*.toml")), ids=lambda path: path.stem)
def test_the_ready_cards_hold_together(card: Path) -> None:
    spec, sha256 = read_card(card)
    assert (spec.id, sha256) == (card.stem, "")
    assert encoder_card(spec).metric == "cosine"
    assert spec.title.endswith(f"{spec.dimension} numbers")


def test_facenet_s_threshold_is_a_similarity_of_0_7() -> None:
    for name in ("facenet-128", "facenet-512"):
        assert encoder_card(read_card(READY / f"{name}.toml")[0]).default_threshold == 0.3


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "tiny"', "", "lacks id"),
        ('id = "tiny"', 'id = "tiny"\nsize = 3', "has size, unknown"),
        ('id = "tiny"', "id = 7", "id in card.toml is '7'; expected text"),
        ('id = "tiny"', 'id = "Tiny!"', "small letters, digits and hyphens"),
        ('id = "tiny"', 'id = "dlib-fast"', "the id 'dlib-fast' is taken"),
        ('id = "tiny"', 'id = "face-network"', "the id 'face-network' is taken"),
        ("side = 112", "side = 7", "side in card.toml is '7'; expected 16 to 1024"),
        ("side = 112", "side = 112.5", "expected a number"),
        ("side = 112", "side = 96", "its card says [N, 3, 96, 96]"),
        ('"NCHW"', '"NHWC"', "its card says [N, 112, 112, 3]"),
        ('"NCHW"', '"CHWN"', "expected NCHW or NHWC"),
        ('"yunet"', '"eyes"', "expected yunet or mtcnn or dlib"),
        ("[38.2946, 51.6963],", "", "'4 points'; expected 5 of [x, y]"),
        ("[38.2946, 51.6963]", "[38.2946]", "expected 2 numbers"),
        ("38.2946", "200.0", "points on a chip of 112 px"),
        ("mean = [127.5, 127.5, 127.5]", "mean = [127.5]", "expected 3 numbers"),
        ("scale = 0.0078", "scale = -0.0078", "expected a number above 0"),
        (f"dimension = {DIMENSION}", "dimension = 64", "its card says [N, 64]"),
        (f"dimension = {DIMENSION}", "dimension = true", "expected a number"),
        ("threshold = 0.35", "threshold = 1.5", "expected a cosine between -1 and 1"),
        ('"cosine"', '"manhattan"', "expected cosine or euclidean"),
        ('id = "tiny"', 'id = "tiny"\nsha256 = "xyz"', "expected 64 hexadecimal digits"),
        (
            'id = "tiny"',
            f'id = "tiny"\nsha256 = "{"0" * 64}"',
            "; expected 0000000000000000…",
        ),
        ('id = "tiny"', 'id = "tiny', "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_with_a_card_is_told(folder: Path, old: str, new: str, words: str) -> None:
    assert old in CARD
    before = (folder / MANIFEST).read_text()
    with pytest.raises(BadEncoder) as caught:
        add_encoder(*written(folder, CARD.replace(old, new, 1)), folder)
    assert words in caught.value.message
    assert (folder / MANIFEST).read_text() == before


def bad_networks() -> Iterator[tuple[str, bytes, str]]:
    yield "no network", b"no network", "cannot be loaded; expected an ONNX network"
    yield "empty", b"", "cannot be loaded; expected an ONNX network"
    yield "not finite", network(scale=float("nan")), "not finite"
    yield "always the same", network(scale=0.0), "does not give each chip numbers of its own"
    yield "other size", network(side=160), "takes ['N', 3, 160, 160]"


@pytest.mark.parametrize(
    ("weights", "words"), [pytest.param(*rest, id=name) for name, *rest in bad_networks()]
)
def test_what_is_wrong_with_weights_is_told(folder: Path, weights: bytes, words: str) -> None:
    with pytest.raises(BadEncoder) as caught:
        add_encoder(*written(folder, weights=weights), folder)
    assert words in caught.value.message


def test_missing_files_are_told(folder: Path) -> None:
    card, weights = written(folder)
    with pytest.raises(BadEncoder, match="valid: a TOML file, or arcface, facenet-128"):
        add_encoder("nowhere.toml", weights, folder)
    with pytest.raises(BadEncoder, match="cannot be read"):
        add_encoder(card, weights.with_name("nowhere.onnx"), folder)


def test_a_similarity_turns_scales_and_shifts() -> None:
    template = np.array(read_card(READY / "arcface.toml")[0].template)
    angle, scale = 0.4, 2.5
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = template @ turn.T + (300, -40)
    found = similarity(points.astype(np.float32), template)
    back = points @ found[:, :2].T + found[:, 2]
    assert back == pytest.approx(template, abs=1e-3)
    assert np.sqrt(np.linalg.det(found[:, :2])) == pytest.approx(1 / scale)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    template = np.array(read_card(READY / "arcface.toml")[0].template)
    found = similarity((template * (-1, 1)).astype(np.float32), template)
    assert np.linalg.det(found[:, :2]) > 0


def test_cosine_distances() -> None:
    one, other = np.array([1, 0], np.float32), np.array([0, 3], np.float32)
    assert distance_between(one, other, "cosine") == 1.0
    assert distance_between(one, 5 * one, "cosine") == 0.0
    assert distance_between(one, -one, "cosine") == 2.0
    assert distance_between(one, 0 * one, "cosine") == 1.0
    assert distance_between(one, other, "euclidean") == pytest.approx(10**0.5)


def test_the_manifest_of_the_checkout_has_no_encoder_of_anybody() -> None:
    assert "encoders" not in json.loads((CHECKOUT / "models" / MANIFEST).read_text())


def test_onnx_itself_accepts_the_tiny_network() -> None:
    onnx.checker.check_model(onnx.load_from_string(network()))
    spec = read_card(READY / "arcface.toml")[0]
    assert replace(spec, id="tiny").id == "tiny"
