"""Dependencies' warnings, which name their own files and lines, are kept from users."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.pictures import encoded, portrait

# Five entries are announced, and there is none: Pillow warns of "Corrupt EXIF data".
EXIF_WITHOUT_ENTRIES = b"Exif\0\0II*\0\x08\0\0\0\x05\0"
OPAQUE = bytes([255]) * 256


def palette_photo() -> bytes:
    """Pillow warns of its transparency, which is given in bytes."""
    photo = portrait().convert("P", palette=Image.Palette.ADAPTIVE)
    return encoded(photo, "PNG", transparency=OPAQUE)


PHOTOS = {
    "corrupt EXIF": encoded(portrait(), exif=EXIF_WITHOUT_ENTRIES),
    "transparent palette": palette_photo(),
}


def facecompare(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "facecompare", *arguments]
    return subprocess.run(command, env=os.environ | env, capture_output=True, text=True)


@pytest.mark.parametrize("title", PHOTOS)
def test_a_photo_that_a_library_warns_of_leaves_stderr_empty(title: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(PHOTOS[title])
    ran = facecompare("detect", str(photo))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_so_do_the_processes_of_a_pool(tmp_path: Path) -> None:
    for number, photo in enumerate((*PHOTOS.values(), encoded(portrait()))):
        (tmp_path / f"{number}.x").write_bytes(photo)
    lines = ["image1,image2,same", "0.x,1.x,1", "1.x,2.x,1", "0.x,2.x,0", "2.x,1.x,0"]
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("\n".join(lines))
    ran = facecompare(
        "evaluate", "--images", str(tmp_path), "--pairs", str(pairs), "--processes", "2"
    )
    assert (ran.returncode, "Warning" in ran.stderr) == (0, False)


def test_debugging_shows_them(tmp_path: Path) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(PHOTOS["corrupt EXIF"])
    here = {"FACECOMPARE_DEBUG": "on", "FACECOMPARE_CELL": "off"}  # a cell's go nowhere
    assert "UserWarning" in facecompare("detect", str(photo), **here).stderr
