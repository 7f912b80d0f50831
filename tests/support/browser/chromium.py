"""Chromium as the tests start it: it reaches this machine and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Playwright

NOT_INSTALLED = "Chromium is not installed: the page is NOT tested here; .ci/run installs it"

CHROMIUM_FLAGS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # or it asks the DNS regardless
]


def chromium_path() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browser_with(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Chromium with these flags, for the length of the block."""
    path = chromium_path()
    if path is None:
        pytest.skip(NOT_INSTALLED)
    browser = playwright.chromium.launch(executable_path=path, args=flags)
    yield browser
    browser.close()
