"""States of the page that are worth a look, by eye or by rule; each has something in it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.browser.visitor import Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, group, plain


def verdict(visitor: Visitor) -> None:
    visitor.compare(OBAMA, ("both.jpg", group(OBAMA2, BIDEN)))
    visitor.details.get_by_text("Technical details").click()
    visitor.details.get_by_text("Response as JSON").click()
    visitor.button("Show what the distance depends on").click()
    expect(visitor.details).to_contain_text("it is no proof", timeout=60_000)  # 128 embeddings


def folds(visitor: Visitor) -> None:
    """Another threshold tried, and the code."""
    visitor.compare(OBAMA, BIDEN)
    for title in ("The faces that were compared", "Try another threshold", "by curl or Python"):
        visitor.verdict.locator("summary", has_text=title).click()
    visitor.verdict.get_by_label("False match rate").select_option(label="1 in 1,000")
    expect(visitor.verdict.locator("output")).to_contain_text("1 in 1,000")
    expect(visitor.verdict.locator("pre").last).to_contain_text("requests")


def reopened(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    visitor.open("History")
    visitor.page.get_by_role("button", name="Open the comparison").click()
    expect(visitor.verdict).to_contain_text("were not kept")


def failure(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.load(1, OBAMA)
    visitor.load(2, ("wall.png", plain()))
    visitor.predict()
    expect(visitor.error_of(2)).not_to_be_empty()


def under_way(visitor: Visitor) -> None:
    visitor.hold_requests()
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    visitor.predict()
    expect(visitor.button("Cancel")).to_be_visible()


def camera(visitor: Visitor) -> None:
    visitor.button("Take image 1 with the camera").click()
    expect(visitor.page.get_by_role("dialog")).to_contain_text("was found")


def ranking(visitor: Visitor) -> None:
    visitor.open("Rank")
    visitor.button("three example photos").click()
    expect(visitor.button("Rank")).to_be_focused()
    visitor.button("Rank").click()
    expect(visitor.page.get_by_role("region", name="Ranking")).to_be_visible()


def several(visitor: Visitor) -> None:
    visitor.open("Find")
    visitor.button("an example").click()
    expect(visitor.status).to_have_text("2 to compare.")
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("2 compared.")


def history(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    visitor.open("History")
    expect(visitor.status).to_contain_text("Page 1")


def question(visitor: Visitor) -> None:
    history(visitor)
    visitor.page.get_by_role("button", name="Delete the record").first.click()
    expect(visitor.page.get_by_role("dialog")).to_be_visible()


def about(visitor: Visitor) -> None:
    visitor.open("About")
    expect(visitor.view).to_contain_text("Version")


def api(visitor: Visitor) -> None:
    visitor.open("About")
    visitor.page.get_by_role("link", name="Every operation of the API").click()
    expect(visitor.page.get_by_role("main")).to_contain_text("ComparisonResponse")


def nothing(visitor: Visitor) -> None:
    expect(visitor.button("Predict")).to_be_visible()


STATES: list[Callable[[Visitor], None]] = [
    nothing, verdict, folds, reopened, failure, under_way, camera, ranking, several, history,
    question, about, api,
]  # fmt: skip
