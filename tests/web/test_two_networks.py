"""What the page shows of two networks that decide together, in every view."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser.visitor import Visit, Visitor
from tests.support.pictures import OBAMA, OBAMA2
from tests.web.answers import Answer, changed, changing, decisive, one_network, two_networks
from tests.web.test_accessibility import violations

pytestmark = pytest.mark.browser

# Made up so that dlib's distance lies on the other side of its own threshold.
SAME = two_networks(0.62, 0.18, 0.42)
DIFFERENT = two_networks(0.45, 0.98, 0.69)
CLOSE = two_networks(0.35, 0.92, 0.61)
CONTRADICTING = {"verdict": "uncertain", "uncertain_because": "networks_contradict"}
UNCERTAIN = two_networks(0.31, 0.85, 0.55, **CONTRADICTING)
DLIB_ALONE = one_network(0.41, 0.45, engine="dlib-sface", decided_by="dlib-yunet")
CONTRADICTION = "The two networks contradict each other"


def heading(visitor: Visitor) -> Locator:
    return visitor.verdict.get_by_role("heading")


def fact(visitor: Visitor, name: str) -> Locator:
    """The value of one technical detail."""
    title = visitor.details.locator("dt").filter(has_text=re.compile(rf"^{name}$"))
    return title.locator("xpath=following-sibling::dd[1]")


def compare(visitor: Visitor, answer: Answer) -> None:
    visitor.answer_with(changing(**answer))
    visitor.compare(OBAMA, OBAMA2)


@pytest.mark.parametrize(
    ("answer", "call", "reason"),
    [
        (SAME, "Same person", "is 0.42. Below 0.57 they count as the same person."),
        (DIFFERENT, "Different people", "is 0.69. From 0.68 on they count as different people."),
        (CLOSE, "Uncertain", "threshold of 0.60 alone they count as different"),
    ],
)
def test_the_combined_distance_makes_the_verdict(
    visitor: Visitor, answer: Answer, call: str, reason: str
) -> None:
    compare(visitor, answer)
    expect(heading(visitor)).to_have_text(call)
    expect(visitor.verdict).to_contain_text(reason)
    expect(visitor.verdict).not_to_contain_text(CONTRADICTION)
    combined = f"{answer['combined_distance']:.2f}"
    expect(visitor.verdict.locator(".scale")).to_have_accessible_name(
        re.compile(rf"Distance {combined}, threshold 0\.60\. Nine in ten pairs of one person")
    )
    expect(visitor.verdict.locator(".scale-distance")).to_have_text(f"distance {combined}")


@pytest.mark.parametrize("same", [True, False])
def test_networks_that_contradict_each_other_are_told_of(visitor: Visitor, same: bool) -> None:
    compare(visitor, UNCERTAIN | {"same_person": same})
    expect(heading(visitor)).to_have_text("Uncertain")
    expect(visitor.verdict).to_contain_text(f"{CONTRADICTION}: one is sure of one person")
    expect(visitor.verdict).to_contain_text("Take other photos: large, sharp")
    counted = "the same person" if same else "different people"
    expect(visitor.verdict).to_contain_text(f"alone they count as {counted}.")
    expect(visitor.verdict.locator(".waves")).to_be_visible()
    for sign in (".equals", ".slash"):
        expect(visitor.verdict.locator(sign)).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_in_an_uncertain_verdict(visit: Visit, scheme: str, width: int) -> None:
    visitor = visit(width=width, color_scheme=scheme)
    compare(visitor, UNCERTAIN)
    visitor.details.get_by_text("Technical details").click()
    assert violations(visitor) == []


def test_the_details_have_all_distances_and_who_decided(visitor: Visitor) -> None:
    compare(visitor, SAME)
    visitor.details.get_by_text("Technical details").click()
    for name, value in {
        "dlib's distance": "0.620000",
        "dlib's threshold": "0.500000",
        "SFace's distance": "0.180000",
        "Combined distance": "0.420000",
        "Combined threshold": "0.598000",
        "Decided by": "both networks, by the weighted mean of their distances",
        "Engine": "dlib-sface",
    }.items():
        expect(fact(visitor, name)).to_have_text(value)


def test_a_threshold_lets_dlib_decide_alone(visitor: Visitor) -> None:
    compare(visitor, DLIB_ALONE)
    expect(visitor.verdict).to_contain_text("is 0.41. Below 0.45 they count as the same person.")
    visitor.details.get_by_text("Technical details").click()
    expect(fact(visitor, "dlib's distance")).to_have_text("0.410000")
    expect(fact(visitor, "dlib's threshold")).to_have_text("0.450000")
    expect(fact(visitor, "Decided by")).to_have_text("dlib alone, because a threshold was set")
    expect(fact(visitor, "Combined distance")).to_have_count(0)


def test_an_engine_of_one_network_has_one_distance(visitor: Visitor) -> None:
    compare(visitor, one_network(0.35))
    visitor.details.get_by_text("Technical details").click()
    expect(fact(visitor, "Distance")).to_have_text("0.350000")
    expect(fact(visitor, "Threshold")).to_have_text("0.500000")
    expect(fact(visitor, "Decided by")).to_have_text("the engine's one network")
    expect(visitor.details.locator("dl")).not_to_contain_text("dlib's")


def candidate(answer: Answer) -> dict[str, Any]:
    """The fields of such an answer that are a candidate's own."""
    names = ("verdict", "uncertain_because", "same_person")
    distances = ("distance", "second_distance", "combined_distance")
    return {name: answer[name] for name in (*names, *distances)} | {"score": 73.2}


