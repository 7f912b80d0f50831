"""Photos too large for a request: the caller uploads them to a bucket and sends their names.

A grant is a presigned POST, whose policy limits size, type, name and time; S3 enforces it. A name
holds 128 random bits, so knowing one is the right to use it, for as long as the object lives.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Protocol

from facecompare.errors import UploadNotFound
from facecompare.records.documented import documented

KEY_PREFIX = "uploads/"
PHOTOS_PREFIX = "photos/"  # where an operator puts a batch's photos, with AWS credentials
MANIFESTS_PREFIX = "batches/"  # where the service keeps packed manifests
MANIFEST_TYPES = ("text/csv", "application/jsonl")  # of a pairs file
MAX_MANIFEST_BYTES = 250_000_000  # a million pairs with names of a hundred characters
GRANT_SECONDS = 600  # time to send a large photo over a slow line
# After which the bucket's lifecycle rules remove them; a batch may take days.
OBJECT_DAYS = {KEY_PREFIX: 1, PHOTOS_PREFIX: 7, MANIFESTS_PREFIX: 7}

_NAME = re.compile(rf"{KEY_PREFIX}[0-9a-f]{{32}}")


@dataclass(frozen=True, slots=True)
class UploadGrant:
    """A form to POST: `fields` first, as they are, then the file in the field `file`."""

    __pydantic_config__ = documented()
    url: str
    fields: dict[str, str]
    upload: str
    """the name to send instead of the photo: {"image1": {"upload": …}}"""
    max_bytes: int
    expires_at: str
    """UTC, ISO 8601"""


class Uploads(Protocol):
    """Uploaded photos; safe to share by threads."""

    def grant(self, content_type: str) -> UploadGrant:
        """A form that uploads one photo of this content type."""
        ...

    def check(self) -> None:
        """Raise where no upload could be fetched. Raises  UploadsUnavailable."""
        ...

    def fetch(self, upload: str) -> bytes:
        """The uploaded photo's bytes.

        Raises  UploadNotFound, ImageTooLarge, UploadsUnavailable.
        """
        ...


def new_upload() -> str:
    """A name that nobody can guess."""
    return f"{KEY_PREFIX}{secrets.token_hex(16)}"


def is_upload(text: str) -> bool:
    """True for a name of the form that `new_upload` gives."""
    return _NAME.fullmatch(text) is not None


def no_such_upload(upload: str) -> UploadNotFound:
    """The error for a name without a photo."""
    return UploadNotFound(
        f"found no upload {upload[:64]!r}; uploads are kept for a day, and "
        "POST /api/uploads gives a new one"
    )
