"""The verdict's card: saved, copied, reopened, tried at another threshold, and told as code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.support.browser.visitor import Visit, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, group

pytestmark = pytest.mark.browser


def fold(visitor: Visitor, title: str) -> Locator:
    """A fold of the card, opened."""
    opened = visitor.verdict.locator("details", has_text=title).first
    opened.locator("summary").click()
    return opened


def test_the_card_is_saved_as_a_picture(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    with visitor.page.expect_download() as download:
        visitor.button("Save as a picture").click()
    assert download.value.suggested_filename == "facecompare.png"
    picture = Image.open(Path(download.value.path()))
    assert (picture.format, picture.size) == ("PNG", (960, 640))
    colours = picture.convert("RGB").getcolors(maxcolors=10**6)
    assert colours and len(colours) > 5000  # two faces, not an empty card


def test_the_card_is_copied_as_a_picture(visit: Visit) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    visitor.compare(OBAMA, OBAMA2)
    visitor.button("Copy as a picture").click()
    expect(visitor.verdict.get_by_role("status")).to_have_text("Copied.")
    kinds = visitor.page.evaluate("navigator.clipboard.read().then((all) => all[0].types)")
    assert kinds == ["image/png"]


def test_what_is_printed_says_where_it_comes_from(visitor: Visitor) -> None:
    answer = visitor.compare(OBAMA, OBAMA2)
    visitor.page.emulate_media(media="print")
    printed = visitor.verdict.locator(".printed")
    expect(printed).to_be_visible()
    for fact in (answer["engine"], answer["comparison_id"], answer["image2"]["sha256"]):
        expect(printed).to_contain_text(fact)
    expect(visitor.button("Print")).to_be_hidden()


def test_the_tab_keeps_comparisons_with_small_faces_and_opens_them(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    visitor.compare(OBAMA, ("both.jpg", group(OBAMA2, BIDEN)))
    visitor.open("History")
    own = visitor.page.get_by_role("table", name="In this tab")
    expect(own.locator("tbody tr")).to_have_count(2)
    expect(own.locator("tbody img")).to_have_count(4)
    visitor.page.reload()
    visitor.button("Open the comparison of obama.jpg and obama2.jpg").click()
    expect(visitor.verdict.get_by_role("heading", level=2)).to_have_text("Same person")
    expect(visitor.verdict).to_contain_text("its photos were not kept")
    expect(visitor.verdict.locator("[data-part=name2]")).to_have_text("obama2.jpg")
    width = visitor.verdict.locator("[data-part=face1]").evaluate("(face) => face.naturalWidth")
    assert width == 100
    expect(visitor.photo(1)).to_contain_text("Choose, drop or paste a photo")
    visitor.load(1, OBAMA)
    expect(visitor.verdict).to_be_hidden()


def test_a_full_browser_forgets_the_oldest(visitor: Visitor) -> None:
    visitor.page.evaluate("sessionStorage.setItem('ballast', 'x'.repeat(5_200_000 - 20_000))")
    for other in (OBAMA2, BIDEN, OBAMA):
        visitor.compare(OBAMA, other)
    visitor.open("History")
    own = visitor.page.get_by_role("table", name="In this tab")
    expect(own.locator("tbody tr").first).to_contain_text("obama.jpg and obama.jpg")


def test_another_threshold_is_tried_at_once(visitor: Visitor) -> None:
    visitor.compare(OBAMA, OBAMA2)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    decide = fold(visitor, "Try another threshold")
    answer = decide.locator("output")
    expect(answer).to_contain_text("At 0.598: Same person. There, 1 in ")
    slider = decide.get_by_role("slider", name="Threshold")
    slider.fill("0.2")
    expect(answer).to_contain_text("At 0.200: Different people.")
    decide.get_by_label("False match rate").select_option(label="1 in 1,000")
    expect(answer).to_contain_text("Same person. There, 1 in 1,000 of pairs of strangers")
    decide.get_by_label("False match rate").select_option(label="as decided")
    expect(answer).to_contain_text("At 0.598: Same person.")
    assert [url for url in asked if url.endswith("/api/compare")] == []


@pytest.mark.parametrize("names", [("one.jpg", "two.jpg"), ("it's $HOME.jpg", 'a "b" `c`.jpg')])
def test_the_code_that_is_shown_does_the_same(
    visitor: Visitor, tmp_path: Path, names: tuple[str, str]
) -> None:
    photos = [(name, path.read_bytes()) for name, path in zip(names, (OBAMA, BIDEN), strict=True)]
    for name, data in photos:
        (tmp_path / name).write_bytes(data)
    answer = visitor.compare(*photos)
    shown = fold(visitor, "The same by curl or Python").locator("pre")
    expect(shown).to_have_count(2)
    curl, python = shown.all_inner_texts()
    assert shutil.which("curl")
    command = ["bash", "-c", curl.replace("curl ", "curl --silent --show-error ", 1)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert json.loads(done.stdout)["combined_distance"] == answer["combined_distance"]
    script = [sys.executable, "-c", python]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split()[0] == "different", done.stderr


def test_a_chosen_face_is_in_the_code(visitor: Visitor) -> None:
    visitor.compare(OBAMA, ("both.jpg", group(OBAMA2, BIDEN)))
    code = fold(visitor, "The same by curl or Python").locator("pre").first
    expect(code).to_contain_text("image2_face=")


def test_the_strip_has_every_face_with_its_score_the_most_alike_first(visitor: Visitor) -> None:
    visitor.compare(OBAMA, ("both.jpg", group(OBAMA2, BIDEN)))
    faces = visitor.verdict.get_by_role("list").get_by_role("button")
    expect(faces).to_have_text(["score 100", "score 0"])
    widths = faces.locator("img").evaluate_all("(faces) => faces.map((f) => f.naturalWidth)")
    assert widths == [150, 150]
