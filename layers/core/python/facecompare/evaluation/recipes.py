"""Ways from a photo to an embedding: the engine's own, and others to hold beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from facecompare.engines.protocol import Engine, EngineCard, FaceDetector, LandmarkPredictor
from facecompare.pipeline.align import FaceChip, align
from facecompare.pipeline.decode import DecodedImage
from facecompare.pipeline.detect import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIVE, SIXTY_EIGHT, NONE = "5 points", "68 points", "none"


@dataclass(frozen=True, slots=True)
class EmbeddingRecipe:
    """An engine and what is changed about it; empty values leave it as it is.

    alignment    which landmarks turn and scale the chip; "none" cuts the detector's box as it is
    detectors    the names of those that may look, in the engine's order
    views        how many of the engine's views are averaged
    degradation  what the photo goes through first, by its name in `degradations`
    """

    engine: str
    alignment: str = FIVE
    detectors: tuple[str, ...] = ()
    views: int = 0
    degradation: str = ""

    def prepared(self, engine: Engine) -> Engine:
        """The engine with this recipe's detectors and views."""
        card = engine.card
        if self.views:
            card = replace(card, views=card.views[: self.views])
        if not self.detectors and card is engine.card:
            return engine
        kept = [each for each in engine.detectors if each.name in (self.detectors or (each.name,))]
        return _Altered(
            card=card,
            model_digest=engine.model_digest,
            detectors=kept,
            landmarks5=engine.landmarks5,
            first=engine.first,
            second=engine.second,
            whole=engine,
        )

    def chip(self, image: DecodedImage, face: Face, engine: Engine) -> FaceChip:
        """The face as this recipe hands it to the network."""
        if self.alignment == NONE:
            return replace(align(image, face, engine.card), views=_cut(image, face, engine.card))
        if self.alignment == SIXTY_EIGHT:
            points = engine.landmarks68().landmarks(image.pixels, face.box)
            face = replace(face, landmarks5=points)
        return align(image, face, engine.card)


@dataclass(slots=True)
class _Altered:
    """An engine with other detectors or views."""

    card: EngineCard
    model_digest: str
    detectors: Sequence[FaceDetector]
    landmarks5: LandmarkPredictor | None
    first: Engine | None
    second: Engine | None
    whole: Engine

    def landmarks68(self) -> LandmarkPredictor:
        return self.whole.landmarks68()

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[Any]:
        return self.whole.embed(chips)


def _cut(image: DecodedImage, face: Face, card: EngineCard) -> NDArray[np.uint8]:
    """The box with the padding of each view around it, neither turned nor moved."""
    picture, box = Image.fromarray(image.pixels), face.box
    (x, y), side = box.centre, max(box.width, box.height)
    views = []
    for view in card.views:
        half = side * (0.5 + view.padding)
        square = picture.transform(
            (card.chip_side_px, card.chip_side_px),
            Image.Transform.EXTENT,
            (x - half, y - half, x + half, y + half),
            Image.Resampling.BILINEAR,
        )
        pixels = np.asarray(square)
        views.append(pixels[:, ::-1] if view.mirrored else pixels)
    return np.stack(views)
