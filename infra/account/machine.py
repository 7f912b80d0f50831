"""What a deployment needs on the machine that it starts from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence

from infra.account.finding import Finding, failing, fine, noted

OLDEST_NODE = 18  # aws-cdk's package.json, "engines"
SUPPORTED_NODES = (22, 24)  # by jsii, the runtime of CDK's library
PATIENCE_S = 30


def node_version() -> Finding:
    """Both CDK's command line and its library run on node."""
    expected = f"Node {' or '.join(map(str, SUPPORTED_NODES))}"
    found = re.match(r"v(\d+)\.", _output(("node", "--version")) or "")
    if not found:
        return failing("no node", expected, "npm ci in the checkout, which brings one along")
    version = f"Node {found[1]}"
    if int(found[1]) < OLDEST_NODE:
        return failing(version, expected, "install a newer one")
    if int(found[1]) not in SUPPORTED_NODES:
        return noted(version, expected, "install that one; CDK may still run on this")
    return fine(version)


def container_tool() -> Finding:
    """The program that builds the functions' image: docker, or what CDK_DOCKER names."""
    tool = os.environ.get("CDK_DOCKER", "docker")
    expected = "docker, or another tool that CDK_DOCKER names (finch, podman)"
    if not shutil.which(tool):
        return failing(f"no {tool}", expected, "install one of them")
    if _output((tool, "info")) is None:
        return failing(f"{tool}, which reaches no engine", expected, f"start it; see: {tool} info")
    return fine(f"{os.path.basename(tool)}, whose engine runs")  # noqa: PTH119


def _output(command: Sequence[str]) -> str | None:
    """What it prints, or None where it fails, does not end, or is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
