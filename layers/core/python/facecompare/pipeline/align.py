"""Stage 3: a face in a picture → the chips its engine's network was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import dlib
import numpy as np
from PIL import Image

from facecompare.engines.protocol import EngineCard
from facecompare.pipeline.decode import DecodedImage
from facecompare.pipeline.detect import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Points


@dataclass(frozen=True, slots=True, eq=False)
class FaceChip:
    """The face upright and cut out, once for each view of the engine.

    views         views × side × side × 3, uint8, RGB
    second_views  those of the second network, whose side is another; None where there is none
    """

    views: NDArray[np.uint8]
    second_views: NDArray[np.uint8] | None = None

    @property
    def picture(self) -> NDArray[np.uint8]:
        """The first view, the one that is shown and whose quality is judged."""
        pixels: NDArray[np.uint8] = self.views[0]
        return pixels


def align(image: DecodedImage, face: Face, card: EngineCard) -> FaceChip:
    """The face turned, scaled and cut so that its five landmarks lie where the network expects.

    Requires  face was found in this image: coordinates are pixels of `image.pixels`.
    Source    dlib.get_face_chip (20.0.1), which places the five landmarks on its mean face; with a
              template, the similarity that brings the landmarks nearest to it (Umeyama, 1991).
    """
    views = _views(image, face.landmarks5, card)
    if card.second is None or face.detector_points is None:
        return FaceChip(views)
    return FaceChip(views, _views(image, face.detector_points, card.second.card))


def _views(image: DecodedImage, points: Points, card: EngineCard) -> NDArray[np.uint8]:
    cut = _warped if card.template else _dlib_chip
    chips = {
        padding: cut(image, points, card, padding)
        for padding in {view.padding for view in card.views}
    }
    views = [chips[view.padding] for view in card.views]
    mirrored = [
        chip[:, ::-1] if view.mirrored else chip
        for chip, view in zip(views, card.views, strict=True)
    ]
    return np.stack(mirrored)


def _dlib_chip(
    image: DecodedImage, points: Points, card: EngineCard, padding: float
) -> NDArray[np.uint8]:
    shape = _dlib_shape(points)
    chip: NDArray[np.uint8] = dlib.get_face_chip(image.pixels, shape, card.chip_side_px, padding)
    return chip


def _dlib_shape(points: Points) -> dlib.full_object_detection:
    # The chip depends on the points alone; dlib wants a rectangle all the same.
    places = [dlib.point(round(x), round(y)) for x, y in points.tolist()]
    return dlib.full_object_detection(dlib.rectangle(), places)


def _warped(
    image: DecodedImage, points: Points, card: EngineCard, _padding: float
) -> NDArray[np.uint8]:
    """The chip whose landmarks lie on the card's template as nearly as a similarity allows."""
    forth = similarity(points, np.array(card.template))
    back = np.linalg.inv(np.vstack([forth, (0, 0, 1)]))
    size = (card.chip_side_px, card.chip_side_px)
    picture = Image.fromarray(image.pixels)
    chip = picture.transform(
        size, Image.Transform.AFFINE, tuple(back[:2].ravel()), Image.Resampling.BILINEAR
    )
    return np.asarray(chip)


def similarity(points: Points, template: NDArray[np.float64]) -> NDArray[np.float64]:
    """[2, 3]: turn, scale and shift that bring the points nearest to the template.

    Source  S. Umeyama, "Least-squares estimation of transformation parameters between two point
            patterns" (1991).
    """
    source, target = points.astype(np.float64), template
    centre, goal = source.mean(axis=0), target.mean(axis=0)
    moved, wanted = source - centre, target - goal
    left, sizes, right = np.linalg.svd(wanted.T @ moved / len(source))
    mirror = np.array([1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
    turn = left @ np.diag(mirror) @ right
    scale = float((sizes * mirror).sum() / np.square(moved).sum(axis=1).mean())
    return np.column_stack([scale * turn, goal - scale * turn @ centre])
