"""Photos as the field has them: every format in every orientation, with odd side data, and cut.

Each maker gives the same portrait, of `pictures.OBAMA`; a viewer shows it upright unless it says
otherwise.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import product

import numpy as np
from PIL import Image, PngImagePlugin

from tests.support import pictures

ORIENTATIONS = tuple(range(1, 9))
ORIENTED = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")  # GIF and BMP cannot tell
FORMATS = (*ORIENTED, "GIF", "BMP")
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
ODD = (b"\x00\xff" * 40)[:75]  # what no reader of metadata understands
VAST = 2_000_000  # bytes of text, once it is inflated


@cache
def stored(orientation: int = 1) -> Image.Image:
    """The portrait's rows as a file of this orientation stores them."""
    picture = pictures.portrait()
    return picture.transpose(STORED[orientation]) if orientation in STORED else picture


def saved(kind: str, picture: Image.Image, exif: bytes | None = None, **options: object) -> bytes:
    options |= {"quality": 92} if kind in ("JPEG", "WEBP", "AVIF", "HEIF") else {}
    options |= {"exif": exif} if exif else {}
    return pictures.encoded(picture, kind, **options)


def exif_of(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a maker of cameras"
    return exif.tobytes()


def oriented(kind: str, orientation: int) -> bytes:
    """Upright by what the format has for it: EXIF, or the container's rotation and mirror."""
    if kind == "TIFF":
        return saved(kind, stored(orientation), tiffinfo={0x0112: orientation})
    return saved(kind, stored(orientation), exif_of(orientation))


def lying(kind: str, orientation: int) -> bytes:
    """Sideways or upside down for every viewer, with nothing that says so."""
    return saved(kind, stored(orientation))


def falsely_upright(kind: str, orientation: int) -> bytes:
    """Sideways or upside down for every viewer, and said to be upright."""
    return saved(kind, stored(orientation), exif_of(1))


def by_exif_only(kind: str, orientation: int) -> bytes:
    """HEIC or AVIF with EXIF's orientation and no rotation of the container's: viewers go by the
    container, so that they show it lying."""
    exif = Image.Exif()
    exif[0x0113] = 1  # any tag but orientation, by which Pillow would rotate the container
    data = saved(kind, stored(orientation), exif.tobytes())
    orders = {order: struct.pack(f"{order}HHIH", 0x0113, 3, 1, 1) for order in "<>"}
    ((order, entry),) = ((order, entry) for order, entry in orders.items() if entry in data)
    return data.replace(entry, struct.pack(f"{order}HHIH", 0x0112, 3, 1, orientation))


def with_segment(marker: int, body: bytes, data: bytes | None = None) -> bytes:
    """A JPEG with one more segment, the first of all."""
    data = data or saved("JPEG", stored())
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


XMP = (
    b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def unheeded_orientations() -> dict[str, bytes]:
    """Upright rows with an orientation that no viewer goes by."""
    exif = exif_of(6)
    tiff = exif.removeprefix(b"Exif\0\0")
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.partition(b"\0")[2].decode())
    return {
        "JPEG, XMP": with_segment(0xE1, XMP),
        "JPEG, two headers": with_segment(0xE1, b"Exif\0\0Exif\0\0" + tiff),
        "PNG, XMP": saved("PNG", stored(), pnginfo=text),
        "WEBP, XMP": saved("WEBP", stored(), xmp=XMP.partition(b"\0")[2]),
    }


def with_chunk(
    name: bytes, body: bytes, *, checksum: int | None = None, last: bool = False
) -> bytes:
    """A PNG with one more chunk, before its pixels or behind them."""
    data = saved("PNG", stored())
    place = data.rindex(b"IEND") - 4 if last else data.index(b"IDAT") - 4
    right = zlib.crc32(name + body) if checksum is None else checksum
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", right)
    return data[:place] + chunk + data[place:]


def with_riff_chunk(name: bytes, flag: int, body: bytes) -> bytes:
    """An extended WebP (RFC 9649) with one more chunk at its end."""
    plain = saved("WEBP", stored())[12:]
    size = b"".join((each - 1).to_bytes(3, "little") for each in stored().size)
    extended = b"VP8X" + struct.pack("<I", 10) + bytes([flag, 0, 0, 0]) + size
    chunk = name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    chunks = extended + plain + chunk
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def with_tag(tag: int, kind: int, count: int, value: int) -> bytes:
    """A TIFF with one more tag, in a new directory at the file's end."""
    data = saved("TIFF", stored())
    (start,) = struct.unpack_from("<I", data, 4)
    (number,) = struct.unpack_from("<H", data, start)
    entries = [data[at : at + 12] for at in range(start + 2, start + 2 + 12 * number, 12)]
    entries.append(struct.pack("<HHII", tag, kind, count, value))
    entries.sort(key=lambda entry: _tag(bytes(entry)))
    directory = struct.pack("<H", number + 1) + b"".join(entries) + bytes(4)
    return data[:4] + struct.pack("<I", len(data)) + data[8:] + directory


def _tag(entry: bytes) -> int:
    return int.from_bytes(entry[:2], "little")


def with_item(kind: str, item: str) -> bytes:
    """A HEIC or AVIF whose EXIF or XMP cannot be read."""
    odd = {"exif": b"Exif\0\0" + ODD} if item == "EXIF" else {"xmp": ODD}
    if kind == "HEIF":
        return saved(kind, stored(), **odd)
    if item == "XMP":
        return saved(kind, stored(), **odd)
    exif = Image.Exif()
    exif[0x010F] = "a maker of cameras"
    data, payload = saved(kind, stored(), exif.tobytes()), exif.tobytes().removeprefix(b"Exif\0\0")
    assert payload in data
    return data.replace(payload, bytes(len(payload)))


def with_gif_extension(label: int, body: bytes) -> bytes:
    """A GIF with a comment or an application's block before its picture."""
    data = pictures.encoded(stored().quantize(256), "GIF")
    colours = 13 + 3 * (2 << (data[10] & 7))
    blocks = b"".join(
        bytes([len(body[at : at + 255])]) + body[at : at + 255] for at in range(0, len(body), 255)
    )
    return data[:colours] + bytes([0x21, label]) + blocks + b"\0" + data[colours:]


def with_trailing_zeros(kind: str) -> bytes:
    return saved(kind, stored()) + bytes(999)


def odd_side_data() -> dict[tuple[str, str], Callable[[], bytes]]:
    """(format, what is odd) → the file; all show the whole portrait in a browser."""
    text = b"Comment\0"
    vast = zlib.compress(bytes(VAST))
    made: dict[tuple[str, str], Callable[[], bytes]] = {
        ("PNG", "vast zTXt"): lambda: with_chunk(b"zTXt", text + b"\0" + vast),
        ("PNG", "vast iTXt"): lambda: with_chunk(b"iTXt", text + b"\1\0\0\0" + vast),
        ("PNG", "vast iCCP"): lambda: with_chunk(b"iCCP", b"icc\0\0" + vast),
        ("PNG", "odd iCCP"): lambda: with_chunk(b"iCCP", ODD),
        ("PNG", "wrong CRC"): lambda: with_chunk(b"tEXt", text + b"x", checksum=1),
        ("PNG", "wrong CRC behind"): lambda: with_chunk(b"tEXt", text, checksum=1, last=True),
        ("PNG", "odd eXIf"): lambda: with_chunk(b"eXIf", ODD),
        ("PNG", "odd eXIf behind"): lambda: with_chunk(b"eXIf", ODD, last=True),
        ("PNG", "raw profile, no hex"): lambda: with_chunk(
            b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n  12\nno hexadecimal")
        ),
        ("PNG", "short chunks"): lambda: with_chunk(b"gAMA", b"\0"),
        ("PNG", "odd pHYs"): lambda: with_chunk(b"pHYs", b"\1\2"),
        ("PNG", "odd acTL"): lambda: with_chunk(b"acTL", b"\0\0"),
        ("JPEG", "odd EXIF"): lambda: with_segment(0xE1, b"Exif\0\0" + ODD),
        ("JPEG", "short EXIF"): lambda: with_segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x09"),
        ("JPEG", "odd MPF"): lambda: with_segment(0xE2, b"MPF\0" + ODD),
        ("JPEG", "short MPF"): lambda: with_segment(0xE2, b"MPF\0II*\0\x08\0\0\0\x01\0"),
        ("JPEG", "odd ICC"): lambda: with_segment(0xE2, b"ICC_PROFILE\0\x09\x01" + ODD),
        ("JPEG", "odd Photoshop"): lambda: with_segment(0xED, b"Photoshop 3.0\0" + ODD),
        ("JPEG", "short JFIF"): lambda: with_segment(0xE0, b"JFIF\0\1"),
        ("JPEG", "odd JFIF"): lambda: with_segment(0xE0, b"JFIF\0" + ODD),
        ("JPEG", "long comment"): lambda: with_segment(0xFE, ODD * 800),
        ("JPEG", "odd XMP"): lambda: with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + ODD),
        ("WEBP", "odd EXIF"): lambda: with_riff_chunk(b"EXIF", 0x08, ODD),
        ("WEBP", "odd XMP"): lambda: with_riff_chunk(b"XMP ", 0x04, ODD),
        ("WEBP", "odd chunk"): lambda: with_riff_chunk(b"ODD ", 0x00, ODD),
        ("TIFF", "odd EXIF"): lambda: with_tag(0x8769, 4, 1, 0x7FFFFFFF),
        ("TIFF", "EXIF in the header"): lambda: with_tag(0x8769, 4, 1, 2),
        ("TIFF", "odd GPS"): lambda: with_tag(0x8825, 4, 1, 0x7FFFFFFF),
        ("TIFF", "unknown type"): lambda: with_tag(0x9999, 99, 1, 1),
        ("TIFF", "value past the end"): lambda: with_tag(0x010E, 2, 1_000, 0x7FFFFF00),
        ("TIFF", "vast value"): lambda: with_tag(0x8773, 7, 0x7FFFFFFF, 8),
        ("TIFF", "odd resolution"): lambda: with_tag(0x011A, 5, 1, 0x7FFFFF00),
        ("GIF", "comment"): lambda: with_gif_extension(0xFE, ODD * 100),
        ("GIF", "odd application"): lambda: with_gif_extension(0xFF, b"NETSCAPE2.0"),
        ("GIF", "unknown extension"): lambda: with_gif_extension(0x77, ODD),
        ("BMP", "trailing bytes"): lambda: pictures.encoded(stored(), "BMP") + ODD * 9,
    }
    for kind in ("AVIF", "HEIF"):
        for item in ("EXIF", "XMP"):
            made[kind, f"odd {item}"] = partial(with_item, kind, item)
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF"):
        made[kind, "trailing zeros"] = partial(with_trailing_zeros, kind)
    return made


