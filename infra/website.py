"""The page, and the API on the same host: S3 and CloudFront."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from facecompare.access import ORIGIN_HEADER
from facecompare.config import CHECKOUT
from infra.acknowledged import acknowledge
from infra.bucket_files import BucketFiles
from infra.global_names import global_name
from infra.limits import MAX_REQUEST_BYTES
from infra.page_files import ASSETS, INDEX, PageFiles
from infra.private_bucket import PrivateBucket
from infra.response_headers import ResponseHeaders
from infra.settings import DeploySettings
from infra.staging import staged

ASSETS_AGE = "public, max-age=31536000, immutable"  # a year; RFC 8246
INDEX_AGE = "no-cache"
REQUEST_SIZE_JS = Path(__file__).with_name("request_size.js")
UNKNOWN_PAGES_JS = Path(__file__).with_name("unknown_pages.js")


class Website(Construct):
    """One host name for page and API, so that no request crosses origins."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        api_host: str,
        origin_secret: str,
        upload_hosts: list[str],
        log_bucket: s3.IBucket | None,
        web_acl_arn: str | None,
    ) -> None:
        super().__init__(scope, id)
        self.bucket = PrivateBucket(self, "Page", settings=settings, log_bucket=log_bucket)
        self._headers = ResponseHeaders(self, "SecurityHeaders", upload_hosts=upload_hosts)
        behaviors = {"/api/*": self._api(api_host, origin_secret)}
        self.distribution = self._distribution(settings, behaviors, log_bucket, web_acl_arn)
        self.host = settings.domain or self.distribution.distribution_domain_name
        if settings.fills_buckets:
            self._fill(settings)
        _acknowledge(self.distribution, settings)

    def _distribution(
        self,
        settings: DeploySettings,
        behaviors: Mapping[str, cloudfront.BehaviorOptions],
        log_bucket: s3.IBucket | None,
        web_acl_arn: str | None,
    ) -> cloudfront.Distribution:
        return cloudfront.Distribution(
            self,
            "Distribution",
            comment="facecompare",
            default_root_object=INDEX,
            default_behavior=self._page(),
            additional_behaviors=behaviors,
            domain_names=[settings.domain] if settings.domain else None,
            certificate=_certificate(self, settings.certificate_arn),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=settings.price_class,
            web_acl_id=web_acl_arn,
            log_bucket=log_bucket,
            log_file_prefix="cloudfront/" if log_bucket else None,
        )

    def _page(self) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(
                self.bucket, origin_access_control=self._page_access()
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,  # as the files' own headers say
            response_headers_policy=self._headers.policy,
            compress=True,
            function_associations=[_asked_first(self._unknown_pages())],
        )

    def _page_access(self) -> cloudfront.S3OriginAccessControl:
        return cloudfront.S3OriginAccessControl(
            self, "PageAccess", origin_access_control_name=global_name(self, "page")
        )

    def _api(self, host: str, secret: str) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                host,
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                custom_headers={ORIGIN_HEADER: secret},
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            # API Gateway responds 403 to a host name that is not its own.
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=self._headers.policy,
            function_associations=[_asked_first(self._request_size())],
        )

    def _request_size(self) -> cloudfront.Function:
        code = REQUEST_SIZE_JS.read_text("utf-8").replace("__MAX_BYTES__", str(MAX_REQUEST_BYTES))
        return self._function(
            "RequestSize", "answers 413 to requests that Lambda could not take", code
        )

    def _unknown_pages(self) -> cloudfront.Function:
        code = UNKNOWN_PAGES_JS.read_text("utf-8").replace("__ASSETS__", ASSETS)
        return self._function("UnknownPages", "answers 404 where no page is", code)

    def _function(self, id: str, comment: str, code: str) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            id,
            comment=comment,
            code=cloudfront.FunctionCode.from_inline(code),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )

    def _fill(self, settings: DeploySettings) -> None:
        """Assets first, so that an index never names what is not there yet."""
        page = PageFiles.of(CHECKOUT / "web")
        assets = BucketFiles(
            self,
            "Assets",
            settings=settings,
            bucket=self.bucket,
            source=deployment.Source.asset(str(staged(self, "page", page.assets))),
            cache_control=ASSETS_AGE,
        )
        index = BucketFiles(
            self,
            "Index",
            settings=settings,
            bucket=self.bucket,
            source=deployment.Source.data(INDEX, page.index),
            cache_control=INDEX_AGE,
        )
        index.node.add_dependency(assets)


def _asked_first(function: cloudfront.Function) -> cloudfront.FunctionAssociation:
    return cloudfront.FunctionAssociation(
        function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
    )


def _certificate(scope: Construct, arn: str) -> acm.ICertificate | None:
    return acm.Certificate.from_certificate_arn(scope, "Certificate", arn) if arn else None


def _acknowledge(distribution: cloudfront.Distribution, settings: DeploySettings) -> None:
    acknowledge(distribution, "faces are compared wherever the visitor is", "CFR1")
    if not settings.waf_requests_per_5_minutes:
        acknowledge(
            distribution, "the API's throttle bounds the cost; a firewall is a choice", "CFR2"
        )
    if not settings.access_logs:
        acknowledge(distribution, "visitors' addresses are kept only where one asks for it", "CFR3")
    if not settings.domain:
        acknowledge(distribution, "CloudFront's own certificate knows no other policy", "CFR4")
