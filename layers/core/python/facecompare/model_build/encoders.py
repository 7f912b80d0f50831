"""A card and an ONNX file → one more engine of this installation."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from facecompare.config import ENGINES
from facecompare.engines.encoder_cards import READY, encoder_card, read_card
from facecompare.engines.encoder_engine import try_out
from facecompare.engines.protocol import EngineCard
from facecompare.errors import BadEncoder
from facecompare.model_build.build import RECIPES, write_model
from facecompare.model_store.files import (
    MANIFEST,
    UNKNOWN,
    EncoderSpec,
    ModelFile,
    ModelFolder,
    manifest_text,
)


def add_encoder(card: str, weights: Path, folder: Path) -> EngineCard:
    """Verify the weights, try them out, and write both into the models folder; an encoder that was
    added before under this id is replaced.

    Raises  BadEncoder; ModelFileMissing without a manifest, or when the folder is not writable.
    """
    spec, expected = read_card(_card_file(card))
    models = ModelFolder.at(folder)
    taken = {*ENGINES, *(recipe.name for recipe in RECIPES)}
    if spec.id in taken:
        raise BadEncoder(
            f"the id {spec.id!r} is taken; expected another than {', '.join(sorted(taken))}"
        )
    data = _read(weights)
    found = sha256(data).hexdigest()
    if expected and found != expected:
        raise BadEncoder(
            f"{weights.name} has SHA-256 {found[:16]}…; expected {expected[:16]}…, as its card says"
        )
    try_out(weights, spec)
    row = ModelFile(
        name=spec.id,
        file=f"{spec.id}.onnx",
        bytes=len(data),
        sha256=found,
        licence=spec.licence,
        source=f"added from {weights.name}",
        contract=_contract(spec),
        provenance="as its card says",
        training=UNKNOWN,
    )
    write_model(folder / row.file, data)
    files = (*(each for each in models.files if each.name != spec.id), row)
    specs = (*(each for each in models.encoders if each.id != spec.id), spec)
    write_model(folder / MANIFEST, manifest_text(files, specs).encode())
    return encoder_card(spec)


def _card_file(card: str) -> Path:
    ready = {path.stem: path for path in READY.glob("*.toml")}
    path = ready.get(card, Path(card))
    if not path.is_file():
        raise BadEncoder(
            f"unknown card {card!r}; valid: a TOML file, or {', '.join(sorted(ready))}"
        )
    return path


def _read(weights: Path) -> bytes:
    try:
        return weights.read_bytes()
    except OSError as exc:
        raise BadEncoder(f"{weights} cannot be read ({exc.strerror}); name an ONNX file") from exc


def _contract(spec: EncoderSpec) -> str:
    shape = (
        f"3, {spec.side}, {spec.side}" if spec.layout == "NCHW" else f"{spec.side}, {spec.side}, 3"
    )
    return (
        f"float32 [N, {shape}] {spec.colour}, (pixel − {list(spec.mean)}) × {spec.scale:g} → "
        f"[N, {spec.dimension}]"
    )
