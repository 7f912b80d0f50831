"""Comparing two photos on the page, with the real server and real photos."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from tests.support.browser.visitor import Visit, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, encoded, group, heic, plain, portrait
from tests.web.answers import Answer, Handler, changed, changing, decisive, one_network

pytestmark = pytest.mark.browser

NOTES = ("notes.txt", b"no picture at all")
WALL = ("wall.png", plain())
UNDER_WAY = re.compile("^(Preparing|Sending|Comparing)…$")


def test_two_photos_of_one_person_are_the_same_person(visitor: Visitor) -> None:
    answer = visitor.compare(OBAMA, OBAMA2)
    distance, _ = decisive(answer)
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
    expect(visitor.verdict).to_contain_text(
        f"distance between the two faces is {distance:.2f}. "
        f"Below {answer['uncertain_from']:.2f} they count as the same person."
    )
    expect(visitor.status).to_have_text(re.compile(r"Compared in .+s(ec)?\."))


def test_photos_of_two_people_are_different_people(visitor: Visitor) -> None:
    answer = visitor.compare(OBAMA, BIDEN)
    distance, _ = decisive(answer)
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Different people")
    expect(visitor.verdict).to_contain_text(
        f"distance between the two faces is {distance:.2f}. "
        f"From {answer['uncertain_to']:.2f} on they count as different people."
    )


def test_the_verdict_is_told_by_a_symbol_too(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict.locator(".equals")).to_be_visible()
    expect(visitor.verdict.locator(".slash")).to_be_hidden()
    visitor.load(2, BIDEN)
    visitor.predict()
    expect(visitor.verdict.locator(".slash")).to_be_visible()


def test_the_scale_has_the_distance_and_the_threshold_in_their_places(visitor: Visitor) -> None:
    values = decisive(visitor.compare(OBAMA, OBAMA2))
    track, *marks = (
        visitor.verdict.locator(part).bounding_box()
        for part in (".scale-track", ".scale-distance", ".scale-threshold")
    )
    for mark, value in zip(marks, values, strict=True):
        assert track and mark
        assert (mark["x"] - track["x"]) / track["width"] == pytest.approx(value / 1.2, abs=0.01)


def test_a_close_call_is_shown_with_enough_digits(visitor: Visitor) -> None:
    visitor.answer_with(changing(**one_network(0.50004)))
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Uncertain")
    expect(visitor.verdict.locator(".waves")).to_be_visible()
    expect(visitor.verdict).to_contain_text("is 0.50004. From 0.50000 to 0.64000 it is uncertain")
    expect(visitor.verdict).to_contain_text("strict threshold of 0.50000 alone they count as")


def test_a_distance_beyond_the_scale_stays_on_the_scale(visitor: Visitor) -> None:
    visitor.answer_with(changing(**one_network(1.9, 2.0)))
    visitor.compare(OBAMA, OBAMA2)
    track, mark = (
        visitor.verdict.locator(part).bounding_box() for part in (".scale-track", ".scale-distance")
    )
    assert track and mark
    assert mark["x"] == pytest.approx(track["x"] + track["width"], abs=1)


def test_score_and_false_accept_rates_are_told(visitor: Visitor) -> None:
    rates = {"fmr_at_distance": 3e-6, "fnmr_at_distance": 0.0021}
    visitor.answer_with(changing(score=99.7, **one_network(0.35), **rates))
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict).to_contain_text("Score 100 of 100.")
    of_strangers = "Of pairs of strangers, fewer than 1 in 100,000 come this close."
    of_one_person = "Of pairs of one person, 1 in 500 are this far apart."
    expect(visitor.verdict).to_contain_text(of_strangers)
    expect(visitor.verdict).not_to_contain_text(of_one_person)
    visitor.answer_with(changing(score=0.3, **one_network(0.8), **rates))
    visitor.predict()
    expect(visitor.verdict).to_contain_text(of_one_person)
    expect(visitor.verdict).not_to_contain_text(of_strangers)
    visitor.answer_with(changing(score=60, **one_network(0.55), **rates))
    visitor.predict()
    expect(visitor.verdict).to_contain_text(f"{of_strangers} {of_one_person}")


@pytest.mark.parametrize(
    ("near", "words"),
    [(0.0, "fewer than 1 in 100,000"), (0.0021, "1 in 500"), (0.22, "20%"), (0.987, "99%")],
)
def test_false_accept_rates_read_as_people_say_them(
    visitor: Visitor, near: float, words: str
) -> None:
    visitor.answer_with(changing(fmr_at_distance=near, fmr_at_threshold=0.00052))
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict).to_contain_text(f"Of pairs of strangers, {words} come this close")


def test_an_engine_without_calibration_gives_distance_and_threshold_only(visitor: Visitor) -> None:
    rates = ("far_at_distance", "fmr_at_threshold", "fmr_at_distance", "fnmr_at_distance")
    nothing = dict.fromkeys(("score", *rates))
    visitor.answer_with(changing(**one_network(0.35), **nothing))
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict).to_contain_text("Below 0.50 they count as the same person.")
    expect(visitor.verdict).not_to_contain_text("Score")
    expect(visitor.verdict).not_to_contain_text("strangers")


def test_the_compared_faces_are_shown_side_by_side(visitor: Visitor) -> None:
    visitor.compare(OBAMA, BIDEN)
    crops = visitor.page.get_by_role("figure").locator("img")
    sizes = crops.evaluate_all("(crops) => crops.map((crop) => crop.naturalWidth)")
    assert sizes == [150, 150]
    tops = crops.evaluate_all("(crops) => crops.map((crop) => crop.getBoundingClientRect().top)")
    assert tops[0] == tops[1]


def test_a_small_face_is_warned_of_in_plain_words(visitor: Visitor) -> None:
    small = portrait(OBAMA2)
    small.thumbnail((150, 150))
    visitor.compare(OBAMA, ("small.png", encoded(small, "PNG")))
    words = r"The face is only [2345]\d px wide; 60 px or more are reliable\. Come nearer\.$"
    expect(visitor.verdict.locator(".worst")).to_have_text(re.compile(f"^Image 2: {words}"))
    visitor.verdict.get_by_text("The faces that were compared").click()
    warning = visitor.page.locator(".crop").nth(1).get_by_role("listitem")
    expect(warning.first).to_have_text(re.compile(f"^{words}"))


def test_a_face_just_below_a_limit_does_not_read_as_if_it_met_it(visitor: Visitor) -> None:
    width = {"name": "face_width", "value": 49.6, "unit": "px", "minimum": 50, "maximum": None}
    visitor.answer_with(changing_first_face(quality=[width | {"warns": True}]))
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict.locator(".worst")).to_contain_text("only 49 px wide; 50 px or more")


def test_a_quality_figure_that_the_page_does_not_know_is_still_told(visitor: Visitor) -> None:
    measure = {
        "name": "halo",
        "value": 7,
        "unit": "lm",
        "minimum": None,
        "maximum": 5,
        "warns": True,
    }
    visitor.answer_with(changing_first_face(quality=[measure]))
    visitor.compare(OBAMA, OBAMA2)
    expect(visitor.verdict.locator(".worst")).to_have_text("Image 1: Unusual halo: 7 lm.")


def test_a_developer_finds_engine_timing_and_the_whole_answer(visitor: Visitor) -> None:
    answer = visitor.compare(OBAMA, OBAMA2)
    visitor.details.get_by_text("Technical details").click()
    visitor.details.get_by_text("Response as JSON").click()
    expect(visitor.details.locator("dl")).to_contain_text(answer["engine"])
    expect(visitor.details.locator("dl")).to_contain_text(answer["comparison_id"])
    shown = json.loads(visitor.details.locator("pre").inner_text())
    assert shown["distance"] == answer["distance"]
    assert shown["image2"]["sha256"] == answer["image2"]["sha256"]
    assert "characters of PNG" in shown["image1"]["faces"][0]["chip"]


def test_another_photo_clears_the_old_verdict(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    visitor.load(2, BIDEN)
    expect(visitor.verdict).to_be_hidden()
    expect(visitor.page.get_by_role("figure")).to_have_count(0)
    expect(visitor.status).to_have_text("Ready to compare.")


def test_the_same_file_can_be_loaded_again(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    # A browser reports no change when a file is chosen that the field already holds.
    expect(visitor.photo(1).locator("input[type=file]")).to_have_value("")


def test_photos_can_be_dropped_onto_their_places(visitor: Visitor) -> None:
    visitor.drop(1, OBAMA)
    visitor.drop(2, OBAMA2)
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")


def test_a_photo_dropped_beside_its_place_does_not_replace_the_page(visitor: Visitor) -> None:
    prevented = visitor.page.evaluate(
        """() => !document.body.dispatchEvent(
            new DragEvent("drop", { bubbles: true, cancelable: true }))"""
    )
    assert prevented


def test_a_photo_that_the_browser_cannot_show_is_sent_all_the_same(visitor: Visitor) -> None:
    visitor.compare(OBAMA, ("phone.heic", heic(portrait(OBAMA2))))
    # First it says so, and then it has the service's own picture of it.
    expect(visitor.photo(2)).to_contain_text("This browser cannot show this file")
    expect(visitor.photo(2)).to_contain_text("this is the service's picture of it")
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")


def test_a_photo_with_the_wrong_ending_is_compared_all_the_same(visitor: Visitor) -> None:
    visitor.compare(OBAMA, ("really_a_jpeg.png", OBAMA2.read_bytes()))
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")


def test_several_faces_are_counted_and_the_compared_one_is_named(visitor: Visitor) -> None:
    visitor.compare(OBAMA, ("both.jpg", group(OBAMA2, BIDEN)))
    expect(visitor.photo(1)).to_contain_text("1 face found")
    expect(visitor.photo(2)).to_contain_text(
        "2 faces found; the one most like the other photo's, framed in yellow, is compared"
    )


def test_several_faces_are_counted_in_a_photo_that_cannot_be_drawn_on(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.page.route("**/api/detect*", lambda route: route.fulfill(status=503, body=""))
    both = Image.open(io.BytesIO(group(OBAMA2, BIDEN)))
    visitor.compare(("both.heic", heic(both)), OBAMA)
    expect(visitor.photo(1)).to_contain_text(
        "2 faces found; the one most like the other photo's is compared"
    )


@pytest.mark.parametrize(("number", "other"), [(1, 2), (2, 1)])
def test_a_photo_without_a_face_is_told_beside_that_photo(
    visitor: Visitor, number: int, other: int
) -> None:
    visitor.watch.refusals_expected = True
    visitor.load(number, WALL)
    visitor.load(other, OBAMA)
    visitor.predict()
    expect(visitor.error_of(number)).to_contain_text(f"Image {number}: No face was found")
    expect(visitor.error_of(other)).to_be_empty()
    expect(visitor.status).to_have_text("No verdict.")
    expect(visitor.verdict).to_be_hidden()


def test_two_photos_without_a_face_are_both_told(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.load(1, WALL)
    visitor.load(2, WALL)
    visitor.predict()
    for number in (1, 2):
        expect(visitor.error_of(number)).to_contain_text(f"Image {number}: No face was found")
    visitor.load(1, OBAMA)
    expect(visitor.error_of(1)).to_be_empty()
    expect(visitor.error_of(2)).to_contain_text("Image 2: No face was found")


def test_a_file_that_is_no_picture_is_told_beside_it(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.load(1, OBAMA)
    visitor.load(2, NOTES)
    visitor.predict()
    expect(visitor.error_of(2)).to_contain_text("accepted are JPEG, PNG")


def test_a_file_that_is_too_large_is_told_beside_it(visitor: Visitor, tmp_path: Path) -> None:
    visitor.watch.refusals_expected = True
    poster = tmp_path / "poster.heic"  # which Chromium cannot read, and so cannot shrink
    poster.write_bytes(heic(portrait()) + bytes(15_000_000))
    visitor.load(1, poster)
    visitor.load(2, OBAMA2)
    visitor.predict()
    expect(visitor.error_of(1)).to_contain_text("at most 15,000,000 are accepted.")


def test_an_error_goes_when_its_photo_is_replaced_and_stays_when_the_other_is(
    visitor: Visitor,
) -> None:
    visitor.watch.refusals_expected = True
    visitor.load(1, NOTES)
    visitor.load(2, OBAMA2)
    visitor.predict()
    expect(visitor.error_of(1)).not_to_be_empty()
    visitor.load(2, BIDEN)
    expect(visitor.error_of(1)).not_to_be_empty()
    visitor.load(1, OBAMA)
    expect(visitor.error_of(1)).to_be_empty()


def test_a_missing_photo_is_asked_for_in_its_place(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    visitor.predict()
    expect(visitor.error_of(2)).to_have_text("Image 2: Load a photo here first.")
    expect(visitor.error_of(1)).to_be_empty()


def test_a_file_that_was_deleted_meanwhile_is_told_beside_it(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.watch.refusals_expected = True
    fleeting = tmp_path / "fleeting.jpg"
    fleeting.write_bytes(OBAMA2.read_bytes())
    visitor.load(1, OBAMA)
    visitor.load(2, fleeting)
    fleeting.unlink()
    visitor.predict()
    expect(visitor.error_of(2)).to_contain_text("This file can no longer be read")


def test_an_unreachable_service_is_told(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.answer_with(lambda route: route.abort("connectionrefused"))
    press_predict_with_two_photos(visitor)
    expect(visitor.failure).to_contain_text("The service cannot be reached.")


def test_being_offline_is_told_and_mended(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.page.context.set_offline(True)
    press_predict_with_two_photos(visitor)
    expect(visitor.failure).to_contain_text("You are offline.")
    visitor.page.context.set_offline(False)
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
    expect(visitor.failure).to_be_empty()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, "<html>maintenance</html>", "a response that this page does not understand"),
        (200, "{}", "a response that this page does not understand"),
        (403, "<html>Forbidden</html>", "The service refused without saying why (HTTP 403). Try"),
        (404, "<html>Not found</html>", "no comparison service at this address. Check the address"),
        (413, "<html>Too large</html>", "The photos are too large for the service."),
        (500, '{"code": "internal_error", "message": "logged"}', "The service cannot answer at"),
        (502, "", "The service cannot answer at the moment."),
        (503, "null", "The service cannot answer at the moment."),
    ],
)
def test_an_answer_from_something_in_between_is_put_in_words(
    visitor: Visitor, status: int, body: str, words: str
) -> None:
    visitor.watch.refusals_expected = True
    visitor.answer_with(lambda route: route.fulfill(status=status, body=body))
    press_predict_with_two_photos(visitor)
    expect(visitor.failure).to_contain_text(words)
    expect(visitor.verdict).to_be_hidden()


def test_a_comparison_can_be_cancelled_and_begun_again(visitor: Visitor) -> None:
    held = visitor.hold_requests()
    press_predict_with_two_photos(visitor)
    expect(visitor.status).to_have_text(UNDER_WAY)
    expect(visitor.button("Predict")).to_have_attribute("aria-disabled", "true")
    visitor.wait_until_held(held, 1)
    with visitor.page.expect_event("requestfailed") as given_up:
        visitor.button("Cancel").click()
    assert given_up.value.url.endswith("/api/compare")
    expect(visitor.status).to_have_text("Cancelled.")
    expect(visitor.button("Cancel")).to_be_hidden()
    expect(visitor.button("Predict")).to_be_focused()

    visitor.page.unroute_all()
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")


def test_predict_does_nothing_while_a_comparison_runs(visitor: Visitor) -> None:
    held = visitor.hold_requests()
    press_predict_with_two_photos(visitor)
    visitor.wait_until_held(held, 1)
    visitor.button("Predict").click(force=True)
    visitor.page.wait_for_timeout(300)
    expect(visitor.status).to_have_text(UNDER_WAY)
    assert len(held) == 1


def test_only_the_newest_request_may_show_its_answer(visit: Visit) -> None:
    visitor = visit()
    # A browser, or a proxy in it, may deliver an answer although its request was aborted.
    visitor.page.evaluate("() => { XMLHttpRequest.prototype.abort = () => undefined; }")
    held = visitor.hold_requests()
    press_predict_with_two_photos(visitor)
    visitor.load(2, BIDEN)
    visitor.predict()
    visitor.wait_until_held(held, 2)
    older, newer = held
    newer.continue_()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Different people")

    with visitor.page.expect_response("**/api/compare") as late:
        older.continue_()
    assert late.value.json()["same_person"] is True
    visitor.page.wait_for_timeout(300)
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Different people")


def test_a_comparison_works_by_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for number, file in ((1, OBAMA), (2, OBAMA2)):
        page.keyboard.press("Tab")
        expect(visitor.button(f"Load image {number}")).to_be_focused()
        assert visitor.focus_ring_is_visible()
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(file)
        page.keyboard.press("Tab")
        expect(visitor.button(f"Take image {number} with the camera")).to_be_focused()
        page.keyboard.press("Tab")
        expect(visitor.button(f"Remove image {number}")).to_be_focused()
    for stop in ("Swap the photos", "Predict"):
        page.keyboard.press("Tab")
        expect(visitor.button(stop)).to_be_focused()
    assert visitor.focus_ring_is_visible()
    page.keyboard.press("Space")
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
    expect(visitor.button("Predict")).to_be_focused()
    for stop in (
        "Add more photos of the person in image 1",
        "two photos of one person",
        "photos of two people",
    ):
        page.keyboard.press("Tab")
        expect(visitor.button(stop)).to_be_focused()
    for fold in ("faces that were compared", "Try another threshold", "by curl or Python"):
        page.keyboard.press("Tab")
        expect(visitor.verdict.locator("summary", has_text=fold)).to_be_focused()
    for stop in ("Print", "Copy as a picture", "Save as a picture"):
        page.keyboard.press("Tab")
        expect(visitor.button(stop)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(visitor.details.get_by_text("Response as JSON")).to_be_visible()


def test_cancelling_by_keyboard_keeps_the_focus(visitor: Visitor) -> None:
    visitor.hold_requests()
    press_predict_with_two_photos(visitor)
    visitor.page.keyboard.press("Tab")
    expect(visitor.button("Cancel")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.button("Predict")).to_be_focused()


def test_verdict_and_errors_are_read_out(visitor: Visitor) -> None:
    visitor.answer_with(changing(**one_network(0.35)))
    visitor.compare(OBAMA, OBAMA2)
    live = visitor.verdict.evaluate("(verdict) => verdict.closest('[aria-live]').ariaLive")
    assert live == "polite"
    expect(visitor.verdict.locator(".scale")).to_have_accessible_name(
        "Scale from 0, the same photo, to 1.2. Distance 0.35, threshold 0.50. "
        "Nine in ten pairs of one person lie between 0.29 and 0.54, nine in ten pairs of "
        "two people between 0.67 and 0.96."
    )
    expect(visitor.page.locator("#view-compare [role=alert]")).to_have_count(3)


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_window(visit: Visit, width: int) -> None:
    visitor = visit(width=width)
    visitor.compare(OBAMA, ("a_very_long_file_name_" * 6 + ".jpg", group(OBAMA2, BIDEN)))
    visitor.details.get_by_text("Technical details").click()
    visitor.details.get_by_text("Response as JSON").click()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_reduced_motion_is_respected(visit: Visit) -> None:
    visitor = visit(reduced_motion="reduce")
    visitor.hold_requests()
    press_predict_with_two_photos(visitor)
    moving = visitor.page.evaluate("document.getAnimations().length")
    assert moving == 0


def test_the_watch_notices_what_the_policy_forbids(visitor: Visitor) -> None:
    visitor.page.evaluate("document.body.setAttribute('style', 'color: red')")
    visitor.page.evaluate("fetch('http://elsewhere.example/').catch(() => null)")
    visitor.page.wait_for_timeout(100)
    noticed = "\n".join(visitor.watch.complaints)
    visitor.watch.complaints.clear()
    assert "style-src" in noticed
    assert "connect-src" in noticed


def press_predict_with_two_photos(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    visitor.predict()


def changing_first_face(**fields: object) -> Handler:
    """The service's own answer, but for these fields of the first photo's face."""

    def change(answer: Answer) -> Answer:
        answer["image1"]["faces"][0] |= fields
        return answer

    return changed(change)


def test_a_service_with_too_much_to_do_is_asked_again(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    asked: list[str] = []

    def busy_at_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 2:
            route.continue_()
            return
        code = ["overloaded", "too_many_at_once"][len(asked) - 1]
        error = {"code": code, "message": "later", "image": None, "errors": None}
        route.fulfill(status=503, json=error, headers={"Retry-After": "0"})

    visitor.page.route("**/api/compare", busy_at_first)
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
    assert len(asked) == 3
