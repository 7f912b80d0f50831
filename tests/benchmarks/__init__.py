"""Measurements, not tests: each module prints what the README or a constant's comment claims."""
