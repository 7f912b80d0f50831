"""The short version of `make faults`: the running server on bad days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.faults import ON_ONE_MACHINE, SHORT, Trouble, undergo
from tests.support.faulty_service import FaultyService

TROUBLES = [trouble for trouble in ON_ONE_MACHINE if trouble.name in SHORT]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_a_fault_is_told_and_loses_nothing(
    trouble: Trouble, tmp_path: Path, models_dir: Path
) -> None:
    service = FaultyService(tmp_path)
    service.bring_models(models_dir)
    assert undergo(trouble, service).wrong(trouble) == []


def test_all_short_faults_are_in_the_list() -> None:
    assert len(TROUBLES) == len(SHORT)
