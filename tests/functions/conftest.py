from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.workplace import Workplace, workplace_in
from tests.infra.moto_server import moto_server


@pytest.fixture(scope="session")
def moto_address() -> Iterator[str]:
    """An AWS account on this machine."""
    with moto_server() as address:
        yield address


@pytest.fixture
def workplace(moto_address: str, models_dir: Path, tmp_path: Path) -> Iterator[Workplace]:
    """What workers work with and on."""
    with workplace_in(moto_address, models_dir, tmp_path) as made:
        yield made
