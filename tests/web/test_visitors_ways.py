"""What visitors do that nobody planned: each is a way that once broke the page, or could."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.support.browser.sub_path import below
from tests.support.browser.visitor import VIEWS, Visit, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, group, heic, portrait

pytestmark = pytest.mark.browser

BOTH = ("both.jpg", group(OBAMA2, BIDEN))
SLOW_3G = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FIRST_WORDS = """() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime))
        .observe({ type: "paint", buffered: true });
})"""


def same_person(visitor: Visitor) -> None:
    expect(visitor.verdict.get_by_role("heading", level=2)).to_have_text("Same person")


def test_two_files_dropped_at_once_fill_both_places(visitor: Visitor) -> None:
    visitor.drop_on(visitor.page.locator("main"), OBAMA, OBAMA2)
    expect(visitor.photo(1)).to_contain_text("obama.jpg")
    expect(visitor.photo(2)).to_contain_text("obama2.jpg")
    expect(visitor.status).to_contain_text("2 photos were taken in.")
    visitor.predict()
    same_person(visitor)


def test_two_files_dropped_on_a_place_begin_there(visitor: Visitor) -> None:
    visitor.drop_on(visitor.photo(2).locator("canvas"), OBAMA, BIDEN)
    expect(visitor.photo(2)).to_contain_text("obama.jpg")
    expect(visitor.photo(1)).to_contain_text("biden.jpg")


def test_two_files_pasted_at_once_fill_both_places(visitor: Visitor) -> None:
    visitor.paste(OBAMA, OBAMA2)
    expect(visitor.photo(1)).to_contain_text("obama.jpg")
    expect(visitor.photo(2)).to_contain_text("obama2.jpg")


def test_a_third_file_is_told_of(visitor: Visitor) -> None:
    visitor.drop_on(visitor.page.locator("main"), OBAMA, OBAMA2, BIDEN)
    expect(visitor.status).to_contain_text("Only 2 photos have a place here")


def test_a_file_dropped_beside_goes_to_the_free_place(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    visitor.drop_on(visitor.page.locator("footer"), OBAMA2)
    expect(visitor.photo(2)).to_contain_text("obama2.jpg")


def test_files_dropped_where_nothing_is_compared_are_for_the_comparison(visitor: Visitor) -> None:
    visitor.open("About")
    visitor.drop_on(visitor.page.locator("main"), OBAMA, OBAMA2)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(VIEWS["Compare"])
    expect(visitor.photo(2)).to_contain_text("obama2.jpg")


def test_back_forward_and_reload_work_on_every_view(visitor: Visitor) -> None:
    heading = visitor.page.get_by_role("heading", level=1)
    names = list(VIEWS)
    for name in names[1:]:
        visitor.open(name)
    for name in reversed(names[:-1]):
        visitor.page.go_back()
        expect(heading).to_have_text(VIEWS[name])
    for name in names[1:]:
        visitor.page.go_forward()
        expect(heading).to_have_text(VIEWS[name])
        visitor.page.reload()
        expect(heading).to_have_text(VIEWS[name])
    visitor.page.go_back()
    expect(heading).to_have_text(VIEWS[names[-2]])


@pytest.mark.parametrize(("former", "now"), [("closer", "Rank"), ("many", "Find")])
def test_former_addresses_lead_to_the_views(
    visit: Visit, server: str, former: str, now: str
) -> None:
    visitor = visit(address=f"{server}/#/{former}")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(VIEWS[now])


def test_another_face_is_chosen_in_the_card_by_keyboard(visitor: Visitor) -> None:
    visitor.compare(OBAMA, BOTH)
    faces = visitor.verdict.get_by_role("list").get_by_role("button")
    expect(faces).to_have_count(2)
    expect(faces.first).to_have_attribute("aria-pressed", "true")
    visitor.button("Predict").focus()
    for _ in range(20):
        visitor.page.keyboard.press("Tab")
        if faces.last.evaluate("(button) => button === document.activeElement"):
            break
    expect(faces.last).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.verdict.get_by_role("heading", level=2)).to_have_text("Different people")
    chosen = visitor.verdict.get_by_role("button", pressed=True)
    expect(chosen).to_have_accessible_name("Face 2 of 2, score 0")
    expect(chosen).to_be_focused()


def test_the_focus_stays_on_a_face_that_is_chosen_on_the_photo(visitor: Visitor) -> None:
    visitor.compare(OBAMA, BOTH)
    visitor.photo(2).get_by_role("button", name="Compare face").focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.verdict.get_by_role("heading", level=2)).to_have_text("Different people")
    pressed = visitor.photo(2).get_by_role("button", name="which is compared")
    expect(pressed).to_be_focused()


@pytest.mark.parametrize(
    "window",
    [
        {"width": 320},
        {"width": 640, "height": 400, "device_scale_factor": 2},  # 200 % of a small laptop's
        {"width": 360, "locale": "ar"},
        {"width": 1280, "locale": "ar"},
        {"width": 320, "locale": "de"},
    ],
    ids=["320", "zoom", "phone-rtl", "rtl", "german"],
)
def test_every_window_holds_a_verdict(visit: Visit, window: dict[str, object]) -> None:
    visitor = visit(**window)
    card = visitor.compare_unfolded(OBAMA, OBAMA2)
    widest = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert widest <= visitor.page.evaluate("window.innerWidth")
    box = card.bounding_box()
    for part in ("thresholdLabel", "distanceLabel", "face1", "face2"):
        inner = card.locator(f"[data-part={part}]").bounding_box()
        assert box and inner, part
        assert box["x"] <= inner["x"], part
        assert inner["x"] + inner["width"] <= box["x"] + box["width"], part


def test_the_label_of_a_distance_of_nothing_is_not_cut(visit: Visit) -> None:
    visitor = visit(width=320)
    visitor.compare(OBAMA, OBAMA)
    label = visitor.verdict.locator("[data-part=distanceLabel]")
    expect(label).to_have_text("distance 0.00")
    box, card = label.bounding_box(), visitor.verdict.bounding_box()
    assert box and card
    assert box["x"] >= card["x"]


def test_forced_colours_keep_the_scale(visit: Visit) -> None:
    visitor = visit(forced_colors="active")
    visitor.compare(OBAMA, OBAMA2)
    colours = visitor.verdict.locator(".scale-track > *").evaluate_all(
        "(marks) => marks.map((mark) => getComputedStyle(mark).backgroundColor)"
    )
    canvas = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
    same, _different, grey, *_marks = colours
    assert canvas not in (same, grey)
    assert same != grey


def test_a_sub_path_changes_nothing(visit: Visit, server: str) -> None:
    with below(server, "/team/faces/") as address:
        visitor = visit(address=address)
        visitor.compare(OBAMA, OBAMA2)
        same_person(visitor)
        visitor.open("History")
        expect(visitor.status).to_contain_text("Page 1")
        visitor.open("About")
        expect(visitor.view).to_contain_text("Version")
        document = visitor.page.get_by_role("link", name="OpenAPI document")
        href = document.evaluate("(link) => link.href")
        assert href == f"{address}api/openapi.json"
        visitor.page.get_by_role("link", name="Every operation of the API").click()
        expect(visitor.page.locator("#schema-ErrorResponse")).to_be_visible()
        visitor.page.get_by_role("link", name="Back to the comparison").click()
        expect(visitor.button("Predict")).to_be_visible()
        visitor.page.wait_for_load_state("networkidle")


def test_words_are_there_within_a_second_of_slow_3g(browser: Browser, server: str) -> None:
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_3G})
    page.goto(server, wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_have_text(VIEWS["Compare"])
    painted_ms = page.evaluate(FIRST_WORDS)
    print(f"slow 3G: first words after {painted_ms:.0f} ms")
    expect(page.get_by_role("button", name="Predict")).to_be_visible(timeout=60_000)
    page.close()
    assert painted_ms < 1000


def test_a_photo_of_twelve_megapixels_from_a_phone(visitor: Visitor) -> None:
    large = portrait(OBAMA2)
    canvas = Image.new("RGB", (3000, 4000), "grey")
    canvas.paste(large.resize((2000, 3834)), (500, 100))
    visitor.compare(OBAMA, ("IMG_0001.heic", heic(canvas)))
    same_person(visitor)


def test_the_photos_change_places(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    visitor.load(2, BIDEN)
    visitor.button("Swap the photos").click()
    expect(visitor.photo(1)).to_contain_text("biden.jpg")
    expect(visitor.photo(2)).to_contain_text("obama.jpg")


def test_a_photo_is_removed(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    visitor.button("Remove image 2").click()
    expect(visitor.verdict).to_be_hidden()
    expect(visitor.photo(2)).to_contain_text("Choose, drop or paste a photo")
    expect(visitor.button("Load image 2")).to_be_focused()
    visitor.load(2, BIDEN)
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading", level=2)).to_have_text("Different people")


def test_a_verdict_on_a_small_screen_shows_the_faces_with_it(visit: Visit) -> None:
    visitor = visit(width=1280, height=800)
    visitor.compare(OBAMA, OBAMA2)
    for part in ("face1", "face2", "words", "scale"):
        expect(visitor.verdict.locator(f"[data-part={part}]")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("de-AT", "Sind"), ("ar-EG", "هل"), ("ja-JP", "Are these")],
)
def test_the_browser_chooses_the_language(visit: Visit, locale: str, words: str) -> None:
    visitor = visit(locale=locale)
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(words)
    direction = visitor.page.evaluate("getComputedStyle(document.body).direction")
    assert direction == ("rtl" if locale.startswith("ar") else "ltr")


def test_the_visitor_chooses_another_language(visitor: Visitor) -> None:
    visitor.page.get_by_label("Language").select_option(label="العربية")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("هل")
    visitor.page.reload()
    expect(visitor.page.locator("html")).to_have_attribute("dir", "rtl")


def test_a_long_file_name_breaks_at_its_own_marks(visit: Visit) -> None:
    visitor = visit(width=320)
    visitor.compare(("wedding-of-annabella-and-maximilian.jpg", OBAMA.read_bytes()), OBAMA2)
    caption = visitor.verdict.locator("[data-part=name1]")
    expect(caption).to_have_text("wedding-of-annabella-and-maximilian.jpg")
    widths = caption.evaluate(
        """(caption) => {
            const range = document.createRange();
            return [...caption.childNodes].filter((node) => node.nodeType === 3).map((node) => {
                range.selectNodeContents(node);
                return range.getClientRects().length;
            });
        }"""
    )
    assert len(widths) > 4
    assert set(widths) == {1}  # no word lies in two lines
