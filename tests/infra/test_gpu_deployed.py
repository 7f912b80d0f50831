"""The real command line deploys workers with a GPU to moto, as far as moto goes.

It makes no capacity provider, no scaling policy and no alarm, which the templates' tests read; and
when a stack is deleted it keeps the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.aws_emulator.deployment import NODE_PROGRAMS, Deployment
from tests.support.aws_emulator.moto_server import moto_server

pytestmark = [
    pytest.mark.deploy,
    pytest.mark.skipif(not (NODE_PROGRAMS / "cdk").exists(), reason="no cdk; run: npm ci"),
]
CLUSTER = "facecompare-dev-gpu"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, web_layer: Path) -> Iterator[Deployment]:
    """Spot machines, six at most."""
    with moto_server() as url:
        deployment = Deployment(url, tmp_path_factory.mktemp("gpu"))
        deployment.bootstrap()
        deployment.deploy(web_layer=str(web_layer), gpu="true", gpu_spot="on", gpu_max="6")
        yield deployment


def worker(deployment: Deployment) -> dict[str, Any]:
    """The container as it is registered."""
    ecs = deployment.client("ecs")
    (arn,) = ecs.list_task_definitions()["taskDefinitionArns"]
    (found,) = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"][
        "containerDefinitions"
    ]
    definition: dict[str, Any] = found
    return definition


def test_there_is_a_service_that_wants_no_worker(deployment: Deployment) -> None:
    ecs = deployment.client("ecs")
    (service,) = ecs.describe_services(
        cluster=CLUSTER, services=ecs.list_services(cluster=CLUSTER)["serviceArns"]
    )["services"]
    assert (service["desiredCount"], service["runningCount"]) == (0, 0)


def test_there_is_no_machine_and_room_for_six(deployment: Deployment) -> None:
    (group,) = deployment.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (0, 0, 6)
    assert group["Instances"] == []
    assert len(group["VPCZoneIdentifier"].split(",")) == 2


def test_the_worker_knows_queues_table_and_buckets(deployment: Deployment) -> None:
    variables = {each["name"]: each["value"] for each in worker(deployment)["environment"]}
    for variable, output in (
        ("BATCH_QUEUE", "BatchQueueUrl"),
        ("DEAD_LETTER_QUEUE", "DeadLetterQueueUrl"),
        ("RECORDS_TABLE", "TableName"),
        ("MODEL_BUCKET", "ModelBucketName"),
        ("UPLOAD_BUCKET", "UploadBucketName"),
    ):
        assert variables[f"FACECOMPARE_{variable}"] == deployment.outputs[output]


def test_machines_are_launched_as_the_template_says(deployment: Deployment) -> None:
    ec2 = deployment.client("ec2")
    (version,) = ec2.describe_launch_template_versions(Versions=["$Latest"])[
        "LaunchTemplateVersions"
    ]
    data = version["LaunchTemplateData"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    assert "InstanceMarketOptions" not in data  # the group says it


def test_nobody_can_connect(deployment: Deployment) -> None:
    groups = deployment.client("ec2").describe_security_groups()["SecurityGroups"]
    (ours,) = (group for group in groups if group["Description"].startswith("workers with a GPU"))
    assert ours["IpPermissions"] == []


def remove_route_tables(ec2: Any) -> None:
    """moto's CloudFormation leaves them, and its EC2 then keeps their network."""
    for table in ec2.describe_route_tables()["RouteTables"]:
        if any(each.get("Main") for each in table["Associations"]):
            continue
        for association in table["Associations"]:
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        ec2.delete_route_table(RouteTableId=table["RouteTableId"])


def test_it_can_be_destroyed(deployment: Deployment) -> None:
    remove_route_tables(deployment.client("ec2"))
    deployment.destroy()
    stacks = deployment.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks] == ["CDKToolkit"]
    groups = deployment.client("autoscaling").describe_auto_scaling_groups()
    assert groups["AutoScalingGroups"] == []
