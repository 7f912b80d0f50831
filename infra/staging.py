"""Folders whose files lie as they will lie in a bucket, made while synthesizing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from aws_cdk import Stage
from constructs import Construct


def staged(scope: Construct, name: str, files: Mapping[str, Path]) -> Path:
    """A new folder in the assembly with these files, each under its key."""
    stage = cast(Stage, Stage.of(scope))  # every construct is in an app
    folder = Path(stage.outdir) / "staged" / name
    shutil.rmtree(folder, ignore_errors=True)
    for key, source in files.items():
        _place(source, folder / key)
    return folder


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)  # the 68-point model has 100 MB
    except OSError:  # the assembly is on another disk
        shutil.copy2(source, target)
