"""What is said of a photo that is fit for comparison and could be better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facecompare.options import FacePolicy, MinQuality, RequestOptions

if TYPE_CHECKING:
    from facecompare.results.schemas import MeasureResponse, PhotoResponse

OWN_FACE = {
    "anchor": "--face-anchor",
    "image1": "--face1",
    "image2": "--face2",
    "reference": "--face-reference",
}
OF_FURTHER = "--face-also"  # of image1_2 and so on, in their order


def other_faces(name: str, photo: PhotoResponse, options: RequestOptions, *, alone: bool) -> str:
    """That faces of this photo were not compared, and what can be done with these options; `alone`
    where it is no one of several photos of one person."""
    place = next(place for place, face in enumerate(photo.faces) if face.compared)
    found = f"{len(photo.faces)} faces and compared face {place}, counted from the largest, 0"
    own = OWN_FACE.get(name, OF_FURTHER)
    if alone and options.faces.get(name, options.face) is FacePolicy.BEST_MATCH:
        if options.min_quality is MinQuality.REFUSE:
            advice = "let unfit ones be compared too, with --min-quality warn"
        else:
            advice = f"crop the photo, or choose one with {own}"
    elif alone:
        advice = f"choose another one with {own}, or all with {own} {FacePolicy.BEST_MATCH}"
    else:
        advice = f"choose another one with {own}"
    return f"{name}: found {found}; expected one face; {advice}"


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
