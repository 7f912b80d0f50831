"""The functions' environment, which `facecompare.config.Settings` reads."""

from __future__ import annotations

from dataclasses import dataclass

from facecompare.config import ENV_PREFIX
from infra.limits import MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES
from infra.settings import DeploySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionEnvironment:
    """What the functions, and workers elsewhere, agree on."""

    settings: DeploySettings
    records_table: str
    upload_bucket: str

    def variables(self, service: str, **more: str | int) -> dict[str, str]:
        """All variables of the function that is called `service` in logs and metrics."""
        values = {
            "engine": self.settings.engine,
            "records_table": self.records_table,
            "records_days": self.settings.records_days,
            "upload_bucket": self.upload_bucket,
            "access": self.settings.access,
            "landmarks68": "on" if self.settings.landmarks68 else "off",
            "mtcnn": "on" if self.settings.mtcnn else "off",
            "tracing": "on" if self.settings.tracing else "off",
            "max_request_bytes": MAX_REQUEST_BYTES,
            "max_response_bytes": MAX_RESPONSE_BYTES,
        }
        return {
            **{ENV_PREFIX + name.upper(): str(value) for name, value in (values | more).items()},
            "POWERTOOLS_SERVICE_NAME": service,
            "POWERTOOLS_LOG_LEVEL": "INFO",
            # There are none, and looking for them through all packages delays every start.
            "PYDANTIC_DISABLE_PLUGINS": "true",
        }