def prediction(answer: Answer) -> Answer:
    """The real one, with Candidate 2 the closer one, and Candidate 1 uncertain."""
    return two_networks(0, 0, 0) | {
        "closer": "image2",
        "image1": answer["image1"] | candidate(UNCERTAIN),
        "image2": answer["image2"] | candidate(SAME),
    }


@pytest.fixture
def ranked(visitor: Visitor) -> Visitor:
    """Who sees that prediction."""
    visitor.page.route("**/api/predict", changed(prediction))
    visitor.open("Rank")
    visitor.button("three example photos").click()
    expect(visitor.button("Rank")).to_be_focused()
    visitor.predict()
    expect(visitor.page.get_by_role("region", name="Ranking")).to_be_visible()
    return visitor


def test_candidates_are_ranked_with_the_distances_that_decided(ranked: Visitor) -> None:
    first, second = ranked.page.get_by_role("region", name="Ranking").get_by_role("listitem").all()
    expect(first).to_contain_text("Same person: distance 0.42, threshold 0.60. Score 73 of 100.")
    expect(second).to_contain_text("Uncertain: distance 0.55, threshold 0.60.")
    expect(second).to_contain_text(CONTRADICTION)
    expect(second.locator(".waves")).to_be_visible()
    ranked.details.get_by_text("Technical details").click()
    expect(fact(ranked, "Combined distance")).to_have_text(
        "Candidate 1: 0.550000, Candidate 2: 0.420000"
    )


def test_this_tab_remembers_the_distances_that_decided(ranked: Visitor) -> None:
    ranked.open("History")
    own = ranked.page.get_by_role("table", name="In this tab").locator("tbody tr")
    expect(own.first).to_contain_text(re.compile(r"Same person\s*0\.42"))
    expect(own.last).to_contain_text(re.compile(r"Uncertain\s*0\.55"))


def in_turned_order(answer: Answer) -> Answer:
    """The nearer one is the further one, if it goes by dlib's distances."""
    distance, threshold = decisive(answer)
    return UNCERTAIN if distance < threshold else two_networks(0.1, 1.02, 0.7)


def test_many_photos_are_ordered_by_the_distances_that_decided(visitor: Visitor) -> None:
    visitor.answer_with(changed(in_turned_order))
    visitor.open("Find")
    visitor.button("an example").click()
    expect(visitor.status).to_have_text("2 to compare.")
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("2 compared.")
    near, far = visitor.page.get_by_role("region", name="Results").locator("tbody tr").all()
    expect(near).to_contain_text("obama2.jpg")
    for words in ("Uncertain", "0.550", CONTRADICTION):
        expect(near).to_contain_text(words)
    expect(far).to_contain_text("biden.jpg")
    for words in ("Different people", "0.700"):
        expect(far).to_contain_text(words)
    expect(far).not_to_contain_text(CONTRADICTION)


def test_about_says_who_decides_and_what_the_networks_were_trained_on(visitor: Visitor) -> None:
    visitor.open("About")
    for words in (
        "By default two networks, dlib's and SFace's,",
        "Where a threshold is set, dlib decides alone.",
        "its author avoided people of LFW",
        "Nobody says what SFace was trained on",
    ):
        expect(visitor.view).to_contain_text(words)
    row = visitor.view.get_by_role("row").filter(has_text="(default)")
    expect(row.get_by_role("rowheader")).to_have_text("dlib-sface (default)")
