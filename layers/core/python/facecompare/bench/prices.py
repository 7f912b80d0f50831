"""AWS's public on-demand prices in us-east-1, US dollars, without any free tier.

As its pricing pages had them in November 2026; where a price falls with use, the first tier. Other
regions cost a few percent more.
"""

from __future__ import annotations

MILLION = 1_000_000

# "AWS Lambda Pricing", x86
LAMBDA_GB_SECOND = 0.0000166667
LAMBDA_REQUEST = 0.20 / MILLION
VCPU_MB = 1_769  # of memory, with which comes one core ("Configure Lambda function memory")

# "Amazon API Gateway pricing", HTTP APIs: metered by 512 KB of request and answer
HTTP_API_REQUEST = 1.00 / MILLION
HTTP_API_METER_BYTES = 512 * 1024

# "Amazon CloudFront Pricing", HTTPS
CLOUDFRONT_REQUEST = 1.00 / MILLION
CLOUDFRONT_GB_OUT, CLOUDFRONT_GB_TO_ORIGIN = 0.085, 0.02

# "Amazon DynamoDB Pricing for On-Demand Capacity": units of 1 KB written and 4 KB read
DYNAMODB_WRITE, DYNAMODB_READ = 0.625 / MILLION, 0.125 / MILLION
DYNAMODB_GB_MONTH = 0.25

# "Amazon S3 Pricing", Standard
S3_GB_MONTH = 0.023
S3_PUT, S3_GET = 0.005 / 1_000, 0.0004 / 1_000  # a HEAD costs what a GET does

# "Amazon SQS pricing", standard queues: each action, of up to 64 KB
SQS_REQUEST = 0.40 / MILLION

# "Amazon CloudWatch Pricing", "Amazon ECR pricing", "AWS Secrets Manager Pricing"
LOGS_GB, ALARM_MONTH = 0.50, 0.10
ECR_GB_MONTH, SECRET_MONTH = 0.10, 0.40

# "Amazon Rekognition pricing", CompareFaces, first million a month
REKOGNITION_COMPARISON = 1_000.0 / MILLION
