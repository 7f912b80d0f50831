"""Large photos are made smaller before they are sent, and the verdict stays what it was."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.browser.visitor import File, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, encoded, stored_with_orientation, truncated
from tests.web.answers import decisive

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 4000, 3000  # 12 megapixels, as phones take them


def from_a_phone(portrait: Path, orientation: int = 1) -> bytes:
    """A portrait as a part of a large, finely textured photo of several megabytes."""
    random = np.random.default_rng(12)
    texture = random.normal(128, 18, (HEIGHT, WIDTH, 3)).clip(0, 255).astype(np.uint8)
    photo = Image.fromarray(texture)
    person = Image.open(portrait).convert("RGB")
    person = person.resize(
        (round(person.width * 2400 / person.height), 2400), Image.Resampling.LANCZOS
    )
    photo.paste(person, (900, 400))
    if orientation != 1:
        return stored_with_orientation(orientation, photo)
    return encoded(photo, quality=88)


# Chromium does not tell of a form's files, so the page's own call is listened to.
LISTEN = """() => {
  const real = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    if (body instanceof FormData) window.sentForm = body;
    return real.call(this, body);
  };
}"""
SENT_PHOTO = """async (name) => {
  const bytes = new Uint8Array(await window.sentForm.get(name).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""


def sent(visitor: Visitor, file1: File, file2: File) -> tuple[tuple[bytes, bytes], dict[str, Any]]:
    """The two photos as the page sent them, and the service's answer."""
    visitor.load(1, file1)
    visitor.load(2, file2)
    visitor.page.evaluate(LISTEN)
    with visitor.page.expect_response("**/api/compare") as response:
        visitor.predict()
    photos = [b64decode(visitor.page.evaluate(SENT_PHOTO, name)) for name in ("image1", "image2")]
    return (photos[0], photos[1]), response.value.json()


def test_two_photos_of_12_megapixels_go_in_a_megabyte_and_keep_their_distance(
    visitor: Visitor, server: str
) -> None:
    files = {"image1": from_a_phone(OBAMA), "image2": from_a_phone(OBAMA2)}
    assert all(len(data) > 3_000_000 for data in files.values())
    photos, answer = sent(visitor, ("one.jpg", files["image1"]), ("two.jpg", files["image2"]))
    original = httpx.post(f"{server}/api/compare", files=files, timeout=60).json()
    assert 200_000 < sum(map(len, photos)) <= 1_200_000
    assert answer["distance"] == pytest.approx(original["distance"], abs=0.03)
    assert decisive(answer)[0] == pytest.approx(decisive(original)[0], abs=0.03)
    assert (answer["image1"]["width"], answer["image1"]["height"]) == (1600, 1200)


def test_a_photo_that_states_its_orientation_is_sent_upright(visitor: Visitor) -> None:
    (photo, _), answer = sent(visitor, ("turned.jpg", from_a_phone(OBAMA, orientation=6)), BIDEN)
    assert 100_000 < len(photo) < 600_000
    assert (answer["image1"]["width"], answer["image1"]["height"]) == (1600, 1200)
    assert answer["image1"]["quarter_turns"] == 0
    expect(visitor.photo(1)).to_contain_text("1 face found")


def test_a_small_photo_is_sent_as_it_is(visitor: Visitor) -> None:
    photos, _ = sent(visitor, OBAMA, OBAMA2)
    assert photos == (OBAMA.read_bytes(), OBAMA2.read_bytes())


def test_a_large_picture_with_transparency_lies_on_white(visitor: Visitor) -> None:
    person = Image.open(OBAMA).convert("RGBA").resize((1280, 1600))
    noise = np.random.default_rng(1).integers(0, 6, (1600, 1280, 4), dtype=np.uint8)
    noise[..., 3] = 0
    noisy = Image.fromarray(np.asarray(person) - np.minimum(noise, np.asarray(person)))
    see_through = Image.new("RGBA", (2000, 1600))
    see_through.paste(noisy, (0, 0))
    buffer = io.BytesIO()
    see_through.save(buffer, "PNG")
    assert len(buffer.getvalue()) > 400_000
    (data, _), answer = sent(visitor, ("cut.png", buffer.getvalue()), OBAMA2)
    photo = Image.open(io.BytesIO(data))
    assert photo.format == "JPEG"
    assert min(photo.convert("RGB").crop((photo.width - 5, 5, photo.width - 4, 6)).tobytes()) > 250
    assert answer["same_person"] is True


def test_a_large_file_the_browser_cannot_read_is_left_to_the_service(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    (data, _), answer = sent(visitor, ("notes.txt", b"no picture" * 60_000), OBAMA2)
    assert data == b"no picture" * 60_000
    assert answer["code"] == "unsupported_image"


def test_a_large_photo_that_is_damaged_is_not_mended_in_silence(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    _, answer = sent(visitor, ("half.jpg", truncated(from_a_phone(OBAMA), 0.7)), OBAMA2)
    assert answer.get("code") == "damaged_image"
    expect(visitor.error_of(1)).to_have_text(re.compile("Image 1"))
