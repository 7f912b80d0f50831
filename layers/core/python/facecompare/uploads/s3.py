"""Uploads in an S3 bucket, whose lifecycle rule removes them after a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from facecompare.aws_client import S3Bucket, when_not_readable
from facecompare.errors import UploadsUnavailable
from facecompare.records.record import timestamp
from facecompare.uploads.grants import (
    GRANT_SECONDS,
    MANIFEST_TYPES,
    MAX_MANIFEST_BYTES,
    UploadGrant,
    is_upload,
    new_upload,
    no_such_upload,
)


class UploadBucket:
    """Fulfils `Uploads`."""

    def __init__(self, bucket: str, max_bytes: int) -> None:
        self._bucket = S3Bucket(bucket, UploadsUnavailable)
        self._max_bytes = max_bytes

    def grant(self, content_type: str) -> UploadGrant:
        """A presigned POST: S3 itself refuses another size, type or name, and any later time."""
        upload = new_upload()
        max_bytes = MAX_MANIFEST_BYTES if content_type in MANIFEST_TYPES else self._max_bytes
        form = self._bucket.s3.generate_presigned_post(
            self._bucket.name,
            upload,
            Fields={"Content-Type": content_type},
            Conditions=[
                {"Content-Type": content_type},
                ["content-length-range", 1, max_bytes],
            ],
            ExpiresIn=GRANT_SECONDS,
        )
        expires_at = timestamp(datetime.now(UTC) + timedelta(seconds=GRANT_SECONDS))
        return UploadGrant(form["url"], form["fields"], upload, max_bytes, expires_at)

    def check(self) -> None:
        """Ask for the bucket."""
        self._bucket.check()

    def fetch(self, upload: str) -> bytes:
        """The uploaded photo's bytes."""
        if not is_upload(upload):
            raise no_such_upload(upload)
        missing = when_not_readable(no_such_upload(upload))
        return self._bucket.read(upload, missing, max_bytes=self._max_bytes)


def open_uploads(bucket: str, max_bytes: int) -> UploadBucket | None:
    """The bucket of this name; without a name there are no uploads."""
    return UploadBucket(bucket, max_bytes) if bucket else None
