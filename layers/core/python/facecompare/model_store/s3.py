"""Model files in an S3 bucket: downloaded in parallel, verified, kept on the local disk."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING

from facecompare.aws_client import AwsFailure, ErrorFor, S3Bucket, error_code, is_not_found
from facecompare.errors import ModelFileDamaged, ModelFileMissing, ModelsUnavailable
from facecompare.model_store.files import (
    ModelFile,
    ModelFolder,
    check_unchanged,
    model_key,
    sha256_of,
)

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# One connection to S3 carries some tens of megabytes a second, so a large file comes in parts.
PART_BYTES = 6_000_000
CONNECTIONS = 8

log = logging.getLogger(__name__)
PUSH_HINT = "run: facecompare models push"


class BucketModels:
    """Fulfils `Models`; the manifest, which comes with the code, says what the bytes must be."""

    def __init__(self, manifest: ModelFolder, bucket: str, s3: S3Client | None = None) -> None:
        self._manifest = manifest
        self._bucket = S3Bucket(bucket, ModelsUnavailable, s3)
        self._folder = Path(tempfile.gettempdir()) / "facecompare-models"
        self._files: dict[str, Future[Path]] = {}
        self._starting = Lock()
        self._files_pool = ThreadPoolExecutor(CONNECTIONS)
        self._parts_pool = ThreadPoolExecutor(CONNECTIONS)

    def start(self, names: Iterable[str]) -> None:
        """Begin to download these files; `path_of` waits for them."""
        for name in names:
            self._started(name)

    def path_of(self, name: str) -> Path:
        """The verified file on this machine; after a failure the next call tries again.

        Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
        """
        return self._started(name).result()

    def digest(self, names: tuple[str, ...]) -> str:
        """One SHA-256 over the manifest's checksums."""
        return self._manifest.digest(names)

    def check(self, names: Iterable[str]) -> None:
        """Check those that lie on this machine; the others are yet to be fetched.

        Raises  ModelFileMissing, ModelFileDamaged.
        """
        for name in names:
            row, fetched = self._manifest.row(name), self._files.get(name)
            path = self._folder / row.file
            if path.exists() or (fetched is not None and fetched.done() and not _failed(fetched)):
                check_unchanged(path, row.sha256)

    def _started(self, name: str) -> Future[Path]:
        with self._starting:
            if name not in self._files or _failed(self._files[name]):
                row = self._manifest.row(name)
                self._files[name] = self._files_pool.submit(self._file, row)
            return self._files[name]

    def _file(self, row: ModelFile) -> Path:
        """The file from an earlier start of this process, or from the bucket."""
        began, path = perf_counter(), self._folder / row.file
        if path.is_file() and sha256_of(path) == row.sha256:
            return path
        data = self._download(row)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(data)
        unfinished.replace(path)
        taken_ms = round((perf_counter() - began) * 1000)
        log.info("fetched", extra={"model": row.name, "bytes": row.bytes, "ms": taken_ms})
        return path

    def _download(self, row: ModelFile) -> bytes:
        starts = range(0, row.bytes, PART_BYTES)
        data = b"".join(self._parts_pool.map(lambda start: self._part(row, start), starts))
        found = hashlib.sha256(data).hexdigest()
        if found != row.sha256:
            raise ModelFileDamaged(
                f"s3://{self._bucket.name}/{model_key(row)} has SHA-256 {found[:16]}…; expected "
                f"{row.sha256[:16]}…; {PUSH_HINT}"
            )
        return data

    def _part(self, row: ModelFile, start: int) -> bytes:
        end = min(start + PART_BYTES, row.bytes) - 1
        error_for = _error_for(self._bucket.name, row)
        return self._bucket.read(model_key(row), error_for, span=(start, end))


def _failed(file: Future[Path]) -> bool:
    return file.done() and file.exception() is not None


def push_models(
    folder: ModelFolder, bucket: str, s3: S3Client | None = None
) -> Iterator[tuple[ModelFile, bool]]:
    """Put every file of the folder that the bucket lacks; True goes with those that were sent.

    Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    target = S3Bucket(bucket, ModelsUnavailable, s3)
    for row in folder.files:
        folder.verify(row.name)
        sent = _checksum_in(target, row) != _checksum(row)
        if sent:
            _send(target, row, folder.path_of(row.name))
        yield row, sent


def _send(bucket: S3Bucket, row: ModelFile, path: Path) -> None:
    key = model_key(row)
    with bucket.errors(key), path.open("rb") as file:
        bucket.s3.put_object(Bucket=bucket.name, Key=key, Body=file, ChecksumAlgorithm="SHA256")


def _checksum(row: ModelFile) -> str:
    """As S3 has it: in base64."""
    return b64encode(bytes.fromhex(row.sha256)).decode()


def _checksum_in(bucket: S3Bucket, row: ModelFile) -> str | None:
    """The SHA-256 of the bucket's object; None without one, or without an object."""
    key = model_key(row)
    try:
        with bucket.errors(key, _error_for(bucket.name, row)):
            head = bucket.s3.head_object(Bucket=bucket.name, Key=key, ChecksumMode="ENABLED")
    except ModelFileMissing:
        return None
    return head.get("ChecksumSHA256")


def _error_for(bucket: str, row: ModelFile) -> ErrorFor:
    place = f"s3://{bucket}/{model_key(row)}"

    def error_for(failure: AwsFailure) -> Exception | None:
        if is_not_found(failure):
            return ModelFileMissing(f"{place} is missing; {PUSH_HINT}")
        if error_code(failure) == "InvalidRange":
            return ModelFileDamaged(f"{place} is too short; {PUSH_HINT}")
        return None

    return error_for
