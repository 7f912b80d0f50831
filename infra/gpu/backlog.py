"""What the number of GPU workers follows: messages that wait or are in flight, machines, workers.

None of these metrics costs anything. Machines are counted as they are desired: with one worker on
each they are the workers that are wanted, some two minutes late. Workers are counted as they run:
each sends one sample of its CPU a minute (AWS, ECS Developer Guide, "Service RUNNING task count").
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs

from infra.gpu.service import GpuService

MINUTE = Duration.minutes(1)  # how often SQS and ECS count

_Policy = scaling.CfnScalingPolicy


def backlog_metrics(workers: GpuService, queue: sqs.IQueue) -> dict[str, cloudwatch.Metric]:
    """What the expressions are made of."""
    return {
        "visible": queue.metric_approximate_number_of_messages_visible(
            period=MINUTE, statistic="Maximum"
        ),
        "taken": queue.metric_approximate_number_of_messages_not_visible(
            period=MINUTE, statistic="Maximum"
        ),
        "machines": _desired_machines(workers),
        "workers": workers.service.metric_cpu_utilization(period=MINUTE, statistic="SampleCount"),
    }


def _desired_machines(workers: GpuService) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/AutoScaling",
        metric_name="GroupDesiredCapacity",
        dimensions_map={"AutoScalingGroupName": workers.group.auto_scaling_group_name},
        statistic="Maximum",
        period=MINUTE,
    )


def tracked(id: str, metric: cloudwatch.Metric) -> _Policy.TargetTrackingMetricDataQueryProperty:
    """The metric in Application Auto Scaling's words."""
    dimensions = [
        _Policy.TargetTrackingMetricDimensionProperty(name=name, value=value)
        for name, value in (metric.dimensions or {}).items()
    ]
    return _Policy.TargetTrackingMetricDataQueryProperty(
        id=id,
        return_data=False,
        metric_stat=_Policy.TargetTrackingMetricStatProperty(
            stat=metric.statistic,
            metric=_Policy.TargetTrackingMetricProperty(
                namespace=metric.namespace,
                metric_name=metric.metric_name,
                dimensions=dimensions,
            ),
        ),
    )
