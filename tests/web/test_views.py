"""What belongs to all views: addresses, the skip link, examples, printing, and lost connections."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.support.browser.visitor import VIEWS, Visit, Visitor
from tests.support.pictures import OBAMA, OBAMA2
from tests.web.answers import decisive

pytestmark = pytest.mark.browser


def test_each_view_has_an_address_and_a_title(visitor: Visitor) -> None:
    for view, title in VIEWS.items():
        if view != "Compare":
            visitor.open(view)
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(visitor.page).to_have_title(f"{title} – facecompare")
        link = visitor.page.get_by_role("navigation").get_by_role("link", name=view, exact=True)
        expect(link).to_have_attribute("aria-current", "page")
    visitor.page.go_back()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("History")


@pytest.mark.parametrize("address", ["#/rank", "#/history", "#/nonsense", "#"])
def test_a_view_can_be_opened_by_its_address(visit: Visit, server: str, address: str) -> None:
    visitor = visit()
    visitor.page.goto("about:blank")
    visitor.page.goto(f"{server}/{address}")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.page.get_by_role("main").get_by_role("alert")).to_have_text([])


def test_photos_stay_when_another_view_is_looked_at(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    visitor.open("About")
    visitor.open("Compare")
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
    expect(visitor.photo(1)).to_contain_text("obama.jpg")


def test_the_example_photos_give_both_verdicts_and_name_their_source(visitor: Visitor) -> None:
    for button, verdict in (
        ("two photos of one person", "Same person"),
        ("photos of two people", "Different people"),
    ):
        visitor.button(button).click()
        expect(visitor.button("Predict")).to_be_focused()
        expect(visitor.photo(2)).to_contain_text("White House, public domain.")
        visitor.predict()
        expect(visitor.verdict.get_by_role("heading")).to_have_text(verdict)


def test_example_photos_that_cannot_be_had_are_told(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.page.route("**/examples/*", lambda route: route.fulfill(status=404, body=""))
    visitor.button("two photos of one person").click()
    expect(visitor.failure).to_contain_text("The example photos cannot be loaded.")


def test_about_says_what_is_stored_and_what_it_is_not_for(visitor: Visitor) -> None:
    visitor.open("About")
    for words in (
        "none of the numbers computed from the faces",
        "A record is kept for 365 days, or until it is deleted.",
        "What it must not be used for",
        "99.0\u00a0%",
        "Version ",
    ):
        expect(visitor.view).to_contain_text(words)
    address = visitor.page.get_by_role("link", name="OpenAPI document").get_attribute("href")
    assert visitor.page.request.get(f"{visitor.origin}/{address}").ok


def test_a_view_that_cannot_be_loaded_is_told_and_had_later(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.page.context.set_offline(True)
    visitor.page.get_by_role("link", name="Rank").click()
    missing = visitor.page.get_by_role("main").get_by_role("alert")
    expect(missing).to_contain_text("This view cannot be loaded. Check the connection")
    visitor.page.context.set_offline(False)
    visitor.page.reload()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(VIEWS["Rank"])
    expect(missing).to_have_count(0)
    [told] = [words for words in visitor.watch.complaints if "dynamically imported" in words]
    visitor.watch.complaints.remove(told)


def test_on_a_slow_network_the_upload_shows_its_progress_and_can_be_cancelled(
    visitor: Visitor,
) -> None:
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    slow_down(visitor, bytes_per_s=60_000)
    visitor.predict()
    expect(visitor.status).to_have_text("Sending…")
    bar = visitor.page.get_by_role("progressbar", name="Progress")
    visitor.page.wait_for_function("(bar) => bar.value > 0.2", arg=bar.element_handle())
    assert 0.2 < bar.evaluate("(bar) => bar.value") < 1
    visitor.button("Cancel").click()
    expect(bar).to_be_hidden()
    expect(visitor.status).to_have_text("Cancelled.")


def test_on_a_slow_network_a_verdict_comes_all_the_same(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    slow_down(visitor, bytes_per_s=150_000)
    begun = time.monotonic()
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
    assert time.monotonic() - begun > 1.5  # 230 kB


def test_a_verdict_is_printed_on_one_page_without_buttons(visitor: Visitor, tmp_path: Path) -> None:
    _, threshold = decisive(visitor.compare(OBAMA, OBAMA2))
    visitor.page.evaluate("window.print = () => { window.printed = true; }")
    visitor.button("Print").click()
    assert visitor.page.evaluate("window.printed")
    paper = visitor.page.pdf(format="A4", print_background=True)
    document = pypdfium2.PdfDocument(io.BytesIO(paper))
    assert len(document) == 1
    words = " ".join(document[0].get_textpage().get_text_bounded().split())
    for expected in ("Same person", "obama2.jpg", "not proof", "facecompare, "):
        assert expected in words
    assert f"threshold {threshold:.2f}" in words
    for absent in ("Predict", "Load image", "History", "Technical details"):
        assert absent not in words


def test_a_printed_verdict_is_dark_on_white_whatever_the_screen(visit: Visit) -> None:
    visitor = visit(color_scheme="dark")
    visitor.compare(OBAMA, OBAMA2)
    visitor.page.emulate_media(media="print")
    colours = visitor.verdict.evaluate(
        "(card) => [getComputedStyle(card).color, getComputedStyle(card).backgroundColor]"
    )
    dark, light = ([int(part) for part in re.findall(r"\d+", colour)[:3]] for colour in colours)
    assert max(dark) < 80
    assert min(light) > 240


def slow_down(visitor: Visitor, bytes_per_s: int) -> None:
    visitor.page.context.new_cdp_session(visitor.page).send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 50,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_s,
        },
    )
