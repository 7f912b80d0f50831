"""The commands that look at photos: compare, predict, detect."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.command import Command
from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.output import VERDICT_WORDS, print_json, warning, write_file
from facecompare.cli.parameters import FILE
from facecompare.cli.request_options import (
    decide_option,
    face_options,
    json_option,
    landmarks_option,
    photo_argument,
    threshold_options,
)
from facecompare.config import Settings
from facecompare.engines.calibration import Doubt, Verdict
from facecompare.errors import BadField, MissingImage, first_of
from facecompare.options import RequestOptions

if TYPE_CHECKING:
    from facecompare.pipeline.decode import Photo
    from facecompare.results.schemas import (
        CandidateResponse,
        ComparisonResponse,
        FaceResponse,
        MeasureResponse,
        PhotoResponse,
        PredictionResponse,
    )
    from facecompare.service import FaceService

STDIN = "-"
VERDICT_CODES = {
    Verdict.SAME: ExitCode.SAME,
    Verdict.UNCERTAIN: ExitCode.UNCERTAIN,
    Verdict.DIFFERENT: ExitCode.DIFFERENT,
}
# What is less is told as less: shares of strangers' pairs come from the six million of LFW View 1
# DevTrain, which share people, and shares of one person's pairs from its 1,100.
LEAST_FMR, LEAST_FNMR = 1e-5, 1e-3

overlay_option = click.option(
    "--overlay", metavar="OUT.png", type=FILE, help="Draw the faces into this PNG file."
)


@click.command(
    cls=Command,
    examples=(
        "facecompare compare ann1.jpg ann2.jpg --overlay faces.png",
        "facecompare compare ann1.jpg ann2.jpg --fmr 0.001 --json",
        "facecompare compare - ann2.jpg < ann1.jpg",
    ),
)
@photo_argument("image1", "A photo, or - for stdin.")
@photo_argument("image2", "The photo to compare it with.")
@threshold_options
@face_options
@landmarks_option
@overlay_option
@click.option("--record", is_flag=True, help="Add a record to the log.")
@decide_option
@json_option
def compare(
    settings: Settings,
    image1: str,
    image2: str,
    overlay: Path | None,
    record: bool,
    as_json: bool,
    decide: bool,
    **requested: Any,
) -> int:
    """Say whether two photos show the same person.

    The exit code is 0 for the same person, 1 for different people and 5 where it is uncertain.
    """
    service, options = face_service(settings, record), RequestOptions(**requested)
    photos = read_photos({"image1": image1, "image2": image2}, settings)
    response, comparison = service.compare(photos, options)
    if overlay:
        from facecompare.results.overlay import draw_comparison

        pair = photos["image1"], photos["image2"]
        reports = comparison.image1, comparison.image2
        write_file(overlay, draw_comparison(pair, reports, settings.limits))
    if as_json:
        print_json(response)
    else:
        print(_pair_result(response, response))
        _warn_of_doubt("image1 and image2", response, response)
        _warn_of_quality({"image1": response.image1, "image2": response.image2})
    return _exit_code(response, decide)


@click.command(cls=Command, examples=("facecompare predict ann1.jpg ann2.jpg bob.jpg",))
@photo_argument("anchor", "The photo that both others are compared with; - for stdin.")
@photo_argument("image1", "A candidate.")
@photo_argument("image2", "The other candidate.")
@threshold_options
@face_options
@landmarks_option
@click.option("--record", is_flag=True, help="Add a record for each candidate to the log.")
@decide_option
@json_option
def predict(
    settings: Settings,
    anchor: str,
    image1: str,
    image2: str,
    record: bool,
    as_json: bool,
    decide: bool,
    **requested: Any,
) -> int:
    """Say which of two photos is closer to a third.

    The exit code is the verdict on the closer one: 0 for the same person, 1 for different people,
    5 for uncertain.
    """
    service, options = face_service(settings, record), RequestOptions(**requested)
    paths = {"anchor": anchor, "image1": image1, "image2": image2}
    response = service.predict(read_photos(paths, settings), options)
    if as_json:
        print_json(response)
    else:
        _print_prediction(response)
    return _exit_code(response, decide)


@click.command(
    cls=Command,
    examples=(
        "facecompare detect party.jpg --json",
        "facecompare detect party.jpg --overlay faces.png",
    ),
)
@photo_argument("image", "A photo, or - for stdin.")
@face_options
@landmarks_option
@overlay_option
@json_option
def detect(
    settings: Settings, image: str, overlay: Path | None, as_json: bool, **requested: Any
) -> int:
    """Find the faces of a photo.

    A photo without a face is bad input, exit code 2.
    """
    service, options = face_service(settings), RequestOptions(**requested)
    photo = read_photos({"image": image}, settings)["image"]
    response, report = service.detect(photo, options)
    if overlay:
        from facecompare.results.overlay import draw_faces

        write_file(overlay, draw_faces(photo, report, settings.limits))
    if as_json:
        print_json(response)
    else:
        for face in response.image.faces:
            print(_place(face))
        _warn_of_quality({"image": response.image})
    return 0


def face_service(settings: Settings, recorded: bool = False) -> FaceService:
    """The service of this command, with the log where its comparisons are recorded."""
    from facecompare.records.open_stores import open_stores
    from facecompare.service import FaceService

    return FaceService(settings, open_stores(settings)[0] if recorded else None)


def read_photo(path: str, settings: Settings, image: str | None = None) -> Photo:
    """The photo at this path, or on stdin for `-`; its name in the request goes into errors.

    Raises  MissingImage.

    At most one byte more than is accepted is read, so that an endless file is refused too.
    """
    from facecompare.pipeline.decode import Photo

    try:
        if path == STDIN:
            return Photo(sys.stdin.buffer.read(settings.max_bytes + 1))
        with Path(path).open("rb") as file:
            return Photo(file.read(settings.max_bytes + 1), name=Path(path).name)
    except OSError as exc:
        raise MissingImage(
            f"{path} cannot be read ({exc.strerror}); name a photo", image=image
        ) from exc


def read_photos(paths: Mapping[str, str], settings: Settings) -> dict[str, Photo]:
    """Photos by what the response calls them, such as `image1`.

    Raises  BadField; MissingImage, with those of the other photos in `others`.
    """
    if list(paths.values()).count(STDIN) > 1:
        raise BadField("stdin (-) can hold one photo; name a file for the others")
    photos: dict[str, Photo] = {}
    missing: list[MissingImage] = []
    for name, path in paths.items():
        try:
            photos[name] = read_photo(path, settings, name)
        except MissingImage as error:
            missing.append(error)
    if missing:
        raise first_of(missing)
    return photos


def _exit_code(response: ComparisonResponse | PredictionResponse, decide: bool) -> ExitCode:
    """The verdict's own or, where the threshold is to decide alone, one of the first two."""
    if decide:
        return ExitCode.SAME if response.same_person else ExitCode.DIFFERENT
    return VERDICT_CODES[response.verdict]


