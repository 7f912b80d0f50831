"""What can be chosen at deployment, as `cdk deploy -c name=value`; checked before anything is made.

Numbers that nobody needs to choose are constants beside the construct they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk.aws_cloudfront import PriceClass
from aws_cdk.aws_dynamodb import TableEncryption

from facecompare.config import CHECKOUT, DEFAULT_ENGINE, KEPT_DAYS, KEYS, PUBLIC
from facecompare.config.reader import (
    Kind,
    declared,
    one_of,
    parsed,
    path,
    refuse_unknown,
    setting,
    string,
    switch,
    whole_number,
)
from facecompare.config.reference import reference_table
from facecompare.planning.lambda_memory import DEFAULT_MEMORY_MB
from facecompare.planning.prices import GPU_HOUR
from facecompare.planning.quotas import NEW_ACCOUNT_CONCURRENCY
from infra.choices import (
    DEFAULT_QUALIFIER,
    LOG_DAYS,
    PRICE_CLASSES,
    TABLE_KEYS,
    matching,
    origins,
    tags,
)
from infra.contradictions import refuse_contradictions
from infra.environment_file import environment_name, options_of
from infra.limits import HTTP_API_TIMEOUT_S
from infra.simulation import Simulation

PROJECT = "facecompare"
DEV, PROD = "dev", "prod"
OF_THE_COMMAND = {"env", "environments"}  # they say which file is read
SYMPTOMS, ALL_ALARMS = "symptoms", "all"
FILE = "the environment's file"
ENVIRONMENTS = CHECKOUT / "infra" / "environments"


def _choice(*texts: str) -> Kind:
    return one_of({text: text for text in texts})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySettings(Simulation):
    """How one installation is made; each field is a context value of the same name."""

    env: str = setting(
        Kind(environment_name, "small letters, digits and hyphens, 2 to 15 of them"),
        DEV,
        "which environment; its options are in the file of its name",
    )
    environments: Path = setting(
        path("a folder with a file NAME.toml for each environment"),
        ENVIRONMENTS,
        "where these files are",
        "`infra/environments/`",
    )
    region: str = setting(string("an AWS region"), "", "where it is", "that of the credentials")
    local: bool = setting(switch(), False, "for a simulator: leaves out what moto lacks")
    models: Path = setting(
        path("a folder filled by `facecompare models build`"),
        CHECKOUT / "models",
        "the model files",
        "`models/` of the checkout",
    )
    web_layer: Path = setting(
        path("a folder filled by `make layers`"),
        CHECKOUT / "layers" / "web",
        "the records function's packages",
        "`layers/web/` of the checkout",
    )

    permissions_boundary: str = setting(
        matching(r"arn:aws:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "the ARN of a managed policy"),
        "",
        "that bounds what every role may do, where a company asks for one",
        "none",
    )
    bootstrap_qualifier: str = setting(
        matching(r"[a-z0-9]{1,10}", "small letters and digits, at most 10"),
        DEFAULT_QUALIFIER,
        "of the CDK bootstrap by which stacks are deployed",
    )
    tags: tuple[tuple[str, str], ...] = setting(
        tags(), (), "of every resource, beside `project` and `environment`"
    )

    engine: str = setting(
        string("an id from `facecompare models list`"),
        DEFAULT_ENGINE,
        "which detector and face network look at photos",
    )
    access: str = setting(
        _choice(PUBLIC, KEYS),
        PUBLIC,
        "what needs an access key: `public` records, `keys` everything",
    )
    landmarks68: bool = setting(
        switch(), False, "ships the 68-point model, whose licence excludes commercial use"
    )
    mtcnn: bool = setting(
        switch(), False, "ships MTCNN's models, whose weights exclude commercial use"
    )
    records_days: int = setting(whole_number(1), KEPT_DAYS, "days after which a record is deleted")
    keep_data: bool = setting(
        switch(), False, "`make destroy` leaves table, queues and model bucket where they are"
    )
    deletion_protection: bool = setting(switch(), False, "AWS refuses to delete the table")
    table: str = setting(
        string("the name of a table that an earlier installation kept"),
        "",
        "whose records and keys are gone on with; its own settings stay",
        "a new one",
    )
    point_in_time_recovery: bool = setting(switch(), True, "continuous backups of the table")
    table_key: TableEncryption = setting(
        one_of(TABLE_KEYS), TableEncryption.AWS_MANAGED, "with whose key the table is encrypted"
    )

    compare_memory_mb: int = setting(
        whole_number(1_024),
        DEFAULT_MEMORY_MB,
        "memory of the compare and the batch function, of which 1,769 MB bring one vCPU; a new "
        "account refuses more than 3,008",
    )
    compare_timeout_s: int = setting(
        whole_number(1),
        HTTP_API_TIMEOUT_S - 1,
        "seconds after which Lambda ends a comparison",
    )
    deadline_s: int = setting(
        whole_number(1),
        25,
        "seconds after which a comparison ends with an error",
    )
    reserved_concurrency: int = setting(
        whole_number(0),
        0,
        "containers of the compare function, at most and always to be had; a new account, of 10 in "
        "all, refuses any; 0: shares the account's",
    )
    provisioned_concurrency: int = setting(
        whole_number(0),
        0,
        "containers of the compare function that are kept warm; a new account refuses any",
    )
    snap_start: bool = setting(
        switch(),
        False,
        "the compare function starts from a snapshot; excludes `provisioned_concurrency`",
    )
    batch_concurrency: int = setting(
        whole_number(2),
        NEW_ACCOUNT_CONCURRENCY // 2,
        "batch functions at most, 2 or more; a new account runs 10 functions at once, and the API "
        "needs the others",
    )
    gpu: bool = setting(switch(), False, "GPU machines work on batches too; none while none waits")
    gpu_instance: str = setting(_choice(*GPU_HOUR), "g4dn.xlarge", "the type of the GPU machines")
    gpu_max: int = setting(whole_number(1), 4, "GPU machines at most")
    gpu_spot: bool = setting(
        switch(), False, "spot machines: cheaper, and AWS takes them back at two minutes' notice"
    )
    throttle_rate_per_s: int = setting(whole_number(1), 20, "requests a second that the API takes")
    throttle_burst: int = setting(whole_number(1), 40, "requests that the API takes at once")
    allowed_origins: tuple[str, ...] = setting(
        origins(), (), "pages elsewhere that may call the API; the site itself is same-origin"
    )

    domain: str = setting(
        string("a host name"), "", "of the site; needs `certificate_arn`", "CloudFront's own"
    )
    certificate_arn: str = setting(
        string("the ARN of a certificate in us-east-1"), "", "for `domain`"
    )
    price_class: PriceClass = setting(
        one_of(PRICE_CLASSES), PriceClass.PRICE_CLASS_100, "which of CloudFront's locations serve"
    )
    waf_requests_per_5_minutes: int = setting(
        whole_number(10), 0, "that one address may send; needs `region`", "no firewall"
    )
    access_logs: bool = setting(
        switch(), False, "of site, uploads and models; they hold visitors' addresses"
    )
    log_days: int = setting(
        one_of({str(days): days for days in LOG_DAYS}), 30, "days after which logs are deleted"
    )
    alarm_email: str = setting(string("an address"), "", "who is told of alarms")
    budget_usd: int = setting(
        whole_number(1),
        0,
        "that the account may cost in a month, else `alarm_email` is told; needs it",
        "no budget",
    )
    alarms: str = setting(
        _choice(SYMPTOMS, ALL_ALARMS),
        SYMPTOMS,
        "`symptoms`: what callers and batches notice; `all`: its causes by function and table, too",
    )
    dashboard: bool = setting(
        switch(), False, "a CloudWatch dashboard; the queries of its log widgets are always there"
    )
    tracing: bool = setting(switch(), False, "X-Ray traces of the functions behind the API")

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> DeploySettings:
        """The settings that the environment's file and, before it, this context ask for.

        Raises  BadSetting, which says what was found, what is expected, and what to do.
        """
        refuse_unknown(_ours(context), declared(cls))
        typed = {name: str(context[name]) for name in declared(cls) if name in context}
        given = _of_file(typed) | typed
        settings = cls(**parsed(cls, given, _spelling(typed)))
        refuse_contradictions(settings, given.keys())
        return settings

    @property
    def prefix(self) -> str:
        """What the names of the stacks begin with."""
        return PROJECT if self.env == PROD else f"{PROJECT}-{self.env}"

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when its stack is destroyed."""
        return self.kept if self.keep_data else RemovalPolicy.DESTROY

    @property
    def has_edge(self) -> bool:
        """Something of it is in us-east-1, wherever the rest is."""
        return bool(self.waf_requests_per_5_minutes or self.budget_usd)


