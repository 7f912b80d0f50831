"""1:N identification: a gallery with one photo of each person, and probes searched for in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.errors import BadDataset

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Distances = NDArray[np.floating]  # probes × gallery
    Places = NDArray[np.intp]

RANKS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Split:
    """Places of photos: a gallery with each person once, probes of them, and strangers to it."""

    gallery: Places
    probes: Places
    strangers: Places


@dataclass(frozen=True, slots=True)
class Identification:
    """Shares of probes; a rank counts a probe whose person is among so many nearest.

    In terms of ISO/IEC 19795-1 `found` is the true-positive identification rate at rank 1: of known
    probes, those whose nearest is their own person and below the threshold; `rejected` is one less
    the false-positive identification rate: of strangers, those with nobody below it.
    """

    gallery: int
    probes: int
    strangers: int
    ranks: dict[int, float]
    threshold: float
    found: float
    rejected: float


def split(people: Sequence[str]) -> Split:
    """Of every other person with two photos or more the first goes to the gallery, and the rest are
    probes; all photos of the people between them, and of those with a single one, are strangers.

    people  whom each photo shows; the order of photos decides

    Raises  BadDataset when there would be no probes, or no strangers.
    """
    photos: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        photos.setdefault(person, []).append(place)
    several = sorted(person for person, places in photos.items() if len(places) > 1)
    known = several[::2]
    gallery = [photos[person][0] for person in known]
    probes = [place for person in known for place in photos[person][1:]]
    inside = set(known)
    strangers = [place for place, person in enumerate(people) if person not in inside]
    if not probes or not strangers:
        raise BadDataset(
            "identification needs a folder for each person, one of them with two photos or more, "
            "and photos of others; these folders and pairs have not both"
        )
    return Split(*(np.array(places, dtype=np.intp) for places in (gallery, probes, strangers)))


def identify(
    known: Distances,
    strange: Distances,
    probe_people: Sequence[str],
    gallery_people: Sequence[str],
    threshold: float,
) -> Identification:
    """Closed-set ranks, and open-set rates at a threshold.

    known    distances of probes to the gallery; infinite for a photo without a usable face
    strange  distances of strangers to the gallery
    """
    own = np.array(probe_people)[:, None] == np.array(gallery_people)[None]
    own_distance = np.where(own, known, np.inf).min(axis=1)
    nearer = (known < own_distance[:, None]).sum(axis=1)
    comparable = np.isfinite(own_distance)
    return Identification(
        gallery=len(gallery_people),
        probes=len(known),
        strangers=len(strange),
        ranks={rank: float((comparable & (nearer < rank)).mean()) for rank in RANKS},
        threshold=threshold,
        found=float(((nearer == 0) & (own_distance < threshold)).mean()),
        rejected=float((strange.min(axis=1) >= threshold).mean()),
    )
