"""Photos from the clipboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser.visitor import Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2

pytestmark = pytest.mark.browser


def test_pasted_photos_fill_the_empty_places_and_are_compared(visitor: Visitor) -> None:
    visitor.paste(OBAMA)
    expect(visitor.photo(1)).to_contain_text("obama.jpg")
    visitor.paste(OBAMA2)
    expect(visitor.photo(2)).to_contain_text("obama2.jpg")
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")


def test_a_photo_is_pasted_where_the_focus_is(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    visitor.button("Replace image 1").focus()
    visitor.paste(BIDEN)
    expect(visitor.photo(1)).to_contain_text("biden.jpg")
    expect(visitor.photo(2)).to_contain_text("obama2.jpg")


def test_pasted_text_is_no_photo(visitor: Visitor) -> None:
    handled = visitor.page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "some words");
            return !document.body.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    assert not handled
    expect(visitor.photo(1)).to_contain_text("Choose, drop or paste a photo")
