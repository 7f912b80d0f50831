"""The history: this tab's own comparisons, and the service's log with an access key."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from facecompare.records.record import Selection, every_record, timestamp
from facecompare.records.sqlite import SqliteLog
from tests.support.browser.server import Server, serving
from tests.support.browser.visitor import Visit, Visitor
from tests.support.pictures import BIDEN, OBAMA, OBAMA2
from tests.support.records import record

pytestmark = pytest.mark.browser

RECORDS = 45  # three pages
PAGE = 20
OLD = 5  # of them made a month ago


@dataclass(frozen=True)
class Guarded:
    """A server that wants keys, and keys for it."""

    server: Server
    admin: str
    caller: str


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    with serving(folder, models_dir, ACCESS="keys") as server:
        admin, caller = (
            server.command("keys", "create", name, "--role", role).strip()
            for name, role in (("boss", "admin"), ("desk", "caller"))
        )
        yield Guarded(server, admin, caller)


@pytest.fixture
def log(guarded: Guarded) -> SqliteLog:
    """Its log with records of the last hour and of a month ago, nothing else."""
    log = SqliteLog(guarded.server.settings.records)
    for old in every_record(log, Selection()):
        log.delete(old.comparison_id)
    now = datetime.now(UTC)
    for number in range(RECORDS):
        age = timedelta(days=30) if number < OLD else timedelta(minutes=RECORDS - number)
        made = timestamp(now - age + timedelta(seconds=number))
        log.put(record(number, created_at=made, caller="desk" if number % 2 else "boss"))
    return log


@pytest.fixture
def visitor(visit: Visit, guarded: Guarded, log: SqliteLog) -> Visitor:
    visitor = visit(address=guarded.server.address)
    visitor.open("History")
    return visitor


def give(visitor: Visitor, key: str) -> None:
    visitor.page.get_by_label("Access key", exact=True).fill(key)
    visitor.page.get_by_role("dialog").get_by_role("button", name="Use this key").click()


def enter(visitor: Visitor, key: str) -> None:
    visitor.button("Use this key").click()
    give(visitor, key)


def rows(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("table", name="The service's log").locator("tbody tr")


def test_the_log_is_paged_newest_first(visitor: Visitor, guarded: Guarded) -> None:
    expect(visitor.view).to_contain_text("Reading the log needs an access key.")
    enter(visitor, guarded.admin)
    expect(visitor.status).to_have_text("Page 1: 20 records")
    expect(rows(visitor)).to_have_count(PAGE)
    expect(rows(visitor).first).to_contain_text("44.25")
    expect(visitor.button("Newer")).to_have_attribute("aria-disabled", "true")
    visitor.button("Older").click()
    expect(visitor.status).to_have_text("Page 2: 20 records")
    visitor.button("Older").click()
    expect(visitor.status).to_have_text("Page 3: 5 records")
    expect(rows(visitor).last).to_contain_text("0.25")
    expect(visitor.button("Older")).to_have_attribute("aria-disabled", "true")
    visitor.button("Newer").click()
    expect(visitor.status).to_have_text("Page 2: 20 records")
    visitor.button("Newer").click()
    expect(visitor.status).to_have_text("Page 1: 20 records")
    expect(rows(visitor).first).to_contain_text("44.25")


def test_the_log_shows_the_distances_that_decided(
    visitor: Visitor, guarded: Guarded, log: SqliteLog
) -> None:
    networks = {"engine": "dlib-sface", "decided_by": "dlib-sface", "second_distance": 0.2}
    combined = {"combined_distance": 0.41, "combined_threshold": 0.598, "same_person": True}
    for number, uncertain in ((50, False), (51, True)):
        made = timestamp(datetime.now(UTC) + timedelta(seconds=number))
        new = record(number, created_at=made, **networks, **combined, uncertain=uncertain)
        log.put(new)
    enter(visitor, guarded.admin)
    expect(visitor.status).to_have_text("Page 1: 20 records")
    newest, next_one, older = rows(visitor).all()[:3]
    expect(newest).to_contain_text(re.compile(r"Uncertain\s*0\.41"))
    expect(next_one).to_contain_text(re.compile(r"Same person\s*0\.41"))
    expect(older).to_contain_text("44.25")
    newest.get_by_role("button").click()
    question = visitor.page.get_by_role("dialog", name="Delete this record?")
    expect(question).to_contain_text("Uncertain. It cannot be brought back.")


def test_two_quick_clicks_go_back_two_pages(visitor: Visitor, guarded: Guarded) -> None:
    enter(visitor, guarded.admin)
    for page in (2, 3):
        visitor.button("Older").click()
        expect(visitor.status).to_contain_text(f"Page {page}:")
    held: list[Route] = []
    visitor.page.route("**/api/comparisons?*", lambda route: held.append(route))
    visitor.button("Newer").click()
    visitor.button("Newer").click()
    while len(held) < 2:
        visitor.page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    expect(visitor.status).to_have_text("Page 1: 20 records")
    expect(rows(visitor).first).to_contain_text("44.25")
    assert len(held) == 2


def test_after_a_page_that_did_not_come_the_buttons_start_from_the_shown_one(
    visitor: Visitor, guarded: Guarded
) -> None:
    enter(visitor, guarded.admin)
    visitor.button("Older").click()
    expect(visitor.status).to_have_text("Page 2: 20 records")
    visitor.page.route("**/api/comparisons?*", lambda route: route.fulfill(status=503, body=""))
    visitor.watch.refusals_expected = True
    visitor.button("Newer").click()
    expect(visitor.status).to_have_text("Page 2: 20 records")
    visitor.page.unroute("**/api/comparisons?*")
    visitor.button("Older").click()
    expect(visitor.status).to_have_text("Page 3: 5 records")


def test_the_log_is_filtered_by_age_and_caller(visitor: Visitor, guarded: Guarded) -> None:
    enter(visitor, guarded.admin)
    visitor.page.get_by_label("From").select_option(label="the last 24 hours")
    visitor.button("Show").click()
    expect(visitor.status).to_have_text("Page 1: 20 records")
    visitor.button("Older").click()
    expect(visitor.status).to_have_text("Page 2: 20 records")
    expect(visitor.button("Older")).to_have_attribute("aria-disabled", "true")

    visitor.page.get_by_label("From").select_option(label="the beginning")
    visitor.page.get_by_label("Caller").fill("desk")
    visitor.button("Show").click()
    expect(visitor.status).to_have_text("Page 1: 20 records")
    visitor.button("Older").click()
    expect(visitor.status).to_have_text("Page 2: 2 records")
    expect(rows(visitor).first).to_contain_text("desk")

    visitor.page.get_by_label("Caller").fill("nobody")
    visitor.button("Show").click()
    expect(visitor.status).to_contain_text("No records found.")


def test_the_csv_has_what_the_filter_leaves(visitor: Visitor, guarded: Guarded) -> None:
    enter(visitor, guarded.admin)
    visitor.page.get_by_label("Caller").fill("desk")
    visitor.button("Show").click()
    expect(visitor.status).to_have_text("Page 1: 20 records")
    with visitor.page.expect_download() as download:
        visitor.button("Download as CSV").click()
    assert download.value.suggested_filename == "comparisons.csv"
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == RECORDS // 2
    assert {line["caller"] for line in lines} == {"desk"}


def test_a_record_is_deleted_after_a_question(
    visitor: Visitor, guarded: Guarded, log: SqliteLog
) -> None:
    enter(visitor, guarded.admin)
    delete = rows(visitor).first.get_by_role("button")
    delete.click()
    question = visitor.page.get_by_role("dialog", name="Delete this record?")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    expect(question).to_contain_text("Same person. It cannot be brought back.")
    question.get_by_role("button", name="Cancel").click()
    expect(delete).to_be_focused()
    delete.click()
    question.get_by_role("button", name="Delete").click()
    expect(visitor.status).to_have_text("The record was deleted. Page 1: 20 records")
    expect(rows(visitor).first).to_contain_text("43.25")
    assert len(log.page(100).records) == RECORDS - 1


def test_a_caller_sees_their_own_records_and_may_not_delete(
    visitor: Visitor, guarded: Guarded
) -> None:
    visitor.watch.refusals_expected = True
    enter(visitor, guarded.caller)
    visitor.button("Older").click()
    expect(visitor.status).to_have_text("Page 2: 2 records")
    rows(visitor).first.get_by_role("button").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(visitor.view.get_by_role("alert")).to_contain_text("expected an admin's key")
    expect(rows(visitor)).to_have_count(2)


def test_a_wrong_key_is_told_and_asked_for_again(visitor: Visitor, guarded: Guarded) -> None:
    visitor.watch.refusals_expected = True
    enter(visitor, "fck_boss.wrong")
    dialogue = visitor.page.get_by_role("dialog")
    expect(dialogue).to_contain_text("The service did not accept this access key;")
    give(visitor, guarded.admin)
    expect(visitor.status).to_have_text("Page 1: 20 records")
    visitor.button("Forget the access key").click()
    expect(rows(visitor)).to_have_count(0)
    expect(visitor.button("Use this key")).to_be_visible()


def test_a_key_is_asked_for_once_and_kept_for_the_tab(visitor: Visitor, guarded: Guarded) -> None:
    visitor.watch.refusals_expected = True
    visitor.open("Compare")
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    visitor.predict()
    dialogue = visitor.page.get_by_role("dialog", name="Access key needed")
    expect(dialogue).to_contain_text("This service needs an access key.")
    give(visitor, guarded.caller)
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")
    visitor.page.reload()
    visitor.open("History")
    expect(rows(visitor).first).to_contain_text("desk")


def test_without_a_key_the_refusal_is_told(visitor: Visitor) -> None:
    visitor.watch.refusals_expected = True
    visitor.open("Compare")
    visitor.load(1, OBAMA)
    visitor.load(2, OBAMA2)
    visitor.predict()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(visitor.failure).to_contain_text("This needs an access key")


def test_a_log_that_cannot_be_had_is_told(visitor: Visitor, guarded: Guarded) -> None:
    visitor.watch.refusals_expected = True
    visitor.page.route("**/api/comparisons?*", lambda route: route.fulfill(status=503, body=""))
    enter(visitor, guarded.admin)
    expect(visitor.view.get_by_role("alert")).to_contain_text("cannot answer at the moment")


def test_this_tab_remembers_its_own_comparisons_and_forgets_them(visit: Visit) -> None:
    visitor = visit()
    visitor.compare(OBAMA, OBAMA2)
    visitor.load(2, BIDEN)
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Different people")
    visitor.page.reload()
    visitor.open("History")
    own = visitor.page.get_by_role("table", name="In this tab").locator("tbody tr")
    expect(own).to_have_count(2)
    expect(own.first).to_contain_text("obama.jpg and biden.jpg")
    expect(own.first).to_contain_text("Different people")
    expect(own.last).to_contain_text("obama.jpg and obama2.jpg")
    visitor.button("Forget these").click()
    expect(own).to_have_count(0)
    expect(visitor.view).to_contain_text("Nothing was compared yet. What you compare")
    assert visitor.page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_service_for_everybody_shows_its_log_without_a_key(visit: Visit) -> None:
    visitor = visit()
    visitor.compare(OBAMA, OBAMA2)
    visitor.open("History")
    expect(rows(visitor).first).to_contain_text("Same person")
