"""Stage 5: distance, threshold and verdict."""

from __future__ import annotations

import numpy as np
import pytest

from facecompare.engines.calibration import check_threshold
from facecompare.errors import BadThreshold
from facecompare.pipeline.embed import Embedding
from facecompare.pipeline.match import match


def embedding(*values: float, engine_id: str = "engine") -> Embedding:
    return Embedding(np.array(values, dtype=np.float32), engine_id)


def test_the_distance_is_euclidean() -> None:
    assert match(embedding(0, 0), embedding(0.3, 0.4), 1.0).distance == pytest.approx(0.5)


def test_the_order_does_not_matter() -> None:
    one, other = embedding(0.1, 0.7, -0.2), embedding(0.3, 0.1, 0.9)
    assert match(one, other, 0.5) == match(other, one, 0.5)


@pytest.mark.parametrize(("threshold", "same"), [(0.49, False), (0.5, False), (0.51, True)])
def test_a_distance_of_the_threshold_itself_is_a_different_person(
    threshold: float, same: bool
) -> None:
    assert match(embedding(0.0), embedding(0.5), threshold).same_person is same


def test_embeddings_of_two_engines_are_never_compared() -> None:
    with pytest.raises(ValueError, match="do not compare"):
        match(embedding(0.0, engine_id="a"), embedding(0.0, engine_id="b"), 0.5)


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), -0.1, 0.0, 2.01, 1e300])
def test_a_threshold_that_is_no_distance_is_refused(threshold: float) -> None:
    with pytest.raises(BadThreshold, match="above 0 and at most 2"):
        check_threshold(threshold)