def _print_prediction(response: PredictionResponse) -> None:
    candidates = {"image1": response.image1, "image2": response.image2}
    print(f"{response.closer} is closer to the anchor")
    for name, candidate in candidates.items():
        print(f"{name}: {_pair_result(candidate, response)}")
        _warn_of_doubt(f"anchor and {name}", candidate, response)
    photos = {name: candidate.photo for name, candidate in candidates.items()}
    _warn_of_quality({"anchor": response.anchor} | photos)


def _pair_result(
    response: ComparisonResponse | CandidateResponse,
    decision: ComparisonResponse | PredictionResponse,
) -> str:
    """The verdict, the first network's distance and, where two networks decide, theirs."""
    parts = [
        VERDICT_WORDS[response.verdict],
        f"distance {response.distance:.3f} (threshold {decision.threshold:.2f})",
    ]
    if response.combined_distance is not None:
        combined = f"{response.combined_distance:.3f} (threshold {decision.combined_threshold:.2f})"
        parts += [f"second {response.second_distance:.3f}", f"combined {combined}"]
    if response.score is not None:
        parts += [f"score {response.score:g}", *_rates(response)]
    return "   ".join(parts)


def _rates(response: ComparisonResponse | CandidateResponse) -> list[str]:
    """The error rate that matters: of strangers who are as near, of one person's photos that are as
    far apart or, where it is uncertain, both."""
    of_same = _rate("FMR", response.fmr_at_distance, LEAST_FMR)
    of_different = _rate("FNMR", response.fnmr_at_distance, LEAST_FNMR)
    rates = {Verdict.SAME: of_same, Verdict.DIFFERENT: of_different}
    return rates.get(response.verdict, of_same + of_different)


def _rate(name: str, share: float | None, least: float) -> list[str]:
    """In percent; none where it was not measured."""
    if share is None:
        return []
    return [f"{name} < {100 * least:g} %" if share < least else f"{name} {100 * share:.2g} %"]


def _warn_of_doubt(
    photos: str,
    response: ComparisonResponse | CandidateResponse,
    decision: ComparisonResponse | PredictionResponse,
) -> None:
    if response.uncertain_because is None:
        return
    if response.uncertain_because is Doubt.NETWORKS_CONTRADICT:
        found, expected = "two networks that contradict each other", "one verdict"
    else:
        found = "a distance at which pairs of one person and of two both occur"
        begin, end = decision.uncertain_from, decision.uncertain_to
        expected = f"one below {begin:.4f}, or {end:.4f} or more"
    warning(f"{photos}: found {found}; expected {expected}; take other photos of them")


def _place(face: FaceResponse) -> str:
    box = face.box
    place = f"left {box.left:.0f}, top {box.top:.0f}, {box.width:.0f} × {box.height:.0f} px"
    return f"face at {place} ({face.detector} {face.detection_score:.2f})"


def _warn_of_quality(photos: dict[str, PhotoResponse]) -> None:
    for name, photo in photos.items():
        for face in photo.faces:
            for measure in face.quality:
                if face.compared and measure.warns:
                    warning(f"{name}: {_shortfall(measure)}")


def _shortfall(measure: MeasureResponse) -> str:
    low, high = measure.minimum, measure.maximum
    if low is None:
        wanted = f"at most {high:g}"
    elif high is None:
        wanted = f"at least {low:g}"
    else:
        wanted = f"{low:g} to {high:g}"
    found = f"{measure.name} is {measure.value:g} {measure.unit}"
    return f"{found}; {wanted} gives a surer verdict"
