"""A batch's files in the upload bucket: its manifest, and the photos that it names."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from facecompare.aws_client import FAILURES, client, error_code, is_not_found
from facecompare.batches.batch import Batch, whole
from facecompare.batches.chunk import Chunk
from facecompare.batches.packed_manifest import lines_range, offsets_range, pairs_in
from facecompare.batches.pairs_file import Pair
from facecompare.errors import BadManifest, ImageTooLarge, UploadNotFound, UploadsUnavailable
from facecompare.uploads.grants import MANIFESTS_PREFIX

ASKING_AT_ONCE = 16


class BatchFiles:
    """The bucket; safe to share by threads. Raises UploadsUnavailable when it cannot be reached."""

    def __init__(self, bucket: str, max_photo_bytes: int) -> None:
        self.bucket = bucket
        self._max_photo_bytes = max_photo_bytes

    @cached_property
    def _s3(self) -> Any:
        return client("s3")

    def text(self, key: str, max_bytes: int) -> str:
        """An uploaded manifest. Raises  BadManifest."""
        try:
            data = self._get(key, max_bytes)
        except UploadNotFound as exc:
            raise BadManifest(f"there is no upload {key[:64]!r}; uploads are kept a day") from exc
        except ImageTooLarge as exc:
            raise BadManifest(f"the manifest: {exc.message}") from exc
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as exc:
            raise BadManifest("the manifest is no text in UTF-8") from exc

    def photo(self, key: str) -> bytes:
        """A photo's bytes. Raises  UploadNotFound, ImageTooLarge."""
        return self._get(key, self._max_photo_bytes)

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys under which there is nothing."""
        keys = list(keys)
        with ThreadPoolExecutor(ASKING_AT_ONCE) as pool:
            there = pool.map(self._is_there, keys)
            return [key for key, found in zip(keys, there, strict=True) if not found]

    def keep_manifest(self, batch_id: str, data: bytes) -> None:
        """Keep a packed manifest."""
        self._reach("put_object", Key=_manifest_key(batch_id), Body=data)

    def forget_manifest(self, batch_id: str) -> None:
        """Remove a packed manifest."""
        self._reach("delete_object", Key=_manifest_key(batch_id))

    def pairs(self, batch: Batch, chunk: Chunk) -> list[Pair]:
        """The pairs of this chunk. Raises  UploadNotFound when the manifest has expired."""
        key = _manifest_key(batch.batch_id)
        offsets = self._part(key, offsets_range(chunk))
        lines = self._part(key, lines_range(offsets, whole(batch).size))
        return pairs_in(chunk, offsets, lines)

    def _part(self, key: str, places: tuple[int, int]) -> bytes:
        data: bytes = self._reach("get_object", Key=key, Range="bytes={}-{}".format(*places))
        return data

    def _get(self, key: str, max_bytes: int) -> bytes:
        data: bytes = self._reach("get_object", max_bytes, Key=key)
        return data

    def _is_there(self, key: str) -> bool:
        try:
            self._reach("head_object", Key=key)
        except UploadNotFound:
            return False
        return True

    def _reach(self, operation: str, max_bytes: int | None = None, **arguments: Any) -> Any:
        """The answer, or the whole body of an object, if it is not too large."""
        try:
            answer = getattr(self._s3, operation)(Bucket=self.bucket, **arguments)
            if "Body" not in answer:
                return answer
            if max_bytes is not None and answer["ContentLength"] > max_bytes:
                raise ImageTooLarge(
                    f"the upload has {answer['ContentLength']:,} bytes; at most {max_bytes:,} are "
                    "accepted"
                )
            return answer["Body"].read()
        except FAILURES as exc:
            if is_not_found(exc):
                raise UploadNotFound(
                    f"there is no {arguments['Key'][:64]!r} in the upload bucket"
                ) from exc
            raise UploadsUnavailable(f"bucket {self.bucket}: {error_code(exc)}: {exc}") from exc


def _manifest_key(batch_id: str) -> str:
    return f"{MANIFESTS_PREFIX}{batch_id}"
