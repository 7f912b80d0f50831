"""`facecompare models`: build, list and verify the model files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from facecompare.cli.output import print_json, say, write_file
from facecompare.config import Settings
from facecompare.engines.cards import CARDS
from facecompare.engines.catalogue import offered_cards
from facecompare.errors import BadField
from facecompare.model_store.files import ModelFolder


def add_commands(commands: Any) -> None:
    """Add the commands to the parser."""
    text = "build, add, list, verify, describe or push the model files"
    models: argparse.ArgumentParser = commands.add_parser("models", help=text, description=text)
    actions = models.add_subparsers(metavar="ACTION", required=True)
    for name, run, about in (
        ("build", run_build, "make the model files from dlib's weights"),
        ("list", run_list, "list the model files and the engines that use them"),
        ("verify", run_verify, "compare the model files with the manifest's checksums"),
        ("add", run_add, "add an ONNX encoder of your own as an engine"),
        ("card", run_card, "write the model card from the evaluations that are kept"),
        ("push", run_push, "send the model files to an S3 bucket, those that it lacks"),
    ):
        action = actions.add_parser(name, help=about, description=about)
        action.set_defaults(run=run)
        if name == "add":
            action.add_argument("card", help="a TOML file, or facenet-512, facenet-128, arcface")
            action.add_argument("--weights", metavar="FILE.onnx", type=Path, required=True)
        if name == "list":
            action.add_argument("--json", action="store_true", help="print the manifest's rows")
        if name == "push":
            action.add_argument("--bucket", help="the bucket; FACECOMPARE_MODEL_BUCKET by default")


def run_build(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Write models and manifest into the models folder."""
    from facecompare.model_build.build import build_models

    for row in build_models(settings.models_dir):
        say(f"{settings.models_dir / row.file}  {row.bytes:,} bytes")
    return 0


def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the files and engines."""
    folder = ModelFolder.at(settings.models_dir)
    if arguments.json:
        from dataclasses import asdict

        print_json([asdict(row) for row in folder.files])
        return 0
    for row in folder.files:
        state = "present" if (folder.path / row.file).is_file() else "missing"
        print(f"{row.name:16} {row.bytes:>12,} bytes  {state:8} {row.licence}")
    for card in offered_cards(settings):
        default = "  (default)" if card.id == settings.engine else ""
        print(f"engine {card.id}: {card.title}{default}")
    return 0


def run_verify(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Check every file; the first that is wrong ends it with exit code 3."""
    folder = ModelFolder.at(settings.models_dir)
    for row in folder.files:
        folder.verify(row.name)
        print(f"{row.name}: SHA-256 {row.sha256} as it should be")
    return 0


def run_add(arguments: argparse.Namespace, settings: Settings) -> int:
    """Try the encoder out, copy its weights and write it into the manifest."""
    from facecompare.model_build.encoders import add_encoder

    card = add_encoder(arguments.card, arguments.weights, settings.models_dir)
    say(f"added engine {card.id}: {card.title}; try: facecompare compare --engine {card.id} …")
    return 0


def run_card(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Write MODEL_CARD.md beside the models."""
    from facecompare.evaluation.model_card import MODEL_CARD, model_card, read_summaries

    folder = ModelFolder.at(settings.models_dir)
    summaries = read_summaries(folder.path, CARDS)
    write_file(folder.path / MODEL_CARD, model_card(CARDS, folder.files, summaries).encode())
    say(f"wrote {folder.path / MODEL_CARD} from {len(summaries)} evaluations")
    return 0


def run_push(arguments: argparse.Namespace, settings: Settings) -> int:
    """Send what is missing; the files are verified first."""
    bucket = arguments.bucket or settings.model_bucket
    if not bucket:
        raise BadField("no bucket is named; give --bucket or set FACECOMPARE_MODEL_BUCKET")
    from facecompare.model_store.s3 import push_models

    for row, sent in push_models(ModelFolder.at(settings.models_dir), bucket):
        say(f"{row.name}: {'sent' if sent else 'is there'}")
    return 0
