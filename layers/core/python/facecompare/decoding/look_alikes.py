"""What a file that is no accepted picture looks like."""

from __future__ import annotations

# What begins like these, at the place: ISO/IEC 14496-12 (ftyp), PKWARE's APPNOTE 4.3.7 (PK), and
# the formats' own signatures.
_LOOK_ALIKES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "a PDF"),
    (0, b"PK\x03\x04", "a ZIP archive, or an office document"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\x00\x00\x01\x00", "an icon"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (4, b"JXL ", "a JPEG XL picture"),
    (4, b"jP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (0, b"II+\x00", "a BigTIFF picture"),
    (0, b"MM\x00+", "a BigTIFF picture"),
    (0, b"II\x55\x00", "a raw photo of a camera"),
    (0, b"FUJIFILMCCD-RAW", "a raw photo of a camera"),
    (8, b"WAVE", "a sound"),
    (8, b"AVI ", "an AVI video"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (8, b"crx ", "a raw photo of a camera"),
    (8, b"qt  ", "a QuickTime video"),
    (4, b"ftyp", "a video"),
    (4, b"moov", "a QuickTime video"),
    (4, b"mdat", "a QuickTime video"),
    (4, b"wide", "a QuickTime video"),
)


def likeness(data: bytes) -> str:
    """What an unaccepted file looks like, for the message that refuses it."""
    for place, signature, name in _LOOK_ALIKES:
        if data[place : place + len(signature)] == signature:
            return name
    head = data[:512]
    if head.isascii() and b"\0" not in head:
        return _text_likeness(head.decode("ascii"))
    return "no picture of a known kind"


def _text_likeness(head: str) -> str:
    text = head.lstrip().lower()
    if "<svg" in text:
        return "an SVG drawing"
    return "an HTML page" if text.startswith(("<!doctype html", "<html")) else "text"
