"""The library's security headers, in the words of CloudFront."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from facecompare.api.middleware import SECURITY_HEADERS

HSTS_DAYS = 365
OWN_ORIGIN = "connect-src 'self'"


class SecurityHeaders(Construct):
    """On every answer, page and API; TLS for a year, which only CloudFront can promise."""

    def __init__(self, scope: Construct, id: str, *, upload_hosts: Iterable[str]) -> None:
        super().__init__(scope, id)
        headers = dict(SECURITY_HEADERS)
        # CloudFront takes these three under names of their own, and refuses them among the others.
        content = headers.pop("Content-Security-Policy")
        referrer = headers.pop("Referrer-Policy")
        del headers["X-Content-Type-Options"]  # which has one value only
        self.policy = cloudfront.ResponseHeadersPolicy(
            self,
            "Policy",
            comment="facecompare",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=_with_uploads(content, upload_hosts), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy[
                        referrer.upper().replace("-", "_")
                    ],
                    override=True,
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(HSTS_DAYS),
                    include_subdomains=False,
                    override=True,
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                    for name, value in headers.items()
                ]
            ),
        )


def _with_uploads(policy: str, hosts: Iterable[str]) -> str:
    """The page may also send photos to these hosts."""
    return policy.replace(OWN_ORIGIN, " ".join((OWN_ORIGIN, *(f"https://{h}" for h in hosts))))
