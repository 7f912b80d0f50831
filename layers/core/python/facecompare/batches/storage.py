"""A batch's files in the upload bucket: its packed manifest, and the photos that it names."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from facecompare.aws_client import S3Bucket, when_not_readable
from facecompare.batches.batch import Batch
from facecompare.batches.chunk import Chunk
from facecompare.batches.packed_manifest import lines_range, offsets_range, pairs_in
from facecompare.batches.pairs_file import Pair
from facecompare.batches.spreadsheet import decoded
from facecompare.errors import BadManifest, ImageTooLarge, UploadNotFound, UploadsUnavailable
from facecompare.uploads.grants import MANIFESTS_PREFIX, is_upload

CHECKS_AT_ONCE = 16  # requests whether a photo exists, side by side


class BatchFiles:
    """The bucket; safe to share by threads. Raises UploadsUnavailable when it cannot be reached."""

    def __init__(self, bucket: str, max_photo_bytes: int) -> None:
        self.bucket = bucket
        self._bucket = S3Bucket(bucket, UploadsUnavailable)
        self._max_photo_bytes = max_photo_bytes

    def uploaded_size(self, key: str) -> tuple[int, str]:
        """How many bytes an uploaded pairs file has, and its tag. Raises  BadManifest."""
        missing = _no_upload(key)
        if not is_upload(key):
            raise missing
        return self._bucket.size_and_etag(key, when_not_readable(missing))

    def uploaded_text(self, key: str, max_bytes: int) -> str:
        """An uploaded pairs file. Raises  BadManifest."""
        missing = _no_upload(key)
        if not is_upload(key):
            raise missing
        try:
            data = self._bucket.read(key, when_not_readable(missing), max_bytes=max_bytes)
        except ImageTooLarge as exc:
            raise BadManifest(f"the pairs file: {exc.message}") from exc
        try:
            return decoded(data)
        except UnicodeDecodeError as exc:
            raise BadManifest("the pairs file is no text in UTF-8; expected UTF-8") from exc

    def photo(self, key: str) -> bytes:
        """A photo's bytes. Raises  UploadNotFound, ImageTooLarge."""
        missing = when_not_readable(_no_object(key))
        return self._bucket.read(key, missing, max_bytes=self._max_photo_bytes)

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys under which there is no object."""
        keys = list(keys)
        with ThreadPoolExecutor(CHECKS_AT_ONCE) as pool:
            exist = pool.map(self._bucket.exists, keys)
            return [key for key, exists in zip(keys, exist, strict=True) if not exists]

    def put_manifest(self, batch_id: str, data: bytes) -> None:
        """Keep a packed manifest."""
        self._bucket.write(_manifest_key(batch_id), data)

    def delete_manifest(self, batch_id: str) -> None:
        """Remove a packed manifest."""
        self._bucket.delete(_manifest_key(batch_id))

    def pairs(self, batch: Batch, chunk: Chunk) -> list[Pair]:
        """The pairs of this chunk. Raises  UploadNotFound when the manifest has expired."""
        key = _manifest_key(batch.batch_id)
        missing = when_not_readable(_no_object(key))
        offsets = self._bucket.read(key, missing, span=offsets_range(chunk))
        lines = self._bucket.read(key, missing, span=lines_range(offsets, batch.total))
        return pairs_in(chunk, offsets, lines)


def _no_upload(key: str) -> BadManifest:
    return BadManifest(
        f"found no upload {key[:64]!r}; expected one of the last day, from POST /api/uploads"
    )


def _no_object(key: str) -> UploadNotFound:
    return UploadNotFound(
        f"there is no {key[:64]!r} in the upload bucket; it has expired, or never was uploaded"
    )


def _manifest_key(batch_id: str) -> str:
    return f"{MANIFESTS_PREFIX}{batch_id}"
