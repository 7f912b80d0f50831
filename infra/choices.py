"""What some options may be, and what CDK has for it."""

from __future__ import annotations

from aws_cdk.aws_cloudfront import PriceClass
from aws_cdk.aws_dynamodb import TableEncryption
from aws_cdk.aws_logs import RetentionDays

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
