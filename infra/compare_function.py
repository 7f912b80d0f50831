"""The function that looks at photos: a container image, because dlib and its models are large."""

from __future__ import annotations

from aws_cdk import Duration, IgnoreMode, Size
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from facecompare.config import CHECKOUT
from facecompare.planning.prices import MB_PER_VCPU
from infra.function_environment import FunctionEnvironment
from infra.function_identity import FunctionIdentity
from infra.settings import DeploySettings

DISK_MB = 512  # /tmp holds the models: 33 MB, or 133 MB with the 68-point one
ALIAS = "live"


class CompareFunction(Construct):
    """Answers /api/compare and its kind."""

    SERVICE = "compare"  # its name in logs, metrics and traces

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        environment: FunctionEnvironment,
        model_bucket: str,
    ) -> None:
        super().__init__(scope, id)
        self.identity = FunctionIdentity(self, "Identity", settings=settings)
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            description="compares the faces in photos",
            code=compare_image("handler.handler"),
            architecture=lambda_.Architecture.X86_64,  # dlib's code is written for AVX
            memory_size=settings.compare_memory_mb,
            ephemeral_storage_size=Size.mebibytes(DISK_MB),
            timeout=Duration.seconds(settings.compare_timeout_s),
            reserved_concurrent_executions=settings.reserved_concurrency or None,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if settings.snap_start else None,
            tracing=lambda_.Tracing.ACTIVE,
            role=self.identity.role,
            log_group=self.identity.log,
            environment=environment.variables(
                self.SERVICE,
                model_bucket=model_bucket,
                threads=max(1, settings.compare_memory_mb // MB_PER_VCPU),
                deadline_s=settings.deadline_s,
            ),
        )
        self.invoked = self._invoked(settings)

    def _invoked(self, settings: DeploySettings) -> lambda_.IFunction:
        """What the API calls: warm and snapshotted containers belong to a published version."""
        if not (settings.snap_start or settings.provisioned_concurrency):
            return self.function
        return lambda_.Alias(
            self,
            "Alias",
            alias_name=ALIAS,
            version=self.function.current_version,
            provisioned_concurrent_executions=settings.provisioned_concurrency or None,
        )


def compare_image(handler: str) -> lambda_.DockerImageCode:
    """The image, started with this handler.

    The repository root is the context, because library and handlers are in the image;
    `.dockerignore` lists what may enter it.
    """
    return lambda_.DockerImageCode.from_image_asset(
        str(CHECKOUT),
        file="functions/compare/Dockerfile",
        target="function",
        cmd=[handler],
        platform=ecr_assets.Platform.LINUX_AMD64,
        ignore_mode=IgnoreMode.DOCKER,
        exclude=["functions/worker"],
    )
