"""Files of this checkout that CloudFormation copies into a bucket."""

from __future__ import annotations

from typing import cast

from aws_cdk import Aws, Size, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct, IConstruct

from infra.acknowledged import acknowledge, spelled
from infra.log import Log
from infra.settings import DeploySettings

# The copying function of a stack holds a file of 100 MB and the archive it came in.
MEMORY_MB = 1_024
DISK_MB = 1_024
COPYING_FINDINGS = (
    "L1",
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
    "IAM5[Action::s3:Abort*]",
    "IAM5[Action::s3:DeleteObject*]",
    "IAM5[Action::s3:GetBucket*]",
    "IAM5[Action::s3:GetObject*]",
    "IAM5[Action::s3:List*]",
)


class BucketFiles(deployment.BucketDeployment):
    """Adds and never removes: whoever still uses the version before this one finds its files."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        bucket: s3.Bucket,
        source: deployment.ISource,
        cache_control: str | None = None,
    ) -> None:
        header = deployment.CacheControl.from_string(cache_control) if cache_control else None
        super().__init__(
            scope,
            id,
            sources=[source],
            destination_bucket=bucket,
            cache_control=[header] if header else None,
            prune=False,
            log_group=Log.of_stack(scope, "CopyingLog", settings=settings),
            memory_limit=MEMORY_MB,
            ephemeral_storage_size=Size.mebibytes(DISK_MB),
        )
        self.handler_role.add_to_principal_policy(_elsewhere_is_nothing())
        _acknowledge(
            cast(IConstruct, self.handler_role.node.scope), bucket, settings.bootstrap_qualifier
        )


def _elsewhere_is_nothing() -> iam.PolicyStatement:
    """CDK's own bucket of assets has a name that anybody can foretell, and what is in it becomes
    the page and the models: one of another account is none for us."""
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=["s3:*"],
        resources=["*"],
        conditions={"StringNotEquals": {"s3:ResourceAccount": Aws.ACCOUNT_ID}},
    )


def _acknowledge(copying: IConstruct, bucket: s3.Bucket, qualifier: str) -> None:
    acknowledge(
        copying,
        "CDK's own function: runs during a deployment, from CDK's assets into this bucket",
        *COPYING_FINDINGS,
        f"IAM5[Resource::{spelled(bucket, _assets_arn(Stack.of(bucket), qualifier))}]",
        f"IAM5[Resource::{spelled(bucket, bucket.arn_for_objects('*'))}]",
    )


def _assets_arn(stack: Stack, qualifier: str) -> str:
    return stack.format_arn(
        service="s3",
        region="",
        account="",
        resource=f"cdk-{qualifier}-assets-{Aws.ACCOUNT_ID}-{stack.region}",
        resource_name="*",
    )
