"""What a million comparisons cost in AWS, from a measured duration, beside Rekognition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from facecompare.compare import compare
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.planning import prices
from facecompare.planning.installation import RELEASE_0_6, SECONDS_A_MONTH, Installation
from facecompare.planning.prices import MILLION
from facecompare.planning.workload import RECORD_BYTES, SecondNetwork
from facecompare.results.markdown import markdown_table

HTTP_API_METER_BYTES = 512 * 1024
ADDED_MS = 15.0  # HTTP, the log's write and the runtime, around the pipeline
WRITES = 3  # the record, and its place in two indexes
FRAMING_BYTES, RESPONSE_BYTES = 1_000, 6_000  # around the photos; JSON
ALL_ALARM_METRICS = 21  # with -c alarms=all
FEWER_BYTES = 100_000  # for which the saving is told
NO_COST = "–"


@dataclass(frozen=True, slots=True)
class BilledCall:
    """What one takes: the time that is billed at this memory, the bytes that arrive."""

    billed_ms: float
    memory_mb: int
    request_bytes: int

    @property
    def gb_seconds(self) -> float:
        """As Lambda bills them."""
        return self.billed_ms / 1000 * self.memory_mb / 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a million comparisons, by item, and of a month in which nothing happens; US dollars.

    Beside it the same of version 0.6.0, for the same comparisons.
    """

    milliseconds: float
    memory_mb: int
    request_bytes: int
    million: dict[str, float]
    month_at_rest: dict[str, float]
    million_before: dict[str, float]
    month_at_rest_before: dict[str, float]
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
    each = BilledCall(pair_milliseconds + ADDED_MS, memory_mb, photo_bytes + FRAMING_BYTES)
    now = Installation()
    return Cost(
        each.billed_ms,
        memory_mb,
        each.request_bytes,
        _million(each, now),
        now.month_at_rest,
        _million(each, RELEASE_0_6),
        RELEASE_0_6.month_at_rest,
        second,
    )


def _million(each: BilledCall, installation: Installation) -> dict[str, float]:
    """Made within a month, one by one."""
    metered = -(-each.request_bytes // HTTP_API_METER_BYTES)  # rounded up
    written = WRITES * RECORD_BYTES / 1e9
    one = {
        "Lambda, duration": each.gb_seconds * prices.LAMBDA_GB_SECOND,
        "Lambda, requests": prices.LAMBDA_REQUEST,
        "HTTP API": metered * prices.HTTP_API_REQUEST,
        "CloudFront, requests": prices.CLOUDFRONT_REQUEST,
        "CloudFront, function": prices.CLOUDFRONT_FUNCTION,
        "CloudFront, responses": RESPONSE_BYTES / 1e9 * prices.CLOUDFRONT_GB_OUT,
        "CloudFront, photos": each.request_bytes / 1e9 * prices.CLOUDFRONT_GB_TO_ORIGIN,
        "DynamoDB": WRITES * prices.DYNAMODB_WRITE,
        "DynamoDB, a month's storage": written * prices.DYNAMODB_GB_MONTH,
        "DynamoDB, a month's backups": RECORD_BYTES / 1e9 * prices.DYNAMODB_BACKUP_GB_MONTH,
        "CloudWatch logs": installation.log_bytes / 1e9 * prices.LOGS_GB,
        "X-Ray": installation.traced * prices.XRAY_TRACE,
    }
    return {item: dollars * MILLION for item, dollars in one.items()} | installation.month_in_use


def cost_table(costs: Cost) -> str:
    """Markdown; the README's cost section is this text."""
    theirs = prices.REKOGNITION_COMPARISON * MILLION
    times = f"{theirs / costs.total:.0f} times as much"
    before_and_now = ("version 0.6.0", "now")
    million = [
        *_rows(costs.million_before, costs.million),
        ("Rekognition CompareFaces", f"{theirs:,.0f}", f"{theirs:,.0f}: {times}"),
    ]
    at_rest = _rows(costs.month_at_rest_before, costs.month_at_rest)
    return "\n".join(
        (
            f"A comparison billed for {costs.milliseconds:.0f} ms at {costs.memory_mb:,} MB, two "
            f"photos of {costs.request_bytes / 1000:.0f} KB in all:",
            *([] if costs.second is None else [costs.second.sentence]),
            "",
            *markdown_table(("a million comparisons, US dollars", *before_and_now), million),
            "",
            *markdown_table(
                ("a month in which nothing happens, US dollars", *before_and_now), at_rest
            ),
            "",
            *markdown_table(("an option adds", "a month", "a million"), _option_rows(costs)),
            "",
            *markdown_table(("what would save more", "a million"), _saving_rows(costs)),
        )
    )


def _rows(before: Mapping[str, float], now: Mapping[str, float]) -> Iterator[tuple[str, str, str]]:
    for item, dollars in now.items():
        yield item, _dollars(before[item]), _dollars(dollars)
    total_before, total_now = (f"**{sum(each.values()):.2f}**" for each in (before, now))
    yield "**all of it**", total_before, total_now


def _option_rows(costs: Cost) -> Iterator[tuple[str, str, str]]:
    """What is off where nothing is chosen."""
    more = (ALL_ALARM_METRICS - Installation().alarm_metrics) * prices.ALARM_MONTH
    warm = costs.memory_mb / 1024 * SECONDS_A_MONTH * prices.PROVISIONED_GB_SECOND
    for option, month, million in (
        ("`alarms=all`, as `env=prod` has them", more, 0.0),
        ("`dashboard=on`; an account's first three are free", prices.DASHBOARD_MONTH, 0.0),
        ("`tracing=on`, requests one by one", 0.0, prices.XRAY_TRACE * MILLION),
        ("`waf_requests_per_5_minutes`", prices.WAF_MONTH, prices.WAF_REQUEST * MILLION),
        ("`provisioned_concurrency=1`", warm, 0.0),
    ):
        yield option, _dollars(month), _dollars(million)


def _saving_rows(costs: Cost) -> Iterator[tuple[str, str]]:
    """Steps that are not taken."""
    arm = costs.million["Lambda, duration"] * (
        1 - prices.LAMBDA_ARM_GB_SECOND / prices.LAMBDA_GB_SECOND
    )
    fewer = FEWER_BYTES / 1e9 * prices.CLOUDFRONT_GB_TO_ORIGIN * MILLION
    for step, dollars in (
        ("Lambda on arm64, if a core is as fast", arm),
        ("a function URL instead of the HTTP API", costs.million["HTTP API"]),
        (f"each {FEWER_BYTES // 1000} KB that two photos have less", fewer),
    ):
        yield step, f"−{dollars:.2f}"


def _dollars(amount: float) -> str:
    return f"{amount:.2f}" if amount else NO_COST
