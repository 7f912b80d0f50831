"""Batch workers as processes."""
