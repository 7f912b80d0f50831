"""Which face is compared, what is drawn of it, and what is shown of photos a browser cannot."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.browser.drawing import (
    COMPARED,
    assert_in_place,
    drawn,
    expected,
    nothing_is_drawn,
)
from tests.support.browser.visitor import Visit, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, group, heic

pytestmark = pytest.mark.browser

BOTH = ("both.jpg", group(OBAMA2, BIDEN))
# Opaque pixels of the drawing.
INK = """(canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
}"""

SHAPE = "(picture) => picture.naturalWidth / picture.naturalHeight"


def ink(visitor: Visitor) -> int:
    count: int = visitor.photo(1).locator("canvas").evaluate(INK)
    return count


@pytest.mark.parametrize("width", [1280, 360])
def test_another_face_is_compared_by_clicking_it(visit: Visit, width: int) -> None:
    visitor = visit(width=width)
    answer = visitor.compare_large(OBAMA, BOTH)
    faces = answer["image2"]["faces"]
    compared = next(index for index, face in enumerate(faces) if face["compared"])
    before = visitor.verdict.get_by_role("heading").inner_text()
    assert_in_place(drawn(visitor, 2, COMPARED), expected(visitor, 2, answer, compared))

    with visitor.page.expect_response("**/api/compare") as response:
        visitor.button(f"Compare face {2 - compared} of 2").click()
    again = response.value.json()
    assert [face["compared"] for face in again["image2"]["faces"]].index(True) == 1 - compared
    expect(visitor.photo(2)).to_contain_text("the one you chose, framed in yellow, is compared")
    expect(visitor.verdict.get_by_role("heading")).not_to_have_text(before)
    assert_in_place(drawn(visitor, 2, COMPARED), expected(visitor, 2, again, 1 - compared))


def test_another_face_is_chosen_with_the_keyboard(visitor: Visitor) -> None:
    visitor.compare_large(OBAMA, BOTH)
    other = visitor.page.get_by_role("button", name="Compare face").first
    other.focus()
    name = other.get_attribute("aria-label")
    with visitor.page.expect_response("**/api/compare"):
        visitor.page.keyboard.press("Enter")
    place = str(name).removeprefix("Compare face ")
    expect(visitor.button(f"Face {place}, which is compared")).to_be_visible()


def test_a_chosen_face_is_forgotten_with_its_photo(visitor: Visitor) -> None:
    visitor.compare_large(OBAMA, BOTH)
    with visitor.page.expect_response("**/api/compare"):
        visitor.page.get_by_role("button", name="Compare face").first.click()
    expect(visitor.photo(2)).to_contain_text("the one you chose")
    visitor.compare_large(OBAMA, BOTH)
    expect(visitor.photo(2)).to_contain_text(
        "the one most like the other photo's, framed in yellow, is compared"
    )


def test_one_face_has_nothing_to_choose(visitor: Visitor) -> None:
    visitor.compare_large(OBAMA, OBAMA2)
    expect(visitor.page.locator(".face")).to_have_count(0)


def test_what_is_drawn_can_be_chosen(visitor: Visitor) -> None:
    visitor.compare_large(OBAMA, OBAMA2)
    everything = ink(visitor)
    toggle = visitor.page.get_by_role("checkbox", name="Boxes")
    toggle.uncheck()
    assert nothing_is_drawn(visitor, 1) is False  # the five points
    points5 = ink(visitor)
    visitor.page.get_by_role("checkbox", name="5 points", exact=True).uncheck()
    assert ink(visitor) == 0
    visitor.page.get_by_role("checkbox", name="68 points").check()
    points68 = ink(visitor)
    assert 0 < points5 < points68
    toggle.check()
    assert ink(visitor) > points68
    assert everything > points5


def test_68_points_lie_on_the_face(visitor: Visitor) -> None:
    answer = visitor.compare_large(OBAMA, OBAMA2)
    for layer in ("Boxes", "5 points"):
        visitor.page.get_by_role("checkbox", name=layer, exact=True).uncheck()
    visitor.page.get_by_role("checkbox", name="68 points").check()
    face = answer["image1"]["faces"][0]
    xs, ys = zip(*face["landmarks68"], strict=True)
    found, box = drawn(visitor, 1, COMPARED), expected(visitor, 1, answer)
    scale = box.width / face["box"]["width"]
    assert found.width == pytest.approx((max(xs) - min(xs)) * scale, abs=4)
    assert found.height == pytest.approx((max(ys) - min(ys)) * scale, abs=4)


def test_a_photo_that_the_browser_cannot_show_is_shown_by_the_service(visitor: Visitor) -> None:
    both = Image.open(io.BytesIO(group(OBAMA2, BIDEN)))
    visitor.load(2, ("both.heic", heic(both)))
    expect(visitor.photo(2)).to_contain_text("this is the service's picture of it")
    shape = visitor.photo(2).locator("img").evaluate(SHAPE)
    assert shape == pytest.approx(both.width / both.height, rel=0.01)
    answer = visitor.compare_large(OBAMA, ("both.heic", heic(both)))
    compared = [face["compared"] for face in answer["image2"]["faces"]].index(True)
    expect(visitor.page.get_by_role("button", name="which is compared")).to_have_count(1)
    assert_in_place(drawn(visitor, 2, COMPARED), expected(visitor, 2, answer, compared))
