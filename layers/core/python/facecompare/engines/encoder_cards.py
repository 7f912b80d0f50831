"""TOML → what an encoder needs to be used. Light: nothing is loaded, no weights are looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facecompare.engines.cards import MTCNN_MODELS, POINT_NAMES, YUNET_MODELS
from facecompare.engines.protocol import EngineCard, View
from facecompare.errors import BadEncoder
from facecompare.model_store.files import EncoderSpec

READY = Path(__file__).with_name("encoder_templates")  # for well-known encoders, without weights
POINTS = len(POINT_NAMES)
SIDES, DIMENSIONS = range(16, 1025), range(2, 8193)
CHOICES = {
    "detector": ("yunet", "mtcnn", "dlib"),
    "colour": ("RGB", "BGR"),
    "layout": ("NCHW", "NHWC"),
    "normalisation": ("l2", "none"),
    "metric": ("cosine", "euclidean"),
}
KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "title", "licence", *CHOICES), (str,)),
    **dict.fromkeys(("side", "dimension"), (int,)),
    **dict.fromkeys(("scale", "threshold"), (int, float)),
    **dict.fromkeys(("mean", "template"), (list,)),
}
DETECTOR_MODELS = {
    "yunet": YUNET_MODELS,
    "mtcnn": MTCNN_MODELS,
    "dlib": ("hog-detector", "cnn-detector", *MTCNN_MODELS),  # dlib's have no such points
}


def read_card(path: Path) -> tuple[EncoderSpec, str]:
    """The card in this file, and the SHA-256 of its weights, or "" where it names none.

    Raises  BadEncoder naming the field, what it holds and what it accepts.
    """
    import tomllib  # only where a card is read, not where a function starts

    try:
        fields: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise BadEncoder(f"{path.name} cannot be read as TOML ({exc})") from exc
    sha256 = fields.pop("sha256", "")
    if not re.fullmatch(r"[0-9a-f]{64}|", str(sha256)):
        raise _wrong(path, "sha256", sha256, "64 hexadecimal digits")
    _check_fields(path, fields)
    template = tuple(_numbers(path, "template", point, 2) for point in fields["template"])
    if len(template) != POINTS:
        raise _wrong(path, "template", f"{len(template)} points", f"{POINTS} of [x, y]")
    mean = _numbers(path, "mean", fields["mean"], 3)
    spec = EncoderSpec(**fields | {"template": template, "mean": mean})
    _check_values(path, spec)
    return spec, str(sha256)


def encoder_card(spec: EncoderSpec) -> EngineCard:
    """What the pipeline and GET /api/engines know of this encoder."""
    cosine = spec.metric == "cosine"
    return EngineCard(
        id=spec.id,
        title=spec.title,
        dimension=spec.dimension,
        metric=spec.metric,
        default_threshold=round(1 - spec.threshold, 6) if cosine else spec.threshold,
        chip_side_px=spec.side,
        views=(View(0.0),),
        landmarks5=POINT_NAMES,
        models=(spec.id, *DETECTOR_MODELS[spec.detector]),
        licence=spec.licence,
        template=spec.template,
    )


def _check_fields(path: Path, fields: Mapping[str, Any]) -> None:
    missing, unknown = sorted(KINDS.keys() - fields.keys()), sorted(fields.keys() - KINDS.keys())
    if missing or unknown:
        wrong = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(unknown)}, unknown"
        raise BadEncoder(f"{path.name} {wrong}; expected the fields {', '.join(KINDS)}")
    for name, kinds in KINDS.items():
        if not isinstance(fields[name], kinds) or isinstance(fields[name], bool):
            accepted = "text" if str in kinds else "a list" if list in kinds else "a number"
            raise _wrong(path, name, fields[name], accepted)


def _check_values(path: Path, spec: EncoderSpec) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,31}", spec.id):
        raise _wrong(path, "id", spec.id, "2 to 32 small letters, digits and hyphens")
    for name, choices in CHOICES.items():
        if getattr(spec, name) not in choices:
            raise _wrong(path, name, getattr(spec, name), " or ".join(choices))
    for name, accepted in (("side", SIDES), ("dimension", DIMENSIONS)):
        if getattr(spec, name) not in accepted:
            bounds = f"{accepted[0]} to {accepted[-1]}"
            raise _wrong(path, name, getattr(spec, name), bounds)
    low, high = (-1, 1) if spec.metric == "cosine" else (0, 2)
    on_chip = all(0 <= value < spec.side for point in spec.template for value in point)
    for name, fits, accepted_words in (
        ("scale", spec.scale > 0, "a number above 0"),
        ("threshold", low < spec.threshold < high, f"a {spec.metric} between {low} and {high}"),
        ("template", on_chip, f"points on a chip of {spec.side} px"),
    ):
        if not fits:
            raise _wrong(path, name, getattr(spec, name), accepted_words)


def _numbers(path: Path, name: str, values: Any, count: int) -> Any:
    fits = isinstance(values, list) and len(values) == count
    if not fits or not all(isinstance(each, int | float) for each in values):
        raise _wrong(path, name, values, f"{count} numbers")
    return tuple(float(each) for each in values)


def _wrong(path: Path, name: str, found: object, accepted: str) -> BadEncoder:
    return BadEncoder(f"{name} in {path.name} is {str(found)[:60]!r}; expected {accepted}")
