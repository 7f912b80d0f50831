"""The worker as ECS runs it: one container with one GPU."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Aws, Duration, IgnoreMode
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from facecompare.config import CHECKOUT
from infra.acknowledged import acknowledge
from infra.log import Log
from infra.settings import DeploySettings

CONTAINER = "worker"
# The smallest of the machines (facecompare.planning.prices.GPU_HOUR) have 16 GiB, of which ECS can
# give some 15.2.
MEMORY_MIB = 14_336
SCRATCH_MIB = 1_024  # models: 33 MB, or 133 MB with the 68-point one; CUDA's compiled code
# From SIGTERM to SIGKILL, and from a spot notice to the end of the machine: AWS grants no more.
STOP_TIMEOUT_S = 120
USER = "10001:10001"  # of functions/worker/Dockerfile


class GpuTask(Construct):
    """May write nowhere but into memory at /tmp."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, environment: Mapping[str, str]
    ) -> None:
        super().__init__(scope, id)
        self.role = self._role("Role")
        self.definition = ecs.Ec2TaskDefinition(
            self,
            "Definition",
            network_mode=ecs.NetworkMode.BRIDGE,  # in a network of its own it had no way out
            task_role=self.role,
            execution_role=self._role("ExecutionRole"),
        )
        self._add_container(environment, Log(self, "Log", settings=settings))
        acknowledge(self.definition, "names of table, buckets and queues are no secrets", "ECS2")
        acknowledge(self, "a login to ECR takes no resource", "IAM5[Resource::*]")

    def _add_container(self, environment: Mapping[str, str], log: Log) -> None:
        self.definition.add_container(
            CONTAINER,
            container_name=CONTAINER,
            image=worker_image(),
            gpu_count=1,
            memory_limit_mib=MEMORY_MIB,
            stop_timeout=Duration.seconds(STOP_TIMEOUT_S),
            user=USER,
            readonly_root_filesystem=True,
            linux_parameters=self._parameters(),
            # ECS's agent tells a container its region only in versions since April 2026.
            environment={**environment, "AWS_DEFAULT_REGION": Aws.REGION},
            logging=ecs.LogDriver.aws_logs(stream_prefix=CONTAINER, log_group=log),
        )

    def _role(self, id: str) -> iam.Role:
        return iam.Role(self, id, assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))

    def _parameters(self) -> ecs.LinuxParameters:
        parameters = ecs.LinuxParameters(self, "Parameters", init_process_enabled=True)
        parameters.drop_capabilities(ecs.Capability.ALL)
        options = [ecs.TmpfsMountOption[name] for name in ("NOSUID", "NODEV", "NOEXEC")]
        parameters.add_tmpfs(
            ecs.Tmpfs(container_path="/tmp", size=SCRATCH_MIB, mount_options=options)  # noqa: S108
        )
        return parameters


def worker_image() -> ecs.AssetImage:
    """Built from the repository root, of which `.dockerignore` lists what may enter."""
    return ecs.ContainerImage.from_asset(
        str(CHECKOUT),
        file="functions/worker/Dockerfile",
        target="worker",
        platform=ecr_assets.Platform.LINUX_AMD64,
        ignore_mode=IgnoreMode.DOCKER,
        exclude=["functions/compare", "web"],  # so that a page's change builds no worker anew
    )
