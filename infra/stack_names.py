"""What the stacks of an installation are called, and where each is."""

from __future__ import annotations

from collections.abc import Mapping

from infra.limits import EDGE_REGION
from infra.settings import DeploySettings

DATA, API, GPU, EDGE, SITE = "data", "api", "gpu", "edge", "site"  # in the order of deployment
STACKS = (DATA, API, GPU, EDGE, SITE)


def stack_names(settings: DeploySettings) -> Mapping[str, str]:
    """All that there can be, by what is in them."""
    names = {stack: f"{settings.prefix}-{stack}" for stack in STACKS}
    # Those of all regions are in one, so that the name tells for which it is.
    return names | {EDGE: f"{settings.prefix}-{settings.region}-{EDGE}"}


def region_of_stack(stack: str, region: str) -> str:
    """Where this one is, of an installation in this region."""
    return EDGE_REGION if stack == EDGE else region
