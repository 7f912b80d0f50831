"""`facecompare find`: one person against many photos."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.command import Command
from facecompare.cli.found import Found, Presentation
from facecompare.cli.output import notice, progress
from facecompare.cli.parameters import AT_LEAST_ONE, FILE
from facecompare.cli.photos import (
    STDIN,
    face_service,
    named_reference,
    read_photo,
    read_photos,
    request_options,
    warn_of_photos,
)
from facecompare.cli.request_options import (
    also_option,
    decide_option,
    face_options,
    one_format,
    own_face_option,
    photo_argument,
    quality_option,
    strict_option,
    threshold_options,
)
from facecompare.cli.summary import KEEPS_NOTHING, RESUMES, interruptible, rate_of, summary
from facecompare.config import Settings
from facecompare.errors import BadField, MissingImage

if TYPE_CHECKING:
    from facecompare.batches.checkpoint import Checkpoint
    from facecompare.batches.pair_result import PairResult
    from facecompare.batches.search import Search

# What else is met in folders, in the words of the summary.
SKIPPED = {
    "other": "no photo",
    "hidden": "hidden",
    "unreadable": "folders that cannot be read",
    "reference": "the reference itself",
}


@click.command(
    cls=Command,
    examples=(
        "facecompare find ann.jpg photos --top 10",
        "facecompare find ann1.jpg --also ann2.jpg photos --same-only --csv",
        "facecompare find ann.jpg photos --face best-match --out found.csv",
    ),
)
@photo_argument("reference", "A photo of the person who is looked for, or - for stdin.")
@photo_argument(
    "images",
    "Photos to compare it with; of a folder, all in it and below.",
    metavar="FOLDER|IMAGE...",
    nargs=-1,
    required=True,
)
@also_option("REFERENCE")
@click.option(
    "--top", metavar="N", type=AT_LEAST_ONE, show_default="all", help="Only the nearest N."
)
@click.option("--same-only", is_flag=True, help="Only photos of the same person.")
@click.option(
    "--csv", "as_csv", is_flag=True, callback=one_format, help="Print CSV, for a spreadsheet."
)
@click.option(
    "--json", "as_json", is_flag=True, callback=one_format, help="Print one JSON document."
)
@click.option(
    "--out",
    metavar="FILE",
    type=FILE,
    help="Write CSV, or JSON, into this file, which must not exist; an interrupted run resumes.",
)
@threshold_options
@face_options
@own_face_option("--face-reference", "REFERENCE")
@quality_option
@strict_option
@decide_option
def find(
    settings: Settings,
    reference: str,
    images: tuple[str, ...],
    also: tuple[str, ...],
    top: int | None,
    same_only: bool,
    as_csv: bool,
    as_json: bool,
    out: Path | None,
    decide: bool,
    **requested: Any,
) -> int:
    """Find a person among many photos, on all cores.

    Each photo is compared with REFERENCE: the nearest is the first, and those without a verdict
    come last. The exit code is 0 when one shows the same person, else 5 when one is uncertain, 1
    when none is, and 6 when no photo has a verdict.
    """
    paths = named_reference("reference", reference, also)
    shown = Presentation(top, same_only, decide, as_csv, as_json)
    with interruptible(RESUMES if out else KEEPS_NOTHING):
        search, skipped = _search(settings, paths, images, requested)
        with _kept(search, out) as kept:
            results, rate = _results(search, kept)
            found = Found.of(results, list(paths.values()), search.engine.card.id)
            shown.write(found, out)
    notice(summary(found.counts, "photo", rate))
    _tell_skipped(skipped)
    return found.exit_code(decide)


def _search(
    settings: Settings,
    paths: Mapping[str, str],
    images: Sequence[str],
    requested: Mapping[str, Any],
) -> tuple[Search, Counter[str]]:
    """What is to be done, and what was met beside photos.

    Raises  InputError, also for the reference, before any other photo is looked at; SetupError.
    """
    from facecompare.batches.search import Search, examined_reference, list_photos
    from facecompare.results.convert import detection_response

    if STDIN in images:
        raise BadField(
            "found - among the photos; expected files and folders, as only REFERENCE may be stdin"
        )
    listed = list_photos(images, paths.values())
    if not any(map(os.path.lexists, images)):
        raise MissingImage(
            f"found nothing at {', '.join(images)}; expected photos or folders; name what is there"
        )
    if not listed.photos:
        raise MissingImage(f"found no photo in {', '.join(images)}; name photos, or their folder")
    service, given = face_service(settings), request_options(paths, **requested)
    engine = service.engine(given.engine)
    options = service.options(given, engine, len(paths))
    reference = examined_reference(read_photos(paths, settings), engine, options)
    card = engine.card.id
    photos = [detection_response(each.report, card, chips=False).image for each in reference]
    warn_of_photos(dict(zip(paths, photos, strict=True)), given)
    search = Search(
        reference,
        listed.photos,
        engine,
        options,
        read=lambda path: read_photo(path, settings),
        meaning_of=lambda match: service.meaning(engine, match),
    )
    return search, listed.skipped


def _kept(search: Search, out: Path | None) -> AbstractContextManager[Checkpoint | None]:
    """What an earlier run has kept, where results are written."""
    return nullcontext() if out is None else search.kept_beside(out)


def _results(search: Search, kept: Checkpoint | None) -> tuple[list[PairResult], str]:
    """The result of each photo, and how fast that was."""
    photos = len(search.photos)
    known = kept.count()[2] if kept else 0
    done = f"; {known:,} photos are done already" if kept else ""
    notice(f"{photos:,} photo{'' if photos == 1 else 's'} to compare{done}")
    began = monotonic()
    results = list(progress(search.results(kept), "photos", photos))
    return results, rate_of(photos - known, "photo", monotonic() - began)


def _tell_skipped(skipped: Counter[str]) -> None:
    if skipped:
        kinds = ", ".join(f"{skipped[kind]:,} {SKIPPED[kind]}" for kind in sorted(skipped))
        notice(f"not compared: {kinds}")
