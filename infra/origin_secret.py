"""The secret by which the API knows that a request came through CloudFront."""

from __future__ import annotations

from aws_cdk import CfnOutput, CfnParameter, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.settings import DeploySettings

LOCAL_VALUE = "not-secret"
SECRET_CHARACTERS = 40  # of 62 kinds: 238 bits
ARN_OUTPUT = "OriginSecretArn"
# CloudFormation reads a secret again only where the reference itself changes, so its version is a
# parameter of the stacks, which `infra.rotate_origin_secret` changes and `cdk deploy` leaves as it
# is. Empty is the current version.
VERSION, OTHER_VERSION = "OriginSecretVersion", "OriginSecretOtherVersion"


class OriginSecret(Construct):
    """A generated secret; its value is in no template, and is filled in while deploying."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="sent by CloudFront to the API with every request",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=SECRET_CHARACTERS, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.DESTROY,  # a new installation makes its own
        )
        CfnOutput(Stack.of(self), ARN_OUTPUT, value=self.secret.secret_arn)
        acknowledge(
            self,
            "make rotate-origin-secret renews it: two stacks take the new value in turn, which "
            "Secrets Manager's own rotation cannot do",
            "SMG4",
        )

    def sent(self, stack: Stack) -> str:
        """Stands in this stack's template for what CloudFront sends."""
        return self._version(stack, VERSION)

    def accepted(self, stack: Stack) -> str:
        """Stands in this stack's template for what is accepted: two versions, a space between.

        They differ while CloudFront changes from one to the other.
        """
        return f"{self._version(stack, VERSION)} {self._version(stack, OTHER_VERSION)}"

    def _version(self, stack: Stack, parameter: str) -> str:
        if not self._settings.has_secrets:
            return LOCAL_VALUE
        version = CfnParameter(
            stack, parameter, default="", description="of the origin secret; empty: the current one"
        )
        return SecretValue.secrets_manager(
            self.secret.secret_arn, version_id=version.value_as_string
        ).unsafe_unwrap()
