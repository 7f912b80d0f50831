"""Rules that hold over the templates of all variants: what a simulated account lets pass and AWS
does not, or only the operator would notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.assembly import Assembly, Properties, Resource, actions_of
from tests.support.variants import DEFAULTS, VARIANTS, Variants

# AWS, Lambda Developer Guide, "Lambda quotas": new accounts have reduced memory and concurrency.
NEW_ACCOUNT_MEMORY_MB, NEW_ACCOUNT_CONCURRENCY = 3_008, 10
OLD_MESSAGES, MESSAGES = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"
SYMPTOMS = {"ServerErrors", "DeadLetters", "OldMessages"}
# CDK makes them after all constructs, for what another region exports; they run in deployments.
NAMES_NO_LOG = {"CustomCrossRegionExportReader", "CustomCrossRegionExportWriter"}
STATEFUL = {
    *("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::EFS::FileSystem"),
    *("AWS::KMS::Key", "AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::SQS::Queue"),
    "AWS::SecretsManager::Secret",
}
# Another logical id is another resource, and what was in it is left behind or gone.
PINNED = {
    "BatchesDeadLetters189099B7",
    "BatchesQueue46024A5C",
    "ComparisonLogTable0E0E083A",
    "ModelBucketEBB1ADF4",
    "OriginSecret9A421E71",
    "UploadBucketB0FBA037",
    "WebsitePageFB0C7AFD",
}
PINNED_LOGS = {"LogBucket7273C8DB", "AccessLogsBucketCD784A59"}  # with access_logs=on
REPLACEABLE = {
    "OriginSecret": "a new installation makes its own",
    "UploadBucket": "forgets within days",
    "WebsitePage": "filled by every deployment",
}


def of_alarms(topic: Resource, policies: list[Resource]) -> Iterator[Properties]:
    """The statements that let CloudWatch write to this topic."""
    for policy in policies:
        if {"Ref": topic.id} in policy.properties["Topics"]:
            yield from (
                each
                for each in policy.properties["PolicyDocument"]["Statement"]
                if each["Effect"] == "Allow"
                and each["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
                and "sns:Publish" in actions_of(each)
                and each["Resource"] == {"Ref": topic.id}
            )


def test_cloudwatch_may_write_to_the_topic_of_every_alarm(variant: Assembly) -> None:
    topics = variant.all("AWS::SNS::Topic")
    targets = [*topics, *variant.all("AWS::ApplicationAutoScaling::ScalingPolicy")]
    told = {each.id: told_by(each, targets) for each in variant.all("AWS::CloudWatch::Alarm")}
    assert [alarm for alarm, ids in told.items() if not ids] == []
    assert {each.id for each in topics} <= set().union(*told.values())
    for topic in topics:
        (allowed,) = of_alarms(topic, variant.all("AWS::SNS::TopicPolicy"))
        assert allowed["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        }


def told_by(alarm: Resource, targets: list[Resource]) -> set[str]:
    """The logical ids in its actions, which may be of another stack."""
    actions = str(alarm.properties.get("AlarmActions", ()))
    return {each.id for each in targets if each.id in actions}


def test_every_function_and_container_names_its_log(variant: Assembly) -> None:
    logs = {each.id for each in variant.all("AWS::Logs::LogGroup")}
    for function in variant.all("AWS::Lambda::Function"):
        if not any(function.id.startswith(name) for name in NAMES_NO_LOG):
            assert function.properties["LoggingConfig"]["LogGroup"]["Ref"] in logs, function.id
    for task in variant.all("AWS::ECS::TaskDefinition"):
        for container in task.properties["ContainerDefinitions"]:
            options = container["LogConfiguration"]["Options"]
            assert options["awslogs-group"]["Ref"] in logs, task.id


@pytest.mark.parametrize("name", DEFAULTS)
def test_no_default_is_above_what_a_new_account_has(variants: Variants, name: str) -> None:
    assembly = variants[name]
    for function in assembly.all("AWS::Lambda::Function"):
        assert function.properties.get("MemorySize", 128) <= NEW_ACCOUNT_MEMORY_MB, function.id
        assert "ReservedConcurrentExecutions" not in function.properties, function.id
    for source in assembly.all("AWS::Lambda::EventSourceMapping"):
        most = source.properties["ScalingConfig"]["MaximumConcurrency"]
        assert most < NEW_ACCOUNT_CONCURRENCY, source.id  # the API's calls need some, too
    for alias in assembly.all("AWS::Lambda::Alias"):
        assert "ProvisionedConcurrencyConfig" not in alias.properties, alias.id
    assert assembly.all("AWS::AutoScaling::AutoScalingGroup") == []  # no vCPU of a GPU instance


def stateful(assembly: Assembly) -> list[Resource]:
    return [each for each in assembly.resources() if each.definition["Type"] in STATEFUL]


def test_what_holds_data_keeps_its_logical_id(variants: Variants) -> None:
    ids = {name: {each.id for each in stateful(variants[name])} for name in VARIANTS}
    logged = {name: VARIANTS[name].get("access_logs") == "on" for name in VARIANTS}
    assert ids == {name: PINNED | (PINNED_LOGS if logged[name] else set()) for name in VARIANTS}


@pytest.mark.parametrize("name", ["prod", "everything"])
def test_production_keeps_all_that_is_not_made_anew(variants: Variants, name: str) -> None:
    for each in stateful(variants[name]):
        policy = each.definition["DeletionPolicy"]
        replaceable = any(each.id.startswith(construct) for construct in REPLACEABLE)
        assert policy.startswith("Retain") != replaceable, (each.id, policy)
        if not replaceable:
            assert each.definition["UpdateReplacePolicy"] == "Retain"
    for table in variants[name].all("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is True


def watched(assembly: Assembly) -> set[tuple[str, str, str]]:
    """Metric, index of a table, and the dimensions' text, of every alarm."""
    return {
        (metric["MetricName"], index_of(metric), str(metric.get("Dimensions")))
        for alarm in assembly.all("AWS::CloudWatch::Alarm")
        for metric in metrics_of(alarm)
    }


