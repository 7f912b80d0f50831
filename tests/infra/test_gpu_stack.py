"""Workers with a GPU: what they cost at rest, what they may do, and who can reach them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from facecompare.config import Settings
from facecompare.planning.prices import GPU_HOUR
from infra.gpu.machines import machine_types
from infra.gpu.service import gpu_cluster_name
from infra.settings import DeploySettings
from tests.support.assembly import Assembly, Properties, actions_of
from tests.support.variants import Variants

RESOLVED = "resolved-at-deployment"
TASK_MAY = {
    "events:PutEvents",
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
}
# AWS, Service Authorization Reference: these take no resource.
WITHOUT_RESOURCE = {"ecr:GetAuthorizationToken", "ecs:DiscoverPollEndpoint"}


@pytest.fixture(scope="module")
def gpu(variants: Variants) -> Assembly:
    """With no more said of them than that there are to be some."""
    return variants["gpu"]


@pytest.fixture(scope="module")
def spot(sources: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """With everything that can be said."""
    chosen = {"gpu": "on", "gpu_spot": "on", "gpu_max": "9", "gpu_instance": "g6.xlarge"}
    return Assembly.of(sources | chosen | {"env": "prod"}, tmp_path_factory.mktemp("spot"))


@pytest.fixture(params=["gpu", "spot"])
def any_gpu(request: pytest.FixtureRequest) -> Assembly:
    assembly: Assembly = request.getfixturevalue(request.param)
    return assembly


def container(assembly: Assembly) -> Properties:
    (found,) = assembly.one("AWS::ECS::TaskDefinition").properties["ContainerDefinitions"]
    definition: Properties = found
    return definition


def launched(assembly: Assembly) -> Properties:
    found: Properties = assembly.one("AWS::EC2::LaunchTemplate").properties["LaunchTemplateData"]
    return found


def allowed(assembly: Assembly, role: str) -> list[Properties]:
    return [
        statement
        for policy in assembly.all("AWS::IAM::Policy")
        if policy.stack == "gpu" and policy.id.startswith(f"{role}DefaultPolicy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
    ]


def actions(assembly: Assembly, role: str) -> set[str]:
    return {action for each in allowed(assembly, role) for action in actions_of(each)}


def test_there_is_none_unless_it_is_asked_for(either: Assembly) -> None:
    assert "gpu" not in either.templates
    assert either.all("AWS::EC2::VPC") == either.all("AWS::ECS::Cluster") == []


def test_nothing_runs_while_nothing_waits(any_gpu: Assembly) -> None:
    group = any_gpu.one("AWS::AutoScaling::AutoScalingGroup").properties
    assert group["MinSize"] == "0"
    assert "DesiredCapacity" not in group  # the least, then
    assert any_gpu.one("AWS::ECS::Service").properties["DesiredCount"] == 0
    assert any_gpu.one("AWS::ApplicationAutoScaling::ScalableTarget").properties["MinCapacity"] == 0


def test_nothing_that_costs_by_the_hour_is_there_at_rest(any_gpu: Assembly) -> None:
    kinds = {each.definition["Type"] for each in any_gpu.resources() if each.stack == "gpu"}
    assert not kinds & {"AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::Instance"}
    assert {
        each.properties["VpcEndpointType"] for each in any_gpu.all("AWS::EC2::VPCEndpoint")
    } == {"Gateway"}


@pytest.mark.parametrize(("name", "most"), [("gpu", 4), ("spot", 9)])
def test_there_are_never_more_than_one_said(
    request: pytest.FixtureRequest, name: str, most: int
) -> None:
    assembly: Assembly = request.getfixturevalue(name)
    group = assembly.one("AWS::AutoScaling::AutoScalingGroup").properties
    target = assembly.one("AWS::ApplicationAutoScaling::ScalableTarget").properties
    assert (group["MaxSize"], target["MaxCapacity"]) == (str(most), most)


def scaling(assembly: Assembly, kind: str) -> Any:
    (found,) = (
        each
        for each in assembly.all("AWS::ApplicationAutoScaling::ScalingPolicy")
        if each.properties["PolicyType"] == kind
    )
    return found


def test_it_scales_out_from_zero_at_the_first_message(gpu: Assembly) -> None:
    first = scaling(gpu, "StepScaling")
    steps = first.properties["StepScalingPolicyConfiguration"]
    assert steps["AdjustmentType"] == "ChangeInCapacity"
    # ECS starts two machines where there is none: each has a worker to run.
    assert [step["ScalingAdjustment"] for step in steps["StepAdjustments"]] == [2]
    assert steps["Cooldown"] == 2 * 300
    (alarm,) = (each for each in gpu.all("AWS::CloudWatch::Alarm") if each.stack == "gpu")
    assert alarm.properties["AlarmActions"] == [{"Ref": first.id}]
    assert (alarm.properties["Threshold"], alarm.properties["EvaluationPeriods"]) == (0, 1)
    expression, *metrics = alarm.properties["Metrics"]
    assert expression["Expression"] == "IF(FILL(workers, 0) < 1, visible, 0)"
    assert {each["MetricStat"]["Metric"]["MetricName"] for each in metrics} == {
        "ApproximateNumberOfMessagesVisible",
        "CPUUtilization",
    }
    (running,) = (each["MetricStat"] for each in metrics if each["Id"] == "workers")
    assert (running["Stat"], running["Period"]) == ("SampleCount", 60)


def test_a_first_message_starts_no_more_workers_than_there_may_be(
    sources: dict[str, str], tmp_path: Path
) -> None:
    alone = Assembly.of(sources | {"gpu": "on", "gpu_max": "1"}, tmp_path)
    steps = scaling(alone, "StepScaling").properties["StepScalingPolicyConfiguration"]
    assert [step["ScalingAdjustment"] for step in steps["StepAdjustments"]] == [1]


def test_at_rest_ten_alarm_metrics_are_all_that_costs(any_gpu: Assembly) -> None:
    """Its own alarm's, two alarms of target tracking, and two of ECS for the machines."""
    (alarm,) = (each for each in any_gpu.all("AWS::CloudWatch::Alarm") if each.stack == "gpu")
    tracking = scaling(any_gpu, "TargetTrackingScaling").properties[
        "TargetTrackingScalingPolicyConfiguration"
    ]["CustomizedMetricSpecification"]["Metrics"]
    own, tracked = (
        sum("MetricStat" in each for each in metrics)
        for metrics in (alarm.properties["Metrics"], tracking)
    )
    assert own + 2 * tracked + 2 * 1 == 10


