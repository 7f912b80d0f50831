"""The two photos that a command measures with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from facecompare.cli.photos import read_photo
from facecompare.config import CHECKOUT, Settings
from facecompare.errors import MissingImage

if TYPE_CHECKING:
    from facecompare.pipeline.decode import Photo

BUNDLED = tuple(CHECKOUT / "web" / "examples" / name for name in ("obama.jpg", "obama2.jpg"))


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
