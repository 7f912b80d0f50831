"""What a request's address may carry: the parameters that its operation knows, and nothing else."""

from __future__ import annotations

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from facecompare.errors import UnknownField

SHOWN = 40  # characters of a name


def _known_query_only(request: Request) -> None:
    """Raises  UnknownField: a misplaced `far` must not leave a verdict at another threshold."""
    route: APIRoute = request.scope["route"]
    known = [parameter.alias for parameter in route.dependant.query_params]
    for name in request.query_params:
        if name not in known:
            there_are = f"there are: {', '.join(known)}" if known else "it has none"
            fields = "; its fields are sent in the body" if request.method == "POST" else ""
            raise UnknownField(
                f"{name[:SHOWN]!r} is no query parameter of this operation; {there_are}{fields}"
            )


KNOWN_QUERY_ONLY = Depends(_known_query_only)
