"""Stage 3: a face in a picture → the chips its engine's network was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import dlib
import numpy as np

from facecompare.engines.protocol import EngineCard
from facecompare.pipeline.decode import DecodedImage
from facecompare.pipeline.detect import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class FaceChip:
    """The face upright and cut out, once for each view of the engine.

    views  views × side × side × 3, uint8, RGB
    """

    views: NDArray[np.uint8]

    @property
    def picture(self) -> NDArray[np.uint8]:
        """The first view, the one that is shown and whose quality is judged."""
        pixels: NDArray[np.uint8] = self.views[0]
        return pixels


def align(image: DecodedImage, face: Face, card: EngineCard) -> FaceChip:
    """The face turned, scaled and cut so that its five landmarks lie where the network expects.

    Requires  face was found in this image: coordinates are pixels of `image.pixels`.
    Source    dlib.get_face_chip (20.0.1), which places the five landmarks on its mean face.
    """
    shape = _dlib_shape(face)
    chips = {
        padding: dlib.get_face_chip(image.pixels, shape, card.chip_side_px, padding)
        for padding in {view.padding for view in card.views}
    }
    views = [chips[view.padding] for view in card.views]
    mirrored = [
        chip[:, ::-1] if view.mirrored else chip
        for chip, view in zip(views, card.views, strict=True)
    ]
    return FaceChip(np.stack(mirrored))


def _dlib_shape(face: Face) -> dlib.full_object_detection:
    points = [dlib.point(round(x), round(y)) for x, y in face.landmarks5.tolist()]
    # The chip depends on the points alone; dlib wants a rectangle all the same.
    return dlib.full_object_detection(dlib.rectangle(), points)
