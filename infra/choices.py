"""What some options may be, and what CDK has for it."""

from __future__ import annotations

import re

from aws_cdk import DefaultStackSynthesizer
from aws_cdk.aws_cloudfront import PriceClass
from aws_cdk.aws_dynamodb import TableEncryption
from aws_cdk.aws_logs import RetentionDays

from facecompare.config.reader import Kind

DEFAULT_QUALIFIER: str = DefaultStackSynthesizer.DEFAULT_QUALIFIER  # of CDK's own bootstrap
PRICE_CLASSES = {
    "100": PriceClass.PRICE_CLASS_100,
    "200": PriceClass.PRICE_CLASS_200,
    "all": PriceClass.PRICE_CLASS_ALL,
}
TABLE_KEYS = {"aws-managed": TableEncryption.AWS_MANAGED, "aws-owned": TableEncryption.DEFAULT}
LOG_DAYS = {  # CloudWatch knows these and some more
    7: RetentionDays.ONE_WEEK,
    30: RetentionDays.ONE_MONTH,
    90: RetentionDays.THREE_MONTHS,
    365: RetentionDays.ONE_YEAR,
}


def origins() -> Kind:
    """Of pages, by their schemes and hosts."""

    def parse(text: str) -> tuple[str, ...]:
        found = tuple(origin.strip() for origin in text.split(",") if origin.strip())
        for origin in found:
            scheme, _, host = origin.partition("://")
            if scheme not in ("https", "http") or not host or "/" in host:
                raise ValueError(origin)
        return found

    return Kind(parse, "a list like `https://a.example,https://b.example`")


def tags() -> Kind:
    """Names and values; those that begin with `aws:` are AWS's."""

    def parse(text: str) -> tuple[tuple[str, str], ...]:
        pairs = [each.partition("=") for each in text.split(",") if each.strip()]
        for name, found, value in pairs:
            if not (name.strip() and found and value.strip()) or name.strip().startswith("aws:"):
                raise ValueError(name)
        return tuple((name.strip(), value.strip()) for name, _, value in pairs)

    return Kind(parse, "a list like `team=vision,cost-centre=4711`")


def matching(pattern: str, valid: str) -> Kind:
    """A text of this pattern."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return Kind(parse, valid)
