from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.assembly import Assembly
from tests.support.synthesis_sources import small_models, small_web_layer
from tests.support.variants import VARIANTS, Variants


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the manifest's models, a few bytes each."""
    return small_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def web_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer as pip would fill it, without the packages."""
    return small_web_layer(tmp_path_factory.mktemp("web-layer"))


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
