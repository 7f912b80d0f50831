"""`facecompare batches`: many pairs, compared by a service in AWS."""

from __future__ import annotations

import argparse
import csv
import io
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facecompare.batches.batch import BatchState, Progress
from facecompare.batches.pairs_file import Pair, read_pairs
from facecompare.cli.output import print_json, say
from facecompare.cli.photos import POLICIES, add_threshold, options_from
from facecompare.config import Settings
from facecompare.errors import BadField, BadManifest, MissingImage
from facecompare.records.csv_export import csv_line

if TYPE_CHECKING:
    from facecompare.batches.client import BatchClient

WATCH_EVERY_S = 2.0
LISTED = 20


def add_commands(commands: Any) -> None:
    """Add the commands to the parser."""
    text = "have a service compare many pairs; FACECOMPARE_URL and FACECOMPARE_KEY name it"
    batches: argparse.ArgumentParser = commands.add_parser("batches", help=text, description=text)
    actions = batches.add_subparsers(metavar="ACTION", required=True)
    submit = actions.add_parser(
        "submit",
        help="upload photos, if they are here, and order a batch",
        epilog="example: facecompare batches submit pairs.csv --images photos",
    )
    submit.set_defaults(run=run_submit, engine=None)
    submit.add_argument(
        "pairs", metavar="PAIRS.csv", type=Path, help="image1,image2 below a header; or JSON Lines"
    )
    submit.add_argument(
        "--images",
        metavar="DIR",
        type=Path,
        help="upload the photos from here; without, PAIRS.csv names objects of the upload bucket",
    )
    submit.add_argument("--face", choices=POLICIES, default=POLICIES[0], help="which face counts")
    submit.add_argument("--engine", help="one that the service has")
    add_threshold(submit)
    watch = _of_one(actions, "watch", run_watch, "wait for a batch's end")
    watch.add_argument("--json", action="store_true", help="print what the API answers at the end")
    fetch = _of_one(actions, "fetch", run_fetch, "save a batch's results")
    fetch.add_argument("--out", metavar="RESULTS.csv", type=Path, required=True)
    fetch.add_argument(
        "--pairs", metavar="PAIRS.csv", type=Path, help="put its names in place of the uploads'"
    )
    _of_one(actions, "cancel", run_cancel, "work on no more of a batch")
    listing = actions.add_parser("list", help="list the newest batches")
    listing.set_defaults(run=run_list)


def run_submit(arguments: argparse.Namespace, settings: Settings) -> int:
    """The batch's id on stdout."""
    manifest = _text(arguments.pairs)
    options = options_from(arguments)
    client = _client(settings)
    if arguments.images is not None:
        manifest = _with_uploads(list(_pairs(manifest)), arguments.images, client)
    batch = client.submit(manifest, options)
    say(f"{batch.total:,} pairs are on their way")
    print(batch.batch_id)
    return 0


def run_watch(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 0 when every pair has ended, 1 when the batch was cancelled or has expired."""
    from tqdm import tqdm

    client = _client(settings)
    batch = client.progress(arguments.batch)
    with tqdm(desc="pairs", unit="pair", total=batch.total, disable=not sys.stderr.isatty()) as bar:
        while batch.state is BatchState.RUNNING:
            bar.update(batch.done + batch.failed - bar.n)
            time.sleep(WATCH_EVERY_S)
            batch = client.progress(arguments.batch)
        bar.update(batch.done + batch.failed - bar.n)
    if arguments.json:
        print_json(batch)
    else:
        print(_line(batch))
    return 0 if batch.state is BatchState.DONE else 1


def run_fetch(arguments: argparse.Namespace, settings: Settings) -> int:
    """The file appears when it is whole."""
    client = _client(settings)
    batch = client.progress(arguments.batch)
    if batch.state is BatchState.RUNNING:
        say(f"not at its end: {batch.done + batch.failed:,} of {batch.total:,} pairs")
    pages: Iterable[str] = client.results(batch)
    if arguments.pairs is not None:
        pages = _with_names(pages, list(_pairs(_text(arguments.pairs))))
    unfinished = arguments.out.with_name(arguments.out.name + ".unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            for page in pages:
                file.write(page)
        unfinished.replace(arguments.out)
    except OSError as exc:
        raise BadField(f"{arguments.out} cannot be written ({exc.strerror})") from exc
    print(f"results in {arguments.out}")
    return 0


def run_cancel(arguments: argparse.Namespace, settings: Settings) -> int:
    """What is done stays."""
    print(_line(_client(settings).cancel(arguments.batch)))
    return 0


def run_list(_arguments: argparse.Namespace, settings: Settings) -> int:
    """A line for each, newest first."""
    for batch in _client(settings).newest(LISTED):
        print(_line(batch))
    return 0


def _of_one(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.set_defaults(run=run)
    parser.add_argument("batch", metavar="BATCH", help="the id that submit printed")
    return parser


def _client(settings: Settings) -> BatchClient:
    if not settings.url.startswith(("http://", "https://")):
        raise BadField(
            f"FACECOMPARE_URL is {settings.url!r}; the address of a service is accepted, like "
            "https://d111111abcdef8.cloudfront.net"
        )
    from facecompare.batches.client import BatchClient

    return BatchClient(settings.url, settings.key, say)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as exc:
        raise BadManifest(f"{path} cannot be read ({exc.strerror}); name a file") from exc
    except UnicodeDecodeError as exc:
        raise BadManifest(f"{path} is no text in UTF-8") from exc


def _pairs(manifest: str) -> Iterator[Pair]:
    return read_pairs(manifest.splitlines(keepends=True))


def _with_uploads(pairs: list[Pair], images: Path, client: BatchClient) -> str:
    """The manifest with the names that the photos were uploaded under."""
    from tqdm import tqdm

    names = dict.fromkeys(name for pair in pairs for name in (pair.image1, pair.image2))
    for name in names:
        if not (images / name).is_file():
            raise MissingImage(f"{images / name} is not there; nothing was uploaded")
    sent = client.upload_photos(images / name for name in names)
    bar = tqdm(sent, desc="uploads", unit="photo", total=len(names), disable=not _watched())
    uploads = dict(zip(names, (upload for _, upload in bar), strict=True))
    rows = (csv_line((uploads[pair.image1], uploads[pair.image2])) for pair in pairs)
    return "".join((csv_line(("image1", "image2")), *rows))


def _with_names(pages: Iterable[str], pairs: list[Pair]) -> Iterator[str]:
    """The results with the names of the file that they were ordered with."""
    columns: list[str] = []
    for page in pages:
        rows = list(csv.reader(io.StringIO(page)))
        if not columns:
            columns = rows[0]
            yield csv_line(columns)
            rows = rows[1:]
        yield "".join(_named(dict(zip(columns, row, strict=True)), pairs) for row in rows)


def _named(row: dict[str, str], pairs: list[Pair]) -> str:
    number = int(row["pair"])
    if number > len(pairs):
        raise BadManifest(f"--pairs has {len(pairs):,} pairs and the batch has more")
    pair = pairs[number - 1]
    return csv_line((row | {"image1": pair.image1, "image2": pair.image2}).values())


def _line(batch: Progress) -> str:
    rate = f", {batch.pairs_per_s:.1f} pairs/s" if batch.pairs_per_s else ""
    left = f", {batch.seconds_left:,} s left" if batch.seconds_left else ""
    return (
        f"{batch.batch_id}  {batch.created_at[:19]}Z  {batch.state}: {batch.done:,} done, "
        f"{batch.failed:,} failed of {batch.total:,}{rate}{left}"
    )


def _watched() -> bool:
    return sys.stderr.isatty()
