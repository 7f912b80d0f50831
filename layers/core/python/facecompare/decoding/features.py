"""What a file of an accepted format may use that is not decoded, told apart from damage."""

from __future__ import annotations

import struct

from facecompare.decoding.tiff_layout import first_directory, unread_samples

# Words of Pillow, libtiff, libheif and libavif for what they do not know.
_WORDS = (
    *("unsupported", "not supported", "not available", "not configured", "not implemented"),
    "not been built in",
)
# TIFF 6.0 and libtiff's tiff.h: names of compressions beside those of the baseline.
_COMPRESSIONS = {
    6: "the JPEG compression of before 1995",
    9: "JBIG compression",
    10: "JBIG compression",
    34661: "JBIG compression",
    34712: "JPEG 2000 compression",
    34887: "LERC compression",
    34892: "lossy JPEG compression of raw photos",
    34925: "LZMA compression",
    50000: "Zstandard compression",
    50001: "WebP compression",
    50002: "JPEG XL compression",
    52546: "JPEG XL compression",
}
# ITU-T T.81 table B.1: frames that are neither baseline, extended sequential nor progressive; these
# are read in either coding.
_FRAMES = {
    0xC3: "lossless compression",
    0xC5: "hierarchical compression",
    0xC6: "hierarchical compression",
    0xC7: "lossless compression",
    0xCB: "lossless compression",
    0xF7: "JPEG-LS compression",
}
_COMPRESSION_TAG = 259


def unsupported_feature(kind: str, data: bytes, complaint: str) -> str:
    """What it is that this file, which cannot be decoded, uses; empty where it may be damaged."""
    look = _LOOKS.get(kind)
    try:
        found = look(data) if look else ""
    except (struct.error, IndexError):
        found = ""
    if found:
        return found
    if kind == "TIFF" and "cannot identify" in complaint:
        return unread_samples(data)
    told = any(word in complaint.lower() for word in _WORDS)
    return "a feature that its decoder does not know" if told else ""


def _tiff(data: bytes) -> str:
    order, entries = first_directory(data)
    for at in entries:
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", data, at)
        if tag == _COMPRESSION_TAG:
            return _COMPRESSIONS.get(value, "")
    return ""


def _jpeg(data: bytes) -> str:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            return _FRAMES[marker]
        if 0xC0 <= marker <= 0xC2 and data[at + 4] != 8:
            return f"{data[at + 4]} bits a sample"
        if marker == 0xDA:
            break
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return ""


def _av1(data: bytes) -> str:
    """AV1 Image File Format §2.2.1: the configuration's third byte tells more than 8 bits."""
    at = data.find(b"av1C")
    flags = data[at + 6] if at >= 0 else 0
    if flags & 0x40:
        return "12 bits a sample" if flags & 0x20 else "10 bits a sample"
    return ""


_LOOKS = {"TIFF": _tiff, "JPEG": _jpeg, "AVIF": _av1}
