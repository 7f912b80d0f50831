"""Which model files an installation gets: asked by a deployment, too, which loads no engine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from facecompare.config import ENGINES
from facecompare.engines.cards import SWITCHED_BY, engine_card
from facecompare.engines.encoder_cards import encoder_card
from facecompare.model_store.files import ModelFolder


class Switches(Protocol):
    """What an installation may use although its licence excludes commercial use."""

    @property
    def landmarks68(self) -> bool:
        """The 68-point model."""
        ...

    @property
    def mtcnn(self) -> bool:
        """MTCNN's models."""
        ...


def switch_of(model: str, switches: Switches) -> str:
    """The name of the switch that keeps this model from being used here; empty for none."""
    switch = SWITCHED_BY.get(model, "")
    return "" if not switch or getattr(switches, switch) else switch


def engine_models(engine_id: str, models_dir: Path) -> tuple[str, ...]:
    """The models of an engine that comes along or was added there.

    Raises  UnknownEngine; ModelFileMissing, ModelFileDamaged.
    """
    if engine_id in ENGINES:
        return engine_card(engine_id).models
    return engine_card(engine_id, [*map(encoder_card, ModelFolder.at(models_dir).encoders)]).models


def shipped_models(folder: ModelFolder, engine_id: str, switches: Switches) -> tuple[str, ...]:
    """What an installation with this engine gets of a folder: what the engine needs and what is
    switched on, which must be there, and else what was built. All are verified.

    Raises  UnknownEngine; ModelFileMissing, ModelFileDamaged.
    """
    allowed = [row.name for row in folder.files if not switch_of(row.name, switches)]
    needed = {*engine_models(engine_id, folder.path), *(set(allowed) & SWITCHED_BY.keys())}
    shipped = [name for name in allowed if name in needed or folder.is_built(name)]
    for name in dict.fromkeys((*sorted(needed), *shipped)):
        folder.verify(name)
    return tuple(shipped)
