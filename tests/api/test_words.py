"""What docstrings list is what there is."""

from __future__ import annotations

import re

from facecompare import errors
from facecompare.api.errors import STATUS
from facecompare.api.routes.openapi import document
from facecompare.engines.cnn_detector import CnnDetector
from facecompare.engines.dlib_parts import HogDetector
from facecompare.engines.mtcnn import MtcnnDetector
from facecompare.engines.yunet import YunetDetector
from facecompare.errors import FaceCompareError


def tree(branch: type[FaceCompareError]) -> set[type[FaceCompareError]]:
    return {branch}.union(*(tree(child) for child in branch.__subclasses__()))


def test_the_drawn_tree_has_every_error_under_its_parent() -> None:
    drawn, parents = set(), [FaceCompareError.__name__]
    for edge, name in re.findall(r"^ {4}([│ ]*)[├└]── (\w+)", errors.__doc__ or "", re.MULTILINE):
        depth = len(edge) // 4 + 1
        parents[depth:] = [name]
        drawn.add((name, parents[depth - 1]))
    there = tree(FaceCompareError) - {FaceCompareError}
    assert drawn == {(error.__name__, error.__bases__[0].__name__) for error in there}


def test_every_error_that_is_raised_has_a_status() -> None:
    assert set(STATUS) == {error for error in tree(FaceCompareError) if not error.__subclasses__()}


def test_the_schema_names_every_detector() -> None:
    detectors = (YunetDetector, HogDetector, CnnDetector, MtcnnDetector)
    names = {detector.name for detector in detectors}
    face = document()["components"]["schemas"]["FaceResponse"]["properties"]
    assert set(face["detector"]["enum"]) == names
