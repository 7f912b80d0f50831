"""What a synthesis takes from this machine, small: models, the web layer, node."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from facecompare.engines.cards import MTCNN_MODELS

MODELS = (
    *("face-network", "hog-detector", "cnn-detector", "landmarks5", "landmarks68"),
    *("yunet", "sface", *MTCNN_MODELS),
)


def small_models(folder: Path) -> Path:
    """The folder, now with the manifest's models, a few bytes each."""
    rows = []
    for name in MODELS:
        content = f"weights of {name}".encode()
        (folder / f"{name}.bin").write_bytes(content)
        rows.append(
            {
                "name": name,
                "file": f"{name}.bin",
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "licence": "CC0-1.0",
                "source": "a test",
                "contract": "none",
            }
        )
    (folder / "manifest.json").write_text(json.dumps({"models": rows}), "utf-8")
    return folder


def small_web_layer(folder: Path) -> Path:
    """The folder, now a layer as pip would fill it, without the packages."""
    compiled = folder / "python" / "fastapi" / "__pycache__"
    compiled.mkdir(parents=True)
    (folder / "python" / "fastapi" / "__init__.py").touch()
    for version in ("311", "313"):
        (compiled / f"__init__.cpython-{version}.pyc").touch()
    return folder
