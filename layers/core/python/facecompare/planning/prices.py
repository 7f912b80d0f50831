"""AWS's public on-demand prices in us-east-1, US dollars, without any free tier, as its pricing
pages had them in November 2026, and the units they are counted in. Elsewhere they are a few percent
more.

Here alone, so that what is computed before and what the dashboard shows cannot differ.
"""

from __future__ import annotations

MILLION = 1_000_000

LAMBDA_GB_SECOND = 0.0000166667  # x86, first tier
MB_PER_VCPU = 1_769  # AWS, Lambda Developer Guide, "Configure Lambda function memory"
LAMBDA_REQUEST = 0.20 / MILLION
HTTP_API_REQUEST = 1.00 / MILLION  # metered by 512 KB of request and response
CLOUDFRONT_REQUEST = 1.00 / MILLION  # HTTPS
CLOUDFRONT_GB_OUT, CLOUDFRONT_GB_TO_ORIGIN = 0.085, 0.02
DYNAMODB_WRITE, DYNAMODB_READ = 0.625 / MILLION, 0.125 / MILLION  # of 1 KB, of 4 KB
DYNAMODB_GB_MONTH = 0.25
SQS_REQUEST = 0.40 / MILLION  # of 64 KB
LOGS_GB = 0.50
S3_GET, S3_PUT = 0.40 / MILLION, 5.00 / MILLION
S3_GB_MONTH, ECR_GB_MONTH, SECRET_MONTH = 0.023, 0.10, 0.40
ALARM_MONTH, CUSTOM_METRIC_MONTH, DASHBOARD_MONTH = 0.10, 0.30, 3.00  # an alarm's by its metrics
CLOUDFRONT_FUNCTION = 0.10 / MILLION
XRAY_TRACE = 5.00 / MILLION  # recorded
WAF_MONTH, WAF_REQUEST = 5.00 + 1.00, 0.60 / MILLION  # a web ACL with one rule
LAMBDA_ARM_GB_SECOND = 0.0000133334
PROVISIONED_GB_SECOND = 0.0000041667  # x86, whether it works or not
DYNAMODB_BACKUP_GB_MONTH = 0.20  # continuous (point-in-time recovery)
REKOGNITION_COMPARISON = 1_000.0 / MILLION  # CompareFaces, first million a month
# An hour of the machines that workers with a GPU run on (Linux), on demand.
GPU_HOUR = {
    "g4dn.xlarge": 0.526,
    "g4dn.2xlarge": 0.752,
    "g4dn.4xlarge": 1.204,
    "g5.xlarge": 1.006,
    "g6.xlarge": 0.8048,
}
