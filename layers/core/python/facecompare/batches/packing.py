"""From a pairs file to a batch's packed manifest: at once, or by a worker where it is large."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from facecompare.batches.batch import Batch
from facecompare.batches.chunk import ATTEMPTS
from facecompare.batches.packed_manifest import PackedManifest, pack_manifest
from facecompare.errors import BadManifest
from facecompare.records.record import timestamp
from facecompare.uploads.grants import MAX_MANIFEST_BYTES

if TYPE_CHECKING:
    from facecompare.batches.queue import BatchQueue
    from facecompare.batches.storage import BatchFiles
    from facecompare.batches.store import BatchStore

# Of an uploaded pairs file that the request itself is kept waiting for: a second's work for a vCPU
# and 100 MB, and more than fits in a request. A million pairs take twenty and 1,100 MB.
PACKED_AT_ONCE_BYTES = 5_000_000
# Photos that are checked to exist before a batch runs: all of a small one's, enough of a large
# one's to notice a wrong folder. A photo that is missing later fails its pairs, with a reason.
PHOTOS_CHECKED = 200
PACKING = "packing"  # what attempts at it are counted under


def checked_manifest(text: str, files: BatchFiles, *, any_key: bool) -> PackedManifest:
    """Every pair is one that may be named, and the first photos exist. Raises  BadManifest."""
    manifest = pack_manifest(text, files.bucket, any_key=any_key, photo_limit=PHOTOS_CHECKED)
    for key in files.missing(manifest.first_photos):
        number = manifest.first_photos[key]
        raise BadManifest(
            f"pair {number}: there is no {key[:80]!r} in the upload bucket; "
            "expected a photo that was uploaded within the last day"
        )
    return manifest


class ManifestPacker:
    """Does the work of packing orders; a worker has one.

    `retried` calls what it is given, again while AWS is unavailable.
    """

    def __init__(
        self,
        store: BatchStore,
        queue: BatchQueue,
        files: BatchFiles,
        retried: Callable[[Callable[[], Any]], Any],
    ) -> None:
        self._store = store
        self._queue = queue
        self._files = files
        self._retried = retried

    def pack(self, batch_id: str) -> None:
        """Pack this batch's pairs file and put its pairs on the queue, or refuse it.

        Of one that is packed, the pairs may not have been put there. Raises  BatchNotFound.
        """
        batch: Batch = self._retried(partial(self._store.find, batch_id))
        if not (batch.is_packed or batch.cancelled_at or batch.refused_at):
            batch = self._packed_or_refused(batch)
        if batch.is_packed and not batch.cancelled_at:
            self._retried(partial(self._queue.send, [batch.all_pairs]))

    def _packed_or_refused(self, batch: Batch) -> Batch:
        begun = self._retried(partial(self._store.begin_attempt, batch.batch_id, PACKING))
        if begun > ATTEMPTS:
            return self._refused(batch, f"workers ended while they checked it {ATTEMPTS} times")
        self._change(batch, packing_at=timestamp())
        try:
            manifest = self._manifest(batch)
        except BadManifest as error:
            return self._refused(batch, error.message)
        self._retried(partial(self._files.put_manifest, batch.batch_id, manifest.data))
        return self._change(
            batch,
            total=manifest.total,
            manifest_sha256=hashlib.sha256(manifest.data).hexdigest(),
            packed_at=timestamp(),
        )

    def _manifest(self, batch: Batch) -> PackedManifest:
        _, etag = self._retried(partial(self._files.uploaded_size, batch.upload))
        if etag != batch.upload_etag:
            raise BadManifest(f"the upload {batch.upload!r} was replaced since it was submitted")
        text = self._retried(partial(self._files.uploaded_text, batch.upload, MAX_MANIFEST_BYTES))
        return checked_manifest(text, self._files, any_key=bool(batch.any_key))

    def _refused(self, batch: Batch, reason: str) -> Batch:
        return self._change(batch, refused_at=timestamp(), refusal=reason)

    def _change(self, batch: Batch, **fields: Any) -> Batch:
        """The batch with these fields or, where another worker was faster, as that one left it."""
        if self._retried(partial(self._store.change_unpacked, batch.batch_id, **fields)):
            return replace(batch, **fields)
        found: Batch = self._retried(partial(self._store.find, batch.batch_id))
        return found
