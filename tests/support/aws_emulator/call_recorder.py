"""What the simulated account is asked, by whom: a line of JSON for each request.

Whose call it is says its access key, which moto takes as it comes; how a role's credentials would
be made is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from threading import Lock
from typing import Any, TextIO
from urllib.parse import unquote

VARIABLE = "RECORDED_CALLS"  # names the file; without it nothing is recorded
FORM_BYTES = 4_096  # of a form's beginning, in which its fields are, before the photo
_CREDENTIAL = re.compile(r"([\w-]+)/\d{8}/[\w-]+/(\w+)/aws4_request")

Environ = dict[str, Any]


class CallRecorder:
    """Writes down what an application of WSGI is asked, and lets it answer."""

    def __init__(self, answer: Callable[..., Iterable[bytes]], file: TextIO) -> None:
        self._answer, self._file = answer, file
        self._writing = Lock()

    def __call__(self, application: object, environ: Environ, start: Any) -> Iterable[bytes]:
        """As the application's own `__call__`."""
        line = recorded(environ)
        if line is not None:
            with self._writing:
                print(json.dumps(line), file=self._file, flush=True)
        return self._answer(application, environ, start)


def recorded(environ: Environ) -> dict[str, str] | None:
    """The request in words; None where nobody has signed it."""
    body = _body(environ)
    signed = " ".join(
        (environ.get("HTTP_AUTHORIZATION", ""), unquote(environ.get("QUERY_STRING", "")), body)
    )
    credential = _CREDENTIAL.search(signed)
    if credential is None:
        return None
    return {
        "caller": credential[1],
        "service": credential[2],
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "query": environ.get("QUERY_STRING", ""),
        "target": environ.get("HTTP_X_AMZ_TARGET", ""),
        "body": body,
    }


def _body(environ: Environ) -> str:
    """Of requests in JSON all, of a form its fields, of an object nothing."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    kind = environ.get("CONTENT_TYPE", "")
    if not length or not ("json" in kind or "form" in kind):
        return ""
    data: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(data)
    return data[: FORM_BYTES if "multipart" in kind else None].decode("utf-8", "replace")
