"""Which picture formats are accepted, how a file is told to be one of them, and opened.

The bytes' own signature decides. A name or content type that says another format is told, and
refused on demand: phones and browsers save photos under wrong names every day.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import PurePath

from PIL import Image, UnidentifiedImageError

from facecompare.decoding.limits import ImageLimits, refuse_large
from facecompare.decoding.png_chunks import PNG_SIGNATURE
from facecompare.errors import (
    DamagedImage,
    EmptyImage,
    ImageError,
    ImageTooSmall,
    TooManyPixels,
    UnsupportedImage,
)

EXIF_HEADER = b"Exif\0\0"
ACCEPTED = "JPEG, PNG, WebP, AVIF, HEIC, BMP, GIF or TIFF"

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

# File signatures: RFC 2083 §3.1 (PNG), ITU-T T.81 (JPEG), GIF89a §17, RFC 9649 §2.3 (WebP),
# TIFF 6.0 §2, ISO/IEC 23008-12 §10 (HEIF brands), AV1 Image File Format §6.
_SIGNATURES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("JPEG", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("PNG", lambda head: head.startswith(PNG_SIGNATURE)),
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


def is_named_as_photo(name: str) -> bool:
    """Whether the name ends as those of an accepted format do."""
    return PurePath(name).suffix.lower() in _EXTENSIONS


def _brands(head: bytes) -> set[bytes]:
    """The major and compatible brands of an ISO base media file, as far as `head` reaches."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12]} | {head[start : start + 4] for start in range(16, end - 3, 4)}


def kind_of(data: bytes, limits: ImageLimits) -> str:
    """The format, by the bytes' own signature.

    Raises  EmptyImage, ImageTooLarge, UnsupportedImage.
    """
    size = len(data)
    if size == 0:
        raise EmptyImage(f"the photo is empty (0 bytes); accepted are {ACCEPTED} files")
    refuse_large(size, limits)
    kind = sniff(data)
    if kind is None:
        from facecompare.decoding.look_alikes import likeness

        raise UnsupportedImage(f"the file is {likeness(data)}; accepted are {ACCEPTED} files")
    return kind


def opened(data: bytes, kind: str, limits: ImageLimits) -> Image.Image:
    """The opened picture: its header checked, no pixel decoded.

    Raises  TooManyPixels, ImageTooSmall; whatever Pillow raises for a damaged header.
    """
    if kind == "HEIF":
        from pi_heif import register_heif_opener

        register_heif_opener()
    if kind == "TIFF":
        from facecompare.decoding.samples import know_negatives

        know_negatives()
    try:
        image = Image.open(BytesIO(data), formats=(kind,))
    except Image.DecompressionBombError as exc:
        raise TooManyPixels(
            f"the {kind} header announces far too many pixels; at most {limits.max_pixels:,} are "
            "accepted"
        ) from exc
    _check_dimensions(image.width, image.height, limits)
    if kind == "TIFF":
        from facecompare.decoding.tiff_layout import lacks_data

        if lacks_data(data):  # told before libtiff, which prints its complaints
            raise OSError("a part of it is missing")
    return image


def _check_dimensions(width: int, height: int, limits: ImageLimits) -> None:
    if width * height > limits.max_pixels or max(width, height) > limits.max_side_px:
        raise TooManyPixels(
            f"the picture is {width:,} × {height:,} pixels; at most {limits.max_pixels:,} in all "
            f"and {limits.max_side_px:,} a side are accepted"
        )
    if min(width, height) < limits.min_side_px:
        raise ImageTooSmall(
            f"the picture is {width} × {height} pixels; at least {limits.min_side_px} a side are "
            "needed"
        )


def claim_against(name: str, content_type: str, kind: str) -> str:
    """How the name or the content type contradicts what the bytes are; empty where they do not."""
    claims = (
        (f"is named {name!r}", _EXTENSIONS.get(PurePath(name).suffix.lower())),
        (f"is sent as {content_type}", _CONTENT_TYPES.get(_media_type(content_type))),
    )
    for claim, claimed in claims:
        if claimed not in (None, kind):
            return (
                f"the file {claim} but holds a {kind} picture; give it the name and type of what "
                "it holds"
            )
    return ""


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def readable_exif(exif: bytes) -> Image.Exif | None:
    """EXIF data behind their header or without one; None where they cannot be read, and for two
    headers, which no viewer reads."""
    found = Image.Exif()
    try:
        found.load(exif)
    except Exception:  # as of any hostile file
        return None
    return None if exif.startswith(2 * EXIF_HEADER) else found


# Markers of a JPEG that is in stages, and how many another has: of restart intervals, and of scans.
_STAGED = {b"\xff\xdd": 0, b"\xff\xda": 1}


def may_lack_rows(picture: Image.Image, kind: str, data: bytes) -> bool:
    """Whether rows of this picture, decoded from this file, were not in it: what is cheap to tell
    first, and only of a picture that might be cut what is sure."""
    if kind == "JPEG":
        progressive = bool(picture.info.get("progressive"))
        if progressive or any(data.count(marker) > most for marker, most in _STAGED.items()):
            from facecompare.decoding.jpeg_scans import lacks_scans

            if lacks_scans(data):
                return True
        suspected = progressive or _is_flat(picture)
    else:
        suspected = kind == "PNG"
    if not suspected:
        return False
    from facecompare.decoding.completeness import lacks_rows

    return lacks_rows(kind, data, picture)


def _is_flat(picture: Image.Image) -> bool:
    """Whether the last two pixels are alike, or the last one is grey: in a baseline JPEG,
    blocks that are missing are flat or grey, and the last one is missing before all others."""
    width, height = picture.size
    last, before = (_values(picture, width - each, height - 1) for each in (1, min(2, width)))
    return last == before or all(value in (127, 128) for value in last)


def _values(picture: Image.Image, x: int, y: int) -> tuple[float, ...]:
    found = picture.getpixel((x, y))
    return found if isinstance(found, tuple) else (found or 0,)


def decoding_error(kind: str, data: bytes, failure: Exception) -> ImageError:
    """Why a file of this format could not be decoded."""
    if isinstance(failure, ImageError):
        return failure
    reason = _reason(failure)
    from facecompare.decoding.features import unsupported_feature

    if feature := unsupported_feature(kind, data, str(failure)):
        return UnsupportedImage(
            f"the {kind} picture has {feature}, which is not accepted; save it as an 8-bit "
            "JPEG, PNG or WebP"
        )
    return DamagedImage(
        f"the {kind} picture is damaged or cut short ({reason}); send the complete file"
    )


def _reason(exc: Exception) -> str:
    """The first line of a decoder's complaint, without addresses or paths."""
    if isinstance(exc, UnidentifiedImageError):
        return "its header cannot be read"
    text = str(exc).partition("\n")[0]
    return text[:100] if text and "<" not in text and "/" not in text else type(exc).__name__