def metrics_of(alarm: Resource) -> Iterator[Properties]:
    if "MetricName" in alarm.properties:
        yield alarm.properties
    for query in alarm.properties.get("Metrics", ()):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def index_of(metric: Any) -> str:
    return next(
        (
            each["Value"]
            for each in metric.get("Dimensions", ())
            if each["Name"] == "GlobalSecondaryIndexName"
        ),
        "",
    )


def to_watch(assembly: Assembly) -> Iterator[tuple[str, str, str]]:
    """Logical id, metric, index: of every function of ours, every queue, every table and index."""
    for function in assembly.all("AWS::Lambda::Function"):
        if not function.id.startswith("Custom"):  # CDK's run in deployments, which tell of them
            yield from ((function.id, metric, "") for metric in ("Errors", "Throttles"))
    for queue in assembly.all("AWS::SQS::Queue"):
        worked_on = "RedrivePolicy" in queue.properties
        yield queue.id, OLD_MESSAGES if worked_on else MESSAGES, ""
    for table in assembly.all("AWS::DynamoDB::Table"):
        indexes = [each["IndexName"] for each in table.properties["GlobalSecondaryIndexes"]]
        for event in ("ReadThrottleEvents", "WriteThrottleEvents"):
            yield from ((table.id, event, index) for index in ("", *indexes))


def unwatched(assembly: Assembly) -> set[tuple[str, str, str]]:
    seen = watched(assembly)
    return {
        (id, metric, index)
        for id, metric, index in to_watch(assembly)
        if not any(
            (metric, index) == (name, of) and id in dimensions for name, of, dimensions in seen
        )
    }


@pytest.mark.parametrize("name", ["prod", "everything"])
def test_every_function_queue_table_and_index_has_its_alarms(variants: Variants, name: str) -> None:
    wanted = set(to_watch(variants[name]))
    assert len(wanted) >= 3 * 2 + 2 + 2 * 4  # functions, queues, table and indexes
    assert unwatched(variants[name]) == set()


def test_by_default_alarms_are_of_what_callers_and_batches_notice(standard: Assembly) -> None:
    """What no alarm is about ends as one of these: see infra.monitoring."""
    alarms = standard.all("AWS::CloudWatch::Alarm")
    assert {each.id.removeprefix("Monitoring")[:-8] for each in alarms} == SYMPTOMS
    assert {metric for _, metric, _ in unwatched(standard)} == {
        *("Errors", "Throttles", "ReadThrottleEvents", "WriteThrottleEvents"),
    }


def test_a_bootstrap_that_is_too_old_is_refused(variants: Variants) -> None:
    for name in VARIANTS.keys() - {"local"}:
        for stack, template in variants[name].templates.items():
            assert "CheckBootstrapVersion" in template["Rules"], (name, stack)