def _of_file(typed: Mapping[str, str]) -> dict[str, str]:
    where = {name: typed[name] for name in OF_THE_COMMAND if name in typed}
    chosen = parsed(DeploySettings, where, _spelling(typed))
    return options_of(
        chosen.get("env", DEV),
        chosen.get("environments", ENVIRONMENTS),
        declared(DeploySettings).keys() - OF_THE_COMMAND,
    )


def _spelling(typed: Collection[str]) -> Callable[[str, str], str]:
    """How an option is named to whoever has typed it, or has written it."""

    def spelled(name: str, text: str) -> str:
        return f"-c {name}={text}" if name in typed else f"{name} = {text} in {FILE}"

    return spelled


def _ours(context: Mapping[str, Any]) -> list[str]:
    """Without the CDK's own: flags (@aws-cdk/…) and looked-up values (availability-zones:…)."""
    return [name for name in context if not name.startswith("@") and ":" not in name]


def options_table() -> str:
    """The reference table of all options, in Markdown; defaults tell what `env=prod` changes."""
    chosen = options_of(PROD, ENVIRONMENTS, declared(DeploySettings))
    return reference_table(
        DeploySettings,
        "option",
        str,
        lambda name: f"; `{chosen[name]}` with `env={PROD}`" if name in chosen else "",
    )
