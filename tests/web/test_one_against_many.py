"""One reference against many photos."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Request, Route, expect

from tests.support.browser.visitor import File, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, encoded, heic, plain, portrait

pytestmark = pytest.mark.browser

WALL = ("wall.png", plain())


def copies(count: int) -> list[File]:
    """Photos that are all different files of one person."""
    small = portrait(OBAMA2).resize((320, 613))
    return [(f"copy{n:02}.jpg", encoded(small, quality=60 + n)) for n in range(count)]


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    visitor.open("Find")
    return visitor


def made_up(*paths: Path) -> list[File]:
    return [(path.name, path.read_bytes()) for path in paths]


def results(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Results").locator("tbody tr")


def row(visitor: Visitor, name: str) -> Locator:
    return results(visitor).filter(has_text=name)


def names(visitor: Visitor) -> list[str]:
    return results(visitor).locator("[data-part=name]").all_inner_texts()


def test_each_photo_gets_its_verdict_and_they_are_sortable(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", *made_up(BIDEN, OBAMA2), WALL)
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("2 compared. 1 could not be compared.")
    expect(row(visitor, "obama2.jpg")).to_contain_text("Same person")
    expect(row(visitor, "obama2.jpg").locator(".equals")).to_be_visible()
    expect(row(visitor, "biden.jpg")).to_contain_text("Different people")
    expect(row(visitor, "wall.png")).to_contain_text("No face was found")
    assert names(visitor) == ["obama2.jpg", "biden.jpg", "wall.png"]

    distance = visitor.page.get_by_role("columnheader", name="Distance")
    expect(distance).to_have_attribute("aria-sort", "ascending")
    distance.get_by_role("button").click()
    expect(distance).to_have_attribute("aria-sort", "descending")
    assert names(visitor) == ["biden.jpg", "obama2.jpg", "wall.png"]
    visitor.button("Photo").click()
    assert names(visitor) == ["biden.jpg", "obama2.jpg", "wall.png"]
    visitor.button("Photo").click()
    assert names(visitor) == ["wall.png", "obama2.jpg", "biden.jpg"]


def test_results_come_as_they_are_there(visitor: Visitor) -> None:
    held: list[Route] = []
    visitor.answer_with(lambda route: held.append(route))
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", *made_up(BIDEN, OBAMA2))
    visitor.button("Compare all").click()
    visitor.wait_until_held(held, 2)
    held.pop(0).continue_()
    expect(visitor.status).to_have_text("1 of 2 compared…")
    expect(results(visitor).filter(has_text=re.compile("Same|Different"))).to_have_count(1)
    expect(results(visitor).filter(has_text="Comparing…")).to_have_count(1)
    held.pop().continue_()
    expect(visitor.status).to_have_text("2 compared.")


def test_twenty_photos_are_compared_at_most_two_at_a_time(visitor: Visitor) -> None:
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", *copies(20))
    under_way: set[Request] = set()
    counts = [0]

    def begun(request: Request) -> None:
        if request.url.endswith("/api/compare"):
            under_way.add(request)
        counts.append(len(under_way))

    visitor.page.on("request", begun)
    visitor.page.on("requestfinished", lambda request: under_way.discard(request))
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("20 compared.", timeout=60_000)
    expect(results(visitor).filter(has_text="Same person")).to_have_count(20)
    assert max(counts) <= 3  # two, and one whose end is not told yet


def test_a_run_can_be_cancelled_and_goes_on_where_it_was(visitor: Visitor) -> None:
    held: list[Route] = []
    visitor.answer_with(lambda route: held.append(route))
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", *made_up(BIDEN, OBAMA2), *copies(1))
    visitor.button("Compare all").click()
    visitor.wait_until_held(held, 2)
    held.pop(0).continue_()
    expect(visitor.status).to_have_text("1 of 3 compared…")
    visitor.button("Cancel").click()
    expect(visitor.status).to_have_text("Cancelled after 1 of 3.")
    expect(visitor.button("Compare all")).to_be_focused()
    visitor.page.unroute_all()
    asked: list[str] = []
    visitor.page.on("request", lambda sent: asked.append(sent.url))
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("3 compared.")
    assert len([url for url in asked if url.endswith("/api/compare")]) == 2


def test_a_reference_without_a_face_stops_the_run(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.load_into("Reference", WALL)
    visitor.choose("Load photos", *copies(5))
    visitor.button("Compare all").click()
    expect(visitor.place("Reference").get_by_role("alert")).to_contain_text("No face was found")
    expect(visitor.button("Cancel")).to_be_hidden()
    expect(results(visitor).filter(has_text="Waiting")).to_have_count(5)


def test_another_reference_forgets_the_results(visitor: Visitor) -> None:
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", *made_up(OBAMA2))
    visitor.button("Compare all").click()
    expect(row(visitor, "obama2.jpg")).to_contain_text("Same person")
    visitor.load_into("Reference", BIDEN)
    expect(row(visitor, "obama2.jpg")).to_contain_text("Waiting")
    visitor.button("Compare all").click()
    expect(row(visitor, "obama2.jpg")).to_contain_text("Different people")


def test_photos_are_dropped_pasted_and_removed(visitor: Visitor) -> None:
    visitor.paste(OBAMA)
    expect(visitor.place("Reference")).to_contain_text("obama.jpg")
    visitor.paste(OBAMA2)
    visitor.drop_on(visitor.view.locator(".drop-zone"), BIDEN)
    expect(results(visitor)).to_have_count(2)
    assert names(visitor) == ["obama2.jpg", "biden.jpg"]
    visitor.button("Remove biden.jpg").click()
    assert names(visitor) == ["obama2.jpg"]
    visitor.button("Remove all").click()
    expect(results(visitor)).to_have_count(0)


def test_a_closer_look_shows_both_photos_in_the_comparison(visitor: Visitor) -> None:
    visitor.button("an example").click()
    expect(visitor.status).to_have_text("2 to compare.")
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("2 compared.")
    visitor.button("Look closer at biden.jpg").click()
    expect(visitor.photo(1)).to_contain_text("obama.jpg")
    expect(visitor.photo(2)).to_contain_text("biden.jpg")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_focused()
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Different people")


def test_a_missing_reference_is_asked_for(visitor: Visitor) -> None:
    visitor.choose("Load photos", *made_up(OBAMA2))
    visitor.button("Compare all").click()
    expect(visitor.place("Reference").get_by_role("alert")).to_contain_text("Load a photo here")


def test_a_lost_connection_is_told_in_its_row_and_tried_again(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", *made_up(OBAMA2))
    visitor.answer_with(lambda route: route.abort("connectionrefused"))
    visitor.button("Compare all").click()
    expect(row(visitor, "obama2.jpg")).to_contain_text(re.compile("service cannot be reached"))
    visitor.page.unroute_all()
    visitor.button("Compare all").click()
    expect(row(visitor, "obama2.jpg")).to_contain_text("Same person")


def test_a_folder_of_two_hundred_is_cancelled_half_way_and_downloaded(
    visitor: Visitor, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    (folder / "deeper").mkdir(parents=True)
    small = portrait(OBAMA2).resize((160, 307))
    for number in range(200):
        place = folder / "deeper" if number % 2 else folder
        (place / f"photo{number:03}.jpg").write_bytes(encoded(small, quality=50 + number % 40))
    (folder / "notes.txt").write_text("no photo")
    visitor.load_into("Reference", OBAMA)
    visitor.view.locator("input[webkitdirectory]").set_input_files(folder)
    expect(visitor.status).to_have_text("200 to compare.")
    visitor.button("Compare all").click()
    expect(visitor.status).to_contain_text(re.compile(r"^1\d\d of 200 compared"), timeout=90_000)
    visitor.button("Cancel").click()
    expect(visitor.status).to_contain_text("Cancelled after 1")
    done = int(re.findall(r"after (\d+) of 200", visitor.status.inner_text())[0])
    rows = downloaded(visitor)
    assert len(rows) == 200
    assert [row["verdict"] for row in rows].count("same") == done
    distances = [float(row["distance"]) for row in rows if row["distance"]]
    assert distances == sorted(distances)
    assert {row["image1"] for row in rows} == {"obama.jpg"}


def downloaded(visitor: Visitor) -> list[dict[str, str]]:
    """The lines of the CSV that the button saves."""
    with visitor.page.expect_download() as download:
        visitor.button("Download as CSV").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_of_pairs_is_compared(visitor: Visitor, separator: str) -> None:
    lines = ["image1,image2", "obama.jpg,obama2.jpg", "obama.jpg,biden.jpg", "obama.jpg,gone.jpg"]
    text = "\ufeff" + "\r\n".join(lines).replace(",", separator)
    visitor.watch.refusals_expected = True
    visitor.choose("Load photos", ("pairs.csv", text.encode()))
    expect(visitor.status).to_contain_text("names 3 pairs")
    visitor.choose("Load photos", *made_up(OBAMA, OBAMA2, BIDEN))
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("2 compared. 1 could not be compared.")
    expect(row(visitor, "obama2.jpg")).to_contain_text("Same person")
    expect(row(visitor, "biden.jpg")).to_contain_text("Different people")
    expect(row(visitor, "gone.jpg")).to_contain_text("gone.jpg is not among the loaded files.")
    saved = {line["image2"]: line for line in downloaded(visitor)}
    assert saved["biden.jpg"]["verdict"] == "different"
    assert saved["gone.jpg"]["error"] == "gone.jpg is not among the loaded files."


def test_a_csv_without_pairs_is_told_of(visitor: Visitor) -> None:
    visitor.choose("Load photos", ("pairs.csv", b"name,age\nAnn,5\n"))
    expect(visitor.failure).to_contain_text("expected a first line image1,image2")


def test_a_file_name_is_no_formula(visitor: Visitor) -> None:
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", ("=1+1.jpg", OBAMA2.read_bytes()))
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("1 compared.")
    [line] = downloaded(visitor)
    assert line["image2"] == "'=1+1.jpg"


def test_a_photo_that_the_browser_cannot_show_gets_its_face_as_thumbnail(visitor: Visitor) -> None:
    visitor.load_into("Reference", OBAMA)
    visitor.choose("Load photos", ("phone.heic", heic(portrait(OBAMA2))))
    visitor.button("Compare all").click()
    expect(visitor.status).to_have_text("1 compared.")
    picture = row(visitor, "phone.heic").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(face) => face.naturalWidth") == 150
