"""Photos that are named on the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facecompare.config import CHECKOUT, Settings
from facecompare.errors import BadField, MissingImage, concerning

if TYPE_CHECKING:
    from facecompare.pipeline.decode import Photo

STDIN = "-"
BUNDLED = tuple(CHECKOUT / "web" / "examples" / name for name in ("obama.jpg", "obama2.jpg"))


def read_photo(path: str, settings: Settings) -> Photo:
    """The photo at this path, or on stdin for `-`. Raises  MissingImage.

    At most one byte more than is accepted is read, so that an endless file is refused too.
    """
    from facecompare.pipeline.decode import Photo

    try:
        if path == STDIN:
            return Photo(sys.stdin.buffer.read(settings.max_bytes + 1))
        with Path(path).open("rb") as file:
            return Photo(file.read(settings.max_bytes + 1), name=Path(path).name)
    except OSError as exc:
        raise MissingImage(f"{path} cannot be read ({exc.strerror}); name a photo") from exc


def read_photos(paths: Mapping[str, str], settings: Settings) -> dict[str, Photo]:
    """Photos by what the response calls them, such as `image1`. Raises  BadField, MissingImage."""
    if list(paths.values()).count(STDIN) > 1:
        raise BadField("stdin (-) can hold one photo; name a file for the others")
    photos = {}
    for name, path in paths.items():
        with concerning(name):
            photos[name] = read_photo(path, settings)
    return photos


def read_pair(given: Sequence[str], settings: Settings) -> tuple[Photo, Photo]:
    """The two photos that were named, or else those that come with a checkout.

    Raises  MissingImage.
    """
    path1, path2 = two_paths(given)
    return read_photo(path1, settings), read_photo(path2, settings)


def two_paths(given: Sequence[str]) -> tuple[str, str]:
    """The paths of `read_pair`. Raises  MissingImage."""
    paths = given or [str(path) for path in BUNDLED if path.is_file()]
    if len(paths) != 2:
        raise MissingImage(f"{len(paths)} photos are given; two with a face each are needed")
    return paths[0], paths[1]