def png_with_rows(share: float, *, interlaced: bool = False) -> bytes:
    """A well-formed PNG that has this share of its rows, or of its bytes where it is interlaced."""
    picture = stored()
    if interlaced:
        return _interlaced(share)
    rows = round(share * picture.height)
    raw = b"".join(
        b"\0" + picture.crop((0, at, picture.width, at + 1)).tobytes() for at in range(rows)
    )
    return png_of(raw, picture.size)


def _interlaced(share: float) -> bytes:
    """Adam7: each pass is a picture of its own."""
    picture, raw = stored(), bytearray()
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    pixels = np.asarray(picture)
    for x, y, across, down in (*passes, (0, 1, 1, 2)):
        for row in range(y, picture.height, down):
            raw += b"\0"
            raw += pixels[row, x::across].tobytes()
    kept = bytes(raw[: round(share * len(raw))])
    return png_of(kept, picture.size, interlaced=True)


def png_of(raw: bytes, size: tuple[int, int], *, interlaced: bool = False) -> bytes:
    """Of rows that are filtered already."""
    width, height = size
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, interlaced)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def jpeg_cut(share: float, *, end: bool, options: dict[str, object]) -> bytes:
    """This share of a JPEG's bytes, with an end marker or without one."""
    data = saved("JPEG", stored(), None, **options)
    return data[: round(share * len(data))] + (b"\xff\xd9" if end else b"")


