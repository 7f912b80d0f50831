"""The real server and a real browser; whatever the browser complains of fails the test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from facecompare.config import ENV_PREFIX, Settings
from tests.support.browser.chromium import CHROMIUM_FLAGS, browser_with
from tests.support.browser.visitor import PATIENCE_MS, Visitor, Watch

Visit = Callable[..., Visitor]


@dataclass(frozen=True)
class Server:
    """`facecompare serve` with its page."""

    address: str
    env: Mapping[str, str]  # by which a command line works on the same records

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.env)

    def command(self, *arguments: str) -> str:
        """What `facecompare` prints."""
        command = [sys.executable, "-m", "facecompare", *arguments]
        return subprocess.run(
            command, env=self.env, check=True, capture_output=True, text=True
        ).stdout


@contextmanager
def serving(folder: Path, models_dir: Path, **settings: str) -> Iterator[Server]:
    """A server with records of its own; `settings` without their FACECOMPARE_."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    settings |= {"RECORDS": str(folder / "comparisons.sqlite3"), "MODELS_DIR": str(models_dir)}
    env |= {ENV_PREFIX + name: value for name, value in settings.items()}
    said = folder / "stderr.txt"
    command = [sys.executable, "-m", "facecompare", "serve", "--port", "0"]
    with said.open("wb") as stderr, subprocess.Popen(command, env=env, stderr=stderr) as process:
        try:
            yield Server(_address(process, said), env)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[str]:
    """The address of a server for everybody, with all that it can do."""
    with serving(tmp_path_factory.mktemp("server"), models_dir, LANDMARKS68="on") as server:
        yield server.address


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    while process.poll() is None:
        if announced := re.search(r"page and API on (http://\S+)", said.read_text()):
            return announced[1]
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {said.read_text()}")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with browser_with(playwright, *CHROMIUM_FLAGS) as browser:
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
        visitors.append(Visitor(page, Watch(page, address)))
        page.goto(address)
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.watch.complaints] == []


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    return visit()
