"""Every view with something in it, in three widths, light and dark, to be looked at.

python -m tests.web.screenshots http://127.0.0.1:8000 FOLDER [VIEW …]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.web.conftest import CHROMIUM_FLAGS, chromium_path

WIDTHS = (360, 768, 1280)
VERDICT_MS = 30_000


def compared(page: Page) -> None:
    page.get_by_role("button", name="two photos of one person").click()
    page.get_by_text("Ready to compare").wait_for()
    page.get_by_role("button", name="Predict").click()
    page.get_by_role("region", name="Verdict").wait_for(timeout=VERDICT_MS)


def ranked(page: Page) -> None:
    page.get_by_role("button", name="three example photos").click()
    page.get_by_text("Ready to compare").wait_for()
    page.get_by_role("button", name="Predict").click()
    page.get_by_role("region", name="Ranking").wait_for(timeout=VERDICT_MS)


def several(page: Page) -> None:
    page.get_by_role("button", name="an example").click()
    page.get_by_text("2 to compare").wait_for()
    page.get_by_role("button", name="Compare all").click()
    page.get_by_text("2 compared.").wait_for(timeout=VERDICT_MS)


def logged(page: Page) -> None:
    page.get_by_text("Page 1").wait_for()


def asked(page: Page) -> None:
    page.get_by_text("/api/compare").wait_for()


def nothing(_page: Page) -> None:
    return None


VIEWS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "empty": ("compare", nothing),
    "compare": ("compare", compared),
    "closer": ("closer", ranked),
    "many": ("many", several),
    "history": ("history", logged),
    "about": ("about", nothing),
    "api": ("api", asked),
}


def main(address: str, folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        for scheme in ("light", "dark"):
            page = browser.new_context(color_scheme=scheme).new_page()
            for name in names or VIEWS:
                view, prepare = VIEWS[name]
                page.set_viewport_size({"width": WIDTHS[0], "height": 800})
                page.goto("about:blank")
                page.goto(f"{address}/#/{view}")
                prepare(page)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 800})
                    page.wait_for_timeout(150)
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
