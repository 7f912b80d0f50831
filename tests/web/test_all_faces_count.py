"""Every face counts, several photos of one person together, and what a distance depends on."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Route, expect

from tests.support.browser.visitor import Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, encoded, group_of, portrait
from tests.web.answers import changed

pytestmark = pytest.mark.browser

MAPS_MS = 60_000  # 128 embeddings on a busy machine
GROUP = group_of(BIDEN, OBAMA2)
PARTY = ("party.jpg", GROUP)


def test_a_person_is_found_in_a_group_and_the_page_says_which_faces(visitor: Visitor) -> None:
    answer = visitor.compare(OBAMA, PARTY)
    assert answer["verdict"] == "same"
    expect(visitor.verdict).to_contain_text("the most alike of 2 pairs of faces")
    expect(visitor.verdict).to_contain_text("face 1 of the first photo and face 2 of the second")
    expect(visitor.verdict).not_to_contain_text("not compared")


def test_the_page_tells_of_faces_that_were_not_compared(visitor: Visitor) -> None:
    visitor.compare(OBAMA, PARTY)
    with visitor.page.expect_response("**/api/compare"):
        visitor.page.get_by_role("button", name="Compare face").first.click()
    expect(visitor.verdict).to_contain_text("1 other face was not compared.")


def test_ranking_holds_all_faces_too(visitor: Visitor) -> None:
    visitor.open("Rank")
    files = visitor.page.locator("#view-rank input[type=file]")
    files.nth(0).set_input_files(OBAMA)
    files.nth(1).set_input_files(BIDEN)
    files.nth(2).set_input_files({"name": "party.jpg", "mimeType": "image/jpeg", "buffer": GROUP})
    with visitor.page.expect_response("**/api/predict") as response:
        visitor.predict()
    assert response.value.json()["closer"] == "image2"
    ranking = visitor.page.get_by_role("region", name="Ranking")
    expect(ranking).to_contain_text("the most alike of 2 pairs of faces")


def test_more_photos_of_the_first_person_are_sent_along(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    with visitor.page.expect_file_chooser() as chooser:
        visitor.button("Add more photos of the person in image 1").click()
    mirrored = encoded(portrait().transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    photos = {"again.jpg": OBAMA2.read_bytes(), "mirrored.jpg": mirrored}
    chooser.value.set_files(
        [
            FilePayload(name=name, mimeType="image/jpeg", buffer=data)
            for name, data in photos.items()
        ]
    )
    expect(visitor.view).to_contain_text("Also of this person: again.jpg, mirrored.jpg")
    with visitor.page.expect_response("**/api/compare") as response:
        visitor.predict()
    assert response.value.json()["reference_photos"] == 3
    expect(visitor.verdict).to_contain_text("3 photos of one person were compared")
    visitor.button("Remove them").click()
    expect(visitor.button("Add more photos of the person in image 1")).to_be_visible()
    expect(visitor.view).not_to_contain_text("Also of this person")


def test_a_fault_of_a_further_photo_is_told(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    with visitor.page.expect_file_chooser() as chooser:
        visitor.button("Add more photos of the person in image 1").click()
    chooser.value.set_files({"name": "note.jpg", "mimeType": "image/jpeg", "buffer": b"a note"})
    visitor.predict()
    expect(visitor.page.get_by_role("alert").filter(has_text="image1_2")).to_be_visible()


def test_maps_of_a_former_verdict_are_not_shown_under_another(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    held: list[Route] = []
    visitor.page.route("**/api/explain", lambda route: held.append(route))
    visitor.details.get_by_text("Technical details").click()
    visitor.button("Show what the distance depends on").click()
    visitor.wait_until_held(held, 1)
    visitor.load(2, BIDEN)
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Different people")
    with visitor.page.expect_response("**/api/explain", timeout=MAPS_MS):
        held[0].continue_()
    visitor.page.wait_for_timeout(300)
    expect(visitor.view.locator("[data-part=maps] img")).to_have_count(0)


def test_what_the_distance_depends_on_is_drawn(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    visitor.details.get_by_text("Technical details").click()
    visitor.button("Show what the distance depends on").click()
    for name in ("Image 1", "Image 2"):
        picture = visitor.page.get_by_role("img", name=f"{name}: what the distance depends on")
        expect(picture).to_be_visible(timeout=MAPS_MS)
    expect(visitor.details).to_contain_text("it is no proof", timeout=MAPS_MS)


def test_an_older_service_tells_neither_pairs_nor_other_faces(visitor: Visitor) -> None:
    def older(answer: dict[str, object]) -> dict[str, object]:
        return {"pairs": None, "reference_photos": None, "image1": answer["image1"]}

    visitor.answer_with(changed(older))
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
