"""What runs in AWS: one factory for each deployable, and its telemetry."""
