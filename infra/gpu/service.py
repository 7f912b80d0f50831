"""The ECS service: as many workers as the backlog needs, on as many machines."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.gpu.machines import GpuMachines
from infra.gpu.network import GpuNetwork
from infra.gpu.task import GpuTask
from infra.settings import DeploySettings

START_S = 300  # from a launch to a worker that takes messages: boot, an image with CUDA, models


class GpuService(Construct):
    """One worker a machine, because there is one GPU in it.

    A machine that goes is drained first (managed draining), and a spot machine that is called back
    stops its worker by itself (spot draining): SIGTERM, then 120 s to give messages back. So none
    is protected from being scaled in: managed termination protection would hold up the stack's
    deletion for as long as a machine runs (aws-cdk#18179).

    Container Insights is off: at rest it would cost some 3 dollars a month, and its log group
    belongs to no stack. What scaling needs is counted for nothing (see backlog.py).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        network: GpuNetwork,
        machines: GpuMachines,
        task: GpuTask,
    ) -> None:
        super().__init__(scope, id)
        self.start = Duration.seconds(START_S)
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=gpu_cluster_name(settings),
            vpc=network.vpc,
            container_insights_v2=ecs.ContainerInsights.DISABLED,
        )
        acknowledge(self.cluster, "it would cost more at rest than all of the rest", "ECS4")
        self.group = machines.group
        provider = self._capacity(settings, machines)
        self.cluster.add_asg_capacity_provider(provider)
        self.service = self._service(task, provider)
        # And so on what ties the machines to it, which ECS asks for before it makes the service.
        self.service.node.add_dependency(self.cluster)

    def _capacity(self, settings: DeploySettings, machines: GpuMachines) -> ecs.AsgCapacityProvider:
        return ecs.AsgCapacityProvider(
            self,
            "Machines",
            auto_scaling_group=machines.group,
            enable_managed_scaling=True,
            enable_managed_termination_protection=False,
            enable_managed_draining=True,
            instance_warmup_period=START_S,
            target_capacity_percent=100,  # no machine without a worker
            maximum_scaling_step_size=settings.gpu_max,
        )

    def _service(self, task: GpuTask, provider: ecs.AsgCapacityProvider) -> ecs.Ec2Service:
        strategy = ecs.CapacityProviderStrategy(
            capacity_provider=provider.capacity_provider_name, weight=1
        )
        return ecs.Ec2Service(
            self,
            "Service",
            cluster=self.cluster,
            task_definition=task.definition,
            capacity_provider_strategies=[strategy],
            desired_count=0,  # a deployment scales in to zero; the backlog scales out again
            min_healthy_percent=0,  # nobody waits for a response: the old one goes first,
            max_healthy_percent=100,  # because the new one needs its machine
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.DISABLED,
        )


def gpu_cluster_name(settings: DeploySettings) -> str:
    """Known before the cluster is: the machines, which are made first, may only join this one."""
    return f"{settings.prefix}-gpu"
