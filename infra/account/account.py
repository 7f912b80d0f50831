"""An AWS account as it is asked: by whom, where, and through which clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

from facecompare.aws_client import REGION_VARIABLES, AwsFailure, error_code

# A question, not a workload: where nobody answers within seconds, the line says so.
PATIENCE = Config(
    connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 2}
)
ClientMaker = Callable[[str, str], Any]


def client_for_questions(service: str, region: str) -> Any:
    """A client for questions to this service in this region."""
    return get_session().create_client(service, region_name=region, config=PATIENCE)


def region_of(chosen: str, environment: Mapping[str, str]) -> str:
    """Where CDK deploys to: the option, the environment, the profile; empty where none says."""
    named = (environment.get(name, "") for name in REGION_VARIABLES)
    profile = get_session().get_config_variable("region")
    return chosen or next(filter(None, named), "") or str(profile or "")


@dataclass
class Account:
    """Asked in `region` unless a question names another. Every method raises what botocore does."""

    region: str
    client: ClientMaker = client_for_questions
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _identity: dict[str, str] = field(default_factory=dict)

    def ask(self, service: str, operation: str, in_region: str = "", **question: Any) -> Any:
        """What the service answers."""
        return getattr(self._client(service, in_region), operation)(**question)

    def pages(
        self, service: str, operation: str, in_region: str = "", **question: Any
    ) -> Iterator[Mapping[str, Any]]:
        """All that the service answers, page by page."""
        client = self._client(service, in_region)
        if client.can_paginate(operation):
            yield from client.get_paginator(operation).paginate(**question)
        else:
            yield getattr(client, operation)(**question)

    def _client(self, service: str, in_region: str) -> Any:
        place = (service, in_region or self.region)
        if place not in self._clients:
            self._clients[place] = self.client(*place)
        return self._clients[place]

    @property
    def identity(self) -> Mapping[str, str]:
        """`Account` and `Arn` of who asks."""
        if not self._identity:
            self._identity.update(self.ask("sts", "get_caller_identity"))
        return self._identity

    def stack(self, name: str, in_region: str = "") -> Mapping[str, Any] | None:
        """What is told of the stack of this name; None where there is none."""
        try:
            answer = self.ask("cloudformation", "describe_stacks", in_region, StackName=name)
        except ClientError as failure:
            if "does not exist" in str(failure):
                return None
            raise
        found: Mapping[str, Any] = answer["Stacks"][0]
        return found

    def has_stack(self, name: str) -> bool:
        """True when a stack of this name is deployed."""
        return self.stack(name) is not None


def refusal_of(failure: AwsFailure) -> str:
    """Why there was no answer, in AWS's words."""
    return f"{error_code(failure)} ({str(failure).splitlines()[0]})"