SHARES = (0.1, 0.22, 0.5, 0.75, 0.9, 0.97)
COMPRESSIONS = ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")


Made = Callable[[], bytes]
MadeOriented = Callable[[str, int], bytes]


def cut_files() -> Iterator[tuple[str, str, float, Made]]:
    """(format, how, share, the file) of files that lack rows."""
    for share in SHARES:
        for how, make in cut_ways().items():
            yield (*how, share, partial(make, share))


def cut_ways() -> dict[tuple[str, str], Callable[[float], bytes]]:
    """(format, how) → the file that has a share of its bytes or rows."""
    ways: dict[tuple[str, str], Callable[[float], bytes]] = {
        ("PNG", "fewer rows"): png_with_rows,
        ("PNG", "interlaced"): partial(png_with_rows, interlaced=True),
    }
    kinds: dict[str, dict[str, object]] = {
        "baseline": {},
        "progressive": {"progressive": True},
        "restarts": {"restart_marker_rows": 1},
    }
    for (name, options), end in product(kinds.items(), (True, False)):
        how = f"{name}, {'with' if end else 'no'} end"
        ways["JPEG", how] = partial(jpeg_cut, end=end, options=options)
    for kind in FORMATS:
        ways[kind, "cut"] = partial(pictures.truncated, saved(kind, stored()))
    for compression in COMPRESSIONS:
        data = tiff_tags_first(compression)
        ways["TIFF", f"{compression}, tags first"] = partial(pictures.truncated, data)
    return ways


