"""Who goes around CloudFront is refused by API Gateway, before any of the other functions runs."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_authorizers import HttpLambdaAuthorizer, HttpLambdaResponseType
from constructs import Construct

from facecompare.access import ORIGIN_HEADER
from facecompare.config import CHECKOUT, ENV_PREFIX
from infra.acknowledged import acknowledge
from infra.function_identity import FunctionIdentity
from infra.settings import DeploySettings

HANDLER = CHECKOUT / "functions" / "origin" / "handler.py"
# For so long API Gateway lets a secret in that is accepted no more, and asks nobody. CloudFront
# sends one secret with all requests, so this is also what a busy API asks.
ANSWER_KEPT_MIN = 5
MEMORY_MB, TIMEOUT_S = 128, 5  # a start takes tenths of a second, an answer a millisecond


class OriginAuthorizer(Construct):
    """A function that knows the origin secrets, and `authorizer`, which makes routes ask it.

    A request without the secret's header is refused (401) without a call of the function; one with
    another secret (403) after one.
    """

    SERVICE = "origin"

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, accepted: str
    ) -> None:
        super().__init__(scope, id)
        self.identity = FunctionIdentity(self, "Identity", settings=settings)
        self.function = lambda_.Function(
            self,
            "Function",
            description="tells API Gateway which requests came through CloudFront",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(HANDLER.read_text("utf-8")),
            architecture=lambda_.Architecture.X86_64,
            memory_size=MEMORY_MB,
            timeout=Duration.seconds(TIMEOUT_S),
            role=self.identity.role,
            log_group=self.identity.log,
            environment={
                f"{ENV_PREFIX}ORIGIN_SECRET": accepted,
                "POWERTOOLS_SERVICE_NAME": self.SERVICE,
            },
        )
        self.authorizer = HttpLambdaAuthorizer(
            "Origin",
            self.function,
            response_types=[HttpLambdaResponseType.SIMPLE],
            identity_source=[f"$request.header.{ORIGIN_HEADER}"],
            results_cache_ttl=Duration.minutes(ANSWER_KEPT_MIN),
        )
        acknowledge(self, "the same Python as the records function's", "L1")
