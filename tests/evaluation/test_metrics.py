"""Error rates, on distances whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facecompare.evaluation.fitting import fit_false_non_matches
from facecompare.evaluation.metrics import (
    BEYOND,
    Pairs,
    Share,
    at_fmr,
    at_threshold,
    auc,
    best_threshold,
    cross_validated,
    equal_error_rate,
    error_curves,
    resampled,
    separability,
    threshold_at_fmr,
)


def pairs(genuine: list[float], impostor: list[float]) -> Pairs:
    same = [True] * len(genuine) + [False] * len(impostor)
    return Pairs(np.array(genuine + impostor), np.array(same))


MIXED = pairs([0.2, 0.3, 0.4, 0.7], [0.5, 0.8, 0.9, 1.0])


def test_the_confusion_at_a_threshold() -> None:
    at = at_threshold(MIXED, 0.6)
    assert at.confusion == {
        "true_matches": 3,
        "false_non_matches": 1,
        "false_matches": 1,
        "true_non_matches": 3,
    }
    assert at.accuracy.value == 0.75
    assert (at.false_match_rate.value, at.false_non_match_rate.value) == (0.25, 0.25)
    assert (at.precision, at.recall, at.f1) == (0.75, 0.75, 0.75)


def test_a_distance_at_the_threshold_is_no_match() -> None:
    assert at_threshold(MIXED, 0.2).confusion["true_matches"] == 0


def test_a_failure_to_enrol_counts_as_a_non_match_of_either_kind() -> None:
    at = at_threshold(pairs([np.inf, 0.3], [np.inf, 0.9]), BEYOND)
    assert (at.false_non_match_rate.value, at.false_match_rate.value) == (0.5, 0.5)


def test_auc_is_the_share_of_rightly_ordered_pairs() -> None:
    assert auc(MIXED) == pytest.approx(15 / 16)
    assert auc(pairs([0.1, 0.2], [0.3, 0.4])) == 1.0
    assert auc(pairs([0.5], [0.5])) == 0.5


@pytest.mark.parametrize(
    ("genuine", "impostor", "rate"),
    [
        ([0.1, 0.2], [0.3, 0.4], 0.0),
        ([0.3, 0.4], [0.1, 0.2], 1.0),
        ([0.2, 0.3, 0.4, 0.7], [0.5, 0.8, 0.9, 1.0], 0.25),
        ([0.1, 0.1, 0.1, 0.9], [0.2, 0.8, 0.8, 0.8], 0.25),
    ],
)
def test_equal_error_rate(genuine: list[float], impostor: list[float], rate: float) -> None:
    assert equal_error_rate(pairs(genuine, impostor)) == pytest.approx(rate)


def test_error_curves_run_from_nothing_to_everything() -> None:
    fmr, fnmr = error_curves(MIXED)
    assert (fmr[0], fnmr[0], fmr[-1], fnmr[-1]) == (0, 1, 1, 0)
    assert (np.diff(fmr) >= 0).all()
    assert (np.diff(fnmr) <= 0).all()


def test_the_threshold_at_a_false_match_rate_has_no_higher_one() -> None:
    impostor = np.linspace(0.5, 1.0, 1000)
    for fmr in (0.1, 0.01, 0.001):
        threshold = threshold_at_fmr(impostor, fmr)
        assert (impostor < threshold).mean() == pytest.approx(fmr)
    assert threshold_at_fmr(impostor, 1.0) == BEYOND


def test_the_true_match_rate_at_a_rate_lies_in_its_interval() -> None:
    random = np.random.default_rng(3)
    many = pairs(list(random.normal(0.4, 0.08, 400)), list(random.normal(0.8, 0.09, 400)))
    at = at_fmr(many, 0.01)
    assert at.true_match_rate.low <= at.true_match_rate.value <= at.true_match_rate.high
    assert at.true_match_rate.high - at.true_match_rate.low < 0.1


def test_accuracy_is_judged_on_pairs_that_did_not_choose_the_threshold() -> None:
    random = np.random.default_rng(5)
    no_signal = Pairs(random.random(400), np.arange(400) % 2 == 0)
    found = cross_validated(no_signal)
    assert found.accuracy == pytest.approx(0.5, abs=0.1)
    assert 0 < found.standard_error < 0.1
    clear = pairs(list(random.uniform(0, 0.4, 100)), list(random.uniform(0.6, 1, 100)))
    found = cross_validated(clear)
    assert (found.accuracy, found.standard_error, found.folds) == (1.0, 0.0, 10)
    assert 0.35 < found.threshold < 0.65


def test_lfw_s_own_folds_are_used() -> None:
    distances = np.array([0.1, 0.9] * 4)
    same = np.array([True, False] * 4)
    assert cross_validated(Pairs(distances, same, np.repeat([0, 1], 4))).folds == 2
    assert cross_validated(Pairs(distances, same, np.zeros(8, dtype=np.intp))).folds == 4


def test_with_few_pairs_there_are_fewer_folds() -> None:
    found = cross_validated(pairs([0.2, 0.3], [0.8, 0.9, 0.9]))
    assert (found.accuracy, found.folds) == (1.0, 2)


def test_the_best_threshold_lies_between_the_kinds() -> None:
    assert 0.4 < best_threshold(pairs([0.2, 0.4], [0.8, 0.9])) < 0.8
    assert 0.4 < best_threshold(MIXED) < 0.8


def test_separability() -> None:
    found = separability(pairs([0.3, 0.5, np.inf], [0.7, 0.9]))
    assert (found.genuine_mean, found.impostor_mean) == (0.4, pytest.approx(0.8))
    assert found.ratio == pytest.approx(2)
    assert found.decidability == pytest.approx(4)


def test_a_resampled_interval_holds_the_figure_and_can_be_repeated() -> None:
    first, again = (resampled(MIXED, auc, seed=7, times=50) for _ in range(2))
    assert first == again
    assert first[0] <= auc(MIXED) <= first[1]


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 100, 0.0, 0.0370), (50, 100, 0.4038, 0.5962), (5, 5, 0.5655, 1)],
)
def test_wilson_s_interval(hits: int, of: int, low: float, high: float) -> None:
    share = Share.counted(hits, of)
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.lists(st.tuples(st.floats(0, 2), st.booleans()), min_size=4, max_size=60))
def test_figures_stay_in_their_bounds(drawn: list[tuple[float, bool]]) -> None:
    some = Pairs(
        np.array([0.3, 0.6, *(distance for distance, _ in drawn)]),
        np.array([True, False, *(same for _, same in drawn)]),
    )
    assert 0 <= equal_error_rate(some) <= 1
    assert 0 <= auc(some) <= 1
    accuracy = at_threshold(some, best_threshold(some)).accuracy.value
    assert accuracy >= max(some.same.mean(), 1 - some.same.mean()) - 1e-9


def test_false_non_match_rates_count_genuine_pairs_from_the_threshold_on() -> None:
    found = pairs([0.2, 0.4, 0.6, BEYOND], [0.1, 0.9])  # of one no face was found
    rows = fit_false_non_matches(found, np.array([0.2, 0.3, 0.6, 0.7]))
    assert [row.share for row in rows] == [1.0, 0.75, 0.5, 0.25]
    assert all(row.low <= row.share <= row.high for row in rows)
    assert rows[1].low < rows[1].share < rows[1].high