def test_scaling_asks_for_metrics_that_are_there_and_cost_nothing(any_gpu: Assembly) -> None:
    """Not for Container Insights, whose log group belonged to no stack."""
    insights = any_gpu.one("AWS::ECS::Cluster").properties["ClusterSettings"]
    assert insights == [{"Name": "containerInsights", "Value": "disabled"}]
    group = any_gpu.one("AWS::AutoScaling::AutoScalingGroup").properties
    (collected,) = group["MetricsCollection"]
    assert collected["Metrics"] == ["GroupDesiredCapacity", "GroupInServiceInstances"]
    looking = [
        each.properties
        for kind in (
            "CloudWatch::Alarm",
            "CloudWatch::Dashboard",
            "ApplicationAutoScaling::ScalingPolicy",
        )
        for each in any_gpu.all(f"AWS::{kind}")
    ]
    asked = set(re.findall(r"\bGroup[A-Z]\w+", str(looking)))
    assert "GroupDesiredCapacity" in asked
    assert asked - set(collected["Metrics"]) == set()
    assert "ContainerInsights" not in str(looking)


def test_it_scales_out_and_in_by_the_backlog_of_each(gpu: Assembly) -> None:
    tracking = scaling(gpu, "TargetTrackingScaling").properties[
        "TargetTrackingScalingPolicyConfiguration"
    ]
    *metrics, expression = tracking["CustomizedMetricSpecification"]["Metrics"]
    assert tracking["TargetValue"] == 500
    assert "DisableScaleIn" not in tracking
    assert [each["Id"] for each in metrics] == ["visible", "taken", "machines"]
    assert [each["ReturnData"] for each in (*metrics, expression)] == [False] * 3 + [True]
    assert expression["Expression"] == "(visible + taken) / IF(FILL(machines, 0) > 0, machines, 1)"


