"""What a photo's pixels do not need, left out: texts, profiles, thumbnails and comments.

Viewers show a photo whose side data are damaged or vast; Pillow refuses some. So a file that Pillow
cannot decode is tried once more with what is here left of it: what its format needs for pixels, and
EXIF data if these can be read, for which way is up.
"""

from __future__ import annotations

import struct
import zlib

from facecompare.decoding.boxes import boxes
from facecompare.decoding.formats import EXIF_HEADER, readable_exif
from facecompare.decoding.png_chunks import PNG_SIGNATURE, png_chunks
from facecompare.decoding.tiff_layout import PIXEL_TAGS, first_directory, lacks_data

_PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"eXIf", b"IEND"}
_METADATA_ITEMS = {b"Exif", b"mime", b"uri "}  # ISO/IEC 14496-12 §8.11.6, 23008-12 annex A


def without_side_data(kind: str, data: bytes) -> bytes:
    """The file with its pixels only, or as it is where nothing of it can be left out."""
    strip = _STRIPPED.get(kind)
    try:
        return strip(data) if strip else data
    except (struct.error, IndexError, ValueError):
        return data


def _png(data: bytes) -> bytes:
    """Chunks of pixels, up to a second IEND; wrong checksums of others go with them."""
    kept = [PNG_SIGNATURE]
    for name, begin, end in png_chunks(data):
        body, checksum = data[begin:end], data[end : end + 4]
        if name not in _PNG_CHUNKS or (name == b"eXIf" and not _fits(name, body, checksum)):
            continue
        kept.append(struct.pack(">I", len(body)) + name + body + checksum)
    return b"".join(kept)


def _fits(name: bytes, body: bytes, checksum: bytes) -> bool:
    right = struct.pack(">I", zlib.crc32(name + body)) == checksum
    return right and readable_exif(body) is not None


def _jpeg(data: bytes) -> bytes:
    """No comment and no APPn, but those that tell the colours and, if it can be read, EXIF."""
    kept, at = [data[:2]], 2
    while data[at] == 0xFF:
        while data[at + 1] == 0xFF:  # fill bytes, ITU-T T.81 §B.1.1.2
            at += 1
        marker = data[at + 1]
        if marker == 0xDA:  # start of scan: the pixels
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at : at + 2 + length]
        if _is_needed(marker, segment[4:]):
            kept.append(segment)
        at += 2 + length
    return b"".join((*kept, data[at:]))


def _is_needed(marker: int, body: bytes) -> bool:
    if marker == 0xE0:
        return body.startswith(b"JFIF\0") and len(body) >= 12
    if marker == 0xE1:
        return body.startswith(EXIF_HEADER) and readable_exif(body) is not None
    if marker == 0xEE:
        return body.startswith(b"Adobe") and len(body) >= 12
    return marker != 0xFE and not 0xE0 <= marker <= 0xEF


def _webp(data: bytes) -> bytes:
    """The chunks of pixels; EXIF only where it can be read."""
    kept, at = [], 12
    while at + 8 <= len(data):
        name, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 8 + length]
        if name not in (b"ICCP", b"XMP ") and (name != b"EXIF" or readable_exif(body)):
            kept.append(data[at : at + 8 + length + length % 2])
        at += 8 + length + length % 2
    chunks = b"".join(kept)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _tiff(data: bytes) -> bytes:
    """The first picture's tags that pixels need, as a new directory at the end of the file;
    none where a value is missing, in whose place that directory would be read."""
    if lacks_data(data):
        return data
    order, places = first_directory(data)
    entries = [data[at : at + 12] for at in places]
    kept = [each for each in entries if struct.unpack_from(f"{order}H", each)[0] in PIXEL_TAGS]
    directory = struct.pack(f"{order}H", len(kept)) + b"".join(kept) + bytes(4)
    end = len(data) + len(data) % 2
    header = data[:4] + struct.pack(f"{order}I", end)
    return header + data[8:] + bytes(len(data) % 2) + directory


def _gif(data: bytes) -> bytes:
    """No comments, texts and blocks of applications (GIF89a §24 to §26)."""
    at = 13 + _table_bytes(data[10])
    kept = [data[:at]]
    while data[at] != 0x3B:  # the trailer
        end = _gif_block_end(data, at)
        if data[at] != 0x21 or data[at + 1] == 0xF9:
            kept.append(data[at:end])
        at = end
    return b"".join((*kept, b";"))


def _gif_block_end(data: bytes, at: int) -> int:
    """Behind an extension, or a picture with its table of colours."""
    at += 2 if data[at] == 0x21 else 11 + _table_bytes(data[at + 9])
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _table_bytes(flags: int) -> int:
    """Of the table of colours that these flags announce."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _heif(data: bytes) -> bytes:
    """Items of metadata under a type that no decoder knows, all in their places."""
    patched = bytearray(data)
    for name, start, end in boxes(data, 0, len(data)):
        if name == b"meta":
            for inner, inner_start, inner_end in boxes(data, start + 4, end):
                if inner == b"iinf":
                    _hide_metadata(data, patched, inner_start, inner_end)
    return bytes(patched)


def _hide_metadata(data: bytes, patched: bytearray, start: int, end: int) -> None:
    first = start + (6 if data[start] == 0 else 8)  # version and flags, then the number of items
    for name, body, _ in boxes(data, first, end):
        at = body + (10 if data[body] == 3 else 8)  # behind its id and protection
        if name == b"infe" and data[at : at + 4] in _METADATA_ITEMS:
            patched[at : at + 4] = b"skip"


_STRIPPED = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "GIF": _gif,
    "TIFF": _tiff,
    "AVIF": _heif,
    "HEIF": _heif,
}
