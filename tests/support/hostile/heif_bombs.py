"""HEICs and AVIFs that cost far more than their bytes (ISO/IEC 14496-12 and 23008-12).

One small coded picture is taken out of a file, and another file is built around it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

import pillow_heif
from PIL import Image

from tests.support import pictures

ROOM = 14_000_000
HEIC, AVIF = "HEIF", "AVIF"
CODED = {HEIC: (b"hvc1", b"hvcC", b"heic"), AVIF: (b"av01", b"av1C", b"avif")}
TILE = 64
ESSENTIAL = 0x8000  # of a property: the first one, the decoder's configuration
VAST = (8_000, 6_400)


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def full(name: bytes, version: int, *parts: bytes, flags: int = 0) -> bytes:
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        end = at + size if size else len(data)
        yield name, data[at + 8 : end]
        at = end


@cache
def coded(kind: str, size: tuple[int, int], noisy: bool = False) -> tuple[bytes, bytes]:
    """(configuration box, coded bytes) of a grey picture, or of noise."""
    picture = Image.effect_noise(size, 99).convert("RGB") if noisy else Image.new("RGB", size)
    if kind == HEIC:
        pillow_heif.register_heif_opener()
        data = pictures.encoded(picture, kind, quality=40)
    else:
        data = pictures.encoded(picture, kind, quality=40, speed=10)
    top = dict(boxes(data))
    meta = dict(boxes(top[b"meta"][4:]))
    properties = dict(boxes(dict(boxes(meta[b"iprp"]))[b"ipco"]))
    name = CODED[kind][1]
    return box(name, properties[name]), top[b"mdat"]


def item(number: int, kind: bytes, hidden: bool = False) -> bytes:
    return full(b"infe", 3, struct.pack(">IH", number, 0), kind, b"\0", flags=int(hidden))


class Picture:
    """A file of derived and coded items. The coded one is 1, `main` is shown."""

    def __init__(
        self, kind: str, size: tuple[int, int] = (TILE, TILE), *, noisy: bool = False
    ) -> None:
        self.kind, self.main = kind, 1
        configuration, self.data = coded(kind, size, noisy)
        self.items = [item(1, CODED[kind][0])]
        self.references: list[bytes] = []
        depth = full(b"pixi", 0, bytes([3, 8, 8, 8]))
        self.properties = [configuration, self._extent(size), depth]
        self.of_item: dict[int, list[int]] = {1: [1, 2, 3]}
        self.inline: dict[int, bytes] = {}
        self.shared: list[int] = []
        self.extents = 1

    @staticmethod
    def _extent(size: tuple[int, int]) -> bytes:
        return full(b"ispe", 0, struct.pack(">II", *size))

    def derived(
        self, number: int, kind: bytes, size: tuple[int, int], body: bytes, of: Sequence[int]
    ) -> None:
        self.items.append(item(number, kind))
        self.properties.append(self._extent(size))
        self.of_item[number] = [len(self.properties), 3]
        self.inline[number] = body
        ids = b"".join(struct.pack(">I", each) for each in of)
        self.references.append(box(b"dimg", struct.pack(">IH", number, len(of)), ids))
        self.main = number

    def grid(
        self, number: int, places: tuple[int, int], of: Sequence[int], size: tuple[int, int]
    ) -> None:
        across, down = places
        body = struct.pack(">BBBBII", 0, 1, down - 1, across - 1, *size)
        self.derived(number, b"grid", size, body, of)

    def copies(self, number: int) -> list[int]:
        """So many items more, all with the same bytes."""
        found = list(range(10, 10 + number))
        self.items += [item(each, CODED[self.kind][0]) for each in found]
        self.of_item |= {each: [1, 2, 3] for each in found}
        self.shared += found
        return found

    def overlay(self, number: int, times: int, of: int, size: tuple[int, int]) -> None:
        body = struct.pack(">BB4HII", 0, 1, 0, 0, 0, 0, *size) + bytes(8) * times
        self.derived(number, b"iovl", size, body, [of] * times)

    def written(self) -> bytes:
        inline, places = b"", {}
        for number, body in self.inline.items():
            places[number] = (len(inline), len(body))
            inline += body
        fixed = self._meta(inline, places, 0)
        data_at = len(self._type()) + len(fixed) + 8
        return self._type() + self._meta(inline, places, data_at) + box(b"mdat", self.data)

    def _type(self) -> bytes:
        brand = CODED[self.kind][2]
        return box(b"ftyp", brand, bytes(4), b"mif1", brand, b"miaf")

    def _meta(self, inline: bytes, places: dict[int, tuple[int, int]], data_at: int) -> bytes:
        extent = struct.pack(">II", data_at, len(self.data))
        locations = struct.pack(">IHHH", 1, 0, 0, self.extents) + extent * self.extents
        for number in self.shared:
            locations += struct.pack(">IHHH", number, 0, 0, 1) + extent
        for number, place in places.items():
            locations += struct.pack(">IHHHII", number, 1, 0, 1, *place)
        number_of = 1 + len(self.shared) + len(places)
        where = struct.pack(">HI", 0x4400, number_of) + locations
        associations = struct.pack(">I", len(self.of_item))
        for number, properties in self.of_item.items():
            associations += struct.pack(">IB", number, len(properties))
            marks = (each | ESSENTIAL * (each == 1) for each in properties)
            associations += b"".join(struct.pack(">H", each) for each in marks)
        return full(
            b"meta",
            0,
            full(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
            full(b"pitm", 1, struct.pack(">I", self.main)),
            full(b"iinf", 1, struct.pack(">I", len(self.items)), *self.items),
            full(b"iref", 1, *self.references) if self.references else b"",
            box(b"iprp", box(b"ipco", *self.properties), full(b"ipma", 1, associations, flags=1)),
            full(b"iloc", 2, where),
            box(b"idat", inline) if inline else b"",
        )


def grid(
    kind: str,
    across: int,
    down: int,
    tile: tuple[int, int] = (TILE, TILE),
    *,
    shown: tuple[int, int] | None = None,
    noisy: bool = False,
    copies: bool = False,
) -> bytes:
    """A grid that points at one tile in all places, or at tiles that are the same bytes; `shown`
    is what it says of its size."""
    made = Picture(kind, tile, noisy=noisy)
    number = across * down
    tiles = made.copies(number) if copies else [1] * number
    made.grid(2, (across, down), tiles, shown or (across * tile[0], down * tile[1]))
    return made.written()


def grid_of_grids(kind: str) -> bytes:
    made = Picture(kind)
    made.grid(2, (10, 10), [1] * 100, (640, 640))
    made.grid(3, (10, 10), [2] * 100, (6_400, 6_400))
    return made.written()


def grid_of_itself(kind: str) -> bytes:
    made = Picture(kind)
    made.grid(2, (8, 8), [2] * 64, (512, 512))
    return made.written()


def overlays(kind: str, times: int) -> bytes:
    made = Picture(kind, (1_024, 1_024))
    made.overlay(2, times, 1, (1_024, 1_024))
    return made.written()


def chain(kind: str, length: int) -> bytes:
    """Identities of identities."""
    made = Picture(kind)
    for number in range(2, length + 2):
        made.derived(number, b"iden", (TILE, TILE), b"", [number - 1])
    return made.written()


def repeated_extents(kind: str) -> bytes:
    """The coded bytes, from 65,535 extents that are all the same ones."""
    made = Picture(kind)
    made.data += bytes(200_000)
    made.extents = 65_535
    return made.written()


def announced(kind: str, size: tuple[int, int]) -> bytes:
    """A small picture that says that it is large."""
    made = Picture(kind)
    made.properties[1] = Picture._extent(size)
    return made.written()


def large(kind: str) -> bytes:
    return Picture(kind, VAST).written()


def many_items(kind: str, number: int) -> bytes:
    made = Picture(kind)
    made.copies(number)
    return made.written()


def many_turns(kind: str) -> bytes:
    """As many rotations as an item can have, of a large picture."""
    made = Picture(kind, (2_048, 2_048))
    made.properties.append(box(b"irot", b"\1"))
    made.of_item[1] += [4] * 250
    return made.written()


def metadata(kind: str) -> bytes:
    exif = b"Exif\0\0II*\0" + bytes(ROOM)
    if kind == HEIC:
        pillow_heif.register_heif_opener()
    return pictures.encoded(pictures.portrait().resize((320, 400)), kind, exif=exif)


def nested(kind: str) -> bytes:
    """A million boxes, each in the one before."""
    return Picture(kind)._type() + b"".join(
        struct.pack(">I", 8 * (1_000_000 - at)) + b"meta" for at in range(1_000_000)
    )


def small_boxes(kind: str) -> bytes:
    return Picture(kind)._type() + box(b"free") * 1_700_000 + Picture(kind).written()


def sequence() -> bytes:
    """AVIF: many frames."""
    first, *rest = (Image.new("RGB", (64, 64), (each, 0, 0)) for each in range(200))
    return pictures.encoded(first, AVIF, save_all=True, append_images=rest, speed=10)


def bombs() -> dict[str, Callable[[], bytes]]:
    makers: dict[str, Callable[[str], bytes]] = {
        "a grid of 64 × one tile": lambda kind: grid(kind, 8, 8, (512, 512)),
        "a grid of 64 × one tile of noise": lambda kind: grid(kind, 8, 8, (512, 512), noisy=True),
        "a grid of 961 × one tile": lambda kind: grid(kind, 31, 31, (232, 232)),
        "a grid of 961 × one tile, 400 px": lambda kind: grid(
            kind, 31, 31, (1_024, 1_024), shown=(400, 400), noisy=True
        ),
        "a grid of 961 tiles of the same bytes": lambda kind: grid(
            kind, 31, 31, (232, 232), noisy=True, copies=True
        ),
        "a grid of 12,500 × one tile": lambda kind: grid(kind, 125, 100),
        "a grid of 65,025 tiles of the same bytes": lambda kind: grid(kind, 255, 255, copies=True),
        "a grid of grids": grid_of_grids,
        "a grid of itself": grid_of_itself,
        "2,000 overlays of one": partial(overlays, times=2_000),
        "a chain of 10,000": partial(chain, length=10_000),
        "65,535 extents of the same bytes": repeated_extents,
        "51 MP announced": partial(announced, size=VAST),
        "51 MP": large,
        "65,000 items": partial(many_items, number=65_000),
        "250 turns": many_turns,
        "EXIF of 14 MB": metadata,
        "a million boxes in each other": nested,
        "1.7 million boxes": small_boxes,
    }
    made = {
        f"{kind}: {name}": partial(make, kind)
        for kind in (HEIC, AVIF)
        for name, make in makers.items()
    }
    return made | {"AVIF: 200 frames": sequence}
