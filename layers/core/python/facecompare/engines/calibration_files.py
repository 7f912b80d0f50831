"""Where calibrations are kept: one JSON file for each engine, beside the models or shipped.

A file names the engine's id and the digest of its weights, and one that disagrees with either is
refused. It calls the false match rates `false_accepts`, as it has from the start; those of versions
before 0.9 have no false non-match rates, and no `references`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from facecompare.engines.calibration import Calibration, ErrorRate, ReferenceCurves
from facecompare.engines.protocol import Engine
from facecompare.errors import CalibrationUnusable

SHIPPED = Path(__file__).with_name("calibrations")
KEYS = {"false_matches": "false_accepts"}  # field → its key in the file


def calibration_text(calibration: Calibration) -> str:
    """As it is kept in its file."""
    return json.dumps(_in_file(asdict(calibration)), indent=1) + "\n"


def find_calibration(engine: str, model_digest: str, models_dir: Path) -> Calibration | None:
    """The installation's own calibration of this engine, else the one that is shipped, else None.

    Raises  CalibrationUnusable when the installation's own is damaged, or of another engine or
            other weights; one that is shipped for other weights is passed over.
    """
    own = calibration_path(models_dir, engine)
    if own.is_file():
        found = read_calibration(own)
        if not found.fits(engine, model_digest):
            raise CalibrationUnusable(
                f"{own.name} was measured with {found.engine} and weights "
                f"{found.model_digest[:12]}; {engine} here has {model_digest[:12]}; run: "
                "facecompare calibrate"
            )
        return found
    shipped = SHIPPED / own.name
    known = read_calibration(shipped) if shipped.is_file() else None
    return known if known and known.fits(engine, model_digest) else None


class Calibrations:
    """Those of an installation's engines; each file is read once."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir
        self._found: dict[str, Calibration | None] = {}

    def of(
        self, engine: Engine, decided_by: str = "", reference_photos: int = 1
    ) -> Calibration | None:
        """The calibration of this engine or, where that decided, of its first network alone, for so
        many photos of one person.

        Raises  CalibrationUnusable.
        """
        if engine.first is not None and decided_by == engine.first.card.id:
            engine = engine.first
        name = engine.card.id
        if name not in self._found:
            self._found[name] = find_calibration(name, engine.model_digest, self._models_dir)
        calibration = self._found[name]
        return calibration.of_reference(reference_photos) if calibration else None


@cache
def kept_calibration(engine: str, models_dir: Path) -> Calibration | None:
    """What is known of this engine, whichever weights there are: to be told and never to decide by.

    Raises  CalibrationUnusable.
    """
    paths = (calibration_path(models_dir, engine), SHIPPED / f"{engine}.json")
    return next((read_calibration(path) for path in paths if path.is_file()), None)


def calibration_path(models_dir: Path, engine: str) -> Path:
    """Where an installation keeps its own, beside the models."""
    return models_dir / SHIPPED.name / f"{engine}.json"


def read_calibration(path: Path) -> Calibration:
    """The calibration in this file.

    Raises  CalibrationUnusable.
    """
    try:
        return _parsed(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
        raise CalibrationUnusable(
            f"{path.name} holds no calibration ({type(exc).__name__}: {exc}); expected a file that "
            "`facecompare calibrate` wrote; run it again"
        ) from exc


def _in_file(values: dict[str, Any]) -> dict[str, Any]:
    """Under the keys of the file."""
    values = {KEYS.get(name, name): value for name, value in values.items()}
    references = [_in_file(each) for each in values.pop("references", ())]
    return values | ({"references": references} if references else {})


def _parsed(values: Mapping[str, Any]) -> Calibration:
    references = tuple(ReferenceCurves(**_fields(each)) for each in values.get("references", ()))
    return Calibration(**_fields(values) | {"references": references})


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """The file's object with our names, its curves checked."""
    names = {key: name for name, key in KEYS.items()}
    return {names.get(key, key): value for key, value in values.items()} | _curves(values)


def _curves(values: Mapping[str, Any]) -> dict[str, Any]:
    """The three curves of a file's object."""
    scores = tuple((float(distance), float(score)) for distance, score in values["scores"])
    rows = tuple(ErrorRate(**row) for row in values["false_accepts"])
    missed = tuple(ErrorRate(**row) for row in values.get("false_non_matches", ()))
    for falling in ([score for _, score in scores], [row.share for row in missed]):
        _require(falling == sorted(falling, reverse=True), "scores and non-match rates must fall")
    _require(len(scores) > 1, "there must be two scores at least")
    for rising in ([d for d, _ in scores], [r.threshold for r in rows], [r.share for r in rows]):
        _require(rising == sorted(rising), "distances, thresholds and shares must rise")
    return {"scores": scores, "false_matches": rows, "false_non_matches": missed}


def _require(condition: bool, words: str) -> None:
    if not condition:
        raise ValueError(words)
