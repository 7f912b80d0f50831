"""`facecompare batch`: a file of pairs, on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facecompare.cli.output import say
from facecompare.cli.photos import POLICIES, add_threshold, options_from, read_photo
from facecompare.config import Settings

if TYPE_CHECKING:
    from facecompare.batches.local import BatchRun


def add_commands(commands: Any) -> None:
    """Add the command to the parser."""
    text = "compare many pairs on this machine; an interrupted run goes on where it was"
    batch: argparse.ArgumentParser = commands.add_parser(
        "batch",
        help="compare many pairs on this machine",
        description=text,
        epilog="example: facecompare batch pairs.csv --images photos --out results.csv",
    )
    batch.set_defaults(run=run_batch)
    batch.add_argument(
        "pairs", metavar="PAIRS.csv", type=Path, help="image1,image2 below a header; or JSON Lines"
    )
    batch.add_argument("--images", metavar="DIR", type=Path, default=Path(), help="the photos")
    batch.add_argument("--out", metavar="RESULTS.csv", type=Path, required=True)
    batch.add_argument("--face", choices=POLICIES, default=POLICIES[0], help="which face counts")
    batch.add_argument("--engine", help="see: facecompare models list")
    add_threshold(batch)


def run_batch(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 0 when every pair has its row, also those whose photos are unfit."""
    from facecompare.batches.local import LocalBatch, running
    from facecompare.service import FaceService

    service, options = FaceService(settings, None), options_from(arguments)
    engine = service.engine(options.engine)
    batch = LocalBatch(
        pairs=arguments.pairs,
        images=arguments.images,
        out=arguments.out,
        options=service.options(options, engine),
        read=lambda path: read_photo(path, settings),
        score_of=lambda verdict: service.meaning(engine, verdict).score,
    )
    with running(batch, engine) as run:
        _work(run)
    print(f"results in {arguments.out}")
    return 0


def _work(run: BatchRun) -> None:
    from tqdm import tqdm

    pairs, photos, known = run.checkpoint.count()
    silent = not sys.stderr.isatty()
    say(f"{pairs:,} pairs of {photos:,} photos; {known:,} photos are done already")
    for _ in tqdm(
        run.embed(), desc="photos", unit="photo", total=photos, initial=known, disable=silent
    ):
        pass
    with tqdm(desc="pairs", unit="pair", total=pairs, disable=silent) as bar:
        for rows in run.compare():
            bar.update(rows - bar.n)
