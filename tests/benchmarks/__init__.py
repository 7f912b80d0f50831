"""Measurements, not tests: each module prints what the README or a constant's comment claims."""

from facecompare.config.environment import switch_off_telemetry

switch_off_telemetry()  # before a benchmark imports ONNX Runtime itself
