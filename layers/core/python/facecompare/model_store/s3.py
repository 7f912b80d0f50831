"""Model files from an S3 bucket: fetched side by side, verified, and kept on the local disk."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

from facecompare.aws_client import FAILURES, client, error_code, is_not_found
from facecompare.errors import ModelFileDamaged, ModelFileMissing, ModelsUnavailable
from facecompare.model_store.files import ModelFile, ModelFolder, model_key, sha256_of

# One connection to S3 carries some tens of megabytes a second, so a large file comes in parts.
PART_BYTES = 6_000_000
CONNECTIONS = 8

log = logging.getLogger(__name__)
PUSH_HINT = "run: facecompare models push"


class BucketModels:
    """Fulfils `Models`; the manifest, which comes with the code, says what the bytes must be."""

    def __init__(self, manifest: ModelFolder, bucket: str, s3: Any = None) -> None:
        self._manifest = manifest
        self._bucket = bucket
        self._s3 = s3 or client("s3")
        self._folder = Path(tempfile.gettempdir()) / "facecompare-models"
        self._files: dict[str, Future[Path]] = {}
        self._starting = Lock()
        self._files_pool = ThreadPoolExecutor(CONNECTIONS)
        self._parts_pool = ThreadPoolExecutor(CONNECTIONS)

    def start(self, names: Iterable[str]) -> None:
        """Begin to fetch these files; `path_of` waits for them."""
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
        with _reached(self._bucket, row):
            starts = range(0, row.bytes, PART_BYTES)
            data = b"".join(self._parts_pool.map(lambda start: self._part(row, start), starts))
        found = hashlib.sha256(data).hexdigest()
        if found != row.sha256:
            raise ModelFileDamaged(
                f"s3://{self._bucket}/{model_key(row)} has SHA-256 {found[:16]}… and should have "
                f"{row.sha256[:16]}…; {PUSH_HINT}"
            )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(data)
        unfinished.replace(path)
        taken_ms = round((perf_counter() - began) * 1000)
        log.info("fetched", extra={"model": row.name, "bytes": row.bytes, "ms": taken_ms})
        return path

    def _part(self, row: ModelFile, start: int) -> bytes:
        end = min(start + PART_BYTES, row.bytes) - 1
        answer = self._s3.get_object(
            Bucket=self._bucket, Key=model_key(row), Range=f"bytes={start}-{end}"
        )
        data: bytes = answer["Body"].read()
        return data


def _failed(file: Future[Path]) -> bool:
    return file.done() and file.exception() is not None


def push_models(
    folder: ModelFolder, bucket: str, s3: Any = None
) -> Iterator[tuple[ModelFile, bool]]:
    """Put every file of the folder that the bucket lacks; True goes with those that were sent.

    Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    s3 = s3 or client("s3")
    for row in folder.files:
        folder.verify(row.name)
        with _reached(bucket, row):
            sent = not _has(s3, bucket, row)
            if sent:
                with folder.path_of(row.name).open("rb") as file:
                    s3.put_object(
                        Bucket=bucket, Key=model_key(row), Body=file, ChecksumAlgorithm="SHA256"
                    )
        yield row, sent


def _checksum(row: ModelFile) -> str:
    """As S3 has it: in base64."""
    return b64encode(bytes.fromhex(row.sha256)).decode()


def _has(s3: Any, bucket: str, row: ModelFile) -> bool:
    """True when the bucket's object holds these very bytes."""
    try:
        found = s3.head_object(Bucket=bucket, Key=model_key(row), ChecksumMode="ENABLED")
        return bool(found.get("ChecksumSHA256") == _checksum(row))
    except FAILURES as exc:
        if is_not_found(exc):
            return False
        raise


@contextmanager
def _reached(bucket: str, row: ModelFile) -> Iterator[None]:
    try:
        yield
    except FAILURES as exc:
        place = f"s3://{bucket}/{model_key(row)}"
        if is_not_found(exc):
            raise ModelFileMissing(f"{place} is missing; {PUSH_HINT}") from exc
        if error_code(exc) == "InvalidRange":
            raise ModelFileDamaged(f"{place} is too short; {PUSH_HINT}") from exc
        raise ModelsUnavailable(f"{place} cannot be reached: {error_code(exc)}: {exc}") from exc
