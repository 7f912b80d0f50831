"""Which picture formats are accepted, and how a file is told to be one of them.

The bytes' own signature decides. A name or content type that says another format is refused: it is
the cheapest sign of a file that is not what its sender thinks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from facecompare.errors import MislabelledImage

ACCEPTED = "JPEG, PNG, WebP, AVIF, HEIC, BMP, GIF or TIFF"

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

# File signatures: RFC 2083 §3.1 (PNG), ITU-T T.81 (JPEG), GIF89a §17, RFC 9649 §2.3 (WebP),
# TIFF 6.0 §2, ISO/IEC 23008-12 §10 (HEIF brands), AV1 Image File Format §6.
_SIGNATURES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("JPEG", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("PNG", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("GIF", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("WEBP", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ("TIFF", lambda head: head.startswith((b"II*\0", b"MM\0*"))),
    ("BMP", lambda head: head.startswith(b"BM")),
    ("AVIF", lambda head: head[4:8] == b"ftyp" and bool({b"avif", b"avis"} & _brands(head))),
    ("HEIF", lambda head: head[4:8] == b"ftyp" and bool(_HEIF_BRANDS & _brands(head))),
)
_EXTENSIONS = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), "JPEG"),
    **dict.fromkeys((".heic", ".heif", ".hif"), "HEIF"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    **{".png": "PNG", ".gif": "GIF", ".webp": "WEBP", ".bmp": "BMP", ".avif": "AVIF"},
}
_CONTENT_TYPES = {
    **dict.fromkeys(("image/jpeg", "image/jpg", "image/pjpeg"), "JPEG"),
    **dict.fromkeys(("image/heic", "image/heif"), "HEIF"),
    **dict.fromkeys(("image/bmp", "image/x-ms-bmp"), "BMP"),
    **{f"image/{kind.lower()}": kind for kind in ("PNG", "GIF", "WEBP", "TIFF", "AVIF")},
}


def sniff(data: bytes) -> str | None:
    """The accepted format whose signature the bytes carry, in Pillow's spelling."""
    head = data[:64]
    return next((kind for kind, matches in _SIGNATURES if matches(head)), None)


def _brands(head: bytes) -> set[bytes]:
    """The major and compatible brands of an ISO base media file, as far as `head` reaches."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12]} | {head[start : start + 4] for start in range(16, end - 3, 4)}


def refuse_false_claims(name: str, content_type: str, kind: str) -> None:
    """Hold the name and the content type against what the bytes are. Raises  MislabelledImage."""
    claims = (
        (f"is named {name!r}", _EXTENSIONS.get(PurePath(name).suffix.lower())),
        (f"is sent as {content_type}", _CONTENT_TYPES.get(_media_type(content_type))),
    )
    for claim, claimed in claims:
        if claimed not in (None, kind):
            raise MislabelledImage(
                f"the file {claim} but holds a {kind} picture; give it the name and type of what "
                "it holds"
            )


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def likeness(data: bytes) -> str:
    """What an unaccepted file looks like, for the message that refuses it."""
    try:
        data[:200].decode("ascii")
    except UnicodeDecodeError:
        return "no picture of a known kind"
    return "a PDF" if data.startswith(b"%PDF") else "text"
