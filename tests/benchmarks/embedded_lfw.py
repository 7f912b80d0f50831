"""The embeddings of one half of LFW View 1, for benchmarks that combine them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.evaluation.cache import EmbeddingCache, EmbeddingResult
from facecompare.evaluation.dataset import Dataset, EmbeddingRun
from facecompare.evaluation.embedding import Embedder
from facecompare.evaluation.pairs import read_labelled_pairs
from facecompare.evaluation.recipes import EmbeddingRecipe

PROCESSES = 2


def embedded_half(
    folder: Path, half: str, engine_id: str = ""
) -> tuple[Engine, dict[str, EmbeddingResult]]:
    """The engine and the result of each photo of DevTrain or DevTest, kept from run to run."""
    settings = Settings.from_env()
    engine = load_engine(engine_id or settings.engine, replace(settings, threads=1))
    pairs = read_labelled_pairs(folder / f"pairs{half}.txt")
    dataset = Dataset.of(folder / "images", pairs)
    with (
        closing(EmbeddingCache(settings.embeddings, engine.model_digest)) as cache,
        Embedder(cache, settings, PROCESSES) as embedder,
    ):
        run = EmbeddingRun(embedder, lambda done, title, of: tqdm(done, title, of))
        return engine, run.embed(dataset, EmbeddingRecipe(engine.card.id))
