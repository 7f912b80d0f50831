"""How many workers with a GPU there are: none at rest, two at a first message, then by backlog."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.gpu.backlog import MINUTE, backlog_metrics, tracked
from infra.gpu.service import GpuService
from infra.settings import DeploySettings

# Messages for each worker: of 25 pairs, some five minutes' work where four cores find the faces of
# 80 photos a second. With fewer, the work is done before another machine has started.
BACKLOG_PER_WORKER = 500
# From zero ECS starts two machines, whatever is asked for (containers-roadmap#1716).
FIRST_WORKERS = 2
PER_WORKER = "(visible + taken) / IF(FILL(machines, 0) > 0, machines, 1)"
TRACKED = ("visible", "taken", "machines")
WITHOUT_WORKER = "IF(FILL(workers, 0) < 1, visible, 0)"

_Policy = scaling.CfnScalingPolicy


class GpuScaling(Construct):
    """Scales out from zero by a step, where nothing can be tracked; from then on by target tracking
    of the backlog per worker, which scales in after 15 idle minutes.

    The backlog is divided among the machines that are desired, not those that run: while they
    start, each minute's look at the same backlog would start more of them. The step, which looks
    for workers that run, waits for twice the time of a start before it is taken again. Messages in
    flight count as backlog, too: the last worker is not scaled in while it works.

    At rest alarms are all that costs anything, by the metrics that they look at: two of the step's,
    three for each of the two that target tracking makes, and one for each of the two that ECS makes
    for the machines; ten, or a dollar a month.

    SQS may take 15 minutes to count again after six hours without a message.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        workers: GpuService,
        queue: sqs.IQueue,
    ) -> None:
        super().__init__(scope, id)
        self._start = workers.start
        self._metrics = backlog_metrics(workers, queue)
        target = self._target(settings, workers)
        self._track_backlog(target)
        self._scale_out_from_zero(target, min(FIRST_WORKERS, settings.gpu_max))

    def _target(self, settings: DeploySettings, workers: GpuService) -> scaling.ScalableTarget:
        return scaling.ScalableTarget(
            self,
            "Workers",
            service_namespace=scaling.ServiceNamespace.ECS,
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{workers.cluster.cluster_name}/{workers.service.service_name}",
            min_capacity=0,
            max_capacity=settings.gpu_max,
            role=self._linked_role(),
        )

    def _linked_role(self) -> iam.IRole:
        """Application Auto Scaling's own for ECS, which takes no other."""
        arn = Stack.of(self).format_arn(
            service="iam",
            region="",
            resource="role/aws-service-role/ecs.application-autoscaling.amazonaws.com",
            resource_name="AWSServiceRoleForApplicationAutoScaling_ECSService",
        )
        return iam.Role.from_role_arn(self, "Role", arn)

    def _track_backlog(self, target: scaling.ScalableTarget) -> None:
        """CDK's own class takes no expressions."""
        _Policy(
            self,
            "BacklogPerWorker",
            policy_name="backlog-per-worker",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.scalable_target_id,
            target_tracking_scaling_policy_configuration=(
                _Policy.TargetTrackingScalingPolicyConfigurationProperty(
                    target_value=BACKLOG_PER_WORKER,
                    scale_out_cooldown=self._start.to_seconds(),
                    scale_in_cooldown=MINUTE.to_seconds(),  # the alarm waits for 15 minutes
                    customized_metric_specification=self._backlog_per_worker(),
                )
            ),
        )

    def _backlog_per_worker(self) -> _Policy.CustomizedMetricSpecificationProperty:
        per_worker = _Policy.TargetTrackingMetricDataQueryProperty(
            id="perWorker", expression=PER_WORKER, return_data=True
        )
        queries = [tracked(id, self._metrics[id]) for id in TRACKED]
        return _Policy.CustomizedMetricSpecificationProperty(metrics=[*queries, per_worker])

    def _scale_out_from_zero(self, target: scaling.ScalableTarget, workers: int) -> None:
        step = scaling.StepScalingAction(
            self,
            "First",
            scaling_target=target,
            adjustment_type=scaling.AdjustmentType.CHANGE_IN_CAPACITY,
            cooldown=Duration.seconds(2 * self._start.to_seconds()),
        )
        step.add_adjustment(adjustment=workers, lower_bound=0)
        self._backlog_without_worker().add_alarm_action(actions.ApplicationScalingAction(step))

    def _backlog_without_worker(self) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            "BacklogWithoutWorker",
            alarm_description="messages wait, and no worker runs",
            metric=cloudwatch.MathExpression(
                expression=WITHOUT_WORKER,
                using_metrics={id: self._metrics[id] for id in ("visible", "workers")},
                period=MINUTE,
                label="messages without a worker",
            ),
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
