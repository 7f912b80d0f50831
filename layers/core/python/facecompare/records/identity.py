"""By what a request that is sent again is known: it leaves no second record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from facecompare.engines.thresholds import Thresholds
from facecompare.errors import ComparisonNotFound
from facecompare.options import RequestOptions
from facecompare.records.record import (
    ComparisonLog,
    new_comparison_id,
    repeatable_comparison_id,
)

# Of a request's records, in the order in which they are made. All operations share the first, so
# that one's key is refused to another.
_PLACES = ("compare", "predict image2")


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Who asks. With the same idempotency key, the same caller gets the same record again, for the
    same request."""

    caller: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class RequestIdentity:
    """Whose request this is and, where it has an idempotency key, its digest."""

    context: RequestContext
    request_sha256: str = ""

    def of_record(self, number: int) -> dict[str, Any]:
        """These fields of the request's record of this number, from 0."""
        return {
            "comparison_id": self._comparison_id(_PLACES[number]),
            "caller": self.context.caller,
            "request_sha256": self.request_sha256,
        }

    def _comparison_id(self, place: str) -> str:
        if not self.context.idempotency_key:
            return new_comparison_id()
        return repeatable_comparison_id(self.context.caller, self.context.idempotency_key, place)

    def confirm(self, log: ComparisonLog) -> None:
        """Refuse what would be refused in the end, before any work is done.

        Raises  IdempotencyConflict.
        """
        if self.request_sha256:
            with suppress(ComparisonNotFound):
                log.get(self._comparison_id(_PLACES[0])).confirm_request(self.request_sha256)


def identity_of(
    operation: str,
    context: RequestContext,
    photos: Mapping[str, bytes],
    options: RequestOptions,
    engine: str,
    thresholds: Thresholds,
) -> RequestIdentity:
    """The identity of this request; without an idempotency key nobody asks for its digest."""
    if not context.idempotency_key:
        return RequestIdentity(context)
    contents = {name: hashlib.sha256(data).hexdigest() for name, data in photos.items()}
    digest = request_digest(operation, context.caller, contents, options, engine, thresholds)
    return RequestIdentity(context, digest)


def request_digest(
    operation: str,
    caller: str,
    contents: Mapping[str, str],
    options: RequestOptions,
    engine: str,
    thresholds: Thresholds,
) -> str:
    """The SHA-256 of all that a request says: equal for equal requests, however they are spelled.

    contents            what was sent → its SHA-256
    options             as the caller gave them: every field that is not at its default counts, but
                        for who waits
    engine, thresholds  what those of the options mean here
    """
    default, said = asdict(type(options)()), asdict(replace(options, waiter=None))
    given = {name: value for name, value in said.items() if value != default[name]}
    given |= {"engine": engine, "threshold": thresholds.first}
    given |= {"combined_threshold": thresholds.combined}
    given["faces"] = {photo: face for photo, face in options.faces.items() if face != options.face}
    request = json.dumps([operation, caller, dict(contents), given], sort_keys=True)
    return hashlib.sha256(request.encode()).hexdigest()
