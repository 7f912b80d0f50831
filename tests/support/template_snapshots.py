"""The templates as they are reviewed: without what every change of the code changes.

`python -m tests.support.template_snapshots` writes them anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import infra  # noqa: F401 – says where jsii keeps its files, before anything loads it
from facecompare.config import CHECKOUT
from tests.support.synthesis_sources import small_models, small_web_layer
from tests.support.variants import Variants

SNAPSHOTS = CHECKOUT / "tests" / "infra" / "snapshots"
# Those whose templates are kept; of `gpu` the one that the others lack.
REVIEWED = {
    "dev": ("data", "api", "site"),
    "everything": ("data", "api", "edge", "site"),
    "gpu": ("gpu",),
}
# Hashes of assets, with or without .zip; what CDK makes of them in a version's logical id; our own
# version; the published page's folder.
_VARYING = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "ASSET"),
    (re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}"), r"\1VERSION"),
    (re.compile(r"assets/[0-9a-f]{16}/"), "assets/CONTENT/"),
)


def rendered(variants: Variants) -> Iterator[tuple[str, str]]:
    """File name and text of every template that is kept."""
    for name, stacks in REVIEWED.items():
        templates = variants[name].templates
        for stack in stacks:
            template = dict(templates[stack])
            outputs = template.get("Outputs", {})
            if "Version" in outputs:
                template["Outputs"] = outputs | {"Version": {"Value": "VERSION"}}
            yield f"{name}-{stack}.json", _reviewed(template)


def _reviewed(template: object) -> str:
    text = json.dumps(template, indent=1, sort_keys=True) + "\n"
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text


def main() -> int:
    """Write all, and remove what is no longer kept."""
    with TemporaryDirectory() as scratch:
        models, layer, made = (Path(scratch, name) for name in ("models", "web-layer", "variants"))
        for folder in (models, layer, made):
            folder.mkdir()
        sources = {"models": str(small_models(models)), "web_layer": str(small_web_layer(layer))}
        texts = dict(rendered(Variants(sources, made)))
    SNAPSHOTS.mkdir(exist_ok=True)
    for stale in {path.name for path in SNAPSHOTS.glob("*.json")} - texts.keys():
        (SNAPSHOTS / stale).unlink()
    for name, text in texts.items():
        (SNAPSHOTS / name).write_text(text, "utf-8")
    print(f"wrote {len(texts)} templates to {SNAPSHOTS.relative_to(CHECKOUT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
