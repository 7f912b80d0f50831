"""Every state of the page in three widths, light, dark, in forced colours and from right to left,
to be looked at.

    python -m tests.web.screenshots http://127.0.0.1:8000 FOLDER [STATE …]

For each state one picture a scheme, with the widths side by side.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.support.browser.chromium import chromium
from tests.support.browser.states import STATES
from tests.support.browser.visitor import Visitor, Watch

WIDTHS = (360, 768, 1280)
GAP = 24
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active", "color_scheme": "dark"},
    "rtl": {},
}


def main(address: str, folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for scheme, options in SCHEMES.items():
            for state in STATES:
                if names and state.__name__ not in names:
                    continue
                page = browser.new_page(**options)
                visitor = Visitor(page, Watch(page, address))
                page.goto(address)
                state(visitor)
                if scheme == "rtl":
                    page.evaluate("document.documentElement.dir = 'rtl'")
                beside(taken(page)).save(folder / f"{state.__name__}-{scheme}.png")
                page.unroute_all()
                page.close()
                print(state.__name__, scheme, visitor.watch.complaints)


def taken(page: Page) -> list[Image.Image]:
    pictures = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(150)  # drawings follow the window
        modal = page.get_by_role("dialog").count() > 0
        pictures.append(Image.open(BytesIO(page.screenshot(full_page=not modal))).convert("RGB"))
    return pictures


def beside(pictures: list[Image.Image]) -> Image.Image:
    width = sum(picture.width + GAP for picture in pictures) - GAP
    sheet = Image.new("RGB", (width, max(picture.height for picture in pictures)), "magenta")
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + GAP
    return sheet


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
