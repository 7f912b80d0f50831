"""What an operator sees of a process in AWS: structured logs, and X-Ray traces where wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from facecompare.telemetry import Timing

Handler = Callable[[dict[str, Any], Any], Any]

log = logging.getLogger(__name__)


class CloudWatchTelemetry:
    """Fulfils `Telemetry` by fields of log lines, which CloudWatch Logs Insights adds up: see
    infra/log_queries.py. A custom metric would cost 0.30 dollars a month, and there were 17.

    With it every log line of the library becomes one JSON object.
    """

    def __init__(self) -> None:
        self._logger = _structured_logger()
        self._pairs = 0
        self._lock = Lock()

    def operation_completed(self, operation: str, timing: Timing) -> None:
        """Say how long it took, and each of its stages."""
        stages = {stage: round(milliseconds, 1) for stage, milliseconds in timing.stages_ms.items()}
        fields = {
            "operation": operation,
            "total_ms": round(timing.total_ms, 1),
            "stages_ms": stages,
        }
        log.info("answered", extra=fields)

    def request_refused(self, code: str) -> None:
        """Say why."""
        log.info("refused", extra={"code": code})

    def pairs_compared(self, pairs: int) -> None:
        """Count them."""
        with self._lock:
            self._pairs += pairs

    def flush(self) -> None:
        """Say how many pairs were counted since the last time."""
        with self._lock:
            pairs, self._pairs = self._pairs, 0
        if pairs:
            log.info("compared", extra={"pairs": pairs})

    def observed(self, handler: Handler, correlation_id_path: str | None = None) -> Handler:
        """The handler, whose log lines name their request and whether it is a container's first."""

        def counted(event: dict[str, Any], context: Any) -> Any:
            try:
                return handler(event, context)
            finally:
                self.flush()

        return self._logger.inject_lambda_context(counted, correlation_id_path=correlation_id_path)


def traced(handler: Handler) -> Handler:
    """The handler with a segment of its own in X-Ray. Its import takes as long as botocore's."""
    from aws_lambda_powertools import Tracer

    return Tracer(auto_patch=False).capture_lambda_handler(handler, capture_response=False)


def _structured_logger() -> Logger:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

    logger = Logger()
    logging.getLogger("facecompare")  # registered, so that it is among those that are configured
    copy_config_to_registered_loggers(logger, include={"facecompare"})
    return logger
