"""Stage 4: face chips → embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.protocol import Engine
from facecompare.errors import EngineFault
from facecompare.pipeline.align import FaceChip

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """Where a face lies among all faces: `values` is float32, read-only, one dimension.

    Embeddings of two engine ids are never compared.
    """

    values: NDArray[np.float32]
    engine_id: str


def embed(chip: FaceChip, engine: Engine) -> Embedding:
    """The mean of the embeddings of the chip's views.

    Raises  EngineFault if the network returns anything but finite numbers.
    """
    return embed_all([chip], engine)[0]


def embed_all(chips: Sequence[FaceChip], engine: Engine) -> list[Embedding]:
    """As `embed`, of several faces in one call of the network."""
    if not chips:
        return []
    of_views = engine.embed(np.concatenate([chip.views for chip in chips]))
    ends = np.cumsum([len(chip.views) for chip in chips])
    return [_mean(part, engine) for part in np.split(of_views, ends[:-1])]


def _mean(of_views: NDArray[np.float32], engine: Engine) -> Embedding:
    values = of_views.mean(axis=0, dtype=np.float32)
    if values.shape != (engine.card.dimension,) or not np.isfinite(values).all():
        raise EngineFault(
            f"the network of {engine.card.id} returned no usable embedding; run: facecompare "
            "models verify"
        )
    values.flags.writeable = False
    return Embedding(values, engine.card.id)
