"""What a million comparisons cost in AWS, from a measured duration, beside Rekognition."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from facecompare.compare import compare
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.planning.prices import (
    ALARM_MONTH,
    CLOUDFRONT_GB_OUT,
    CLOUDFRONT_GB_TO_ORIGIN,
    CLOUDFRONT_REQUEST,
    DYNAMODB_WRITE,
    ECR_GB_MONTH,
    HTTP_API_REQUEST,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    LOGS_GB,
    MILLION,
    REKOGNITION_COMPARISON,
    S3_GB_MONTH,
    SECRET_MONTH,
)
from facecompare.planning.workload import SecondNetwork
from facecompare.results.markdown import markdown_table

HTTP_API_METER_BYTES = 512 * 1024
ADDED_MS = 15.0  # HTTP, the log's write and the runtime, around the pipeline
WRITES = 3  # the record, and its place in two indexes
FRAMING_BYTES, RESPONSE_BYTES, LOG_BYTES = 1_000, 6_000, 2_000  # around the photos; JSON; 3 lines
IMAGE_GB, MODELS_GB, ALARMS = 0.15, 0.072, 10  # the image compressed, as ECR keeps it


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a million comparisons, by item, and of a month in which nothing happens; US dollars."""

    milliseconds: float
    memory_mb: int
    request_bytes: int
    million: dict[str, float]
    month_at_rest: dict[str, float]
    second: SecondNetwork | None = None
    """whose work is in `milliseconds`"""

    @property
    def total(self) -> float:
        """Of a million comparisons."""
        return sum(self.million.values())


def pair_ms(photos: tuple[Photo, Photo], engine: Engine, threads: int, calls: int = 15) -> float:
    """The median time of a comparison here, after one to warm up."""
    options = RequestOptions(threads=threads)
    compare(*photos, engine, options)
    return median(compare(*photos, engine, options).timing.total_ms for _ in range(calls))


def cost(
    pair_milliseconds: float,
    photo_bytes: int,
    memory_mb: int,
    second: SecondNetwork | None = None,
) -> Cost:
    """The cost, if a Lambda core is as fast as the one that was measured."""
    billed_ms = pair_milliseconds + ADDED_MS
    request_bytes = photo_bytes + FRAMING_BYTES
    metered = -(-request_bytes // HTTP_API_METER_BYTES)  # rounded up
    each = {
        "Lambda, duration": billed_ms / 1000 * memory_mb / 1024 * LAMBDA_GB_SECOND,
        "Lambda, requests": LAMBDA_REQUEST,
        "HTTP API": metered * HTTP_API_REQUEST,
        "CloudFront": CLOUDFRONT_REQUEST
        + RESPONSE_BYTES / 1e9 * CLOUDFRONT_GB_OUT
        + request_bytes / 1e9 * CLOUDFRONT_GB_TO_ORIGIN,
        "DynamoDB": WRITES * DYNAMODB_WRITE,
        "CloudWatch logs": LOG_BYTES / 1e9 * LOGS_GB,
    }
    at_rest = {
        "origin secret": SECRET_MONTH,
        "alarms": ALARMS * ALARM_MONTH,
        "image and models": IMAGE_GB * ECR_GB_MONTH + MODELS_GB * S3_GB_MONTH,
    }
    million = {item: dollars * MILLION for item, dollars in each.items()}
    return Cost(billed_ms, memory_mb, request_bytes, million, at_rest, second)


def cost_table(costs: Cost) -> str:
    """Markdown; the README's cost section is this text."""
    theirs = REKOGNITION_COMPARISON * MILLION
    times = f"{theirs / costs.total:.0f} times as much"
    rows = [
        *((item, f"{dollars:.2f}") for item, dollars in costs.million.items()),
        ("**all of it**", f"**{costs.total:.2f}**"),
        ("Rekognition CompareFaces", f"{theirs:,.0f}: {times}"),
    ]
    rest = ", ".join(f"{item} {dollars:.2f}" for item, dollars in costs.month_at_rest.items())
    return "\n".join(
        (
            f"A comparison billed for {costs.milliseconds:.0f} ms at {costs.memory_mb:,} MB, two "
            f"photos of {costs.request_bytes / 1000:.0f} KB in all:",
            *([] if costs.second is None else [costs.second.sentence]),
            "",
            *markdown_table(("a million comparisons", "US dollars"), rows),
            "",
            f"A month in which nothing happens: {sum(costs.month_at_rest.values()):.2f} ({rest}).",
        )
    )
