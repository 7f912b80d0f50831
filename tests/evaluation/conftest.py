from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.portraits import write_images, write_pairs


@dataclass(frozen=True)
class Portraits:
    """A folder of images, a file of all their pairs, and the cache that tests share."""

    images: Path
    pairs: Path
    cache: Path
    names: list[str]

    @property
    def arguments(self) -> list[str]:
        named = {"--images": self.images, "--pairs": self.pairs, "--cache": self.cache}
        return [str(each) for pair in named.items() for each in pair]


@pytest.fixture(scope="session")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Portraits:
    folder = tmp_path_factory.mktemp("portraits")
    names = write_images(folder / "images")
    write_pairs(folder / "pairs.csv", names)
    return Portraits(folder / "images", folder / "pairs.csv", folder / "cache.sqlite3", names)
