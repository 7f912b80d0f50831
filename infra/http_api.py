"""The HTTP API: which path is answered by which function."""

from __future__ import annotations

import json
from collections.abc import Iterable

import jsii
from aws_cdk import Aws, Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.log import Log
from infra.origin_authorizer import OriginAuthorizer
from infra.settings import DeploySettings

# As FastAPI has them, which a test holds. CloudFront does not strip /api, so it is part of them.
COMPARE_ROUTES = (
    "POST /api/compare",
    "POST /api/verify",
    "POST /api/predict",
    "POST /api/detect",
    "POST /api/explain",
    "GET /api/health",
    "GET /api/ready",
    "GET /api/openapi.json",
)
# With every method: what the operation there does not take is refused in its own words.
COMPARE_PATHS = tuple(f"ANY {route.split()[1]}" for route in COMPARE_ROUTES)
RECORDS_ROUTES = (
    "GET /api/comparisons",
    "GET /api/comparisons.csv",
    "GET /api/comparisons/{comparison_id}",
    "DELETE /api/comparisons/{comparison_id}",
    "POST /api/uploads",
    "POST /api/batches",
    "GET /api/batches",
    "GET /api/batches/{batch_id}",
    "GET /api/batches/{batch_id}/results.csv",
    "DELETE /api/batches/{batch_id}",
    "GET /api/engines",
    "GET /api/service",
)
# So that what exists nowhere is refused in the application's words, not in API Gateway's.
ANYTHING_ELSE = "ANY /api/{proxy+}"
PREFLIGHT_AGE_H = 1

# One JSON line a request, without the visitor's address: behind CloudFront it is CloudFront's.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationMs": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
}


class HttpApi(Construct):
    """Throttled, logged, and without CORS unless other pages may call it.

    Every route is for requests that come through CloudFront; access keys are checked by the
    application, so that laptop and cloud have the same rules.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        compare: lambda_.IFunction,
        records: lambda_.IFunction,
        origin: OriginAuthorizer,
    ) -> None:
        super().__init__(scope, id)
        self._origin = origin
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            description="facecompare",
            create_default_stage=False,
            cors_preflight=_cors(settings.allowed_origins),
        )
        self.log = Log(self, "Log", settings=settings)
        self.stage = self._stage(settings)
        self._add_routes(COMPARE_PATHS, "Compare", compare)
        self._add_routes((*RECORDS_ROUTES, ANYTHING_ELSE), "Records", records)

    def _stage(self, settings: DeploySettings) -> apigatewayv2.HttpStage:
        return apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigatewayv2.ThrottleSettings(
                rate_limit=settings.throttle_rate_per_s, burst_limit=settings.throttle_burst
            ),
            access_log_settings=_AccessLog(self.log),
        )

    @property
    def host(self) -> str:
        """Where CloudFront finds the API."""
        return f"{self.api.api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"

    def _add_routes(self, routes: Iterable[str], id: str, function: lambda_.IFunction) -> None:
        # The default timeout is the most that API Gateway grants, and more than CDK lets one say.
        integration = HttpLambdaIntegration(id, function, scope_permission_to_route=False)
        for route in routes:
            method, path = route.split()
            self.api.add_routes(
                path=path,
                methods=[apigatewayv2.HttpMethod[method]],
                integration=integration,
                authorizer=self._origin.authorizer,
            )


@jsii.implements(apigatewayv2.IAccessLogSettings)
class _AccessLog:
    """CDK takes an interface here, and no dictionary."""

    def __init__(self, log: Log) -> None:
        self._log = log

    @property
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        return apigatewayv2.LogGroupLogDestination(self._log)

    @property
    def format(self) -> apigateway.AccessLogFormat:
        return apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG))


def _cors(origins: tuple[str, ...]) -> apigatewayv2.CorsPreflightOptions | None:
    if not origins:
        return None
    return apigatewayv2.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[apigatewayv2.CorsHttpMethod.ANY],
        allow_headers=["authorization", "content-type", "idempotency-key"],
        expose_headers=["link", "retry-after"],
        max_age=Duration.hours(PREFLIGHT_AGE_H),
    )
