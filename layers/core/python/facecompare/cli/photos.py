"""`facecompare compare`, and what `predict` shares with it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.cautions import other_faces, shortfall
from facecompare.cli.command import Command
from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.output import (
    PAINTED_VERDICTS,
    print_json,
    warning,
    words_beside,
    write_picture,
)
from facecompare.cli.request_options import (
    also_option,
    decide_option,
    face_options,
    json_option,
    landmarks_option,
    overlay_option,
    own_face_option,
    photo_argument,
    quality_option,
    strict_option,
    threshold_options,
)
from facecompare.config import Settings
from facecompare.engines.calibration import Doubt, Verdict
from facecompare.errors import BadField, MissingImage, first_of
from facecompare.options import (
    MAX_REFERENCE_PHOTOS,
    FacePolicy,
    RequestOptions,
    reference_names,
)

if TYPE_CHECKING:
    from facecompare.pipeline.decode import Photo
    from facecompare.results.schemas import (
        CandidateResponse,
        ComparisonResponse,
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
@also_option("image1")
@threshold_options
@face_options
@own_face_option("--face1", "image1")
@own_face_option("--face2", "image2")
@landmarks_option
@quality_option
@strict_option
@overlay_option
@click.option("--record", is_flag=True, help="Add a record to the log.")
@decide_option
@json_option
def compare(
    settings: Settings,
    image1: str,
    image2: str,
    also: tuple[str, ...],
    overlay: Path | None,
    record: bool,
    as_json: bool,
    decide: bool,
    **requested: Any,
) -> int:
    """Say whether two photos show the same person.

    The exit code is 0 for the same person, 1 for different people and 5 where it is uncertain.
    """
    reference = named_reference("image1", image1, also)
    service, options = face_service(settings, record), request_options(reference, **requested)
    paths = reference | {"image2": image2}
    photos = read_photos(paths, settings)
    response, comparison = service.compare(photos, options)
    if overlay:
        from facecompare.results.overlay import draw_comparison

        pair = photos["image1"], photos["image2"]
        reports = comparison.image1, comparison.image2
        write_picture(overlay, lambda kind: draw_comparison(pair, reports, settings.limits, kind))
    with words_beside(overlay) if overlay else nullcontext():
        if as_json:
            print_json(response)
        else:
            _print_comparison(response, paths, options)
    return verdict_code(response, decide)


def _print_comparison(
    response: ComparisonResponse, paths: Iterable[str], options: RequestOptions
) -> None:
    click.echo(pair_result(response, response), file=sys.stdout)
    print_pairs("image1", "image2", response)
    warn_of_doubt("image1 and image2", response)
    found = response.image1, *response.further, response.image2
    warn_of_photos(dict(zip(paths, found, strict=True)), options)


def request_options(
    reference: Iterable[str] = (),
    *,
    face_also: Sequence[FacePolicy | int] = (),
    face_anchor: FacePolicy | int | None = None,
    face1: FacePolicy | int | None = None,
    face2: FacePolicy | int | None = None,
    face_reference: FacePolicy | int | None = None,
    **requested: Any,
) -> RequestOptions:
    """The options that were given, those of single photos together; `reference` are the names of
    one person's photos. Raises  BadField."""
    own = {"anchor": face_anchor, "image1": face1, "image2": face2, "reference": face_reference}
    further = list(reference)[1:]
    if len(face_also) > len(further):
        raise BadField(
            f"found {len(face_also)} --face-also and {len(further)} --also; expected at most one "
            "for each"
        )
    own |= dict(zip(further, face_also, strict=False))
    faces = {image: face for image, face in own.items() if face is not None}
    return RequestOptions(faces=faces, **requested)


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


def named_reference(image: str, path: str, also: tuple[str, ...]) -> dict[str, str]:
    """The paths of one person's photos, by what the response calls them. Raises  BadField."""
    if not also:
        return {image: path}
    if len(also) >= MAX_REFERENCE_PHOTOS:
        raise BadField(
            f"found {1 + len(also)} photos of {image}'s person; expected {MAX_REFERENCE_PHOTOS} at "
            "most"
        )
    return dict(zip(reference_names(image), (path, *also), strict=False))


def verdict_code(response: ComparisonResponse | PredictionResponse, decide: bool) -> ExitCode:
    """The verdict's own or, where the threshold is to decide alone, one of the first two."""
    if decide:
        return ExitCode.SAME if response.same_person else ExitCode.DIFFERENT
    return VERDICT_CODES[response.verdict]


def pair_result(
    response: ComparisonResponse | CandidateResponse,
    decision: ComparisonResponse | PredictionResponse,
) -> str:
    """The verdict, the first network's distance and, where two networks decide, theirs."""
    parts = [
        PAINTED_VERDICTS[response.verdict],
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


def warn_of_doubt(photos: str, response: ComparisonResponse | CandidateResponse) -> None:
    """A line on stderr for a verdict that is uncertain."""
    if response.uncertain_because is None:
        return
    if response.uncertain_because is Doubt.NETWORKS_CONTRADICT:
        found, expected = "two networks that contradict each other", "one verdict"
    else:
        found = "a distance at which pairs of one person and of two both occur"
        begin, end = response.uncertain_from, response.uncertain_to
        expected = f"one below {begin:.4f}, or {end:.4f} or more"
    warning(f"{photos}: found {found}; expected {expected}; take other photos of them")


def print_pairs(image1: str, image2: str, response: ComparisonResponse | CandidateResponse) -> None:
    """A line for each pair of faces that was held against each other, where there are several."""
    if len(response.pairs) < 2:
        return
    for pair in response.pairs:
        distance = pair.distance if pair.combined_distance is None else pair.combined_distance
        score = "" if pair.score is None else f"   score {pair.score:g}"
        faces = f"{image1} face {pair.face1}, {image2} face {pair.face2}"
        click.echo(f"  {faces}: {distance:.3f}{score}", file=sys.stdout)


def warn_of_photos(photos: dict[str, PhotoResponse], options: RequestOptions) -> None:
    """Lines on stderr for faces that were not compared, and for the photos and those that were."""
    for name in (each for each, photo in photos.items() if photo.not_compared):
        person, *_ = name.split("_")
        alone = f"{person}_2" not in photos
        warning(other_faces(name, photos[name], options, alone=alone))
    warn_of_quality(photos)


def warn_of_quality(photos: dict[str, PhotoResponse]) -> None:
    """A line on stderr for what is odd about a photo, and for each quality figure of a compared
    face that is out of its limits."""
    for name, photo in photos.items():
        for odd in photo.warnings:
            warning(f"{name}: {odd.message}")
        for face in photo.faces:
            for measure in face.quality:
                if face.compared and measure.warns:
                    warning(f"{name}: {shortfall(measure)}")
