"""The HTTP API. Routes are defined once, by subject; each deployable mounts those it serves."""