def test_machines_come_and_go_with_the_workers(any_gpu: Assembly) -> None:
    provider = any_gpu.one("AWS::ECS::CapacityProvider").properties["AutoScalingGroupProvider"]
    assert provider["ManagedScaling"]["Status"] == "ENABLED"
    assert provider["ManagedScaling"]["TargetCapacity"] == 100
    assert provider["ManagedDraining"] == "ENABLED"


def test_no_machine_that_runs_holds_up_the_stacks_deletion(any_gpu: Assembly) -> None:
    provider = any_gpu.one("AWS::ECS::CapacityProvider").properties["AutoScalingGroupProvider"]
    assert provider["ManagedTerminationProtection"] == "DISABLED"
    group = any_gpu.one("AWS::AutoScaling::AutoScalingGroup").properties
    assert group["NewInstancesProtectedFromScaleIn"] is False


def test_the_service_waits_for_what_ties_the_machines_to_it(gpu: Assembly) -> None:
    tie = gpu.one("AWS::ECS::ClusterCapacityProviderAssociations")
    assert tie.id in gpu.one("AWS::ECS::Service").definition["DependsOn"]


def purchase(assembly: Assembly) -> Properties:
    group = assembly.one("AWS::AutoScaling::AutoScalingGroup").properties
    policy: Properties = group["MixedInstancesPolicy"]
    return policy


def test_machines_are_on_demand_unless_spot_ones_are_wanted(gpu: Assembly, spot: Assembly) -> None:
    of_gpu, of_spot = (purchase(each)["InstancesDistribution"] for each in (gpu, spot))
    assert of_gpu["OnDemandPercentageAboveBaseCapacity"] == 100
    assert of_gpu["OnDemandAllocationStrategy"] == "prioritized"
    assert of_spot["OnDemandPercentageAboveBaseCapacity"] == 0
    assert of_spot["SpotAllocationStrategy"] == "price-capacity-optimized"
    for assembly in (gpu, spot):  # an Auto Scaling group refuses a template that says it, too
        assert "InstanceMarketOptions" not in launched(assembly)


def test_other_types_stand_in_for_the_chosen_one(gpu: Assembly, spot: Assembly) -> None:
    of_gpu, of_spot = (
        [each["InstanceType"] for each in purchase(assembly)["LaunchTemplate"]["Overrides"]]
        for assembly in (gpu, spot)
    )
    assert of_gpu == ["g4dn.xlarge", "g4dn.2xlarge", "g6.xlarge", "g5.xlarge"]
    assert of_spot[0] == "g6.xlarge"
    assert launched(spot)["InstanceType"] == "g6.xlarge"


@pytest.mark.parametrize("chosen", GPU_HOUR)
def test_whichever_type_is_chosen_there_is_another_at_twice_its_price_or_less(chosen: str) -> None:
    first, *others = machine_types(chosen)
    assert first == chosen
    assert others
    assert max(GPU_HOUR[name] for name in others) <= 2 * GPU_HOUR[chosen]


def test_a_spot_machine_that_aws_takes_back_stops_its_worker_in_time(any_gpu: Assembly) -> None:
    assert "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true" in str(launched(any_gpu)["UserData"])
    assert container(any_gpu)["StopTimeout"] == 120


def test_metadata_need_a_token_and_disks_are_encrypted(any_gpu: Assembly) -> None:
    data = launched(any_gpu)
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    (disk,) = data["BlockDeviceMappings"]
    assert (disk["Ebs"]["Encrypted"], disk["Ebs"]["VolumeType"]) == (True, "gp3")


