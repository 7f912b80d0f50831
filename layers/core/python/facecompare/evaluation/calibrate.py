"""Photos and pairs, embedded → a calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from facecompare.engines.calibration import Calibration
from facecompare.engines.protocol import EngineCard
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.dataset import distances_of
from facecompare.evaluation.fitting import (
    STEP,
    THRESHOLDS,
    fit_false_matches,
    fit_false_non_matches,
    fit_listed_false_matches,
    fit_scores,
)
from facecompare.evaluation.pairs import LabelledPair, folders_name_people
from facecompare.evaluation.references import fit_references


def calibration_of(
    card: EngineCard,
    model_digest: str,
    source: str,
    listed: Sequence[LabelledPair],
    embedded: Mapping[str, EmbeddingResult],
) -> Calibration:
    """The calibration that these pairs and photos give."""
    pairs = distances_of(listed, embedded, card)
    named = folders_name_people(listed)
    first, last = THRESHOLDS[card.metric]
    thresholds = np.round(np.arange(first, last + STEP / 2, STEP), 2)
    return Calibration(
        engine=card.id,
        model_digest=model_digest,
        source=source,
        genuine=len(pairs.genuine),
        impostor=len(pairs.impostor),
        scores=fit_scores(pairs),
        false_matches=(
            fit_false_matches(embedded, thresholds, card)
            if named
            else fit_listed_false_matches(pairs, thresholds)
        ),
        false_non_matches=fit_false_non_matches(pairs, thresholds),
        references=fit_references(embedded, thresholds, card) if named else (),
    )
