"""What a visitor does on the page and sees there."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    ConsoleMessage,
    FilePayload,
    JSHandle,
    Locator,
    Page,
    Request,
    Route,
    expect,
)

# CSP violations that Chromium does not print, such as those of a report-only policy.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP violation of ${event.violatedDirective} by ${event.blockedURI}`));
"""
VIEWS = {  # the titles, by the words of the links
    "Compare": "Are these two photos the same person?",
    "Rank": "Which of two is closer?",
    "Find": "Which of these photos show one person?",
    "History": "History",
    "About": "About this service",
}
REFUSED = "Failed to load resource"  # Chromium prints it for each answer with an error status
PATIENCE_MS = 20_000  # a comparison takes about one second, on two busy cores several

expect.set_options(timeout=PATIENCE_MS)

File = Path | tuple[str, bytes]  # as it lies on the disk, or made up for the test


class Watch:
    """Collects what must not happen on the page."""

    def __init__(self, page: Page, *origins: str) -> None:
        self.complaints: list[str] = []
        self.refusals_expected = False
        own = [prefix + origin + "/" for origin in origins for prefix in ("", "blob:")]
        self._own = ("data:", *own)
        page.add_init_script(TELL_VIOLATIONS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self._requested)

    def _heard(self, message: ConsoleMessage) -> None:
        expected = self.refusals_expected and message.text.startswith(REFUSED)
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _requested(self, request: Request) -> None:
        if not request.url.startswith(self._own):
            self.complaints.append(f"foreign request: {request.url}")


@dataclass
class Visitor:
    page: Page
    watch: Watch

    @property
    def origin(self) -> str:
        return self.page.url.partition("/#")[0].rstrip("/")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def open(self, view: str) -> None:
        """Go to another view with the navigation."""
        self.page.get_by_role("navigation").get_by_role("link", name=view, exact=True).click()
        expect(self.view.get_by_role("heading", level=1)).to_be_focused()

    def place(self, name: str) -> Locator:
        """Everything that belongs to one photo."""
        return self.page.get_by_role("region", name=name, exact=True)

    def photo(self, number: int) -> Locator:
        return self.place(f"Image {number}")

    def load(self, number: int, file: File) -> None:
        self.load_into(f"Image {number}", file)

    def load_into(self, name: str, file: File) -> None:
        """Load a photo as a visitor does: with the button and the system's file dialogue.

        On a loaded machine Chromium has lost what the driver chose in a dialogue, once in some
        ten thousand; a visitor would choose again, and so does this, once.
        """
        place, loaded = self.place(name), _payload(file)["name"]
        self.choose(self._load_button(name), file)
        try:
            expect(place).to_contain_text(loaded)
        except AssertionError:
            self.choose(self._load_button(name), file)
            expect(place).to_contain_text(loaded)

    def _load_button(self, name: str) -> str:
        load = f"Load {name.lower()}"
        return load if self.button(load).count() else f"Replace {name.lower()}"

    def choose(self, button: str, *files: File) -> None:
        """Choose files, all from the disk or all made up, in the dialogue that this opens."""
        with self.page.expect_file_chooser() as chooser:
            self.button(button).click()
        paths = [file for file in files if isinstance(file, Path)]
        made_up = [_payload(file) for file in files if not isinstance(file, Path)]
        chooser.value.set_files(paths or made_up)

    def drop(self, number: int, file: File) -> None:
        """Drag a file from elsewhere onto a photo's place."""
        self.drop_on(self.photo(number).locator("canvas"), file)

    def drop_on(self, place: Locator, *files: File) -> None:
        transfer = self._transfer(*files)
        for kind in ("dragenter", "dragover", "drop"):
            place.dispatch_event(kind, {"dataTransfer": transfer})

    def paste(self, *files: File) -> None:
        """Paste files from the clipboard."""
        self.page.evaluate(
            """(clipboardData) => (document.activeElement ?? document.body).dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))""",
            self._transfer(*files),
        )

    def _transfer(self, *files: File) -> JSHandle:
        """The files as the browser hands them over."""
        payloads = [_payload(file) for file in files]
        data = [[p["name"], p["mimeType"], b64encode(p["buffer"]).decode()] for p in payloads]
        return self.page.evaluate_handle(
            """(files) => {
                const transfer = new DataTransfer();
                for (const [name, type, base64] of files) {
                    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
                    transfer.items.add(new File([bytes], name, { type }));
                }
                return transfer;
            }""",
            data,
        )

    def predict(self) -> None:
        """Press the button that sends the photos of this view."""
        self.view.locator("[data-part=predict]").click()

    def compare(self, file1: File, file2: File) -> dict[str, Any]:
        """Load both, press Predict, wait for the verdict; the API's answer to it."""
        self.load(1, file1)
        self.load(2, file2)
        with self.page.expect_response("**/api/compare") as response:
            self.predict()
        answer: dict[str, Any] = response.value.json()
        expect(self.verdict).to_be_visible()
        return answer

    def compare_unfolded(self, file1: Path, file2: Path) -> Locator:
        """As compare, whatever the language; the verdict's card, with all that it can show."""
        files = self.view.locator("input[type=file]")
        for place, path in enumerate((file1, file2)):
            files.nth(place).set_input_files(path)
        self.predict()
        card = self.view.locator("[data-part=card]")
        expect(card).to_be_visible()
        for fold in card.locator("summary").all():
            fold.click()
        expect(card.locator("pre")).to_have_count(2)
        return card

    def compare_large(self, file1: File, file2: File) -> dict[str, Any]:
        """As compare, with the photos large beside the verdict."""
        answer = self.compare(file1, file2)
        self.page.get_by_role("checkbox", name="Large photos").check()
        return answer

    def hold_requests(self) -> list[Route]:
        """Keep comparisons waiting; they are listed as they arrive."""
        held: list[Route] = []
        self.answer_with(lambda route: held.append(route))
        return held

    def wait_until_held(self, held: list[Route], count: int) -> None:
        """Playwright tells of requests only while it is asked to wait for something."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while len(held) < count and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        assert len(held) == count

    def answer_with(self, handler: Callable[[Route], object]) -> None:
        self.page.route("**/api/compare", handler)

    @property
    def verdict(self) -> Locator:
        return self.page.get_by_role("region", name="Verdict")

    @property
    def view(self) -> Locator:
        """The view that is shown."""
        return self.page.locator(".view:not([hidden])")

    @property
    def status(self) -> Locator:
        return self.page.get_by_role("status")

    @property
    def failure(self) -> Locator:
        """What went wrong, where no photo is to blame."""
        return self.view.locator("[data-part=failure]")

    @property
    def details(self) -> Locator:
        return self.view.locator(".details")

    def error_of(self, number: int) -> Locator:
        return self.photo(number).get_by_role("alert", include_hidden=True)

    def focus_ring_is_visible(self) -> bool:
        style = self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        return bool(style == "solid")


Visit = Callable[..., Visitor]  # opens the page for another visitor


def _payload(file: File) -> FilePayload:
    name, data = (file.name, file.read_bytes()) if isinstance(file, Path) else file
    kinds = {"jpg": "image/jpeg", "png": "image/png", "heic": "image/heic", "txt": "text/plain"}
    kinds |= {"csv": "text/csv"}
    return {"name": name, "mimeType": kinds[name.rpartition(".")[2]], "buffer": data}
