"""Searching a gallery, on distances whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from facecompare.errors import BadDataset
from facecompare.evaluation.identification import identify, split


def test_every_other_person_with_several_photos_is_in_the_gallery() -> None:
    people = ["ann", "ann", "bob", "bob", "bob", "cas", "cas", "dan"]
    parts = split(people)
    assert parts.gallery.tolist() == [0, 5]
    assert parts.probes.tolist() == [1, 6]
    assert parts.strangers.tolist() == [2, 3, 4, 7]


@pytest.mark.parametrize("people", [[], ["ann", "bob"], ["ann", "ann"]])
def test_without_probes_or_strangers_there_is_nothing_to_find(people: list[str]) -> None:
    with pytest.raises(BadDataset, match="needs a folder for each person"):
        split(people)


def test_ranks_and_rates() -> None:
    gallery = ["ann", "bob", "cas"]
    known = np.array([[0.2, 0.8, 0.9], [0.3, 0.55, 0.9], [0.4, 0.3, 0.7], [np.inf] * 3])
    strange = np.array([[0.6, 0.7, 0.8], [0.45, 0.9, 0.9]])
    found = identify(known, strange, ["ann", "bob", "cas", "ann"], gallery, threshold=0.5)
    assert found.ranks == {1: 0.25, 5: 0.75, 10: 0.75}
    assert found.found == 0.25
    assert found.rejected == 0.5
    assert (found.gallery, found.probes, found.strangers) == (3, 4, 2)


def test_chance_is_what_it_should_be() -> None:
    random = np.random.default_rng(1)
    gallery = [str(person) for person in range(100)]
    known = random.random((2000, 100))
    people = [str(person) for person in random.integers(0, 100, 2000)]
    found = identify(known, random.random((50, 100)), people, gallery, threshold=0.0)
    assert found.ranks[1] == pytest.approx(0.01, abs=0.008)
    assert found.ranks[10] == pytest.approx(0.1, abs=0.025)
    assert found.rejected == 1.0
