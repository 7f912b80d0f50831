"""axe's rules on every view, with something in it, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pictures import BIDEN, OBAMA, OBAMA2, group, plain
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NOT_INSTALLED = "axe is not installed: accessibility is NOT tested here; see: make node_modules"
# All rules of WCAG 2.0 to 2.2, A and AA, and axe's best practices.
RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
}"""


def verdict(visitor: Visitor) -> None:
    visitor.compare(OBAMA, ("both.jpg", group(OBAMA2, BIDEN)))
    visitor.details.get_by_text("Technical details").click()
    visitor.details.get_by_text("Answer as JSON").click()


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
    visitor.open("Closer")
    visitor.button("three example photos").click()
    expect(visitor.button("Predict")).to_be_focused()
    visitor.predict()
    expect(visitor.page.get_by_role("region", name="Ranking")).to_be_visible()


def several(visitor: Visitor) -> None:
    visitor.open("Several")
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
    expect(visitor.view).to_contain_text("/api/compare")


def nothing(visitor: Visitor) -> None:
    expect(visitor.button("Predict")).to_be_visible()


STATES: list[Callable[[Visitor], None]] = [
    nothing, verdict, failure, under_way, camera, ranking, several, history, question, about, api,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing(visit: Visit, state: Callable[[Visitor], None], scheme: str, width: int):
    visitor = visit(width=width, color_scheme=scheme)
    state(visitor)
    assert violations(visitor) == []


def test_axe_finds_what_is_planted(visitor: Visitor):
    visitor.page.evaluate("document.querySelector('main').append(new Image())")
    assert any(violation.startswith("image-alt") for violation in violations(visitor))


def violations(visitor: Visitor) -> list[str]:
    if not AXE.is_file():
        pytest.skip(NOT_INSTALLED)
    visitor.page.evaluate(AXE.read_text("utf-8"))  # a script tag is against the page's policy
    found: list[str] = visitor.page.evaluate(RUN)
    return found
