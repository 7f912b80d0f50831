"""What an installation needs of its account, without a template of it."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import App, Stack

from infra.acknowledged import spelled
from infra.settings import DeploySettings
from infra.upload_bucket import upload_bucket_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Of one environment, as its options say."""

    prefix: str
    """what the names of its stacks begin with"""
    bootstrap_qualifier: str
    """of the bootstrap by which they are deployed"""
    memory_mb: int
    reserved: int
    provisioned: int
    batch_concurrency: int
    edge: bool
    """whether a stack of it is in us-east-1"""
    certificate_arn: str
    gpu: bool
    gpu_instance: str
    gpu_max: int
    gpu_spot: bool
    bucket: str
    """the one bucket whose name is chosen; `<AWS::AccountId>` and `<AWS::Region>` stand in it"""

    @classmethod
    def of(cls, settings: DeploySettings) -> Needs:
        """What these settings ask for."""
        return cls(
            prefix=settings.prefix,
            bootstrap_qualifier=settings.bootstrap_qualifier,
            memory_mb=settings.compare_memory_mb,
            reserved=settings.reserved_concurrency,
            provisioned=settings.provisioned_concurrency,
            batch_concurrency=settings.batch_concurrency,
            edge=settings.has_edge,
            certificate_arn=settings.certificate_arn,
            gpu=settings.gpu,
            gpu_instance=settings.gpu_instance,
            gpu_max=settings.gpu_max,
            gpu_spot=settings.gpu_spot,
            bucket=spelled(Stack(App(), "names"), upload_bucket_name(settings)),
        )
