"""Ablation and robustness: the engine with one part changed, and photos degraded in one way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from facecompare.engines.cards import YUNET_DLIB, engine_card
from facecompare.engines.protocol import Engine, EngineCard
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.dataset import Dataset, EmbeddingRun, distances_of
from facecompare.evaluation.degradations import DEGRADATIONS
from facecompare.evaluation.metrics import (
    Pairs,
    Share,
    at_threshold,
    auc_share,
    equal_error_rate,
)
from facecompare.evaluation.recipes import NONE, SIXTY_EIGHT, EmbeddingRecipe
from facecompare.pipeline.match import decisive_threshold

VIEWS = (1, 2, 4, 10)
YUNETS_SIBLING = "dlib-fast"  # differs from YuNet's engine in the detector alone


@dataclass(frozen=True, slots=True)
class Variant:
    """What one change does: to the AUC, to a threshold's error rates, and to embedder."""

    kind: str
    name: str
    auc: Share
    equal_error_rate: float
    false_match_rate: float
    false_non_match_rate: float
    failures: int


def ablate(dataset: Dataset, engine: Engine, run: EmbeddingRun) -> list[Variant]:
    """The engine as it is, and with one part changed."""
    variants = []
    for kind, name, recipe, card in _ablations(engine):
        made = run.embed(dataset, recipe)
        variants.append(_variant(kind, name, distances_of(dataset.pairs, made, card), made, card))
    return variants


def degrade(
    dataset: Dataset,
    engine: Engine,
    run: EmbeddingRun,
    embedded: Mapping[str, EmbeddingResult],
) -> list[Variant]:
    """Degraded photos; only those whose face is found before, for the damage needs its place."""
    boxes = {name: made.box for name, made in embedded.items() if not made.failure}
    kept = Dataset(
        dataset.folder,
        [pair for pair in dataset.pairs if pair.image1 in boxes and pair.image2 in boxes],
        {name: sha256 for name, sha256 in dataset.hashes.items() if name in boxes},
    )
    variants = []
    for degradation in DEGRADATIONS:
        recipe = EmbeddingRecipe(engine.card.id, degradation=degradation.name)
        made = run.embed(kept, recipe, boxes)
        pairs = distances_of(kept.pairs, made, engine.card)
        variants.append(_variant(degradation.kind, degradation.strength, pairs, made, engine.card))
    return variants


def _ablations(engine: Engine) -> Iterator[tuple[str, str, EmbeddingRecipe, EngineCard]]:
    """(what is changed, how, the recipe, the card of what then decides)"""
    own, card = engine.card.id, engine.card
    yield "as it is", "", EmbeddingRecipe(own), card
    if card.second is not None:
        for alone in (engine_card(card.second.first_id), card.second.card):
            yield "networks", f"{alone.id} alone", EmbeddingRecipe(alone.id), alone
    for detector in engine.detectors:
        changed = EmbeddingRecipe(own, detectors=(detector.name,))
        yield "detection", f"{detector.name} alone", changed, card
    if own == YUNETS_SIBLING:
        yield "detection", "yunet", EmbeddingRecipe(YUNET_DLIB), engine_card(YUNET_DLIB)
    yield "alignment", "68 points", EmbeddingRecipe(own, alignment=SIXTY_EIGHT), card
    yield "alignment", "none: the box as it is", EmbeddingRecipe(own, alignment=NONE), card
    for count in VIEWS:
        if count <= len(card.views):
            yield "views", str(count), EmbeddingRecipe(own, views=count), card


def _variant(
    kind: str, name: str, pairs: Pairs, made: Mapping[str, EmbeddingResult], card: EngineCard
) -> Variant:
    at = at_threshold(pairs, decisive_threshold(card))
    return Variant(
        kind=kind,
        name=name,
        auc=auc_share(pairs),
        equal_error_rate=equal_error_rate(pairs),
        false_match_rate=at.false_match_rate.value,
        false_non_match_rate=at.false_non_match_rate.value,
        failures=sum(bool(each.failure) for each in made.values()),
    )
