"""The browser: the system's Chromium, cut off from everything but this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Playwright

NOT_INSTALLED = "Chromium is not installed: the page is NOT tested here; .ci/run installs it"
FLAGS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # or it asks the DNS regardless
]


def chromium_path() -> str | None:
    """Where the system has it, if it does."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium(playwright: Playwright, *more_flags: str) -> Iterator[Browser]:
    """A browser of one's own; skips the test where Chromium is not installed."""
    path = chromium_path()
    if path is None:
        pytest.skip(NOT_INSTALLED)
    browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *more_flags])
    yield browser
    browser.close()
