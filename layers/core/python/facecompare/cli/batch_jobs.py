"""`facecompare batches`: many pairs, compared by a service in AWS."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facecompare.batches.batch import BatchState, Progress
from facecompare.batches.pairs_file import FIELDS, FURTHER, Pair, read_pairs
from facecompare.batches.spreadsheet import decoded
from facecompare.cli.command import Group
from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.output import notice, print_json, progress, tell, unwritable
from facecompare.cli.parameters import FILE, FOLDER
from facecompare.cli.request_options import face_options, pairs_file_argument, threshold_options
from facecompare.config import Settings
from facecompare.errors import BadField, BadManifest, MissingImage
from facecompare.options import RequestOptions
from facecompare.records.csv_export import csv_line

if TYPE_CHECKING:
    from facecompare.batches.client import BatchClient

WATCH_EVERY_S = 2.0
LISTED = 20

batch_argument = click.argument("batch", metavar="BATCH", help="The id that submit printed.")


@click.group(cls=Group)
def batches() -> None:
    """Have a service in AWS compare a file of pairs.

    FACECOMPARE_URL is the address of the service, FACECOMPARE_KEY an access key.
    """


@batches.command(
    "submit",
    examples=("facecompare batches submit pairs.csv --images photos",),
)
@pairs_file_argument
@click.option(
    "--images",
    metavar="DIR",
    type=FOLDER,
    show_default="PAIRS.csv names objects of the upload bucket",
    help="Upload the photos from this folder.",
)
@threshold_options
@face_options
def submit(settings: Settings, pairs: Path, images: Path | None, **requested: Any) -> int:
    """Upload the photos, if they are here, and submit a batch.

    The batch's id is printed on stdout.
    """
    pairs_file = _text(pairs)
    options = RequestOptions(**requested)
    client = _client(settings)
    if images is not None:
        pairs_file = _with_uploads(list(_pairs(pairs_file)), images, client)
    batch = client.submit(pairs_file, options)
    notice(f"{batch.total:,} pairs are submitted" if batch.total else "the pairs file is submitted")
    tell(batch.batch_id)
    return 0


@batches.command(
    "watch",
    examples=("facecompare batches watch BATCH", "facecompare batches watch BATCH --json"),
)
@batch_argument
@click.option("--json", "as_json", is_flag=True, help="Print the API's last response as JSON.")
def watch(settings: Settings, batch: str, as_json: bool) -> int:
    """Wait until a batch ends.

    The exit code is 0 when every pair has a verdict, and 6 when one has none, or when the batch was
    refused or cancelled, or has expired.
    """
    client = _client(settings)
    last = client.progress(batch)
    for each in progress(_polled(client, last), "pairs", last.total, "pair", count=_ended):
        last = each
    if as_json:
        print_json(last)
    else:
        tell(_line(last))
    return _exit_code(last)


@batches.command(
    "fetch",
    examples=("facecompare batches fetch BATCH --pairs pairs.csv --out results.csv",),
)
@batch_argument
@click.option(
    "--out", metavar="RESULTS.csv", type=FILE, required=True, help="Write the results here."
)
@click.option(
    "--pairs",
    metavar="PAIRS.csv",
    type=FILE,
    help="Name the photos as in this file, which was submitted, and not as their uploads.",
)
def fetch(settings: Settings, batch: str, out: Path, pairs: Path | None) -> int:
    """Save the results of a batch.

    The file appears when it is complete. The exit code is 0 when every pair has a verdict, and 6
    when one has none.
    """
    client = _client(settings)
    state = client.progress(batch)
    if not state.state.is_final:
        notice(f"still running: {_ended(state):,} of {state.total:,} pairs have a result")
    pages: Iterable[str] = client.results(state)
    if pairs is not None:
        pages = _with_names(pages, list(_pairs(_text(pairs))))
    _write_pages(pages, out)
    tell(f"results in {out}")
    return _exit_code(state)


@batches.command("cancel", examples=("facecompare batches cancel BATCH",))
@batch_argument
def cancel(settings: Settings, batch: str) -> int:
    """Cancel a batch. No more of its pairs are compared; those with a result keep it."""
    tell(_line(_client(settings).cancel(batch)))
    return 0


@batches.command("list", examples=("facecompare batches list",))
def list_batches(settings: Settings) -> int:
    """List the newest 20 batches. Newest first, a line for each."""
    for batch in _client(settings).newest(LISTED):
        tell(_line(batch))
    return 0


def _exit_code(batch: Progress) -> int:
    whole = batch.state is BatchState.DONE and not batch.failed
    return 0 if whole else ExitCode.INCOMPLETE


def _polled(client: BatchClient, batch: Progress) -> Iterator[Progress]:
    """This state of the batch, and its later ones until it has ended."""
    yield batch
    while not batch.state.is_final:
        time.sleep(WATCH_EVERY_S)
        batch = client.progress(batch.batch_id)
        yield batch


def _ended(batch: Progress) -> int:
    return batch.done + batch.failed


def _write_pages(pages: Iterable[str], out: Path) -> None:
    """Through a file beside it, so that an interrupted run leaves nothing that looks complete."""
    unfinished = out.with_name(out.name + ".unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pages)
        unfinished.replace(out)
    except OSError as exc:
        raise unwritable(out, exc) from exc


def _client(settings: Settings) -> BatchClient:
    if not settings.url.startswith(("http://", "https://")):
        raise BadField(
            f"FACECOMPARE_URL is {settings.url!r}; expected the address of a service, e.g. "
            "https://d111111abcdef8.cloudfront.net"
        )
    from facecompare.batches.client import BatchClient

    return BatchClient(settings.url, settings.key, notice)


def _text(path: Path) -> str:
    try:
        return decoded(path.read_bytes())
    except OSError as exc:
        raise BadManifest(f"{path} cannot be read ({exc.strerror}); name a file") from exc
    except UnicodeDecodeError as exc:
        raise BadManifest(
            f"{path} is no text in UTF-8, UTF-16 or Windows-1252; expected one"
        ) from exc


def _pairs(text: str) -> Iterator[Pair]:
    return read_pairs(text.splitlines(keepends=True))


def _with_uploads(pairs: list[Pair], images: Path, client: BatchClient) -> str:
    """The pairs file with the names that the photos were uploaded under."""
    columns = (*FIELDS, *FURTHER)
    names = dict.fromkeys(name for pair in pairs for name in pair.photos.values())
    for name in names:
        if not (images / name).is_file():
            raise MissingImage(f"{images / name} does not exist; nothing was uploaded")
    sent = client.upload_photos(images / name for name in names)
    uploaded = [upload for _, upload in progress(sent, "uploads", len(names))]
    uploads = dict(zip(names, uploaded, strict=True))
    rows = ([uploads.get(pair.photos.get(each, "")) for each in columns] for pair in pairs)
    return "".join(map(csv_line, (columns, *rows)))


def _with_names(pages: Iterable[str], pairs: list[Pair]) -> Iterator[str]:
    """The results with the names of the file that was submitted."""
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
    why = f": {batch.error}" if batch.error else ""
    return (
        f"{batch.batch_id}  {batch.created_at[:19]}Z  {batch.state}: {batch.done:,} done, "
        f"{batch.failed:,} failed of {batch.total:,}{rate}{left}{why}"
    )
