"""The deployed service, as far as it can run here: the functions behind the HTTP API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from facecompare.access import ORIGIN_HEADER
from facecompare.config import CHECKOUT
from infra.http_api import ANYTHING_ELSE, COMPARE_PATHS, RECORDS_ROUTES
from tests.support.lambda_emulator.http_front import Authorizer, HttpFront
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings

Environment = Mapping[str, str]


# The constructs of the functions behind the API, as `running` takes their environments.
SERVED = ("CompareFunction", "RecordsFunction", "OriginAuthorizerFunction")


@dataclass(frozen=True)
class Service:
    """Its address, the functions behind it, and what leads to them."""

    address: str
    compare: LambdaFunction
    records: LambdaFunction
    routes: Mapping[str, LambdaFunction]
    authorizer: Authorizer
    added_headers: Mapping[str, str]


@contextmanager
def running(
    compare: Environment, records: Environment, origin: Environment, folder: Path
) -> Iterator[Service]:
    """The functions with these environments; CloudFront's header comes with every request."""
    named = {"compare": compare, "records": records, "origin": origin}
    with ExitStack() as stack:
        functions = {
            name: stack.enter_context(LambdaFunction(_settings(name, environment, folder)))
            for name, environment in named.items()
        }
        routes = dict.fromkeys(COMPARE_PATHS, functions["compare"])
        routes |= dict.fromkeys((*RECORDS_ROUTES, ANYTHING_ELSE), functions["records"])
        secret = {ORIGIN_HEADER: origin["FACECOMPARE_ORIGIN_SECRET"].split()[0]}
        authorizer = Authorizer(functions["origin"], ORIGIN_HEADER)
        front = HttpFront(routes, added_headers=secret, authorizer=authorizer)
        address = stack.enter_context(front).address
        made = (functions["compare"], functions["records"], routes, authorizer, secret)
        yield Service(address, *made)


def _settings(name: str, environment: Environment, folder: Path) -> FunctionSettings:
    """As Lambda has it: the variable by which libraries know where they are is set there."""
    return FunctionSettings(
        code=CHECKOUT / "functions" / name,
        log=folder / f"{name}.log",
        env={**environment, "LAMBDA_TASK_ROOT": "/var/task", "TMPDIR": str(folder)},
        name=name,
    )
