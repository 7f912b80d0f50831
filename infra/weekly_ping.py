"""A call a week, by which functions of an image stay ready to be called."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from facecompare.aws_lambda.ping import PING

# Lambda lets a function of an image become inactive after weeks without a call. Invocations by
# rules are free of charge, and one takes some hundred milliseconds of Lambda.
EVERY = Duration.days(7)


class WeeklyPing(Construct):
    """Calls each of these functions with what their handlers know to be nobody's request."""

    def __init__(
        self, scope: Construct, id: str, *, functions: Mapping[str, lambda_.IFunction]
    ) -> None:
        """`functions` by their names in logs, which the rules' ids are made of."""
        super().__init__(scope, id)
        for name, function in functions.items():
            events.Rule(
                self,
                name.capitalize(),
                description=f"keeps the {name} function active",
                schedule=events.Schedule.rate(EVERY),
                targets=[
                    targets.LambdaFunction(function, event=events.RuleTargetInput.from_object(PING))
                ],
            )
