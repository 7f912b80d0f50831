"""The function that looks at photos: a container image, because dlib and its models are large."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function_environment import FunctionEnvironment
from infra.function_identity import FunctionIdentity
from infra.image_function import image_function, threads_of
from infra.settings import DeploySettings

ALIAS = "live"


class CompareFunction(Construct):
    """Handles the requests with photos: see infra.http_api.COMPARE_ROUTES."""

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
        variables = environment.variables(
            self.SERVICE,
            model_bucket=model_bucket,
            threads=threads_of(settings),
            deadline_s=settings.deadline_s,
        )
        self.function = self._function(settings, variables)
        self.invoked = self._invoked(settings)

    def _function(
        self, settings: DeploySettings, variables: dict[str, str]
    ) -> lambda_.DockerImageFunction:
        return image_function(
            self,
            settings=settings,
            identity=self.identity,
            handler="handler.handler",
            description="compares the faces in photos",
            timeout=Duration.seconds(settings.compare_timeout_s),
            reserved_concurrent_executions=settings.reserved_concurrency or None,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if settings.snap_start else None,
            environment=variables,
        )

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
