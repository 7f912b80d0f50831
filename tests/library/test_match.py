"""Stage 5: distances, thresholds and verdict, of one network and of two."""

from __future__ import annotations

from dataclasses import astuple, fields, replace
from typing import Any

import numpy as np
import pytest

from facecompare.batches.pair_result import PairResult
from facecompare.compare import deciding_thresholds
from facecompare.engines.cards import CARDS, DLIB_SFACE, engine_card
from facecompare.engines.thresholds import Thresholds, check_threshold, thresholds_of
from facecompare.errors import BadThreshold, FmrNotCalibrated
from facecompare.options import RequestOptions
from facecompare.pipeline.embed import Embedding
from facecompare.pipeline.match import Match, distances_between, match
from facecompare.records.record import ComparisonRecord
from tests.support.fake_engine import FakeEngine

ONE = replace(engine_card("dlib-fast"), dimension=2)
TWO = replace(
    engine_card(DLIB_SFACE),
    dimension=4,
    second=replace(
        engine_card(DLIB_SFACE).second,  # type: ignore[type-var]
        card=replace(engine_card("sface"), dimension=2),
    ),
)
HALF = Thresholds(0.5)


def embedding(*values: float, engine_id: str = ONE.id) -> Embedding:
    return Embedding(np.array(values, dtype=np.float32), engine_id)


def both(*values: float) -> Embedding:
    return embedding(*values, engine_id=TWO.id)


def test_the_distance_is_euclidean() -> None:
    found = match(embedding(0, 0), embedding(0.3, 0.4), Thresholds(1.0), ONE)
    assert found.distance == pytest.approx(0.5)
    assert (found.decided_by, found.second_distance, found.uncertain) == (ONE.id, None, False)


def test_the_order_does_not_matter() -> None:
    one, other = embedding(0.1, 0.7), embedding(0.3, 0.1)
    assert match(one, other, HALF, ONE) == match(other, one, HALF, ONE)
    one, other = both(0.1, 0.7, -0.2, 0.4), both(0.3, 0.1, 0.9, 0.2)
    thresholds = Thresholds(0.5, 0.6)
    assert match(one, other, thresholds, TWO) == match(other, one, thresholds, TWO)


@pytest.mark.parametrize(("threshold", "same"), [(0.49, False), (0.5, False), (0.51, True)])
def test_a_distance_of_the_threshold_itself_is_a_different_person(
    threshold: float, same: bool
) -> None:
    verdict = match(embedding(0.0, 0.0), embedding(0.5, 0.0), Thresholds(threshold), ONE)
    assert verdict.same_person is same


def test_embeddings_of_two_engines_are_never_compared() -> None:
    one, other = embedding(0.0, 0.0), embedding(0.0, 0.0, engine_id="another")
    for pair in ((one, other), (other, one), (other, other)):
        with pytest.raises(ValueError, match="do not compare"):
            match(*pair, HALF, ONE)


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), -0.1, 0.0, 2.01, 1e300])
def test_a_threshold_that_is_no_distance_is_refused(threshold: float) -> None:
    with pytest.raises(BadThreshold, match="above 0 and at most 2"):
        check_threshold(threshold)


def test_two_networks_decide_by_the_weighted_mean_of_their_distances() -> None:
    assert TWO.second is not None
    one, other = both(0, 0, 1, 0), both(0.3, 0.4, 0, 1)  # 0.5 apart, and at right angles
    combined = TWO.second.weight * 0.5 + (1 - TWO.second.weight) * 1.0
    for threshold, same in ((combined - 0.01, False), (combined + 0.01, True)):
        verdict = match(one, other, Thresholds(0.6, threshold), TWO)
        assert (verdict.distance, verdict.threshold) == (pytest.approx(0.5), 0.6)
        assert verdict.second_distance == pytest.approx(1.0)
        assert verdict.decisive == (pytest.approx(combined), threshold)
        assert (verdict.same_person, verdict.decided_by) == (same, DLIB_SFACE)
    assert distances_between(one.values, other.values, TWO).decisive == pytest.approx(combined)


def test_a_threshold_that_was_asked_for_lets_the_first_network_decide_alone() -> None:
    thresholds = thresholds_of(TWO, threshold=0.55)
    verdict = match(both(0, 0, 1, 0), both(0.3, 0.4, 0, 1), thresholds, TWO)
    assert (verdict.same_person, verdict.decided_by) == (True, "dlib-yunet")
    assert (verdict.second_distance, verdict.combined_distance) == (None, None)
    assert verdict.decisive == (pytest.approx(0.5), 0.55)


@pytest.mark.parametrize(
    ("first", "angle", "uncertain"),
    [(0.3, 0.0, False), (0.3, 180.0, True), (1.0, 0.0, True), (1.0, 180.0, False)],
)
def test_networks_that_contradict_each_other_are_told(
    first: float, angle: float, uncertain: bool
) -> None:
    turned = np.radians(angle)
    one, other = both(0, 0, 1, 0), both(first, 0, np.cos(turned), np.sin(turned))
    assert match(one, other, Thresholds(0.5, 0.6), TWO).uncertain is uncertain


def test_thresholds_are_the_card_s_own_unless_others_are_asked_for() -> None:
    assert TWO.second is not None
    assert thresholds_of(ONE) == Thresholds(0.5)
    assert thresholds_of(TWO) == Thresholds(0.5, TWO.second.threshold)
    assert thresholds_of(TWO, combined_threshold=0.4) == Thresholds(0.5, 0.4)


def test_a_false_match_rate_that_is_not_resolved_is_refused() -> None:
    with pytest.raises(FmrNotCalibrated, match="compare through FaceService"):
        deciding_thresholds(FakeEngine(), RequestOptions(fmr=0.001))


def test_records_and_results_hold_every_field_of_a_match() -> None:
    names = {field.name for field in fields(Match)}
    assert names - {field.name for field in fields(ComparisonRecord)} == set()
    assert names - {field.name for field in fields(PairResult)} == set()


def test_a_record_knows_the_distance_that_decided() -> None:
    verdict = Match(0.7, 0.5, True, DLIB_SFACE, 0.2, 0.475, 0.598)
    facts = dict(zip((field.name for field in fields(Match)), astuple(verdict), strict=True))
    record = ComparisonRecord("i", "t", engine="e", model_digest="", **_images(), **facts)
    assert record.decisive == verdict.decisive == (0.475, 0.598)


def _images() -> dict[str, Any]:
    return {"image1_sha256": "a", "image2_sha256": "b"}


def test_engines_of_two_networks_are_made_of_engines_there_are() -> None:
    for card in CARDS:
        if card.second is not None:
            first, second = engine_card(card.second.first_id), engine_card(card.second.card.id)
            assert card.first_dimension == first.dimension
            assert card.dimension == first.dimension + second.dimension
            assert set(card.models) == {*first.models, *second.models}
            assert (first.views, first.metric) == (card.views, card.metric)
