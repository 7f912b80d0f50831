"""Which integration answers a request: the route selection of API Gateway's HTTP APIs.

Source: AWS, API Gateway Developer Guide, "Create routes for HTTP APIs".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

ANY = "ANY"


def selected_route(
    routes: Iterable[str], method: str, path: str
) -> tuple[str, Mapping[str, str]] | None:
    """The most specific route like "GET /api/{id}" for this request, and its path parameters."""
    for route in sorted(routes, key=_precedence):
        its_method, _, template = route.partition(" ")
        match = _pattern(template).fullmatch(path)
        if match and its_method in (ANY, method):
            return route, match.groupdict()
    return None


def _precedence(route: str) -> tuple[bool, int, bool]:
    """A whole path before a greedy one, more before fewer literals, a method before ANY."""
    method, _, template = route.partition(" ")
    literals = re.sub(r"\{.*?\}", "", template)
    return "+}" in template, -len(literals), method == ANY


def _pattern(template: str) -> re.Pattern[str]:
    pattern = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", re.escape(template))
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", pattern))
