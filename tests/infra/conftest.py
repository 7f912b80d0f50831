from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from facecompare.engines.cards import MTCNN_MODELS
from tests.support.assembly import Assembly
from tests.support.variants import VARIANTS, Variants

NODE_PROGRAMS = CHECKOUT / "node_modules" / ".bin"
MODELS = (
    *("face-network", "hog-detector", "cnn-detector", "landmarks5", "landmarks68"),
    *("yunet", "sface", *MTCNN_MODELS),
)


@pytest.fixture(scope="session", autouse=True)
def _node() -> Iterator[None]:
    """CDK's library takes the first node of the PATH; the one of package.json, where installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(NODE_PROGRAMS), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the manifest's models, a few bytes each."""
    folder = tmp_path_factory.mktemp("models")
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


@pytest.fixture(scope="session")
def web_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer as pip would fill it, without the packages."""
    folder = tmp_path_factory.mktemp("web-layer")
    compiled = folder / "python" / "fastapi" / "__pycache__"
    compiled.mkdir(parents=True)
    (folder / "python" / "fastapi" / "__init__.py").touch()
    for version in ("311", "313"):
        (compiled / f"__init__.cpython-{version}.pyc").touch()
    return folder


@pytest.fixture(scope="session")
def sources(models: Path, web_layer: Path) -> dict[str, str]:
    """The context that takes models and layer from the folders above."""
    return {"models": str(models), "web_layer": str(web_layer)}


@pytest.fixture(scope="session")
def variants(sources: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Variants:
    """All installations that are looked at, each made when it is first asked for."""
    return Variants(sources, tmp_path_factory.mktemp("variants"))


@pytest.fixture(scope="session", params=VARIANTS)
def variant(request: pytest.FixtureRequest, variants: Variants) -> Assembly:
    """One after the other."""
    name: str = request.param
    return variants[name]


@pytest.fixture(scope="session")
def standard(variants: Variants) -> Assembly:
    """What `cdk deploy` makes when nothing is chosen."""
    return variants["dev"]


@pytest.fixture(scope="session")
def everything(variants: Variants) -> Assembly:
    """In production, with all options on but those that exclude another."""
    return variants["everything"]


@pytest.fixture(scope="session", params=["standard", "everything"])
def either(request: pytest.FixtureRequest) -> Assembly:
    """One after the other."""
    assembly: Assembly = request.getfixturevalue(request.param)
    return assembly
