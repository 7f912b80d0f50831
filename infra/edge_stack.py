"""What CloudFront wants in us-east-1, wherever everything else is."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from infra.firewall import Firewall
from infra.settings import DeploySettings


class EdgeStack(Stack):
    """Only there when there is a firewall."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, **options: Any
    ) -> None:
        super().__init__(scope, id, **options)
        self.firewall = Firewall(
            self, "Firewall", requests_per_5_minutes=settings.waf_requests_per_5_minutes
        )
