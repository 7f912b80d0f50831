"""The installations whose templates rules are held over: each synthesized once, when it is asked
for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.assembly import Assembly

EVERYTHING = {
    "env": "prod",
    "region": "eu-west-1",
    "permissions_boundary": "arn:aws:iam::123456789012:policy/company/boundary",
    "bootstrap_qualifier": "company",
    "tags": "team=vision,cost-centre=4711",
    "access": "keys",
    "landmarks68": "on",
    "mtcnn": "on",
    "records_days": "30",
    "reserved_concurrency": "50",
    "provisioned_concurrency": "2",
    "allowed_origins": "https://a.example,https://b.example",
    "domain": "faces.example",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/"
    "01234567-89ab-cdef-0123-456789abcdef",
    "price_class": "all",
    "waf_requests_per_5_minutes": "1000",
    "access_logs": "on",
    "alarm_email": "ops@faces.example",
    "dashboard": "on",
    "tracing": "on",
}
DEFAULTS = ("dev", "prod")  # for which nothing but the environment is chosen
VARIANTS: Mapping[str, Mapping[str, str]] = {
    "dev": {},
    "prod": {"env": "prod"},
    "everything": EVERYTHING,
    "gpu": {"gpu": "true", "dashboard": "on"},
    "snap_start": {"snap_start": "on"},
    "local": {"local": "on"},
}


class Variants:
    """The assemblies by name; `sources` is the context that every one needs."""

    def __init__(self, sources: Mapping[str, str], folder: Path) -> None:
        self._sources, self._folder = sources, folder
        self._made: dict[str, Assembly] = {}

    def __getitem__(self, name: str) -> Assembly:
        return self.made(name, VARIANTS[name])

    def made(self, name: str, context: Mapping[str, str]) -> Assembly:
        """One of another name, of the same sources."""
        if name not in self._made:
            folder = self._folder / name
            folder.mkdir()
            self._made[name] = Assembly.of({**self._sources, **context}, folder)
        return self._made[name]
