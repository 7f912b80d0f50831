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
    """Where a face lies among all faces: `values` is float32, read-only, one dimension; those of a
    second network come after the first's.

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
    """As `embed`, of several faces in one call of each network."""
    if not chips:
        return []
    parts = [_means([chip.views for chip in chips], engine)]
    if engine.second is not None:
        second = [chip.second_views for chip in chips if chip.second_views is not None]
        parts.append(_means(second, engine.second))
    rows = np.concatenate(parts, axis=1)
    rows.flags.writeable = False
    return [Embedding(values, engine.card.id) for values in rows]


def _means(views: Sequence[NDArray[np.uint8]], engine: Engine) -> NDArray[np.float32]:
    """[faces, numbers]: the mean of each face's views, by the engine's own network."""
    of_views = engine.embed(np.concatenate(views))
    ends = np.cumsum([len(each) for each in views])
    means = [part.mean(axis=0, dtype=np.float32) for part in np.split(of_views, ends[:-1])]
    rows: NDArray[np.float32] = np.stack(means)
    if rows.shape[1:] != (engine.card.first_dimension,) or not np.isfinite(rows).all():
        raise EngineFault(
            f"the network of {engine.card.id} returned no usable embedding; run: facecompare "
            "models verify"
        )
    return rows
