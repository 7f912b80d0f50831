"""The templates as they were reviewed; and what may change without touching any of them."""

from __future__ import annotations

import json
import subprocess
from difflib import unified_diff
from pathlib import Path

import pytest

import facecompare
from facecompare.config import CHECKOUT
from tests.support.assembly import Assembly
from tests.support.template_snapshots import SNAPSHOTS, rendered
from tests.support.variants import VARIANTS, Variants

RENEW = "run: python -m tests.support.template_snapshots, and review what git shows"


def test_templates_are_as_they_were_reviewed(variants: Variants) -> None:
    texts = dict(rendered(variants))
    kept = {path.name: path.read_text("utf-8") for path in SNAPSHOTS.glob("*.json")}
    assert kept.keys() == texts.keys(), RENEW
    changed = [
        line
        for name, text in texts.items()
        for line in unified_diff(
            kept[name].splitlines(), text.splitlines(), name, "now", lineterm="", n=2
        )
    ]
    assert not changed, "\n".join([f"found other templates; {RENEW}", *changed[:60]])


def test_a_release_is_told_in_an_output_and_touches_nothing_else(
    variants: Variants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a tag it would touch every resource that takes tags, data and distribution included."""
    before = variants["everything"].templates
    monkeypatch.setattr(facecompare, "__version__", "99.0.0")
    after = variants.made("release", VARIANTS["everything"]).templates
    assert {stack for stack in before if before[stack] != after[stack]} == {"api"}
    assert before["api"]["Resources"] == after["api"]["Resources"]
    assert after["api"]["Outputs"]["Version"] == {"Value": "99.0.0"}


def pages_in_git() -> set[str]:
    done = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines())


def folders_of_assets(assembly: Assembly) -> list[Path]:
    """What is hashed: the contexts of images, layers, and what is copied into buckets."""
    return [path for path in sorted(assembly.folder.glob("asset.*")) if path.is_dir()]


def test_no_page_for_people_is_part_of_what_is_deployed(
    everything: Assembly, variants: Variants
) -> None:
    """So that an edit of a README builds no image and publishes no page anew."""
    pages = {Path(page).name for page in pages_in_git()} | {"README.md"}
    shipped = {
        "/".join(path.parts[-3:])
        for assembly in (everything, variants["gpu"])
        for folder in folders_of_assets(assembly)
        for path in folder.rglob("*.md")
        if path.name in pages
    }
    assert {path for path in shipped if not path.endswith(tuple(PART_OF_THE_PROGRAM))} == set()


PART_OF_THE_PROGRAM = {
    "facecompare/evaluation/model_card.md",  # a template that a command fills in
    "SOURCES.md",  # where the page's pictures come from, published beside them
}


def test_every_image_follows_its_base(everything: Assembly, variants: Variants) -> None:
    """The base is pinned by its digest in a file of the context, which is what is hashed."""
    files = {
        dockerfile.parent.name: dockerfile.read_text("utf-8")
        for assembly in (everything, variants["gpu"])
        for folder in folders_of_assets(assembly)
        for dockerfile in folder.glob("functions/*/Dockerfile")
    }
    assert files.keys() == {path.parent.name for path in CHECKOUT.glob("functions/*/Dockerfile")}
    for name, text in files.items():
        assert "@sha256:" in base_of(text), name
    assert len({base_of(text) for text in files.values()}) == 1
    renewed = json.loads((CHECKOUT / "renovate.json").read_text("utf-8"))
    assert "dockerfile" in renewed["enabledManagers"]
    assert "docker:pinDigests" in renewed["extends"]


def base_of(dockerfile: str) -> str:
    """The image that all stages begin with."""
    (base,) = (line for line in dockerfile.splitlines() if line.startswith("ARG BASE_IMAGE="))
    names = dockerfile.split("FROM ")[1:]
    stages = {each.split(" AS ")[1].split()[0] for each in names}
    assert {each.split()[0] for each in names} - stages == {"${BASE_IMAGE}"}
    return base.removeprefix("ARG BASE_IMAGE=")
