"""How AWS is spoken to: clients with bounded waits and retries, and its failures as our own errors.

botocore alone: boto3 adds import time to every cold start, and nothing that is used here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from botocore.config import Config
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from facecompare.errors import FaceCompareError, ImageTooLarge

if TYPE_CHECKING:
    from botocore.session import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectRequestTypeDef
    from types_boto3_sqs import SQSClient

# A service that is down is given up within about ten seconds, before a function's time is up.
CONNECT_TIMEOUT_S = 1
# Until a response begins, and between its parts; SQS waits up to 20 s for a message. The others are
# asked by commands, for which somebody waits.
READ_TIMEOUT_S = {"dynamodb": 2, "events": 2, "s3": 5, "sqs": 25}
READ_TIMEOUT_S |= {"cloudformation": 30, "secretsmanager": 30}
ATTEMPTS = 3  # in all; "standard" waits a random, growing time between them

# A bucket's host of its region. Its global one redirects until DNS has spread, which no form of a
# page follows, and is refused in regions opened since 2019-03-20 (AWS, Amazon S3 User Guide,
# "Making requests using REST API"). botocore presigns for the global one unless it is told both. At
# an endpoint that somebody configured, buckets are addressed by path, as botocore does.
S3_HOSTS: Any = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}

# In this order, as CDK's command line reads them; botocore by itself knows the second one only.
REGION_VARIABLES = ["AWS_REGION", "AWS_DEFAULT_REGION"]

_NOT_FOUND = {"404", "NoSuchKey", "NotFound"}
_REFUSED = {"403", "AccessDenied"}

AwsFailure: TypeAlias = BotoCoreError | ClientError
ErrorFor: TypeAlias = Callable[[AwsFailure], Exception | None]


@overload
def client(service: Literal["dynamodb"], region: str | None = None) -> DynamoDBClient: ...
@overload
def client(service: Literal["s3"], region: str | None = None) -> S3Client: ...
@overload
def client(service: Literal["sqs"], region: str | None = None) -> SQSClient: ...
@overload
def client(
    service: Literal["cloudformation", "events", "secretsmanager"], region: str | None = None
) -> Any: ...
def client(service: str, region: str | None = None) -> object:
    """A client of this service in this region, or the environment's; safe to share by threads."""
    return _session().create_client(
        service,
        region_name=region,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S[service],
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            # boto presigns with the outdated version 2 where an endpoint is given explicitly.
            signature_version="s3v4" if service == "s3" else None,
            s3=S3_HOSTS if service == "s3" and not _has_own_endpoint(service) else None,
            max_pool_connections=16,
        ),
    )


@cache
def _session() -> Session:
    """One for all clients, which share the tables it reads from files."""
    return get_session(env_vars={"region": ("region", REGION_VARIABLES, None, None)})


def _has_own_endpoint(service: str) -> bool:
    """True where a variable or the configuration file names another address than AWS's."""
    session = _session()
    configured = ConfiguredEndpointProvider(
        full_config=session.full_config,
        scoped_config=session.get_scoped_config(),
        client_name=service,
    )
    return configured.provide() is not None


def error_code(failure: AwsFailure) -> str:
    """The service's own code, or the exception's name where no response came."""
    if isinstance(failure, ClientError):
        return failure.response.get("Error", {}).get("Code", "")
    return type(failure).__name__


def is_not_found(failure: AwsFailure) -> bool:
    """True when the object asked for does not exist."""
    return error_code(failure) in _NOT_FOUND


def cancellation_codes(failure: AwsFailure) -> set[str]:
    """Why DynamoDB cancelled a transaction: the codes of those of its writes that failed."""
    if not isinstance(failure, ClientError):
        return set()
    reasons = failure.response.get("CancellationReasons", ())
    return {reason["Code"] for reason in reasons} - {"None"}


def when_not_found(error: Exception) -> ErrorFor:
    """For `aws_errors`: this error for an object that does not exist."""
    return lambda failure: error if is_not_found(failure) else None


def when_not_readable(error: Exception) -> ErrorFor:
    """As `when_not_found`, in a bucket whose objects may be read and not listed: S3 responds 403
    where there is no such object, lest somebody finds out which there are.
    """
    absent = _NOT_FOUND | _REFUSED
    return lambda failure: error if error_code(failure) in absent else None


@contextmanager
def aws_errors(
    unavailable: type[FaceCompareError], place: str, error_for: ErrorFor | None = None
) -> Iterator[None]:
    """Raise AWS's failures inside as `unavailable`, with the place, AWS's code and its message.

    `error_for` gives another error for the failures that mean something else to the caller, such
    as an object that does not exist or a condition that does not hold, and None for the others.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as exc:
        special = error_for(exc) if error_for else None
        raise special or unavailable(f"{place}: {error_code(exc)}: {exc}") from exc


class S3Bucket:
    """One bucket; safe to share by threads.

    Every method raises `unavailable` when the bucket cannot be reached, and what `error_for` gives
    for a failure that means something else (see `aws_errors`).
    """

    def __init__(
        self, name: str, unavailable: type[FaceCompareError], s3: S3Client | None = None
    ) -> None:
        self.name = name
        self._unavailable = unavailable
        self._given = s3

    @cached_property
    def s3(self) -> S3Client:
        """Opened when it is first needed: most requests bring their photos along."""
        return self._given or client("s3")

    def read(
        self,
        key: str,
        error_for: ErrorFor,
        *,
        max_bytes: int | None = None,
        span: tuple[int, int] | None = None,
    ) -> bytes:
        """An object's bytes; with a span those from its first to its last, both included.

        Raises  ImageTooLarge, before reading it, when there are more than `max_bytes`.
        """
        request: GetObjectRequestTypeDef = {"Bucket": self.name, "Key": key}
        if span is not None:
            request["Range"] = "bytes={}-{}".format(*span)
        with self.errors(key, error_for):
            response = self.s3.get_object(**request)
            if max_bytes is not None and response["ContentLength"] > max_bytes:
                raise ImageTooLarge(
                    f"the upload has {response['ContentLength']:,} bytes; expected at most "
                    f"{max_bytes:,}"
                )
            return response["Body"].read()

    def write(self, key: str, data: bytes) -> None:
        """Put an object."""
        with self.errors(key):
            self.s3.put_object(Bucket=self.name, Key=key, Body=data)

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when there is none."""
        with self.errors(key):
            self.s3.delete_object(Bucket=self.name, Key=key)

    def check(self) -> None:
        """Ask for the bucket: it is there, and it is for this program."""
        with self.errors(""):
            self.s3.get_bucket_location(Bucket=self.name)

    def exists(self, key: str) -> bool:
        """True when there is an object of this key that this program may read."""
        try:
            with self.errors(key, when_not_readable(_NoObject())):
                self.s3.head_object(Bucket=self.name, Key=key)
        except _NoObject:
            return False
        return True

    def size_and_etag(self, key: str, error_for: ErrorFor) -> tuple[int, str]:
        """How many bytes an object has, and the tag that it loses when it is replaced."""
        with self.errors(key, error_for):
            response = self.s3.head_object(Bucket=self.name, Key=key)
            return response["ContentLength"], response["ETag"]

    def errors(self, key: str, error_for: ErrorFor | None = None) -> AbstractContextManager[None]:
        """`aws_errors` for calls that concern one of its objects."""
        return aws_errors(self._unavailable, f"s3://{self.name}/{key}", error_for)


class _NoObject(Exception):
    pass
