"""What an operator sees of a process in AWS: structured logs, CloudWatch metrics, X-Ray traces."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

from facecompare.errors import NoFace

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

    from facecompare.telemetry import Timing

Handler = Callable[[dict[str, Any], Any], Any]

log = logging.getLogger(__name__)


class CloudWatchTelemetry:
    """Fulfils `Telemetry`: CloudWatch metrics, written as log lines in embedded metric format.

    With it every log line of the library becomes one JSON object.
    """

    def __init__(self) -> None:
        from aws_lambda_powertools import Metrics

        self._logger = _structured_logger()
        self._metrics: Metrics = Metrics()
        self._lock = Lock()

    def operation_completed(self, operation: str, timing: Timing) -> None:
        """Count it, and say how long each stage took."""
        self._metrics.add_metric("Answered", "Count", 1)
        for stage, milliseconds in timing.stages_ms.items():
            self._metrics.add_metric(stage.capitalize(), "Milliseconds", milliseconds)
        self._metrics.add_metric("Total", "Milliseconds", timing.total_ms)
        log.info("answered", extra={"operation": operation, "total_ms": round(timing.total_ms, 1)})

    def request_refused(self, code: str) -> None:
        """Count it; photos without a face apart, for they tell of the camera."""
        self._metrics.add_metric("Refused", "Count", 1)
        self._metrics.add_metric("NoFace", "Count", int(code == NoFace.code))
        log.info("refused", extra={"code": code})

    def pairs_compared(self, pairs: int) -> None:
        """Count them."""
        with self._lock:
            self._metrics.add_metric("Pairs", "Count", pairs)

    def request_received(self) -> None:
        """Count it."""
        self._metrics.add_metric("Requests", "Count", 1)

    def flush(self) -> None:
        """Write what was counted, where no handler's end does it."""
        with self._lock:
            if self._metrics.metric_set:
                self._metrics.flush_metrics()

    def observed(self, handler: Handler, correlation_id_path: str | None = None) -> Handler:
        """The handler whose metrics are written, and whose log lines name their request."""
        measured: Handler = self._metrics.log_metrics(handler, capture_cold_start_metric=True)
        return self._logger.inject_lambda_context(measured, correlation_id_path=correlation_id_path)


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
