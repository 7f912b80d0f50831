"""The CDK application: `cdk deploy --all -c name=value`, with the names of `DeploySettings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import App, Environment, Validations
from cdk_nag import AwsSolutionsChecks

from facecompare.errors import FaceCompareError
from infra.api_stack import ApiStack
from infra.company import add_tags, bound_roles, synthesizer_of
from infra.data_stack import DataStack
from infra.edge_stack import EdgeStack
from infra.gpu.stack import GpuStack
from infra.limits import EDGE_REGION
from infra.log import own_export_log
from infra.settings import DeploySettings
from infra.site_stack import SiteStack
from infra.stack_names import API, DATA, EDGE, GPU, SITE, stack_names


def build(context: Mapping[str, Any] | None = None, outdir: str | None = None) -> App:
    """The application, checked by cdk-nag when it is synthesized."""
    app = App(
        context=context,
        outdir=outdir,
        # cfn-lint says the same in the tests, and this takes a third of each synthesis.
        builtin_cloud_formation_validation=False,
    )
    settings = DeploySettings.from_context(app.node.get_all_context())
    add_stacks(app, settings)
    add_tags(app, settings)
    bound_roles(app, settings)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def add_stacks(app: App, settings: DeploySettings) -> None:
    """The stacks in the order in which they are deployed."""
    names, here = stack_names(settings), _options(settings, settings.region or None)
    data = DataStack(app, names[DATA], settings=settings, **here)
    api = ApiStack(app, names[API], settings=settings, data=data, **here)
    if settings.gpu:
        GpuStack(app, names[GPU], settings=settings, data=data, **here)
    edge = _edge(app, settings)
    site = SiteStack(app, names[SITE], settings=settings, data=data, api=api, edge=edge, **here)
    if edge is not None and settings.region != EDGE_REGION:
        for stack in (edge, site):
            own_export_log(stack, settings)


def _edge(app: App, settings: DeploySettings) -> EdgeStack | None:
    if not settings.has_edge:
        return None
    there = _options(settings, EDGE_REGION)
    return EdgeStack(app, stack_names(settings)[EDGE], settings=settings, **there)


def _options(settings: DeploySettings, region: str | None) -> dict[str, Any]:
    return {
        "env": Environment(region=region),
        "termination_protection": settings.deletion_protection and settings.protects_stacks,
        "cross_region_references": bool(settings.waf_requests_per_5_minutes),
        "synthesizer": synthesizer_of(settings),
    }


def main() -> None:
    """Synthesize."""
    try:
        build().synth()
    except FaceCompareError as error:
        raise SystemExit(f"facecompare: {error.message}") from None


if __name__ == "__main__":
    main()
