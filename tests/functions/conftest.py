from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.aws_emulator.moto_server import moto_server
from tests.support.workers.worker_fleet import WorkerFleet, worker_fleet


@pytest.fixture(scope="session")
def moto_address() -> Iterator[str]:
    """An AWS account on this machine."""
    with moto_server() as address:
        yield address


@pytest.fixture
def fleet(moto_address: str, models_dir: Path, tmp_path: Path) -> Iterator[WorkerFleet]:
    """What workers work with and on."""
    with worker_fleet(moto_address, models_dir, tmp_path) as made:
        yield made