def test_the_image_is_amazons_for_gpus(any_gpu: Assembly) -> None:
    parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id"
    assert launched(any_gpu)["ImageId"] == f"resolve:ssm:{parameter}"


def test_nobody_can_connect_to_a_machine(any_gpu: Assembly) -> None:
    group = any_gpu.one("AWS::EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group.properties
    assert any_gpu.all("AWS::EC2::SecurityGroupIngress") == []
    (egress,) = group.properties["SecurityGroupEgress"]
    assert (egress["IpProtocol"], egress["FromPort"], egress["ToPort"]) == ("tcp", 443, 443)
    (interface,) = launched(any_gpu)["NetworkInterfaces"]
    assert interface["Groups"] == [{"Fn::GetAtt": [group.id, "GroupId"]}]
    assert "KeyName" not in launched(any_gpu)
    assert "PortMappings" not in container(any_gpu)


def test_the_network_is_logged_with_all_rights_that_takes(any_gpu: Assembly) -> None:
    """AWS, VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs"; the group is
    there already; a right to make one would bring it back after the stack has gone."""
    assert any_gpu.one("AWS::EC2::FlowLog").properties["TrafficType"] == "ALL"
    assert actions(any_gpu, "NetworkFlowLogRole") == {
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
    }


def test_the_network_is_as_wide_as_is_known_of_the_region(any_gpu: Assembly) -> None:
    subnets = any_gpu.all("AWS::EC2::Subnet")
    assert len(subnets) == 2
    assert {each.properties["MapPublicIpOnLaunch"] for each in subnets} == {False}


@pytest.mark.parametrize(
    ("region", "zones"), [("us-east-1", 6), ("us-west-1", 2), ("eu-west-1", 3)]
)
def test_in_a_region_that_is_named_it_has_all_zones(
    sources: dict[str, str], tmp_path: Path, region: str, zones: int
) -> None:
    there = Assembly.of(sources | {"gpu": "on", "region": region}, tmp_path)
    used = [each.properties["AvailabilityZone"] for each in there.all("AWS::EC2::Subnet")]
    assert used == [{"Fn::Select": [index, {"Fn::GetAZs": ""}]} for index in range(zones)]


def test_a_worker_has_a_gpu_and_writes_nowhere_but_into_memory(any_gpu: Assembly) -> None:
    worker = container(any_gpu)
    assert worker["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    assert worker["ReadonlyRootFilesystem"] is True
    (memory,) = worker["LinuxParameters"]["Tmpfs"]
    assert memory["ContainerPath"] == "/tmp"
    assert worker["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert worker["User"] == "10001:10001"
    assert "Privileged" not in worker


def test_the_library_accepts_the_workers_environment(any_gpu: Assembly) -> None:
    env = {
        each["Name"]: each["Value"] if isinstance(each["Value"], str) else RESOLVED
        for each in container(any_gpu)["Environment"]
    }
    settings = Settings.from_env(env)
    region = {"Name": "AWS_DEFAULT_REGION", "Value": {"Ref": "AWS::Region"}}
    assert region in container(any_gpu)["Environment"]
    assert settings.batch_queue == settings.dead_letter_queue == RESOLVED
    assert settings.records_table == settings.upload_bucket == settings.model_bucket == RESOLVED
    assert settings.origin_secret == ""
    assert env["POWERTOOLS_SERVICE_NAME"] == "worker"  # as the dashboard asks for


def test_the_worker_may_do_just_this(any_gpu: Assembly) -> None:
    assert actions(any_gpu, "TaskRole") == TASK_MAY


def test_functions_and_machines_work_with_the_same_rights(gpu: Assembly) -> None:
    function = gpu.statements(gpu.one("AWS::Lambda::Function", "BatchFunction"))
    of_function = {action for each in function for action in actions_of(each)}
    shared = {action for action in of_function if not action.startswith(("logs:", "xray:"))}
    assert shared - {"sqs:GetQueueAttributes"} | {"sqs:ChangeMessageVisibility"} == TASK_MAY


def test_messages_are_taken_from_the_one_queue_only(gpu: Assembly) -> None:
    (taking,) = (
        each for each in allowed(gpu, "TaskRole") if "sqs:ReceiveMessage" in actions_of(each)
    )
    assert "BatchesQueue" in taking["Resource"]["Fn::ImportValue"]


def test_what_starts_the_worker_fetches_its_image_and_writes_its_log(gpu: Assembly) -> None:
    assert actions(gpu, "TaskExecutionRole") == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


def test_a_machine_may_do_what_ecs_asks_of_it(gpu: Assembly) -> None:
    assert {action.partition(":")[0] for action in actions(gpu, "MachinesRole")} == {"ecs"}
    name = gpu_cluster_name(DeploySettings())
    assert gpu.one("AWS::ECS::Cluster").properties["ClusterName"] == name
    for statement in allowed(gpu, "MachinesRole"):
        assert statement["Resource"] == "*" or name in str(statement["Resource"])


def test_no_right_is_wider_than_it_must_be(any_gpu: Assembly) -> None:
    for policy in any_gpu.all("AWS::IAM::Policy"):
        if policy.stack != "gpu":
            continue
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            assert not any("*" in action for action in actions_of(statement))
            if statement["Resource"] == "*":
                assert set(actions_of(statement)) <= WITHOUT_RESOURCE
    roles = [each for each in any_gpu.all("AWS::IAM::Role") if each.stack == "gpu"]
    assert not any("ManagedPolicyArns" in role.properties for role in roles)


def test_only_its_own_service_may_take_a_role(any_gpu: Assembly) -> None:
    trusted = {
        each.id.rstrip("0123456789ABCDEF"): each.properties["AssumeRolePolicyDocument"][
            "Statement"
        ][0]["Principal"]["Service"]
        for each in any_gpu.all("AWS::IAM::Role")
        if each.stack == "gpu"
    }
    assert trusted == {
        "NetworkFlowLogRole": "vpc-flow-logs.amazonaws.com",
        "MachinesRole": "ec2.amazonaws.com",
        "TaskRole": "ecs-tasks.amazonaws.com",
        "TaskExecutionRole": "ecs-tasks.amazonaws.com",
    }


def test_the_workers_image_holds_the_library_and_its_own_program(gpu: Assembly) -> None:
    digest = container(gpu)["Image"]["Fn::Sub"].rpartition(":")[2]
    folder = gpu.folder / f"asset.{digest}"
    assert (folder / "functions" / "worker" / "Dockerfile").is_file()
    assert (
        folder / "layers" / "core" / "python" / "facecompare" / "batches" / "worker.py"
    ).is_file()
    for absent in ("functions/compare", "web", "tests", ".git"):
        assert not (folder / absent).exists()
    assert {path.name for path in (folder / "infra").iterdir()} == {"locks", "supply"}


def test_gates_find_nothing(any_gpu: Assembly) -> None:
    report = json.loads((any_gpu.folder / "validation-report.json").read_text("utf-8"))
    assert [found for each in report["pluginReports"] for found in each["violations"]] == []
    templates = [str(path) for path in sorted(any_gpu.folder.glob("*-gpu.template.json"))]
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [cfn_lint, "--non-zero-exit-code", "error", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (len(templates), done.returncode) == (1, 0), done.stdout


def test_hours_of_machines_are_in_the_cost_where_there_are_some(
    everything: Assembly, gpu: Assembly
) -> None:
    bodies = [
        str(each.one("AWS::CloudWatch::Dashboard").properties["DashboardBody"])
        for each in (everything, gpu)
    ]
    assert [body.count("a million pairs") for body in bodies] == [1, 1]
    assert ["GroupInServiceInstances" in body for body in bodies] == [False, True]
    assert "/ 3600 * 0.526" in bodies[1]
