"""The plan's arithmetic, by hand."""

from __future__ import annotations

import pytest

from facecompare.bench import plan as planning
from facecompare.bench.plan import PhotoTime, Workers, plan, writes_a_pair
from facecompare.prices import GPU_HOUR
from infra.settings import MB_PER_VCPU, DeploySettings

TIME = PhotoTime(find_ms=40, embed_ms=10)


def test_functions_bind_by_their_cores() -> None:
    """Twenty functions of two cores: 40 cores, 20 photos a second each, two photos a pair."""
    found = plan(1_000_000, Workers(20), TIME, 2)
    assert found.limits[0].name == "cores of 20 × Lambda"
    assert found.limits[0].pairs_s == pytest.approx(400)
    assert found.hours == pytest.approx(1_000_000 / 400 / 3_600)


def test_a_gpu_s_machine_binds_by_its_cores_before_the_gpu() -> None:
    found = plan(1_000_000, Workers(4, "g4dn.xlarge"), TIME, 2)
    assert found.limits[0].pairs_s == pytest.approx(4 * 4 * 25 / 2)
    assert found.dollars["machines"] == pytest.approx(
        4 * found.hours * GPU_HOUR["g4dn.xlarge"], rel=1e-6
    )


def test_what_is_written_for_a_pair() -> None:
    """Its record twice over and in three indexes; 8 + 2 units for each 25 pairs."""
    assert writes_a_pair() == pytest.approx(2 + 3 + 10 / 25)


def test_photos_that_pairs_share_are_paid_once() -> None:
    alone, shared = (plan(1_000, Workers(20), TIME, each) for each in (2, 0.5))
    assert shared.hours == pytest.approx(alone.hours / 4)
    assert shared.dollars["S3"] == pytest.approx(alone.dollars["S3"] / 4)
    assert shared.dollars["DynamoDB"] == alone.dollars["DynamoDB"]


def test_another_limit_binds_when_one_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    many = Workers(1_000)
    assert plan(10, many, TIME, 2).limits[0].name == "reads of one S3 prefix"
    monkeypatch.setattr(planning, "S3_GETS_S", 1e6)
    assert plan(10, many, TIME, 2).limits[0].name == "writes to an index"
    monkeypatch.setattr(planning, "SHARDS", 100)
    assert plan(10, many, TIME, 2).limits[0].name == "writes to the table"


def test_it_plans_what_is_deployed() -> None:
    settings = DeploySettings()
    assert settings.compare_memory_mb == planning.MEMORY_MB
    assert planning.VCPU_MB == MB_PER_VCPU
