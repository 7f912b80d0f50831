"""What an operation is given beside the body's fields: the services, the caller, a check of the
query, and the body as it comes.

The setting `access` says who needs an access key:

    open      one's own machine: everybody may do everything
    public    photos may be compared without a key; records and uploads of others need one
    keys      everything needs a key
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic.json_schema import SkipJsonSchema

from facecompare.access import ANYBODY, OWNER, Caller, KeyStore, authenticate
from facecompare.batches.service import BatchService
from facecompare.config import OPEN, PUBLIC, Settings
from facecompare.errors import (
    SHOWN_CHARACTERS,
    BadField,
    BadRequest,
    KeyMissing,
    UnknownField,
    UnsupportedContentType,
)
from facecompare.records.record import ComparisonLog
from facecompare.telemetry import NoTelemetry, Telemetry
from facecompare.uploads.grants import Uploads

if TYPE_CHECKING:
    from facecompare.service import FaceService

T = TypeVar("T")

READING = ("GET", "HEAD", "OPTIONS")  # methods that change nothing (RFC 9110 §9.2.1)
PLAIN = "identity"  # the content encoding of a body that has none (RFC 9110 §8.4.1)
BODIES_AT_ONCE = 2  # that are read, so that they do not keep the loop from its turn


@dataclass(frozen=True, slots=True)
class Services:
    """What the operations of one application work with; None is what it does not have."""

    settings: Settings
    keys: KeyStore
    log: ComparisonLog
    uploads: Uploads | None = None
    batches: BatchService | None = None
    faces: FaceService | None = None
    telemetry: Telemetry = field(default_factory=NoTelemetry)


async def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


BEARER = HTTPBearer(
    auto_error=False, description="an access key, as `facecompare keys create` shows it once"
)
AppServices = Annotated[Services, Depends(services_of)]
SentKey = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


def address_of(request: Request) -> str:
    """Where it comes from; empty where nobody tells."""
    return request.client.host if request.client else ""


def photos_caller(services: AppServices, sent: SentKey) -> Caller:
    """Who wants photos compared.

    Raises  KeyMissing, KeyRefused.
    """
    if services.settings.access == PUBLIC and sent is None:
        return ANYBODY
    return records_caller(services, sent)


def records_caller(services: AppServices, sent: SentKey) -> Caller:
    """Who wants to see records, or works with batches.

    Raises  KeyMissing, KeyRefused.
    """
    if services.settings.access == OPEN:
        return OWNER
    if sent is None:
        raise KeyMissing(
            "this needs an access key; send it in the header Authorization: Bearer <key>"
        )
    return authenticate(sent.credentials, services.keys)


CALLERS = (photos_caller, records_caller)
PhotosCaller = Annotated[Caller, Depends(photos_caller)]
RecordsCaller = Annotated[Caller, Depends(records_caller)]


async def _idempotency_key(
    request: Request,
    sent: Annotated[
        str | SkipJsonSchema[None],
        Header(
            alias="Idempotency-Key",
            pattern=r"^[!-~]{1,128}$",
            description="a retry with the same key leaves no second record: it answers with the "
            "first; any other request with it is refused",
            examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
        ),
    ] = None,
) -> str:
    """Empty without one. Raises  BadRequest where there are two."""
    times = len(request.headers.getlist("Idempotency-Key"))
    if times > 1:
        raise BadRequest(f"found the header Idempotency-Key {times:,} times; expected it once")
    return sent or ""


IdempotencyKey = Annotated[str, Depends(_idempotency_key)]


async def _known_query_only(request: Request) -> None:
    """Raises  UnknownField: a misplaced `fmr` must not leave a verdict at another threshold;
    BadField for what is said twice.
    """
    route: APIRoute = request.scope["route"]
    known = [parameter.alias for parameter in route.dependant.query_params]
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in known:
            expected = f"one of {', '.join(known)}" if known else "none"
            hint = "; send its fields in the body" if request.method == "POST" else ""
            raise UnknownField(
                f"found the query parameter {name[:SHOWN_CHARACTERS]!r}; expected {expected}{hint}"
            )
        if times > 1:
            raise BadField(f"found the query parameter {name} {times:,} times; expected it once")


def writing_page(request: Request) -> str:
    """The site of the page elsewhere that asks for a change; empty for our own page and programs.

    Browsers say where a request comes from (Fetch Metadata, `Sec-Fetch-Site`) where they trust the
    address, and otherwise which page sends it (RFC 6454 §7, `Origin`); programs say neither. For
    what host a proxy was asked, only the proxy can say: a page's form has no header of its choice.
    """
    origin, site = (request.headers.get(name) for name in ("origin", "sec-fetch-site"))
    hosts = [request.headers.get(name) for name in ("host", "x-forwarded-host")]
    if site:
        elsewhere = site == "cross-site"
    else:
        elsewhere = origin is not None and urlsplit(origin).netloc not in hosts
    return (origin or "another site") if elsewhere and request.method not in READING else ""


def media_type(request: Request) -> str:
    """What the body is said to be, without parameters; empty where nothing is said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request) -> bytearray:
    """All of the body; `BodyLimit` bounds it.

    Raises  ImageTooLarge, UnsupportedContentType.
    """
    encoding = request.headers.get("content-encoding", PLAIN)
    if encoding.lower() != PLAIN:
        raise UnsupportedContentType(
            f"found the content encoding {encoding[:SHOWN_CHARACTERS]}; expected none"
        )
    body = bytearray()
    async for received in request.stream():
        body += received
    return body


async def off_the_loop(request: Request, work: Callable[[], T]) -> T:
    """The result of reading something large, on a thread: the loop goes on, and few do so at
    once."""
    readers = one_for_all(request, "body_readers", lambda: CapacityLimiter(BODIES_AT_ONCE))
    return await to_thread.run_sync(work, limiter=readers)


def one_for_all(request: Request, name: str, make: Callable[[], T]) -> T:
    """What the application has one of, made at the first request that needs it; on its loop."""
    state = request.app.state
    if not hasattr(state, name):
        setattr(state, name, make())
    found: T = getattr(state, name)
    return found


KNOWN_QUERY_ONLY = Depends(_known_query_only)
