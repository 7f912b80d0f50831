"""A small data set in LFW's layout: each bundled portrait in several states of decay."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from PIL import Image, ImageEnhance

from tests.support.pictures import BIDEN, OBAMA, OBAMA2, portrait

PEOPLE = {"Barack_Obama": (OBAMA, OBAMA2), "Joe_Biden": (BIDEN,)}
STATES = 4


def states(picture: Image.Image) -> Iterator[Image.Image]:
    """The same portrait as several cameras might have taken it."""
    yield picture.resize((picture.width // 2, picture.height // 2))
    yield ImageEnhance.Brightness(picture).enhance(0.7)
    yield ImageEnhance.Contrast(picture).enhance(0.8).rotate(4, fillcolor="grey")
    yield picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def write_images(folder: Path) -> list[str]:
    """NAME/NAME_0001.jpg and so on; the names."""
    names = []
    for person, paths in PEOPLE.items():
        (folder / person).mkdir(parents=True)
        pictures = [state for path in paths for state in states(portrait(path))]
        for number, picture in enumerate(pictures, 1):
            names.append(f"{person}/{person}_{number:04d}.jpg")
            picture.save(folder / names[-1], quality=92)
    return names


def write_pairs(path: Path, names: list[str]) -> int:
    """All pairs as CSV; how many."""
    lines = [
        f"{one},{other},{int(one.split('/')[0] == other.split('/')[0])}"
        for one, other in combinations(names, 2)
    ]
    path.write_text("\n".join(["image1,image2,same", *lines]) + "\n")
    return len(lines)
