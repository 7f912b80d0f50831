"""`facecompare batch`: a file of pairs, on this machine."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.command import Command
from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.output import notice, progress, tell
from facecompare.cli.parameters import FILE, FOLDER
from facecompare.cli.photos import read_photo
from facecompare.cli.request_options import face_options, pairs_file_argument, threshold_options
from facecompare.cli.summary import RESUMES, failures, interruptible, rate_of, summary
from facecompare.config import Settings
from facecompare.errors import MissingImage
from facecompare.options import RequestOptions

if TYPE_CHECKING:
    from facecompare.batches.local import BatchRun
    from facecompare.pipeline.decode import Photo


@click.command(
    cls=Command,
    examples=("facecompare batch pairs.csv --images photos --out results.csv",),
)
@pairs_file_argument
@click.option(
    "--images", metavar="DIR", type=FOLDER, default=".", help="The folder with the photos."
)
@click.option(
    "--out",
    metavar="RESULTS.csv",
    type=FILE,
    required=True,
    help="Write the results here; the file must not exist.",
)
@threshold_options
@face_options
def batch(settings: Settings, pairs: Path, images: Path, out: Path, **requested: Any) -> int:
    """Compare a file of pairs on this machine, with all its cores.

    An interrupted run resumes when it is started again with the same arguments. Each pair has one
    row of results, with an error code where a photo is unfit. The exit code is 6 when a pair has no
    verdict, and 0 when each has one, whichever it is.
    """
    from facecompare.batches.local import LocalBatch, count_results, running
    from facecompare.service import FaceService

    service, options = FaceService(settings, None), RequestOptions(**requested)
    engine = service.engine(options.engine)
    local = LocalBatch(
        pairs=pairs,
        images=images,
        out=out,
        options=service.options(options, engine),
        read=lambda path: _read_file(path, settings),
        meaning_of=lambda found: service.meaning(engine, found),
        thresholds_for=lambda of_one, photos: (
            of_one
            if options.threshold is not None
            else service.thresholds_for(of_one, engine, photos)
        ),
    )
    with interruptible(RESUMES), running(local, engine) as run:
        rate = _compare(run)
    counts = count_results(out)
    failed = sum(failures(counts).values())
    notice(summary(counts, "pair", rate))
    tell(f"results in {out}" + (f"; pairs without a verdict: {failed:,}" if failed else ""))
    return ExitCode.INCOMPLETE if failed else 0


def _read_file(path: str, settings: Settings) -> Photo:
    """A pairs file may be a stranger's; a pipe that it names would be waited for without end.

    Raises  MissingImage.
    """
    if Path(path).exists() and not Path(path).is_file():
        raise MissingImage(f"{path} is no file; name a photo")
    return read_photo(path, settings)


def _compare(run: BatchRun) -> str:
    """Work until the results are there; returns how fast that was."""
    pairs, photos, known = run.checkpoint.count()
    written = run.checkpoint.written().rows
    notice(f"{pairs:,} pairs of {photos:,} photos; {known:,} photos are done already")
    began = monotonic()
    for _ in progress(run.embed(), "photos", photos, done=known):
        pass
    for _ in progress(run.compare(), "pairs", pairs, "pair", count=lambda rows: rows):
        pass
    return rate_of(pairs - written, "pair", monotonic() - began)
