"""The security headers of facecompare.api.middleware, as CloudFront takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from facecompare.api.security_headers import SECURITY_HEADERS
from infra.global_names import global_name

HSTS_DAYS = 365
OWN_ORIGIN = "connect-src 'self'"


# CloudFront takes these under names of their own, and refuses them among the others.
CONTENT, REFERRER, TYPE = "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"


class ResponseHeaders(Construct):
    """On every response, page and API; TLS for a year, which only CloudFront can promise."""

    def __init__(self, scope: Construct, id: str, *, upload_hosts: Iterable[str]) -> None:
        super().__init__(scope, id)
        named = (CONTENT, REFERRER, TYPE)
        others = {name: text for name, text in SECURITY_HEADERS.items() if name not in named}
        self.policy = cloudfront.ResponseHeadersPolicy(
            self,
            "Policy",
            response_headers_policy_name=global_name(self, "headers"),
            comment="facecompare",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=_content(upload_hosts),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                referrer_policy=_referrer(),
                strict_transport_security=_transport(),
            ),
            custom_headers_behavior=_custom(others),
        )


def _content(upload_hosts: Iterable[str]) -> cloudfront.ResponseHeadersContentSecurityPolicy:
    return cloudfront.ResponseHeadersContentSecurityPolicy(
        content_security_policy=_with_uploads(SECURITY_HEADERS[CONTENT], upload_hosts),
        override=True,
    )


def _referrer() -> cloudfront.ResponseHeadersReferrerPolicy:
    name = SECURITY_HEADERS[REFERRER].upper().replace("-", "_")
    return cloudfront.ResponseHeadersReferrerPolicy(
        referrer_policy=cloudfront.HeadersReferrerPolicy[name], override=True
    )


def _transport() -> cloudfront.ResponseHeadersStrictTransportSecurity:
    return cloudfront.ResponseHeadersStrictTransportSecurity(
        access_control_max_age=Duration.days(HSTS_DAYS), include_subdomains=False, override=True
    )


def _custom(headers: Mapping[str, str]) -> cloudfront.ResponseCustomHeadersBehavior:
    return cloudfront.ResponseCustomHeadersBehavior(
        custom_headers=[
            cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
            for name, value in headers.items()
        ]
    )


def _with_uploads(policy: str, hosts: Iterable[str]) -> str:
    """The page may also send photos to these hosts."""
    return policy.replace(OWN_ORIGIN, " ".join((OWN_ORIGIN, *(f"https://{h}" for h in hosts))))
