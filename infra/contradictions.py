"""Options that are valid each by itself and not together; told before anything is made."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from facecompare.config import engine_ids
from facecompare.config.reader import refusal
from facecompare.engines.shipped_models import engine_models, switch_of
from facecompare.errors import BadSetting
from infra.limits import HTTP_API_TIMEOUT_S

# Partitions without CloudFront, or with another one: China, GovCloud, and those for governments.
OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
# AWS, CloudFront Developer Guide, "Standard logging (legacy)": buckets of regions that an account
# must opt in to take no logs. AWS, Account Management Guide, "AWS Regions": those are these.
OPT_IN_REGIONS = {
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4"),
    *("ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2"),
    *("eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1"),
}


def refuse_contradictions(settings: Any, given: Collection[str]) -> None:
    """`settings` are `DeploySettings`, which ask for this when they are made; `given` are the names
    of the options that somebody chose.

    Raises  BadSetting with the first contradiction.
    """
    for complaint in _complaints(settings, given):
        raise BadSetting(complaint)


def _complaints(settings: Any, given: Collection[str]) -> Iterator[str]:
    yield from _unknown_engine(settings)
    yield from _concurrency(settings)
    yield from _timeouts(settings)
    yield from _names(settings)
    yield from _budget(settings)
    yield from _gpu_options_without_gpu(settings, given)
    yield from _regions(settings)


def _unknown_engine(settings: Any) -> Iterator[str]:
    known = engine_ids(settings.models)
    if settings.engine not in known:
        yield refusal(f"-c engine={settings.engine}", f"one of {', '.join(known)}")
    else:
        yield from _switched_off_engine(settings)


def _switched_off_engine(settings: Any) -> Iterator[str]:
    models = engine_models(settings.engine, settings.models)
    for switch in sorted({switch_of(name, settings) for name in models} - {""}):
        yield (
            f"found -c engine={settings.engine} without -c {switch}=on; expected both, because the "
            "licence of models that it needs excludes commercial use, and they are left out "
            "otherwise; add it or name another engine"
        )


def _concurrency(settings: Any) -> Iterator[str]:
    reserved, provisioned = settings.reserved_concurrency, settings.provisioned_concurrency
    if settings.snap_start and provisioned:
        yield (
            f"found -c snap_start=on and -c provisioned_concurrency={provisioned}; "
            "expected one of them, because Lambda takes not both; leave one out"
        )
    if 0 < reserved < provisioned:
        yield (
            f"found -c provisioned_concurrency={provisioned} and "
            f"-c reserved_concurrency={reserved}; expected at most as many provisioned as "
            "reserved; raise the reserved ones"
        )


def _timeouts(settings: Any) -> Iterator[str]:
    deadline, timeout = settings.deadline_s, settings.compare_timeout_s
    if not deadline < timeout < HTTP_API_TIMEOUT_S:
        yield (
            f"found -c deadline_s={deadline} and -c compare_timeout_s={timeout}; expected "
            f"deadline_s < compare_timeout_s < {HTTP_API_TIMEOUT_S}, because the HTTP API responds "
            f"by itself after {HTTP_API_TIMEOUT_S} s; lower them"
        )


def _names(settings: Any) -> Iterator[str]:
    if bool(settings.domain) != bool(settings.certificate_arn):
        given, absent = ("domain", "certificate_arn")[:: 1 if settings.domain else -1]
        yield f"found -c {given} without {absent}; expected both or neither; give -c {absent}=…"
    if settings.waf_requests_per_5_minutes and not settings.region:
        yield (
            "found -c waf_requests_per_5_minutes without region; expected both, because "
            "CloudFront's firewall lives in us-east-1, wherever the rest is; give -c region=…"
        )


def _budget(settings: Any) -> Iterator[str]:
    for needed, why in (
        ("alarm_email", "AWS mails when the budget is spent"),
        ("region", "budgets live in us-east-1, wherever the rest is"),
    ):
        if settings.budget_usd and not getattr(settings, needed):
            yield (
                f"found -c budget_usd without {needed}; expected both, because {why}; "
                f"give -c {needed}=…"
            )


def _gpu_options_without_gpu(settings: Any, given: Collection[str]) -> Iterator[str]:
    options = sorted(name for name in given if name.startswith("gpu_"))
    if options and not settings.gpu:
        yield (
            f"found -c {options[0]} without GPU workers; expected -c gpu=on beside it; "
            "give it too, or leave both out"
        )


def _regions(settings: Any) -> Iterator[str]:
    if settings.region.startswith(OTHER_PARTITIONS):
        yield (
            f"found -c region={settings.region}; expected a region of AWS's commercial partition, "
            "because the site needs its CloudFront; name another region"
        )
    if settings.access_logs and settings.region in OPT_IN_REGIONS:
        yield (
            f"found -c access_logs=on and -c region={settings.region}; expected a region without "
            "opt-in, because CloudFront writes its logs into no other; leave one out"
        )
