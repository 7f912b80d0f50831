"""What can be chosen at deployment, as `cdk deploy -c name=value`; checked before anything is made.

Numbers that nobody needs to choose are constants beside the construct they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

from aws_cdk import RemovalPolicy
from aws_cdk.aws_cloudfront import PriceClass
from aws_cdk.aws_dynamodb import TableEncryption
from aws_cdk.aws_logs import RetentionDays

from facecompare.config import CHECKOUT, DEFAULT_ENGINE, KEPT_DAYS, KEYS, PUBLIC, engine_ids
from facecompare.errors import BadSetting
from facecompare.planning.prices import GPU_HOUR, MB_PER_VCPU

PROJECT = "facecompare"
DEV, PROD = "dev", "prod"
# What an environment chooses where the context says nothing.
PRESETS: dict[str, dict[str, str]] = {
    DEV: {},
    PROD: {"keep_data": "on", "deletion_protection": "on", "log_days": "90"},
}

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

HTTP_API_TIMEOUT_S = 30  # AWS, API Gateway Developer Guide, "HTTP API quotas"; cannot be raised
# A Lambda event is at most 6,291,556 bytes (AWS, API_Invoke), and the body is base64 in it.
MAX_REQUEST_BYTES = 4_500_000

T = TypeVar("T")


def _key_of(values: Mapping[str, T]) -> Callable[[str], T]:
    def parse(text: str) -> T:
        if text not in values:
            raise ValueError(f"one of {', '.join(values)} is")
        return values[text]

    return parse


def _one_of(*accepted: str) -> Callable[[str], str]:
    return _key_of({text: text for text in accepted})


_switch = _key_of({"on": True, "true": True, "off": False, "false": False})


def _at_least(lowest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < lowest:
            raise ValueError(f"a whole number of at least {lowest:,} is")
        return int(text)

    return parse


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in origins:
        scheme, _, host = origin.partition("://")
        if scheme not in ("https", "http") or not host or "/" in host:
            raise ValueError("a list like https://a.example,https://b.example is")
    return origins


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySettings:
    """How one installation is made; each field is a context value of the same name.

    A field's annotation says how its text is read.
    """

    env: Annotated[str, _one_of(DEV, PROD)] = DEV
    """dev leaves nothing behind when it is destroyed; prod keeps its data"""
    region: Annotated[str, str] = ""
    """empty: wherever the command line's credentials point"""
    local: Annotated[bool, _switch] = False
    """in a simulator, without what it lacks: see the properties at the end"""
    models: Annotated[Path, Path] = CHECKOUT / "models"
    """the folder that `facecompare models build` has filled"""
    web_layer: Annotated[Path, Path] = CHECKOUT / "layers" / "web"
    """the folder that `make layers` has filled"""

    engine: Annotated[str, str] = DEFAULT_ENGINE
    """also one that `facecompare models add` brought into `models`"""
    access: Annotated[str, _one_of(PUBLIC, KEYS)] = PUBLIC
    landmarks68: Annotated[bool, _switch] = False
    """with the 68-point model, whose licence allows no commercial use"""
    records_days: Annotated[int, _at_least(1)] = KEPT_DAYS
    keep_data: Annotated[bool, _switch] = False
    """`cdk destroy` leaves buckets and table where they are"""
    deletion_protection: Annotated[bool, _switch] = False
    point_in_time_recovery: Annotated[bool, _switch] = True
    table_key: Annotated[TableEncryption, _key_of(TABLE_KEYS)] = TableEncryption.AWS_MANAGED

    compare_memory_mb: Annotated[int, _at_least(1_024)] = 2 * MB_PER_VCPU
    compare_timeout_s: Annotated[int, _at_least(1)] = HTTP_API_TIMEOUT_S - 1
    deadline_s: Annotated[int, _at_least(1)] = 25
    """the comparison itself gives up after this time, and still answers"""
    reserved_concurrency: Annotated[int, _at_least(0)] = 0
    """containers at most, and never fewer to be had; 0: shares the account's"""
    batch_concurrency: Annotated[int, _at_least(2)] = 20
    """functions that work on batches at most; Lambda takes no fewer than 2"""
    gpu: Annotated[bool, _switch] = False
    """batches are worked on by machines with a GPU, too; none is there while nothing waits"""
    gpu_instance: Annotated[str, _one_of(*GPU_HOUR)] = "g4dn.xlarge"
    gpu_max: Annotated[int, _at_least(1)] = 4
    """such machines at most"""
    gpu_spot: Annotated[bool, _switch] = False
    """spare machines, for less, which AWS takes back at two minutes' notice"""
    provisioned_concurrency: Annotated[int, _at_least(0)] = 0
    """containers kept warm"""
    snap_start: Annotated[bool, _switch] = False
    throttle_rate_per_s: Annotated[int, _at_least(1)] = 20
    throttle_burst: Annotated[int, _at_least(1)] = 40
    allowed_origins: Annotated[tuple[str, ...], _origins] = ()
    """pages elsewhere that may call the API; the site itself is same-origin"""

    domain: Annotated[str, str] = ""
    certificate_arn: Annotated[str, str] = ""
    """in us-east-1, for CloudFront"""
    price_class: Annotated[PriceClass, _key_of(PRICE_CLASSES)] = PriceClass.PRICE_CLASS_100
    waf_requests_per_5_minutes: Annotated[int, _at_least(10)] = 0
    """from one address, AWS takes no fewer than 10; 0: no firewall"""
    access_logs: Annotated[bool, _switch] = False
    """of site and uploads; off, because they hold visitors' addresses"""
    log_days: Annotated[int, _key_of({str(days): days for days in LOG_DAYS})] = 30
    alarm_email: Annotated[str, str] = ""

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> DeploySettings:
        """The settings that this context asks for.

        Raises  BadSetting naming the value and what is accepted.
        """
        _refuse_unknown(context)
        chosen = PRESETS.get(str(context.get("env", DEV)), {}) | dict(context)
        parsers = {
            name: hint.__metadata__[0]
            for name, hint in get_type_hints(cls, include_extras=True).items()
        }
        values: dict[str, Any] = {
            name: _parsed(name, chosen[name], parse)
            for name, parse in parsers.items()
            if name in chosen
        }
        settings = cls(**values)
        _refuse_contradictions(settings)
        _refuse_gpu_options_without_gpu(chosen, settings)
        return settings

    @property
    def prefix(self) -> str:
        """What the names of the stacks begin with."""
        return PROJECT if self.env == PROD else f"{PROJECT}-{self.env}"

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when its stack is destroyed."""
        return RemovalPolicy.RETAIN if self.keep_data else RemovalPolicy.DESTROY

    # All that `local` changes. moto's CloudFormation runs no functions, so what is delegated to one
    # would never finish; and it knows no secrets, HTTP APIs and distributions to refer to.

    @property
    def fills_buckets(self) -> bool:
        """CloudFormation copies models and page into their buckets."""
        return not self.local

    @property
    def empties_buckets(self) -> bool:
        """CloudFormation deletes what is in a bucket before it deletes the bucket."""
        return not self.local

    @property
    def has_addresses(self) -> bool:
        """Site and API have host names that outputs and other resources can name."""
        return not self.local

    @property
    def has_secrets(self) -> bool:
        """CloudFormation makes secrets and resolves references to them."""
        return not self.local

    @property
    def polls_queues(self) -> bool:
        """Lambda takes messages from queues; moto would, and have nobody work on them."""
        return not self.local

    @property
    def checks_bootstrap(self) -> bool:
        """The templates check the bootstrap stack's version."""
        return not self.local


