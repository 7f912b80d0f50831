"""CloudFront before the published page and the API, as far as a browser can tell."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facecompare.config import CHECKOUT
from infra.page_files import INDEX, PageFiles
from tests.support.deployed.service import Service
from tests.support.lambda_emulator.http_event import Request, Response
from tests.support.lambda_emulator.http_front import NOT_FOUND, HttpFront

POLICY = "AWS::CloudFront::ResponseHeadersPolicy"


class SiteFront(HttpFront):
    """The page under the names and the security policy that it is deployed with.

    `uploads` is where this machine has the upload bucket, which the policy names by its AWS hosts.
    """

    def __init__(self, service: Service, assembly: Path, uploads: str) -> None:
        super().__init__(service.routes, added_headers=service.added_headers)
        page = PageFiles.of(CHECKOUT / "web")
        self._files = {name: path.read_bytes() for name, path in page.assets.items()}
        self._files[INDEX] = page.index.encode()
        policy = _content_security_policy(assembly)
        self._headers = (("Content-Security-Policy", _with_host(policy, uploads)),)

    def answer(self, request: Request) -> Response:
        """The API's answer, or a file of the page."""
        if request.path.startswith("/api/"):
            return super().answer(request)
        name = request.path.removeprefix("/") or INDEX
        if name not in self._files:
            return NOT_FOUND
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(200, self._files[name], (("Content-Type", kind), *self._headers))


def _content_security_policy(assembly: Path) -> Any:
    templates = (json.loads(path.read_text("utf-8")) for path in assembly.glob("*.template.json"))
    [policy] = (
        resource["Properties"]["ResponseHeadersPolicyConfig"]
        for template in templates
        for resource in template["Resources"].values()
        if resource["Type"] == POLICY
    )
    return policy["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]


def _with_host(policy: Any, host: str) -> str:
    """The policy with this in the place of the hosts, which only a deployment knows."""
    parts = policy["Fn::Join"][1] if isinstance(policy, Mapping) else [policy]
    text = "".join(part if isinstance(part, str) else "bucket" for part in parts)
    before, _, rest = text.partition("connect-src 'self' ")
    hosts, semicolon, after = rest.partition(";")
    assert hosts.count("https://") >= 1, f"the policy lets no uploads through: {text}"
    return f"{before}connect-src 'self' {host}{semicolon}{after}"
