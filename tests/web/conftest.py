"""The real server and a real browser; whatever the browser complains of fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support.browser.chromium import chromium
from tests.support.browser.server import serving
from tests.support.browser.visitor import PATIENCE_MS, Visit, Visitor, Watch


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[str]:
    """The address of a server for everybody, with all that it can do."""
    with serving(tmp_path_factory.mktemp("server"), models_dir, LANDMARKS68="on") as server:
        yield server.address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    """Open the page, in a window of the test's choosing.

    Fails the test on any console error, CSP violation or request to another origin.
    """
    visitors: list[Visitor] = []

    def open_page(
        width: int = 1280, height: int = 800, address: str = server, **options: Any
    ) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        # Waiting for a single dialogue switches this on too late for a quick press of Enter.
        page.on("filechooser", lambda _dialogue: None)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
        visitors.append(Visitor(page, Watch(page, origin)))
        page.goto(address)
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.watch.complaints] == []


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    return visit()
