"""Taking a photo with the device's camera: a webcam fed from a film of real faces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Playwright, expect

from tests.support.browser.chromium import chromium
from tests.support.browser.visitor import Visit, Visitor
from tests.support.pictures import OBAMA, OBAMA2, portrait

pytestmark = pytest.mark.browser

FRAME = (640, 480)
FRAMES = 30
NO_CAMERA = "() => { delete Navigator.prototype.mediaDevices; }"
STREAM_STATES = """() => window.opened.flatMap((stream) =>
    stream.getTracks().map((track) => track.readyState))"""
RECORD_STREAMS = """() => {
    window.opened = [];
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        window.wanted = wanted;
        const stream = await real(wanted);
        window.opened.push(stream);
        return stream;
    };
}"""
TWO_CAMERAS = """() => {
    navigator.mediaDevices.enumerateDevices = async () =>
        [{ kind: "videoinput" }, { kind: "audioinput" }, { kind: "videoinput" }];
}"""


def film(folder: Path) -> Path:
    """Motion JPEG, as Chromium's fake camera takes it: a still face, many times."""
    frame = Image.new("RGB", FRAME, "dimgrey")
    face = portrait(OBAMA2).crop((70, 150, 570, 650)).resize((480, 480))
    frame.paste(face, (80, 0))
    buffer = BytesIO()
    frame.save(buffer, "JPEG", quality=95, subsampling="4:2:0")
    path = folder / "camera.mjpeg"
    path.write_bytes(buffer.getvalue() * FRAMES)
    return path


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    flags = (
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film(tmp_path_factory.mktemp('camera'))}",
    )
    with chromium(playwright, *flags) as browser:
        yield browser


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    visitor = visit(permissions=["camera"])
    visitor.page.evaluate(RECORD_STREAMS)
    return visitor


def dialogue(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("dialog", name="Take a photo")


def take(visitor: Visitor, number: int) -> None:
    visitor.button(f"Take image {number} with the camera").click()
    visitor.button("Take photo").click()
    expect(dialogue(visitor)).to_be_hidden()


def test_a_face_before_the_camera_is_compared(visitor: Visitor) -> None:
    visitor.load(1, OBAMA)
    take(visitor, 2)
    expect(visitor.photo(2)).to_contain_text("camera.jpg")
    expect(visitor.photo(2)).to_contain_text("640 × 480 px")
    visitor.predict()
    expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")


def test_the_preview_is_live_and_mirrored_only_for_the_front(visitor: Visitor) -> None:
    visitor.page.evaluate(TWO_CAMERAS)
    visitor.button("Take image 1 with the camera").click()
    video = dialogue(visitor).locator("video")
    expect(video).to_be_visible()
    expect(visitor.button("Take photo")).to_be_focused()
    visitor.page.wait_for_function(
        "() => { const video = document.querySelector('video'); return video.currentTime > 0.2; }"
    )
    assert video.evaluate("(video) => getComputedStyle(video).transform") == (
        "matrix(-1, 0, 0, 1, 0, 0)"
    )
    assert visitor.page.evaluate("window.wanted.video.facingMode.ideal") == "user"
    visitor.button("Switch camera").click()
    expect(video).to_be_visible()
    assert visitor.page.evaluate("window.wanted.video.facingMode.ideal") == "environment"
    assert video.evaluate("(video) => getComputedStyle(video).transform") == "none"


def test_one_camera_cannot_be_switched(visitor: Visitor) -> None:
    visitor.button("Take image 1 with the camera").click()
    expect(visitor.button("Take photo")).to_be_visible()
    expect(visitor.button("Switch camera")).to_be_hidden()


@pytest.mark.parametrize("way", ["Take photo", "Close", "Escape"])
def test_the_camera_is_off_when_the_dialogue_is_left(visitor: Visitor, way: str) -> None:
    visitor.button("Take image 1 with the camera").click()
    expect(visitor.button("Take photo")).to_be_visible()
    if way == "Escape":
        visitor.page.keyboard.press("Escape")
    else:
        visitor.button(way).click()
    expect(dialogue(visitor)).to_be_hidden()
    expect(visitor.button("Take image 1 with the camera")).to_be_focused()
    visitor.page.wait_for_function(f"() => ({STREAM_STATES})().join() === 'ended'")


def test_a_camera_that_opens_after_the_dialogue_was_left_is_closed(visitor: Visitor) -> None:
    visitor.page.evaluate(
        """() => {
            const real = navigator.mediaDevices.getUserMedia;
            navigator.mediaDevices.getUserMedia = async (wanted) => {
                const stream = await real(wanted);
                await new Promise((resolve) => { window.letOpen = resolve; });
                return stream;
            };
        }"""
    )
    visitor.button("Take image 1 with the camera").click()
    visitor.page.wait_for_function("() => window.letOpen")
    visitor.button("Close").click()
    visitor.page.evaluate("() => window.letOpen()")
    visitor.page.wait_for_function(f"() => ({STREAM_STATES})().every((is) => is === 'ended')")


def test_a_camera_that_may_not_be_used_has_a_way_out(visit: Visit) -> None:
    visitor = visit(permissions=[])  # Chromium without a window refuses what is not granted
    visitor.button("Take image 1 with the camera").click()
    expect(dialogue(visitor)).to_contain_text("This page may not use the camera. To allow it")
    expect(visitor.button("Take photo")).to_be_hidden()
    visitor.choose("Choose a file instead", OBAMA)
    expect(dialogue(visitor)).to_be_hidden()
    expect(visitor.photo(1)).to_contain_text("obama.jpg")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotFoundError", "No camera was found. Choose a file instead."),
        ("NotReadableError", "Another program is using the camera."),
        ("AbortError", "The camera cannot be used. Choose a file instead."),
    ],
)
def test_what_is_wrong_with_the_camera_is_told(visitor: Visitor, name: str, words: str) -> None:
    visitor.page.evaluate(
        """(name) => {
            navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", name); };
        }""",
        name,
    )
    visitor.button("Take image 1 with the camera").click()
    expect(dialogue(visitor)).to_contain_text(words)


def test_a_page_without_https_says_why_it_has_no_camera(visitor: Visitor) -> None:
    visitor.page.evaluate(NO_CAMERA)
    visitor.button("Take image 1 with the camera").click()
    expect(dialogue(visitor)).to_contain_text(re.compile("only on pages with https"))
