"""The model files: which there are, where they lie, and whether they are what they should be.

`models/manifest.json` says for each file its size, SHA-256, licence, input contract, who publishes
it and what it was trained on. It is written by `facecompare models build`, whose output is the same
bytes everywhere, and committed; the files themselves are not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from facecompare.errors import ModelFileDamaged, ModelFileMissing

MANIFEST = "manifest.json"
BUILD_HINT = "run: facecompare models build"
UNKNOWN = "unknown"  # of added encoders, and in manifests of before there was provenance


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One row of the manifest."""

    name: str
    file: str
    bytes: int
    sha256: str
    licence: str
    source: str
    contract: str
    provenance: str = UNKNOWN
    """who publishes the weights, and through which file they reach this project"""
    training: str = UNKNOWN
    """what is known of the data they were trained on"""


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """An encoder that was added: all that is known of it but its weights, which are the model file
    of the same name. See models/README.md for what each field means and accepts."""

    id: str
    title: str
    licence: str
    detector: str
    template: tuple[tuple[float, float], ...]
    side: int
    colour: str
    layout: str
    mean: tuple[float, float, float]
    scale: float
    dimension: int
    normalisation: str
    metric: str
    threshold: float


class Models(Protocol):
    """Where an engine gets its model files from: a folder, or a bucket."""

    def start(self, names: Iterable[str]) -> None:
        """Begin to bring these files here, where that takes time."""
        ...

    def path_of(self, name: str) -> Path:
        """Where the file is on this machine, once it is there.

        Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
        """
        ...

    def digest(self, names: tuple[str, ...]) -> str:
        """One SHA-256 for a set of models: what a record keeps to say which weights decided."""
        ...

    def check(self, names: Iterable[str]) -> None:
        """Raise where these files, if they have been brought here, could not be loaded again.

        Raises  ModelFileMissing, ModelFileDamaged.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Fulfils `Models`: a folder with a manifest and the files it lists."""

    path: Path
    files: tuple[ModelFile, ...]
    encoders: tuple[EncoderSpec, ...] = ()

    @classmethod
    def at(cls, path: Path) -> ModelFolder:
        """The folder's manifest, read; the files are not looked at yet.

        Raises  ModelFileMissing without a manifest, ModelFileDamaged if it cannot be read.
        """
        try:
            manifest = json.loads((path / MANIFEST).read_text("utf-8"))
            files = tuple(ModelFile(**row) for row in manifest["models"])
            return cls(path, files, tuple(map(_encoder, manifest.get("encoders", ()))))
        except OSError as exc:
            raise ModelFileMissing(f"{path} has no {MANIFEST}; {BUILD_HINT}") from exc
        except (ValueError, KeyError, TypeError) as exc:
            raise ModelFileDamaged(
                f"{path / MANIFEST} is no manifest of models; {BUILD_HINT}"
            ) from exc

    def start(self, names: Iterable[str]) -> None:
        """Nothing: the files are here."""

    def path_of(self, name: str) -> Path:
        """Where the file is; its size is checked, its checksum only by `verify`.

        Raises  ModelFileMissing, ModelFileDamaged.
        """
        row = self.row(name)
        path = self.path / row.file
        if not path.is_file():
            raise ModelFileMissing(f"{path} is missing; {BUILD_HINT}")
        if path.stat().st_size != row.bytes:
            raise ModelFileDamaged(
                f"{path} has {path.stat().st_size:,} bytes; expected {row.bytes:,}; {BUILD_HINT}"
            )
        return path

    def is_built(self, name: str) -> bool:
        """Whether the file is there, whatever it holds. Raises  ModelFileMissing for no row."""
        return (self.path / self.row(name).file).is_file()

    def verify(self, name: str) -> None:
        """Check size and SHA-256 of one file.

        Raises  ModelFileMissing, ModelFileDamaged.
        """
        found = sha256_of(self.path_of(name))
        if found != self.row(name).sha256:
            raise ModelFileDamaged(
                f"{self.path / self.row(name).file} has SHA-256 {found[:16]}…; expected "
                f"{self.row(name).sha256[:16]}…; {BUILD_HINT}"
            )

    def check(self, names: Iterable[str]) -> None:
        """Check size and, of files that have changed since, SHA-256.

        Raises  ModelFileMissing, ModelFileDamaged.
        """
        for name in names:
            check_unchanged(self.path_of(name), self.row(name).sha256)

    def digest(self, names: tuple[str, ...]) -> str:
        """One SHA-256 for a set of models: what a record keeps to say which weights decided."""
        return digest_of(self.row(name).sha256 for name in names)

    def row(self, name: str) -> ModelFile:
        """The manifest's row of this name. Raises  ModelFileMissing."""
        row = next((row for row in self.files if row.name == name), None)
        if row is None:
            raise ModelFileMissing(f"{self.path / MANIFEST} lists no {name}; {BUILD_HINT}")
        return row


def model_key(row: ModelFile) -> str:
    """The file's key in the model bucket. By content, so that a new version of the file and the
    functions that still want the old one never meet."""
    return f"models/{row.sha256}/{row.file}"


def manifest_text(files: tuple[ModelFile, ...], encoders: tuple[EncoderSpec, ...] = ()) -> str:
    """The manifest as it is written: stable order, one key a line."""
    manifest: dict[str, Any] = {"models": [asdict(row) for row in files]}
    if encoders:
        manifest["encoders"] = [asdict(spec) for spec in encoders]
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _encoder(row: dict[str, Any]) -> EncoderSpec:
    template = tuple((float(x), float(y)) for x, y in row["template"])
    return EncoderSpec(**row | {"template": template, "mean": tuple(row["mean"])})


def digest_of(checksums: Iterable[str]) -> str:
    """One SHA-256 over several, whatever their order."""
    return hashlib.sha256("".join(sorted(checksums)).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_checked: dict[Path, tuple[object, ...]] = {}  # path → its state when its checksum was right


def check_unchanged(path: Path, sha256: str) -> None:
    """Check that the file has this SHA-256; it is read when it is not as it was the last time.

    Raises  ModelFileMissing, ModelFileDamaged.
    """
    try:
        found = path.stat()
        # A change of rights changes ctime alone.
        state = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, sha256)
        if _checked.get(path) == state:
            return
        right = sha256_of(path) == sha256
    except FileNotFoundError as exc:
        raise ModelFileMissing(f"{path} is missing; {BUILD_HINT}") from exc
    except OSError as exc:
        raise ModelFileDamaged(f"{path} cannot be read ({exc.strerror}); {BUILD_HINT}") from exc
    if not right:
        raise ModelFileDamaged(f"{path} has another SHA-256 than its manifest; {BUILD_HINT}")
    _checked[path] = state
