"""Model files from a bucket: fetched in parts, verified, and every failure told apart."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from facecompare.aws_client import client as boto_client
from facecompare.errors import ModelFileDamaged, ModelFileMissing, ModelsUnavailable
from facecompare.model_store import s3 as model_bucket
from facecompare.model_store.files import (
    ModelFile,
    ModelFolder,
    manifest_text,
    model_key,
    sha256_of,
)
from facecompare.model_store.s3 import BucketModels, push_models

BUCKET = "models-of-tests"
SMALL, LARGE = b"small", bytes(range(256)) * 100


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    """Two files and their manifest."""
    path = tmp_path / "models"
    path.mkdir()
    rows = []
    for name, data in (("small", SMALL), ("large", LARGE)):
        (path / f"{name}.onnx").write_bytes(data)
        checksum = sha256_of(path / f"{name}.onnx")
        rows.append(ModelFile(name, f"{name}.onnx", len(data), checksum, "CC0-1.0", "", ""))
    (path / "manifest.json").write_text(manifest_text(tuple(rows)))
    return ModelFolder.at(path)


@pytest.fixture
def s3(aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bucket, an empty /tmp, and parts so small that the large file has several."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    monkeypatch.setattr(model_bucket, "PART_BYTES", 10_000)
    s3 = boto_client("s3")
    s3.create_bucket(Bucket=BUCKET)
    return s3


@pytest.fixture
def pushed(folder: ModelFolder, s3: Any) -> ModelFolder:
    list(push_models(folder, BUCKET, s3))
    return folder


def test_what_was_pushed_is_fetched_whole(pushed: ModelFolder, s3: Any) -> None:
    models = BucketModels(pushed, BUCKET, s3)
    models.start(["small", "large"])
    assert models.path_of("large").read_bytes() == LARGE
    assert models.path_of("small").read_bytes() == SMALL
    assert models.path_of("small") != pushed.path_of("small")
    assert models.digest(("small", "large")) == pushed.digest(("small", "large"))


def test_only_what_the_bucket_lacks_is_sent(pushed: ModelFolder, s3: Any) -> None:
    s3.delete_object(Bucket=BUCKET, Key=model_key(pushed.row("small")))
    sent = {row.name: sent for row, sent in push_models(pushed, BUCKET, s3)}
    assert sent == {"small": True, "large": False}


def test_an_object_with_other_bytes_is_replaced(pushed: ModelFolder, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=model_key(pushed.row("small")), Body=b"smaLl")
    sent = {row.name: sent for row, sent in push_models(pushed, BUCKET, s3)}
    assert sent == {"small": True, "large": False}


def test_a_damaged_file_is_not_sent(folder: ModelFolder, s3: Any) -> None:
    folder.path_of("small").write_bytes(b"smaLl")
    with pytest.raises(ModelFileDamaged):
        list(push_models(folder, BUCKET, s3))
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_a_second_start_finds_the_file_on_the_disk(pushed: ModelFolder, s3: Any) -> None:
    first = BucketModels(pushed, BUCKET, s3).path_of("large")
    s3.delete_object(Bucket=BUCKET, Key=model_key(pushed.row("large")))
    assert BucketModels(pushed, BUCKET, s3).path_of("large") == first


def test_a_file_spoiled_on_the_disk_is_fetched_anew(pushed: ModelFolder, s3: Any) -> None:
    BucketModels(pushed, BUCKET, s3).path_of("small").write_bytes(b"spoil")
    assert BucketModels(pushed, BUCKET, s3).path_of("small").read_bytes() == SMALL


def test_a_missing_object_says_how_to_send_it(folder: ModelFolder, s3: Any) -> None:
    with pytest.raises(ModelFileMissing, match=f"s3://{BUCKET}/models/.*facecompare models push"):
        BucketModels(folder, BUCKET, s3).path_of("small")


def test_a_missing_bucket_is_no_missing_file(folder: ModelFolder, s3: Any) -> None:
    with pytest.raises(ModelsUnavailable, match="NoSuchBucket"):
        BucketModels(folder, "elsewhere-of-tests", s3).path_of("small")


@pytest.mark.parametrize("data", [b"smaLl", b"", b"sm"])
def test_other_bytes_are_refused(pushed: ModelFolder, s3: Any, data: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key=model_key(pushed.row("small")), Body=data)
    with pytest.raises(ModelFileDamaged):
        BucketModels(pushed, BUCKET, s3).path_of("small")


def test_a_failure_is_tried_again_by_the_next_call(folder: ModelFolder, s3: Any) -> None:
    models = BucketModels(folder, BUCKET, s3)
    with pytest.raises(ModelFileMissing):
        models.path_of("small")
    list(push_models(folder, BUCKET, s3))
    assert models.path_of("small").read_bytes() == SMALL


def test_a_key_says_what_the_bytes_are(folder: ModelFolder) -> None:
    row = folder.row("small")
    assert model_key(row) == f"models/{row.sha256}/small.onnx"
