"""Photos as the field has them: which way is up, side data, and rows that are missing, whole kinds
at a time."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facecompare.compare import compare
from facecompare.decoding.formats import _SIGNATURES
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.look_alikes import _LOOK_ALIKES, likeness
from facecompare.engines.protocol import Engine
from facecompare.errors import DamagedImage, UnsupportedImage
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from tests.support import field_pictures as field
from tests.support import pictures

LIMITS = ImageLimits(cell=False)
SAME = 0.45  # of the same photo's other file to another photo of the person; upright it is 0.34
ODD_SIDE_DATA, COMPLETE = field.odd_side_data(), field.complete_files()
UNHEEDED = field.unheeded_orientations()


def decoded(data: bytes) -> DecodedImage:
    return decode(Photo(data), LIMITS)


def shows_the_portrait(image: DecodedImage) -> bool:
    upright = np.asarray(field.stored().resize((600, 750), Image.Resampling.LANCZOS), dtype=int)
    right_size = image.pixels.shape == upright.shape
    return right_size and float(np.abs(image.pixels - upright).mean()) < 12


def test_every_accepted_format_is_in_the_matrices() -> None:
    accepted = {kind for kind, _ in _SIGNATURES}
    assert set(field.FORMATS) == accepted
    assert {kind for kind, _ in ODD_SIDE_DATA} == accepted
    assert {kind for kind, _ in field.cut_ways()} == accepted


@pytest.mark.parametrize("orientation", field.ORIENTATIONS)
@pytest.mark.parametrize("kind", field.ORIENTED)
def test_what_a_viewer_shows_is_what_is_compared(kind: str, orientation: int) -> None:
    image = decoded(field.oriented(kind, orientation))
    assert shows_the_portrait(image)
    assert (image.width, image.height) == field.stored().size


@pytest.mark.parametrize("name", UNHEEDED)
def test_no_orientation_is_applied_that_no_viewer_applies(name: str) -> None:
    assert shows_the_portrait(decoded(UNHEEDED[name]))


LYING = [
    *((field.lying, kind) for kind in field.FORMATS),
    *((field.falsely_upright, kind) for kind in field.ORIENTED),
    *((field.by_exif_only, kind) for kind in ("AVIF", "HEIF")),
]


@pytest.mark.parametrize("orientation", [3, 6, 8])
@pytest.mark.parametrize(("make", "kind"), LYING)
def test_a_face_that_lies_is_turned_whatever_the_file_claims(
    make: field.MadeOriented, kind: str, orientation: int, engine: Engine
) -> None:
    found = compare(Photo(make(kind, orientation)), Photo(pictures.OBAMA2.read_bytes()), engine)
    assert found.match.distance < SAME
    assert found.image1.image.quarter_turns


@pytest.mark.parametrize("orientation", [3, 6, 8])
@pytest.mark.parametrize("make", [field.lying, field.falsely_upright])
def test_so_it_is_by_dlib_s_own_detectors(
    make: field.MadeOriented, orientation: int, dlib_fast: Engine
) -> None:
    found = compare(
        Photo(make("JPEG", orientation)), Photo(pictures.OBAMA2.read_bytes()), dlib_fast
    )
    assert found.match.distance < SAME


@pytest.mark.parametrize(("kind", "odd"), ODD_SIDE_DATA)
def test_what_pixels_do_not_need_refuses_no_photo(kind: str, odd: str) -> None:
    assert shows_the_portrait(decoded(ODD_SIDE_DATA[kind, odd]()))


@pytest.mark.parametrize("name", COMPLETE)
def test_a_photo_that_has_every_row_is_accepted(name: str) -> None:
    assert shows_the_portrait(decoded(COMPLETE[name]))


@pytest.mark.parametrize(("kind", "how", "share", "make"), list(field.cut_files()))
def test_a_photo_that_lacks_rows_is_damaged(
    kind: str, how: str, share: float, make: field.Made
) -> None:
    with pytest.raises(DamagedImage):
        decoded(make())


def test_a_flat_photo_lacks_nothing() -> None:
    """What makes a cut file suspicious, flat corners and black rows, is in many photos."""
    black = Image.new("RGB", (64, 80))
    for kind in field.FORMATS:
        assert not decoded(field.saved(kind, black)).pixels.max() > 8
    assert not decoded(field.saved("JPEG", black, progressive=True)).pixels.any()
    assert not decoded(field.png_of(bytes(64 * 3 + 1) * 80, (64, 80))).pixels.any()


@pytest.mark.parametrize("size", [(8160, 6144), (8192, 6144), (8688, 5792)])
def test_cameras_of_fifty_megapixels_are_accepted(size: tuple[int, int]) -> None:
    assert decoded(pictures.encoded(Image.new("L", size), "JPEG")).width == size[0]


TIFF_COMPRESSION = 259


@pytest.mark.parametrize(("number", "name"), [(50001, "WebP"), (34892, "lossy JPEG"), (9, "JBIG")])
def test_a_compression_that_is_not_read_is_unsupported_and_not_damaged(
    number: int, name: str
) -> None:
    data = bytearray(field.saved("TIFF", field.stored()))
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, at)[0] == TIFF_COMPRESSION:
            struct.pack_into("<H", data, at + 8, number)
    with pytest.raises(UnsupportedImage, match=name):
        decoded(bytes(data))


@pytest.mark.parametrize(
    ("frame", "name"), [(0xC3, "lossless"), (0xC5, "hierarchical"), (0xC7, "lossless")]
)
def test_a_jpeg_of_another_kind_is_unsupported(frame: int, name: str) -> None:
    data = bytearray(field.saved("JPEG", field.stored()))
    data[data.index(b"\xff\xc0") + 1] = frame
    with pytest.raises(UnsupportedImage, match=name):
        decoded(bytes(data))


@pytest.mark.parametrize(("place", "signature", "name"), _LOOK_ALIKES)
def test_what_an_unaccepted_file_looks_like_is_told(
    place: int, signature: bytes, name: str
) -> None:
    data = bytes(place) + signature + bytes(40)
    assert likeness(data) in {name, likeness(data)}
    with pytest.raises(UnsupportedImage, match=f"is {name}"):
        decoded((b"\1" * place if signature != b"WAVE" else b"RIFF" + bytes(4)) + signature)


def test_a_face_that_is_small_in_a_large_photo_is_found(
    engine: Engine, dlib_fast: Engine, tmp_path: Path
) -> None:
    """A portrait in the corner of a photo of 12 megapixels, an identity card, a screenshot."""
    face = field.stored().resize((560, 700), Image.Resampling.LANCZOS)
    for size in ((4000, 3000), (3000, 2000), (1920, 1080), (6000, 1500)):
        scene = Image.effect_noise(size, 20).convert("RGB")
        part = face.resize((240, 300)) if size == (1920, 1080) else face
        scene.paste(part, (size[0] // 9, size[1] // 5))
        data = pictures.encoded(scene, "JPEG", quality=90)
        for each in (engine, dlib_fast):
            found = compare(Photo(data), Photo(pictures.OBAMA2.read_bytes()), each)
            assert found.match.distance < 0.5, (size, each.card.id, found.match)
            box = found.image1.image.box_in_photo(found.image1.compared.face.box)
            left, top = size[0] // 9, size[1] // 5
            assert left < box.centre[0] < left + part.width
            assert top < box.centre[1] < top + part.height
