"""What is said of a photo that is fit for comparison and could be better."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facecompare.results.schemas import MeasureResponse, PhotoResponse

FACE_OPTIONS = {
    "anchor": "--face-anchor",
    "image1": "--face1",
    "image2": "--face2",
    "reference": "--face-reference",
}


def other_faces(name: str, photo: PhotoResponse) -> str:
    """That faces of this photo were not compared, and how to choose."""
    place = next(place for place, face in enumerate(photo.faces) if face.compared)
    found = f"{len(photo.faces)} faces and compared face {place}, counted from the largest, 0"
    choose = f"another one with {FACE_OPTIONS[name]}, or all" if name in FACE_OPTIONS else "all"
    return f"{name}: found {found}; expected one face; choose {choose} with --face best-match"


def shortfall(measure: MeasureResponse) -> str:
    """A quality figure that is out of its limits, and the remedy."""
    low, high = measure.minimum, measure.maximum
    if low is None:
        wanted = f"at most {high:g}"
    elif high is None:
        wanted = f"at least {low:g}"
    else:
        wanted = f"{low:g} to {high:g}"
    found = f"{measure.name} is {measure.value:g} {measure.unit}"
    return f"{found}; {wanted} gives a surer verdict; {measure.remedy}"
