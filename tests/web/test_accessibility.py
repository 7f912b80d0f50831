"""axe's rules on every view, with something in it, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.browser.states import STATES
from tests.support.browser.visitor import Visit, Visitor
from tests.support.pictures import OBAMA, OBAMA2

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NOT_INSTALLED = "axe is not installed: accessibility is NOT tested here; see: make node_modules"
# All rules of WCAG 2.0 to 2.2, A and AA, and axe's best practices.
RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
}"""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing(
    visit: Visit, state: Callable[[Visitor], None], scheme: str, width: int
) -> None:
    visitor = visit(width=width, color_scheme=scheme)
    state(visitor)
    assert violations(visitor) == []


@pytest.mark.parametrize("locale", ["ar", "de"])
def test_axe_finds_nothing_in_another_language(visit: Visit, locale: str) -> None:
    visitor = visit(locale=locale)
    visitor.compare_unfolded(OBAMA, OBAMA2)
    assert violations(visitor) == []


def test_axe_finds_what_is_planted(visitor: Visitor) -> None:
    visitor.page.evaluate("document.querySelector('main').append(new Image())")
    assert any(violation.startswith("image-alt") for violation in violations(visitor))


def violations(visitor: Visitor) -> list[str]:
    if not AXE.is_file():
        pytest.skip(NOT_INSTALLED)
    visitor.page.evaluate(AXE.read_text("utf-8"))  # a script tag is against the page's policy
    found: list[str] = visitor.page.evaluate(RUN)
    return found
