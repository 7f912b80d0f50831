"""S3 as a page meets it: moto's bucket behind the CORS rules that were deployed for it.

moto refuses every preflight request, as if it came from a stranger to the bucket. Source of the
rules: AWS, Amazon S3 User Guide, "Using cross-origin resource sharing (CORS)".
"""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from tests.support.lambda_emulator.loopback import LoopbackHandler, LoopbackServer

Rule = dict[str, Any]
REPLACED = {"connection", "content-length", "keep-alive", "transfer-encoding"}
CORS = "access-control-"


class BucketFront:
    """Serves until it is left; `origin` is where the page is, in the place of the site's own."""

    def __init__(self, upstream: str, rules: list[Rule]) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.origin = ""
        self._rules = rules
        self._server = LoopbackServer(_handler_of(self))
        self.address = f"http://{self._server.host_and_port}"

    def __enter__(self) -> BucketFront:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def rule_for(self, origin: str, method: str) -> Rule | None:
        """The rule by which a page of this origin may use this method."""
        allowed = (rule for rule in self._rules if method in rule["AllowedMethods"])
        return next(allowed, None) if origin == self.origin else None


def _handler_of(front: BucketFront) -> type[LoopbackHandler]:
    class Handler(LoopbackHandler):
        def preflight(self) -> None:
            origin = self.headers.get("Origin", "")
            rule = front.rule_for(origin, self.headers.get("Access-Control-Request-Method", ""))
            status, headers = (200, _granted(origin, rule)) if rule else (403, [])
            self.start_answer(status, headers, 0)

        def pass_on(self) -> None:
            body, origin = self.body(), self.headers.get("Origin", "")
            rule = front.rule_for(origin, self.command)
            with closing(http.client.HTTPConnection(front.upstream)) as upstream:
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                content = answer.read()
            kept = [pair for pair in answer.getheaders() if _is_kept(pair[0].lower())]
            headers = kept + (_granted(origin, rule) if rule else [])
            self.start_answer(answer.status, headers, len(content))
            self.wfile.write(content)

        do_OPTIONS = preflight

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.pass_on)
    return Handler


def _is_kept(name: str) -> bool:
    return name not in REPLACED and not name.startswith(CORS)


def _granted(origin: str, rule: Rule) -> list[tuple[str, str]]:
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethods"])),
        ("Access-Control-Allow-Headers", ", ".join(rule["AllowedHeaders"])),
    ]
