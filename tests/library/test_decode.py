"""Stage 1: what is accepted, what is refused, and which way is up."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFile

from facecompare.decoding import formats
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.samples import as_eight_bits
from facecompare.engines.protocol import Scaling
from facecompare.errors import (
    DamagedImage,
    EmptyImage,
    ImageTooLarge,
    ImageTooSmall,
    MislabelledImage,
    TooManyPixels,
    UnsupportedImage,
)
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from tests.support import pictures

LIMITS = ImageLimits(cell=False)


def decoded(data: bytes, name: str = "") -> DecodedImage:
    return decode(Photo(data, name), LIMITS)


def two_coloured(width: int = 120, height: int = 80) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    return picture


def corner_colours(image: DecodedImage) -> tuple[str, str]:
    """The dominant channel near the top left and the bottom right corner."""
    names = ("red", "green", "blue")
    return names[int(image.pixels[20, 20].argmax())], names[int(image.pixels[-20, -20].argmax())]


@pytest.mark.parametrize("kind", [kind for kind, _ in formats._SIGNATURES])
def test_every_accepted_format_gives_the_same_upright_rgb(kind: str) -> None:
    picture = two_coloured()
    data = pictures.heic(picture) if kind == "HEIF" else pictures.encoded(picture, kind)
    image = decoded(data)
    assert image.pixels.shape == (400, 600, 3)
    assert corner_colours(image) == ("red", "blue")
    assert (image.width, image.height) == (120, 80)


def test_a_phone_s_heic_is_decoded() -> None:
    image = decoded(pictures.heic(two_coloured()), "IMG_0001.HEIC")
    assert corner_colours(image) == ("red", "blue")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    upright = pictures.portrait()
    image = decoded(pictures.stored_with_orientation(orientation, upright))
    expected = np.asarray(upright.resize((600, 750), Image.Resampling.LANCZOS), dtype=int)
    assert (image.width, image.height) == upright.size
    assert np.abs(image.pixels.astype(int) - expected).mean() < 3


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_senseless_orientation_counts_as_none(orientation: int) -> None:
    image = decoded(pictures.stored_with_orientation(orientation))
    assert (image.width, image.height) == (640, 800)


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("L", 200, (200, 200, 200)),
        ("LA", (10, 0), (255, 255, 255)),
        ("RGBA", (255, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (255, 0, 0, 255), (255, 0, 0)),
        ("P", 0, (0, 0, 0)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 0x8000, (128, 128, 128)),
    ],
)
def test_every_pixel_type_becomes_rgb(
    mode: str, colour: int | tuple[int, ...], expected: tuple[int, int, int]
) -> None:
    image = decoded(pictures.encoded(Image.new(mode, (64, 64), colour), "PNG"))
    assert tuple(image.pixels[30, 30].tolist()) == expected


def test_cmyk_becomes_rgb() -> None:
    data = pictures.encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", quality=95)
    red, green, blue = decoded(data).pixels[30, 30].tolist()
    assert red > 200
    assert max(green, blue) < 60


def test_a_palette_with_a_transparent_colour_is_laid_on_white() -> None:
    picture = Image.new("P", (64, 64), 0)
    picture.putpalette([255, 0, 0] + [0] * 765)
    data = pictures.encoded(picture, "PNG", transparency=0)
    assert decoded(data).pixels[30, 30].tolist() == [255, 255, 255]


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_a_large_picture_with_clear_parts_is_laid_on_white_as_a_small_one_is(mode: str) -> None:
    picture = pictures.portrait().convert(mode).resize((3_200, 4_000))
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    white = Image.new("RGBA", picture.size, "white")
    shown = Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
    for scaling in Scaling:
        found, expected = (
            decode(Photo(pictures.encoded(each, "PNG", compress_level=1)), LIMITS, scaling=scaling)
            for each in (picture, shown)
        )
        assert np.abs(found.pixels.astype(int) - expected.pixels).max() <= 3


def test_grey_with_clear_parts_stays_grey() -> None:
    for picture in (Image.new("LA", (9, 9)), Image.new("L", (9, 9))):
        picture.info["transparency"] = 3
        assert as_eight_bits(picture).mode == "L"


@pytest.mark.parametrize("mode", ["RGBA", "RGB"])
def test_a_reduced_picture_has_all_rows_in_their_places(mode: str) -> None:
    rows = Image.linear_gradient("L").resize((4_001, 2_003)).convert(mode)
    rows.info["transparency"] = (1, 2, 3)
    reduced = np.asarray(as_eight_bits(rows, 3))[..., 0]
    assert reduced.shape == (668, 1_334)
    assert (np.diff(reduced.astype(int), axis=0) >= 0).all()
    assert reduced[-1, -1] == 255


def test_only_the_first_frame_of_an_animation_counts() -> None:
    red, blue = (Image.new("RGB", (64, 64), colour) for colour in ("red", "blue"))
    data = pictures.encoded(red, "GIF", save_all=True, append_images=[blue] * 99)
    assert decoded(data).pixels[30, 30].tolist() == [255, 0, 0]


def test_the_working_height_is_capped() -> None:
    assert decoded(pictures.plain(100, 1000)).pixels.shape == (900, 90, 3)


def test_the_pixels_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        decoded(pictures.plain()).pixels[0, 0] = 0


def test_points_of_a_turned_picture_lead_back_to_the_photo() -> None:
    image = decoded(pictures.plain(1200, 800)).turned(1)  # 600×400, turned to 400×600
    corner = np.array([[0, 0], [400, 600]], dtype=np.float32)
    assert image.points_in_photo(corner).tolist() == [[1200, 0], [0, 800]]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_mark_is_found_again_after_any_turn(turns: int) -> None:
    picture = Image.new("RGB", (600, 400))
    picture.putpixel((150, 70), (255, 255, 255))
    image = decoded(pictures.encoded(picture, "PNG")).turned(turns)
    y, x = np.argwhere(image.pixels.sum(axis=2) > 300)[0]
    centre = np.array([[x + 0.5, y + 0.5]], dtype=np.float32)
    assert image.points_in_photo(centre).tolist() == [[150.5, 70.5]]


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", EmptyImage, "0 bytes"),
        (b"just a text file", UnsupportedImage, "is text; accepted are JPEG"),
        (b"%PDF-1.7 and so on", UnsupportedImage, "is a PDF; accepted"),
        (b"RIFF\x10\0\0\0WAVEfmt ", UnsupportedImage, "accepted are"),
        (b"\xff\xd8\xff", DamagedImage, "header"),
        (pictures.png_header(60_000, 60_000), TooManyPixels, "52,000,000"),
        (pictures.jpeg_header(60_000, 60_000), TooManyPixels, "52,000,000"),
        (pictures.png_header(30_000, 100), TooManyPixels, "20,000 a side"),
        (pictures.png_header(640, 480), DamagedImage, "complete file"),
        (pictures.plain(1, 1), ImageTooSmall, "1 × 1"),
        (bytes(LIMITS.max_bytes + 1), ImageTooLarge, "15,000,000"),
        (
            pictures.encoded(Image.new("F", (64, 64)), "TIFF"),
            UnsupportedImage,
            "floating-point",
        ),
    ],
)
def test_unfit_files_are_refused_with_what_is_accepted(
    data: bytes, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        decoded(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_a_truncated_file_is_never_decoded(kind: str, share: float) -> None:
    data = pictures.truncated(pictures.encoded(pictures.portrait(), kind), share)
    with pytest.raises(DamagedImage):
        decoded(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_what_others_do_with_pillow_lets_no_truncated_file_in(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as face_recognition does
    data = pictures.encoded(pictures.portrait(), kind)
    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(decoded, pictures.truncated(data)) for _ in range(12)]
    assert all(isinstance(each.exception(), DamagedImage) for each in done)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_a_truncated_heic_is_never_decoded() -> None:
    with pytest.raises(DamagedImage):
        decoded(pictures.truncated(pictures.heic(pictures.portrait()), 0.6))


@pytest.mark.parametrize(
    "photo",
    [
        Photo(pictures.OBAMA.read_bytes(), name="obama.png"),
        Photo(pictures.OBAMA.read_bytes(), content_type="image/webp"),
        Photo(pictures.plain(), name="plain.JPG"),
    ],
)
def test_a_false_claim_is_told_and_refused_on_demand(photo: Photo) -> None:
    image = decode(photo, LIMITS)
    assert re.search(r"holds a (JPEG|PNG) picture", image.false_claim)
    with pytest.raises(MislabelledImage, match=r"holds a (JPEG|PNG) picture"):
        decode(photo, replace(LIMITS, strict=True))


@pytest.mark.parametrize(
    "photo",
    [
        Photo(pictures.OBAMA.read_bytes(), name="obama"),
        Photo(pictures.OBAMA.read_bytes(), name="obama.jpeg", content_type="image/jpeg"),
        Photo(pictures.OBAMA.read_bytes(), content_type="application/octet-stream"),
    ],
)
def test_a_file_that_claims_nothing_false_is_decoded(photo: Photo) -> None:
    assert decode(photo, replace(LIMITS, strict=True)).false_claim == ""


def test_a_large_jpeg_is_scaled_by_its_decoder_and_stays_the_same_picture() -> None:
    large = pictures.portrait().resize((3200, 4000), Image.Resampling.LANCZOS)
    small = decoded(pictures.OBAMA.read_bytes()).pixels.astype(int)
    scaled = decoded(pictures.encoded(large, "JPEG", quality=95)).pixels.astype(int)
    assert np.abs(scaled - small).mean() < 2


@pytest.mark.parametrize("seed", range(30))
def test_flipped_bytes_end_in_a_picture_or_in_an_image_error(seed: int) -> None:
    generator = np.random.default_rng(seed)
    kind = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"][seed % 7]
    data = bytearray(pictures.encoded(two_coloured(), kind))
    for place in generator.integers(0, len(data), 12):
        data[place] = int(generator.integers(0, 256))
    try:
        assert decoded(bytes(data)).pixels.shape[2] == 3
    except (DamagedImage, UnsupportedImage, TooManyPixels, ImageTooSmall, EmptyImage) as error:
        assert "0x" not in error.message
