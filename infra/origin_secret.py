"""The secret by which the API knows that a request came through CloudFront."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.settings import DeploySettings

LOCAL_VALUE = "not-secret"
SECRET_CHARACTERS = 40  # of 62 kinds: 238 bits


class OriginSecret(Construct):
    """A generated secret; its value is in no template, and is filled in while deploying."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="sent by CloudFront to the API with every request",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=SECRET_CHARACTERS, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.DESTROY,  # a new installation makes its own
        )
        acknowledge(
            self,
            "CloudFront and the functions take the value at deployment: a rotation is a deployment",
            "SMG4",
        )
        self.reference = (
            self.secret.secret_value.unsafe_unwrap() if settings.has_secrets else LOCAL_VALUE
        )
        """stands for the value in a template; CloudFormation resolves it"""