def _refuse_unknown(context: Mapping[str, Any]) -> None:
    known = [known.name for known in fields(DeploySettings)]
    # The CDK's own: feature flags (@aws-cdk/…) and looked-up values (availability-zones:…).
    others = (name for name in context if not name.startswith("@") and ":" not in name)
    unknown = sorted(name for name in others if name not in known)
    if unknown:
        raise BadSetting(f"-c {unknown[0]}=… is no setting; there are: {', '.join(known)}")


def _parsed(name: str, value: object, parse: Callable[[str], Any]) -> object:
    try:
        return parse(str(value))
    except ValueError as exc:
        raise BadSetting(f"-c {name}={value} is not accepted: {exc}") from exc


def _refuse_contradictions(settings: DeploySettings) -> None:
    if settings.engine not in (known := engine_ids(settings.models)):
        raise BadSetting(
            f"-c engine={settings.engine} is not accepted: one of {', '.join(known)} is"
        )
    if settings.snap_start and settings.provisioned_concurrency:
        raise BadSetting(
            "snap_start and provisioned_concurrency exclude each other on Lambda; choose one"
        )
    if 0 < settings.reserved_concurrency < settings.provisioned_concurrency:
        raise BadSetting(
            f"provisioned_concurrency={settings.provisioned_concurrency} does not fit into "
            f"reserved_concurrency={settings.reserved_concurrency}"
        )
    if not settings.deadline_s < settings.compare_timeout_s < HTTP_API_TIMEOUT_S:
        raise BadSetting(
            f"deadline_s={settings.deadline_s} and compare_timeout_s={settings.compare_timeout_s} "
            f"are not accepted: deadline_s < compare_timeout_s < {HTTP_API_TIMEOUT_S} is, because "
            f"the HTTP API answers by itself after {HTTP_API_TIMEOUT_S} s"
        )
    if bool(settings.domain) != bool(settings.certificate_arn):
        raise BadSetting("domain and certificate_arn need each other; give both or neither")
    if settings.waf_requests_per_5_minutes and not settings.region:
        raise BadSetting(
            "waf_requests_per_5_minutes needs to know the region, because CloudFront's firewall "
            "lives in us-east-1; give -c region=…"
        )


def _refuse_gpu_options_without_gpu(chosen: Mapping[str, Any], settings: DeploySettings) -> None:
    options = sorted(name for name in chosen if name.startswith("gpu_"))
    if options and not settings.gpu:
        raise BadSetting(
            f"{options[0]} says how machines with a GPU are to be; give -c gpu=on, too"
        )
