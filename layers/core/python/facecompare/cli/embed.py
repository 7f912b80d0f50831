"""`facecompare embed`: faces as numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from facecompare.cli.command import Command
from facecompare.cli.error_lines import ErrorLine, report
from facecompare.cli.output import print_json, progress, tell, write_file
from facecompare.cli.parameters import FILE
from facecompare.cli.photos import face_service, read_photo
from facecompare.cli.request_options import face_options, json_option, photo_argument
from facecompare.config import Settings
from facecompare.errors import InputError
from facecompare.options import RequestOptions


@click.command(
    cls=Command,
    examples=(
        "facecompare embed *.jpg --out embeddings.npz",
        "facecompare embed ann1.jpg ann2.jpg --json",
    ),
)
@photo_argument("images", "Photos, each by its path.", metavar="IMAGE", nargs=-1, required=True)
@face_options
@click.option(
    "--out", metavar="FILE.npz", type=FILE, help="Write NumPy arrays, for numpy.load, and no text."
)
@json_option
def embed(
    settings: Settings,
    images: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    **requested: Any,
) -> int:
    """Turn the face of each photo into an embedding, 128 to 512 numbers by engine.

    A bad photo is named on stderr and skipped; the exit code is 2 at the end.
    """
    service, options = face_service(settings), RequestOptions(**requested)
    engine = service.engine(options.engine).card.id
    embeddings: dict[str, Any] = {}
    failed = False
    for path in progress(images, "embedding", len(images)):
        try:
            embeddings[path] = service.embed(read_photo(path, settings), options).values
        except InputError as error:
            failed = True
            report([ErrorLine(error.code, error.message, path)], as_json=as_json)
    if out:
        write_file(out, _npz(embeddings, engine))
    if as_json or not out:
        _print_embeddings(embeddings, engine, as_json)
    return 2 if failed else 0


def _print_embeddings(embeddings: dict[str, Any], engine: str, as_json: bool) -> None:
    if as_json:
        rows = [
            {"image": path, "engine": engine, "embedding": values.tolist()}
            for path, values in embeddings.items()
        ]
        print_json(rows)
        return
    for path, values in embeddings.items():
        tell(" ".join([path, *(f"{value:.6f}" for value in values.tolist())]))


def _npz(embeddings: dict[str, Any], engine: str) -> bytes:
    """Arrays `images` [N], `embeddings` [N, D] and `engine`; read it with numpy.load."""
    from io import BytesIO

    import numpy as np

    buffer = BytesIO()
    rows = np.stack(list(embeddings.values())) if embeddings else np.empty((0, 0), np.float32)
    np.savez(buffer, images=np.array(list(embeddings)), embeddings=rows, engine=engine)
    return buffer.getvalue()