def tiff_tags_first(compression: str) -> bytes:
    """A TIFF whose directory lies before its pixels, so that a cut one can be opened."""
    buffer = io.BytesIO()
    stored().save(buffer, "TIFF", compression=compression)
    data = buffer.getvalue()
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    return _moved(data, order, start)


def _moved(data: bytes, order: str, start: int) -> bytes:
    """The directory and the values that lie behind it, before the pixels; offsets follow."""
    if start == 8:
        return data
    tail = data[start:]
    shift = len(tail)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    moved = bytearray(tail)
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
    for at in range(2, 2 + 12 * count, 12):
        tag, kind, number, value = struct.unpack_from(f"{order}HHII", tail, at)
        outside = sizes.get(kind, 1) * number > 4
        if outside:
            value = value - start + 8 if value >= start else value + shift
            struct.pack_into(f"{order}I", moved, at + 8, value)
        if tag == 273:  # strips' offsets
            if outside and value - 8 < shift:
                places = range(value - 8, value - 8 + 4 * number, 4)
            else:
                places = range(at + 8, at + 9)
            for place in places:
                (offset,) = struct.unpack_from(f"{order}I", moved, place)
                struct.pack_into(f"{order}I", moved, place, offset + shift)
    return data[:4] + struct.pack(f"{order}I", 8) + bytes(moved) + data[8:start]


def complete_files() -> dict[str, bytes]:
    """Files that lack nothing that shows."""
    jpeg = saved("JPEG", stored())
    progressive = saved("JPEG", stored(), progressive=True)
    return {
        "JPEG without its end marker": jpeg[:-2],
        "JPEG with half of its end marker": jpeg[:-1],
        "JPEG with bytes behind its end": jpeg + ODD,
        "JPEG with another behind its end": jpeg + pictures.plain(),
        "progressive JPEG without its end marker": progressive[:-2],
        "PNG without its last chunk": saved("PNG", stored())[:-12],
        "interlaced PNG": png_with_rows(1.0, interlaced=True),
        "GIF without its trailer": pictures.encoded(stored().quantize(256), "GIF")[:-1],
        **{f"TIFF, {each}, tags first": tiff_tags_first(each) for each in COMPRESSIONS},
    }
