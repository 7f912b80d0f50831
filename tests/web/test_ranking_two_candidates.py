"""Which of two candidates is closer to the anchor?"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.support.browser.visitor import File, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, plain
from tests.web.answers import decisive

pytestmark = pytest.mark.browser

PLACES = ("Anchor", "Candidate 1", "Candidate 2")


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    visitor.open("Rank")
    return visitor


def load_three(visitor: Visitor, *files: File) -> None:
    for place, file in zip(PLACES, files, strict=True):
        visitor.load_into(place, file)


def test_the_candidates_are_ranked_with_their_verdicts(visitor: Visitor) -> None:
    load_three(visitor, OBAMA, BIDEN, OBAMA2)
    with visitor.page.expect_response("**/api/predict") as response:
        visitor.predict()
    answer = response.value.json()
    ranking = visitor.page.get_by_role("region", name="Ranking")
    expect(ranking.get_by_role("heading")).to_have_text("Candidate 2 is closer")
    first, second = ranking.get_by_role("listitem").all()
    expect(first).to_contain_text(
        "Same person: distance {:.2f}, threshold {:.2f}".format(*decisive(answer, "image2"))
    )
    expect(first.locator(".equals")).to_be_visible()
    expect(second).to_contain_text(
        "Different people: distance {:.2f}, threshold {:.2f}".format(*decisive(answer, "image1"))
    )
    expect(second.locator(".slash")).to_be_visible()
    expect(visitor.page.get_by_role("figure")).to_have_count(3)
    for place, rank in {"Candidate 2": first, "Candidate 1": second}.items():
        expect(rank).to_contain_text(place)
    for place in PLACES:
        expect(visitor.place(place)).to_contain_text("1 face found")


def test_the_technical_details_name_both_comparisons(visitor: Visitor) -> None:
    load_three(visitor, OBAMA, OBAMA2, BIDEN)
    with visitor.page.expect_response("**/api/predict") as response:
        visitor.predict()
    answer = response.value.json()
    visitor.details.get_by_text("Technical details").click()
    for candidate in ("image1", "image2"):
        expect(visitor.details.locator("dl")).to_contain_text(answer[candidate]["comparison_id"])
    visitor.details.get_by_text("Response as JSON").click()
    assert json.loads(visitor.details.locator("pre").inner_text())["closer"] == "image1"


def test_a_candidate_without_a_face_is_told_beside_it(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    load_three(visitor, OBAMA, OBAMA2, ("wall.png", plain()))
    visitor.predict()
    expect(visitor.place("Candidate 2").get_by_role("alert")).to_contain_text("No face was found")


def test_a_missing_anchor_is_asked_for_in_its_place(visitor: Visitor) -> None:
    visitor.load_into("Candidate 1", OBAMA)
    visitor.predict()
    expect(visitor.place("Anchor").get_by_role("alert")).to_contain_text("Load a photo here first")


def test_three_example_photos_can_be_tried(visitor: Visitor) -> None:
    visitor.button("three example photos").click()
    expect(visitor.button("Rank")).to_be_focused()
    visitor.predict()
    expect(visitor.page.get_by_role("region", name="Ranking")).to_contain_text("2 is closer")
