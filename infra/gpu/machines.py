"""The machines with a GPU: none while nothing waits."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from facecompare.planning.prices import GPU_HOUR
from infra.acknowledged import acknowledge, spelled
from infra.gpu.network import GpuNetwork
from infra.settings import DeploySettings

# AWS's image for ECS with driver and container runtime for NVIDIA. It is looked up at each launch,
# so that machines, which live for hours, never need to be patched.
IMAGE_PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id"
DISK_DEVICE = "/dev/xvda"
DISK_GB = 60  # the machine's image wants 30; the worker's has 3, and two may be there
# From the network of a container to the metadata service there is one hop more than from the
# machine: the worker asks there whether AWS wants its spot machine back.
METADATA_HOPS = 2

AFFORDABLE = 2  # times the price of the chosen type, where that one is not to be had

# What the scaling and the dashboard count; metrics of a group cost nothing.
COUNTED = (
    autoscaling.GroupMetric.DESIRED_CAPACITY,
    autoscaling.GroupMetric.IN_SERVICE_INSTANCES,
)
# What ECS's agent does with the cluster, and with the machines in it. A machine's image and log are
# fetched and written with the task's own roles.
_WITH_CLUSTER = (
    ("RegisterContainerInstance", "DeregisterContainerInstance"),
    ("SubmitTaskStateChange", "SubmitContainerStateChange", "SubmitAttachmentStateChanges"),
)
_WITH_MACHINES = ("Poll", "StartTelemetrySession", "UpdateContainerInstancesState")


class GpuMachines(Construct):
    """An Auto Scaling group, from zero to `gpu_max`, which ECS enlarges and shrinks."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        network: GpuNetwork,
        cluster_name: str,
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        self._allow_agent(cluster_name)
        self.group = autoscaling.AutoScalingGroup(
            self,
            "Group",
            auto_scaling_group_name=gpu_group_name(settings),
            vpc=network.vpc,
            # And that many at first: a desired number would be set anew at every deployment.
            min_capacity=0,
            max_capacity=settings.gpu_max,
            # A protected machine would hold up the stack's deletion: see GpuService.
            new_instances_protected_from_scale_in=False,
            mixed_instances_policy=_purchase(settings, self._template(settings, network)),
            group_metrics=[autoscaling.GroupMetrics(*COUNTED)],
        )
        acknowledge(self.group, "scaling out and in is all that these machines do", "AS3")
        acknowledge(self.group, "encrypted: a rule that reads no policy of several types", "EC26")

    def _template(self, settings: DeploySettings, network: GpuNetwork) -> ec2.LaunchTemplate:
        return ec2.LaunchTemplate(
            self,
            "Template",
            instance_type=ec2.InstanceType(settings.gpu_instance),
            machine_image=ec2.MachineImage.resolve_ssm_parameter_at_launch(IMAGE_PARAMETER),
            role=self.role.without_policy_updates(),  # CDK would add what an agent may need
            security_group=network.machines,
            associate_public_ip_address=True,
            require_imdsv2=True,
            http_put_response_hop_limit=METADATA_HOPS,
            user_data=_agent_settings(),
            block_devices=[_disk()],
        )

    def _allow_agent(self, cluster_name: str) -> None:
        cluster = self._ecs_arn("cluster", cluster_name)
        machines = self._ecs_arn("container-instance", f"{cluster_name}/*")
        for actions in _WITH_CLUSTER:
            self._allow(actions, cluster)
        self._allow(_WITH_MACHINES, machines)
        self._allow(("DiscoverPollEndpoint",), "*")
        acknowledge(
            self.role,
            "machines get their names when they register; to ask where takes no resource",
            f"IAM5[Resource::{spelled(self, machines)}]",
            "IAM5[Resource::*]",
        )

    def _ecs_arn(self, resource: str, name: str) -> str:
        return Stack.of(self).format_arn(service="ecs", resource=resource, resource_name=name)

    def _allow(self, actions: Sequence[str], resource: str) -> None:
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=[f"ecs:{action}" for action in actions], resources=[resource]
            )
        )


def gpu_group_name(settings: DeploySettings) -> str:
    """Known before the group is: the dashboard, which is made first, counts its machines."""
    return f"{settings.prefix}-gpu"


def machine_types(chosen: str) -> list[str]:
    """The chosen type, then those that may stand in for it, the cheapest first."""
    most = AFFORDABLE * GPU_HOUR[chosen]
    others = (name for name, hour in GPU_HOUR.items() if name != chosen and hour <= most)
    return [chosen, *sorted(others, key=GPU_HOUR.__getitem__)]


def _purchase(
    settings: DeploySettings, template: ec2.LaunchTemplate
) -> autoscaling.MixedInstancesPolicy:
    """In this order on demand; of spot ones those that AWS will hardly take back."""
    return autoscaling.MixedInstancesPolicy(
        launch_template=template,
        launch_template_overrides=[
            autoscaling.LaunchTemplateOverrides(instance_type=ec2.InstanceType(name))
            for name in machine_types(settings.gpu_instance)
        ],
        instances_distribution=autoscaling.InstancesDistribution(
            on_demand_percentage_above_base_capacity=0 if settings.gpu_spot else 100,
            on_demand_allocation_strategy=autoscaling.OnDemandAllocationStrategy.PRIORITIZED,
            spot_allocation_strategy=autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
        ),
    )


def _disk() -> ec2.BlockDevice:
    volume = ec2.BlockDeviceVolume.ebs(
        DISK_GB, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
    )
    return ec2.BlockDevice(device_name=DISK_DEVICE, volume=volume)


def _agent_settings() -> ec2.UserData:
    """CDK adds the cluster's name."""
    commands = ec2.UserData.for_linux()
    commands.add_commands("echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config")
    return commands
