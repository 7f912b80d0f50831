"""Where the patch of a heat map lies, and of what distance it tells."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.results.heat_map import Explanation, _places_in_picture, explain
from tests.support import pictures

OTHER = Photo(pictures.OBAMA2.read_bytes())


def explained(picture: Image.Image, engine: Engine, threshold: float | None = None) -> Explanation:
    photo = Photo(pictures.encoded(picture, "PNG"))
    return explain(photo, OTHER, engine, RequestOptions(threshold=threshold))


def test_a_face_at_the_photos_edge_has_the_map_that_it_has_elsewhere(engine: Engine) -> None:
    whole = pictures.portrait()
    cut = whole.crop((0, 0, 428, whole.height))
    inside, at_edge = (explained(each, engine).image1.changes for each in (whole, cut))
    assert np.abs(at_edge).max() < 2 * np.abs(inside).max()
    assert np.corrcoef(inside[:, :5].ravel(), at_edge[:, :5].ravel())[0, 1] > 0.8


@pytest.mark.parametrize("share", [1.0, 0.05])
def test_each_place_of_the_aligned_face_is_known_to_a_pixel(engine: Engine, share: float) -> None:
    whole = pictures.portrait()
    canvas = Image.new("RGB", (3000, 3000), "grey")
    face = whole.resize((int(whole.width * share * 3), int(whole.height * share * 3)))
    canvas.paste(face, (400, 300))
    report = explained(canvas, engine).comparison.image1
    places = _places_in_picture(report.image, report.compared.face, engine)
    steps = np.diff(places, axis=1)
    assert np.abs(steps - steps[0, 0]).max() < 1e-6  # a similarity: equal steps everywhere
    points = report.compared.face.landmarks5
    centre = np.asarray(points).mean(axis=0)
    middle = places[places.shape[0] // 2, places.shape[1] // 2]
    assert np.linalg.norm(middle - centre) < 0.4 * report.compared.face.box.width


def test_a_map_tells_of_the_distance_that_decided(engine: Engine) -> None:
    both = explained(pictures.portrait(), engine)
    first = explained(pictures.portrait(), engine, threshold=0.5)
    assert first.comparison.match.combined_distance is None
    assert np.abs(first.image1.changes - both.image1.changes).max() > 0.005
