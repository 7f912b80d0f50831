"""The compare image as a Lambda function: the handler says which work it does."""

from __future__ import annotations

from typing import Any

from aws_cdk import IgnoreMode, Size
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from facecompare.config import CHECKOUT
from facecompare.planning.lambda_memory import threads_for_memory
from infra.function_identity import FunctionIdentity, tracing_of
from infra.settings import DeploySettings

DISK_MB = 512  # /tmp holds the models: 73 MB with all engines', 173 MB with the 68-point one


def image_function(
    scope: Construct,
    *,
    settings: DeploySettings,
    identity: FunctionIdentity,
    handler: str,
    **options: Any,
) -> lambda_.DockerImageFunction:
    """The scope's function; `options` are further ones of CDK's DockerImageFunction."""
    return lambda_.DockerImageFunction(
        scope,
        "Function",
        code=_image(handler),
        architecture=lambda_.Architecture.X86_64,  # dlib's code is written for AVX
        memory_size=settings.compare_memory_mb,
        ephemeral_storage_size=Size.mebibytes(DISK_MB),
        tracing=tracing_of(settings),
        role=identity.role,
        log_group=identity.log,
        **options,
    )


def threads_of(settings: DeploySettings) -> int:
    """As many as make use of the vCPUs that the function's memory brings."""
    return threads_for_memory(settings.compare_memory_mb)


def _image(handler: str) -> lambda_.DockerImageCode:
    """Built from the repository root, because library and handlers are in the image;
    `.dockerignore` lists what may enter it."""
    return lambda_.DockerImageCode.from_image_asset(
        str(CHECKOUT),
        file="functions/compare/Dockerfile",
        target="function",
        cmd=[handler],
        platform=ecr_assets.Platform.LINUX_AMD64,
        ignore_mode=IgnoreMode.DOCKER,
        exclude=["functions/worker"],
    )
