"""What is drawn on a photo, and where it ought to be.

The one is read from the canvas's own pixels, the other computed from the API's answer and the
photo's place in the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.browser.visitor import Visitor

COMPARED, OTHER = "--overlay-compared", "--overlay-other"
TOLERANCE = 0.02  # of the box's side

# All places are px on the screen, from the top left of the photo's frame, whatever is scrolled.
# The extent of the pixels of one colour between two shares of the canvas's width:
DRAWN = """(canvas, [property, from, to]) => {
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height + 1)
        .getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    copy.fillStyle = getComputedStyle(canvas).getPropertyValue(property);
    copy.fillRect(0, height, 1, 1);
    const colour = copy.getImageData(0, height, 1, 1).data;
    const pixels = copy.getImageData(0, 0, width, height).data;
    const xs = [], ys = [];
    for (let y = 0; y < height; y++) {
        for (let x = Math.floor(from * width); x < to * width; x++) {
            const pixel = pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4);
            if (colour.every((value, i) => Math.abs(value - pixel[i]) < 24)) xs.push(x), ys.push(y);
        }
    }
    if (!xs.length) return null;
    const place = canvas.getBoundingClientRect();
    const frame = canvas.closest(".frame").getBoundingClientRect();
    const left = Math.min(...xs), right = Math.max(...xs) + 1;
    const top = Math.min(...ys), bottom = Math.max(...ys) + 1;
    const scaleX = place.width / width, scaleY = place.height / height;
    return {
        x: place.x - frame.x + left * scaleX, y: place.y - frame.y + top * scaleY,
        width: (right - left) * scaleX, height: (bottom - top) * scaleY,
    };
}"""

# Where object-fit: contain shows the photo, by its own natural size.
SHOWN = """(picture) => {
    const place = picture.getBoundingClientRect();
    const frame = picture.closest(".frame").getBoundingClientRect();
    const { naturalWidth, naturalHeight } = picture;
    const scale = Math.min(place.width / naturalWidth, place.height / naturalHeight);
    return {
        x: place.x - frame.x + (place.width - naturalWidth * scale) / 2,
        y: place.y - frame.y + (place.height - naturalHeight * scale) / 2,
        width: naturalWidth * scale, height: naturalHeight * scale,
    };
}"""


@dataclass(frozen=True)
class Area:
    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def drawn(visitor: Visitor, number: int, colour: str, part: tuple[float, float] = (0, 1)) -> Area:
    canvas = visitor.photo(number).locator("canvas")
    found = canvas.evaluate(DRAWN, [colour, *part])
    assert found, f"nothing is drawn in {colour}"
    return Area(**found)


def nothing_is_drawn(visitor: Visitor, number: int) -> bool:
    canvas = visitor.photo(number).locator("canvas")
    return canvas.evaluate(DRAWN, [COMPARED, 0, 1]) is None


def expected(visitor: Visitor, number: int, answer: dict[str, Any], face: int = 0) -> Area:
    photo = answer[f"image{number}"]
    shown = Area(**visitor.photo(number).locator("img").evaluate(SHOWN))
    box, scale = photo["faces"][face]["box"], shown.width / photo["width"]
    return Area(
        shown.x + box["left"] * scale,
        shown.y + box["top"] * scale,
        box["width"] * scale,
        box["height"] * scale,
    )


def assert_in_place(found: Area, wanted: Area, tolerance: float = TOLERANCE) -> None:
    assert found.centre == pytest.approx(wanted.centre, abs=tolerance * wanted.width)
