from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.infra.moto_server import moto_server


@pytest.fixture(scope="session")
def moto_address() -> Iterator[str]:
    """An AWS account on this machine."""
    with moto_server() as address:
        yield address
